"""Los archivos que se importan y los temas que proponen; siempre con el token de la Nora."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...utils.supabase_client import supabase_de_nora
from ...utils.supabase_helpers import ejecutar, filas, valor
from .modelos import Importacion
from .partir import Propuesta


def crear(
    nombre_nora: str,
    archivo: str,
    tipo: str,
    paginas: int,
    propuestas: Sequence[Propuesta],
    usuario_id: str,
) -> str:
    """Guarda los temas propuestos para revisarlos; devuelve el id."""
    argumentos = {
        "p_archivo": archivo,
        "p_tipo": tipo,
        "p_paginas": paginas,
        "p_propuestas": [
            {"titulo": p.titulo, "contenido": p.contenido, "etiquetas": list(p.etiquetas), "fuente": p.fuente}
            for p in propuestas
        ],
        "p_usuario_id": usuario_id,
    }
    return str(valor(supabase_de_nora(nombre_nora).rpc("crear_importacion_conocimiento", argumentos)))


def leer(nombre_nora: str, importacion_id: str, limite: int) -> Importacion | None:
    """Una importación con sus siguientes temas; None si no es de esta Nora."""
    argumentos = {"p_importacion_id": importacion_id, "p_limite": limite}
    leida = valor(supabase_de_nora(nombre_nora).rpc("leer_importacion_conocimiento", argumentos))
    return Importacion.model_validate(leida) if leida else None


def sin_terminar(nombre_nora: str) -> list[dict[str, Any]]:
    """Las importaciones más nuevas: id, archivo, total, guardadas y fecha."""
    return filas(
        supabase_de_nora(nombre_nora)
        .table("conocimiento_importaciones")
        .select("id,archivo,tipo,total,guardadas,fecha_creacion")
        .eq("nombre_nora", nombre_nora)
        .order("fecha_creacion", desc=True)
        .limit(6)
    )


def guardar(
    nombre_nora: str,
    importacion_id: str,
    elegidas: Sequence[dict[str, Any]],
    vistas: Sequence[int],
    usuario_id: str,
    *,
    resto: bool,
) -> int:
    """Vuelve bloques los temas elegidos y quita los vistos, todo o nada. Devuelve cuántos guardó.

    Raises:
        ErrorNoEncontrado: no es de esta Nora.
    """
    argumentos = {
        "p_importacion_id": importacion_id,
        "p_elegidas": list(elegidas),
        "p_vistas": list(vistas),
        "p_resto": resto,
        "p_usuario_id": usuario_id,
    }
    return int(valor(supabase_de_nora(nombre_nora).rpc("guardar_propuestas", argumentos)))


def borrar(nombre_nora: str, importacion_id: str) -> None:
    """Olvida una importación con los temas que no se guardaron."""
    ejecutar(
        supabase_de_nora(nombre_nora)
        .table("conocimiento_importaciones")
        .delete()
        .eq("nombre_nora", nombre_nora)
        .eq("id", importacion_id)
    )
