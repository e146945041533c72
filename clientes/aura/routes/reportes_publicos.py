"""Un reporte abierto con su enlace: sin sesión, sin menú, sin nada más de la Nora, y fuera de los buscadores."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, make_response, render_template, request

from ..reportes import consultas_publicas
from ..reportes.modelos import Publico
from ..reportes.presentacion import datos_de
from ..reportes.servicio import huella_de
from ..utils.formato import dia_corto

reportes_publicos_bp = Blueprint("reportes_publicos", __name__)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,64}")
# Quien arma la vista previa de un enlace no es una visita.
_PREVIAS = re.compile(
    r"bot\b|crawl|spider|preview|whatsapp|facebookexternalhit|telegram|slack", re.IGNORECASE
)


@reportes_publicos_bp.get("/reporte/<token_publico>")
def ver(token_publico: str) -> Response:
    """El reporte; 404 si el enlace no existe, caducó o se retiró, sin decir cuál."""
    cuenta = request.method == "GET" and not _PREVIAS.search(request.headers.get("User-Agent", ""))
    bien_escrito = _TOKEN.fullmatch(token_publico)
    publico = consultas_publicas.abrir(huella_de(token_publico), contar=cuenta) if bien_escrito else None
    if publico is None:
        return _sin_indexar(make_response(_ya_no_sirve(), 404))
    pagina = render_template(
        "reportes/publico.html", publico=publico, vence=_dia(publico), **datos_de(publico.reporte)
    )
    return _sin_indexar(make_response(pagina))


def _ya_no_sirve() -> str:
    """La misma página para los tres casos: quien prueba direcciones no aprende nada."""
    return render_template(
        "errores/error.html",
        codigo=404,
        titulo="Este enlace ya no sirve",
        mensaje="Venció, o quien te lo mandó lo retiró.",
        que_hacer="Pídele uno nuevo.",
    )


def _sin_indexar(respuesta: Response) -> Response:
    respuesta.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    respuesta.headers["Cache-Control"] = "no-store"
    return respuesta


def _dia(publico: Publico) -> str:
    """Hasta qué día abre, en la zona de su Nora: aquí no hay una en la petición."""
    return dia_corto(publico.caduca_en.astimezone(ZoneInfo(publico.zona)).date())
