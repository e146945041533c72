"""La primera tarde con Meta, en un navegador: conectar con Facebook, vincular, el avance, el resumen y una alerta."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from apoyo.navegador import Navegador, faltas_graves
from apoyo.vivo import ServidorVivo
from conftest import CONTRASENA
from dobles.meta_falso import MetaFalso, sembrar
from playwright.sync_api import expect

from .conftest import NORA

pytestmark = pytest.mark.navegador
BASE = f"/panel_cliente/{NORA}/meta_ads"


def test_de_conectar_a_ver_el_resumen(
    servidor_vivo: ServidorVivo,
    navegador: Navegador,
    meta: MetaFalso,
    crear_nora: Callable[..., str],
    crear_usuario: Callable[..., str],
) -> None:
    crear_usuario("duena@marea.mx", "dueno", crear_nora(NORA))
    hoy = datetime.now(ZoneInfo("America/Hermosillo")).date()
    cuenta = sembrar(meta, hoy - timedelta(days=89), 90, 3)
    cuenta.ads[0]["effective_status"] = "DISAPPROVED"
    meta.sondeos = 0
    se_vio = threading.Event()

    def esperar_a_que_se_vea(metodo: str, ruta: str, p: dict[str, str]) -> None:
        if metodo == "POST" and ruta.endswith("/insights"):
            se_vio.wait(30)

    meta.antes = esperar_a_que_se_vea
    pagina = navegador.entrar(servidor_vivo.url, "duena@marea.mx", CONTRASENA)
    pagina.goto(f"{servidor_vivo.url}{BASE}/")
    pagina.get_by_role("link", name="Continuar con Facebook").click()
    pagina.wait_for_url(f"**{BASE}/cuentas")
    expect(pagina.get_by_text("Meta conectada. Elige qué cuentas quieres ver.")).to_be_visible()

    pagina.get_by_role("button", name="Vincular Estética Marea").click()
    avance = pagina.locator("[data-modulo=meta-avance]")
    expect(avance).to_contain_text("0%")
    expect(avance.locator("[role=status]")).to_have_text(
        re.compile("Leyendo|Entrando|Meta prepara"), timeout=15_000
    )
    assert faltas_graves(pagina) == []
    se_vio.set()
    expect(pagina.get_by_role("button", name="Sincronizar Estética Marea")).to_be_visible(timeout=30_000)

    pagina.goto(f"{servidor_vivo.url}{BASE}/")
    desde = hoy - timedelta(days=30)
    gasto = sum(f.gasto for f in cuenta.filas if desde <= f.dia < hoy)
    expect(pagina.get_by_text(f"${gasto:,.2f} MXN").first).to_be_visible()
    alerta = pagina.locator(".alerta")
    expect(alerta).to_contain_text("Anuncio rechazado")
    assert pagina.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    assert faltas_graves(pagina) == []
    alerta.get_by_role("button", name="Quitar: Anuncio rechazado").click()
    expect(pagina.locator(".alerta")).to_have_count(0)
    pagina.context.close()
