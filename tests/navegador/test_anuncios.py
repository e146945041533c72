"""La primera tarde con Meta y con Google, y el primer lunes, en un navegador.

Conectar, vincular, el avance, el resumen y una alerta; después hacer el reporte de la semana, compartirlo, abrirlo sin
sesión y retirarlo. Con Google, además, dar por vista una búsqueda que se propone descartar.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from apoyo.navegador import Navegador, faltas_graves
from apoyo.vivo import ServidorVivo
from conftest import CONTRASENA
from dobles.google_falso import CLIENTE, DESARROLLADOR, SECRETO, GoogleFalso, cuenta_con_datos
from dobles.meta_falso import MetaFalso, meta_falso, sembrar
from playwright.sync_api import expect

from app_config import Config
from clientes.aura.supabase_local import DireccionesPostgres

pytestmark = pytest.mark.navegador
NORA = "marea"
BASE = f"/panel_cliente/{NORA}/meta_ads"


@pytest.fixture
def meta() -> Iterator[MetaFalso]:
    with meta_falso() as doble:
        yield doble


@pytest.fixture
def config(base: DireccionesPostgres, tmp_path: Path, meta: MetaFalso, google: GoogleFalso) -> Config:
    return Config(
        ENTORNO="pruebas",
        SUPABASE_DB_URL=base.servicio,
        NORA_DATOS=tmp_path / "datos",
        META_GRAPH_URL=meta.url,
        META_OAUTH_URL=meta.url,
        META_APP_ID=meta.app_id,
        META_APP_SECRET=meta.app_secret,
        GOOGLE_ADS_ENDPOINT=google.endpoint,
        GOOGLE_ADS_TOKEN_URL=google.token_url,
        GOOGLE_OAUTH_URL=google.oauth_url,
        GOOGLE_ADS_DEVELOPER_TOKEN=DESARROLLADOR,
        GOOGLE_ADS_CLIENT_ID=CLIENTE,
        GOOGLE_ADS_CLIENT_SECRET=SECRETO,
    )


def test_de_conectar_a_compartir_el_reporte(
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
    avance = pagina.locator("[data-modulo=anuncios-avance]")
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

    lunes = hoy - timedelta(days=hoy.weekday() + 7)
    pagina.goto(f"{servidor_vivo.url}/panel_cliente/{NORA}/reportes/")
    expect(pagina.get_by_text("Todavía no hay reportes")).to_be_visible()
    pagina.get_by_role("button", name="Hacer el de la semana pasada").click()
    semana = sum(f.gasto for f in cuenta.filas if lunes <= f.dia < lunes + timedelta(days=7))
    expect(pagina.get_by_text(f"${semana:,.2f} MXN").first).to_be_visible()
    expect(pagina.locator(".frases li")).to_have_count(3)
    assert pagina.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    pagina.get_by_role("button", name="Crear enlace").click()
    enlace = pagina.locator(".copiable code").inner_text()
    fuera = navegador.pagina()
    abierto = fuera.goto(enlace)
    assert abierto and abierto.status == 200 and "noindex" in abierto.headers["x-robots-tag"]
    expect(fuera.get_by_text(f"${semana:,.2f} MXN").first).to_be_visible()
    assert faltas_graves(fuera) == []
    assert fuera.locator("a[href*=panel_cliente]").count() == 0
    pagina.reload()
    expect(pagina.locator("#compartir")).to_contain_text("1 visita")
    assert faltas_graves(pagina) == []
    pagina.get_by_role("button", name="Retirar").click()
    pagina.get_by_role("dialog").get_by_role("button", name="Retirar").click()
    expect(pagina.get_by_text("Enlace retirado: ya no abre.")).to_be_visible()
    cerrado = fuera.goto(enlace)
    assert cerrado and cerrado.status == 404
    fuera.context.close()
    pagina.context.close()


def test_de_conectar_google_a_descartar_una_busqueda(
    servidor_vivo: ServidorVivo,
    navegador: Navegador,
    google: GoogleFalso,
    crear_nora: Callable[..., str],
    crear_usuario: Callable[..., str],
) -> None:
    crear_usuario("duena@marea.mx", "dueno", crear_nora(NORA))
    ruta = f"/panel_cliente/{NORA}/google_ads"
    hoy = datetime.now(ZoneInfo("America/Hermosillo")).date()
    cuenta = cuenta_con_datos("1111111111", "Plomería Ruiz", hoy, 40)
    google.poner(cuenta)
    se_vio = threading.Event()

    def esperar_a_que_se_vea(consulta: str) -> None:
        if "segments.date" in consulta:
            se_vio.wait(30)

    google.antes = esperar_a_que_se_vea
    pagina = navegador.entrar(servidor_vivo.url, "duena@marea.mx", CONTRASENA)
    pagina.goto(f"{servidor_vivo.url}{ruta}/")
    assert faltas_graves(pagina) == []
    pagina.get_by_role("link", name="Continuar con Google").click()
    pagina.wait_for_url(f"**{ruta}/cuentas")
    expect(pagina.get_by_text("Google conectado. Elige qué cuentas quieres ver.")).to_be_visible()

    pagina.get_by_role("button", name="Vincular Plomería Ruiz").click()
    avance = pagina.locator("[data-modulo=anuncios-avance]")
    expect(avance.get_by_role("progressbar")).to_have_attribute("value", "0")
    expect(avance.locator("[role=status]")).to_have_text(re.compile("Leyendo"), timeout=15_000)
    assert faltas_graves(pagina) == []
    se_vio.set()
    expect(pagina.get_by_role("button", name="Sincronizar Plomería Ruiz")).to_be_visible(timeout=30_000)

    pagina.goto(f"{servidor_vivo.url}{ruta}/")
    desde = hoy - timedelta(days=30)
    micros = sum(
        int(f["metrics.cost_micros"])
        for f in cuenta.dias["campaign"]
        if desde.isoformat() <= f["segments.date"] < hoy.isoformat()
    )
    expect(pagina.get_by_text(f"${micros / 1_000_000:,.2f} MXN").first).to_be_visible()
    alerta = pagina.locator(".alerta", has_text="Anuncio rechazado")
    expect(alerta).to_contain_text("habla de alcohol")
    assert pagina.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    assert faltas_graves(pagina) == []
    quedan = pagina.locator(".alerta").count() - 1
    alerta.get_by_role("button", name="Quitar: Anuncio rechazado").click()
    expect(pagina.locator(".alerta")).to_have_count(quedan)

    pagina.get_by_role("link", name="Revisar").click()
    expect(pagina.get_by_text("curso de plomería gratis").first).to_be_visible()
    assert pagina.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    assert faltas_graves(pagina) == []
    pagina.get_by_role("button", name="Marcar como revisadas").click()
    expect(pagina.get_by_text("Nada que descartar")).to_be_visible()
    pagina.context.close()
