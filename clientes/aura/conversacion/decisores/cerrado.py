"""Fuera de horario: a quien queda esperando a una persona se le dice cuándo abre, a lo más una vez en 8 horas."""

from __future__ import annotations

from dataclasses import replace

from ..horario import frase_de_cierre
from ..modelos import Decision, Turno

REPETIR_S = 8 * 3600


def agregar(turno: Turno, decision: Decision) -> Decision:
    """La misma decisión, con la frase al final si hace falta."""
    nora = turno.nora
    if not (decision.pasar_a_persona and decision.texto) or nora.horario.abierto(
        turno.ahora, nora.zona_horaria
    ):
        return decision
    if turno.cierre_avisado_hace_s is not None and turno.cierre_avisado_hace_s < REPETIR_S:
        return decision
    frase = nora.mensaje_fuera_horario.strip() or frase_de_cierre(
        nora.horario, turno.ahora, nora.zona_horaria
    )
    return replace(decision, texto=f"{decision.texto}\n\n{frase}", avisar_cierre=True)
