"""IA: cómo habla tu Nora, qué puede decir, con qué modelo y hasta cuánto gasta."""

from __future__ import annotations

from ...registro.manifiesto import Manifiesto
from . import servicio
from .trabajos import TRABAJOS
from .vistas import panel_cliente_ia_bp

manifiesto = Manifiesto(
    nombre="ia",
    titulo="IA",
    descripcion="Cómo habla tu Nora, qué puede decir y cuánto gasta.",
    icono="stars",
    orden=40,
    blueprint=panel_cliente_ia_bp,
    tarjeta=servicio.tarjeta,
    trabajos=TRABAJOS,
)
