"""Estado, encargado, notas, mensajes programados y respuestas rápidas de las conversaciones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ...utils.errores import ErrorNoEncontrado
from ...utils.supabase_client import supabase_de_nora
from ...utils.supabase_helpers import Fila, ejecutar, fila_de_configuracion, filas, una_fila, valor
from .modelos import Rapida


def cambiar(nombre_nora: str, ids: Sequence[str], cambio: Fila, usuario_id: str) -> list[Fila]:
    """Cambia estado o encargado de varias; devuelve cómo estaban, para deshacer.

    Raises:
        ErrorNoEncontrado: alguna no existe, o es de otra Nora; no cambia ninguna.
        ErrorDatoInvalido: la persona no es del equipo.
    """
    argumentos = {"p_ids": list(ids), "p_cambio": cambio, "p_usuario_id": usuario_id}
    antes: list[Fila] = valor(supabase_de_nora(nombre_nora).rpc("cambiar_conversaciones", argumentos))
    return antes


def restaurar(nombre_nora: str, antes: list[Fila], usuario_id: str) -> int:
    """Deja cada conversación como dice `antes`; devuelve cuántas.

    Raises:
        ErrorNoEncontrado: alguna no existe, o es de otra Nora; no cambia ninguna.
        ErrorDatoInvalido: lo que se mandó no es lo que devolvió `cambiar`.
    """
    argumentos = {"p_antes": antes, "p_usuario_id": usuario_id}
    return int(valor(supabase_de_nora(nombre_nora).rpc("restaurar_conversaciones", argumentos)))


def asignar_por_turno(nombre_nora: str, conversacion_id: str, usuario_id: str) -> str | None:
    """A quién le tocó de los que tienen el chat abierto; None si no hay nadie.

    Raises:
        ErrorNoEncontrado: la conversación no existe, o es de otra Nora.
    """
    argumentos = {"p_conversacion_id": conversacion_id, "p_usuario_id": usuario_id}
    tocada: str | None = valor(supabase_de_nora(nombre_nora).rpc("asignar_por_turno", argumentos))
    return tocada


def anotar_presencia(nombre_nora: str, usuario_id: str) -> None:
    """Esa persona tiene el chat abierto."""
    ejecutar(supabase_de_nora(nombre_nora).rpc("estoy_en_el_chat", {"p_usuario_id": usuario_id}))


def anotar(
    nombre_nora: str, conversacion_id: str, texto: str, usuario_id: str, menciones: Sequence[str], clave: str
) -> int:
    """Guarda una nota del equipo; la misma clave es la misma nota. Devuelve su id.

    Raises:
        ErrorNoEncontrado: la conversación no existe, o es de otra Nora.
    """
    argumentos = {
        "p_conversacion_id": conversacion_id,
        "p_texto": texto,
        "p_usuario_id": usuario_id,
        "p_menciones": list(menciones),
        "p_clave": clave,
    }
    return int(valor(supabase_de_nora(nombre_nora).rpc("anotar_en_conversacion", argumentos)))


def programar(nombre_nora: str, conversacion_id: str, texto: str, cuando: datetime, usuario_id: str) -> None:
    """Guarda un mensaje para más tarde."""
    ejecutar(
        supabase_de_nora(nombre_nora)
        .table("mensajes_programados")
        .insert(
            {
                "nombre_nora": nombre_nora,
                "conversacion_id": conversacion_id,
                "texto": texto,
                "cuando": cuando.isoformat(),
                "usuario_id": usuario_id,
            }
        )
    )


def cancelar_programado(nombre_nora: str, conversacion_id: str, programado_id: str) -> None:
    """Ya no sale.

    Raises:
        ErrorNoEncontrado: no existe, es de otra Nora, o ya salió.
    """
    cancelado = una_fila(
        supabase_de_nora(nombre_nora)
        .table("mensajes_programados")
        .update({"estado": "cancelado"})
        .eq("nombre_nora", nombre_nora)
        .eq("conversacion_id", conversacion_id)
        .eq("id", programado_id)
        .eq("estado", "pendiente")
    )
    if cancelado is None:
        raise ErrorNoEncontrado


def rapidas(nombre_nora: str) -> list[Rapida]:
    """Las respuestas guardadas, por atajo."""
    leidas = filas(
        supabase_de_nora(nombre_nora)
        .table("respuestas_rapidas")
        .select("id,atajo,texto")
        .eq("nombre_nora", nombre_nora)
        .order("atajo")
        .limit(200)
    )
    return [Rapida.model_validate(fila) for fila in leidas]


def guardar_rapida(nombre_nora: str, atajo: str, texto: str) -> None:
    """La crea, o cambia el texto de la que ya tiene ese atajo."""
    ejecutar(
        supabase_de_nora(nombre_nora)
        .table("respuestas_rapidas")
        .upsert({"nombre_nora": nombre_nora, "atajo": atajo, "texto": texto}, on_conflict="nombre_nora,atajo")
    )


def borrar_rapida(nombre_nora: str, rapida_id: str) -> None:
    """Quita una.

    Raises:
        ErrorNoEncontrado: no existe, o es de otra Nora.
    """
    borradas = filas(
        supabase_de_nora(nombre_nora)
        .table("respuestas_rapidas")
        .delete()
        .eq("nombre_nora", nombre_nora)
        .eq("id", rapida_id)
    )
    if not borradas:
        raise ErrorNoEncontrado


def dias_para_cerrar(nombre_nora: str) -> int:
    """A los cuántos días sin mensajes se resuelve sola una conversación; 0 es nunca.

    Raises:
        ErrorNoEncontrado: la Nora ya no existe.
    """
    fila = fila_de_configuracion(nombre_nora, "cerrar_tras_dias")
    if fila is None:
        raise ErrorNoEncontrado
    return int(fila["cerrar_tras_dias"])


def guardar_dias_para_cerrar(nombre_nora: str, dias: int) -> None:
    """Lo cambia."""
    ejecutar(
        supabase_de_nora(nombre_nora)
        .table("configuracion_bot")
        .update({"cerrar_tras_dias": dias})
        .eq("nombre_nora", nombre_nora)
    )


def bandeja_al_dia(nombre_nora: str, ahora: datetime) -> dict[str, int]:
    """Despierta, resuelve y manda lo que toca; dice cuánto de cada cosa."""
    hecho: dict[str, Any] = valor(
        supabase_de_nora(nombre_nora).rpc("bandeja_al_dia", {"p_ahora": ahora.isoformat()})
    )
    return {clave: int(cuantas) for clave, cuantas in hecho.items()}
