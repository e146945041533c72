"""Las reglas de los ajustes."""

from __future__ import annotations

from datetime import UTC, datetime

from ...conversacion.horario import Horario, frase_de_cierre
from ...personas.consultas import personas_de_auditoria
from ...personas.servicio import anotar
from ...utils.auth_utils import Identidad
from . import consultas
from .consultas import Ajustes


def leer(nombre_nora: str) -> Ajustes:
    """Los de una Nora."""
    return consultas.leer(nombre_nora)


def guardar(quien: Identidad, nombre_nora: str, nuevos: Ajustes) -> list[str]:
    """Guarda lo que cambió y lo anota. Devuelve los nombres de lo que cambió."""
    antes = consultas.leer(nombre_nora)
    cambiados = [c for c in Ajustes.model_fields if getattr(antes, c) != getattr(nuevos, c)]
    if cambiados:
        consultas.guardar(nombre_nora, nuevos)
        anotar(quien, "cambiar_ajustes", nombre_nora=nombre_nora, cambio=cambiados)
    return cambiados


def personas_con_actividad(nombre_nora: str) -> list[str]:
    """Los correos de quienes salen en la auditoría de esta Nora."""
    return personas_de_auditoria(nombre_nora)


def ahora_mismo(horario: Horario, zona: str) -> str:
    """Cómo está el negocio en este momento, para que el dueño vea si escribió bien su horario."""
    ahora = datetime.now(UTC)
    if not horario.definido:
        return "Sin horario: Nora nunca dice que está cerrado."
    frase = "Ahora está abierto" if horario.abierto(ahora, zona) else frase_de_cierre(horario, ahora, zona)
    return frase if frase.endswith(".") else f"{frase}."  # una hora ya acaba en punto: «9:00 a. m.»
