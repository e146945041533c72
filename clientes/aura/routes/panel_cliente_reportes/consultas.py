"""La lista de reportes y a quién se avisa, en Supabase."""

from __future__ import annotations

from datetime import date

from ...reportes.modelos import Ajustes, Lista
from ...utils.supabase_client import supabase_de_nora
from ...utils.supabase_helpers import Fila, ejecutar, una_fila, valor


def lista(nombre_nora: str, antes: date | None, alcance: str, semanas: int) -> Lista:
    """Los reportes de unas semanas, de la más nueva a la más vieja."""
    argumentos = {
        "p_antes": antes.isoformat() if antes else None,
        "p_alcance": alcance,
        "p_semanas": semanas,
    }
    return Lista.model_validate(valor(supabase_de_nora(nombre_nora).rpc("reportes_lista", argumentos)))


def leer_ajustes(nombre_nora: str) -> Ajustes:
    """A quién se le manda el resumen."""
    fila = una_fila(
        supabase_de_nora(nombre_nora).table("reportes_ajustes").select("*").eq("nombre_nora", nombre_nora)
    )
    return Ajustes.model_validate(fila or {})


def guardar_ajustes(nombre_nora: str, ajustes: Ajustes) -> None:
    """Cambia a quién se le manda el resumen."""
    fila: Fila = {"nombre_nora": nombre_nora, **ajustes.model_dump()}
    ejecutar(supabase_de_nora(nombre_nora).table("reportes_ajustes").upsert(fila))
