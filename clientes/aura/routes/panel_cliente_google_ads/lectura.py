"""Lo que se le pide a Google en GAQL, y cómo se vuelve las filas que se guardan.

Fuentes: https://developers.google.com/google-ads/api/fields/v26/overview (campos por recurso) y
https://developers.google.com/google-ads/api/docs/reporting/segmentation (un día por fila con segments.date).
El dinero viene en millonésimas de la moneda de la cuenta (`cost_micros`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from . import estados

MILLON = Decimal(1_000_000)
LARGO_NOMBRE = 400

CUENTA = (
    "SELECT customer.id, customer.descriptive_name, customer.currency_code, customer.time_zone, customer.status, "
    "customer.manager FROM customer"
)
# Las de un administrador, hasta cinco niveles abajo; las que son a su vez administradoras no tienen anuncios.
CLIENTAS = (
    "SELECT customer_client.id, customer_client.descriptive_name, customer_client.currency_code, "
    "customer_client.time_zone, customer_client.status, customer_client.manager, customer_client.hidden "
    "FROM customer_client WHERE customer_client.level <= 5"
)
CAMPANAS = (
    "SELECT campaign.id, campaign.name, campaign.status, campaign.advertising_channel_type, "
    "campaign_budget.amount_micros FROM campaign"
)
GRUPOS = "SELECT ad_group.id, ad_group.name, ad_group.status, campaign.id FROM ad_group"
ANUNCIOS = (
    "SELECT ad_group_ad.ad.id, ad_group_ad.ad.name, ad_group_ad.ad.type, ad_group_ad.status, ad_group_ad.ad_strength, "
    "ad_group_ad.ad.responsive_search_ad.headlines, ad_group_ad.ad.responsive_search_ad.descriptions, "
    "ad_group_ad.policy_summary.approval_status, ad_group_ad.policy_summary.policy_topic_entries, ad_group.id, "
    "campaign.id FROM ad_group_ad"
)
PALABRAS = (
    "SELECT ad_group_criterion.criterion_id, ad_group_criterion.keyword.text, ad_group_criterion.keyword.match_type, "
    "ad_group_criterion.quality_info.quality_score, ad_group_criterion.status, ad_group.id, campaign.id "
    "FROM keyword_view"
)
_MEDIDAS = (
    "metrics.cost_micros, metrics.impressions, metrics.clicks, metrics.conversions, metrics.conversions_value"
)


@dataclass(frozen=True)
class Nivel:
    """Un nivel de cifras: qué se pide por día y cuál es la clave de cada fila."""

    nombre: str
    que: str
    campos: str
    recurso: str
    clave: Callable[[Any], str]
    con_grupo: bool = True
    medidas: str = _MEDIDAS

    def consulta(self, desde: date, hasta: date) -> str:
        """La GAQL de un lapso, con los dos días incluidos."""
        return (
            # GAQL, con campos de este archivo y fechas de verdad: nada viene de fuera.
            f"SELECT segments.date, campaign.id, {self.campos}{self.medidas} FROM {self.recurso} "  # noqa: S608
            f"WHERE segments.date BETWEEN '{desde.isoformat()}' AND '{hasta.isoformat()}'"
        )


NIVELES = (
    Nivel("campana", "campañas", "", "campaign", lambda f: str(f.campaign.id), con_grupo=False),
    Nivel("grupo", "grupos", "ad_group.id, ", "ad_group", lambda f: str(f.ad_group.id)),
    Nivel(
        "anuncio",
        "anuncios",
        "ad_group.id, ad_group_ad.ad.id, ",
        "ad_group_ad",
        lambda f: f"{f.ad_group.id}~{f.ad_group_ad.ad.id}",
    ),
    Nivel(
        "palabra",
        "palabras clave",
        "ad_group.id, ad_group_criterion.criterion_id, ",
        "keyword_view",
        lambda f: f"{f.ad_group.id}~{f.ad_group_criterion.criterion_id}",
    ),
    Nivel(
        "termino",
        "búsquedas",
        "ad_group.id, search_term_view.search_term, ",
        "search_term_view",
        lambda f: str(f.search_term_view.search_term)[:LARGO_NOMBRE],
    ),
    # El costo no se puede partir por acción de conversión: Google rechaza pedirlos juntos.
    Nivel(
        "conversion",
        "conversiones",
        "segments.conversion_action_name, ",
        "campaign",
        lambda f: str(f.segments.conversion_action_name)[:LARGO_NOMBRE],
        con_grupo=False,
        medidas="metrics.conversions, metrics.conversions_value",
    ),
)


def fila_de_dia(nivel: Nivel, fila: Any) -> dict[str, Any]:
    """Una fila de cifras; lo que Google calla es cero."""
    m = fila.metrics
    return {
        "dia": date.fromisoformat(str(fila.segments.date)).isoformat(),
        "nivel": nivel.nombre,
        "campana_id": str(fila.campaign.id),
        "grupo_id": str(fila.ad_group.id) if nivel.con_grupo else "",
        "clave": nivel.clave(fila),
        "gasto": str(Decimal(m.cost_micros) / MILLON),
        "impresiones": int(m.impressions),
        "clics": int(m.clicks),
        "conversiones": str(round(Decimal(str(m.conversions)), 4)),
        "valor": str(round(Decimal(str(m.conversions_value)), 4)),
    }


def fila_de_cuenta(cliente: Any, gerente_id: str = "", gerente_nombre: str = "") -> dict[str, Any]:
    """Una cuenta, venga de `customer` o de `customer_client`."""
    return {
        "externo_id": str(cliente.id),
        "gerente_id": gerente_id,
        "gerente_nombre": gerente_nombre[:200],
        "nombre": str(cliente.descriptive_name or f"Cuenta {con_guiones(str(cliente.id))}")[:200],
        "moneda": str(cliente.currency_code or "MXN"),
        "zona": str(cliente.time_zone or ""),
        "estado": cliente.status.name,
    }


def con_guiones(cuenta: str) -> str:
    """«1234567890» como lo escribe Google: «123-456-7890»."""
    return f"{cuenta[:3]}-{cuenta[3:6]}-{cuenta[6:]}" if len(cuenta) == 10 else cuenta


def fila_de_campana(fila: Any) -> dict[str, Any]:
    """Una campaña."""
    diario = Decimal(fila.campaign_budget.amount_micros) / MILLON
    return {
        "campana_id": str(fila.campaign.id),
        "nombre": str(fila.campaign.name or fila.campaign.id)[:LARGO_NOMBRE],
        "estado": fila.campaign.status.name,
        "tipo": fila.campaign.advertising_channel_type.name,
        "presupuesto_diario": str(round(diario, 2)) if diario else None,
    }


def fila_de_grupo(fila: Any) -> dict[str, Any]:
    """Un grupo de anuncios."""
    return {
        "grupo_id": str(fila.ad_group.id),
        "campana_id": str(fila.campaign.id),
        "nombre": str(fila.ad_group.name or fila.ad_group.id)[:LARGO_NOMBRE],
        "estado": fila.ad_group.status.name,
    }


def fila_de_anuncio(fila: Any) -> dict[str, Any]:
    """Un anuncio: se llama como su primer título si Google no le puso nombre."""
    uno = fila.ad_group_ad
    titulos = [str(t.text) for t in uno.ad.responsive_search_ad.headlines]
    rechazado = uno.policy_summary.approval_status.name == "DISAPPROVED"
    fuerza = uno.ad_strength.name
    return {
        "anuncio_id": f"{fila.ad_group.id}~{uno.ad.id}",
        "grupo_id": str(fila.ad_group.id),
        "campana_id": str(fila.campaign.id),
        "nombre": str(uno.ad.name or (titulos[0] if titulos else f"Anuncio {uno.ad.id}"))[:LARGO_NOMBRE],
        "estado": "DISAPPROVED" if rechazado and uno.status.name == "ENABLED" else uno.status.name,
        "tipo": uno.ad.type_.name,
        "titulos": titulos,
        "descripciones": [str(d.text) for d in uno.ad.responsive_search_ad.descriptions],
        "fuerza": "" if fuerza in ("UNSPECIFIED", "UNKNOWN") else fuerza,
        "motivo_rechazo": ", ".join(
            estados.motivo(str(t.topic)) for t in uno.policy_summary.policy_topic_entries
        )[:400]
        if rechazado
        else "",
    }


def fila_de_palabra(fila: Any) -> dict[str, Any]:
    """Una palabra clave."""
    uno = fila.ad_group_criterion
    return {
        "palabra_id": f"{fila.ad_group.id}~{uno.criterion_id}",
        "grupo_id": str(fila.ad_group.id),
        "campana_id": str(fila.campaign.id),
        "nombre": str(uno.keyword.text)[:LARGO_NOMBRE],
        "estado": uno.status.name,
        "concordancia": uno.keyword.match_type.name,
        "calidad": int(uno.quality_info.quality_score) or None,
    }


# (tabla, consulta, cómo se lee, qué es en palabras)
OBJETOS: tuple[tuple[str, str, Callable[[Any], dict[str, Any]], str], ...] = (
    ("google_ads_campanas", CAMPANAS, fila_de_campana, "campañas"),
    ("google_ads_grupos", GRUPOS, fila_de_grupo, "grupos"),
    ("google_ads_anuncios", ANUNCIOS, fila_de_anuncio, "anuncios"),
    ("google_ads_palabras", PALABRAS, fila_de_palabra, "palabras clave"),
)
