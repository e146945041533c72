"""Cierre de un WebSocket bajo el servidor de Werkzeug sin un 500 falso en la bitácora.

Por qué: hasta python-engineio 4.13.3, al terminar un WebSocket en modo `threading` su envoltura devolvía una lista
vacía sin haber llamado a `start_response`; Werkzeug intentaba entonces escribir la respuesta y anotaba
`AssertionError: write() before start_response` por cada pestaña que se cierra.
Origen: https://github.com/miguelgrinberg/python-engineio/issues/457, corregido en 4.13.4 (lanza `ConnectionError`,
que Werkzeug trata como una conexión que se fue).
Cuándo se quita: cuando requirements.txt no pueda traer menos de 4.13.4.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

CORREGIDO_EN = (4, 13, 4)


def hace_falta(version: tuple[int, ...]) -> bool:
    """Si esa versión de python-engineio trae la falla."""
    return version < CORREGIDO_EN


def aplicar() -> None:
    """Envuelve la llamada de python-engineio para que avise a Werkzeug como lo hace desde 4.13.4."""
    from engineio.async_drivers._websocket_wsgi import SimpleWebSocketWSGI

    SimpleWebSocketWSGI.__call__ = con_aviso_a_werkzeug(SimpleWebSocketWSGI.__call__)


def con_aviso_a_werkzeug(original: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """La misma llamada, que bajo Werkzeug termina con `ConnectionError` en vez de con una respuesta vacía."""

    def llamar(envoltura: Any, entorno: dict[str, Any], iniciar: Callable[..., Any]) -> Iterable[bytes]:
        respuesta = original(envoltura, entorno, iniciar)
        if envoltura.ws.mode == "werkzeug":
            raise ConnectionError("WebSocket terminado")
        return respuesta

    return llamar
