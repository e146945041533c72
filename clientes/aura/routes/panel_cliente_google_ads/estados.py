"""Los estados de Google Ads en palabras.

Fuentes: https://developers.google.com/google-ads/api/reference/rpc/v26/CustomerStatusEnum.CustomerStatus,
.../CampaignStatusEnum.CampaignStatus, .../AdStrengthEnum.AdStrength, .../KeywordMatchTypeEnum.KeywordMatchType y
.../AdvertisingChannelTypeEnum.AdvertisingChannelType.
"""

from __future__ import annotations

# No es de Google: la cuenta dejó de verse con este permiso.
SIN_ACCESO = "SIN_ACCESO"
CERRADAS = frozenset({"CANCELED", "CLOSED"})
# De estas no hay nada que leer.
SIN_LECTURA = CERRADAS | {SIN_ACCESO}

CUENTA = {
    "ENABLED": ("Activa", "ok"),
    "SUSPENDED": ("Suspendida por Google", "error"),
    "CANCELED": ("Cancelada", "error"),
    "CLOSED": ("Cerrada", "error"),
    SIN_ACCESO: ("Sin acceso", "error"),
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
# Los motivos más comunes: https://developers.google.com/google-ads/api/docs/policy-exemption/overview
MOTIVO = {
    "DESTINATION_NOT_WORKING": "la página a la que lleva no abre",
    "DESTINATION_MISMATCH": "la dirección que enseña no es a la que lleva",
    "DESTINATION_NOT_CRAWLABLE": "Google no puede leer la página a la que lleva",
    "TRADEMARKS_IN_AD_TEXT": "usa una marca registrada",
    "UNCLEAR_RELEVANCE": "no se entiende qué tiene que ver con lo que anuncias",
    "PUNCTUATION": "signos o mayúsculas de más",
    "CAPITALIZATION": "mayúsculas de más",
    "MISSPELLING": "faltas de ortografía",
    "ALCOHOL": "habla de alcohol",
    "HEALTHCARE_AND_MEDICINES": "habla de salud o medicinas",
    "PERSONALIZED_ADS": "toca un tema delicado para dirigirse a personas",
}


def motivo(tema: str) -> str:
    """Por qué Google rechazó algo, en palabras; lo que no conocemos, como lo dice Google."""
    return MOTIVO.get(tema, tema.replace("_", " ").lower())


def de_cuenta(estado: str) -> tuple[str, str]:
    """(«Suspendida por Google», tono)."""
    return CUENTA.get(estado, ("Estado sin conocer", "nota"))


def de_entrega(estado: str) -> tuple[str, str]:
    """(«En pausa», tono)."""
    return ENTREGA.get(estado, (estado.replace("_", " ").capitalize() or "Sin estado", "neutro"))


def de_fuerza(fuerza: str) -> tuple[str, str]:
    """(«Buena», tono); texto vacío si no aplica."""
    return FUERZA.get(fuerza, ("", "neutro"))
