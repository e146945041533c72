"""Conocimiento: lo que el dueño le enseña a su Nora, y una caja para probar qué respondería."""

from __future__ import annotations

from ...registro.manifiesto import Manifiesto
from . import servicio
from .vistas import panel_cliente_conocimiento_bp

manifiesto = Manifiesto(
    nombre="conocimiento",
    titulo="Conocimiento",
    descripcion="Lo que Nora sabe de tu negocio.",
    icono="book",
    orden=30,
    blueprint=panel_cliente_conocimiento_bp,
    tarjeta=servicio.tarjeta,
)
