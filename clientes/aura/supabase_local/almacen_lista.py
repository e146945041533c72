"""Las listas de objetos: la de carpetas (``list``) y la de páginas con cursor (``list-v2``).

Fuente: funciones ``storage.search`` y ``listObjectsV2`` de Supabase Storage: las carpetas no existen, son lo que hay
antes de una diagonal; salen primero y con ``id`` nulo.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from . import almacen_errores as errores
from .almacen_base import FECHA, Base, Pedido, leer, paso

_TOPE = 1000
_COLUMNAS = ("name", "updated_at", "created_at", "last_accessed_at")
_SENTIDOS = {"asc": sql.SQL("asc"), "desc": sql.SQL("desc")}

# $1 cubeta, $2 carpeta, $3 búsqueda, $4 cuántas, $5 desde. Los textos van en C: el orden no depende de la base.
_LISTA = sql.SQL("""
with vistos as (
    select split_part(r.resto, '/', 1) as nombre, position('/' in r.resto) > 0 as carpeta, r.*
    from (
        select substr(o.name, length($2::text) + 1) as resto, o.* from storage.objects o
        where o.bucket_id = $1 and lower(o.name) collate "C" ^@ lower($2::text || $3::text)
    ) r
), entradas as (
    select distinct nombre, null::uuid as id, null::timestamptz as updated_at, null::timestamptz as created_at,
        null::timestamptz as last_accessed_at, null::jsonb as metadata
    from vistos where carpeta
    union all
    select nombre, id, updated_at, created_at, last_accessed_at, metadata from vistos where not carpeta
), numeradas as (
    select *, row_number() over (
        order by id is not null, {columna} {sentido}, nombre collate "C" {sentido}
    ) as numero from entradas
)
select coalesce(json_agg(json_build_object(
    'name', nombre, 'id', id, 'updated_at', {actualizado}, 'created_at', {creado},
    'last_accessed_at', {leido}, 'metadata', metadata) order by numero), '[]')
from (select * from numeradas order by numero limit $4::bigint offset $5::bigint) p
""")

# $1 cubeta, $2 prefijo, $3 si se juntan carpetas, $4 cuántas, $5 y $6 la última clave vista y su fecha.
_PAGINA = sql.SQL("""
with vistos as (
    select case when c.corte > 0 and $3::bool then left(o.name, length($2::text) + c.corte) else o.name end as clave,
        c.corte > 0 and $3::bool as carpeta, o.*
    from storage.objects o
    cross join lateral (select position('/' in substr(o.name, length($2::text) + 1)) as corte) c
    where o.bucket_id = $1 and o.name collate "C" ^@ $2::text
), entradas as (
    select clave, null::uuid as id, max(updated_at) as updated_at, max(created_at) as created_at,
        max(last_accessed_at) as last_accessed_at, null::jsonb as metadata
    from vistos where carpeta group by clave
    union all
    select clave, id, updated_at, created_at, last_accessed_at, metadata from vistos where not carpeta
)
select coalesce(json_agg(json_build_object(
    'name', clave, 'key', clave, 'id', id, 'updated_at', {actualizado}, 'created_at', {creado},
    'last_accessed_at', {leido}, 'metadata', metadata, 'marca', {marca}::text)
    order by {columna} {sentido}, clave collate "C" {sentido}), '[]')
