"""Los primeros pasos: cada uno se da por hecho solo, con los datos; se guardan y se traen de vuelta."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from apoyo.navegador import Navegador, faltas_graves
from apoyo.vivo import ServidorVivo
from conftest import CONTRASENA
from playwright.sync_api import Page, expect

from clientes.aura.utils.supabase_client import supabase
from clientes.aura.utils.supabase_helpers import ejecutar, filas

RUTA = "/panel_cliente/marea/"
PASOS = ("ensenar", "probar", "conectar", "sumar", "encender")


def hechos(pagina: str) -> dict[str, bool]:
    """Qué pasos da por hechos la página."""
    return {
        clave: "guia-hecho" in clases
        for clases, clave in re.findall(r'<li class="guia-paso([^"]*)" data-paso="(\w+)"', pagina)
    }


def leer(cliente: Any) -> str:
    pagina: str = cliente.get(RUTA).get_data(as_text=True)
    return pagina


def ensenar(cuantos: int, **campos: Any) -> None:
    nuevos = [
        {"nombre_nora": "marea", "titulo": f"Tema {n}", "contenido": "algo", **campos} for n in range(cuantos)
    ]
    ejecutar(supabase.table("conocimiento_nora").insert(nuevos))


def escribir(canal: str) -> None:
    direccion = f"{canal}:+526621234567"
    contacto = filas(
        supabase.table("contactos").insert(
            {"nombre_nora": "marea", "direccion": direccion, "direccion_envio": direccion, "canal": canal}
        )
    )[0]["id"]
    ejecutar(
        supabase.table("conversaciones").insert(
            {
                "nombre_nora": "marea",
                "contacto_id": contacto,
                "canal": canal,
                "ultimo_entrante_en": "2026-01-01T00:00:00Z",
            }
        )
    )


def test_cada_paso_sabe_si_ya_esta(
    crear_nora: Callable[..., str], crear_usuario: Callable[..., str], cliente_de: Callable[..., Any]
) -> None:
    crear_nora("marea", ia_activa=False)
    crear_nora("otra")
    duena = cliente_de("dueno", "marea")
    assert hechos(leer(duena)) == dict.fromkeys(PASOS, False)

    ensenar(2)
    ensenar(5, activo=False)
    assert not hechos(leer(duena))["ensenar"] and "Llevas 2 de 3." in leer(duena)
    ensenar(1)
    assert hechos(leer(duena))["ensenar"]

    escribir("simulador")
    assert hechos(leer(duena)) == {**dict.fromkeys(PASOS, False), "ensenar": True, "probar": True}
    escribir("whatsapp")
    assert hechos(leer(duena))["conectar"]
    crear_usuario("otra@prueba.mx", "agente", "otra")
    assert not hechos(leer(duena))["sumar"], "cuenta a quien trabaja en otra"
    crear_usuario("agente@prueba.mx", "agente", "marea")
    assert hechos(leer(duena))["sumar"]

    respuesta = duena.enviar(f"{RUTA}encender")
    assert respuesta.status_code == 302
    pagina = leer(duena)
    assert hechos(pagina) == dict.fromkeys(PASOS, True) and "Nora está lista" in pagina


def test_unas_llaves_propias_son_estar_conectada(
    crear_nora: Callable[..., str], cliente_de: Callable[..., Any]
) -> None:
    crear_nora("marea")
    duena = cliente_de("dueno", "marea")
    assert not hechos(leer(duena))["conectar"]
    llaves = {"nombre_nora": "marea", "twilio_account_sid": "AC" + "0" * 32, "twilio_token_cifrado": "x"}
    ejecutar(supabase.table("credenciales_nora").insert(llaves))
    assert hechos(leer(duena))["conectar"]


def test_se_guarda_y_se_trae_para_esa_persona(
    crear_nora: Callable[..., str], cliente_de: Callable[..., Any]
) -> None:
    crear_nora("marea")
    una, otra = cliente_de("dueno", "marea"), cliente_de("dueno", "marea")
    una.enviar(f"{RUTA}guia", {"oculta": "1"})
    assert 'id="guia"' not in leer(una) and "Ver primeros pasos" in leer(una)
    assert 'id="guia"' in leer(otra)
    una.enviar(f"{RUTA}guia", {"oculta": "0"})
    assert 'id="guia"' in leer(una) and "Ver primeros pasos" not in leer(una)


def test_es_de_quien_manda(crear_nora: Callable[..., str], cliente_de: Callable[..., Any]) -> None:
    crear_nora("marea", ia_activa=False)
    crear_nora("otra")
    agente, ajena = cliente_de("agente", "marea"), cliente_de("dueno", "otra")
    assert 'id="guia"' not in leer(agente)
    for ruta in ("guia", "encender"):
        assert agente.enviar(RUTA + ruta).status_code == 403
        assert ajena.enviar(RUTA + ruta).status_code == 404
    fila = filas(supabase.table("configuracion_bot").select("ia_activa").eq("nombre_nora", "marea"))[0]
    assert fila["ia_activa"] is False


def test_dice_la_verdad_de_lo_que_no_se_hace_aqui(
    crear_nora: Callable[..., str], cliente_de: Callable[..., Any]
) -> None:
    crear_nora("marea")
    duena, admin = leer(cliente_de("dueno", "marea")), leer(cliente_de("admin"))
    assert "lo hace quien administra Nora" in duena and "/admin/" not in duena
    assert duena.count("Copiar recado") == 2
    assert "/admin/noras/marea/datos#credenciales" in admin and "Copiar recado" not in admin


@pytest.mark.navegador
def test_con_el_pulgar_hasta_el_final(
    servidor_vivo: ServidorVivo,
    navegador: Navegador,
    crear_nora: Callable[..., str],
    crear_usuario: Callable[..., str],
) -> None:
    """Una Nora vacía, en un teléfono: lo que se puede hacer aquí se hace; lo demás se pide y se da por hecho solo."""
    crear_nora("marea", ia_activa=False)
    crear_usuario("duena@marea.mx", "dueno", "marea")
    hoja = navegador.entrar(servidor_vivo.url, "duena@marea.mx", CONTRASENA, has_touch=True)
    hoja.context.grant_permissions(["clipboard-read", "clipboard-write"])
    guia = hoja.get_by_role("region", name="Primeros pasos")
    expect(guia).to_contain_text("0 de 5 hechos")
    assert faltas_graves(hoja) == []
    for boton in guia.locator(".boton").all():
        caja = boton.bounding_box()
        assert caja and caja["height"] >= 44, boton.inner_text()

    for numero in range(3):
        guia.get_by_role("link", name="Enseñarle algo").tap()
        if numero == 0:
            hoja.get_by_role("link", name="Desde cero").tap()
        hoja.get_by_label("Tema", exact=True).fill(f"Tema {numero}")
        hoja.get_by_label("Lo que Nora debe responder").fill("Abrimos de 9 a 7.")
        hoja.get_by_role("button", name="Guardar").first.tap()
        hoja.get_by_role("list", name="Temas").get_by_text(f"Tema {numero}", exact=True).wait_for()
        hoja.goto(f"{servidor_vivo.url}{RUTA}")
    expect(guia).to_contain_text("1 de 5 hechos")

    guia.get_by_role("link", name="Abrir simulador").tap()
    caja_de_texto = hoja.locator("textarea, input[type=text]").last
    caja_de_texto.fill("hola")
    caja_de_texto.press("Enter")
    hoja.locator(".simulador-mensaje[data-sentido=entrante]").first.wait_for()
    hoja.goto(f"{servidor_vivo.url}{RUTA}")
    expect(guia).to_contain_text("2 de 5 hechos")

    # Lo que toca ahora es lo que ella puede hacer; lo demás se pide con un recado.
    expect(guia.locator("[aria-current=step]")).to_contain_text("Enciende a Nora")
    guia.locator("[data-paso=conectar]").get_by_role("button", name="Copiar recado").tap()
    expect(hoja.get_by_text("Copiado.")).to_be_visible()
    assert "conectar con Nora el WhatsApp de Marea" in hoja.evaluate("() => navigator.clipboard.readText()")
    guia.get_by_role("button", name="Encender a Nora").tap()
    expect(hoja.get_by_text("Nora ya contesta sola.")).to_be_visible()
    expect(guia).to_contain_text("3 de 5 hechos")

    crear_usuario("agente@marea.mx", "agente", "marea")
    escribir("whatsapp")
    hoja.reload()
    lista = hoja.get_by_role("region", name="Nora está lista")
    expect(lista).to_contain_text("Hiciste los cinco pasos")
    guardar_y_traer(hoja)
    hoja.context.close()


def guardar_y_traer(hoja: Page) -> None:
    hoja.get_by_role("button", name="Ocultar guía").tap()
    expect(hoja.locator("#guia")).to_have_count(0)
    hoja.get_by_role("button", name="Ver primeros pasos").tap()
    expect(hoja.locator("#guia")).to_have_count(1)
