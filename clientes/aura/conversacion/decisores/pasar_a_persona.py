"""El último: Nora no sabe, lo dice y la plática queda esperando a una persona."""

from __future__ import annotations

from ..modelos import Decision, Turno

REPETIR_AVISO_S = 4 * 3600
MOTIVO = "Nora no encontró la respuesta."
TEXTO = "Eso no lo sé con seguridad y prefiero no inventarte."
AVISO = "Ya le avisé a una persona del equipo; te contesta por aquí en cuanto pueda."


def aviso_reciente(turno: Turno) -> bool:
    """Si ya se le dijo hace poco que una persona viene: repetirlo en cada mensaje cansa."""
    return (
        turno.espera_persona and turno.avisado_hace_s is not None and turno.avisado_hace_s < REPETIR_AVISO_S
    )


def frase(turno: Turno) -> str:
    """Lo que se le dice al cliente: que no se sabe, y que una persona viene."""
    return f"{turno.nora.mensaje_fuera_tema.strip() or TEXTO} {AVISO}"


def decidir(turno: Turno) -> Decision:
    """Siempre decide."""
    if aviso_reciente(turno):
        return Decision("pasar_a_persona", pasar_a_persona=True, motivo=MOTIVO)
    return Decision("pasar_a_persona", texto=frase(turno), pasar_a_persona=True, motivo=MOTIVO)
