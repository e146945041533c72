"""Por dónde salen los mensajes.

Un canal nuevo es una clase que cumple `base.Canal` y una llamada a `registrar_canal`; la conversación no cambia.
"""

from __future__ import annotations

from collections.abc import Callable

from app_config import Config

from .base import Canal, Credenciales
from .simulador import CanalSimulador

Fabrica = Callable[[Config], Canal]
Llavero = Callable[[str], Credenciales | None]


def _simulador(_: Config) -> Canal:
    return CanalSimulador()


def _whatsapp(config: Config) -> Canal:
    # El SDK de Twilio pesa: se importa cuando hay algo que enviar.
    from .twilio import canal_twilio

    return canal_twilio(config.TWILIO_BASE_URL, config.URL_PUBLICA)


_FABRICAS: dict[str, Fabrica] = {"simulador": _simulador, "whatsapp": _whatsapp}
_LLAVEROS: dict[str, Llavero] = {}


def registrar_canal(nombre: str, fabrica: Fabrica, llavero: Llavero | None = None) -> None:
    """Da de alta un canal, o cambia el que tiene ese nombre.

    Args:
        nombre: minúsculas y guion bajo; es lo que se guarda en contactos y conversaciones.
        llavero: de dónde salen las credenciales de una Nora; sin él, las de siempre.
    """
    _FABRICAS[nombre] = fabrica
    if llavero is not None:
        _LLAVEROS[nombre] = llavero


def quitar_canal(nombre: str) -> None:
    """Lo da de baja."""
    _FABRICAS.pop(nombre, None)
    _LLAVEROS.pop(nombre, None)


def canal_de(nombre: str, config: Config) -> Canal:
    """El canal con que se contesta a un contacto.

    Args:
        nombre: «whatsapp», «simulador» u otro dado de alta.

    Raises:
        KeyError: nadie lo dio de alta.
    """
    return _FABRICAS[nombre](config)


def llaves_de(nombre: str, nombre_nora: str, comunes: Llavero) -> Credenciales | None:
    """Con qué entra una Nora por ese canal; `comunes` es de donde salen si el canal no dice otra cosa."""
    return _LLAVEROS.get(nombre, comunes)(nombre_nora)
