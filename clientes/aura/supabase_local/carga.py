"""El cuerpo de una escritura o de una función: qué claves trae, sin perder el JSON original."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from . import errores


@dataclass(frozen=True)
class Carga:
    """Las claves del cuerpo y el arreglo JSON que verá PostgreSQL."""

    claves: tuple[str, ...]
    cuerpo: bytes
    vacia: bool
    """Un arreglo sin filas."""
    es_objeto: bool


def leer_carga(cuerpo: bytes, tipo: str, *, columnas: tuple[str, ...] | None) -> Carga:
    """Lee el cuerpo de un INSERT o UPDATE.

    Raises:
        ErrorApi: PGRST102 si no es JSON, o si las filas no tienen las mismas claves y no vino ``columns``.
    """
    medio = tipo.partition(";")[0].strip().lower() or "application/json"
    if medio == "application/x-www-form-urlencoded":
        cuerpo = json.dumps(
            dict(parse_qsl(cuerpo.decode("utf-8", "replace"), keep_blank_values=True))
        ).encode()
    elif medio == "text/csv":
        cuerpo = _de_csv(cuerpo)
    elif medio not in (
        "application/json",
        "application/vnd.pgrst.object+json",
        "application/vnd.pgrst.array+json",
    ):
        raise errores.cuerpo_invalido(f"Content-Type not acceptable: {medio}")
    dato = leer_json(cuerpo)
    if isinstance(dato, Mapping):
        # A PostgreSQL siempre le llega un arreglo: una fila es un arreglo de una.
        return Carga(
            columnas if columnas is not None else tuple(dato),
            b"[" + (cuerpo.strip() or b"{}") + b"]",
            False,
            True,
        )
    if not isinstance(dato, list) or not all(isinstance(fila, Mapping) for fila in dato):
        raise errores.cuerpo_invalido("Empty or invalid json")
    if not dato:
        return Carga((), cuerpo, True, False)
    if columnas is not None:
        return Carga(columnas, cuerpo, False, False)
    claves = dato[0].keys()
    if any(fila.keys() != claves for fila in dato):
        raise errores.cuerpo_invalido("All object keys must match")
    return Carga(tuple(claves), cuerpo, False, False)


def leer_json(cuerpo: bytes) -> Any:
    """El JSON del cuerpo; un cuerpo vacío es un objeto vacío.

    Raises:
        ErrorApi: PGRST102.
    """
    if not cuerpo.strip():
        return {}
    try:
        return json.loads(cuerpo.decode("utf-8"), parse_constant=_rechazar_constante)
    except (ValueError, RecursionError) as error:
        raise errores.cuerpo_invalido("Empty or invalid json") from error


def _rechazar_constante(nombre: str) -> Any:
    # NaN e Infinity no son JSON, aunque Python los lea.
    raise ValueError(nombre)


def _de_csv(cuerpo: bytes) -> bytes:
    try:
        filas = list(csv.DictReader(io.StringIO(cuerpo.decode("utf-8"))))
    except (UnicodeDecodeError, csv.Error) as error:
        raise errores.cuerpo_invalido("All lines must have same number of fields") from error
    if any(None in fila or None in fila.values() for fila in filas):
        raise errores.cuerpo_invalido("All lines must have same number of fields")
    return json.dumps([{k: None if v == "NULL" else v for k, v in fila.items()} for fila in filas]).encode()
