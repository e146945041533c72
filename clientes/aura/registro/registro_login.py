"""Blueprints de entrada, salud, instalación y enlaces a archivos: los que cualquiera puede abrir."""

from __future__ import annotations

from flask import Flask

from app_config import Config

from ..routes.archivos import archivos_bp
from ..routes.instalable import instalable_bp
from ..routes.login import login_bp
from ..routes.permisos_anuncios import permisos_anuncios_bp
from ..routes.reportes_publicos import reportes_publicos_bp
from ..routes.salud import salud_bp
from .accesos import Acceso, registrar_blueprint


def registrar_blueprints_login(app: Flask) -> None:
    """Monta la entrada, la salida, la salud, lo que la instala en un teléfono y los enlaces a archivos."""
    registrar_blueprint(app, login_bp, Acceso.CUALQUIERA)
    registrar_blueprint(app, salud_bp, Acceso.CUALQUIERA)
    registrar_blueprint(app, instalable_bp, Acceso.CUALQUIERA)
    registrar_blueprint(app, permisos_anuncios_bp, Acceso.PERSONA)
    registrar_blueprint(app, reportes_publicos_bp, Acceso.CUALQUIERA)
    config: Config = app.extensions["nora_config"]
    if config.modo_supabase != "hospedado":  # un proyecto hospedado sirve sus archivos en su dominio
        registrar_blueprint(app, archivos_bp, Acceso.CUALQUIERA)
