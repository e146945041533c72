"""Una fila de una Nora en cada tabla de Google Ads, para pedirla desde donde no se debe."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

from clientes.aura.utils.supabase_client import supabase
from clientes.aura.utils.supabase_helpers import ejecutar, filas


def sembrar_google(nora: str, sufijo: str = "") -> dict[str, Any]:
    """Una cuenta vinculada con campaña, grupo, anuncio, palabra, cifras de ayer en cada nivel, alerta y una lectura."""
    numero = str(zlib.crc32((nora + sufijo).encode()))
    comunes = {"nombre_nora": nora}
    ayer = (datetime.now(UTC).date() - timedelta(days=1)).isoformat()
    # Sin Google a quien preguntarle: así ninguna página intenta salir a la red.
    ejecutar(supabase.table("google_ads_conexiones").upsert({**comunes, "tipo": "demo"}))
    cuenta = filas(
        supabase.table("google_ads_cuentas").insert(
            {
                **comunes,
                "externo_id": numero,
                "nombre": f"Cuenta {numero}",
                "moneda": "MXN",
                "zona": "America/Hermosillo",
                "estado": "ENABLED",
                "uso": "vinculada",
                "ultimo_dia": ayer,
            }
        )
    )[0]
    de_cuenta = {**comunes, "cuenta_id": cuenta["id"]}
    campana, grupo = f"1{numero}", f"2{numero}"
    claves = {
        "campana": campana,
        "grupo": grupo,
        "anuncio": f"{grupo}~3",
        "palabra": f"{grupo}~4",
        "termino": "curso de plomería gratis",
        "conversion": "Llamada",
    }
    arriba = {**de_cuenta, "campana_id": campana}
    ejecutar(supabase.table("google_ads_campanas").insert({**arriba, "nombre": "Búsqueda", "tipo": "SEARCH"}))
    ejecutar(supabase.table("google_ads_grupos").insert({**arriba, "grupo_id": grupo, "nombre": "Plomería"}))
    en_grupo = {**arriba, "grupo_id": grupo, "estado": "ENABLED"}
    anuncio = {
        "anuncio_id": claves["anuncio"],
        "nombre": "Llega hoy",
        "fuerza": "GOOD",
        "titulos": ["Llega hoy"],
    }
    ejecutar(supabase.table("google_ads_anuncios").insert({**en_grupo, **anuncio}))
    palabra = {"palabra_id": claves["palabra"], "nombre": "plomero", "concordancia": "BROAD", "calidad": 6}
    ejecutar(supabase.table("google_ads_palabras").insert({**en_grupo, **palabra}))
    cifras = {"gasto": 120, "impresiones": 900, "clics": 30, "conversiones": 0, "valor": 0}
    dias = [
        {
            "dia": ayer,
            "nivel": nivel,
            "campana_id": campana,
            "grupo_id": "" if nivel in ("campana", "conversion") else grupo,
            "clave": clave,
            **cifras,
        }
        for nivel, clave in claves.items()
    ]
    ejecutar(supabase.table("google_ads_dias").insert([{**de_cuenta, **dia} for dia in dias]))
    lectura = filas(
        supabase.table("google_ads_sincronizaciones").insert(
            {**de_cuenta, "desde": ayer, "hasta": ayer, "estado": "hecha", "hecho_hasta": ayer}
        )
    )[0]
    ejecutar(
        supabase.table("google_ads_dias_paso").insert(
            {**comunes, "sincronizacion_id": lectura["id"], **dias[0]}
        )
    )
    ejecutar(supabase.table("google_ads_terminos_vistos").upsert({**comunes, "termino": "tubo roto"}))
    alerta = filas(
        supabase.table("google_ads_alertas").insert(
            {
                **de_cuenta,
                "clave": f"rechazado:{claves['anuncio']}",
                "tipo": "rechazado",
                "nivel": "grave",
                "anuncio_id": claves["anuncio"],
                "titulo": "Anuncio rechazado",
                "texto": "«Llega hoy» no se está mostrando.",
            }
        )
    )[0]
    return {
        "cuenta_google_id": cuenta["id"],
        "sincronizacion_google_id": lectura["id"],
        "alerta_google_id": alerta["id"],
    }
