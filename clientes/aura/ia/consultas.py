"""Consultas del conocimiento; siempre con el token de la Nora."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from ..utils.supabase_client import supabase_de_nora
from ..utils.supabase_helpers import ejecutar, filas, una_fila
from .motor_local import Bloque, Candidato
from .preferencia import BloqueConPrioridad
from .sinonimos import Sinonimos, comunes, de_nora


@dataclass(frozen=True)
class PorIndexar:
    """Un bloque al que le falta el vector del modelo actual."""

    id: str
    titulo: str
    contenido: str


@dataclass(frozen=True)
class Hallados:
    """Los bloques de una búsqueda, mejores primero, y los sinónimos de la Nora."""

    candidatos: list[Candidato]
    sinonimos: Sinonimos


class _SinonimosDeNora(BaseModel):
    model_config = ConfigDict(extra="ignore")
    grupos: tuple[tuple[str, ...], ...] = ()
    apagados: frozenset[str] = frozenset()


class _FilaBuscada(BaseModel):
    model_config = ConfigDict(extra="ignore")
    id: str
    titulo: str
    contenido: str
    etiquetas: tuple[str, ...] = ()
    vectorial: float = 0.0
    lexico: float = 0.0
    trigramas: float = 0.0
    prioridad: int = 0
    sinonimos: _SinonimosDeNora | None = None


def buscar_bloques(
    nombre_nora: str,
    texto: str,
    vector: Sequence[float] | None,
    limite: int,
    modelo: str | None = None,
) -> Hallados:
    """Los bloques encendidos y vigentes más cercanos, con sus medidas. Sin vectores, por palabras y trigramas.

    Args:
        modelo: el de `vector`; los bloques con vector de otro se comparan solo por su texto.
    """
    argumentos = {
        "p_consulta": texto,
        "p_vector": _como_texto(vector) if vector is not None else None,
        "p_limite": limite,
        "p_modelo": modelo,
    }
    leidas = [
        _FilaBuscada.model_validate(fila)
        for fila in filas(supabase_de_nora(nombre_nora).rpc("buscar_conocimiento", argumentos))
    ]
    suyos = next((fila.sinonimos for fila in leidas if fila.sinonimos), None)
    candidatos = [
        Candidato(
            BloqueConPrioridad(fila.id, fila.titulo, fila.contenido, fila.etiquetas, fila.prioridad),
            fila.vectorial,
            fila.lexico,
            fila.trigramas,
        )
        for fila in leidas
    ]
    return Hallados(candidatos, de_nora(suyos.grupos, suyos.apagados) if suyos else comunes())


def leer_bloque(nombre_nora: str, bloque_id: str) -> Bloque | None:
    """Un bloque que hoy se puede usar; None si ya no está, se apagó o venció."""
    fila = una_fila(supabase_de_nora(nombre_nora).rpc("leer_bloque_vigente", {"p_bloque_id": bloque_id}))
    return Bloque(fila["id"], fila["titulo"], fila["contenido"], tuple(fila["etiquetas"])) if fila else None


def por_indexar(nombre_nora: str, modelo: str, limite: int, bloque_id: str | None = None) -> list[PorIndexar]:
    """Bloques sin vector del modelo actual (al cambiar el texto de un bloque la base borra su modelo)."""
    consulta = (
        supabase_de_nora(nombre_nora)
        .table("conocimiento_nora")
        .select("id,titulo,contenido")
        .eq("nombre_nora", nombre_nora)
        .neq("modelo_vector", modelo)
        .order("fecha_actualizacion", desc=True)
        .limit(limite)
    )
    if bloque_id is not None:
        consulta = consulta.eq("id", bloque_id)
    return [PorIndexar(fila["id"], fila["titulo"], fila["contenido"]) for fila in filas(consulta)]


def guardar_vector(
    nombre_nora: str,
    bloque: PorIndexar,
    vector: Sequence[float],
    modelo: str,
) -> None:
    """Guarda el vector si el bloque todavía dice lo mismo; si cambió entre tanto, no."""
    cambios = {
        "vector": _como_texto(vector),
        "modelo_vector": modelo,
    }
    ejecutar(
        supabase_de_nora(nombre_nora)
        .table("conocimiento_nora")
        .update(cambios)
        .eq("nombre_nora", nombre_nora)
        .eq("id", bloque.id)
        .eq("titulo", bloque.titulo)
        .eq("contenido", bloque.contenido)
    )


def _como_texto(vector: Sequence[float]) -> str:
    return "[" + ",".join(f"{x:.7g}" for x in vector) + "]"
