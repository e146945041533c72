"""El tablero: cifras, reparto y un solo siguiente paso."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import httpx
import pytest

from clientes.aura.utils.supabase_client import conexion_actual, supabase
from clientes.aura.utils.supabase_helpers import filas

RUTA = "/panel_cliente/marea/"
ATENDIDO = "2026-01-01T00:00:00Z"


@pytest.fixture
def marea(crear_nora: Callable[..., str]) -> str:
    return crear_nora("marea")


def conversacion(nora: str, numero: int, mensajes: list[tuple[str, str, bool]], **campos: Any) -> None:
    """Una conversación con mensajes (sentido, autor, atendido)."""
    direccion = f"whatsapp:+5266200000{numero:02d}"
    contacto = filas(
        supabase.table("contactos").insert(
            {
                "nombre_nora": nora,
                "direccion": direccion,
                "direccion_envio": direccion,
                "nombre": f"Persona {numero}",
            }
        )
    )[0]["id"]
    platica = filas(
        supabase.table("conversaciones").insert({"nombre_nora": nora, "contacto_id": contacto, **campos})
    )[0]["id"]
    renglones = [
        {
            "nombre_nora": nora,
            "conversacion_id": platica,
            "sentido": sentido,
            "autor": autor,
            "texto": "hola",
            "atendido_en": ATENDIDO if atendido else None,
        }
        for sentido, autor, atendido in mensajes
    ]
    filas(supabase.table("mensajes").insert(renglones))


def ensenar(nora: str, cuantos: int) -> None:
    nuevos = [{"nombre_nora": nora, "titulo": f"Tema {n}", "contenido": "algo"} for n in range(cuantos)]
    filas(supabase.table("conocimiento_nora").insert(nuevos))


def cifra(pagina: str, titulo: str) -> str:
    encontrada = re.search(rf'{titulo}</span>\s*<span class="cifra-valor numero">([^<]*)<', pagina)
    assert encontrada, f"falta la cifra «{titulo}»"
    return encontrada[1]


def paso(pagina: str) -> str:
    encontrado = re.search(r'class="paso-titulo">([^<]*)<', pagina)
    assert encontrado
    return encontrado[1]


def sin_guia(cliente: Any) -> Any:
    """La misma persona con la guía de primeros pasos ya guardada: queda lo siguiente, uno solo."""
    cliente.enviar(f"{RUTA}guia", {"oculta": "1"})
    return cliente


def test_las_cifras_son_las_de_esta_nora(
    marea: str, crear_nora: Callable[..., str], cliente_de: Callable[..., Any]
) -> None:
    nora, persona, cliente = (
        ("saliente", "nora", True),
        ("saliente", "persona", True),
        ("entrante", "contacto", True),
    )
    conversacion(marea, 1, [cliente, nora, cliente, nora, cliente, nora])
    conversacion(marea, 2, [cliente, persona], espera_persona_desde=ATENDIDO)
    conversacion(marea, 3, [("entrante", "contacto", False)])
    conversacion(crear_nora("brisa"), 4, [cliente, nora, nora, nora, nora], espera_persona_desde=ATENDIDO)
    pagina = cliente_de("agente", marea).get(RUTA).get_data(as_text=True)
    assert cifra(pagina, "Conversaciones hoy") == "3"
    assert cifra(pagina, "Esperan a una persona") == "1"
    assert cifra(pagina, "Sin responder") == "1"
    assert cifra(pagina, "Contestó Nora") == "75 %"
    serie = json.loads(unescape(re.search(r'data-serie="([^"]*)"', pagina)[1]))  # type: ignore[index]
    assert len(serie["dias"]) == 30 and serie["de_nora"][-1] == 3 and serie["de_personas"][-1] == 1
    assert serie["recibidos"][-1] == 5 and sum(serie["recibidos"][:-1]) == 0
    filas_tabla = re.findall(r'<tr role="row"><th', pagina)
    assert len(filas_tabla) == 30, "los mismos números, en una tabla"


def test_quien_espera_va_primero(marea: str, cliente_de: Callable[..., Any]) -> None:
    conversacion(marea, 1, [("entrante", "contacto", True)], espera_persona_desde=ATENDIDO)
    pagina = cliente_de("dueno", marea).get(RUTA).get_data(as_text=True)
    assert paso(pagina) == "Una persona espera tu respuesta"
    assert "paso-espera" in pagina and "cifra-espera" in pagina


def test_nora_nueva_invita_a_ensenar_y_no_pinta_una_grafica_vacia(
    marea: str, cliente_de: Callable[..., Any]
) -> None:
    pagina = sin_guia(cliente_de("dueno", marea)).get(RUTA).get_data(as_text=True)
    assert paso(pagina) == "Enséñale lo primero a Nora" and "/panel_cliente/marea/conocimiento/" in pagina
    assert "<canvas" not in pagina and "Aquí verás cómo va tu Nora" in pagina
    assert cifra(pagina, "Contestó Nora") == "—"


def test_el_paso_siguiente_segun_lo_que_falta(marea: str, cliente_de: Callable[..., Any]) -> None:
    duena, agente = sin_guia(cliente_de("dueno", marea)), cliente_de("agente", marea)
    ensenar(marea, 2)
    assert paso(duena.get(RUTA).get_data(as_text=True)) == "Nora ya sabe 2 temas: enséñale más"
    ensenar(marea, 3)
    assert paso(duena.get(RUTA).get_data(as_text=True)) == "Prueba a Nora antes que tus clientes"
    conversacion(marea, 1, [("entrante", "contacto", True), ("saliente", "nora", True)])
    assert paso(duena.get(RUTA).get_data(as_text=True)) == "Todo al día"
    assert paso(agente.get(RUTA).get_data(as_text=True)) == "Todo al día"


def test_en_pausa_lo_dice(crear_nora: Callable[..., str], cliente_de: Callable[..., Any]) -> None:
    crear_nora("marea", ia_activa=False)
    ensenar("marea", 6)
    assert (
        paso(sin_guia(cliente_de("dueno", "marea")).get(RUTA).get_data(as_text=True)) == "Nora está en pausa"
    )


def test_sin_modulos_tambien_abre(crear_nora: Callable[..., str], cliente_de: Callable[..., Any]) -> None:
    crear_nora("marea", modulos=[])
    respuesta = cliente_de("dueno", "marea").get(RUTA)
    assert respuesta.status_code == 200 and 'class="atajos"' not in respuesta.get_data(as_text=True)


def test_las_tarjetas_de_los_modulos(marea: str, cliente_de: Callable[..., Any]) -> None:
    ensenar(marea, 7)
    pagina = cliente_de("dueno", marea).get(RUTA).get_data(as_text=True)
    assert "Temas que Nora sabe" in pagina and '<span class="atajo-cifra numero">7</span>' in pagina


def test_hace_tres_peticiones_como_mucho(marea: str, cliente_de: Callable[..., Any]) -> None:
    duena = cliente_de("dueno", marea)
    pedidas: list[str] = []

    def anotar(peticion: httpx.Request) -> None:
        # El registro de Noras relee por su cuenta cuando, como aquí, no hay quien escuche los avisos.
        if not peticion.url.path.endswith("/configuracion_bot"):
            pedidas.append(peticion.url.path)

    conexion_actual().http.event_hooks = {"request": [anotar], "response": []}
    duena.get(RUTA)
    assert 0 < len(pedidas) <= 3, pedidas
