"""Lo que conocimiento lee y escribe en la base; siempre con el token de la Nora."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict

from ...utils.supabase_client import supabase_de_nora
from ...utils.supabase_helpers import filas, una_fila, valor

COLUMNAS = "id,titulo,contenido,etiquetas,activo,fecha_actualizacion"


class _Fila(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Bloque(_Fila):
    """Algo que Nora sabe; apagado no lo usa."""

    id: str
    titulo: str
    contenido: str
    etiquetas: tuple[str, ...]
    activo: bool
    fecha_actualizacion: datetime


class EtiquetaUsada(_Fila):
    """Una etiqueta y en cuántos bloques está."""

    nombre: str
    cuantos: int


class Resumen(_Fila):
    """Cuántos bloques hay y con qué etiquetas (las 40 más usadas, por nombre)."""

    total: int
    apagados: int
    etiquetas: tuple[EtiquetaUsada, ...]


class Cursor(NamedTuple):
    """El último bloque de una página."""

    fecha_actualizacion: datetime
    id: str


@dataclass(frozen=True)
class Filtro:
    """Lo que se pide de la lista. `palabras` ya sin acentos ni mayúsculas; `activo` None: todos."""

    palabras: tuple[str, ...] = ()
    etiqueta: str = ""
    activo: bool | None = None


def listar(nombre_nora: str, filtro: Filtro, limite: int, despues_de: Cursor | None) -> list[Bloque]:
    """Bloques que cumplen el filtro, el más reciente primero, desde el cursor."""
    consulta = (
        supabase_de_nora(nombre_nora)
        .table("conocimiento_nora")
        .select(COLUMNAS)
        .eq("nombre_nora", nombre_nora)
        .order("fecha_actualizacion", desc=True)
        .order("id")
        .limit(limite)
    )
    for palabra in filtro.palabras:
        consulta = consulta.ilike("busqueda", f"%{_sin_comodines(palabra)}%")
    if filtro.etiqueta:
        consulta = consulta.filter("etiquetas", "cs", _arreglo([filtro.etiqueta]))
    if filtro.activo is not None:
        consulta = consulta.eq("activo", filtro.activo)
    if despues_de is not None:
        momento = f'"{despues_de.fecha_actualizacion.isoformat()}"'
        consulta = consulta.or_(
            f"fecha_actualizacion.lt.{momento},and(fecha_actualizacion.eq.{momento},id.gt.{despues_de.id})"
        )
    return [Bloque.model_validate(fila) for fila in filas(consulta)]


def resumen(nombre_nora: str) -> Resumen:
    """Cuánto sabe la Nora."""
    return Resumen.model_validate(valor(supabase_de_nora(nombre_nora).rpc("resumen_conocimiento", {})))


def leer(nombre_nora: str, bloque_id: str) -> Bloque | None:
    """Un bloque, esté encendido o no; None si no es de esta Nora."""
    fila = una_fila(
        supabase_de_nora(nombre_nora)
        .table("conocimiento_nora")
        .select(COLUMNAS)
        .eq("nombre_nora", nombre_nora)
        .eq("id", bloque_id)
    )
    return Bloque.model_validate(fila) if fila else None


def crear(nombre_nora: str, titulo: str, contenido: str, etiquetas: Sequence[str]) -> str:
    """Guarda un bloque nuevo, encendido; devuelve su id."""
    nuevo = {
        "nombre_nora": nombre_nora,
        "titulo": titulo,
        "contenido": contenido,
        "etiquetas": list(etiquetas),
    }
    creadas = filas(supabase_de_nora(nombre_nora).table("conocimiento_nora").insert(nuevo))
    return str(creadas[0]["id"])


def cambiar(nombre_nora: str, bloque_id: str, cambios: dict[str, Any]) -> bool:
    """Escribe columnas de un bloque; falso si no es de esta Nora."""
    cambiadas = filas(
        supabase_de_nora(nombre_nora)
        .table("conocimiento_nora")
        .update(cambios)
        .eq("nombre_nora", nombre_nora)
        .eq("id", bloque_id)
    )
    return bool(cambiadas)


def borrar(nombre_nora: str, bloque_id: str) -> str | None:
    """Borra un bloque y devuelve su título; None si no es de esta Nora."""
    borradas = filas(
        supabase_de_nora(nombre_nora)
        .table("conocimiento_nora")
        .delete()
        .eq("nombre_nora", nombre_nora)
        .eq("id", bloque_id)
    )
    return str(borradas[0]["titulo"]) if borradas else None


def _sin_comodines(palabra: str) -> str:
    return palabra.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_").replace("*", "")


def _arreglo(textos: Sequence[str]) -> str:
    """Un arreglo de PostgreSQL como texto; con comillas, para que una coma o una llave sean texto."""
    citados = ('"' + texto.replace("\\", "\\\\").replace('"', '\\"') + '"' for texto in textos)
    return "{" + ",".join(citados) + "}"
