"""Lo que el programador hace con los vectores de todas las Noras."""

from __future__ import annotations

from datetime import datetime

from ...ia.reindexar import reindexar
from ...registro.manifiesto import Trabajo


def poner_vectores_al_dia(ahora: datetime) -> str:
    """Calcula los que faltan, después de cambiar de modelo o de una falla."""
    return reindexar()


TRABAJOS = (
    Trabajo(
        id="poner_vectores_al_dia",
        cron="* * * * *",
        zona="UTC",
        hacer=poner_vectores_al_dia,
        descripcion="Conocimiento: calcular lo que falta cuando cambia el modelo de vectores",
    ),
)