from (
    select * from entradas where $5::text is null or {despues}
    order by {columna} {sentido}, clave collate "C" {sentido} limit $4::bigint
) p
""")
_FECHAS = {
    "actualizado": FECHA.format(sql.SQL("updated_at")),
    "creado": FECHA.format(sql.SQL("created_at")),
    "leido": FECHA.format(sql.SQL("last_accessed_at")),
}


@dataclass(frozen=True)
class _Orden:
    columna: str
    sentido: str


def listar(base: Base, pedido: Pedido, cubeta: str, datos: Mapping[str, Any]) -> Any:
    """Lo que hay directamente en una carpeta, con el papel de quien pide.

    Raises:
        ErrorAlmacen: 400 si un dato no sirve.
    """
    prefijo, busca = _texto(datos, "prefix"), _texto(datos, "search")
    if prefijo and not prefijo.endswith("/"):
        prefijo += "/"
    # La búsqueda puede bajar de carpeta: lo de antes de su última diagonal es parte de la carpeta.
    dentro, diagonal, resto = busca.rpartition("/")
    orden = _orden(datos, _COLUMNAS)
    consulta = _LISTA.format(
        columna=sql.SQL('nombre collate "C"') if orden.columna == "name" else sql.Identifier(orden.columna),
        sentido=_SENTIDOS[orden.sentido],
        **_FECHAS,
    )
    cuantas, desde = _entero(datos, "limit", 100, minimo=1), _entero(datos, "offset", 0, minimo=0)
    filas = base.correr(
        pedido, paso(consulta, cubeta, prefijo + dentro + diagonal, resto, cuantas, desde), lectura=True
    )
    return leer(filas[0])


def listar_paginas(base: Base, pedido: Pedido, cubeta: str, datos: Mapping[str, Any]) -> dict[str, Any]:
    """Una página de objetos y, con ``with_delimiter``, de carpetas; ``nextCursor`` pide la que sigue.

    Raises:
        ErrorAlmacen: 400 si un dato o el cursor no sirven.
    """
    cuantas = min(_entero(datos, "limit", _TOPE, minimo=1), _TOPE)
    orden, clave, marca = _orden(datos, _COLUMNAS[:3]), None, None
    if datos.get("cursor"):
        orden, clave, marca = _leer_cursor(str(datos["cursor"]))
    por_fecha = orden.columna != "name"
    comparador = sql.SQL(">" if orden.sentido == "asc" else "<")
    columna = sql.Identifier(orden.columna) if por_fecha else sql.SQL('clave collate "C"')
    despues = (
        sql.SQL('({}, clave collate "C") {} ($6::timestamptz, $5::text)').format(columna, comparador)
        if por_fecha
        else sql.SQL('clave collate "C" {} $5::text').format(comparador)
    )
    consulta = _PAGINA.format(
        columna=columna,
        sentido=_SENTIDOS[orden.sentido],
        marca=columna if por_fecha else sql.SQL("null"),
        despues=despues,
        **_FECHAS,
    )
    junta = "true" if datos.get("with_delimiter") is True else "false"
    valores = [cubeta, _texto(datos, "prefix"), junta, cuantas + 1, clave, *([marca] if por_fecha else [])]
    entradas = leer(base.correr(pedido, paso(consulta, *valores), lectura=True)[0])
    sigue = len(entradas) > cuantas
    entradas = entradas[:cuantas]
    respuesta: dict[str, Any] = {"hasNext": sigue, "folders": [], "objects": []}
    if sigue:
        respuesta["nextCursor"] = _escribir_cursor(orden, entradas[-1])
        respuesta["nextCursorKey"] = entradas[-1]["name"]
    for entrada in entradas:
        entrada.pop("marca")
        respuesta["folders" if entrada["id"] is None else "objects"].append(entrada)
    return respuesta


def _orden(datos: Mapping[str, Any], columnas: tuple[str, ...]) -> _Orden:
    pedido = datos.get("sortBy")
    pedido = pedido if isinstance(pedido, Mapping) else {}
    columna = pedido.get("column")
    sentido = pedido.get("order")
    return _Orden(columna if columna in columnas else "name", "desc" if sentido == "desc" else "asc")


def _texto(datos: Mapping[str, Any], clave: str) -> str:
    valor = datos.get(clave)
    if valor is None:
        return ""
    if not isinstance(valor, str) or "\0" in valor:
        raise errores.pedido_invalido(f"body/{clave} must be string")
    return valor


def _entero(datos: Mapping[str, Any], clave: str, omision: int, *, minimo: int) -> int:
    valor = datos.get(clave)
    if valor is None:
        return omision
    try:
        numero = int(valor)
    except (TypeError, ValueError) as error:
        raise errores.pedido_invalido(f"body/{clave} must be integer") from error
    if not minimo <= numero < 2**53:
        raise errores.pedido_invalido(f"body/{clave} must be >= {minimo}")
    return numero


def _escribir_cursor(orden: _Orden, entrada: Mapping[str, Any]) -> str:
    datos = [orden.columna, orden.sentido, entrada["name"], entrada["marca"]]
    return base64.urlsafe_b64encode(json.dumps(datos).encode()).decode()


def _leer_cursor(cursor: str) -> tuple[_Orden, str, str | None]:
    try:
        columna, sentido, clave, marca = json.loads(base64.urlsafe_b64decode(cursor))
    except (binascii.Error, ValueError, TypeError) as error:
        raise errores.pedido_invalido("Invalid continuation token") from error
    if (
        columna not in _COLUMNAS[:3]
        or sentido not in _SENTIDOS
        or not isinstance(clave, str)
        or "\0" in clave
    ):
        raise errores.pedido_invalido("Invalid continuation token")
    return _Orden(columna, sentido), clave, marca if isinstance(marca, str) else None
