"""Las cifras del tablero de una Nora."""

from __future__ import annotations

from datetime import date, datetime

from flask import g
from pydantic import BaseModel

from ..registro.plantillas import ZONA_SIN_NORA, nora_actual
from ..utils.supabase_client import supabase_de_nora
from ..utils.supabase_helpers import valor


class Dia(BaseModel):
    """Mensajes de un día, en la zona de la Nora."""

    dia: date
    recibidos: int
    de_nora: int
    de_personas: int


class ResumenPanel(BaseModel):
    """Lo que enseña el tablero.

    Args:
        espera_desde: desde cuándo espera a una persona el que más lleva; None si nadie espera.
        dias: los últimos 30, del más viejo a hoy.
    """

    conversaciones_hoy: int
    sin_responder: int
    esperan_persona: int
    espera_desde: datetime | None
    contactos: int
    bloques: int
    dias: list[Dia]


def resumen_panel(nombre_nora: str, zona: str) -> ResumenPanel:
    """Las cifras de hoy y de 30 días.

    Args:
        zona: zona horaria IANA en que empieza y termina cada día.
    """
    return ResumenPanel.model_validate(
        valor(supabase_de_nora(nombre_nora).rpc("resumen_panel", {"p_zona": zona}))
    )


def resumen_de_la_peticion(nombre_nora: str) -> ResumenPanel:
    """El mismo resumen, leído una sola vez por petición: lo comparten el tablero y las tarjetas de los módulos."""
    leido: ResumenPanel | None = g.get("resumen_panel")
    if leido is None:
        nora = nora_actual()
        leido = g.resumen_panel = resumen_panel(nombre_nora, nora.zona_horaria if nora else ZONA_SIN_NORA)
    return leido
