"""Las etiquetas de una Nora, que sirven a contactos y a conversaciones: cualquier módulo las usa desde aquí."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from .errores import ErrorNoEncontrado
from .supabase_client import supabase_de_nora
from .supabase_helpers import valor

COLORES: tuple[tuple[str, str], ...] = (
    ("pizarra", "Gris"),
    ("mar", "Verde mar"),
    ("azul", "Azul"),
    ("violeta", "Violeta"),
    ("rosa", "Rosa"),
    ("vino", "Vino"),
    ("arena", "Arena"),
    ("verde", "Verde"),
)


class Etiqueta(BaseModel):
    """Una etiqueta. `regla`: cuándo se usa; la lee el equipo al elegirla y la puede leer Nora."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    nombre: str
    color: str = "pizarra"
    regla: str = ""


class EtiquetaConUso(Etiqueta):
    """Una etiqueta y en cuántos contactos y conversaciones está."""

    contactos: int = 0
    conversaciones: int = 0


def etiquetas_con_uso(nombre_nora: str) -> list[EtiquetaConUso]:
    """Todas, por nombre, con sus cuentas."""
    leidas = valor(supabase_de_nora(nombre_nora).rpc("etiquetas_con_uso", {}))
    return [EtiquetaConUso.model_validate(e) for e in leidas]


def etiquetas_de_conversacion(nombre_nora: str, conversacion_id: str) -> list[Etiqueta]:
    """Las de una conversación, por nombre; vacía si no es de esta Nora."""
    argumentos = {"p_conversacion_id": conversacion_id}
    leidas = valor(supabase_de_nora(nombre_nora).rpc("etiquetas_de_conversacion", argumentos))
    return [Etiqueta.model_validate(e) for e in leidas]


def etiquetar_conversacion(
    nombre_nora: str, conversacion_id: str, etiquetas: Sequence[str]
) -> list[Etiqueta]:
    """Deja la conversación con justo estas etiquetas (ids); devuelve cómo quedó.

    Raises:
        ErrorNoEncontrado: la conversación o una etiqueta no es de esta Nora.
    """
    argumentos = {"p_conversacion_id": conversacion_id, "p_etiquetas": list(etiquetas)}
    leidas = valor(supabase_de_nora(nombre_nora).rpc("etiquetar_conversacion", argumentos))
    return [Etiqueta.model_validate(e) for e in leidas]


def deshacer(nombre_nora: str, accion_id: str, usuario_id: str) -> int:
    """Deshace lo último hecho en lote (o una etiqueta borrada), una sola vez; devuelve cuántas cosas volvieron.

    Raises:
        ErrorNoEncontrado: no existe, ya se deshizo o pasó una hora.
        ErrorDuplicado: entre tanto se creó otra etiqueta con ese nombre.
    """
    argumentos = {"p_id": accion_id, "p_usuario_id": usuario_id}
    cuantas = valor(supabase_de_nora(nombre_nora).rpc("deshacer_accion", argumentos))
    if cuantas is None:
        raise ErrorNoEncontrado("Eso ya no se puede deshacer: ya se deshizo o pasó más de una hora.")
    return int(cuantas)
