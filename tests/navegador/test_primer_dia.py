"""El primer día de una dueña, en su teléfono: de una Nora vacía a contestarle ella misma a un cliente de prueba.

Diez temas (uno escrito y nueve pegados), uno que se contradice y se arregla, una pregunta que Nora contesta y otra que
contesta ella. La guía hasta el final está en `tests/modulos/tablero`; la hoja de 2,000 contactos, en `test_contactos`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from apoyo.navegador import Navegador, faltas_graves
from apoyo.vivo import ServidorVivo
from conftest import CONTRASENA
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.navegador

CORREO = "duena@laespiga.mx"
PLAZO_MS = 15_000
# El primer mensaje puede esperar a que se cargue el codificador, además del silencio.
PLAZO_RESPUESTA_MS = 40_000
TITULO = "Pastel de tres leches"
CONTENIDO = (
    "El pastel de tres leches para 20 personas cuesta $480.00 MXN. Se encarga con un día de anticipación."
)
# Como lo tiene en sus notas: nueve temas, y uno trae el precio del año pasado.
PEGADO = """Horario
Abrimos de lunes a sábado de 7 a 20 horas.

Ubicación
Estamos en Hidalgo 120, colonia Centro.

Bolillo
Cada bolillo cuesta $4.00 MXN.

Conchas
Las conchas cuestan $14.00 MXN cada una.

Pastel de zanahoria
El pastel de zanahoria para 12 personas cuesta $350.00 MXN.

Envíos
Llevamos a domicilio dentro de la ciudad por $40.00 MXN.

Formas de pago
Aceptamos efectivo, tarjeta y transferencia.

Facturas
Sí facturamos: manda tu constancia fiscal por este medio.

