"""Mandar una foto y una nota de voz en el simulador, verlas, y contestar con un documento desde el chat."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from apoyo.archivos import PDF, png
from apoyo.navegador import ESCRITORIO, TELEFONO, Navegador, faltas_graves
from apoyo.vivo import ServidorVivo
from dobles.openai_falso import OpenAIFalso, Paso, openai_falso
from playwright.sync_api import Page, expect

from app_config import Config
from clientes.aura.ia import fusible

pytestmark = pytest.mark.navegador
CONTRASENA = "una frase de prueba"
PLAZO_MS = 20_000


@pytest.fixture
def openai(config: Config) -> Iterator[OpenAIFalso]:
    with openai_falso() as doble:
        config.OPENAI_API_KEY, config.OPENAI_BASE_URL = doble.llave, doble.url
        fusible.olvidar()
        yield doble


def retratar(pagina: Page, nombre: str) -> None:
    """Con NORA_FOTOS, guarda la pantalla para verla."""
    if carpeta := os.environ.get("NORA_FOTOS"):
        pagina.screenshot(path=str(Path(carpeta) / f"{nombre}.png"))


def test_una_foto_una_voz_y_un_documento(
    servidor_vivo: ServidorVivo,
    navegador: Navegador,
    crear_nora: Any,
    crear_usuario: Any,
    openai: OpenAIFalso,
) -> None:
    nora = crear_nora("marea", modo_respuesta="flexible")
    crear_usuario("ana@prueba.mx", "dueno", nora)
    openai.modelo = lambda _: Paso("Qué bonito color, con gusto te ayudo.")
    openai.voz = "¿Cuánto tardan con el cabello largo?"
    base = f"{servidor_vivo.url}/panel_cliente/{nora}"
    pagina = navegador.entrar(servidor_vivo.url, "ana@prueba.mx", CONTRASENA, TELEFONO)
    pagina.set_default_timeout(PLAZO_MS)
    expect.set_options(timeout=PLAZO_MS)

    pagina.goto(f"{base}/simulador/")
    foto = {"name": "color <b>.png", "mimeType": "image/png", "buffer": png(320, 200)}
    pagina.set_input_files("[data-adjuntar-archivo]", foto)
    expect(pagina.locator(".adjuntar-ficha")).to_contain_text("color <b>.png")
    retratar(pagina, "bandeja")
    pagina.fill("#texto", "¿Pueden con este color?")
    pagina.keyboard.press("Enter")
    expect(pagina.locator(".simulador-mio[data-id] .medio-foto img")).to_be_visible()
    expect(pagina.locator(".simulador-mio .medio-texto")).to_have_text("¿Pueden con este color?")
    expect(pagina.get_by_text("Qué bonito color")).to_be_visible()

    pagina.click("[data-adjuntar-grabar]")
    expect(pagina.locator(".adjuntar-grabando .numero")).to_have_text("0:01")
    retratar(pagina, "grabando")
    pagina.get_by_role("button", name="Mandar", exact=True).click()
    expect(pagina.locator(".simulador-mio .medio-dicho")).to_contain_text(
        "¿Cuánto tardan con el cabello largo?"
    )
    expect(pagina.get_by_text("Qué bonito color")).to_have_count(2)
    (audio,) = openai.audios
    assert audio["nombre"] == "voz.ogg" and audio["contenido"].startswith(b"OggS")
    assert _suena(pagina), "el navegador no pudo abrir la nota de voz ya guardada"
    retratar(pagina, "simulador")
    assert not faltas_graves(pagina)

    otra = navegador.entrar(servidor_vivo.url, "ana@prueba.mx", CONTRASENA, ESCRITORIO)
    otra.set_default_timeout(PLAZO_MS)
    otra.goto(f"{base}/chat/{pagina.locator('[data-conversacion]').get_attribute('data-conversacion')}")
    otra.locator(".medio-foto").click()
    visor = otra.locator("dialog.medio-visor")
    expect(visor).to_be_visible()
    assert visor.locator("img").evaluate("i => i.decode().then(() => i.naturalWidth)") == 320
    retratar(otra, "visor")
    otra.keyboard.press("Escape")
    expect(visor).to_have_count(0)
    otra.set_input_files(
        "[data-adjuntar-archivo]",
        {"name": "lista de precios.pdf", "mimeType": "application/pdf", "buffer": PDF},
    )
    otra.get_by_role("button", name="Enviar").click()
    fila = otra.locator(".chat-mensaje[data-id] a.medio-fila")
    expect(fila).to_contain_text("lista de precios.pdf")
    expect(otra.locator(".chat-provisional")).to_have_count(0)
    with otra.expect_download() as bajada:
        fila.click()
    assert bajada.value.suggested_filename == "lista de precios.pdf"
    assert Path(bajada.value.path()).read_bytes() == PDF
    retratar(otra, "chat")
    assert not faltas_graves(otra)
    otra.set_viewport_size(TELEFONO)
    retratar(otra, "chat_telefono")
    expect(pagina.locator(".simulador-mensaje:not(.simulador-mio) a.medio-fila")).to_contain_text(
        "precios.pdf"
    )


def _suena(pagina: Page) -> bool:
    """Si el reproductor entiende la nota de voz y sabe cuánto dura."""
    return bool(
        pagina.locator("audio").evaluate(
            "a => new Promise((listo) => { a.onloadedmetadata = () => listo(a.duration > 0.5);"
            " a.onerror = () => listo(false); a.preload = 'metadata'; a.load(); })"
        )
    )
