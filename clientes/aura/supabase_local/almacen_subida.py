"""El cuerpo de una subida, leído por trozos: ``multipart/form-data`` como lo manda ``storage3``, o los bytes a secas.

Fuente: storage3 ``file_api.py`` (campos ``cacheControl`` y ``metadata``, archivo al final) y el cargador de Supabase
Storage (encabezados ``cache-control`` y ``x-metadata`` en base64 cuando no es un formulario).
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from . import almacen_errores as errores
from .almacen_disco import TROZO

_CAMPO_MAXIMO = 1024 * 1024
_CUERPO_JSON = 1024 * 1024


class Flujo(Protocol):
    """``wsgi.input``."""

    def read(self, cuantos: int, /) -> bytes:
        """Hasta ``cuantos`` bytes."""
        ...


class Entrada:
    """Los bytes del cuerpo, contados: un cuerpo más corto de lo anunciado es un error, no un archivo."""

    def __init__(self, flujo: Flujo | None, largo: int | None, *, con_fin: bool) -> None:
        """``con_fin`` dice que el flujo se termina solo (chunked) aunque no se sepa el largo."""
        self._flujo = flujo
        self.largo = largo
        self._falta = largo if largo is not None else (None if con_fin else 0)

    def __iter__(self) -> Iterator[bytes]:
        while self._flujo is not None and self._falta != 0:
            trozo = self._flujo.read(TROZO if self._falta is None else min(TROZO, self._falta))
            if not trozo:
                if self._falta is not None:
                    raise errores.pedido_invalido("The request body ended before its Content-Length")
                return
            if self._falta is not None:
                self._falta -= len(trozo)
            yield trozo

    def leer_json(self) -> dict[str, Any]:
        """El cuerpo como un objeto JSON; sin cuerpo, uno vacío.

        Raises:
            ErrorAlmacen: 400 o 413.
        """
        cuerpo = bytearray()
        for trozo in self:
            cuerpo += trozo
            if len(cuerpo) > _CUERPO_JSON:
                raise errores.ErrorAlmacen(413, "Payload too large", "Request body is too large")
        if not cuerpo:
            return {}
        try:
            datos = json.loads(cuerpo)
        except (ValueError, RecursionError) as error:
            raise errores.pedido_invalido("Body is not valid JSON") from error
        if not isinstance(datos, dict):
            raise errores.pedido_invalido("body must be object")
        return datos


@dataclass
class Subida:
    """Un archivo que llega. ``trozos`` se consume una vez; ``metadatos`` vale después de consumirlo."""

    trozos: Iterator[bytes]
    tipo: str
    cache: str = "no-cache"
    campos: dict[str, str] = field(default_factory=dict)

    @property
    def de_cache(self) -> str:
        """El ``Cache-Control`` con el que se servirá."""
        texto = self.campos.get("cacheControl")
        if texto is None:
            return self.cache
        return f"max-age={texto}" if texto.isascii() and texto.isprintable() else "no-cache"

    @property
    def de_usuario(self) -> dict[str, Any] | None:
        """Los metadatos propios de quien sube; lo que no es un objeto JSON no cuenta, como en Storage."""
        try:
            datos = json.loads(self.campos["metadata"])
        except (KeyError, ValueError, RecursionError):
            return None
        return datos if isinstance(datos, dict) and "\\u0000" not in self.campos["metadata"] else None


def abrir_subida(entrada: Entrada, encabezados: Mapping[str, str]) -> Subida:
    """Empieza a leer una subida.

    Raises:
        ErrorAlmacen: 400 si el formulario no trae archivo o está mal hecho.
    """
    tipo, opciones = parse_options_header(encabezados.get("content-type", ""))
    if tipo != "multipart/form-data":
        campos = {}
        with_metadata = encabezados.get("x-metadata")
        if with_metadata:
            try:
                campos["metadata"] = base64.b64decode(with_metadata, validate=True).decode()
            except (binascii.Error, UnicodeDecodeError):
                campos = {}
        return Subida(
            iter(entrada),
            encabezados.get("content-type") or "application/octet-stream",
            encabezados.get("cache-control") or "no-cache",
            campos,
        )
    frontera = opciones.get("boundary", "")
    if not frontera:
        raise errores.pedido_invalido("Multipart: Boundary not found")
    return _Formulario(entrada, frontera.encode()).subida()


class _Formulario:
    """Un ``multipart/form-data`` del que solo se guarda el primer archivo."""

    def __init__(self, entrada: Entrada, frontera: bytes) -> None:
        self._trozos = iter(entrada)
        self._lector = MultipartDecoder(frontera, _CAMPO_MAXIMO, max_parts=20)
        self.campos: dict[str, str] = {}

    def _suceso(self) -> Field | File | Data | Epilogue:
        while True:
            try:
                suceso = self._lector.next_event()
                if isinstance(suceso, NeedData):
                    self._lector.receive_data(next(self._trozos, None))
                elif isinstance(suceso, (Field, File, Data, Epilogue)):
                    return suceso
            except (ValueError, RequestEntityTooLarge) as error:
                raise errores.pedido_invalido("Unexpected end of form") from error

    def _datos(self) -> Iterator[bytes]:
        while True:
            suceso = self._suceso()
            if not isinstance(suceso, Data):
                raise errores.pedido_invalido("Unexpected end of form")
            yield bytes(suceso.data)
            if not suceso.more_data:
                return

    def subida(self) -> Subida:
        while True:
            suceso = self._suceso()
            if isinstance(suceso, File):
                tipo = parse_options_header(suceso.headers.get("content-type", ""))[0]
                return Subida(self._archivo(), tipo or "application/octet-stream", "no-cache", self.campos)
            if not isinstance(suceso, Field):
                raise errores.ErrorAlmacen(400, "InvalidRequest", "No content provided")
            self._campo(suceso)

    def _campo(self, suceso: Field) -> None:
        valor = bytearray()
        for trozo in self._datos():
            valor += trozo
            if len(valor) > _CAMPO_MAXIMO:
                raise errores.pedido_invalido("Multipart field too large")
        self.campos.setdefault(suceso.name or "", valor.decode("utf-8", "replace"))

    def _archivo(self) -> Iterator[bytes]:
        yield from self._datos()
        # El resto del formulario: sin su final, el archivo llegó cortado.
        while True:
            suceso = self._suceso()
            if isinstance(suceso, Epilogue):
                return
            if isinstance(suceso, Field):
                self._campo(suceso)
