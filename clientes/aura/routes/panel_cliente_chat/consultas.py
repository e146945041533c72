"""Las consultas del chat. Todas con el token de la Nora: lo ajeno no existe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from ...medios.pantalla import repartir
from ...medios.servicio import Subido
from ...utils.errores import ErrorNoEncontrado
from ...utils.supabase_client import supabase_de_nora
from ...utils.supabase_helpers import fila_de_configuracion, una_fila, valor
from .modelos import Conversacion, Filtro, Lista, Respondido


def listar_conversaciones(
    nombre_nora: str,
    filtro: Filtro,
    texto: str,
    antes: tuple[datetime, str] | None,
    limite: int,
    usuario_id: str | None = None,
) -> Lista:
    """Un tramo de la lista, lo más reciente primero, con las cuentas de los filtros.

    Args:
        texto: parte del nombre, el teléfono o el correo del contacto (perdona acentos y errores de dedo), o palabras
            de cualquier mensaje (perdona acentos).
        antes: (último mensaje, id) de la última que ya se tiene; None desde el principio.
        usuario_id: de quién son «mías» y «te mencionan».
    """
    argumentos = {"p_filtro": filtro, "p_texto": texto, "p_limite": limite, "p_usuario_id": usuario_id}
    if antes is not None:
        argumentos |= {"p_antes_en": antes[0].isoformat(), "p_antes_id": antes[1]}
    return Lista.model_validate(valor(supabase_de_nora(nombre_nora).rpc("listar_conversaciones", argumentos)))


def leer_conversacion(
    nombre_nora: str,
    conversacion_id: str,
    *,
    antes_de: int | None = None,
    despues_de: int | None = None,
    ids: Sequence[int] = (),
    limite: int = 40,
) -> Conversacion:
    """Una conversación con su contacto y los últimos `limite` mensajes del tramo pedido.

    Args:
        ids: mensajes que se vuelven a leer, por si cambió el estado de su envío.

    Raises:
        ErrorNoEncontrado: no existe, o es de otra Nora.
    """
    argumentos = {
        "p_conversacion_id": conversacion_id,
        "p_antes_de": antes_de,
        "p_despues_de": despues_de,
        "p_ids": list(ids),
        "p_limite": limite,
    }
    leida = repartir(valor(supabase_de_nora(nombre_nora).rpc("leer_conversacion_con_adjuntos", argumentos)))
    if not leida:
        raise ErrorNoEncontrado
    return Conversacion.model_validate(leida)


def responder_como_persona(
    nombre_nora: str, conversacion_id: str, texto: str, usuario_id: str, clave: str
) -> Respondido:
    """Guarda la respuesta de una persona y la pone en el buzón de salida; la misma clave es el mismo mensaje.

    Nora calla ahí los minutos que el dueño ajustó.

    Raises:
        ErrorNoEncontrado: la conversación no existe, o es de otra Nora.
    """
    argumentos = {
        "p_conversacion_id": conversacion_id,
        "p_texto": texto,
        "p_usuario_id": usuario_id,
        "p_clave": clave,
    }
    return Respondido.model_validate(
        valor(supabase_de_nora(nombre_nora).rpc("responder_como_persona", argumentos))
    )


def responder_con_archivo(
    nombre_nora: str, conversacion_id: str, texto: str, usuario_id: str, clave: str, subido: Subido
) -> Respondido:
    """Lo mismo que `responder_como_persona`, con un archivo ya guardado.

    Raises:
        ErrorNoEncontrado: la conversación no existe, o es de otra Nora.
    """
    argumentos = {
        "p_conversacion_id": conversacion_id,
        "p_texto": texto,
        "p_usuario_id": usuario_id,
        "p_clave": clave,
        "p_tipo": subido.clase,
        "p_medio": subido.como_json(),
    }
    return Respondido.model_validate(
        valor(supabase_de_nora(nombre_nora).rpc("responder_con_archivo", argumentos))
    )


def cambiar_mando(nombre_nora: str, conversacion_id: str, humano_hasta: datetime, usuario_id: str) -> None:
    """Deja la conversación en manos de una persona hasta ese momento."""
    _cambiar(
        nombre_nora, conversacion_id, {"humano_hasta": humano_hasta.isoformat(), "tomada_por": usuario_id}
    )


def minutos_al_mando(nombre_nora: str) -> int:
    """Cuánto calla Nora en una plática cuando escribe una persona.

    Raises:
        ErrorNoEncontrado: la Nora ya no existe.
    """
    fila = fila_de_configuracion(nombre_nora, "pausa_persona_minutos")
    if fila is None:
        raise ErrorNoEncontrado
    return int(fila["pausa_persona_minutos"])


def devolver_a_nora(nombre_nora: str, conversacion_id: str) -> None:
    """Nora vuelve a contestar y nadie queda esperando."""
    nada = {"humano_hasta": None, "tomada_por": None, "espera_persona_desde": None, "motivo_espera": ""}
    _cambiar(nombre_nora, conversacion_id, nada)


def marcar_leida(nombre_nora: str, conversacion_id: str, usuario_id: str) -> None:
    """Nada por leer en esa conversación, y vistas las notas que nombran a esa persona.

    Raises:
        ErrorNoEncontrado: no existe, o es de otra Nora.
    """
    valor(
        supabase_de_nora(nombre_nora).rpc(
            "ver_conversacion", {"p_conversacion_id": conversacion_id, "p_usuario_id": usuario_id}
        )
    )


def _cambiar(nombre_nora: str, conversacion_id: str, columnas: Mapping[str, str | int | None]) -> None:
    cambiada = una_fila(
        supabase_de_nora(nombre_nora)
        .table("conversaciones")
        .update(dict(columnas))
        .eq("nombre_nora", nombre_nora)
        .eq("id", conversacion_id)
    )
    if cambiada is None:
        raise ErrorNoEncontrado
