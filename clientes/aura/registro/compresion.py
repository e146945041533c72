"""Páginas y JSON comprimidos cuando el navegador lo acepta: gunicorn no lo hace y no siempre hay un proxy que lo haga.

BREACH (CVE-2013-3587) adivina un secreto fijo que sale junto a texto del atacante. Aquí el único secreto de una página
es el token de CSRF, que se firma con la hora y cambia, y la galleta no viaja en el cuerpo.
"""

from __future__ import annotations

import gzip

from flask import Flask, Response, request

TIPOS = frozenset(
    {"text/html", "application/json", "application/manifest+json", "text/javascript", "text/csv"}
)
# Debajo de esto cabe en el primer viaje de todos modos.
MINIMO_BYTES = 1_000
# Más nivel gasta el doble de procesador por un 3% menos de bytes.
NIVEL = 5


def preparar(app: Flask) -> None:
    """Comprime cada respuesta de texto que valga la pena."""
    app.after_request(comprimir)


def comprimir(respuesta: Response) -> Response:
    """La misma respuesta, con gzip si conviene y quien pide lo acepta."""
    if (
        respuesta.status_code != 200
        or respuesta.mimetype not in TIPOS
        or respuesta.direct_passthrough
        or not respuesta.is_sequence
        or respuesta.content_encoding
    ):
        return respuesta
    respuesta.vary.add("Accept-Encoding")
    if acepta_gzip() and (respuesta.content_length or 0) >= MINIMO_BYTES:
        respuesta.set_data(gzip.compress(respuesta.get_data(), NIVEL, mtime=0))
        respuesta.content_encoding = "gzip"
    return respuesta


def acepta_gzip() -> bool:
    """Si quien pide sabe leer gzip."""
    return request.accept_encodings.quality("gzip") > 0
