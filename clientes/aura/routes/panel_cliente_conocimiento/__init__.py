"""Conocimiento: lo que el dueño le enseña a su Nora, y una caja para probar qué respondería."""

from __future__ import annotations

from ...registro.manifiesto import Manifiesto
from . import servicio
from . import vistas_historia as _vistas_historia  # noqa: F401  al importarse agrega sus páginas
from . import vistas_importar as _vistas_importar  # noqa: F401  al importarse agrega sus páginas
from . import vistas_preguntas as _vistas_preguntas  # noqa: F401  al importarse agrega sus páginas
from . import vistas_sinonimos as _vistas_sinonimos  # noqa: F401  al importarse agrega sus páginas
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
