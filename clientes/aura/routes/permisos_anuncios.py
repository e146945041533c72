"""A donde Meta y Google regresan a quien dio permiso: una sola dirección que dar de alta, sea cual sea la Nora."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, current_app, flash, redirect, request, session, url_for

from ..anuncios.permisos import a_donde_va

permisos_anuncios_bp = Blueprint("permisos_anuncios", __name__)


@permisos_anuncios_bp.get("/permisos/anuncios")
def vuelta() -> Any:
    """Manda al módulo y a la Nora que lo pidieron, con lo que la red contestó; ahí se revisa y se gasta el `state`."""
    destino = a_donde_va(session, request.args.get("state", ""), datetime.now(UTC))
    endpoint = f"panel_cliente_{destino[0]}.vuelta" if destino else ""
    if destino is None or endpoint not in current_app.view_functions:
        flash("Ese permiso no se pidió desde aquí o ya caducó. Intenta otra vez.", "error")
        return redirect("/")
    dicho = {clave: request.args[clave] for clave in ("state", "code", "error") if clave in request.args}
    return redirect(f"{url_for(endpoint, nombre_nora=destino[1])}?{urlencode(dicho)}")
