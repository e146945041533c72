"""Las fotos de un cliente, para los modelos que las ven.

Fuente: https://platform.openai.com/docs/guides/images-vision (partes `image_url` en el mensaje de quien pregunta).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from .modelo import Acceso

# Por su nombre; lo que no se conoce se prueba, y si el servidor las rechaza ya no se le mandan.
_SIN_VISTA = re.compile(
    r"gpt-3\.5|o1-mini|o1-preview|o3-mini|text-|davinci|babbage|deepseek-(?:chat|reasoner|v|r)", re.I
)
SIN_PALABRAS = (
    "(El cliente mandó solo la imagen, sin escribir nada. Si con ella no sabes qué necesita, pregúntale.)"
)
NO_SE_VE = "(El cliente mandó además una imagen, que no puedes ver.)"

_rechazaron: set[str] = set()


def puede(acceso: Acceso) -> bool:
    """Si a ese modelo se le pueden mandar fotos."""
    return not _SIN_VISTA.search(acceso.modelo) and _clave(acceso) not in _rechazaron


def no_puede(acceso: Acceso) -> None:
    """El servidor las rechazó: en este proceso ya no se le mandan."""
    _rechazaron.add(_clave(acceso))


def olvidar() -> None:
    """Como recién arrancado."""
    _rechazaron.clear()


def agregar(mensajes: Sequence[dict[str, Any]], fotos: Sequence[str]) -> list[dict[str, Any]]:
    """Los mensajes con las fotos junto a la última pregunta."""
    *antes, ultimo = mensajes
    texto = str(ultimo["content"]).strip() or SIN_PALABRAS
    partes: list[dict[str, Any]] = [{"type": "text", "text": texto}]
    partes += [{"type": "image_url", "image_url": {"url": foto, "detail": "auto"}} for foto in fotos]
    return [*antes, {**ultimo, "content": partes}]


def en_palabras(mensajes: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Los mismos mensajes para un modelo que no ve: se le dice que hubo una imagen."""
    *antes, ultimo = mensajes
    return [*antes, {**ultimo, "content": f"{ultimo['content']}\n{NO_SE_VE}".strip()}]


def _clave(acceso: Acceso) -> str:
    return f"{acceso.clave}:{acceso.modelo}"
