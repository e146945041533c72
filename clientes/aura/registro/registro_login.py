"""Blueprints de entrada, salud e instalación: los que cualquiera puede abrir."""

from __future__ import annotations

from flask import Flask

from ..routes.instalable import instalable_bp
from ..routes.login import login_bp
from ..routes.salud import salud_bp
from .accesos import Acceso, registrar_blueprint


def registrar_blueprints_login(app: Flask) -> None:
    """Monta la entrada, la salida, la salud y lo que la instala en un teléfono."""
    registrar_blueprint(app, login_bp, Acceso.CUALQUIERA)
    registrar_blueprint(app, salud_bp, Acceso.CUALQUIERA)
    registrar_blueprint(app, instalable_bp, Acceso.CUALQUIERA)
