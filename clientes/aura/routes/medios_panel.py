"""Los archivos de una plática, para quien trabaja en la Nora: cada vista da un enlace nuevo, firmado y corto."""

from __future__ import annotations

import uuid
from typing import Any

from flask import redirect, request
from werkzeug.wrappers import Response

from ..medios import consultas, servicio
from ..registro.respuestas import exito

# El enlace dura 300 s: el navegador no vuelve a pedirlo en cada redibujo, y nunca usa uno vencido.
EN_MEMORIA_S = 120


def ver(nombre_nora: str, medio_id: uuid.UUID) -> Response:
    """Lleva al archivo; con `?bajar=1`, para guardarlo."""
    destino = servicio.enlace(nombre_nora, str(medio_id), bajar=request.args.get("bajar") == "1")
    respuesta: Response = redirect(destino)
    respuesta.headers["Cache-Control"] = f"private, max-age={EN_MEMORIA_S}"
    return respuesta


def reintentar(nombre_nora: str, medio_id: uuid.UUID) -> Any:
    """Vuelve a intentar bajar uno que no llegó."""
    otra_vez = consultas.pedir_otra_vez(nombre_nora, str(medio_id))
    return exito("Vuelve a bajar." if otra_vez else "Ya no hace falta.")
