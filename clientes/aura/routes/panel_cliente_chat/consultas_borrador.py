"""Lo que Nora quiso contestar y la guardia no dejó salir."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from ...utils.errores import ErrorNoEncontrado
from ...utils.supabase_client import supabase_de_nora
from ...utils.supabase_helpers import una_fila


class Borrador(BaseModel):
    """Un borrador sin mandar. `hallazgos`: por qué no salió, una frase por razón."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    pregunta: str = ""
    borrador: str
    hallazgos: tuple[str, ...] = ()


def leer_borrador(nombre_nora: str, conversacion_id: str) -> Borrador | None:
    """El último que nadie ha visto; None si no hay, o si alguien ya contestó.

    Raises:
        ErrorNoEncontrado: la conversación no existe, o es de otra Nora.
    """
    fila = una_fila(
        supabase_de_nora(nombre_nora)
        .table("turnos_ia")
        .select("id,pregunta,borrador,hallazgos")
        .eq("nombre_nora", nombre_nora)
        .eq("conversacion_id", conversacion_id)
        .eq("resultado", "frenado")
        .is_("revisado_en", "null")
        .neq("borrador", "")
        .order("fecha_creacion", desc=True)
        .limit(1)
    )
    if fila:
        return Borrador.model_validate(fila)
    conversaciones = supabase_de_nora(nombre_nora).table("conversaciones").select("id")
    if una_fila(conversaciones.eq("nombre_nora", nombre_nora).eq("id", conversacion_id)) is None:
        raise ErrorNoEncontrado
    return None
