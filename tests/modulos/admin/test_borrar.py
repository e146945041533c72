"""Descargar todo lo de una Nora y borrarla: con su nombre escrito, suspendida, y sin tocar a las demás."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from apoyo.siembra import sembrar
from psycopg import sql

from clientes.aura.supabase_local import DireccionesPostgres
from clientes.aura.utils.supabase_client import supabase


@pytest.fixture
def admin(cliente_de: Callable[..., Any]) -> Any:
    return cliente_de("admin")


@pytest.fixture
def dos_noras(crear_nora: Any, crear_usuario: Any) -> None:
    for nombre in ("marea", "monte"):
        sembrar(nombre, crear_usuario(f"duena@{nombre}.mx", "dueno", crear_nora(nombre)))


def cuentas(base: DireccionesPostgres, nombre: str) -> dict[str, int]:
    """Cuántas filas tiene en cada tabla con su nombre."""
    with psycopg.connect(base.administrador) as conexion:
        tablas = conexion.execute(
            "select table_name from information_schema.columns join information_schema.tables"
            " using (table_schema, table_name) where table_schema = 'public' and column_name = 'nombre_nora'"
            " and table_type = 'BASE TABLE'"
        ).fetchall()
        consulta = sql.SQL("select count(*) from {} where nombre_nora = %s")
        halladas = {}
        for (tabla,) in tablas:
            fila = conexion.execute(consulta.format(sql.Identifier(tabla)), [nombre]).fetchone()
            assert fila is not None
            if fila[0]:
                halladas[tabla] = fila[0]
        return halladas


def test_el_zip_trae_cada_fila_y_ningun_secreto(
    admin: Any, dos_noras: None, base: DireccionesPostgres
) -> None:
    with psycopg.connect(base.administrador, autocommit=True) as conexion:
        conexion.execute(
            "insert into credenciales_nora (nombre_nora, twilio_account_sid, twilio_token_cifrado)"
            " values ('marea', %s, 'gAAAA-secreto')",
            ["AC" + "0a" * 16],
        )
        conexion.execute(
            "update contactos set nombre = '=cmd|calc' where nombre_nora = 'marea'"
            " and id = (select id from contactos where nombre_nora = 'marea' limit 1)"
        )
    hay = cuentas(base, "marea")
    respuesta = admin.enviar("/admin/noras/marea/descargar")
    assert respuesta.status_code == 200
    assert respuesta.headers["Content-Type"] == "application/zip"
    crudo = respuesta.get_data()
    with zipfile.ZipFile(io.BytesIO(crudo)) as caja:
        textos = {
            n: caja.read(n).decode("utf-8-sig") for n in caja.namelist() if n.endswith((".csv", ".txt"))
        }
    leidas = {n.removesuffix(".csv"): t for n, t in textos.items() if n.endswith(".csv")}
    filas = {tabla: list(csv.DictReader(io.StringIO(texto))) for tabla, texto in leidas.items()}
    esperadas = {tabla: n for tabla, n in hay.items() if tabla not in ("credenciales_nora", "auditoria")}
    assert {t: len(f) for t, f in filas.items() if t != "auditoria"} == esperadas
    assert all(f["nombre_nora"] == "marea" for una in filas.values() for f in una)
    assert "gAAAA-secreto" not in "".join(textos.values())
    assert any(f["nombre"] == "'=cmd|calc" for f in filas["contactos"])
    assert all(f["telefono"][:1] in ("", "+") for f in filas["contactos"])
    assert "LEEME.txt" in textos


def test_activa_no_se_borra(admin: Any, dos_noras: None, base: DireccionesPostgres) -> None:
    antes = cuentas(base, "marea")
    pagina = admin.get("/admin/noras/marea/datos").get_data(as_text=True)
    assert "primero suspéndela" in pagina and "Borrar para siempre" not in pagina
    assert admin.enviar("/admin/noras/marea/borrar", {"escrito": "marea"}).status_code == 400
    assert cuentas(base, "marea") == antes


@pytest.mark.parametrize("escrito", ["", "Marea", "monte", "mare"])
def test_sin_su_nombre_no_se_borra(
    admin: Any, dos_noras: None, base: DireccionesPostgres, escrito: str
) -> None:
    admin.enviar("/admin/noras/marea/suspender")
    antes = {t: n for t, n in cuentas(base, "marea").items() if t != "auditoria"}
    respuesta = admin.enviar("/admin/noras/marea/borrar", {"escrito": escrito})
    assert respuesta.status_code == 400
    assert "Escribe" in respuesta.get_data(as_text=True)
    assert {t: n for t, n in cuentas(base, "marea").items() if t != "auditoria"} == antes


def test_suspendida_y_con_su_nombre_se_va_todo_lo_suyo_y_nada_mas(
    admin: Any, dos_noras: None, base: DireccionesPostgres
) -> None:
    with psycopg.connect(base.administrador, autocommit=True) as conexion:
        for nombre in ("marea", "monte"):
            conexion.execute(
                "insert into cola.procrastinate_jobs (queue_name, task_name, args)"
                " values ('mensajes', 'enviar_saliente', jsonb_build_object('nombre_nora', %s::text))",
                [nombre],
            )
    de_monte = cuentas(base, "monte")
    admin.enviar("/admin/noras/marea/suspender")
    assert admin.enviar("/admin/noras/marea/borrar", {"escrito": "marea"}).status_code == 302
    assert cuentas(base, "marea") == {}
    assert cuentas(base, "monte") == de_monte
    with psycopg.connect(base.administrador) as conexion:
        quedan = conexion.execute(
            "select distinct args ->> 'nombre_nora' from cola.procrastinate_jobs where status = 'todo'"
        ).fetchall()
        anotado = conexion.execute(
            "select objeto, nombre_nora from auditoria where accion = 'borrar_nora'"
        ).fetchall()
    assert ("marea",) not in quedan and ("monte",) in quedan
    assert anotado == [("marea", None)]
    assert admin.get("/admin/noras/marea/datos").status_code == 404
    assert admin.get("/panel_cliente/marea/").status_code == 404
    assert supabase.table("usuarios").select("correo").eq("correo", "duena@marea.mx").execute().data


def test_la_que_no_existe_no_se_borra(admin: Any) -> None:
    assert admin.enviar("/admin/noras/nadie/borrar", {"escrito": "nadie"}).status_code == 404
    assert admin.enviar("/admin/noras/nadie/descargar").status_code == 404
