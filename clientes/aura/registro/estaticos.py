"""Archivos estáticos: los de texto van comprimidos y con sus `@import` ya dentro, y en operación se guardan un año.

La versión es un prefijo (`/static/v0123456789/js/…`) y no un `?v=`: así los `import` y `url()` relativos de los
archivos caen en la misma versión sin tocarlos. En una computadora de trabajo no se pone: lo que se edita se ve al
recargar.
"""

from __future__ import annotations

import gzip
import hashlib
import posixpath
import re
from dataclasses import dataclass
from mimetypes import guess_type
from pathlib import Path
from typing import Any

from flask import Flask, request
from werkzeug.routing import BaseConverter, Rule
from werkzeug.security import safe_join
from werkzeug.wrappers import Response

from .compresion import acepta_gzip

UN_ANO_S = 31_536_000
DE_TEXTO = frozenset({".css", ".js", ".svg"})
_IMPORTA = re.compile(r'^@import url\("([^":]+\.css)"\);\n?', re.MULTILINE)
_URL_RELATIVA = re.compile(r"""url\((["']?)(?![a-z]+:|/|#)([^"')]+)\1\)""")


class ConvertidorVersion(BaseConverter):
    """Cualquier versión, también la de antes: una página abierta durante un cambio sigue encontrando lo suyo."""

    regex = "v[0-9a-f]{10}"


@dataclass(frozen=True)
class Texto:
    """Un archivo listo para servir, y de qué archivos salió."""

    cuerpo: bytes
    comprimido: bytes
    huella: str
    de: tuple[tuple[Path, int], ...]

    @property
    def vigente(self) -> bool:
        """Si ninguno de sus archivos ha cambiado."""
        return all(ruta.is_file() and ruta.stat().st_mtime_ns == cuando for ruta, cuando in self.de)


class Textos:
    """Los archivos de texto de una carpeta, armados y comprimidos una vez."""

    def __init__(self, carpeta: Path) -> None:
        self.carpeta = carpeta
        self._listos: dict[str, Texto] = {}

    def texto(self, nombre: str) -> Texto | None:
        """El archivo, o None si no es de texto o no existe."""
        ruta = safe_join(str(self.carpeta), nombre)
        if ruta is None or Path(nombre).suffix not in DE_TEXTO or not Path(ruta).is_file():
            return None
        listo = self._listos.get(nombre)
        if listo is None or not listo.vigente:
            listo = self._listos[nombre] = self._armar(Path(ruta))
        return listo

    def _armar(self, ruta: Path) -> Texto:
        de: list[tuple[Path, int]] = []
        cuerpo = (_con_importados(ruta, de) if ruta.suffix == ".css" else _leer(ruta, de)).encode()
        return Texto(
            cuerpo, gzip.compress(cuerpo, 9, mtime=0), hashlib.sha256(cuerpo).hexdigest()[:20], tuple(de)
        )


def _leer(ruta: Path, de: list[tuple[Path, int]]) -> str:
    de.append((ruta, ruta.stat().st_mtime_ns))
    return ruta.read_text(encoding="utf-8")


def _con_importados(ruta: Path, de: list[tuple[Path, int]]) -> str:
    """El estilo con cada `@import` en su lugar: un viaje en vez de veinte antes de poder dibujar."""

    def meter(hallado: re.Match[str]) -> str:
        desde = posixpath.dirname(hallado[1])
        dentro = _con_importados(ruta.parent / hallado[1], de)
        return _URL_RELATIVA.sub(
            lambda url: f"url({url[1]}{posixpath.normpath(posixpath.join(desde, url[2]))}{url[1]})", dentro
        )

    return _IMPORTA.sub(meter, _leer(ruta, de))


def preparar(app: Flask, *, con_version: bool) -> None:
    """Atiende `/static/`; con versión, `url_for('static', …)` la lleva y el navegador no vuelve a preguntar."""
    carpeta = Path(app.root_path) / "static"
    textos = Textos(carpeta)
    actual = version_de(carpeta) if con_version else ""

    def servir(filename: str, version: str = "") -> Response:
        texto = textos.texto(filename)
        respuesta = app.send_static_file(filename) if texto is None else _de_texto(filename, texto)
        if version and version == actual and respuesta.status_code in (200, 206):
            respuesta.cache_control.no_cache = None
            respuesta.cache_control.public = True
            respuesta.cache_control.max_age = UN_ANO_S
            respuesta.cache_control.immutable = True
        return respuesta

    def poner_version(endpoint: str, valores: dict[str, Any]) -> None:
        if endpoint == "static":
            valores.setdefault("version", actual)

    app.view_functions["static"] = servir
    if con_version:
        app.url_map.converters["version_estatica"] = ConvertidorVersion
        app.url_map.add(Rule("/static/<version_estatica:version>/<path:filename>", endpoint="static"))
        app.url_defaults(poner_version)


def _de_texto(nombre: str, texto: Texto) -> Response:
    con_gzip = acepta_gzip()
    respuesta = Response(
        texto.comprimido if con_gzip else texto.cuerpo, mimetype=guess_type(nombre)[0] or "text/plain"
    )
    if con_gzip:
        respuesta.content_encoding = "gzip"
    respuesta.vary.add("Accept-Encoding")
    respuesta.cache_control.no_cache = True
    respuesta.set_etag(f"{texto.huella}{'-gz' if con_gzip else ''}")
    return respuesta.make_conditional(request)


def version_de(carpeta: Path) -> str:
    """La huella de todo lo que hay en la carpeta: igual en cada máquina con los mismos archivos."""
    huella = hashlib.sha256()
    for ruta in sorted(carpeta.rglob("*")):
        if ruta.is_file():
            huella.update(f"{ruta.relative_to(carpeta).as_posix()}\0{ruta.stat().st_size}\0".encode())
            huella.update(ruta.read_bytes())
    return f"v{huella.hexdigest()[:10]}"
