"""Lo que Meta manda, vuelto las filas que se guardan.

Fuentes: https://developers.facebook.com/docs/marketing-api/insights/parameters,
https://developers.facebook.com/docs/marketing-api/reference/ads-action-stats y
https://developers.facebook.com/docs/marketing-api/currencies.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from ...anuncios.medidas import CERO, a_decimal

CAMPOS_CUENTA = "id,name,account_status,disable_reason,currency,timezone_name,business_name"
CAMPOS_CAMPANA = "id,name,effective_status,objective,daily_budget,lifetime_budget"
CAMPOS_CONJUNTO = "id,name,campaign_id,effective_status,daily_budget,lifetime_budget"
CAMPOS_ANUNCIO = "id,name,adset_id,campaign_id,effective_status,ad_review_feedback"
CAMPOS_DIA = (
    "ad_id,ad_name,adset_id,adset_name,campaign_id,campaign_name,spend,impressions,reach,clicks,inline_link_clicks,"
    "actions,action_values,date_start"
)
PLATAFORMAS = {
    "facebook": "Facebook",
    "instagram": "Instagram",
    "messenger": "Messenger",
    "audience_network": "Audience Network",
    "threads": "Threads",
    "unknown": "Sin plataforma",
}
# Monedas sin centavos en Meta: sus presupuestos vienen enteros.
SIN_CENTAVOS = frozenset({"CLP", "COP", "CRC", "HUF", "ISK", "IDR", "JPY", "KRW", "PYG", "TWD", "VND"})

# De cada lista cuenta el primero que venga: los demás son el mismo hecho contado de otro modo.
CONVERSACIONES = ("onsite_conversion.messaging_conversation_started_7d",)
PROSPECTOS = ("lead", "onsite_conversion.lead_grouped", "offsite_conversion.fb_pixel_lead")
COMPRAS = ("omni_purchase", "purchase", "offsite_conversion.fb_pixel_purchase")


def _accion(lista: Any, tipos: tuple[str, ...]) -> Decimal:
    valores = {str(a.get("action_type")): a.get("value") for a in lista or [] if isinstance(a, dict)}
    return next((a_decimal(valores[tipo]) for tipo in tipos if tipo in valores), CERO)


def fila_de_dia(dato: Mapping[str, Any]) -> dict[str, Any]:
    """Una fila de insights por anuncio, día y plataforma; lo que Meta calla es cero."""
    acciones = dato.get("actions")
    return {
        "dia": date.fromisoformat(str(dato["date_start"])).isoformat(),
        "anuncio_id": str(dato["ad_id"]),
        "plataforma": str(dato.get("publisher_platform") or "unknown"),
        "campana_id": str(dato.get("campaign_id") or ""),
        "conjunto_id": str(dato.get("adset_id") or ""),
        "nombre": str(dato.get("ad_name") or dato["ad_id"])[:400],
        "campana_nombre": str(dato.get("campaign_name") or "")[:400],
        "conjunto_nombre": str(dato.get("adset_name") or "")[:400],
        "gasto": str(a_decimal(dato.get("spend"))),
        "impresiones": int(a_decimal(dato.get("impressions"))),
        "alcance": int(a_decimal(dato.get("reach"))),
        "clics": int(a_decimal(dato.get("clicks"))),
        "clics_enlace": int(a_decimal(dato.get("inline_link_clicks"))),
        "conversaciones": int(_accion(acciones, CONVERSACIONES)),
        "prospectos": int(_accion(acciones, PROSPECTOS)),
        "compras": str(_accion(acciones, COMPRAS)),
        "valor": str(_accion(dato.get("action_values"), COMPRAS)),
    }


def _presupuesto(valor: Any, moneda: str) -> str | None:
    centavos = a_decimal(valor)
    if not centavos:
        return None
    return str(centavos if moneda in SIN_CENTAVOS else centavos / 100)


def fila_de_campana(dato: Mapping[str, Any], moneda: str) -> dict[str, Any]:
    """Una campaña."""
    return {
        "campana_id": str(dato["id"]),
        "nombre": str(dato.get("name") or dato["id"])[:400],
        "estado": str(dato.get("effective_status") or ""),
        "objetivo": str(dato.get("objective") or ""),
        "presupuesto_diario": _presupuesto(dato.get("daily_budget"), moneda),
        "presupuesto_total": _presupuesto(dato.get("lifetime_budget"), moneda),
    }


def fila_de_conjunto(dato: Mapping[str, Any], moneda: str) -> dict[str, Any]:
    """Un conjunto de anuncios."""
    return {
        "conjunto_id": str(dato["id"]),
        "campana_id": str(dato.get("campaign_id") or ""),
        "nombre": str(dato.get("name") or dato["id"])[:400],
        "estado": str(dato.get("effective_status") or ""),
        "presupuesto_diario": _presupuesto(dato.get("daily_budget"), moneda),
        "presupuesto_total": _presupuesto(dato.get("lifetime_budget"), moneda),
    }


def fila_de_anuncio(dato: Mapping[str, Any], frecuencia: Decimal | None) -> dict[str, Any]:
    """Un anuncio, con la razón si lo rechazaron."""
    revision = dato.get("ad_review_feedback")
    razones = revision.get("global") if isinstance(revision, dict) else None
    return {
        "anuncio_id": str(dato["id"]),
        "conjunto_id": str(dato.get("adset_id") or ""),
        "campana_id": str(dato.get("campaign_id") or ""),
        "nombre": str(dato.get("name") or dato["id"])[:400],
        "estado": str(dato.get("effective_status") or ""),
        "motivo_rechazo": ", ".join(razones)[:400] if isinstance(razones, dict) else "",
        "frecuencia_7": None if frecuencia is None else str(round(frecuencia, 4)),
    }


def fila_de_cuenta(dato: Mapping[str, Any]) -> dict[str, Any]:
    """Una cuenta publicitaria."""
    return {
        "externo_id": str(dato["id"]),
        "nombre": str(dato.get("name") or dato["id"])[:200],
        "negocio": str(dato.get("business_name") or "")[:200],
        "moneda": str(dato.get("currency") or "MXN"),
        "zona": str(dato.get("timezone_name") or ""),
        "estado": int(dato.get("account_status") or 0),
        "razon": int(dato.get("disable_reason") or 0),
    }
