"""Las cifras del tablero de una Nora."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import g
from pydantic import BaseModel

from ..registro.plantillas import ZONA_SIN_NORA, nora_actual
from ..utils.auth_utils import identidad_actual
from ..utils.supabase_client import supabase_de_nora
from ..utils.supabase_helpers import ejecutar, valor


class Dia(BaseModel):
    """Mensajes de un día, en la zona de la Nora."""

    dia: date
    recibidos: int
    de_nora: int
    de_personas: int


class PrimerosPasos(BaseModel):
    """Lo que ya hizo una Nora de sus primeros pasos.

    Args:
        simulo: alguien escribió en el simulador.
        escribieron: llegó un mensaje por WhatsApp.
        llaves: tiene llaves de WhatsApp propias.
        equipo: cuántas personas trabajan en ella.
        oculta: la persona que pregunta guardó la guía.
    """

    simulo: bool
    escribieron: bool
    llaves: bool
    equipo: int
    oculta: bool


class ResumenPanel(BaseModel):
    """Lo que enseña el tablero.

    Args:
        espera_desde: desde cuándo espera a una persona el que más lleva; None si nadie espera.
        dias: los últimos 30, del más viejo a hoy.
        pasos: los primeros pasos, como los ve quien pregunta.
        tareas, ia: lo que esos módulos ponen para su tarjeta, como lo da la base; None si están apagados.
    """

    conversaciones_hoy: int
    sin_responder: int
    esperan_persona: int
    espera_desde: datetime | None
    contactos: int
    bloques: int
    dias: list[Dia]
    pasos: PrimerosPasos
    tareas: dict[str, Any] | None = None
    ia: dict[str, Any] | None = None


def guardar_guia(nombre_nora: str, usuario_id: str, *, oculta: bool) -> None:
    """Guarda la guía o la vuelve a traer, para esa persona en esa Nora."""
    ejecutar(
        supabase_de_nora(nombre_nora)
        .table("preferencias_panel")
        .upsert({"nombre_nora": nombre_nora, "usuario_id": usuario_id, "guia_oculta": oculta})
    )


def encender(nombre_nora: str) -> None:
    """Desde ahora Nora contesta sola."""
    ejecutar(
        supabase_de_nora(nombre_nora)
        .table("configuracion_bot")
        .update({"ia_activa": True})
        .eq("nombre_nora", nombre_nora)
    )


def resumen_panel(nombre_nora: str, zona: str, usuario_id: str | None) -> ResumenPanel:
    """Las cifras de hoy y de 30 días, y los primeros pasos, en una petición.

    Args:
        zona: zona horaria IANA en que empieza y termina cada día.
        usuario_id: quien pregunta; None si nadie en particular.
    """
    argumentos = {"p_zona": zona, "p_usuario_id": usuario_id}
    return ResumenPanel.model_validate(valor(supabase_de_nora(nombre_nora).rpc("tablero_panel", argumentos)))


def resumen_de_la_peticion(nombre_nora: str) -> ResumenPanel:
    """El mismo resumen, leído una sola vez por petición: lo comparten el tablero y las tarjetas de los módulos."""
    leido: ResumenPanel | None = g.get("resumen_panel")
    if leido is None:
        nora = nora_actual()
        zona = nora.zona_horaria if nora else ZONA_SIN_NORA
        quien = identidad_actual()
        leido = g.resumen_panel = resumen_panel(nombre_nora, zona, quien.usuario_id if quien else None)
    return leido
