"""Archivos estáticos con la versión en la dirección: el navegador los guarda un año y no vuelve a preguntar.

La versión es un prefijo (`/static/v0123456789/js/…`) y no un `?v=`: así los `import` y `@import` relativos de los
archivos caen en la misma versión sin tocarlos.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.routing import BaseConverter, Rule
from werkzeug.wrappers import Response

UN_ANO_S = 31_536_000


class ConvertidorVersion(BaseConverter):
    """Cualquier versión, también la de antes: una página abierta durante un cambio sigue encontrando lo suyo."""

    regex = "v[0-9a-f]{10}"


def preparar(app: Flask) -> None:
    """Pone la versión en `url_for('static', …)` y atiende esas direcciones."""
    actual = version_de(Path(app.root_path) / "static")

    def servir(filename: str, version: str = "") -> Response:
        respuesta = app.send_static_file(filename)
        if version == actual and respuesta.status_code in (200, 206):
            respuesta.cache_control.no_cache = None
            respuesta.cache_control.public = True
            respuesta.cache_control.max_age = UN_ANO_S
            respuesta.cache_control.immutable = True
        return respuesta

    def poner_version(endpoint: str, valores: dict[str, Any]) -> None:
        if endpoint == "static":
            valores.setdefault("version", actual)

    app.url_map.converters["version_estatica"] = ConvertidorVersion
    app.url_map.add(Rule("/static/<version_estatica:version>/<path:filename>", endpoint="static"))
    app.view_functions["static"] = servir
    app.url_defaults(poner_version)


def version_de(carpeta: Path) -> str:
    """La huella de todo lo que hay en la carpeta: igual en cada máquina con los mismos archivos."""
    huella = hashlib.sha256()
    for ruta in sorted(carpeta.rglob("*")):
        if ruta.is_file():
            huella.update(f"{ruta.relative_to(carpeta).as_posix()}\0{ruta.stat().st_size}\0".encode())
            huella.update(ruta.read_bytes())
    return f"v{huella.hexdigest()[:10]}"
