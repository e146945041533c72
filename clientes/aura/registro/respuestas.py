"""Errores vueltos página o JSON, en un solo lugar. Ninguno lleva el texto de una excepción."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Flask, g, jsonify, render_template, request, session
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from ..utils.errores import ErrorNora
from ..utils.logging_utils import empezar_peticion, registro

bitacora = registro(__name__)

# codigo -> (titulo, mensaje, que_hacer)
FRASES: dict[int, tuple[str, str, str]] = {
    400: (
        "No entendimos lo que llegó",
        "Algo de lo que se mandó no se puede leer.",
        "Regresa y vuelve a intentar.",
    ),
    401: (
        "Necesitas entrar",
        "Tu sesión terminó.",
        "Entra otra vez; lo que escribiste sigue en esta pantalla.",
    ),
    403: ("Tu cuenta no puede hacer esto", "No se cambió nada.", "Pídelo al dueño o a quien administra."),
    404: (
        "No encontramos esta página",
        "Puede que la dirección haya cambiado.",
        "Revisa la dirección o ve al inicio.",
    ),
    405: ("Esto no se pide así", "No se cambió nada.", "Regresa y usa el botón de la página."),
    409: ("Eso ya existe", "No se cambió nada.", "Revisa lo que escribiste."),
    413: ("Es demasiado grande", "No se guardó.", "Manda algo más pequeño."),
    429: ("Vas muy rápido", "No se cambió nada.", "Espera un momento y vuelve a intentar."),
    500: (
        "Algo falló de nuestro lado",
        "Lo que ya estaba guardado sigue guardado.",
        "Vuelve a intentar en un momento.",
    ),
    503: (
        "Ahora no podemos leer ni guardar",
        "Lo que ya estaba guardado sigue guardado.",
        "Espera un momento y vuelve a intentar.",
    ),
}


def preparar(app: Flask) -> None:
    """Pone los manejadores de error y el id de cada petición."""
    # Antes que nadie: también lo que anote quien revisa la identidad lleva el id.
    app.before_request_funcs.setdefault(None, []).insert(0, _poner_id)
    app.after_request(_decir_id)
    app.register_error_handler(ErrorNora, _de_nora)
    app.register_error_handler(CSRFError, _de_csrf)
    app.register_error_handler(HTTPException, _de_http)
    app.register_error_handler(Exception, _inesperado)


def quiere_json() -> bool:
    """Si quien pide espera JSON: lo dice en Accept, o mandó JSON."""
    mejor = request.accept_mimetypes.best_match(["text/html", "application/json"], default="text/html")
    return request.is_json or (
        mejor == "application/json" and "text/html" not in request.headers.get("Accept", "")
    )


def exito(mensaje: str = "", datos: Any = None, codigo: int = 200) -> tuple[Response, int]:
    """La forma de toda respuesta JSON."""
    return jsonify(success=True, message=mensaje, data=datos), codigo


def _poner_id() -> None:
    # Siempre nuestro: uno que viniera de fuera se colaría en el registro.
    g.id_peticion = uuid.uuid4().hex[:12]
    empezar_peticion(g.id_peticion)


def _decir_id(respuesta: Response) -> Response:
    respuesta.headers["X-Request-ID"] = g.get("id_peticion", "")
    return respuesta


def _contestar(
    codigo: int, mensaje: str = "", que_hacer: str = "", datos: Any = None
) -> tuple[Response | str, int]:
    titulo, comun, hacer = FRASES.get(codigo, FRASES[500] if codigo >= 500 else FRASES[400])
    folio = g.get("id_peticion", "") if codigo >= 500 else ""
    if quiere_json():
        datos = datos or ({"folio": folio} if folio else None)
        return jsonify(success=False, message=mensaje or comun, data=datos), codigo
    pagina = render_template(
        "errores/error.html",
        codigo=codigo,
        titulo=titulo,
        mensaje=mensaje or comun,
        que_hacer=que_hacer or hacer,
        request_id=folio,
    )
    return pagina, codigo


def _de_nora(error: ErrorNora) -> Any:
    if error.codigo == 404:
        return _no_encontrado()
    if error.codigo >= 500:
        bitacora.error("error_de_nora", codigo=error.codigo, exc_info=error)
    campo = getattr(error, "campo", "")
    return _contestar(error.codigo, error.mensaje, error.que_hacer, {"campo": campo} if campo else None)


def _de_csrf(error: CSRFError) -> Any:
    return _contestar(
        400,
        "Esta página llevaba mucho tiempo abierta y ya no es segura. No se cambió nada.",
        "Vuelve a cargarla y repite lo que hacías.",
    )


def _de_http(error: HTTPException) -> Any:
    # Pedir con otro método una dirección de una Nora no debe decir si esa Nora existe.
    oculto = error.code == 405 and request.path.startswith(("/panel_cliente/", "/admin"))
    if error.code == 404 or oculto:
        return _no_encontrado()
    if error.code is None or error.code < 400:
        return error
    respuesta, codigo = _contestar(error.code)
    # Lo que el protocolo pide decir con ese código: 405 con Allow, 429 con Retry-After.
    propias = error.get_response().headers
    return (
        respuesta,
        codigo,
        {nombre: propias[nombre] for nombre in ("Allow", "Retry-After") if nombre in propias},
    )


def _no_encontrado() -> Any:
    """La misma página para lo que no existe y lo que no es tuyo. A quien no ha entrado, la puerta: tampoco sabrá."""
    from .identidad import pedir_entrada

    # El 404 de una Nora inexistente no debe distinguirse: nada de ella queda puesto.
    g.nombre_nora = None
    if "usuario_id" not in session and request.path.startswith(("/panel_cliente/", "/admin")):
        if request.method in ("GET", "HEAD") and not quiere_json():
            return pedir_entrada()
        return _contestar(401)
    return _contestar(404)


def _inesperado(error: Exception) -> Any:
    bitacora.error("error_inesperado", ruta=request.endpoint, exc_info=error)
    return _contestar(500)
