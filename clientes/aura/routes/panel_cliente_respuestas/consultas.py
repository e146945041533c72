"""Las respuestas automáticas de una Nora en la base."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from ...conversacion.horario import Horario
from ...conversacion.respuestas import Cuando, Modo
from ...utils.errores import ErrorNoEncontrado
from ...utils.supabase_client import supabase_de_nora
from ...utils.supabase_helpers import fila_de_configuracion, filas, una_fila

COLUMNAS = "id,nombre,disparadores,modo,cuando,respuesta,orden,activo"


class Respuesta(BaseModel):
    """Una respuesta automática como la edita el dueño."""

    id: str
    nombre: str
    disparadores: list[str]
    modo: Modo
    cuando: Cuando
    respuesta: str
    orden: int
    activo: bool


def listar(nombre_nora: str) -> list[Respuesta]:
    """Todas, en el orden en que se prueban."""
    leidas = filas(
        _tabla(nombre_nora)
        .select(COLUMNAS)
        .eq("nombre_nora", nombre_nora)
        .order("orden")
        .order("fecha_creacion")
        .order("id")
    )
    return [Respuesta.model_validate(una) for una in leidas]


def leer(nombre_nora: str, respuesta_id: str) -> Respuesta:
    """Una.

    Raises:
        ErrorNoEncontrado: no existe, o es de otra Nora.
    """
    fila = una_fila(
        _tabla(nombre_nora).select(COLUMNAS).eq("nombre_nora", nombre_nora).eq("id", respuesta_id).limit(1)
    )
    if fila is None:
        raise ErrorNoEncontrado
    return Respuesta.model_validate(fila)


def crear(nombre_nora: str, columnas: dict[str, Any]) -> str:
    """La guarda y devuelve su id."""
    return str(filas(_tabla(nombre_nora).insert({"nombre_nora": nombre_nora, **columnas}))[0]["id"])


def cambiar(nombre_nora: str, respuesta_id: str, columnas: dict[str, Any]) -> None:
    """Cambia columnas de una.

    Raises:
        ErrorNoEncontrado: no existe, o es de otra Nora.
    """
    consulta = _tabla(nombre_nora).update(columnas).eq("nombre_nora", nombre_nora).eq("id", respuesta_id)
    if not filas(consulta):
        raise ErrorNoEncontrado


def borrar(nombre_nora: str, respuesta_id: str) -> None:
    """La quita.

    Raises:
        ErrorNoEncontrado: no existe, o es de otra Nora.
    """
    if not filas(_tabla(nombre_nora).delete().eq("nombre_nora", nombre_nora).eq("id", respuesta_id)):
        raise ErrorNoEncontrado


def leer_horario(nombre_nora: str) -> Horario:
    """El del negocio."""
    fila = fila_de_configuracion(nombre_nora, "horario")
    return Horario.model_validate((fila or {}).get("horario") or {})


def _tabla(nombre_nora: str) -> Any:
    return supabase_de_nora(nombre_nora).table("respuestas_automaticas")
