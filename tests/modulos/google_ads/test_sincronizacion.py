"""Leer una cuenta de Google: completo, por partes, repetido, y con todo lo que Google puede hacer mal."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from dobles.google_falso import CuentaFalsa, Falla

from clientes.aura.routes.panel_cliente_google_ads import ads, consultas, consultas_sincronizacion, cuentas
from clientes.aura.routes.panel_cliente_google_ads.errores import ErrorPermisoGoogle
from clientes.aura.utils.supabase_client import supabase
from clientes.aura.utils.supabase_helpers import filas

from .conftest import HOY, Lugar

RECURSOS = {
    "campana": "campaign",
    "grupo": "ad_group",
    "anuncio": "ad_group_ad",
    "palabra": "keyword_view",
    "termino": "search_term_view",
}
METRICAS = ("gasto", "impresiones", "clics", "conversiones", "valor")
Sumas = dict[tuple[str, str], Decimal]


def dado(cuenta: CuentaFalsa, desde: date = date.min, hasta: date = date.max) -> Sumas:
    """Lo que el doble dio, sumado aparte por nivel y medida."""
    total: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for nivel, recurso in RECURSOS.items():
        for fila in cuenta.dias[recurso]:
            if desde.isoformat() <= fila["segments.date"] <= hasta.isoformat():
                total[nivel, "gasto"] += Decimal(fila["metrics.cost_micros"]) / 1_000_000
                for medida, campo in zip(
                    METRICAS[1:], ("impressions", "clicks", "conversions", "conversions_value"), strict=True
                ):
                    total[nivel, medida] += Decimal(str(fila[f"metrics.{campo}"]))
    for fila in cuenta.conversiones:
        if desde.isoformat() <= fila["segments.date"] <= hasta.isoformat():
            total["conversion", "conversiones"] += Decimal(str(fila["metrics.conversions"]))
            total["conversion", "valor"] += Decimal(str(fila["metrics.conversions_value"]))
    return {llave: valor for llave, valor in total.items() if valor}


def guardado(lugar: Lugar) -> Sumas:
    total: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for fila in lugar.dias():
        for medida in METRICAS:
            total[fila["nivel"], medida] += Decimal(str(fila[medida]))
    return {llave: valor for llave, valor in total.items() if valor}


def de_dias(parte: str = "campaign") -> str:
    return f"FROM {parte} WHERE segments.date"


def test_lee_todo_y_repetir_no_cambia_nada(lugar: Lugar) -> None:
    cuenta, cuenta_id = lugar.cuenta(dias=10)
    uno = lugar.pedir(cuenta_id, 10)
    assert lugar.correr(uno) == "hecha"
    assert guardado(lugar) == dado(cuenta)
    hecha = lugar.leer(uno)
    assert (hecha.avance, hecha.filas, hecha.hecho_hasta) == (100, len(lugar.dias()), HOY)

    antes = lugar.dias()
    dos = lugar.pedir(cuenta_id)
    assert dos != uno and lugar.leer(dos).desde == HOY - timedelta(days=29), "relee la ventana de conversión"
    # Una conversión atribuida después, y otra que llegó dos veces en la misma lectura.
    cuenta.dias["campaign"][0]["metrics.conversions"] = 7.25
    repetida = dict(cuenta.dias["campaign"][0])
    cuenta.dias["campaign"].insert(0, {**repetida, "metrics.clicks": 999})
    assert lugar.correr(dos) == "hecha"
    cuenta.dias["campaign"].pop(0)
    assert guardado(lugar) == dado(cuenta) and len(lugar.dias()) == len(antes)
    assert lugar.pedir(cuenta_id) == lugar.pedir(cuenta_id), "una sola lectura viva por cuenta"


def test_guarda_lo_que_hay_en_la_cuenta(lugar: Lugar) -> None:
    cuenta, cuenta_id = lugar.cuenta(dias=2)
    assert lugar.correr(lugar.pedir(cuenta_id, 2)) == "hecha"

    def tabla(nombre: str) -> list[dict[str, Any]]:
        return filas(supabase.table(nombre).select("*").eq("nombre_nora", lugar.nora))

    assert {c["tipo"] for c in tabla("google_ads_campanas")} == {"SEARCH", "PERFORMANCE_MAX"}
    assert {Decimal(str(c["presupuesto_diario"])) for c in tabla("google_ads_campanas")} == {Decimal(150)}
    por_fuerza = {(a["fuerza"], a["estado"]): a for a in tabla("google_ads_anuncios")}
    rechazado = por_fuerza["POOR", "DISAPPROVED"]
    assert (rechazado["titulos"], rechazado["descripciones"], rechazado["motivo_rechazo"]) == (
        ["Título 2", "Envío gratis"],
        ["Entrega el mismo día"],
        "habla de alcohol",
    )
    assert {(p["nombre"], p["concordancia"], p["calidad"]) for p in tabla("google_ads_palabras")} == {
        ("plomero cerca", "PHRASE", 8),
        ("plomero", "BROAD", 3),
        ("plomero urgente", "EXACT", None),
    }
    assert [a["tipo"] for a in lugar.alertas()] == ["rechazado"]
    # Lo que ya no está en la cuenta se queda, marcado, con sus cifras; y su alerta se resuelve.
    cuenta.objetos["ad_group_ad"] = []
    lugar.ahora += timedelta(minutes=5)
    assert lugar.correr(lugar.pedir(cuenta_id, 2)) == "hecha"
    assert {a["estado"] for a in tabla("google_ads_anuncios")} == {"REMOVED"}
    assert guardado(lugar) == dado(cuenta) and lugar.alertas()[0]["resuelta_en"]


def test_un_limite_pausa_en_dias_completos_y_sigue_de_ahi(lugar: Lugar) -> None:
    cuenta, cuenta_id = lugar.cuenta(dias=10)
    lectura = lugar.pedir(cuenta_id, 10)
    limite = HOY - timedelta(days=3)
    lugar.google.fallas = [
        Falla(
            "quota_error",
            "RESOURCE_EXHAUSTED",
            en=f"'{(limite + timedelta(days=1)).isoformat()}'",
            espera_s=90,
        )
    ]
    assert lugar.correr(lectura) == "pausada"
    pausada = lugar.leer(lectura)
    assert (pausada.hecho_hasta, pausada.avance) == (limite, 70)
    assert (pausada.reintentar_en - lugar.ahora).total_seconds() == 90 and "despacio" in pausada.problema
    assert guardado(lugar) == dado(cuenta, hasta=limite), "días completos, ninguno a medias"
    assert consultas_sincronizacion.tomar(lugar.nora, lugar.ahora) is None, "todavía no le toca"
    lugar.ahora = pausada.reintentar_en
    pedidas = len(lugar.google.consultas)
    assert lugar.correr(lectura) == "hecha"
    assert guardado(lugar) == dado(cuenta)
    # La cuenta, sus cuatro listas y los seis niveles del tramo que faltaba: lo ya leído no se vuelve a pedir.
    assert len(lugar.google.consultas) == pedidas + 1 + 4 + 6


def test_se_corta_a_media_lectura_y_no_queda_nada_a_medias(lugar: Lugar) -> None:
    cuenta, cuenta_id = lugar.cuenta(dias=30)
    lectura = lugar.pedir(cuenta_id, 30)
    # La red se corta con una tanda ya entregada del segundo tramo.
    desde = (HOY - timedelta(days=22)).isoformat()
    cuenta.dias["search_term_view"] = [
        {**f, "search_term_view.search_term": f"{f['search_term_view.search_term']} {n}"}
        for f in cuenta.dias["search_term_view"]
        for n in range(3)
    ]
    lugar.google.fallas = [Falla(tras=1, en=f"FROM search_term_view WHERE segments.date BETWEEN '{desde}'")]
    assert lugar.correr(lectura) == "pausada"
    assert guardado(lugar) == dado(cuenta, hasta=HOY - timedelta(days=23))
    lugar.ahora += timedelta(minutes=20)
    assert lugar.correr(lectura) == "hecha"
    assert guardado(lugar) == dado(cuenta)


def test_la_red_falla_al_abrir_y_se_intenta_otra_vez(lugar: Lugar) -> None:
    cuenta, cuenta_id = lugar.cuenta(dias=2)
    lugar.google.fallas = [Falla(en="ListAccessibleCustomers")] * 2
    assert cuentas.traer(lugar.nora, lugar.ahora, lugar.crear) == 0
    assert lugar.esperas == [1.0, 2.0]
    lugar.google.token_mudo = True
    assert lugar.correr(lugar.pedir(cuenta_id, 2)) == "pausada"
    assert consultas.alrededor(lugar.nora).conexion.estado == "bien", "que Google calle no quita el permiso"


@pytest.mark.parametrize(
    ("familia", "codigo", "queda", "estado"),
    [
        ("authentication_error", "OAUTH_TOKEN_REVOKED", "detenida", "vencida"),
        ("authorization_error", "USER_PERMISSION_DENIED", "detenida", "sin_permisos"),
        ("authorization_error", "DEVELOPER_TOKEN_NOT_APPROVED", "detenida", "sin_permisos"),
        ("authorization_error", "CUSTOMER_NOT_ENABLED", "fallida", "bien"),
        ("internal_error", "INTERNAL_ERROR", "pausada", "bien"),
        ("query_error", "UNRECOGNIZED_FIELD", "fallida", "bien"),
    ],
)
def test_cada_error_queda_dicho(lugar: Lugar, familia: str, codigo: str, queda: str, estado: str) -> None:
    cuenta, cuenta_id = lugar.cuenta(dias=10)
    lectura = lugar.pedir(cuenta_id, 10)
    segundo = (HOY - timedelta(days=2)).isoformat()
    # Lo que se puede repetir se repite; falla hasta que se acaban los intentos.
    veces = ads.REINTENTOS + 1 if queda == "pausada" else 1
    lugar.google.fallas = [Falla(familia, codigo, en=f"BETWEEN '{segundo}'") for _ in range(veces)]
    assert lugar.correr(lectura) == queda
    leida = lugar.leer(lectura)
    assert leida.problema and codigo not in leida.problema or familia == "query_error"
    assert consultas.alrededor(lugar.nora).conexion.estado == estado
    assert guardado(lugar) == dado(cuenta, hasta=HOY - timedelta(days=3)), "lo de antes se queda"


def test_revocar_el_permiso_a_la_mitad(lugar: Lugar) -> None:
    _, cuenta_id = lugar.cuenta(dias=2)
    lugar.google.renovaciones.clear()
    lectura = lugar.pedir(cuenta_id, 2)
    assert lugar.correr(lectura) == "detenida"
    conexion = consultas.alrededor(lugar.nora).conexion
    assert conexion.estado == "vencida" and "Conecta Google otra vez" in conexion.problema
    assert "renovacion-1" not in lugar.leer(lectura).problema


def test_una_cuenta_de_otra_moneda_se_guarda_y_no_se_suma(lugar: Lugar) -> None:
    uno, primera = lugar.cuenta(dias=2)
    dos, segunda = lugar.cuenta(dias=2, numero="2222222222", moneda="USD")
    for cuenta_id in (primera, segunda):
        assert lugar.correr(lugar.pedir(cuenta_id, 2)) == "hecha"
    from clientes.aura.anuncios.periodos import leer_periodo

    periodo = leer_periodo({"desde": "2026-11-19", "hasta": "2026-11-20"}, HOY)
    totales = {s.moneda: s.cifras.gasto for s in consultas.resumen(lugar.nora, periodo, {}).totales}
    assert totales == {"MXN": dado(uno)["campana", "gasto"], "USD": dado(dos)["campana", "gasto"]}


def test_las_de_un_administrador_y_su_estado(lugar: Lugar) -> None:
    hija = CuentaFalsa("3333333333", "Sucursal Norte", moneda="USD")
    lugar.google.poner(
        CuentaFalsa("9000000000", "Agencia", hijas=["3333333333"]),
        hija,
        CuentaFalsa("4444444444", "La cancelada", estado="CANCELED"),
    )
    assert cuentas.traer(lugar.nora, lugar.ahora, lugar.crear) == 1, (
        "la cancelada no se deja leer y no estorba"
    )
    (fila,) = consultas.leer_cuentas(lugar.nora)
    assert (fila["externo_id"], fila["gerente_id"], fila["gerente_nombre"], fila["moneda"]) == (
        "3333333333",
        "9000000000",
        "Agencia",
        "USD",
    )
    consultas.usar_cuenta(lugar.nora, fila["id"], "vinculada")
    hija.estado = "SUSPENDED"
    cuentas.traer(lugar.nora, lugar.ahora, lugar.crear)
    assert [(a["titulo"], a["nivel"]) for a in lugar.alertas()] == [("Suspendida por Google", "grave")]
    # Y se lee entrando por el administrador.
    assert lugar.correr(lugar.pedir(fila["id"], 1)) == "hecha"
    assert ("3333333333", "9000000000") in {(c, por) for c, por, _ in lugar.google.consultas}


def test_lo_que_el_sdk_trae_y_lo_que_pedimos_es_de_la_misma_version(lugar: Lugar) -> None:
    from google.ads.googleads import client

    assert max(client._VALID_API_VERSIONS) == ads.VERSION
    with pytest.raises(ErrorPermisoGoogle):
        list(lugar.crear("renovacion-1").buscar("5555555555", "", "SELECT customer.id FROM customer"))
