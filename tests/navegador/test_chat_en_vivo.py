"""El chat y el simulador en un navegador de verdad: en vivo, sin recargar y sin perder lo escrito."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from apoyo.navegador import ESCRITORIO, TELEFONO, Navegador, faltas_graves
from apoyo.vivo import ServidorVivo
from playwright.sync_api import Page, expect

from clientes.aura.conversacion import consultas as conversacion
from clientes.aura.utils.webhook_utils import MensajeEntrante

pytestmark = pytest.mark.navegador
CONTRASENA = "una frase de prueba"
PLAZO_MS = 15_000
_serie = itertools.count(1)


@pytest.fixture
def sql(base: Any) -> Iterator[Callable[..., list[Any]]]:
    """Una consulta directa, para preparar y para comprobar."""
    with psycopg.connect(base.administrador, autocommit=True) as conexion:

        def correr(texto: str, *datos: Any) -> list[Any]:
            cursor = conexion.execute(texto, datos)
            return cursor.fetchall() if cursor.description else []

        yield correr


@pytest.fixture
def nora(crear_nora: Any, crear_usuario: Any, sql: Any) -> str:
    """Una Nora con su dueña y un bloque."""
    nombre: str = crear_nora()
    crear_usuario("ana@prueba.mx", "dueno", nombre)
    sql(
        "insert into conocimiento_nora (nombre_nora, titulo, contenido) values (%s, %s, %s)",
        nombre, "Horario", "Abrimos de lunes a sábado de 9:00 a. m. a 7:00 p. m.",
    )  # fmt: skip
    return nombre


def escribe(nora: str, texto: str, de: str = "Beto Ruiz", numero: str = "+526621110001") -> str:
    """Un cliente escribe por WhatsApp; devuelve la conversación."""
    direccion = f"whatsapp:{numero}"
    entrante = MensajeEntrante(f"SM{next(_serie):032d}", direccion, direccion, numero, de, texto, "texto")
    return conversacion.recibir_mensaje(nora, "whatsapp", entrante).conversacion_id


def abrir(navegador: Navegador, vivo: ServidorVivo, ruta: str, medida: dict[str, int]) -> Page:
    """La página, ya dentro, conectada en vivo y con una marca que una recarga borraría."""
    pagina = navegador.entrar(vivo.url, "ana@prueba.mx", CONTRASENA, medida)
    pagina.set_default_timeout(PLAZO_MS)
    pagina.add_init_script(
        "document.addEventListener('nora:conectado', () => { document.documentElement.dataset.conectado = 'si'; })"
    )
    pagina.goto(vivo.url + ruta)
    expect(pagina.locator("html[data-conectado]")).to_be_attached(timeout=PLAZO_MS)
    pagina.evaluate("window.sinRecargar = true")
    return pagina


def accesible(pagina: Page) -> None:
    faltas = faltas_graves(pagina)
    assert not faltas, "\n".join(faltas)


def test_un_mensaje_aparece_sin_recargar_ni_perder_lo_escrito(
    servidor_vivo: ServidorVivo, navegador: Navegador, nora: str, sql: Any
) -> None:
    abierta = escribe(nora, "hola, ¿están?")
    sql("update conversaciones set humano_hasta = now() + interval '10 minutes'")
    pagina = abrir(navegador, servidor_vivo, f"/panel_cliente/{nora}/chat/{abierta}", ESCRITORIO)
    pagina.fill("#texto", "a medio escribir")
    escribe(nora, "¿siguen ahí?")
    expect(pagina.get_by_role("log").get_by_text("¿siguen ahí?")).to_be_visible(timeout=PLAZO_MS)
    expect(pagina.locator("[data-lista] .lista-detalle").first).to_contain_text(
        "¿siguen ahí?", timeout=PLAZO_MS
    )
    escribe(nora, "otra persona", "Carla", "+526621110002")
    expect(pagina.locator("[data-conversacion][data-quien=Carla]")).to_be_visible(timeout=PLAZO_MS)
    assert pagina.evaluate("window.sinRecargar") is True
    assert pagina.input_value("#texto") == "a medio escribir"
    # Se está viendo: queda leída sin tocar nada.
    expect(pagina.locator(f'[data-lista] [data-conversacion="{abierta}"] .lista-contador')).to_have_count(
        0, timeout=PLAZO_MS
    )
    accesible(pagina)
    pagina.reload()
    assert pagina.input_value("#texto") == "a medio escribir"


def test_quien_espera_se_ve_en_la_lista_del_telefono(
    servidor_vivo: ServidorVivo, navegador: Navegador, nora: str
) -> None:
    pagina = abrir(navegador, servidor_vivo, f"/panel_cliente/{nora}/chat/", TELEFONO)
    expect(pagina.get_by_text("Todavía no hay conversaciones")).to_be_visible()
    accesible(pagina)
    escribe(nora, "Quiero hablar con una persona")
    expect(pagina.locator(".chat-espera")).to_contain_text("Te espera", timeout=PLAZO_MS)
    accesible(pagina)
    pagina.locator("[data-conversacion] a").first.click()
    expect(pagina.get_by_role("button", name="Tomar")).to_be_visible()
    expect(pagina.locator(".chat-panel-lista")).to_be_hidden()
    accesible(pagina)
    pagina.get_by_role("button", name="Ver ficha").click()
    expect(pagina.get_by_text("Cliente desde")).to_be_visible()
    accesible(pagina)
    pagina.get_by_role("button", name="Cerrar la ficha").click()
    pagina.get_by_role("button", name="Tomar").click()
    expect(pagina.locator("[data-hasta]")).to_have_text(re.compile(r"^(30:00|29:5\d)$"), timeout=PLAZO_MS)
    pagina.get_by_role("button", name="Devolver a Nora").click()
    expect(pagina.get_by_text("Nora contesta aquí")).to_be_visible(timeout=PLAZO_MS)
    pagina.get_by_role("link", name="Volver a la lista").click()
    expect(pagina.locator(".chat-espera")).to_have_count(0)


def test_lo_que_no_sale_se_queda_y_reintentar_no_lo_duplica(
    servidor_vivo: ServidorVivo, navegador: Navegador, nora: str, sql: Any
) -> None:
    abierta = escribe(nora, "hola")
    pagina = abrir(navegador, servidor_vivo, f"/panel_cliente/{nora}/chat/{abierta}", TELEFONO)

    # La petición llega y se guarda, pero su respuesta se pierde en el camino.
    def perder(camino: Any) -> None:
        camino.fetch()
        camino.abort()

    pagina.route("**/responder", perder)
    # Sin avisos en vivo, para que solo el reintento pueda confirmarlo.
    pagina.route("**/novedades*", lambda camino: camino.abort())
    pagina.fill("#texto", "Sí, dime\nen qué te ayudo")
    pagina.press("#texto", "Enter")
    expect(pagina.get_by_role("button", name="Reintentar")).to_be_visible(timeout=PLAZO_MS)
    accesible(pagina)
    pagina.reload()
    expect(pagina.locator(".chat-mensaje[data-clave]")).to_have_count(1)
    assert sql("select count(*) from mensajes where autor = 'persona'") == [(1,)]

    pagina.unroute("**/responder")
    pagina.route("**/responder", lambda camino: camino.abort())
    pagina.fill("#texto", "segundo")
    pagina.press("#texto", "Enter")
    reintentar = pagina.get_by_role("button", name="Reintentar")
    expect(reintentar).to_be_visible(timeout=PLAZO_MS)
    pagina.unroute("**/responder")
    reintentar.click()
    # El botón se esconde al tocarlo; lo provisional se quita cuando quedó guardado.
    expect(pagina.locator("[data-provisional]")).to_have_count(0, timeout=PLAZO_MS)
    assert sql("select texto from mensajes where autor = 'persona' order by id") == [
        ("Sí, dime\nen qué te ayudo",), ("segundo",),
    ]  # fmt: skip
    pagina.unroute("**/novedades*")
    pagina.reload()
    # Esta Nora no tiene llaves de Twilio: el fallo se dice con palabras.
    expect(pagina.locator(".burbuja-motivo").first).to_contain_text("llaves de Twilio", timeout=PLAZO_MS)


def test_arriba_no_brinca_y_avisa_de_lo_nuevo(
    servidor_vivo: ServidorVivo, navegador: Navegador, nora: str, sql: Any
) -> None:
    abierta = escribe(nora, "uno")
    sql("update conversaciones set humano_hasta = now() + interval '10 minutes'")
    sql(
        "insert into mensajes (nombre_nora, conversacion_id, sentido, autor, texto, atendido_en)"
        " select %s, %s, 'entrante', 'contacto', 'renglón ' || n, now() from generate_series(1, 60) n",
        nora, abierta,
    )  # fmt: skip
    pagina = abrir(navegador, servidor_vivo, f"/panel_cliente/{nora}/chat/{abierta}", TELEFONO)
    hilo = pagina.locator("[data-desplaza]")
    hilo.evaluate("e => { e.scrollTop = 0; }")
    expect(pagina.get_by_text("renglón 1", exact=True)).to_be_attached(timeout=PLAZO_MS)
    hilo.evaluate("e => { e.scrollTop = 400; }")
    escribe(nora, "lo más nuevo")
    pildora = pagina.locator("[data-nuevos]")
    expect(pildora).to_have_text("1 mensaje nuevo", timeout=PLAZO_MS)
    assert hilo.evaluate("e => e.scrollTop") == 400
    accesible(pagina)
    pildora.click()
    expect(pagina.get_by_role("log").get_by_text("lo más nuevo")).to_be_in_viewport()
    expect(pildora).to_be_hidden()


def test_el_simulador_contesta_en_vivo_con_su_bloque(
    servidor_vivo: ServidorVivo, navegador: Navegador, nora: str, sql: Any
) -> None:
    pagina = abrir(navegador, servidor_vivo, f"/panel_cliente/{nora}/simulador/", TELEFONO)
    accesible(pagina)
    pagina.fill("#texto", "¿Cuál es su horario?")
    pagina.press("#texto", "Enter")
    respuesta = pagina.locator(".simulador-mensaje[data-sentido=saliente]")
    expect(respuesta).to_contain_text("de lunes a sábado", timeout=30_000)
    expect(respuesta.locator(".simulador-fuente a")).to_have_text("Horario")
    expect(pagina.locator("[data-escribe]")).to_be_hidden()
    assert pagina.evaluate("window.sinRecargar") is True
    accesible(pagina)
    pagina.goto(f"{servidor_vivo.url}/panel_cliente/{nora}/chat/")
    expect(pagina.locator("[data-conversacion]")).to_contain_text("Simulación")
    pagina.goto(f"{servidor_vivo.url}/panel_cliente/{nora}/simulador/")
    pagina.get_by_role("button", name="Empezar de nuevo").click()
    pagina.locator("dialog [data-confirmar-aceptar]").click()
    expect(pagina.get_by_text("Pregúntale algo")).to_be_visible(timeout=PLAZO_MS)
    assert sql("select count(*) from contactos") == [(0,)]


def test_las_herramientas_de_la_bandeja_con_el_pulgar(
    servidor_vivo: ServidorVivo, navegador: Navegador, nora: str, sql: Any, crear_usuario: Any
) -> None:
    luis = crear_usuario("luis@prueba.mx", "agente", nora, nombre="Luis Gámez")
    sql(
        "insert into respuestas_rapidas (nombre_nora, atajo, texto) values (%s, 'pago', 'Con tarjeta, {nombre}.')",
        nora,
    )
    abierta = escribe(nora, "hola")
    sql("update conversaciones set humano_hasta = now() + interval '10 minutes'")
    pagina = abrir(navegador, servidor_vivo, f"/panel_cliente/{nora}/chat/{abierta}", TELEFONO)
    dialogo = pagina.locator("dialog[open]")

    pagina.get_by_role("button", name="Nota", exact=True).click()
    dialogo.get_by_label("Nota").fill("Ya mandó su comprobante, ")
    dialogo.get_by_role("button", name="@Luis Gámez").click()
    accesible(pagina)
    dialogo.get_by_role("button", name="Guardar nota").click()
    expect(pagina.get_by_role("log").get_by_text("Ya mandó su comprobante")).to_be_visible()

    pagina.get_by_role("button", name="Programar").click()
    dialogo.get_by_label("Mensaje").fill("Te esperamos a las 5.")
    dialogo.get_by_label("Cuándo sale").fill(
        (datetime.now() + timedelta(hours=30)).strftime("%Y-%m-%dT%H:%M")  # noqa: DTZ005  la hora de quien lo llena
    )
    dialogo.get_by_role("button", name="Programar").click()
    expect(pagina.get_by_text("Te esperamos a las 5.").first).to_be_visible()

    pagina.get_by_role("button", name="Asignar").click()
    dialogo.get_by_label("Quién la atiende").select_option(label="Luis Gámez")
    dialogo.get_by_role("button", name="Asignar").click()
    expect(dialogo).to_have_count(0)

    pagina.fill("#texto", "/pa")
    pagina.get_by_role("option", name="/pago").click()
    expect(pagina.locator("#texto")).to_have_value("Con tarjeta, Beto.")
    pagina.fill("#texto", "")

    pagina.get_by_role("button", name="Posponer").click()
    accesible(pagina)
    dialogo.get_by_role("button", name="En 1 hora").click()
    expect(dialogo).to_have_count(0)
    assert pagina.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    ((estado, asignada, espera),) = sql(
        "select estado, asignada_a::text, pospuesta_hasta > now() + interval '50 minutes' from conversaciones"
    )
    assert (estado, asignada, espera) == ("pospuesta", luis, True)
    assert sql("select usuario_id::text from menciones") == [(luis,)]
    assert sql("select texto, estado from mensajes_programados") == [("Te esperamos a las 5.", "pendiente")]
