"""Por dónde salen los mensajes."""

from __future__ import annotations

from app_config import Config

from .base import Canal
from .simulador import CanalSimulador


def canal_de(nombre: str, config: Config) -> Canal:
    """El canal con que se contesta a un contacto.

    Args:
        nombre: «whatsapp» o «simulador».
    """
    if nombre == "simulador":
        return CanalSimulador()
    # El SDK de Twilio pesa: se importa cuando hay algo que enviar.
    from .twilio import canal_twilio

    return canal_twilio(config.TWILIO_BASE_URL, config.URL_PUBLICA)
