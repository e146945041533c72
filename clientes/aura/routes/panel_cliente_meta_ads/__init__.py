"""Meta Ads: lo que se gasta en Facebook e Instagram, lo que da, y de qué anuncio llegó cada conversación."""

from __future__ import annotations

from ...registro.accesos import Acceso
from ...registro.manifiesto import Manifiesto
from . import vistas_cuentas as _vistas_cuentas  # noqa: F401  al importarse agrega sus páginas
from .herramientas import HERRAMIENTAS
from .reporte import FUENTE
from .trabajos import TRABAJOS
from .vistas import panel_cliente_meta_ads_bp

manifiesto = Manifiesto(
    nombre="meta_ads",
    titulo="Meta Ads",
    descripcion="Lo que gastas en Facebook e Instagram y lo que te deja.",
    icono="megaphone",
    orden=60,
    blueprint=panel_cliente_meta_ads_bp,
    acceso=Acceso.DUENO,
    trabajos=TRABAJOS,
    herramientas=HERRAMIENTAS,
    anuncios=FUENTE,
)
