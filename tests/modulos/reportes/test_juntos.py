"""Las dos redes en una página: se suman en la misma moneda, y una moneda nunca con otra."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from apoyo.peticiones import contar_peticiones
from apoyo.siembra import sembrar
from apoyo.siembra_google import sembrar_google
from flask import Flask

from clientes.aura.registro.noras import NoraRegistrada
from clientes.aura.routes.panel_cliente_reportes import juntos
from clientes.aura.utils.supabase_client import supabase
from clientes.aura.utils.supabase_helpers import ejecutar

NORA = "marea"
PAGINA = f"/panel_cliente/{NORA}/reportes/juntos"


def test_meta_y_google_juntos_y_los_dolares_aparte(
    app: Flask,
    crear_nora: Callable[..., str],
    crear_usuario: Callable[..., str],
    cliente_de: Callable[..., Any],
) -> None:
    modulos = ["meta_ads", "google_ads", "reportes"]
    crear_nora(NORA, modulos=modulos)
    cliente = cliente_de("dueno", NORA)
    vacia = cliente.get(PAGINA).get_data(as_text=True)
    assert "Sin movimiento" in vacia and "Conectar Meta" in vacia and "Conectar Google" in vacia

    ids = sembrar(NORA, crear_usuario("semilla@marea.mx", "dueno", NORA))
    ahora = datetime.now(UTC)
    lapso = {
        "desde": (ahora - timedelta(days=3)).date().isoformat(),
        "hasta": (ahora + timedelta(days=1)).date().isoformat(),
    }
    de_venta = supabase.table("meta_ads_ajustes").update({"etiqueta_venta_id": ids["etiqueta_id"]})
    ejecutar(de_venta.eq("nombre_nora", NORA))
    ejecutar(
        supabase.table("contacto_etiquetas")
        .update({"puesta_en": ahora.isoformat()})
        .eq("etiqueta_id", ids["etiqueta_id"])
    )

    nora = NoraRegistrada(NORA, "Marea", "America/Hermosillo", False, frozenset(modulos))
    panel = juntos.panel(nora, lapso, ahora)
    [bloque] = panel.informe.bloques
    assert {r.red: r.actual.gasto for r in bloque.redes} == {"meta_ads": 120, "google_ads": 120}
    assert (bloque.moneda, bloque.actual.gasto) == ("MXN", 240)
    assert panel.informe.costo_por_cliente_de_anuncio == 120, "lo de Google no trajo a quien se cuenta"
    assert panel.informe.costo_por_cliente == 240, "las dos redes entre el único cliente"
    assert [c.titulo for c in panel.monedas[0].cuadros] == ["Por red"]

    dolares = sembrar_google(NORA, "dolares")["cuenta_google_id"]
    ejecutar(supabase.table("google_ads_cuentas").update({"moneda": "USD"}).eq("id", dolares))
    panel = juntos.panel(nora, lapso, ahora)
    assert {b.moneda: b.actual.gasto for b in panel.informe.bloques} == {
        "MXN": Decimal(240),
        "USD": Decimal(120),
    }
    assert panel.informe.costo_por_cliente is None, "no se suman pesos con dólares"
    assert panel.informe.costo_por_cliente_de_anuncio == 120, "Meta solo cobra en pesos"

    pagina = cliente.get(PAGINA, query_string=lapso).get_data(as_text=True)
    assert "En MXN" in pagina and "En USD" in pagina and "$240.00 MXN" in pagina and "sin sumarse" in pagina
    assert "Datos de ejemplo" in pagina, "la conexión sembrada es de ejemplo"
    assert "$360" not in pagina
    assert len(contar_peticiones(lambda: cliente.get(PAGINA, query_string=lapso))) <= 3

    # Una red que la Nora tiene apagada no cuenta ni se ofrece.
    sola = juntos.panel(replace(nora, modulos=frozenset({"meta_ads"})), lapso, ahora)
    assert [r.red for b in sola.informe.bloques for r in b.redes] == ["meta_ads"] and not sola.sin_cuentas


def test_quien_compro_se_elige_una_vez_para_las_dos_redes(
    crear_nora: Callable[..., str], cliente_de: Callable[..., Any]
) -> None:
    """Sin Meta también se puede decir; y lo que Meta tenía guardado no se pierde."""
    crear_nora(NORA, modulos=["google_ads", "reportes"])
    duena = cliente_de("dueno", NORA)
    ruta = f"/panel_cliente/{NORA}/reportes/ventas"
    assert "Todavía no tienes etiquetas" in duena.get(ruta).get_data(as_text=True)
    ejecutar(supabase.table("meta_ads_ajustes").insert({"nombre_nora": NORA, "presupuesto_mensual": 900}))
    de_nora = {"nombre_nora": NORA, "nombre": "Compró", "color": "verde"}
    etiqueta = supabase.table("etiquetas").insert(de_nora).execute().data[0]["id"]
    assert duena.enviar(ruta, {"etiqueta_venta_id": etiqueta, "campo_monto_id": ""}).status_code == 302
    (guardado,) = supabase.table("meta_ads_ajustes").select("*").execute().data
    assert (guardado["etiqueta_venta_id"], guardado["presupuesto_mensual"]) == (etiqueta, 900)
    ajena = "00000000-0000-4000-8000-000000000001"
    assert duena.enviar(ruta, {"etiqueta_venta_id": ajena, "campo_monto_id": ""}).status_code == 422
    assert supabase.table("meta_ads_ajustes").select("etiqueta_venta_id").execute().data[0] == {
        "etiqueta_venta_id": etiqueta
    }
