"""Simulador: escribirle a tu Nora como lo haría un cliente."""

from __future__ import annotations

from ...registro.manifiesto import Manifiesto
from . import servicio
from .vistas import panel_cliente_simulador_bp

manifiesto = Manifiesto(
    nombre="simulador",
    titulo="Simulador",
    descripcion="Escríbele a tu Nora como si fueras un cliente y mira qué contesta, sin usar WhatsApp.",
    icono="phone",
    orden=50,
    blueprint=panel_cliente_simulador_bp,
    tarjeta=servicio.tarjeta,
)
