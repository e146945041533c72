"""Respuestas automáticas: palabras del cliente y lo que Nora contesta tal cual."""

from __future__ import annotations

from ...registro.manifiesto import Manifiesto
from .vistas import panel_cliente_respuestas_bp

manifiesto = Manifiesto(
    nombre="respuestas",
    titulo="Respuestas",
    descripcion="Respuestas fijas a ciertas palabras.",
    icono="lightning-charge",
    orden=35,
    blueprint=panel_cliente_respuestas_bp,
)
