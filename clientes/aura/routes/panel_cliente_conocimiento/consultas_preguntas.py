"""Lo que Nora no supo contestar y cuánto contesta sola; siempre con el token de la Nora."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...utils.supabase_client import supabase_de_nora
from ...utils.supabase_helpers import filas, valor
from .modelos import Cobertura, PreguntaAbierta, Preguntas


def listar(nombre_nora: str, estado: str, modelo: str) -> Preguntas:
    """Las preguntas en ese estado («abierta» u «oculta»), juntas las que piden lo mismo.

    Args:
        modelo: el de los vectores; lo que no lo tenga viene en `por_agrupar`.
    """
    argumentos = {"p_estado": estado, "p_modelo": modelo}
    return Preguntas.model_validate(
        valor(supabase_de_nora(nombre_nora).rpc("preguntas_conocimiento", argumentos))
    )


def agrupar(
    nombre_nora: str,
    vectores: Sequence[tuple[str, Sequence[float]]],
    modelo: str,
    parecido: float,
    estado: str,
) -> Preguntas:
    """Pone cada pregunta (id, vector) con las que se le parecen al menos `parecido` (coseno); da la lista de nuevo."""
    argumentos = {
        "p_filas": [
            {"id": id_, "vector": "[" + ",".join(f"{x:.6g}" for x in v) + "]"} for id_, v in vectores
        ],
        "p_modelo": modelo,
        "p_parecido": parecido,
        "p_estado": estado,
    }
    return Preguntas.model_validate(valor(supabase_de_nora(nombre_nora).rpc("agrupar_preguntas", argumentos)))


def leer(nombre_nora: str, grupo: str) -> PreguntaAbierta | None:
    """Un grupo de preguntas que nadie ha enseñado; None si no es de esta Nora."""
    leido = valor(supabase_de_nora(nombre_nora).rpc("grupo_de_preguntas", {"p_grupo": grupo}))
    return PreguntaAbierta.model_validate(leido) if leido else None


def cambiar_estado(nombre_nora: str, grupo: str, estado: str) -> bool:
    """Oculta o vuelve a mostrar un grupo; falso si no es de esta Nora."""
    cambios: dict[str, Any] = {"estado": estado}
    return bool(
        filas(
            supabase_de_nora(nombre_nora)
            .table("preguntas_sin_respuesta")
            .update(cambios)
            .eq("nombre_nora", nombre_nora)
            .neq("estado", "ensenada")
            .or_(f"grupo.eq.{grupo},and(grupo.is.null,id.eq.{grupo})")
        )
    )


def cobertura(nombre_nora: str) -> Cobertura:
    """Qué pasó con lo que preguntaron los clientes en los últimos 30 días."""
    return Cobertura.model_validate(valor(supabase_de_nora(nombre_nora).rpc("cobertura_conocimiento", {})))
