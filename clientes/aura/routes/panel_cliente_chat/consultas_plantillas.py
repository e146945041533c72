"""Las plantillas que se pueden mandar en una conversación, y mandarlas. Con el token de la Nora."""

from __future__ import annotations

import re

from pydantic import BaseModel, ConfigDict

from ...utils.supabase_client import supabase_de_nora
from ...utils.supabase_helpers import filas, valor

# Los huecos de una plantilla de WhatsApp: {{1}}, {{2}}…
HUECO = re.compile(r"\{\{\s*([^{}\s]+)\s*\}\}")


class Plantilla(BaseModel):
    """Una aprobada. `variables`: número -> ejemplo."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    nombre: str
    cuerpo: str
    variables: dict[str, str]
    botones: list[str] = []

    @property
    def titulo(self) -> str:
        """El nombre como se lee: WhatsApp solo deja minúsculas y guiones bajos."""
        return self.nombre.replace("_", " ").strip().capitalize() or self.nombre

    @property
    def ejemplo(self) -> str:
        """El texto con sus ejemplos puestos, para reconocerla en la lista."""
        return HUECO.sub(lambda hueco: self.variables.get(hueco[1]) or "____", self.cuerpo)


def aprobadas(nombre_nora: str) -> list[Plantilla]:
    """Las que WhatsApp ya aprobó, por nombre."""
    leidas = (
        supabase_de_nora(nombre_nora)
        .table("plantillas")
        .select("id,nombre,cuerpo,variables,botones")
        .eq("nombre_nora", nombre_nora)
        .eq("estado", "aprobada")
        .order("nombre")
        .order("id")
        .limit(100)
    )
    return [Plantilla.model_validate(una) for una in filas(leidas)]


def enviar(
    nombre_nora: str,
    conversacion_id: str,
    plantilla_id: str,
    texto: str,
    variables: dict[str, str],
    usuario_id: str,
    clave: str,
) -> int:
    """Deja la plantilla en el buzón de salida, una sola vez por clave. Devuelve el id del mensaje.

    Raises:
        ErrorNoEncontrado: la conversación o la plantilla no existe, no está aprobada o es de otra Nora.
    """
    argumentos = {
        "p_conversacion_id": conversacion_id,
        "p_plantilla_id": plantilla_id,
        "p_texto": texto,
        "p_variables": variables,
        "p_usuario_id": usuario_id,
        "p_clave": clave,
    }
    hecho = valor(supabase_de_nora(nombre_nora).rpc("enviar_plantilla", argumentos))
    return int(hecho["mensaje_id"])
