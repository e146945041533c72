"""Reportes: la semana de anuncios de una Nora, por cuenta y toda junta, para leerla, imprimirla y compartirla."""

from __future__ import annotations

from ...registro.accesos import Acceso
from ...registro.manifiesto import Manifiesto
from .trabajos import TRABAJOS
from .vistas import panel_cliente_reportes_bp

manifiesto = Manifiesto(
    nombre="reportes",
    titulo="Reportes",
    descripcion="Cada lunes, lo que dejaron tus anuncios y qué hacer.",
    icono="file-earmark-bar-graph",
    orden=64,
    blueprint=panel_cliente_reportes_bp,
    acceso=Acceso.DUENO,
    trabajos=TRABAJOS,
)
