"""Servir un archivo: encabezados, rangos, condiciones y descarga, por trozos.

Supabase sirve los archivos desde otro dominio; aquí pueden salir por el mismo del panel. Por eso todo lleva
``nosniff``, el HTML sale como texto (igual que en Storage) y lo demás que un navegador podría ejecutar va en una caja
(CSP ``sandbox``).
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any, BinaryIO
from urllib.parse import quote

from .almacen_base import metadatos
from .almacen_disco import TROZO, Disco
from .almacen_errores import ErrorAlmacen

Encabezados = tuple[tuple[str, str], ...]
_RANGO = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_ACTIVOS = re.compile(r"xml|html|javascript|ecmascript", re.IGNORECASE)
_CAJA = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"


@dataclass
class Respuesta:
    """Lo que se contesta: bytes, o un iterable que el servidor cierra al terminar."""

    estado: int
    cuerpo: Iterable[bytes] = ()
    encabezados: Encabezados = ()


class Trozos:
    """``cuantos`` bytes de un archivo desde donde está; se cierra al terminar o cuando el servidor lo suelta."""

    def __init__(self, archivo: BinaryIO, cuantos: int) -> None:
        self._archivo = archivo
        self._falta = cuantos

    def __iter__(self) -> Iterator[bytes]:
        try:
            while self._falta:
                trozo = self._archivo.read(min(TROZO, self._falta))
                if not trozo:
                    return
                self._falta -= len(trozo)
                yield trozo
        finally:
            self.close()

    def close(self) -> None:
        """Cierra el archivo."""
        self._archivo.close()


def servir(
    disco: Disco,
    objeto: Mapping[str, Any],
    pedidos: Mapping[str, str],
    *,
    descarga: str | None = None,
    vence: int | None = None,
    solo_encabezados: bool = False,
) -> Respuesta:
    """La respuesta con los bytes de ``objeto``.

    Args:
        objeto: la fila de ``storage.objects``.
        pedidos: encabezados de la petición, en minúsculas.
        descarga: nombre con el que se baja; vacío, sin nombre; ``None``, se muestra.
        vence: segundos desde 1970 en que vence la liga.

    Raises:
        FileNotFoundError: el archivo ya no está: la fila cambió mientras tanto.
        ErrorAlmacen: 416.
    """
    meta = metadatos(objeto["metadata"])
    largo, etiqueta = int(meta.get("size") or 0), str(meta.get("eTag") or "")
    modificado = _fecha(str(meta.get("lastModified") or objeto["updated_at"]))
    comunes = _comunes(meta, etiqueta, modificado, vence)
    if _sin_cambio(pedidos, etiqueta, modificado):
        return Respuesta(304, (), comunes)
    tramo = _tramo(pedidos, largo, etiqueta, modificado)
    desde, hasta = tramo or (0, largo)
    encabezados = (
        *comunes,
        *_de_tipo(str(meta.get("mimetype") or "application/octet-stream")),
        ("Content-Length", str(hasta - desde)),
        *((("Content-Range", f"bytes {desde}-{hasta - 1}/{largo}"),) if tramo else ()),
        *_de_descarga(descarga),
    )
    estado = 206 if tramo else 200
    archivo = disco.abrir(str(objeto["version"]))
    if solo_encabezados:
        archivo.close()
        return Respuesta(estado, (), encabezados)
    archivo.seek(desde)
    return Respuesta(estado, Trozos(archivo, hasta - desde), encabezados)


def _comunes(meta: Mapping[str, Any], etiqueta: str, modificado: datetime, vence: int | None) -> Encabezados:
    cache = (
        ("Expires", format_datetime(datetime.fromtimestamp(vence, UTC), usegmt=True))
        if vence is not None
        else ("Cache-Control", str(meta.get("cacheControl") or "no-cache"))
    )
    return (
        ("Accept-Ranges", "bytes"),
        ("ETag", etiqueta),
        ("Last-Modified", format_datetime(modificado, usegmt=True)),
        cache,
        ("X-Content-Type-Options", "nosniff"),
    )


def _de_tipo(tipo: str) -> Encabezados:
    if "text/html" in tipo.lower():
        return (("Content-Type", "text/plain"),)
    caja = (("Content-Security-Policy", _CAJA),) if _ACTIVOS.search(tipo) else ()
    return (("Content-Type", tipo), *caja)


def _de_descarga(nombre: str | None) -> Encabezados:
    if nombre is None:
        return ()
    if not nombre:
        return (("Content-Disposition", "attachment;"),)
    escrito = quote(nombre, safe="!~*'()")
    return (("Content-Disposition", f"attachment; filename={escrito}; filename*=UTF-8''{escrito};"),)


def _fecha(texto: str) -> datetime:
    try:
        return datetime.fromisoformat(texto).astimezone(UTC).replace(microsecond=0)
    except ValueError:
        return datetime.fromtimestamp(0, UTC)


def _sin_cambio(pedidos: Mapping[str, str], etiqueta: str, modificado: datetime) -> bool:
    """RFC 9110, 13.2.2: si viene ``If-None-Match``, ``If-Modified-Since`` no cuenta."""
    suyas = pedidos.get("if-none-match")
    if suyas is not None:
        marcas = [m.strip().removeprefix("W/") for m in suyas.split(",")]
        return "*" in marcas or (bool(etiqueta) and etiqueta in marcas)
    desde = _fecha_http(pedidos.get("if-modified-since"))
    return desde is not None and modificado <= desde


def _fecha_http(texto: str | None) -> datetime | None:
    try:
        fecha = parsedate_to_datetime(texto) if texto else None
    except (TypeError, ValueError):
        return None
    return fecha if fecha is None or fecha.tzinfo else fecha.replace(tzinfo=UTC)


def _tramo(
    pedidos: Mapping[str, str], largo: int, etiqueta: str, modificado: datetime
) -> tuple[int, int] | None:
    """(desde, hasta) de un solo rango; lo que no se entiende, o varios, es el archivo entero (RFC 9110, 14.2)."""
    hallado = _RANGO.fullmatch(pedidos.get("range", "").replace(" ", ""))
    if hallado is None or hallado[0] == "bytes=-":
        return None
    condicion = pedidos.get("if-range")
    if condicion is not None and condicion != etiqueta and _fecha_http(condicion) != modificado:
        return None
    if hallado[1]:
        desde = int(hallado[1])
        hasta = min(int(hallado[2]) + 1, largo) if hallado[2] else largo
        if hallado[2] and int(hallado[2]) < desde:
            return None
    else:
        desde, hasta = max(0, largo - int(hallado[2])), largo
    if desde >= hasta:
        raise ErrorAlmacen(
            416,
            "InvalidRange",
            "The requested range is not satisfiable",
            (("Content-Range", f"bytes */{largo}"),),
        )
    return desde, hasta


def ahora_iso() -> str:
    """La hora de este momento como la escribe Storage en los metadatos."""
    return datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
