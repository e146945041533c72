"""Las páginas de Google Ads: conectar, elegir cuentas, el resumen, las tablas, las búsquedas por negar y reportes."""

from __future__ import annotations

import html
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from apoyo.peticiones import contar_peticiones
from dobles.google_falso import CuentaFalsa, GoogleFalso, cuenta_con_datos

from app_config import Config
from clientes.aura.anuncios.periodos import Periodo
from clientes.aura.ia.herramientas import Contexto
from clientes.aura.routes.panel_cliente_google_ads import consultas, manifiesto, tokens, trabajos
from clientes.aura.routes.panel_cliente_google_ads.herramientas import CuantoHeGastadoEnGoogle, gasto
from clientes.aura.scripts import sincronizar_google
from clientes.aura.utils.supabase_client import supabase
from clientes.aura.utils.supabase_helpers import filas, una_fila

from .conftest import AHORA, HOY, NORA, Lugar

BASE = f"/panel_cliente/{NORA}/google_ads"
HOY_DE_VERDAD = datetime.now(ZoneInfo("America/Hermosillo")).date()


def texto(respuesta: Any) -> str:
    return html.unescape(respuesta.get_data(as_text=True))


def medidas_de(pagina: str) -> dict[str, tuple[str, str]]:
    """(valor, antes) de cada medida del resumen, como los lee un programa."""
    return {
        m[1]: (m[2], m[3])
        for m in re.finditer(r'data-medida="(\w+)" data-valor="([^"]*)" data-antes="([^"]*)"', pagina)
    }


def aparte(cuenta: CuentaFalsa, desde: date, hasta: date) -> dict[str, Decimal]:
    """Cada medida del resumen, calculada aquí con lo que el doble dio."""
    suyas = [
        f for f in cuenta.dias["campaign"] if desde.isoformat() <= f["segments.date"] <= hasta.isoformat()
    ]

    def suma(campo: str) -> Decimal:
        return sum((Decimal(str(f[f"metrics.{campo}"])) for f in suyas), Decimal(0))

    total = {
        "gasto": suma("cost_micros") / 1_000_000,
        "conversiones": suma("conversions"),
        "valor": suma("conversions_value"),
        "impresiones": suma("impressions"),
        "clics": suma("clicks"),
    }
    total["costo_por_conversion"] = total["gasto"] / total["conversiones"]
    total["ctr"] = total["clics"] / total["impresiones"]
    total["cpc"] = total["gasto"] / total["clics"]
    total["cpm"] = total["gasto"] * 1000 / total["impresiones"]
    return total


def test_cada_numero_del_resumen_es_la_suma_de_lo_que_dio_google(
    lugar: Lugar, cliente_de: Callable[..., Any]
) -> None:
    cuenta, cuenta_id = lugar.cuenta(dias=14)
    otra, otra_id = lugar.cuenta(dias=14, numero="2222222222", moneda="USD")
    for cual in (cuenta_id, otra_id):
        assert lugar.correr(lugar.pedir(cual, 14)) == "hecha"
    cliente = cliente_de("dueno", NORA)
    desde, hasta = HOY - timedelta(days=6), HOY
    lapso = {"desde": desde.isoformat(), "hasta": hasta.isoformat()}

    def abrir(ruta: str = "/", **mas: str) -> str:
        respuestas: list[Any] = []
        direccion = {**lapso, **mas}
        pedidas = contar_peticiones(
            lambda: respuestas.append(cliente.get(f"{BASE}{ruta}", query_string=direccion))
        )
        assert len(pedidas) <= 3 and respuestas[0].status_code == 200
        return texto(respuestas[0])

    for moneda, suya in (("MXN", cuenta), ("USD", otra)):
        leidas = medidas_de(abrir(moneda=moneda))
        esperado = aparte(suya, desde, hasta)
        previo = aparte(suya, desde - timedelta(days=7), desde - timedelta(days=1))
        assert set(leidas) == set(esperado)
        for nombre, (valor, antes) in leidas.items():
            assert abs(Decimal(valor) - esperado[nombre]) < Decimal("1e-9"), nombre
            assert abs(Decimal(antes) - previo[nombre]) < Decimal("1e-9"), nombre
    # Cada tabla, con lo suyo.
    assert "Máximo rendimiento" in abrir("/campanas") and "$150" in abrir("/campanas")
    anuncios = abrir("/anuncios")
    assert "Fuerza: Excelente" in anuncios and "Entrega el mismo día" in anuncios
    palabras = abrir("/palabras", solo="1")
    assert "calidad 3 de 10" in palabras and "calidad 8 de 10" not in palabras, "solo las que no convirtieron"
    grupo = str(cuenta.dias["ad_group"][0]["ad_group.id"])
    assert "curso de plomería gratis" in abrir("/busquedas", grupo=grupo)
    assert "/grupos?" in abrir("/campanas") and "20" in abrir("/dias")
    hoja = abrir("/exportar.csv", nivel="termino")
    assert "plomero cerca de mi" in hoja and "USD" in hoja
    assert "Nada pasa ese filtro" in abrir("/campanas", q="no existe")


