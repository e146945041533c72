"""El dueño apagó las respuestas: la plática queda esperando a una persona, sin texto."""

from __future__ import annotations

from ..modelos import Decision, Turno


def decidir(turno: Turno) -> Decision:
    """Siempre decide."""
    return Decision("nora_apagada", pasar_a_persona=True, motivo="Las respuestas de Nora están apagadas.")
