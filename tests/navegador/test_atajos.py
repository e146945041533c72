"""Teclado, esqueletos y deshacer, en un navegador."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from apoyo.navegador import ESCRITORIO, Navegador, faltas_graves
from apoyo.siembra import sembrar
from apoyo.vivo import ServidorVivo
from conftest import CONTRASENA
from playwright.sync_api import Page, Route, expect

pytestmark = pytest.mark.navegador


@pytest.fixture
def hoja(
    servidor_vivo: ServidorVivo,
    navegador: Navegador,
    crear_nora: Callable[..., str],
    crear_usuario: Callable[..., str],
) -> Iterator[Page]:
    usuario = crear_usuario("duena@marea.mx", "dueno", crear_nora("marea"))
    sembrar("marea", usuario)
    # Sin trabajador de servicio: aquí se detienen peticiones a propósito.
    abierta = navegador.entrar(
        servidor_vivo.url, "duena@marea.mx", CONTRASENA, medida=ESCRITORIO, service_workers="block"
    )
    yield abierta
    abierta.context.close()


def test_se_recorre_con_el_teclado(hoja: Page) -> None:
    base = hoja.url
    hoja.keyboard.press("?")
    ayuda = hoja.get_by_role("dialog", name="Atajos de teclado")
    expect(ayuda).to_be_visible()
    renglon = ayuda.locator("[data-atajos-ir] div").filter(has_text="Chat")
    assert renglon.locator("kbd").all_inner_texts() == ["g", "c"]
    assert faltas_graves(hoja) == []
    hoja.keyboard.press("Escape")
    expect(ayuda).to_be_hidden()

    hoja.keyboard.press("g")
    hoja.keyboard.press("o")
    hoja.wait_for_url(f"{base}contactos/")
    hoja.keyboard.press("/")
    buscador = hoja.get_by_role("searchbox")
    expect(buscador).to_be_focused()
    # Mientras se escribe, las letras son letras.
    hoja.keyboard.type("gc?")
    expect(buscador).to_have_value("gc?")
    expect(ayuda).to_be_hidden()
    hoja.keyboard.press("Escape")
    expect(buscador).not_to_be_focused()
    hoja.keyboard.press("g")
    hoja.keyboard.press("i")
    hoja.wait_for_url(base)


def test_se_pueden_apagar(hoja: Page) -> None:
    base = hoja.url
    hoja.keyboard.press("?")
    hoja.get_by_role("switch", name="Usar atajos en este aparato").click()
    hoja.keyboard.press("Escape")
    hoja.reload()
    hoja.keyboard.press("g")
    hoja.keyboard.press("c")
    hoja.keyboard.press("?")
    interruptor = hoja.get_by_role("switch", name="Usar atajos en este aparato")
    expect(interruptor).to_have_attribute("aria-checked", "false")
    assert hoja.url == base
    interruptor.click()
    hoja.keyboard.press("Escape")
    hoja.keyboard.press("g")
    hoja.keyboard.press("c")
    hoja.wait_for_url(f"{base}chat/")


def test_una_lista_que_tarda_ensena_su_forma(hoja: Page) -> None:
    base = hoja.url
    detenidas: list[Route] = []
    for modulo in ("contactos", "chat"):
        detenidas.clear()
        hoja.goto(f"{base}{modulo}/")
        hoja.route("**/*q=cliente*", lambda pedida: detenidas.append(pedida))
        hoja.get_by_role("searchbox").first.fill("cliente")
        expect(hoja.locator("main .esqueleto")).to_be_visible()
        expect(hoja.locator("main [aria-busy=true]").first).to_be_attached()
        for detenida in list(detenidas):
            detenida.continue_()
        hoja.unroute_all(behavior="ignoreErrors")
        expect(hoja.locator("main .esqueleto")).to_have_count(0)
        expect(hoja.locator("main .cargando")).to_have_count(0)
        expect(hoja.locator("main").get_by_text("Cliente de marea").first).to_be_visible()


def test_deshacer_con_una_tecla(hoja: Page) -> None:
    hecho: dict[str, Any] = hoja.evaluate(
        """async () => {
          const ruta = [...document.querySelectorAll('link[rel=modulepreload]')].find(
            (l) => l.href.endsWith('notifications.js')).href;
          const { avisar } = await import(ruta);
          window.deshechos = 0;
          avisar('Borraste 2 contactos.', { deshacer: () => { window.deshechos += 1; } });
          return { botones: document.querySelectorAll('[data-deshacer]').length };
        }"""
    )
    assert hecho == {"botones": 1}
    hoja.keyboard.press("z")
    expect(hoja.locator(".aviso-flotante")).to_have_count(0)
    assert hoja.evaluate("() => window.deshechos") == 1
