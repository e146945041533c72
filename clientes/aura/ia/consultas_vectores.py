"""Cuánto falta por calcular cuando cambia el modelo de vectores."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from ..utils.supabase_client import supabase, supabase_de_nora
from ..utils.supabase_helpers import valor


class Avance(BaseModel):
    """De los bloques que hay, los que no tienen vector del modelo de hoy."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    nombre_nora: str = ""
    faltan: int = 0
    hay: int = 0

    @property
    def hechos(self) -> int:
        """Los que ya están al día."""
        return self.hay - self.faltan

    @property
    def porcentaje(self) -> int:
        """De 0 a 100; sin bloques, todo está al día."""
        return self.hechos * 100 // self.hay if self.hay else 100


def vectores_por_hacer(modelo: str) -> list[Avance]:
    """Las Noras activas con algo pendiente; la que menos debe, primero."""
    leido = valor(supabase.rpc("vectores_por_hacer", {"p_modelo": modelo}))
    return [Avance.model_validate(uno) for uno in leido or ()]


def avance_de_vectores(nombre_nora: str, modelo: str) -> Avance:
    """El de una Nora."""
    leido = valor(supabase_de_nora(nombre_nora).rpc("avance_de_vectores", {"p_modelo": modelo}))
    return Avance.model_validate(leido or {})
