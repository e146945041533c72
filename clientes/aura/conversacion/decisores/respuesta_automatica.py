"""Lo que el dueño dejó escrito para ciertas palabras."""

from __future__ import annotations

from .. import consultas
from ..modelos import Decision, Turno
from ..respuestas import cual_dispara
from .bienvenida import quitar_saludo


def decidir(turno: Turno) -> Decision | None:
    """Se prueba el mensaje completo y, si no, sin el saludo."""
    reglas = consultas.leer_respuestas(turno.nora.nombre_nora)
    if not reglas:
        return None
    abierto = turno.nora.horario.abierto(turno.ahora, turno.nora.zona_horaria)
    for texto in (turno.texto, quitar_saludo(turno.texto)):
        disparo = cual_dispara(reglas, texto, abierto=abierto)
        if disparo is not None:
            return Decision(
                "respuesta_automatica", texto=disparo.regla.respuesta, motivo=disparo.regla.nombre
            )
    return None
