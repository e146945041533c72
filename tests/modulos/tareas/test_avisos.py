"""Los avisos: a quién, cuándo, una vez, y por WhatsApp solo dentro de las 24 horas."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

import psycopg
import pytest

from clientes.aura.routes.panel_cliente_tareas import consultas, servicio, trabajos
from clientes.aura.routes.panel_cliente_tareas.modelos import Preferencias
from clientes.aura.supabase_local import DireccionesPostgres

TELEFONO = "+526621234567"


@pytest.fixture
def luis(crear_nora: Callable[..., str], crear_usuario: Callable[..., str]) -> str:
    return crear_usuario("luis@marea.mx", "agente", crear_nora("marea", modulos=["tareas"]))


def _tarea(persona: str, titulo: str = "Llamar", **campos: Any) -> str:
    datos = servicio.Datos(titulo=titulo, asignada_a=persona, **campos)
    return servicio.guardar("marea", None, datos, None, "America/Hermosillo")[0]


def _avisos(persona: str) -> list[tuple[str, str, str]]:
    return [(a.tipo, a.texto, a.whatsapp) for a in consultas.mis_avisos("marea", persona).avisos]


def test_a_quien_le_toca_se_entera_y_quien_se_la_pone_no(luis: str) -> None:
    _tarea(luis)
    assert _avisos(luis) == [("asignada", "Te toca T-1: Llamar", "")]
    servicio.guardar("marea", None, servicio.Datos(titulo="Mía", asignada_a=luis), luis, "America/Hermosillo")
    assert len(_avisos(luis)) == 1


def test_recordatorio_y_vencida_una_vez_cada_uno(luis: str) -> None:
    consultas.guardar_preferencias("marea", luis, Preferencias(resumenes=False))
    _tarea(luis, fecha=date(2026, 11, 24), hora=time(10), recordar_minutos=60)
    for minuto in (55, 59):
        trabajos.poner_al_dia(datetime(2026, 11, 24, 15, minuto, tzinfo=UTC))
    assert [a[0] for a in _avisos(luis)] == ["asignada"]
    for _ in range(2):
        trabajos.poner_al_dia(datetime(2026, 11, 24, 16, 0, tzinfo=UTC))
    assert [a[0] for a in _avisos(luis)] == ["recordatorio", "asignada"]
    for _ in range(2):
        trabajos.poner_al_dia(datetime(2026, 11, 24, 22, 5, tzinfo=UTC))
    assert [a[0] for a in _avisos(luis)] == ["vencida", "recordatorio", "asignada"]


@pytest.mark.parametrize(
    ("zona", "antes", "despues"),
    [
        ("America/Hermosillo", 14, 15),
        ("America/Tijuana", 15, 16),  # en noviembre, UTC-8
        ("America/Mexico_City", 13, 14),
    ],
)
def test_el_resumen_sale_a_las_ocho_de_cada_zona(
    luis: str, base: DireccionesPostgres, zona: str, antes: int, despues: int
) -> None:
    with psycopg.connect(base.administrador) as conexion:
        conexion.execute("update configuracion_bot set zona_horaria = %s", (zona,))
    datos = servicio.Datos(titulo="Llamar", asignada_a=luis, fecha=date(2026, 11, 24))
    servicio.guardar("marea", None, datos, None, zona)
    trabajos.poner_al_dia(datetime(2026, 11, 24, antes, 59, tzinfo=UTC))
    assert "manana" not in [a[0] for a in _avisos(luis)]
    for _ in range(2):
        trabajos.poner_al_dia(datetime(2026, 11, 24, despues, 0, tzinfo=UTC))
    assert [a[1] for a in _avisos(luis) if a[0] == "manana"] == ["Buenos días. Hoy te toca 1 tarea."]


def test_el_cierre_cuenta_lo_hecho_y_lo_que_falta_y_se_puede_apagar(
    luis: str, crear_usuario: Callable[..., str]
) -> None:
    sofia = crear_usuario("sofia@marea.mx", "agente", "marea")
    consultas.guardar_preferencias("marea", sofia, Preferencias(resumenes=False))
    hoy = datetime.now(UTC)
    for persona in (luis, sofia):
        _tarea(persona, "Queda", fecha=date(2026, 1, 5))
        servicio.mover("marea", _tarea(persona, "Hecha"), "hecha", persona)
    # Las 18:00 de Hermosillo del día en que corre la prueba.
    local = hoy.astimezone(servicio.ZoneInfo("America/Hermosillo"))
    trabajos.poner_al_dia(local.replace(hour=18, minute=0))
    assert [a[1] for a in _avisos(luis) if a[0] == "cierre"] == [
        "Cierre del día: terminaste 1 tarea y queda 1 para hoy o de antes."
    ]
    assert "cierre" not in [a[0] for a in _avisos(sofia)]


def _platica(base: DireccionesPostgres, horas: int) -> None:
    with psycopg.connect(base.administrador) as conexion:
        conexion.execute(
            "with c as (insert into contactos (nombre_nora, direccion, direccion_envio, telefono)"
            " values ('marea', 'whatsapp:' || %(t)s, 'whatsapp:' || %(t)s, %(t)s) returning id)"
            " insert into conversaciones (nombre_nora, contacto_id, ultimo_entrante_en)"
            " select 'marea', id, now() - make_interval(hours => %(h)s) from c",
            {"t": TELEFONO, "h": horas},
        )


@pytest.mark.parametrize(
    ("horas", "quiere", "esperado"),
    [(1, True, "enviado"), (25, True, "sin_ventana"), (None, True, "sin_ventana"), (1, False, "")],
)
def test_por_whatsapp_solo_si_quiere_y_dentro_de_24_horas(
    luis: str, base: DireccionesPostgres, horas: int | None, quiere: bool, esperado: str
) -> None:
    consultas.guardar_preferencias("marea", luis, Preferencias(por_whatsapp=quiere, telefono=TELEFONO))
    if horas is not None:
        _platica(base, horas)
    _tarea(luis)
    assert _avisos(luis) == [("asignada", "Te toca T-1: Llamar", esperado)]
    with psycopg.connect(base.administrador) as conexion:
        salientes = conexion.execute("select texto, direccion_envio from mensajes_salientes").fetchall()
    assert salientes == ([("Te toca T-1: Llamar", f"whatsapp:{TELEFONO}")] if esperado == "enviado" else [])


def test_encargar_varias_avisa_una_vez(luis: str, crear_usuario: Callable[..., str]) -> None:
    ids = [servicio.guardar("marea", None, servicio.Datos(titulo="X"), None, "UTC")[0] for _ in range(3)]
    duena = crear_usuario("duena@marea.mx", "dueno", "marea")
    consultas.en_lote("marea", ids, "asignar", luis, duena)
    assert _avisos(luis) == [("asignada", "Te tocan 3 tareas más.", "")]


def test_la_pagina_de_avisos_guarda_como_los_quiere(luis: str, cliente_http: Any) -> None:
    _tarea(luis)
    cliente_http.entrar("luis@marea.mx")
    ruta = "/panel_cliente/marea/tareas/avisos"
    assert "Te toca T-1" in cliente_http.get(ruta).get_data(as_text=True)
    mal = cliente_http.enviar(ruta, {"por_whatsapp": "y"})
    assert mal.status_code == 422 and "Escribe a qué número." in mal.get_data(as_text=True)
    assert cliente_http.enviar(ruta, {"por_whatsapp": "y", "telefono": "662 123 4567"}).status_code == 302
    assert consultas.mis_avisos("marea", luis).preferencias == Preferencias(
        por_whatsapp=True, resumenes=False, telefono=TELEFONO
    )
    cliente_http.enviar(f"{ruta}/leidos")
    assert consultas.mis_avisos("marea", luis).avisos[0].leido_en is not None
