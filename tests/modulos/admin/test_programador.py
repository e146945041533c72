"""El programador a la vista: qué corrió y qué sigue, correr uno ahora, y apagarlo en todos los procesos."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from flask import Flask

from clientes.aura.conversacion import consultas
from clientes.aura.registro.manifiesto import Trabajo
from clientes.aura.routes.admin.programador import cuando
from clientes.aura.supabase_local import DireccionesPostgres
from scheduler_jobs import TRABAJOS, reclamar, recuperar, todos_los_trabajos

RESPALDO = next(t for t in TRABAJOS if t.id == "respaldo_diario")
A_SU_HORA = datetime(2026, 11, 24, 9, 31, tzinfo=UTC)


def en_cola(base: DireccionesPostgres) -> list[str]:
    with psycopg.connect(base.servicio) as conexion:
        filas = conexion.execute(
            "select args ->> 'trabajo' from cola.procrastinate_jobs order by id"
        ).fetchall()
    return [trabajo for (trabajo,) in filas]


def auditoria(base: DireccionesPostgres) -> list[tuple[str, str]]:
    with psycopg.connect(base.administrador) as conexion:
        return conexion.execute(
            "select accion, objeto from auditoria where accion like '%trabajo' order by id"
        ).fetchall()


def test_ver_correr_y_apagar(
    app: Flask, base: DireccionesPostgres, cliente_de: Callable[..., Any], crear_nora: Callable[..., str]
) -> None:
    admin, dueno = cliente_de("admin"), cliente_de("dueno", crear_nora("marea"))

    # Todos están, los de los módulos también, con cuándo les toca.
    pagina = admin.get("/admin/salud").get_data(as_text=True)
    for trabajo in todos_los_trabajos(app):
        assert pagina.count(f">{trabajo.id} · ") == 1, trabajo.id
    renglones = re.findall(r"<tr.*?</tr>", pagina, re.DOTALL)
    (renglon,) = [r for r in renglones if f">{RESPALDO.id} · " in r]
    assert "Todavía no" in renglon and re.search(r">\s*(en \d+ (min|h)|ahora)\s*<", renglon), "cuándo le toca"

    # Ejecutar ahora: a la cola una vez, aunque se pida dos; queda anotado quién.
    for _ in range(2):
        assert admin.enviar("/admin/salud/correr", {"trabajo": RESPALDO.id}).status_code == 302
    assert en_cola(base) == [RESPALDO.id]
    with psycopg.connect(base.servicio, autocommit=True) as conexion:
        momento = conexion.execute("select periodo from ejecuciones_programadas").fetchone()
        assert momento is not None
        consultas.anotar_ejecucion(RESPALDO.id, momento[0], "corriendo", "")
        conexion.execute("update ejecuciones_programadas set inicio = inicio - interval '3 seconds'")
        consultas.anotar_ejecucion(RESPALDO.id, momento[0], "hecho", "nora-20261124-093000")
        conexion.execute("delete from cola.procrastinate_jobs")
    pagina = admin.get("/admin/salud").get_data(as_text=True)
    assert "tardó 3.0 s, a mano" in pagina and "nora-20261124-093000" in pagina

    with psycopg.connect(base.servicio, autocommit=True) as conexion:
        conexion.execute(
            "update ejecuciones_programadas set estado = 'fallido', resultado = 'el disco está lleno'"
        )
    pagina = admin.get("/admin/salud").get_data(as_text=True)
    assert "Falló" in pagina and "el disco está lleno" in pagina
    with psycopg.connect(base.servicio, autocommit=True) as conexion:
        conexion.execute("update ejecuciones_programadas set estado = 'hecho'")

    # Apagado no corre a su hora ni se recupera lo que tocó entonces; a mano, sí.
    assert reclamar(RESPALDO, A_SU_HORA - timedelta(days=2)) is True
    assert admin.enviar("/admin/salud/encender", {"trabajo": RESPALDO.id, "activo": "0"}).status_code == 302
    assert "Apagado" in admin.get("/admin/salud").get_data(as_text=True)
    assert reclamar(RESPALDO, A_SU_HORA) is False
    assert recuperar(RESPALDO, A_SU_HORA + timedelta(hours=1)) is None
    admin.enviar("/admin/salud/encender", {"trabajo": RESPALDO.id, "activo": "1"})
    with psycopg.connect(base.servicio, autocommit=True) as conexion:
        conexion.execute("update trabajos_programados set desde = %s", [A_SU_HORA + timedelta(minutes=30)])
    assert recuperar(RESPALDO, A_SU_HORA + timedelta(hours=1)) is None, "le tocó estando apagado"
    assert reclamar(RESPALDO, A_SU_HORA + timedelta(days=1)) is True

    # Lo que no existe no se toca, y solo un admin puede.
    assert admin.enviar("/admin/salud/correr", {"trabajo": "otro"}).status_code == 400
    assert admin.enviar("/admin/salud/encender", {"trabajo": RESPALDO.id, "activo": "x"}).status_code == 400
    assert dueno.enviar("/admin/salud/correr", {"trabajo": RESPALDO.id}).status_code == 404
    assert auditoria(base) == [
        ("correr_trabajo", RESPALDO.id),
        ("apagar_trabajo", RESPALDO.id),
        ("encender_trabajo", RESPALDO.id),
    ]


@pytest.mark.parametrize(
    ("cron", "zona", "dicho"),
    [
        ("* * * * *", "UTC", "cada minuto"),
        ("*/5 * * * *", "UTC", "cada 5 min"),
        ("20 */4 * * *", "UTC", "cada 4 h"),
        ("5 2 * * *", "America/Hermosillo", "diario a las 2:05 (America/Hermosillo)"),
        ("0 9 * * mon", "America/Tijuana", "lunes a las 9:00 (America/Tijuana)"),
        ("0 9 1 * *", "UTC", "0 9 1 * *"),
        ("0 8-18 * * *", "UTC", "0 8-18 * * *"),
    ],
)
def test_cuando_en_palabras(cron: str, zona: str, dicho: str) -> None:
    assert cuando(Trabajo(id="x", cron=cron, zona=zona, hacer=lambda _: "", descripcion="x")) == dicho
