"""Lo que los ajustes leen y escriben: la fila de esta Nora."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel

from ...conversacion.horario import Horario
from ...utils.errores import ErrorNoEncontrado
from ...utils.supabase_client import supabase_de_nora
from ...utils.supabase_helpers import ejecutar, fila_de_configuracion


class Ajustes(BaseModel):
    """Lo que el dueño decide. `silencio_segundos` en segundos, `pausa_persona_minutos` en minutos.

    `bienvenida_dias`: tras cuántos días sin hablar se vuelve a dar la bienvenida; 0, nunca.
    """

    mensaje_bienvenida: str
    bienvenida_dias: int
    aviso_privacidad: str
    mensaje_fuera_horario: str
    silencio_segundos: int
    pausa_persona_minutos: int
    al_recibir_archivos: Literal["preguntar", "pasar"] = "preguntar"
    horario: Horario


def leer(nombre_nora: str) -> Ajustes:
    """Los de una Nora.

    Raises:
        ErrorNoEncontrado: ya no existe.
    """
    fila = fila_de_configuracion(nombre_nora, ",".join(Ajustes.model_fields))
    if fila is None:
        raise ErrorNoEncontrado
    return Ajustes.model_validate(fila)


def guardar(nombre_nora: str, ajustes: Ajustes) -> None:
    """Los deja así."""
    columnas: dict[str, Any] = ajustes.model_dump(mode="json")
    ejecutar(
        supabase_de_nora(nombre_nora)
        .table("configuracion_bot")
        .update(columnas)
        .eq("nombre_nora", nombre_nora)
    )
