"""Ajustes: lo que el dueño decide de cómo atiende su Nora."""

from __future__ import annotations

from ...registro.accesos import Acceso
from ...registro.manifiesto import Manifiesto
from .vistas import panel_cliente_ajustes_bp

manifiesto = Manifiesto(
    nombre="ajustes",
    titulo="Ajustes",
    descripcion="Horario, saludo, privacidad y cuándo calla Nora.",
    icono="sliders",
    orden=90,
    blueprint=panel_cliente_ajustes_bp,
    acceso=Acceso.DUENO,
)
