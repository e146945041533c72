"""Lo que `/metricas` lee de la base. Con service_role: son cifras de toda la instalación, sin datos de nadie."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from .utils.supabase_client import supabase
from .utils.supabase_helpers import valor


class Cola(BaseModel):
    """Trabajos de una cola en un estado. `mas_viejo_s`: segundos que lleva el que más espera."""

    cola: str
    estado: str
    cuantos: int
    mas_viejo_s: float


class TrabajoCorrido(BaseModel):
    """La última vez que un trabajo del programador terminó. `fin` en segundos de época."""

    trabajo: str
    fin: float | None
    duracion_s: float | None
    bien: bool


class Instalacion(BaseModel):
    """Cómo está lo que todos los procesos comparten."""

    cola: list[Cola]
    trabajadores: int
    trabajos: list[TrabajoCorrido]
    conexiones: int
    conexiones_maximas: int


class Gasto(BaseModel):
    """Tokens y pesos del mes, y cuántos clientes esperan a una persona."""

    tokens_entrada: int
    tokens_salida: int
    pesos: float
    esperan_persona: int


def instalacion() -> Instalacion:
    """Cola, trabajadores, programador y conexiones. Lanza ErrorServicioExterno si la base no contesta."""
    return Instalacion.model_validate(valor(supabase.rpc("metricas_de_la_instalacion", {})))


def gasto(desde: datetime) -> Gasto:
    """Lo gastado en modelos desde un instante con zona."""
    return Gasto.model_validate(
        valor(supabase.rpc("gasto_de_la_instalacion", {"p_desde": desde.isoformat()}))
    )