def test_las_busquedas_por_negar_se_copian_y_se_dan_por_vistas(
    lugar: Lugar, cliente_de: Callable[..., Any]
) -> None:
    cuenta, cuenta_id = lugar.cuenta(dias=4)
    # Una que ya es palabra clave no se propone, aunque gaste sin convertir.
    for fila in cuenta.dias["search_term_view"]:
        if fila["search_term_view.search_term"] == "plomero cerca de mi":
            fila |= {"search_term_view.search_term": "Plomero", "metrics.conversions": 0.0}
    lugar.correr(lugar.pedir(cuenta_id, 4))
    cliente = cliente_de("dueno", NORA)
    lapso = {"desde": (HOY - timedelta(days=3)).isoformat(), "hasta": HOY.isoformat()}

    def propuestas() -> list[str]:
        pagina = texto(cliente.get(f"{BASE}/busquedas", query_string={**lapso, "solo": "1"}))
        return re.findall(r'name="termino" value="([^"]*)"', pagina)

    assert propuestas() == ["curso de plomería gratis"]
    cliente.enviar(f"{BASE}/busquedas/revisar", {"termino": propuestas()})
    assert propuestas() == []
    assert [f["termino"] for f in filas(supabase.table("google_ads_terminos_vistos").select("termino"))] == [
        "curso de plomería gratis"
    ]
    cliente.enviar(f"{BASE}/busquedas/revisar", {"termino": "curso de plomería gratis", "sin_ver": "1"})
    assert propuestas() == ["curso de plomería gratis"]
    assert cliente.enviar(f"{BASE}/busquedas/revisar", {}).status_code == 400


def test_conectar_elegir_y_quitar(
    app: Any, crear_nora: Callable[..., str], cliente_de: Callable[..., Any], google: GoogleFalso
) -> None:
    crear_nora(NORA)
    google.poner(cuenta_con_datos("1111111111", "Plomería Ruiz", HOY, 3))
    cliente = cliente_de("dueno", NORA)
    assert "Continuar con Google" in texto(cliente.get(f"{BASE}/"))
    a_google = urlsplit(cliente.get(f"{BASE}/conectar/google").headers["Location"])
    pedido = {clave: valores[0] for clave, valores in parse_qs(a_google.query).items()}
    assert (pedido["access_type"], pedido["prompt"]) == ("offline", "consent")

    def volver(**dicho: str) -> str:
        de_vuelta = cliente.get("/permisos/anuncios", query_string=dicho)
        return texto(cliente.get(de_vuelta.headers["Location"], follow_redirects=True))

    assert "no se pidió desde aquí" in volver(state="inventado", code="codigo-bueno")
    google.permisos = "openid"
    assert "no se marcó el permiso" in volver(state=pedido["state"], code="codigo-bueno")
    google.permisos = "https://www.googleapis.com/auth/adwords"
    assert una_fila(supabase.table("google_ads_conexiones").select("*")) is None
    otra = parse_qs(urlsplit(cliente.get(f"{BASE}/conectar/google").headers["Location"]).query)["state"][0]
    pagina = volver(state=otra, code="codigo-bueno")
    assert "Elige qué cuentas quieres ver" in pagina and "111-111-1111" in pagina
    guardada = una_fila(supabase.table("google_ads_conexiones").select("*"))
    assert guardada is not None and "renovacion" not in guardada["token_cifrado"]

    (cuenta,) = consultas.leer_cuentas(NORA)
    cliente.enviar(f"{BASE}/cuentas/{cuenta['id']}/uso", {"uso": "vinculada"})
    trabajos.sincronizar(AHORA)
    assert "Al día" not in texto(cliente.get(f"{BASE}/cuentas")), "la que acabó no estorba"
    (lectura,) = filas(supabase.table("google_ads_sincronizaciones").select("*"))
    assert lectura["estado"] == "hecha"
    avance = cliente.get(f"{BASE}/sincronizaciones/{lectura['id']}").get_json()["data"]
    assert (avance["avance"], avance["viva"]) == (100, False)

    mal = cliente.enviar(f"{BASE}/cuentas/{cuenta['id']}/quitar", {"nombre": "otra"})
    assert mal.status_code == 422 and "tal cual" in texto(mal)
    cliente.enviar(f"{BASE}/cuentas/{cuenta['id']}/quitar", {"nombre": "plomería ruiz"})
    assert consultas.leer_cuentas(NORA) == [] and filas(supabase.table("google_ads_dias").select("*")) == []
    cliente.enviar(f"{BASE}/desconectar")
    assert "Continuar con Google" in texto(cliente.get(f"{BASE}/"))


