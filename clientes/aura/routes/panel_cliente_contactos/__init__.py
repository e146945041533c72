"""Contactos: los clientes de una Nora, con sus datos, notas y etiquetas."""

from __future__ import annotations

from ...registro.manifiesto import Manifiesto
from . import servicio
from .vistas import panel_cliente_contactos_bp

manifiesto = Manifiesto(
    nombre="contactos",
    titulo="Contactos",
    descripcion="Tus clientes: datos, notas y etiquetas.",
    icono="people",
    orden=20,
    blueprint=panel_cliente_contactos_bp,
    tarjeta=servicio.tarjeta,
)
