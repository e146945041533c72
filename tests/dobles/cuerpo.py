"""El cuerpo de una petición, entero: de quien muere a medio mandarlo, un servidor de verdad no atiende nada."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler


class CuerpoIncompletoError(ConnectionError):
    """Quien pedía se fue antes de terminar."""


def leer_cuerpo(manejador: BaseHTTPRequestHandler) -> bytes:
    """Los bytes que anuncia Content-Length.

    Raises:
        CuerpoIncompletoError: llegaron menos; la conexión se suelta sin contestar.
    """
    largo = int(manejador.headers.get("Content-Length", "0"))
    cuerpo = manejador.rfile.read(largo)
    if len(cuerpo) < largo:
        manejador.close_connection = True
        raise CuerpoIncompletoError
    return cuerpo
