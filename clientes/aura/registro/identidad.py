"""La puerta: quién pide, en qué Nora, y si puede. Corre antes de cada vista."""

from __future__ import annotations

import time
from typing import Any

from flask import Flask, abort, current_app, g, redirect, request, session, url_for
from werkzeug.wrappers import Response

from ..personas import servicio as personas
from ..utils.auth_utils import Identidad
from ..utils.errores import ErrorNoEncontrado, ErrorNoPermitido
from ..utils.logging_utils import registro
from .accesos import Acceso, acceso_de

RENOVAR_SESION_S = 86_400
bitacora = registro(__name__)


def preparar(app: Flask) -> None:
    """Pone la puerta, y hace que dentro de una Nora `url_for` no necesite su nombre."""
    app.url_value_preprocessor(_tomar_nora)
    app.url_defaults(_poner_nora)
    app.before_request(exigir_acceso)


def _tomar_nora(endpoint: str | None, valores: dict[str, Any] | None) -> None:
    g.nombre_nora = (valores or {}).get("nombre_nora")


def _poner_nora(endpoint: str, valores: dict[str, Any]) -> None:
    nombre = g.get("nombre_nora")
    if (
        nombre
        and "nombre_nora" not in valores
        and current_app.url_map.is_endpoint_expecting(endpoint, "nombre_nora")
    ):
        valores["nombre_nora"] = nombre


def cargar_identidad() -> Identidad | None:
    """Quién tiene esta sesión, leído de la base; None si nadie o si su sesión ya no vale."""
    usuario_id = session.get("usuario_id")
    if not usuario_id:
        return None
    identidad = personas.identidad(usuario_id, session.get("version_sesion", 0))
    if identidad is None:
        session.clear()
        return None
    if time.time() - session.get("renovada", 0) > RENOVAR_SESION_S:
        session["renovada"] = int(time.time())
    return identidad


def exigir_acceso() -> Response | None:
    """Deja pasar, manda a entrar, o contesta lo mismo que si no existiera."""
    if request.endpoint is None:
        return None
    pide = acceso_de(current_app, request.endpoint)
    if pide is None:
        bitacora.error("direccion_sin_acceso_declarado", endpoint=request.endpoint)
        abort(403)
    if pide in (Acceso.CUALQUIERA, Acceso.FIRMA_TWILIO, Acceso.LLAVE):
        return None
    g.identidad = cargar_identidad()
    if g.identidad is None:
        return pedir_entrada()
    revisar_acceso(g.identidad, pide, g.nombre_nora)
    return None


def pedir_entrada() -> Response:
    """A la entrada, con la dirección a la que se quería ir."""
    if request.method not in ("GET", "HEAD") or request.accept_mimetypes.best == "application/json":
        abort(401)
    return redirect(url_for("login.entrar", next=request.full_path.rstrip("?")))


def revisar_acceso(identidad: Identidad, pide: Acceso, nombre_nora: str | None) -> None:
    """Lanza lo que corresponde si no puede entrar.

    Raises:
        ErrorNoEncontrado: la Nora no es suya, o la dirección es de admins: no se le dice que existe.
        ErrorNoPermitido: trabaja ahí pero su rol no alcanza.
    """
    if pide is Acceso.PERSONA:
        return
    if pide is Acceso.ADMIN:
        if not identidad.es_admin:
            raise ErrorNoEncontrado
        return
    if not nombre_nora:
        raise ErrorNoEncontrado
    if identidad.es_admin:
        _entrar_como_dueno(identidad, nombre_nora)
        return
    rol = identidad.noras.get(nombre_nora)
    if rol is None:
        raise ErrorNoEncontrado
    if pide is Acceso.DUENO and rol != "dueno":
        raise ErrorNoPermitido


def _entrar_como_dueno(identidad: Identidad, nombre_nora: str) -> None:
    """Un admin dentro de una Nora actúa «como» su dueño: se ve en una barra y queda escrito."""
    if session.get("como_dueno") != nombre_nora:
        session["como_dueno"] = nombre_nora
        personas.anotar(identidad, "entrar_como_dueno", nombre_nora=nombre_nora)
