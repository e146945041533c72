"""Blueprint del tablero de administración."""

from __future__ import annotations

from flask import Flask

from ..routes.admin_dashboard import admin_bp
from .accesos import Acceso, registrar_blueprint


def registrar_blueprints_admin(app: Flask) -> None:
    """Monta `/admin`, solo para admins."""
    registrar_blueprint(app, admin_bp, Acceso.ADMIN)
