"""Adjuntos, la plantilla de los avisos y los moldes, en Supabase; siempre con el token de la Nora."""

from __future__ import annotations

from typing import Any

from ...utils.supabase_client import supabase_de_nora
from ...utils.supabase_helpers import ejecutar, filas, una_fila, valor
from .modelos import ArchivoDeTarea, MoldeCompleto, PlantillasDeTareas


def agregar(nombre_nora: str, tarea_id: str, archivo: dict[str, Any]) -> None:
    """Anota un archivo ya guardado; anotarlo otra vez no lo repite.

    Raises:
        ErrorDatoInvalido: la tarea no es de esta Nora.
    """
    fila = {"nombre_nora": nombre_nora, "tarea_id": tarea_id, **archivo}
    ejecutar(supabase_de_nora(nombre_nora).table("tarea_adjuntos").upsert(fila, on_conflict="id"))


def leer(nombre_nora: str, tarea_id: str, adjunto_id: str) -> ArchivoDeTarea | None:
    """Uno; None si no es de esa tarea de esta Nora."""
    fila = una_fila(
        supabase_de_nora(nombre_nora)
        .table("tarea_adjuntos")
        .select("id,nombre,mime,ruta")
        .eq("nombre_nora", nombre_nora)
        .eq("tarea_id", tarea_id)
        .eq("id", adjunto_id)
    )
    return ArchivoDeTarea.model_validate(fila) if fila else None


def quitar(nombre_nora: str, tarea_id: str, adjunto_id: str) -> bool:
    """Falso si no es de esa tarea de esta Nora. El archivo lo borra la limpieza del almacén."""
    return bool(
        filas(
            supabase_de_nora(nombre_nora)
            .table("tarea_adjuntos")
            .delete()
            .eq("nombre_nora", nombre_nora)
            .eq("tarea_id", tarea_id)
            .eq("id", adjunto_id)
        )
    )


def plantillas(nombre_nora: str) -> PlantillasDeTareas:
    """Con qué plantilla se avisa, y entre cuáles se elige."""
    return PlantillasDeTareas.model_validate(
        valor(supabase_de_nora(nombre_nora).rpc("plantillas_para_tareas", {}))
    )


def elegir_plantilla(nombre_nora: str, plantilla_id: str | None) -> None:
    """Con ella se avisará fuera de las 24 horas; None, con ninguna."""
    fila = {"nombre_nora": nombre_nora, "plantilla_id": plantilla_id}
    ejecutar(supabase_de_nora(nombre_nora).table("tarea_ajustes").upsert(fila))


def leer_molde(nombre_nora: str, molde_id: str, usuario_id: str) -> MoldeCompleto | None:
    """Algo que se repite, con el equipo; None si no es de esta Nora."""
    argumentos = {"p_molde_id": molde_id, "p_usuario_id": usuario_id}
    leido = valor(supabase_de_nora(nombre_nora).rpc("leer_molde", argumentos))
    return MoldeCompleto.model_validate(leido) if leido else None
