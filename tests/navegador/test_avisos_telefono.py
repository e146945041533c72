"""Encender los avisos desde la página, recibir uno con el trabajador de servicio, y lo que se le dice a un iPhone.

El Chromium de las pruebas no llega al servicio de avisos de su fabricante: la suscripción la da un aparato falso.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from apoyo.navegador import Navegador, faltas_graves
from apoyo.vivo import ServidorVivo, esperar
from conftest import CONTRASENA
from dobles.push_falso import levantar_push
from playwright.sync_api import expect

from clientes.aura.utils.supabase_client import supabase
from clientes.aura.utils.supabase_helpers import filas

pytestmark = pytest.mark.navegador

SUSCRIBIR = """
const dada = %s;
const clave = (opciones) => { window.pedida = opciones; localStorage.setItem('dada', '1'); };
const suscripcion = {
  endpoint: dada.endpoint, options: {}, toJSON: () => dada,
  unsubscribe: async () => { localStorage.removeItem('dada'); return true; },
};
PushManager.prototype.getSubscription = async () => (localStorage.getItem('dada') ? suscripcion : null);
PushManager.prototype.subscribe = async (opciones) => { clave(opciones); return suscripcion; };
Notification.requestPermission = async () => 'granted';
Object.defineProperty(Notification, 'permission', { get: () => 'granted' });
"""


def test_encender_y_recibir(
    servidor_vivo: ServidorVivo,
    navegador: Navegador,
    crear_nora: Callable[..., str],
    crear_usuario: Callable[..., str],
) -> None:
    crear_usuario("duena@marea.mx", "dueno", crear_nora("marea"))
    url = f"{servidor_vivo.url}/panel_cliente/marea/avisos"
    with levantar_push() as servicio:
        telefono = servicio.aparato("uno")
        hoja = navegador.entrar(servidor_vivo.url, "duena@marea.mx", CONTRASENA, has_touch=True)
        hoja.context.grant_permissions(["notifications"], origin=servidor_vivo.url)
        hoja.add_init_script(SUSCRIBIR % json.dumps(telefono.suscripcion()))
        hoja.goto(url)
        interruptor = hoja.get_by_role("switch", name="Avisarme en este aparato")
        expect(interruptor).to_be_enabled()
        expect(interruptor).to_have_attribute("aria-checked", "false")
        assert faltas_graves(hoja) == []
        interruptor.tap()
        expect(interruptor).to_have_attribute("aria-checked", "true")
        assert (
            hoja.evaluate("() => window.pedida.userVisibleOnly && window.pedida.applicationServerKey.length")
            == 65
        )
        hoja.get_by_role("button", name="Mandar uno de prueba").tap()
        esperar(lambda: telefono.recibidos, "el aviso de prueba")

        # Lo que llega lo enseña el trabajador de servicio, con lo que descifró el aparato.
        cdp = hoja.context.new_cdp_session(hoja)
        registros: list[str] = []
        cdp.on(
            "ServiceWorker.workerRegistrationUpdated",
            lambda e: registros.extend(uno["registrationId"] for uno in e["registrations"]),
        )
        cdp.send("ServiceWorker.enable")
        esperar(lambda: hoja.evaluate("() => 1") and registros, "el registro del trabajador de servicio")
        cdp.send(
            "ServiceWorker.deliverPushMessage",
            {
                "origin": servidor_vivo.url,
                "registrationId": registros[-1],
                "data": json.dumps(telefono.recibidos[0]),
            },
        )
        visto = esperar(
            lambda: hoja.evaluate(
                """async () => {
                  const [uno] = await (await navigator.serviceWorker.ready).getNotifications();
                  return uno && { titulo: uno.title, texto: uno.body, url: uno.data.url, etiqueta: uno.tag };
                }"""
            ),
            "la notificación",
        )
        assert visto == telefono.recibidos[0]

        # Recargada, la página sabe que aquí ya están; y se apagan con el mismo toque.
        hoja.reload()
        expect(interruptor).to_have_attribute("aria-checked", "true")
        interruptor.tap()
        expect(interruptor).to_have_attribute("aria-checked", "false")
        esperar(
            lambda: filas(supabase.table("suscripciones_push").select("id")) == [], "que la base la olvide"
        )

        # Al cerrar sesión el aparato suelta su suscripción.
        interruptor.tap()
        expect(interruptor).to_have_attribute("aria-checked", "true")
        hoja.get_by_role("button", name="Tu cuenta").tap()
        hoja.get_by_role("button", name="Cerrar sesión").tap()
        hoja.wait_for_url("**/login*")
        assert hoja.evaluate("() => localStorage.getItem('dada')") is None
        hoja.context.close()


def test_a_un_iphone_sin_instalar_se_le_dice_como(
    servidor_vivo: ServidorVivo,
    navegador: Navegador,
    crear_nora: Callable[..., str],
    crear_usuario: Callable[..., str],
) -> None:
    crear_usuario("duena@marea.mx", "dueno", crear_nora("marea"))
    agente = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1"
    hoja = navegador.entrar(servidor_vivo.url, "duena@marea.mx", CONTRASENA, user_agent=agente)
    hoja.add_init_script("delete window.PushManager; delete window.Notification;")
    hoja.goto(f"{servidor_vivo.url}/panel_cliente/marea/avisos")
    expect(hoja.get_by_text("primero agrega Nora a la pantalla de inicio")).to_be_visible()
    expect(hoja.get_by_role("switch", name="Avisarme en este aparato")).to_be_disabled()
    expect(hoja.get_by_text("Agregar a inicio")).to_be_visible()
    hoja.context.close()
