"""Tareas: los pendientes del equipo de una Nora, en tablero o en lista, con avisos y lo que se repite."""

from __future__ import annotations

from ...registro.manifiesto import Manifiesto
from . import servicio
from . import vistas_adjuntos as _vistas_adjuntos  # noqa: F401  al importarse agrega sus páginas
from .herramientas import HERRAMIENTAS
from .trabajos import TRABAJOS
from .vistas import panel_cliente_tareas_bp

manifiesto = Manifiesto(
    nombre="tareas",
    titulo="Tareas",
    descripcion="Los pendientes de tu equipo, con fecha, encargado y avisos.",
    icono="check2-square",
    orden=25,
    blueprint=panel_cliente_tareas_bp,
    tarjeta=servicio.tarjeta,
    trabajos=TRABAJOS,
    herramientas=HERRAMIENTAS,
)
