"""Respuestas automáticas: palabras del cliente y lo que Nora contesta tal cual."""

from __future__ import annotations

from ...registro.manifiesto import Manifiesto
from . import vistas_formularios as _vistas_formularios  # noqa: F401  al importarse agrega sus páginas
from . import vistas_menu as _vistas_menu  # noqa: F401  al importarse agrega sus páginas
from . import vistas_plantillas as _vistas_plantillas  # noqa: F401  al importarse agrega sus páginas
from .trabajos import TRABAJOS
from .vistas import panel_cliente_respuestas_bp

manifiesto = Manifiesto(
    nombre="respuestas",
    titulo="Respuestas",
    descripcion="Respuestas fijas, menú, formularios y plantillas.",
    icono="lightning-charge",
    orden=35,
    blueprint=panel_cliente_respuestas_bp,
    trabajos=TRABAJOS,
)
