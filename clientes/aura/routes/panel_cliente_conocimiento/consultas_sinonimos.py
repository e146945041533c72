"""Los sinónimos de una Nora: lo que se lee y escribe; siempre con su token."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from ...utils.supabase_client import supabase_de_nora
from ...utils.supabase_helpers import ejecutar, filas, valor


class GrupoPropio(BaseModel):
    """Palabras que para los clientes de la Nora son lo mismo."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    palabras: tuple[str, ...]


class SinonimosDeNora(BaseModel):
    """Los grupos que la Nora agregó, el último primero, y las claves de los de la lista de todas que apagó."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    grupos: tuple[GrupoPropio, ...] = ()
    apagados: frozenset[str] = frozenset()


def leer(nombre_nora: str) -> SinonimosDeNora:
    """Los de la Nora, en una petición."""
    return SinonimosDeNora.model_validate(valor(supabase_de_nora(nombre_nora).rpc("leer_sinonimos", {})))


def agregar(nombre_nora: str, palabras: Sequence[str], usuario_id: str) -> str:
    """Guarda un grupo y devuelve su id."""
    fila = {"nombre_nora": nombre_nora, "palabras": list(palabras), "usuario_id": usuario_id}
    return str(filas(supabase_de_nora(nombre_nora).table("sinonimos_nora").insert(fila))[0]["id"])


def cambiar(nombre_nora: str, grupo_id: str, palabras: Sequence[str], usuario_id: str) -> bool:
    """Cambia las palabras de un grupo; falso si no es de esta Nora."""
    cambios = {"palabras": list(palabras), "usuario_id": usuario_id}
    return bool(
        filas(
            supabase_de_nora(nombre_nora)
            .table("sinonimos_nora")
            .update(cambios)
            .eq("nombre_nora", nombre_nora)
            .eq("id", grupo_id)
            .is_("fecha_borrado", "null")
        )
    )


def borrar(nombre_nora: str, grupo_id: str, momento: datetime | None) -> bool:
    """Deja de usar un grupo desde `momento`, o lo recupera (None); falso si no es de esta Nora."""
    return bool(
        filas(
            supabase_de_nora(nombre_nora)
            .table("sinonimos_nora")
            .update({"fecha_borrado": momento.isoformat() if momento else None})
            .eq("nombre_nora", nombre_nora)
            .eq("id", grupo_id)
        )
    )


def olvidar_borrados(nombre_nora: str, antes_de: datetime) -> None:
    """Quita del todo los borrados antes de esa fecha: ya nadie los va a recuperar."""
    ejecutar(
        supabase_de_nora(nombre_nora)
        .table("sinonimos_nora")
        .delete()
        .eq("nombre_nora", nombre_nora)
        .lt("fecha_borrado", antes_de.isoformat())
    )


def apagar(nombre_nora: str, clave: str, usuario_id: str) -> None:
    """Deja de usar un grupo de la lista de todas."""
    fila = {"nombre_nora": nombre_nora, "grupo": clave, "usuario_id": usuario_id}
    ejecutar(supabase_de_nora(nombre_nora).table("sinonimos_apagados").upsert(fila))


def encender(nombre_nora: str, clave: str) -> None:
    """Vuelve a usar un grupo de la lista de todas."""
    ejecutar(
        supabase_de_nora(nombre_nora)
        .table("sinonimos_apagados")
        .delete()
        .eq("nombre_nora", nombre_nora)
        .eq("grupo", clave)
    )
