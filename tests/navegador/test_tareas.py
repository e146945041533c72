"""Tareas en un navegador de verdad: mover con el teclado y con el ratón, y el recorrido de un teléfono."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from apoyo.navegador import ESCRITORIO, Navegador, faltas_graves
from apoyo.vivo import ServidorVivo, esperar
from conftest import CONTRASENA
from playwright.sync_api import Page, expect

from clientes.aura.routes.panel_cliente_tareas import servicio

pytestmark = pytest.mark.navegador
RUTA = "/panel_cliente/marea/tareas/"


@pytest.fixture
def lugar(
    servidor_vivo: ServidorVivo, crear_nora: Callable[..., str], crear_usuario: Callable[..., str]
) -> Iterator[tuple[ServidorVivo, str]]:
    nora = crear_nora("marea", modulos=["tareas"])
    yield servidor_vivo, crear_usuario("duena@marea.mx", "dueno", nora)


def _tarea(quien: str, titulo: str, **campos: Any) -> str:
    datos = servicio.Datos(titulo=titulo, asignada_a=quien, **campos)
    return servicio.guardar("marea", None, datos, quien, "America/Hermosillo")[0]


def _estado(tarea_id: str) -> str:
    leida = servicio.consultas.leer("marea", tarea_id, "00000000-0000-0000-0000-000000000000")
    assert leida is not None
    return leida.tarea.estado


def _columna(pagina: Page, estado: str) -> Any:
    return pagina.locator(f"[data-columna={estado}]")


def test_se_mueve_con_el_teclado(lugar: tuple[ServidorVivo, str], navegador: Navegador) -> None:
    vivo, quien = lugar
    primera, _ = _tarea(quien, "Barrer"), _tarea(quien, "Trapear")
    pagina = navegador.entrar(vivo.url, "duena@marea.mx", CONTRASENA, medida=ESCRITORIO)
    pagina.goto(vivo.url + RUTA)
    pagina.get_by_role("button", name="Mover T-1, Barrer").focus()
    voz = pagina.locator("[data-tablero-voz]")
    pagina.keyboard.press("Space")
    expect(voz).to_have_text("Tomaste T-1. Está en «Por hacer».")
    pagina.keyboard.press("ArrowRight")
    pagina.keyboard.press("ArrowRight")
    expect(voz).to_have_text("Sobre «En pausa».")
    pagina.keyboard.press("Escape")
    expect(_columna(pagina, "pendiente").locator(".tarea")).to_have_count(2)
    assert _estado(primera) == "pendiente", "Escape la deja donde estaba"
    pagina.keyboard.press("Space")
    pagina.keyboard.press("ArrowRight")
    pagina.keyboard.press("Space")
    expect(voz).to_have_text("T-1 está en «En curso».")
    assert _estado(primera) == "en_curso"
    expect(_columna(pagina, "pendiente").locator("[data-cuenta]")).to_have_text("1")
    expect(_columna(pagina, "en_curso").locator("[data-cuenta]")).to_have_text("1")
    pagina.get_by_role("button", name="Deshacer").click()
    esperar(lambda: _estado(primera) == "pendiente", "que quede guardado")
    assert faltas_graves(pagina) == []
    pagina.context.close()


def test_se_arrastra_con_el_raton(lugar: tuple[ServidorVivo, str], navegador: Navegador) -> None:
    vivo, quien = lugar
    tarea = _tarea(quien, "Barrer")
    pagina = navegador.entrar(vivo.url, "duena@marea.mx", CONTRASENA, medida=ESCRITORIO)
    pagina.goto(vivo.url + RUTA)
    de = pagina.locator(".tarea-titulo").bounding_box()
    a = _columna(pagina, "hecha").bounding_box()
    assert de and a
    pagina.mouse.move(de["x"] + 20, de["y"] + 8)
    pagina.mouse.down()
    pagina.mouse.move(de["x"] + 60, de["y"] + 20, steps=3)
    pagina.mouse.move(a["x"] + 60, a["y"] + 30, steps=5)
    pagina.mouse.up()
    expect(_columna(pagina, "hecha").locator(".tarea")).to_have_count(1)
    esperar(lambda: _estado(tarea) == "hecha", "que quede guardado")
    assert pagina.url == vivo.url + RUTA, "soltar no abre la tarea"
    pagina.locator(".tarea-titulo").click()
    pagina.wait_for_url(re.compile(tarea))
    pagina.context.close()


def test_el_recorrido_de_un_telefono(lugar: tuple[ServidorVivo, str], navegador: Navegador) -> None:
    """De vacío a terminada con el pulgar: anotar, palomear un paso, comentar, mover, borrar y deshacer."""
    vivo, _ = lugar
    pagina = navegador.entrar(vivo.url, "duena@marea.mx", CONTRASENA, has_touch=True)
    pagina.goto(vivo.url + RUTA)
    pagina.get_by_role("link", name="Anotar la primera").tap()
    pagina.get_by_label("Qué hay que hacer").fill("Confirmar la cita de Ana")
    pagina.get_by_label("Hora").fill("17:30")
    pagina.get_by_label("Pasos").fill("Llamar\nAnotar")
    pagina.get_by_role("button", name="Guardar").tap()
    expect(pagina.get_by_text("Di también qué día.")).to_be_visible()
    expect(pagina.get_by_label("Qué hay que hacer")).to_have_value("Confirmar la cita de Ana")
    assert faltas_graves(pagina) == []
    pagina.get_by_label("Vence").fill("2030-01-15")
    pagina.get_by_label("Se repite").select_option("semanal")
    pagina.get_by_role("button", name="Guardar").tap()
    expect(pagina.get_by_role("heading", level=1)).to_have_text("Confirmar la cita de Ana")
    expect(pagina.get_by_text("cada martes")).to_be_visible()
    pagina.get_by_role("button", name="Llamar", exact=True).tap()
    expect(pagina.get_by_text("1 de 2")).to_be_visible()
    pagina.get_by_label("Comentar").fill("No contesta")
    pagina.get_by_role("button", name="Comentar").tap()
    expect(pagina.locator(".comentario")).to_contain_text("No contesta")
    assert faltas_graves(pagina) == []
    pagina.goto(vivo.url + RUTA)
    pagina.get_by_role("button", name="Pasar T-1 a En curso").tap()
    expect(_columna(pagina, "en_curso").locator(".tarea")).to_have_count(1)
    pagina.get_by_role("button", name="Pasar T-1 a En pausa").tap()
    expect(_columna(pagina, "en_espera").locator(".tarea")).to_have_count(1)
    esperar(lambda: servicio.consultas.moldes("marea")[0].abiertas == 1, "que la que se repite siga abierta")
    pagina.goto(f"{vivo.url}{RUTA}?vista=lista")
    pagina.get_by_role("checkbox", name="Elegir T-1").tap()
    pagina.get_by_label("Qué hacer con las elegidas").select_option("borrar")
    assert faltas_graves(pagina) == []
    pagina.get_by_role("button", name="Aplicar").tap()
    expect(pagina.get_by_text("Se borró la tarea.")).to_be_visible()
    pagina.get_by_role("button", name="Deshacer").tap()
    expect(pagina.get_by_text("La tarea volvió.")).to_be_visible()
    expect(pagina.locator(".renglon")).to_have_count(1)
    ancho = pagina.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")
    assert ancho <= 0
    pagina.context.close()


def test_los_filtros_quedan_en_la_direccion(lugar: tuple[ServidorVivo, str], navegador: Navegador) -> None:
    vivo, quien = lugar
    _tarea(quien, "Barrer", prioridad=4)
    _tarea(quien, "Trapear")
    pagina = navegador.entrar(vivo.url, "duena@marea.mx", CONTRASENA)
    pagina.goto(f"{vivo.url}{RUTA}?vista=lista")
    pagina.get_by_role("searchbox", name="Buscar tareas").fill("barr")
    expect(pagina.locator(".renglon")).to_have_count(1)
    pagina.wait_for_url(re.compile(r"q=barr"))
    assert "prioridad" not in pagina.url, "los filtros vacíos no van en la dirección"
    pagina.reload()
    expect(pagina.locator(".renglon")).to_have_count(1)
    expect(pagina.get_by_role("searchbox", name="Buscar tareas")).to_have_value("barr")
    pagina.context.close()
