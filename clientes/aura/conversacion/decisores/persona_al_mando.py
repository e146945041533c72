"""Una persona lleva la plática: Nora calla y el mensaje queda sin leer para esa persona."""

from __future__ import annotations

from ..modelos import Decision, Turno


def decidir(turno: Turno) -> Decision | None:
    """Callar mientras dure el mando."""
    return Decision("persona_al_mando", sin_saludo=True) if turno.persona_al_mando else None
