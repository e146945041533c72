"""Los estados de Google Ads en palabras.

Fuentes: https://developers.google.com/google-ads/api/reference/rpc/v26/CustomerStatusEnum.CustomerStatus,
.../CampaignStatusEnum.CampaignStatus, .../AdStrengthEnum.AdStrength, .../KeywordMatchTypeEnum.KeywordMatchType y
.../AdvertisingChannelTypeEnum.AdvertisingChannelType.
"""

from __future__ import annotations

CERRADAS = frozenset({"CANCELED", "CLOSED"})

CUENTA = {
    "ENABLED": ("Activa", "ok"),
    "SUSPENDED": ("Suspendida por Google", "error"),
    "CANCELED": ("Cancelada", "error"),
    "CLOSED": ("Cerrada", "error"),
}
ENTREGA = {
    "ENABLED": ("Activa", "ok"),
    "PAUSED": ("En pausa", "neutro"),
    "REMOVED": ("Borrada en Google", "neutro"),
    "DISAPPROVED": ("Rechazado", "error"),
}
FUERZA = {
    "EXCELLENT": ("Excelente", "ok"),
    "GOOD": ("Buena", "ok"),
    "AVERAGE": ("Regular", "nota"),
    "POOR": ("Mala", "error"),
    "PENDING": ("Google la está calculando", "neutro"),
    "NO_ADS": ("Sin anuncios", "neutro"),
}
CONCORDANCIA = {"EXACT": "Exacta", "PHRASE": "De frase", "BROAD": "Amplia"}
TIPO = {
    "SEARCH": "Búsqueda",
    "DISPLAY": "Display",
    "SHOPPING": "Shopping",
    "VIDEO": "Video",
    "PERFORMANCE_MAX": "Máximo rendimiento",
    "DEMAND_GEN": "Generación de demanda",
    "LOCAL": "Local",
    "SMART": "Inteligente",
    "MULTI_CHANNEL": "Aplicación",
}


def de_cuenta(estado: str) -> tuple[str, str]:
    """(«Suspendida por Google», tono)."""
    return CUENTA.get(estado, ("Estado sin conocer", "nota"))


def de_entrega(estado: str) -> tuple[str, str]:
    """(«En pausa», tono)."""
    return ENTREGA.get(estado, (estado.replace("_", " ").capitalize() or "Sin estado", "neutro"))


def de_fuerza(fuerza: str) -> tuple[str, str]:
    """(«Buena», tono); texto vacío si no aplica."""
    return FUERZA.get(fuerza, ("", "neutro"))
