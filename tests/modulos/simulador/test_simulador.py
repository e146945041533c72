"""El simulador contra la base de verdad: por la misma puerta que WhatsApp, una prueba por persona, y paredes."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from clientes.aura.conversacion import consultas as conversacion
from clientes.aura.conversacion import turno
from clientes.aura.routes.panel_cliente_simulador import servicio
from clientes.aura.routes.panel_cliente_simulador.consultas import Simulacion
from clientes.aura.utils.supabase_client import conexion_actual
from clientes.aura.utils.webhook_utils import MensajeEntrante


@pytest.fixture
def sql(base: Any) -> Iterator[Callable[..., list[Any]]]:
    """Una consulta directa, para preparar y para comprobar."""
    with psycopg.connect(base.administrador, autocommit=True) as conexion:

        def correr(texto: str, *datos: Any) -> list[Any]:
            cursor = conexion.execute(texto, datos)
            return cursor.fetchall() if cursor.description else []

        yield correr


def ruta(nora: str, final: str = "") -> str:
    return f"/panel_cliente/{nora}/simulador/{final}"


def mensaje(texto: str, clave: str = "") -> dict[str, str]:
    return {"texto": texto, "clave": clave or str(uuid.uuid4())}


def ensenar(sql: Callable[..., list[Any]], nora: str, titulo: str, contenido: str) -> None:
    sql(
        "insert into conocimiento_nora (nombre_nora, titulo, contenido) values (%s, %s, %s)",
        nora,
        titulo,
        contenido,
    )


def novedades(cliente: Any, nora: str, despues_de: int = 0) -> dict[str, Any]:
    datos: dict[str, Any] = cliente.get(ruta(nora, f"novedades?despues_de={despues_de}")).get_json()["data"]
    return datos


def test_sin_conocimiento_ensena_a_escribir_el_primero(crear_nora: Any, cliente_de: Any, sql: Any) -> None:
    nora = crear_nora()
    dueno = cliente_de("dueno", nora)
    vacia = dueno.get(ruta(nora)).get_data(as_text=True)
    assert "Primero enséñale algo" in vacia and f"/panel_cliente/{nora}/conocimiento/" in vacia
    ensenar(sql, nora, "Horario de <verano>", "Abrimos a las 9.")
    con_uno = dueno.get(ruta(nora)).get_data(as_text=True)
    assert "Primero enséñale algo" not in con_uno
    assert ">Horario de &lt;verano&gt;</button>" in con_uno


def test_el_mensaje_entra_por_la_puerta_de_siempre_y_una_sola_vez(
    crear_nora: Any, cliente_de: Any, sql: Any
) -> None:
    nora = crear_nora()
    dueno = cliente_de("dueno", nora)
    datos = mensaje("¿a qué hora abren?")
    primera = dueno.enviar_json(ruta(nora, "enviar"), datos)
    segunda = dueno.enviar_json(ruta(nora, "enviar"), {**datos, "clave": datos["clave"].upper()})
    assert primera.status_code == segunda.status_code == 200
    assert primera.get_json()["data"]["mensaje_id"] == segunda.get_json()["data"]["mensaje_id"]
    assert sql("select sentido, texto, proveedor_sid from mensajes") == [
        ("entrante", "¿a qué hora abren?", f"sim:{datos['clave']}")
    ]
    canal, direccion, telefono = sql("select canal, direccion, telefono from contactos")[0]
    quien = sql("select id from usuarios")[0][0]
    assert (canal, direccion, telefono) == ("simulador", f"simulador:{quien}", None)
    assert sql("select task_name from cola.procrastinate_jobs") == [("atender_conversacion",)]


def test_la_respuesta_llega_con_su_bloque(crear_nora: Any, cliente_de: Any, sql: Any) -> None:
    nora = crear_nora()
    ensenar(sql, nora, "Horario", "Abrimos de lunes a sábado de 9:00 a. m. a 7:00 p. m.")
    dueno = cliente_de("dueno", nora)
    propio = dueno.enviar_json(ruta(nora, "enviar"), mensaje("¿Cuál es su horario?")).get_json()["data"][
        "mensaje_id"
    ]
    antes = novedades(dueno, nora, propio)
    assert antes["mensajes"] == [] and antes["falta_atender"] and not antes["silencio_seguro"]
    turno.atender(nora, antes["conversacion_id"])
    despues = novedades(dueno, nora, propio)
    assert len(despues["mensajes"]) == 1
    assert "de lunes a sábado" in despues["mensajes"][0] and ">Horario</a>" in despues["mensajes"][0]
    assert sql("select canal from mensajes_salientes") == [("simulador",)]


@pytest.mark.parametrize("texto", ["", "  \n", "\x00", "x" * 1601])
def test_lo_que_no_se_puede_mandar_no_se_guarda(
    crear_nora: Any, cliente_de: Any, sql: Any, texto: str
) -> None:
    nora = crear_nora()
    assert cliente_de("dueno", nora).enviar_json(ruta(nora, "enviar"), mensaje(texto)).status_code == 400
    assert sql("select count(*) from contactos") == [(0,)]


def test_el_html_va_escapado(crear_nora: Any, cliente_de: Any) -> None:
    nora = crear_nora()
    dueno = cliente_de("dueno", nora)
    respuesta = dueno.enviar_json(ruta(nora, "enviar"), mensaje("<script>alert(1)</script>"))
    assert "<script>alert" not in respuesta.get_json()["data"]["html"]
    assert "<script>alert" not in dueno.get(ruta(nora)).get_data(as_text=True)


def test_empezar_de_nuevo_borra_solo_lo_mio(crear_nora: Any, cliente_de: Any, sql: Any) -> None:
    nora, otra = crear_nora(), crear_nora()
    dueno, agente, de_otra = cliente_de("dueno", nora), cliente_de("agente", nora), cliente_de("dueno", otra)
    for cliente, donde in ((dueno, nora), (agente, nora), (de_otra, otra)):
        cliente.enviar_json(ruta(donde, "enviar"), mensaje("hola"))
    conversacion.recibir_mensaje(
        nora,
        "whatsapp",
        MensajeEntrante(
            "SM1", "whatsapp:+526621110001", "whatsapp:+526621110001", "+526621110001", "Ana", "hola", "texto"
        ),
    )
    assert dueno.enviar_json(ruta(nora, "empezar_de_nuevo")).status_code == 200
    assert sql("select nombre_nora, canal from contactos order by 1, 2") == sorted(
        [(nora, "simulador"), (nora, "whatsapp"), (otra, "simulador")]
    )
    assert novedades(dueno, nora)["conversacion_id"] is None
    assert novedades(agente, nora)["mensajes"] != []


def test_nadie_ve_la_prueba_de_otra_persona_ni_de_otra_nora(crear_nora: Any, cliente_de: Any) -> None:
    de_a, de_b = crear_nora(), crear_nora()
    dueno_a = cliente_de("dueno", de_a)
    dueno_a.enviar_json(ruta(de_a, "enviar"), mensaje("secreto de A"))
    for ajeno, donde in ((cliente_de("agente", de_a), de_a), (cliente_de("dueno", de_b), de_b)):
        assert "secreto" not in ajeno.get(ruta(donde)).get_data(as_text=True)
        assert novedades(ajeno, donde)["mensajes"] == []
    for final in ("", "novedades"):
        assert cliente_de("dueno", de_b).get(ruta(de_a, final)).status_code == 404
    assert cliente_de("dueno", de_b).enviar_json(ruta(de_a, "enviar"), mensaje("hola")).status_code == 404


def test_una_pagina_cuesta_tres_peticiones_a_supabase(crear_nora: Any, cliente_de: Any) -> None:
    nora = crear_nora()
    dueno = cliente_de("dueno", nora)
    dueno.enviar_json(ruta(nora, "enviar"), mensaje("hola"))
    hechas: list[str] = []
    conexion_actual().http.event_hooks["request"].append(lambda peticion: hechas.append(str(peticion.url)))
    for final in ("", "novedades"):
        hechas.clear()
        assert dueno.get(ruta(nora, final)).status_code == 200
        assert 1 <= len(hechas) <= 3, hechas


@pytest.mark.parametrize(
    ("estado", "titulo", "seguro"),
    [
        ({"falta_atender": True}, "Nora no ha contestado en 15 segundos", False),
        ({"con_persona": True}, "Nora calla aquí", True),
        ({"ia_activa": False}, "Nora está en pausa", True),
        ({"espera_persona": True}, "Nora ya te pasó con una persona", True),
        ({}, "Nora leyó tu mensaje y no hacía falta contestar", True),
        ({"ia_activa": False, "falta_atender": True}, "Nora está en pausa", False),
    ],
)
def test_el_silencio_dice_su_causa(estado: dict[str, bool], titulo: str, seguro: bool) -> None:
    prueba = Simulacion(**{"ia_activa": True, "mensajes": [], "titulos": [], **estado})
    dicho = servicio.silencio(prueba)
    assert (dicho.titulo, dicho.seguro) == (titulo, seguro)


def test_la_tarjeta_dice_cuando_fue_la_ultima(crear_nora: Any, cliente_de: Any, sql: Any) -> None:
    nora = crear_nora()
    dueno = cliente_de("dueno", nora)
    tablero = f"/panel_cliente/{nora}/"
    assert "Sin probar" in dueno.get(tablero).get_data(as_text=True)
    dueno.enviar_json(ruta(nora, "enviar"), mensaje("hola"))
    sql("update contactos set ultimo_mensaje_en = now() - interval '2 hours'")
    assert "Hace 2 h" in dueno.get(tablero).get_data(as_text=True)
