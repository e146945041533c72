"""Los enlaces de `supabase.storage` en un navegador: los firmados, los públicos y los de subir.

Un proyecto hospedado los sirve en su propio dominio; con el almacén de esta máquina salen del mismo origen que el
panel. Por eso un archivo solo se muestra si es imagen, sonido o video que un navegador no puede ejecutar, y lo demás se
baja; y al almacén no le llegan ni la cookie ni el Authorization de quien mira: lo que abre el archivo es el enlace.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from flask import Blueprint, abort, current_app, render_template, request
from werkzeug.wrappers import Response

from extensiones import csrf, talisman

from ..registro.accesos import Vista
from ..utils.supabase_client import conexion_actual

archivos_bp = Blueprint("archivos", __name__, url_prefix="/storage/v1/object")
csrf.exempt(archivos_bp)  # la ficha del enlace dice quién y qué; no hay sesión de por medio

# Lo que un navegador muestra sin ejecutar nada. SVG, PDF y HTML no están a propósito.
SE_MUESTRAN = frozenset(
    {
        "image/avif", "image/bmp", "image/gif", "image/jpeg", "image/png", "image/webp",
        "audio/aac", "audio/amr", "audio/mp4", "audio/mpeg", "audio/ogg", "audio/opus", "audio/wav",
        "audio/webm", "audio/x-wav", "audio/3gpp",
        "video/3gpp", "video/mp4", "video/ogg", "video/quicktime", "video/webm",
    }
)  # fmt: skip
# Sin guiones ni formularios. `allow-same-origin`: en un origen aparte, el reproductor del navegador no puede leer el
# mismo sonido que abrió. Estilos y letras son de la página de «este enlace ya no sirve».
POLITICA = {
    "default-src": "'none'",
    "img-src": ["'self'", "data:"],
    "media-src": "'self'",
    "style-src": ["'self'", "'unsafe-inline'"],
    "font-src": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "sandbox": "allow-same-origin allow-downloads",
}
_PASAN = (
    "REQUEST_METHOD", "PATH_INFO", "QUERY_STRING", "CONTENT_TYPE", "CONTENT_LENGTH", "wsgi.input",
    "wsgi.input_terminated", "HTTP_TRANSFER_ENCODING", "HTTP_RANGE", "HTTP_IF_RANGE", "HTTP_IF_NONE_MATCH",
    "HTTP_IF_MODIFIED_SINCE", "HTTP_CACHE_CONTROL", "HTTP_X_METADATA",
)  # fmt: skip
_con_politica: Callable[[Vista], Vista] = talisman(
    content_security_policy=POLITICA, content_security_policy_nonce_in=[]
)


@archivos_bp.get("/<any(sign, public):clase>/<cubeta>/<path:objeto>")
@_con_politica
def leer(clase: str, cubeta: str, objeto: str) -> Response | tuple[str, int]:
    """El archivo que nombra el enlace, entero o por rangos."""
    respuesta = _del_almacen()
    if respuesta.status_code >= 400 and "text/html" in request.headers.get("Accept", ""):
        return _ya_no_sirve(respuesta)
    # Un 304 no lleva tipo: lo que se diga en él pisaría lo que el navegador ya guardó.
    if respuesta.status_code in (200, 206) and respuesta.mimetype not in SE_MUESTRAN:
        _que_se_baje(respuesta, objeto)
    return respuesta


@archivos_bp.put("/upload/sign/<cubeta>/<path:objeto>")
@_con_politica
def subir(cubeta: str, objeto: str) -> Response:
    """Sube un archivo con el enlace de `create_signed_upload_url`; los topes son los de la cubeta."""
    return _del_almacen()


def _del_almacen() -> Response:
    """Lo que contesta el almacén a esta petición, sin nada de quién la hace."""
    api = conexion_actual().api_local
    if api is None:
        abort(404)
    entorno: dict[str, Any] = {clave: request.environ[clave] for clave in _PASAN if clave in request.environ}
    respuesta: Response = current_app.response_class.from_app(api.almacen, entorno)
    return respuesta


def _que_se_baje(respuesta: Response, objeto: str) -> None:
    if not respuesta.headers.get("Content-Disposition", "").startswith("attachment"):
        nombre = quote(objeto.rpartition("/")[2], safe="")
        respuesta.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{nombre}"


def _ya_no_sirve(respuesta: Response) -> tuple[str, int]:
    """La página de un enlace que el almacén no aceptó; el motivo no se dice, como en cualquier 404."""
    respuesta.close()
    if respuesta.status_code >= 500:
        abort(503)
    pagina = render_template(
        "errores/error.html",
        codigo=404,
        titulo="Este enlace ya no sirve",
        mensaje="Los enlaces a un archivo vencen por seguridad.",
        que_hacer="Vuelve a abrirlo desde la conversación o la página donde estaba.",
    )
    return pagina, 404
