"""Panel del cliente: el tablero de una Nora y los archivos que solo ella tiene."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, current_app, render_template, send_from_directory
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

import clientes

from ..registro.manifiesto import Tarjeta
from ..registro.noras import NoraRegistrada
from ..registro.plantillas import nora_actual
from ..utils.auth_utils import persona_actual
from ..utils.errores import ErrorNoEncontrado
from . import tablero
from .consultas_panel import resumen_de_la_peticion

panel_cliente_bp = Blueprint("panel_cliente", __name__, url_prefix="/panel_cliente/<nora:nombre_nora>")


@panel_cliente_bp.get("/")
def index(nombre_nora: str) -> str:
    """El tablero: qué pasó hoy, qué espera, y los últimos 30 días."""
    nora = nora_actual()
    if nora is None:
        raise ErrorNoEncontrado
    resumen = resumen_de_la_peticion(nombre_nora)
    return render_template(
        "panel_cliente_aura/index.html",
        resumen=resumen,
        totales=tablero.totales(resumen),
        grafica=tablero.para_grafica(resumen),
        paso=tablero.siguiente_paso(nora, resumen, es_dueno=persona_actual().es_dueno_de(nombre_nora)),
        url_chat=tablero.direccion(nora, "chat"),
        tarjetas=_tarjetas(nora),
    )


@panel_cliente_bp.get("/propio/<path:archivo>")
def estatico(nombre_nora: str, archivo: str) -> Response:
    """Un archivo de `clientes/<nombre_nora>/static`."""
    for raiz in clientes.__path__:
        carpeta = Path(raiz) / nombre_nora / "static"
        if nombre_nora != "aura" and carpeta.is_dir():
            return send_from_directory(carpeta, archivo)
    raise NotFound


def _tarjetas(nora: NoraRegistrada) -> list[Tarjeta]:
    tarjetas = []
    for modulo in current_app.extensions["catalogo_modulos"].en_orden():
        ofrece = modulo.manifiesto.tarjeta
        if ofrece is not None and modulo.nombre in nora.modulos:
            tarjeta = ofrece(nora.nombre_nora)
            if tarjeta is not None:
                tarjetas.append(tarjeta)
    return tarjetas
