"""Socket.IO: la puerta de antes, y a qué sala entra cada navegador.

Cada socket ocupa un hilo mientras dura. La puerta revisa la sesión antes de gastar uno (401) y deja siempre hilos para
las páginas (503): se midió que sin ella 38 sockets mudos dejaban sin respuesta a 24 de 40 páginas.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, current_app, request
from flask_socketio import ConnectionRefusedError, join_room
from werkzeug.wrappers import Request

from extensiones import socketio

from .avisos import sala_de
from .registro.accesos import Acceso
from .registro.identidad import cargar_identidad, revisar_acceso
from .registro.registro_dinamico import registro_de
from .utils import medidas
from .utils.errores import ErrorNora, ErrorServicioExterno

RESERVA_DE_HILOS = 10
HILOS_DE_GUNICORN = 40


class PuertaDeSockets:
    """WSGI delante de `/socket.io/`: sin sesión 401; sin hilos de sobra 503.

    Args:
        siguiente: la aplicación con Socket.IO.
        cupo: sockets a la vez en este proceso.
    """

    def __init__(self, app: Flask, siguiente: Callable[..., Iterable[bytes]], cupo: int) -> None:
        self.app = app
        self.siguiente = siguiente
        self.lugares = threading.BoundedSemaphore(cupo)

    def __call__(self, entorno: Any, contestar: Any) -> Iterable[bytes]:
        if not entorno.get("PATH_INFO", "").startswith("/socket.io"):
            return self.siguiente(entorno, contestar)
        if not self._tiene_sesion(entorno):
            return _negar(contestar, "401 Unauthorized")
        if not self.lugares.acquire(blocking=False):
            return _negar(contestar, "503 Service Unavailable")
        try:
            with medidas.SOCKETS.track_inprogress():
                return self.siguiente(entorno, contestar)
        finally:
            self.lugares.release()

    def _tiene_sesion(self, entorno: Any) -> bool:
        abierta = self.app.session_interface.open_session(self.app, Request(entorno))  # type: ignore[arg-type]
        return bool(abierta and abierta.get("usuario_id"))


def _negar(contestar: Any, estado: str) -> list[bytes]:
    contestar(estado, [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", "0")])
    return [b""]


def poner_puerta(app: Flask) -> None:
    """Pone la puerta delante de la aplicación y los eventos de los sockets."""
    app.wsgi_app = PuertaDeSockets(app, app.wsgi_app, HILOS_DE_GUNICORN - RESERVA_DE_HILOS)  # type: ignore[method-assign,assignment]
    socketio.on_event("connect", _conectar)
    socketio.on_event("disconnect", _olvidar_socket)


def _conectar(auth: Any = None) -> None:
    """Entra a la sala de la Nora que pide, si puede entrar a esa Nora."""
    nombre_nora = auth.get("nora") if isinstance(auth, dict) else None
    try:
        identidad = cargar_identidad()
    except ErrorServicioExterno as error:
        # Sin respuesta el navegador esperaría para siempre; con un rechazo vuelve a intentar.
        raise ConnectionRefusedError("Ahora no se puede entrar. Se intenta otra vez.") from error
    if identidad is None:
        raise ConnectionRefusedError("Tu sesión terminó.")
    # También sin Nora: al salir se cortan todos los suyos.
    _anotar_socket(identidad.usuario_id, request.sid)  # type: ignore[attr-defined]
    if not nombre_nora:
        return
    if not isinstance(nombre_nora, str) or nombre_nora not in registro_de(current_app):
        raise ConnectionRefusedError("No encontramos esa Nora.")
    try:
        revisar_acceso(identidad, Acceso.NORA, nombre_nora)
    except ErrorNora as error:
        raise ConnectionRefusedError("No encontramos esa Nora.") from error
    join_room(sala_de(nombre_nora))


_de_persona: dict[str, set[str]] = {}
_candado = threading.Lock()


def _anotar_socket(usuario_id: str, sid: str) -> None:
    with _candado:
        _de_persona.setdefault(usuario_id, set()).add(sid)


def _olvidar_socket(*_: Any) -> None:
    sid = request.sid  # type: ignore[attr-defined]
    with _candado:
        for usuario_id, sids in list(_de_persona.items()):
            sids.discard(sid)
            if not sids:
                del _de_persona[usuario_id]


def desconectar_persona(usuario_id: str) -> None:
    """Corta los sockets que esa persona tiene en este proceso; los que siguen con derecho vuelven a conectar solos."""
    with _candado:
        sids = _de_persona.pop(usuario_id, set())
    for sid in sids:
        socketio.server.disconnect(sid)
