"""Las reglas de las etiquetas."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from ...utils import consultas_etiquetas
from ...utils.auth_utils import Identidad
from ...utils.consultas_etiquetas import Etiqueta, EtiquetaConUso
from ...utils.errores import ErrorDatoInvalido, ErrorNoEncontrado
from ...utils.supabase_helpers import ErrorDuplicado
from . import consultas


def listar(nombre_nora: str) -> list[EtiquetaConUso]:
    """Todas, por nombre, con en cuántos contactos y conversaciones están."""
    return consultas_etiquetas.etiquetas_con_uso(nombre_nora)


def leer(nombre_nora: str, etiqueta_id: str) -> Etiqueta:
    """Una etiqueta.

    Raises:
        ErrorNoEncontrado: no es de esta Nora.
    """
    etiqueta = consultas.leer(nombre_nora, etiqueta_id)
    if etiqueta is None:
        raise ErrorNoEncontrado
    return etiqueta


def guardar(nombre_nora: str, etiqueta_id: str | None, nombre: str, color: str, regla: str) -> str:
    """Crea (sin id) o cambia; devuelve su id.

    Raises:
        ErrorNoEncontrado: no es de esta Nora.
        ErrorDuplicado: ya hay otra que se llama igual.
    """
    try:
        return consultas.guardar(nombre_nora, etiqueta_id, nombre, color, regla)
    except ErrorDuplicado as error:
        raise ErrorDuplicado(
            "Ya tienes una que se llama así. Si son lo mismo, únelas.", campo="nombre"
        ) from error


def borrar(nombre_nora: str, etiqueta_id: str, quien: Identidad) -> str:
    """La borra; devuelve con qué se deshace.

    Raises:
        ErrorNoEncontrado: no es de esta Nora.
    """
    return consultas.borrar(nombre_nora, etiqueta_id, quien.usuario_id)


def unir(nombre_nora: str, se_va: str, queda: str) -> None:
    """Lo que tenía una pasa a la otra, y la primera desaparece.

    Raises:
        ErrorNoEncontrado: alguna no es de esta Nora.
        ErrorDatoInvalido: no se eligió otra.
    """
    if not _es_uuid(queda) or queda == se_va:
        raise ErrorDatoInvalido("Elige con cuál se une.")
    consultas.unir(nombre_nora, queda, se_va)


def deshacer(nombre_nora: str, deshacer_id: str, quien: Identidad) -> None:
    """Devuelve una etiqueta borrada a donde estaba.

    Raises:
        ErrorNoEncontrado: ya no se puede.
        ErrorDuplicado: se creó otra con ese nombre.
    """
    try:
        consultas_etiquetas.deshacer(nombre_nora, deshacer_id, quien.usuario_id)
    except ErrorDuplicado as error:
        raise ErrorDuplicado("Ya creaste otra con ese nombre: bórrala o renómbrala primero.") from error


def etiquetar_conversacion(
    nombre_nora: str, conversacion_id: str, etiquetas: Sequence[str]
) -> list[Etiqueta]:
    """Deja una conversación con justo estas etiquetas (ids).

    Raises:
        ErrorNoEncontrado: la conversación o una etiqueta no es de esta Nora.
    """
    elegidas = [uno for uno in etiquetas if _es_uuid(uno)]
    return consultas_etiquetas.etiquetar_conversacion(nombre_nora, conversacion_id, elegidas)


def _es_uuid(texto: str) -> bool:
    try:
        UUID(texto)
    except ValueError:
        return False
    return True
