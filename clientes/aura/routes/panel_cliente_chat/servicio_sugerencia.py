"""Una respuesta sugerida con lo que el dueño enseñó: es un borrador, nunca se manda sola."""

from __future__ import annotations

from collections.abc import Sequence

from ...ia import conocimiento
from ...utils.errores import ErrorDatoInvalido
from . import consultas
from .modelos import Mensaje

MENSAJES_QUE_SE_MIRAN = 20
SIN_PREGUNTA = "El cliente todavía no escribe nada que contestar."
NO_SE_SABE = "Nada de lo que le enseñaste a Nora lo contesta."


def sugerir(nombre_nora: str, conversacion_id: str) -> str:
    """Lo que contestaría el motor local a lo último que escribió el cliente.

    No usa el modelo: sus herramientas harían cosas que nadie pidió.

    Raises:
        ErrorNoEncontrado: la conversación no existe, o es de otra Nora.
        ErrorDatoInvalido: no hay qué contestar, o nada de lo enseñado lo contesta.
    """
    leida = consultas.leer_conversacion(nombre_nora, conversacion_id, limite=MENSAJES_QUE_SE_MIRAN)
    pregunta = lo_ultimo_del_cliente(leida.mensajes)
    if not pregunta:
        raise ErrorDatoInvalido(SIN_PREGUNTA)
    resultado = conocimiento.probar(nombre_nora, pregunta)
    if resultado.tipo not in ("segura", "dudosa") or not resultado.elegidos:
        raise ErrorDatoInvalido(NO_SE_SABE)
    if resultado.tipo == "segura":
        return resultado.texto
    # Dudosa: a la persona le sirve el texto del más probable, no la lista de temas para el cliente.
    return conocimiento.texto_para(resultado.elegidos[0].bloque, pregunta)


def lo_ultimo_del_cliente(mensajes: Sequence[Mensaje]) -> str:
    """Los globos seguidos con que el cliente escribió por última vez, en un solo texto."""
    seguidos: list[str] = []
    for mensaje in reversed(mensajes):
        if mensaje.sentido == "entrante":
            seguidos.append(mensaje.texto)
        elif seguidos:
            break
    return "\n".join(texto for texto in reversed(seguidos) if texto.strip())
