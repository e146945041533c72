"""Etiquetas: un solo juego para contactos y conversaciones."""

from __future__ import annotations

from ...registro.manifiesto import Manifiesto
from .vistas import panel_cliente_etiquetas_bp

manifiesto = Manifiesto(
    nombre="etiquetas",
    titulo="Etiquetas",
    descripcion="Con qué separas a tus clientes y sus conversaciones.",
    icono="tags",
    orden=45,
    blueprint=panel_cliente_etiquetas_bp,
)
