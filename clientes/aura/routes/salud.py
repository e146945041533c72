"""Salud del proceso: si sirve, y si está listo."""

from __future__ import annotations

import hmac
from functools import partial
from urllib.parse import urlsplit

from flask import Blueprint, current_app, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from extensiones import csrf

from .. import metricas as textos
from ..arranque import Parte, estado_de_las_partes
from ..registro.accesos import Acceso, exige
from ..utils import medidas
from ..utils.logging_utils import registro
from ..utils.memoria_corta import UnaALaVez

bitacora = registro(__name__)
DIRECTIVAS = frozenset(
    f"{que}-src{parte}"
    for que in ("default", "script", "style", "img", "media", "font", "connect", "frame", "object", "worker")
    for parte in ("", "-elem", "-attr")
) | {"base-uri", "form-action", "frame-ancestors"}
salud_bp = Blueprint("salud", __name__)


@salud_bp.get("/salud")
def vive() -> Response:
    """200 mientras el proceso sirva; no toca la base."""
    return jsonify(estado="ok")


@salud_bp.get("/salud/listo")
def listo() -> tuple[Response, int]:
    """200 si todo lo que hace falta contesta; 503 si no, con un renglón por parte.

    Lo pide cualquiera y revisar abre una conexión: una a la vez, para todos los que preguntan.
    """
    revision: UnaALaVez[list[Parte]] = current_app.extensions.setdefault("nora_listo", UnaALaVez())
    partes = revision.averiguar(partial(estado_de_las_partes, current_app))
    bien = all(parte.bien for parte in partes)
    renglones = [
        {"parte": p.nombre, "estado": "ok" if p.bien else "falla", "detalle": p.detalle} for p in partes
    ]
    return jsonify(estado="ok" if bien else "falla", partes=renglones), 200 if bien else 503


@salud_bp.post("/informe-de-politica")
def informe_de_politica() -> tuple[str, int]:
    """Lo que un navegador frenó por la política de contenido (CSP 3, «report-uri»): se cuenta y se anota sin datos.

    Lo manda cualquiera, así que solo se lee la directiva, de la lista de las nuestras, y el origen de lo frenado.
    """
    informe = request.get_json(force=True, silent=True)
    dicho = informe.get("csp-report") if isinstance(informe, dict) else None
    dicho = dicho if isinstance(dicho, dict) else {}
    directiva = str(dicho.get("effective-directive") or dicho.get("violated-directive") or "").split(" ")[0]
    if directiva not in DIRECTIVAS:
        directiva = "otra"
    medidas.POLITICA.labels(directiva).inc()
    bitacora.warning(
        "politica_frenada", directiva=directiva, origen=_origen(str(dicho.get("blocked-uri", ""))[:300])
    )
    return "", 204


def _origen(url: str) -> str:
    """De quién era lo frenado; «inline» y «eval» no son direcciones."""
    try:
        partes = urlsplit(url)
    except ValueError:
        return ""
    return partes.hostname or partes.path[:20]


csrf.exempt(informe_de_politica)  # lo manda el navegador por su cuenta, sin sesión


@salud_bp.get("/metricas")
@exige(Acceso.LLAVE)
def metricas() -> Response:
    """Texto de Prometheus, con `Authorization: Bearer NORA_LLAVE_METRICAS`; sin llave configurada no existe."""
    llave = current_app.config["NORA_LLAVE_METRICAS"]
    dada = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not llave or not hmac.compare_digest(llave.encode(), dada.encode()):
        raise NotFound
    return Response(textos.texto(), content_type=CONTENT_TYPE_LATEST)
