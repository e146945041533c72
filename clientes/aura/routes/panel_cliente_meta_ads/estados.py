"""Los estados de Meta dichos en palabras.

Fuentes: https://developers.facebook.com/docs/marketing-api/reference/ad-account (account_status, disable_reason) y
https://developers.facebook.com/docs/marketing-api/reference/adgroup (effective_status).
"""

from __future__ import annotations

CUENTA_CERRADA = 101
SIN_ACCESO = -1  # nuestro: Meta dejó de enseñarla con este permiso
# account_status -> (en palabras, tono de la insignia)
CUENTA: dict[int, tuple[str, str]] = {
    SIN_ACCESO: ("Sin acceso", "error"),
    1: ("Activa", "ok"),
    2: ("Desactivada por Meta", "error"),
    3: ("Con un pago pendiente", "error"),
    7: ("En revisión de riesgo", "nota"),
    8: ("Pago por acreditarse", "nota"),
    9: ("En periodo de gracia", "nota"),
    100: ("Por cerrarse", "nota"),
    101: ("Cerrada", "neutro"),
    201: ("Activa", "ok"),
    202: ("Cerrada", "neutro"),
}
RAZON: dict[int, str] = {
    1: "Meta dice que se infringió su política de anuncios",
    2: "Meta la revisa por propiedad intelectual",
    3: "Meta vio un pago que no cuadra",
    4: "Meta la cerró por ser de una cuenta gris",
    5: "Meta la está revisando",
    6: "Meta dice que no se cumple su integridad de negocio",
    7: "se cerró para siempre",
    8: "quien la maneja no la ha usado en mucho tiempo",
    9: "Meta dice que es de un revendedor sin permiso",
}
# effective_status -> (en palabras, tono)
ENTREGA: dict[str, tuple[str, str]] = {
    "ACTIVE": ("Activo", "ok"),
    "PAUSED": ("En pausa", "neutro"),
    "CAMPAIGN_PAUSED": ("Campaña en pausa", "neutro"),
    "ADSET_PAUSED": ("Conjunto en pausa", "neutro"),
    "PENDING_REVIEW": ("En revisión", "nota"),
    "IN_PROCESS": ("Procesándose", "nota"),
    "PREAPPROVED": ("Aprobado", "ok"),
    "DISAPPROVED": ("Rechazado", "error"),
    "WITH_ISSUES": ("Con problemas", "error"),
    "PENDING_BILLING_INFO": ("Falta forma de pago", "error"),
    "ARCHIVED": ("Archivado", "neutro"),
    "DELETED": ("Borrado en Meta", "neutro"),
}


def de_cuenta(estado: int, razon: int = 0) -> tuple[str, str]:
    """(«Desactivada por Meta: …», tono)."""
    texto, tono = CUENTA.get(estado, (f"Estado {estado} de Meta", "nota"))
    return (f"{texto}: {RAZON[razon]}" if razon in RAZON and estado not in (1, 201) else texto), tono


def de_entrega(estado: str) -> tuple[str, str]:
    """(«En pausa», tono)."""
    return ENTREGA.get(estado, (estado.replace("_", " ").capitalize() or "Sin estado", "neutro"))