Tres leches
El pastel de tres leches para 20 personas cuesta $420.00 MXN.
"""
EN_VIVO = """document.addEventListener('nora:conectado', () => {
  document.documentElement.dataset.conectado = 'si';
});"""


def abrir(pagina: Page, url: str) -> None:
    """Abre una página, espera a que esté conectada en vivo y le pone una marca que una recarga borraría."""
    pagina.goto(url)
    en_vivo(pagina)


def en_vivo(pagina: Page) -> None:
    expect(pagina.locator("html[data-conectado]")).to_be_attached(timeout=PLAZO_MS)
    pagina.evaluate("window.sinRecargar = true")


def sigue_sin_recargar(pagina: Page) -> bool:
    return bool(pagina.evaluate("window.sinRecargar === true"))


def test_de_una_nora_vacia_a_contestar_en_persona(
    servidor_vivo: ServidorVivo,
    navegador: Navegador,
    crear_nora: Callable[..., str],
    crear_usuario: Callable[..., str],
) -> None:
    # Con silencio, como en operación: las dos burbujas tienen que ser un solo turno.
    nora = crear_nora("laespiga", nombre_visible="Panadería La Espiga", silencio_segundos=2)
    crear_usuario(CORREO, "dueno", nora)
    panel = f"{servidor_vivo.url}/panel_cliente/{nora}"

    # Entra y el tablero le dice qué sigue.
    pagina = navegador.entrar(servidor_vivo.url, CORREO, CONTRASENA)
    pagina.set_default_timeout(PLAZO_MS)
    pagina.add_init_script(EN_VIVO)
    expect(pagina).to_have_url(f"{panel}/")
    siguiente = pagina.get_by_role("region", name="Primeros pasos").locator("[aria-current=step]")
    expect(siguiente.get_by_role("heading")).to_have_text("Enséñale tres cosas")
    siguiente.get_by_role("link", name="Enseñarle algo").click()

    # Le enseña un tema suyo, desde cero.
    pagina.get_by_role("link", name="Desde cero").click()
    pagina.get_by_label("Tema", exact=True).fill(TITULO)
    pagina.get_by_label("Lo que Nora debe responder").fill(CONTENIDO)
    pagina.get_by_role("button", name="Guardar").click()
    expect(pagina.get_by_role("list", name="Temas").get_by_text(TITULO, exact=True)).to_be_visible()

    # Pega lo demás; los nueve temas salen ya partidos, y el que choca con el suyo se le enseña lado a lado.
    pegar_y_arreglar(pagina, panel)

    # Lo pregunta con otras palabras en la caja de prueba.
    pagina.get_by_label("Escribe como lo haría un cliente").fill("¿en cuánto sale el de 3 leches?")
    pagina.get_by_role("button", name="Probar").click()
    resultado = pagina.locator(".prueba-resultado")
    expect(resultado.locator(".prueba-titular")).to_have_text("Segura", timeout=PLAZO_RESPUESTA_MS)
    expect(resultado.locator(".prueba-nora")).to_contain_text("$480.00 MXN")
    expect(resultado.locator(".prueba-apoyos")).to_contain_text(TITULO)
    assert faltas_graves(pagina) == []

    # En el simulador, la pregunta en dos burbujas recibe una sola respuesta, con su fuente.
    abrir(pagina, f"{panel}/simulador/")
    escribir(pagina, "Hola, buenas tardes")
    escribir(pagina, "oigan cuánto cuesta el pastel de tres leches")
    de_nora = pagina.locator(".simulador-mensaje[data-sentido=saliente]")
    expect(de_nora.first).to_contain_text("$480.00 MXN", timeout=PLAZO_RESPUESTA_MS)
    expect(de_nora.locator(".simulador-fuente a")).to_have_text(TITULO)
    expect(pagina.locator("[data-escribe]")).to_be_hidden()

    # En otra pestaña, el chat la marca como simulación.
    chat = pagina.context.new_page()
    chat.set_default_timeout(PLAZO_MS)
    chat.add_init_script(EN_VIVO)
    abrir(chat, f"{panel}/chat/")
    renglon = chat.locator("[data-conversacion]").filter(has_text="Simulación")
    expect(renglon).to_have_count(1)
    expect(chat.locator(".chat-espera")).to_have_count(0)

    # Pide una persona: el chat la pone en espera, con la señal cálida, sin recargar.
    escribir(pagina, "quiero hablar con una persona")
    expect(de_nora).to_have_count(2, timeout=PLAZO_RESPUESTA_MS)
    expect(de_nora.last).to_contain_text("Pediste hablar con una persona")
    espera = renglon.locator(".chat-espera")
    expect(espera).to_contain_text("Te espera", timeout=PLAZO_MS)
    calido = chat.evaluate(
        "() => { const t = document.createElement('span'); t.style.color = 'var(--espera)';"
        " document.body.append(t); const c = getComputedStyle(t).color; t.remove(); return c; }"
    )
    expect(espera).to_have_css("color", calido)
    assert sigue_sin_recargar(chat)
    assert faltas_graves(chat) == []

    # La contesta y le llega al cliente sin que recargue.
    renglon.get_by_role("link").click()
    en_vivo(chat)
    expect(chat.locator(".chat-estado-espera")).to_contain_text("Te espera")
    chat.get_by_label(re.compile("^Mensaje para")).fill("Soy Lupita, dime y te lo aparto.")
    chat.keyboard.press("Enter")
    expect(chat.locator(".chat-estado")).to_contain_text("La llevas tú")
    expect(de_nora).to_have_count(3, timeout=PLAZO_MS)
    expect(de_nora.last).to_contain_text("Soy Lupita, dime y te lo aparto.")
    expect(pagina.locator("[data-escribe]")).to_be_hidden()

    # Con ella al mando Nora calla y lo dice; al devolverla, Nora vuelve a contestar.
    chat.get_by_role("button", name="Devolver a Nora").click()
    expect(chat.locator(".chat-estado")).to_contain_text("Nora contesta aquí")
    escribir(pagina, "¿y con cuánto tiempo se encarga el tres leches?")
    expect(de_nora).to_have_count(4, timeout=PLAZO_RESPUESTA_MS)
    expect(de_nora.last).to_contain_text("un día de anticipación")
    assert sigue_sin_recargar(pagina) and sigue_sin_recargar(chat)
    assert faltas_graves(pagina) == []
    # Ya nadie espera: el tablero lo sabe.
    chat.goto(f"{panel}/")
    expect(chat.get_by_role("region", name="Primeros pasos")).to_contain_text("3 de 5 hechos")
    expect(chat.locator(".paso-espera")).to_have_count(0)
    pagina.context.close()


def pegar_y_arreglar(pagina: Page, panel: str) -> None:
    """Nueve temas de una vez, y el precio viejo apagado."""
    pagina.goto(f"{panel}/conocimiento/importar")
    pagina.get_by_label("O pega aquí el texto").fill(PEGADO)
    pagina.get_by_role("button", name="Ver los temas").click()
    expect(pagina.locator(".propuesta")).to_have_count(9)
    pagina.get_by_role("button", name="Guardar los elegidos").click()
    expect(pagina.get_by_text("9 temas guardados")).to_be_visible()
    pagina.goto(f"{panel}/conocimiento/revisar")
    choque = pagina.locator(".choque")
    expect(choque).to_have_count(1)
    expect(choque.get_by_role("heading", level=2)).to_have_text("Dos precios de lo mismo")
    assert faltas_graves(pagina) == []
    pagina.get_by_role("button", name=f"Vale «{TITULO}»").click()
    expect(pagina.get_by_text("Nada se contradice")).to_be_visible()
    pagina.goto(f"{panel}/conocimiento/")


def escribir(pagina: Page, texto: str) -> None:
    """Una burbuja del cliente, guardada."""
    suyos = pagina.locator(".simulador-mensaje[data-sentido=entrante]")
    antes = suyos.count()
    pagina.get_by_label("Mensaje como cliente").fill(texto)
    pagina.keyboard.press("Enter")
    expect(suyos).to_have_count(antes + 1, timeout=PLAZO_MS)
