"""Google Ads: lo que se gasta en Google, lo que da, y las palabras y búsquedas que gastan sin dar."""

from __future__ import annotations

from ...registro.accesos import Acceso
from ...registro.manifiesto import Manifiesto
from . import vistas_cuentas as _vistas_cuentas  # noqa: F401  al importarse agrega sus páginas
from .herramientas import HERRAMIENTAS
from .reporte import FUENTE
from .trabajos import TRABAJOS
from .vistas import panel_cliente_google_ads_bp

manifiesto = Manifiesto(
    nombre="google_ads",
    titulo="Google Ads",
    descripcion="Lo que gastas en Google, lo que te deja, y las búsquedas que no te sirven.",
    icono="google",
    orden=61,
    blueprint=panel_cliente_google_ads_bp,
    acceso=Acceso.DUENO,
    trabajos=TRABAJOS,
    herramientas=HERRAMIENTAS,
    anuncios=FUENTE,
)
