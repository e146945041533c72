"""El cuerpo de una escritura o de una función: qué claves trae, sin perder el JSON original.

Reglas y frases: documentación de PostgREST 14, "Insert", "Specifying Columns" y "Functions".
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl

from . import errores

JSON = "application/json"
FORMULARIO = "application/x-www-form-urlencoded"
# Con estos, el cuerpo entero es el único argumento (sin nombre) de la función.
CRUDOS: Mapping[str, str] = {"text/plain": "text", "text/xml": "xml", "application/octet-stream": "bytea"}


@dataclass(frozen=True)
class Carga:
    """Las claves del cuerpo y el JSON que verá PostgreSQL."""

    claves: tuple[str, ...]
    cuerpo: bytes
    es_objeto: bool
    """Un objeto suelto, que es una sola fila; si no, un arreglo de filas."""
    medio: str = JSON
    pares: tuple[tuple[str, str], ...] = ()
    """Los pares de un formulario, en su orden."""


def leer_carga(
    cuerpo: bytes, tipo: str, *, columnas: tuple[str, ...] | None, de_funcion: bool = False
) -> Carga:
    """Lee el cuerpo de una escritura o, con ``de_funcion``, los argumentos de una función.

    Con ``columnas`` el JSON no se mira: lo revisa PostgreSQL.

    Raises:
        ErrorApi: PGRST102 si no es lo que dice ``tipo``, o si las filas no tienen las mismas claves.
    """
    medio = tipo.partition(";")[0].strip().lower() or JSON
    if medio in ("application/vnd.pgrst.array+json", "application/vnd.pgrst.array"):
        medio = JSON
    if de_funcion and medio in CRUDOS:
        if b"\0" in cuerpo and medio != "application/octet-stream":
            raise errores.byte_cero()
        return Carga((), cuerpo, False, medio)
    if medio == FORMULARIO:
        return _formulario(cuerpo)
    if medio == "text/csv":
        filas = _de_csv(cuerpo)
        return replace(_de_filas(filas, json.dumps(filas).encode()), medio="text/csv")
    if medio != JSON:
        raise errores.cuerpo_invalido(f"Content-Type not acceptable: {medio}")
    if b"\0" in cuerpo:
        # libpq cortaría ahí el texto.
        raise errores.cuerpo_invalido("Empty or invalid json")
    if columnas is not None:
        return Carga(columnas, cuerpo, cuerpo.lstrip(b" \t\r\n")[:1] == b"{")
    if de_funcion and not cuerpo:
        return Carga((), b"", True)
    return _de_filas(leer_json(cuerpo), cuerpo)


def _de_filas(dato: Any, cuerpo: bytes) -> Carga:
    if isinstance(dato, Mapping):
        return Carga(tuple(dato), cuerpo, True)
    if not isinstance(dato, list) or not dato:
        # Lo que no es objeto ni arreglo cuenta como un arreglo sin filas.
        return Carga((), b"[]", False)
    primera = dato[0]
    if not isinstance(primera, Mapping) or any(
        not isinstance(fila, Mapping) or fila.keys() != primera.keys() for fila in dato
    ):
        raise errores.cuerpo_invalido("All object keys must match")
    return Carga(tuple(primera), cuerpo, False)


def _formulario(cuerpo: bytes) -> Carga:
    try:
        pares = tuple(parse_qsl(cuerpo.decode("utf-8"), keep_blank_values=True, errors="strict"))
    except ValueError as error:
        raise errores.cuerpo_invalido("Empty or invalid form") from error
    if any("\0" in clave or "\0" in valor for clave, valor in pares):
        raise errores.cuerpo_invalido("Empty or invalid form")
    unicos = dict(pares)
    return Carga(tuple(unicos), json.dumps(unicos).encode(), True, FORMULARIO, pares)


def leer_json(cuerpo: bytes) -> Any:
    """El JSON del cuerpo.

    Raises:
        ErrorApi: PGRST102.
    """
    try:
        return json.loads(cuerpo.decode("utf-8"), parse_constant=_rechazar_constante)
    except (ValueError, RecursionError) as error:
        raise errores.cuerpo_invalido("Empty or invalid json") from error


def _rechazar_constante(nombre: str) -> Any:
    # NaN e Infinity no son JSON, aunque Python los lea.
    raise ValueError(nombre)


def _de_csv(cuerpo: bytes) -> list[dict[str, str | None]]:
    try:
        filas = list(csv.DictReader(io.StringIO(cuerpo.decode("utf-8"), newline="")))
    except (UnicodeDecodeError, csv.Error) as error:
        raise errores.cuerpo_invalido("All lines must have same number of fields") from error
    if not cuerpo.strip() or any(None in fila or None in fila.values() for fila in filas):
        raise errores.cuerpo_invalido("All lines must have same number of fields")
    return [{k: None if v == "NULL" else v for k, v in fila.items()} for fila in filas]
