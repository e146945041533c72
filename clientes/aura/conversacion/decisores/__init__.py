"""Los decisores de un turno, en orden: cada uno resuelve o deja pasar.

Un decisor recibe el turno y devuelve su decisión, o None si no le toca.
"""

from __future__ import annotations

from collections.abc import Callable

from ..modelos import Decision, Turno
from . import (
    baja,
    bienvenida,
    conocimiento,
    cortesia,
    eleccion,
    equipo,
    formulario,
    medios,
    menu,
    modelo,
    nora_apagada,
    pasar_a_persona,
    pedir_persona,
    persona_al_mando,
    respuesta_automatica,
)

Decisor = Callable[[Turno], Decision | None]

# La baja va primero: se respeta aunque una persona lleve la plática o la Nora esté apagada. El modelo, después de lo
# que no necesita pensarse, y antes del motor local, que contesta cuando el modelo no puede.
EN_ORDEN: tuple[Decisor, ...] = (
    baja.decidir,
    persona_al_mando.decidir,
    equipo.decidir,
    formulario.decidir,
    menu.decidir,
    medios.decidir,
    eleccion.decidir,
    pedir_persona.decidir,
    respuesta_automatica.decidir,
    bienvenida.decidir,
    cortesia.decidir,
    modelo.decidir,
    conocimiento.decidir,
    pasar_a_persona.decidir,
)
CON_NORA_APAGADA: tuple[Decisor, ...] = (baja.decidir, persona_al_mando.decidir, nora_apagada.decidir)
