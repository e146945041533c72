"""Una respuesta sugerida con lo que el dueño enseñó: es un borrador, nunca se manda sola."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...ia import asistente, conocimiento
from ...ia.guardia import explicar
from ...utils.errores import ErrorDatoInvalido
from . import consultas
from .modelos import Mensaje

MENSAJES_QUE_SE_MIRAN = 20
PLAZO_S = 25.0  # alguien está mirando la pantalla
SIN_PREGUNTA = "El cliente todavía no escribe nada que contestar."
NO_SE_SABE = "Nada de lo que le enseñaste a Nora lo contesta."


@dataclass(frozen=True)
class Sugerencia:
    """Un borrador. `dudas`: lo que dice y no está en lo enseñado, en palabras; vacío si todo está."""

    texto: str
    dudas: tuple[str, ...] = ()


def sugerir(nombre_nora: str, conversacion_id: str) -> Sugerencia:
    """Lo que contestaría Nora a lo último que escribió el cliente: el modelo si lo hay, y si no el motor local.

    Raises:
        ErrorNoEncontrado: la conversación no existe, o es de otra Nora.
        ErrorDatoInvalido: no hay qué contestar, o nada de lo enseñado lo contesta.
    """
    leida = consultas.leer_conversacion(nombre_nora, conversacion_id, limite=MENSAJES_QUE_SE_MIRAN)
    pregunta = lo_ultimo_del_cliente(leida.mensajes)
    if not pregunta:
        raise ErrorDatoInvalido(SIN_PREGUNTA)
    salida = asistente.sugerir(nombre_nora, conversacion_id, PLAZO_S)
    if salida.tipo == "contestada":
        return Sugerencia(salida.texto)
    if salida.tipo == "frenada":
        return Sugerencia(salida.texto, tuple(explicar(salida.hallazgos)))
    return Sugerencia(_del_motor_local(nombre_nora, pregunta))


def _del_motor_local(nombre_nora: str, pregunta: str) -> str:
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
