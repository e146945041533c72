"""Blueprints de entrada y salud: los que cualquiera puede abrir."""

from __future__ import annotations

from flask import Flask

from ..routes.login import login_bp
from ..routes.salud import salud_bp
from .accesos import Acceso, registrar_blueprint


def registrar_blueprints_login(app: Flask) -> None:
    """Monta la entrada, la salida y la salud."""
    registrar_blueprint(app, login_bp, Acceso.CUALQUIERA)
    registrar_blueprint(app, salud_bp, Acceso.CUALQUIERA)
