"""La semana de Meta de punta a punta: leerla con el script, el reporte, y cada número suyo contra lo que dio Meta."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from dobles.meta_falso import Cuenta, Falla, sembrar
from flask import Flask

from clientes.aura.reportes import consultas, semanal
from clientes.aura.reportes.presentacion import datos_de
from clientes.aura.routes.panel_cliente_meta_ads import consultas as de_meta
from clientes.aura.routes.panel_cliente_meta_ads import cuentas
from clientes.aura.routes.panel_cliente_reportes import consultas as de_panel
from clientes.aura.routes.panel_cliente_reportes import trabajos
from clientes.aura.scripts import sincronizador_semanal
from clientes.aura.supabase_local import DireccionesPostgres
from clientes.aura.utils.supabase_client import supabase
from clientes.aura.utils.supabase_helpers import ejecutar

from .conftest import NORA, Lugar

AHORA = datetime.now(UTC)


def suma(cuenta: Cuenta, desde: date, hasta: date, **que: Any) -> dict[str, Decimal]:
    """Lo que el doble dio en esos días, sumado aquí."""
    suyas = [
        f for f in cuenta.filas if desde <= f.dia <= hasta and all(getattr(f, k) == v for k, v in que.items())
    ]
    return {
        campo: sum((Decimal(getattr(f, campo)) for f in suyas), Decimal(0))
        for campo in (
            "gasto",
            "impresiones",
            "alcance",
            "clics",
            "conversaciones",
            "prospectos",
            "compras",
            "valor",
        )
    }


def test_el_sincronizador_lee_la_semana_pasada_y_cada_numero_cuadra(
    base: DireccionesPostgres,
    lugar: Lugar,
    app: Flask,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lugar.meta.sondeos = 0
    hoy = AHORA.astimezone(ZoneInfo("America/Hermosillo")).date()
    lunes = hoy - timedelta(days=hoy.weekday() + 7)
    cuenta = sembrar(lugar.meta, lunes - timedelta(days=7), (hoy - lunes).days + 8, 3)
    cuentas.traer(NORA, AHORA)
    [fila] = de_meta.leer_cuentas(NORA)
    de_meta.usar_cuenta(NORA, fila["id"], "vinculada")
    # La semana de antes ya se había leído.
    de_meta.pedir_sincronizacion(NORA, fila["id"], hoy, lunes - timedelta(days=7), 90, None)

    simulado = sincronizador_semanal.sincronizar(app, None, None, simular=True)
    assert (simulado.hechos, simulado.salida) == (2, 0) and de_panel.lista(NORA, None, "", 9).reportes == ()
    hecho = sincronizador_semanal.sincronizar(app, None, None, simular=False)
    assert hecho.fallas == [] and hecho.hechos == 2
    assert "2 reportes" in capsys.readouterr().out
    [todo, de_cuenta] = de_panel.lista(NORA, None, "", 9).reportes
    assert todo.de_nora and todo.que_semana.lunes == lunes

    domingo, antes = lunes + timedelta(days=6), lunes - timedelta(days=7)
    for corto in (todo, de_cuenta):
        leido = consultas.leer(NORA, corto.id)
        assert leido is not None
        bloque = leido.datos.principal
        for campo, valor in suma(cuenta, lunes, domingo).items():
            assert Decimal(getattr(bloque.actual, campo)) == valor, campo
        for campo, valor in suma(cuenta, antes, lunes - timedelta(days=1)).items():
            assert Decimal(getattr(bloque.antes, campo)) == valor, f"antes, {campo}"
        for anuncio in bloque.anuncio:
            assert anuncio.actual.gasto == suma(cuenta, lunes, domingo, anuncio=anuncio.clave)["gasto"]
            assert anuncio.nombre.startswith("Anuncio ")
        for plataforma in bloque.plataforma:
            de_ella = suma(cuenta, lunes, domingo, plataforma=plataforma.clave)
            assert plataforma.actual.gasto == de_ella["gasto"]
        assert [d.clave for d in bloque.dia] == [(lunes + timedelta(days=n)).isoformat() for n in range(7)]
        assert bloque.campana[0].actual.gasto == bloque.actual.gasto, "una sola campaña"
        assert len(leido.frases) == 3 and not datos_de(leido)["incompleto"]

    # Dos veces es lo mismo que una.
    sincronizador_semanal.sincronizar(app, NORA, None, simular=False)
    assert [r.id for r in de_panel.lista(NORA, None, "", 9).reportes] == [todo.id, de_cuenta.id]

    # El programador hace lo mismo, una vez, desde que en su zona son las nueve del lunes.
    casi = datetime.combine(lunes + timedelta(days=7), time(8, 59), tzinfo=ZoneInfo("America/Hermosillo"))

    def se_hizo(momento: datetime) -> None:
        with psycopg.connect(base.administrador) as conexion:
            conexion.execute("set session_replication_role = replica")  # sin quien pone la fecha de hoy
            conexion.execute("update reportes set fecha_actualizacion = %s", [momento])

    se_hizo(casi - timedelta(hours=3))
    assert trabajos.de_la_semana(casi) == "0 reportes"
    assert semanal.toca({"nombre_nora": NORA, "zona_horaria": "America/Cancun"}, casi), (
        "allá van dos horas más"
    )
    assert trabajos.de_la_semana(casi + timedelta(minutes=1)) == "2 reportes", (
        "el que alguien hizo antes no cuenta"
    )
    se_hizo(casi + timedelta(minutes=2))
    assert trabajos.de_la_semana(casi + timedelta(hours=1)) == "0 reportes"

    # Una Nora que falla se dice, sale 1, y el reporte lleva lo que había; las demás se hacen.
    lugar.meta.fallar(lambda m, ruta, p: ruta.endswith("/campaigns"), Falla("error", 190, 460))
    roto = sincronizador_semanal.sincronizar(app, None, None, simular=False)
    assert roto.salida == 1 and roto.hechos == 2
    assert "Estética Marea" in roto.fallas[0] and "EAA" not in "".join(roto.fallas)
    ejecutar(supabase.table("configuracion_bot").update({"modulos": ["meta_ads"]}).eq("nombre_nora", NORA))
    assert sincronizador_semanal.sincronizar(app, None, None, simular=False).hechos == 0
    assert sincronizador_semanal.sincronizar(app, "nadie", None, simular=False).salida == 1

    for malo in ("2026-46", "2026-W60", "9999-W01"):
        with pytest.raises(SystemExit) as salida:
            sincronizador_semanal.main(["--semana", malo])
        assert salida.value.code == 2
    recibido: dict[str, Any] = {}

    def sin_aplicacion(hacer: Any, *, json_al_final: bool) -> int:
        recibido["json"], recibido["hecho"] = json_al_final, hacer(app)
        return int(recibido["hecho"].salida)

    monkeypatch.setattr(sincronizador_semanal, "correr", sin_aplicacion)
    assert sincronizador_semanal.main(["--semana", "2026-W40", "--nora", NORA, "--simular", "--json"]) == 0
    assert recibido["json"] and json.dumps(recibido["hecho"].datos)
