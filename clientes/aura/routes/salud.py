"""Salud del proceso: si sirve, y si está listo."""

from __future__ import annotations

import hmac

from flask import Blueprint, current_app, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from .. import metricas as textos
from ..arranque import estado_de_las_partes
from ..registro.accesos import Acceso, exige

salud_bp = Blueprint("salud", __name__)


@salud_bp.get("/salud")
def vive() -> Response:
    """200 mientras el proceso sirva; no toca la base."""
    return jsonify(estado="ok")


@salud_bp.get("/salud/listo")
def listo() -> tuple[Response, int]:
    """200 si todo lo que hace falta contesta; 503 si no, con un renglón por parte."""
    partes = estado_de_las_partes(current_app)
    bien = all(parte.bien for parte in partes)
    renglones = [
        {"parte": p.nombre, "estado": "ok" if p.bien else "falla", "detalle": p.detalle} for p in partes
    ]
    return jsonify(estado="ok" if bien else "falla", partes=renglones), 200 if bien else 503


@salud_bp.get("/metricas")
@exige(Acceso.LLAVE)
def metricas() -> Response:
    """Texto de Prometheus, con `Authorization: Bearer NORA_LLAVE_METRICAS`; sin llave configurada no existe."""
    llave = current_app.config["NORA_LLAVE_METRICAS"]
    dada = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not llave or not hmac.compare_digest(llave.encode(), dada.encode()):
        raise NotFound
    return Response(textos.texto(), content_type=CONTENT_TYPE_LATEST)
