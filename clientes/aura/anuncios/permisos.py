"""Permisos de una red de anuncios: el `state` de OAuth atado a la sesión, y la renovación de los que se vencen."""

from __future__ import annotations

import secrets
from collections.abc import MutableMapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

LLAVE = "permiso_de_anuncios"
VIGENCIA = timedelta(minutes=15)


def nuevo_estado(sesion: MutableMapping[str, Any], modulo: str, nombre_nora: str, ahora: datetime) -> str:
    """Un `state` al azar, anotado en la sesión con su módulo y su Nora (RFC 6749, 10.12: contra peticiones ajenas)."""
    estado = secrets.token_urlsafe(32)
    sesion[LLAVE] = {
        "estado": estado,
        "modulo": modulo,
        "nora": nombre_nora,
        "caduca": (ahora + VIGENCIA).timestamp(),
    }
    return estado


def a_donde_va(sesion: MutableMapping[str, Any], estado: str, ahora: datetime) -> tuple[str, str] | None:
    """(módulo, Nora) de ese `state` sin gastarlo; None si no es el de esta sesión o ya caducó."""
    guardado = sesion.get(LLAVE) or {}
    bueno = bool(estado) and secrets.compare_digest(str(guardado.get("estado", "")).encode(), estado.encode())
    if not bueno or ahora.timestamp() > guardado["caduca"]:
        return None
    return guardado["modulo"], guardado["nora"]


def gastar_estado(
    sesion: MutableMapping[str, Any], estado: str, modulo: str, nombre_nora: str, ahora: datetime
) -> bool:
    """Si el `state` que volvió es el de esta sesión, este módulo y esta Nora. Sirve una sola vez."""
    destino = a_donde_va(sesion, estado, ahora)
    sesion.pop(LLAVE, None)
    return destino == (modulo, nombre_nora)


Final = Literal["al_dia", "renovado", "por_renovar", "no_se_puede"]


@dataclass(frozen=True)
class Renovacion:
    """Cómo quedó el permiso de una Nora en una red. Nunca trae el token.

    Args:
        final: «por_renovar» solo al simular.
        caduca_en: cuándo se vence ahora; None si no se vence.
        motivo: en palabras, cuando no se puede.
    """

    red: str
    nombre_nora: str
    final: Final
    caduca_en: datetime | None = None
    motivo: str = ""


class Renovador(Protocol):
    """Lo que `tokens.py` de cada módulo de anuncios ofrece a `scripts/actualizar_tokens.py`."""

    def renovar(self, nombre_nora: str, dias: int, ahora: datetime, *, simular: bool) -> Renovacion | None:
        """Renueva el permiso si se vence en menos de `dias`; None si esa Nora no tiene conexión.

        Raises:
            ErrorNora: la red no contestó; se intentará otro día.
        """