def test_lo_que_piden_los_reportes_los_permisos_y_la_conversacion(lugar: Lugar) -> None:
    cuenta, cuenta_id = lugar.cuenta(dias=14)
    fuente = manifiesto.anuncios
    assert fuente is not None
    assert fuente.leer(NORA, HOY - timedelta(days=13), AHORA, lambda _q, _a: None) == []
    semana = Periodo(HOY - timedelta(days=6), HOY)
    (contada,) = fuente.contar(NORA, semana, semana.anterior)
    esperado = aparte(cuenta, semana.desde, semana.hasta)
    assert (contada.red, contada.actual.gasto, contada.actual.resultados) == (
        "google_ads",
        esperado["gasto"],
        esperado["conversiones"],
    )
    for nivel in ("campana", "dia"):
        assert sum(r.actual.gasto for r in contada.niveles[nivel]) == esperado["gasto"], nivel
    assert len(contada.niveles["conjunto"]) == 2 and contada.niveles["plataforma"] == []

    al_dia = tokens.renovar(NORA, 10, AHORA, simular=False)
    assert al_dia is not None and al_dia.final == "al_dia"
    lugar.google.renovaciones.clear()
    perdido = tokens.renovar(NORA, 10, AHORA, simular=False)
    assert perdido is not None and (perdido.final, "renovacion" in perdido.motivo) == ("no_se_puede", False)
    assert consultas.alrededor(NORA).conexion.estado == "vencida"  # type: ignore[union-attr]

    contexto = Contexto(
        nombre_nora=NORA, conversacion_id="", contacto_id="", zona_horaria="America/Hermosillo"
    )
    assert sincronizar_google.RED.leer(NORA, None, None, simular=True).salida == 0
    assert sincronizar_google.RED.leer(NORA, "9", None, simular=False).salida == 1
    dicho = gasto(contexto, CuantoHeGastadoEnGoogle(periodo="30_dias"))
    assert "conversiones" in dicho.texto or "Sin gasto" in dicho.texto


@pytest.mark.largo
@pytest.mark.timeout(600)
def test_noventa_dias_de_doscientos_anuncios_no_se_juntan_en_memoria(lugar: Lugar, config: Config) -> None:
    """En un proceso aparte, como desde una terminal, contra leer un solo día: el SDK ya pesa lo suyo."""
    cuenta, cuenta_id = lugar.cuenta(dias=90)
    cuenta.dias["ad_group_ad"] = [
        {**fila, "ad_group_ad.ad.id": fila["ad_group_ad.ad.id"] + n}
        for fila in cuenta.dias["ad_group_ad"]
        for n in range(100)
    ]
    entorno = {k: v for k, v in os.environ.items() if not k.startswith(("SUPABASE_", "NORA_", "GOOGLE_"))}
    for nombre in ("SUPABASE_DB_URL", "NORA_DATOS", *(n for n in vars(config) if n.startswith("GOOGLE_"))):
        entorno[nombre] = str(getattr(config, nombre))
    entorno["NORA_CLAVES_CIFRADO"] = ",".join(config.NORA_CLAVES_CIFRADO)

    def leer_desde(dia: date) -> float:
        """El máximo de memoria del proceso, en MB."""
        proceso = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "clientes.aura.scripts.sincronizar_google",
                NORA,
                "--desde",
                dia.isoformat(),
            ],
            cwd=Path(__file__).resolve().parents[3],
            env=entorno,
        )
        _, estado, uso = os.wait4(proceso.pid, 0)
        proceso.returncode = os.waitstatus_to_exitcode(estado)
        assert proceso.returncode == 0
        return uso.ru_maxrss / 1024

    todos = leer_desde(HOY - timedelta(days=89))
    assert len(lugar.dias()) > 18_000
    supabase.table("google_ads_cuentas").update({"ultimo_dia": None}).eq("id", cuenta_id).execute()
    uno = leer_desde(HOY_DE_VERDAD)
    assert todos - uno < 40 and todos < 260, (todos, uno)
