"""Sinónimos: agregar, cambiar, borrar con regreso, apagar de la lista; y que la búsqueda los use."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from apoyo.peticiones import contar_peticiones

from clientes.aura.ia import conocimiento, consultas
from clientes.aura.ia.sinonimos import lista_comun
from clientes.aura.routes.panel_cliente_conocimiento import servicio_sinonimos
from clientes.aura.utils.errores import ErrorDatoInvalido
from clientes.aura.utils.supabase_client import supabase
from clientes.aura.utils.supabase_helpers import ejecutar, filas

RUTA = "/panel_cliente/marea/conocimiento/sinonimos"


@pytest.fixture
def duena(crear_nora: Callable[..., str], cliente_de: Callable[..., Any]) -> Any:
    crear_nora("otra")
    return cliente_de("dueno", crear_nora("marea"))


def grupos() -> list[dict[str, Any]]:
    return filas(
        supabase.table("sinonimos_nora")
        .select("id,palabras")
        .is_("fecha_borrado", "null")
        .order("fecha_creacion")
    )


def pagina(cliente: Any, ruta: str = RUTA) -> str:
    respuesta = cliente.get(ruta)
    assert respuesta.status_code == 200
    return str(respuesta.get_data(as_text=True))


def test_agregar_cambiar_borrar_y_deshacer(duena: Any) -> None:
    assert len(contar_peticiones(lambda: pagina(duena))) <= 3
    assert "Todavía no agregas ninguno" in pagina(duena)
    assert duena.enviar(RUTA, {"palabras": " Guajolota ,torta de tamal, guajolota"}).status_code == 302
    (grupo,) = grupos()
    assert grupo["palabras"] == ["Guajolota", "torta de tamal"]

    assert duena.enviar(RUTA, {"palabras": "torta de tamal; GUAJOLOTA"}).status_code == 422
    malo = duena.enviar(f"{RUTA}/{grupo['id']}", {"palabras": "sola"})
    assert malo.status_code == 422
    assert "al menos dos palabras" in malo.get_data(as_text=True)
    assert duena.enviar(f"{RUTA}/{grupo['id']}", {"palabras": "guajolota, torta"}).status_code == 302
    assert grupos()[0]["palabras"] == ["guajolota", "torta"]

    borrado = duena.enviar(f"{RUTA}/{grupo['id']}/borrar", {})
    assert borrado.location.endswith(f"?deshacer={grupo['id']}")
    assert grupos() == []
    assert f"{RUTA}/{grupo['id']}/recuperar" in pagina(duena, borrado.location)
    assert duena.enviar(f"{RUTA}/{grupo['id']}/recuperar", {}).status_code == 302
    assert len(grupos()) == 1


def test_la_busqueda_los_usa_y_lo_apagado_deja_de_contar(duena: Any) -> None:
    bloques = [("Guajolota", "Cuesta $28 con atole chico."), ("Alberca", "Abre de 9 a 6.")]
    ejecutar(
        supabase.table("conocimiento_nora").insert(
            [{"nombre_nora": "marea", "titulo": t, "contenido": c} for t, c in bloques]
        )
    )
    pregunta = "cuánto cuesta la tecolota"
    antes = conocimiento.probar("marea", pregunta)
    assert all(c.lexico == 0 for c in consultas.buscar_bloques("marea", "tecolota", None, 5).candidatos)
    duena.enviar(RUTA, {"palabras": "tecolota, guajolota"})
    despues = conocimiento.probar("marea", pregunta)
    assert (despues.tipo, despues.elegidos[0].bloque.titulo) == ("segura", "Guajolota")
    assert despues.confianza > antes.confianza
    halladas = consultas.buscar_bloques("marea", "tecolota", None, 5).candidatos
    assert [c.bloque.titulo for c in halladas if c.lexico > 0] == ["Guajolota"]

    def alberca() -> float:
        candidatos = conocimiento.probar("marea", "a qué hora abre la piscina").candidatos
        return next(e.confianza for e in candidatos if e.bloque.titulo == "Alberca")

    con_lista = alberca()
    assert duena.enviar(f"{RUTA}/lista", {"cambio": "0:alberca"}).status_code == 302
    sin_grupo = alberca()
    assert sin_grupo < con_lista
    duena.enviar(f"{RUTA}/lista", {"cambio": "1:alberca"})
    assert alberca() == con_lista
    duena.enviar(f"{RUTA}/lista", {"cambio": "0:*"})
    assert alberca() < con_lista
    assert "Apagada: Nora solo usa los tuyos" in pagina(duena)
    assert duena.enviar(f"{RUTA}/lista", {"cambio": "0:noexiste"}).status_code == 404


def test_de_otra_nora_no_existe(duena: Any, cliente_de: Callable[..., Any]) -> None:
    otra = cliente_de("dueno", "otra")
    otra.enviar(RUTA.replace("marea", "otra"), {"palabras": "uno, dos"})
    ajeno = grupos()[0]["id"]
    for sufijo, datos in (("", {"palabras": "a, b"}), ("", {}), ("/borrar", {}), ("/recuperar", {})):
        assert duena.enviar(f"{RUTA}/{ajeno}{sufijo}", datos).status_code == 404
    assert len(grupos()) == 1


def test_un_agente_solo_mira(duena: Any, cliente_de: Callable[..., Any]) -> None:
    duena.enviar(RUTA, {"palabras": "uno, dos"})
    agente = cliente_de("agente", "marea")
    html = pagina(agente)
    assert "uno" in html
    assert "Agregar" not in html
    assert agente.enviar(RUTA, {"palabras": "tres, cuatro"}).status_code == 403


def test_la_lista_se_busca_y_no_pesa(duena: Any) -> None:
    entera = pagina(duena)
    assert len(re.findall(r'aria-label="Usar ', entera)) == len(lista_comun())
    assert len(entera.encode()) < 100_000
    buscada = pagina(duena, f"{RUTA}?q=PISCINA")
    assert len(re.findall(r'aria-label="Usar ', buscada)) == 1


@pytest.mark.parametrize("escrito", ["", "una", "una, Una", "x" * 41 + ", y", ", ".join("abcdefghijklm")])
def test_lo_que_no_se_acepta(escrito: str) -> None:
    with pytest.raises(ErrorDatoInvalido):
        servicio_sinonimos.partir(escrito)
