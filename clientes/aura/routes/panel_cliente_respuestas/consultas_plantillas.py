"""Las plantillas copiadas del proveedor, para verlas."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from ...utils.supabase_client import supabase_de_nora
from ...utils.supabase_helpers import fila_de_configuracion, filas


class Plantilla(BaseModel):
    """Una como está guardada."""

    id: str
    nombre: str
    idioma: str
    categoria: str
    tipo: str
    cuerpo: str
    variables: dict[str, str]
    botones: list[str]
    estado: str
    motivo: str


class Lectura(BaseModel):
    """Cuándo se leyeron por última vez y por qué no se pudo, si no se pudo."""

    plantillas_en: datetime | None = None
    plantillas_error: str = ""


def listar(nombre_nora: str) -> list[Plantilla]:
    """Todas, por nombre."""
    leidas = (
        supabase_de_nora(nombre_nora)
        .table("plantillas")
        .select("id,nombre,idioma,categoria,tipo,cuerpo,variables,botones,estado,motivo")
        .eq("nombre_nora", nombre_nora)
        .order("nombre")
        .order("id")
        .limit(500)
    )
    return [Plantilla.model_validate(una) for una in filas(leidas)]


def lectura(nombre_nora: str) -> Lectura:
    """La última."""
    return Lectura.model_validate(fila_de_configuracion(nombre_nora, "plantillas_en,plantillas_error") or {})
