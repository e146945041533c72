"""Los trozos de SQL: parámetros numerados, nombres entre comillas y filtros.

Todo valor que llega de fuera es un parámetro ``$n`` sin tipo (PostgreSQL lo lee con el tipo de la columna) y
todo nombre pasa por ``psycopg.sql.Identifier``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from psycopg import sql

from .arbol import Campo, Condicion, Filtro, Logico, Operacion, Orden
from .esquema import NombreCompleto, Tabla

VACIO = sql.SQL("")
COMA = sql.SQL(", ")
Y = sql.SQL(" AND ")

_SIMPLES: dict[str, sql.SQL] = {
    "eq": sql.SQL("="), "neq": sql.SQL("<>"), "gt": sql.SQL(">"), "gte": sql.SQL(">="), "lt": sql.SQL("<"),
    "lte": sql.SQL("<="), "like": sql.SQL("LIKE"), "ilike": sql.SQL("ILIKE"), "match": sql.SQL("~"),
    "imatch": sql.SQL("~*"), "cs": sql.SQL("@>"), "cd": sql.SQL("<@"), "ov": sql.SQL("&&"), "sl": sql.SQL("<<"),
    "sr": sql.SQL(">>"), "nxr": sql.SQL("&<"), "nxl": sql.SQL("&>"), "adj": sql.SQL("-|-"),
    "isdistinct": sql.SQL("IS DISTINCT FROM"),
}  # fmt: skip
_IS: dict[str, sql.SQL] = {
    "null": sql.SQL("IS NULL"), "not_null": sql.SQL("IS NOT NULL"), "true": sql.SQL("IS TRUE"),
    "false": sql.SQL("IS FALSE"), "unknown": sql.SQL("IS UNKNOWN"),
}  # fmt: skip
_TEXTO: dict[str, sql.SQL] = {
    "fts": sql.SQL("to_tsquery"), "plfts": sql.SQL("plainto_tsquery"), "phfts": sql.SQL("phraseto_tsquery"),
    "wfts": sql.SQL("websearch_to_tsquery"),
}  # fmt: skip
# Los nombres de tipo que son de la gramática de SQL: entre comillas dejarían de existir o serían otro tipo.
_TIPOS: dict[str, sql.SQL] = {
    nombre: sql.SQL(nombre)
    for nombre in (
        "int", "integer", "bigint", "smallint", "boolean", "real", "float", "double precision", "decimal",
        "dec", "numeric", "bit", "bit varying", "char", "character", "char varying", "character varying",
        "varchar", "nchar", "nchar varying", "national char", "national character", "national char varying",
        "national character varying", "time", "time with time zone", "time without time zone", "timestamp",
        "timestamp with time zone", "timestamp without time zone", "interval",
    )
}  # fmt: skip


class Parametro(sql.Composable):
    """``$n``. psycopg solo sabe de ``%s``; aquí se habla libpq directo."""

    _obj: int

    def as_bytes(self, context: Any = None) -> bytes:
        """El texto del parámetro."""
        return b"$%d" % self._obj


class ExpresionDeCatalogo(sql.Composable):
    """Una expresión que escribió el dueño de la tabla y que PostgreSQL regresó (un valor por omisión)."""

    _obj: str

    def as_bytes(self, context: Any = None) -> bytes:
        """La expresión tal cual."""
        return self._obj.encode()


class Valores:
    """Reúne los valores de una orden y entrega su ``$n``."""

    def __init__(self) -> None:
        self.lista: list[bytes | None] = []

    def agregar(self, valor: str | bytes | None) -> Parametro:
        """Guarda ``valor`` y regresa su parámetro."""
        self.lista.append(valor.encode() if isinstance(valor, str) else valor)
        return Parametro(len(self.lista))


def calificado(nombre: NombreCompleto) -> sql.Identifier:
    """``"esquema"."nombre"``."""
    return sql.Identifier(nombre.esquema, nombre.nombre)


def tipo(nombre: str) -> sql.Composable:
    """El tipo de una conversión ``::nombre``: el de la gramática de SQL, o uno del catálogo entre comillas."""
    plano = " ".join(nombre.lower().split())
    return _TIPOS.get(plano, sql.Identifier(plano))


def campo(dato: Campo, alias: str, tabla: Tabla | None, valores: Valores) -> sql.Composable:
    """Una columna con su camino JSON."""
    base: sql.Composable = sql.Identifier(alias, dato.nombre)
    if not dato.pasos:
        return base
    columna = tabla.columnas.get(dato.nombre) if tabla is not None else None
    if columna is None or not columna.es_json:
        base = sql.SQL("to_jsonb({})").format(base)
    partes: list[sql.Composable] = [base]
    for paso in dato.pasos:
        partes.append(sql.SQL("->>") if paso.texto else sql.SQL("->"))
        parametro = valores.agregar(str(paso.clave))
        partes.append(sql.SQL("{}::int").format(parametro) if isinstance(paso.clave, int) else parametro)
    return sql.SQL("({})").format(sql.Composed(partes))


def condicion(
    dato: Condicion,
    alias: str,
    tabla: Tabla | None,
    valores: Valores,
    especial: Callable[[Filtro], sql.Composable | None] | None = None,
) -> sql.Composable:
    """Una condición. ``especial`` puede resolver un filtro que no es sobre una columna."""
    if isinstance(dato, Logico):
        union = sql.SQL(" AND ") if dato.operador == "and" else sql.SQL(" OR ")
        hijos = union.join([condicion(h, alias, tabla, valores, especial) for h in dato.hijos])
        return sql.SQL("NOT ({})" if dato.negado else "({})").format(hijos)
    resuelto = especial(dato) if especial is not None else None
    if resuelto is None:
        resuelto = _filtro(dato, alias, tabla, valores)
    return sql.SQL("NOT ({})").format(resuelto) if dato.operacion.negado else resuelto


def _filtro(dato: Filtro, alias: str, tabla: Tabla | None, valores: Valores) -> sql.Composable:
    op = dato.operacion
    izquierda = campo(dato.campo, alias, tabla, valores)
    if isinstance(op.valor, tuple):
        return sql.SQL("{} = ANY ({})").format(izquierda, valores.agregar(arreglo(op.valor)))
    if op.operador == "is":
        return sql.SQL("{} {}").format(izquierda, _IS[op.valor])
    if op.operador in _TEXTO:
        return _busqueda(dato, op, op.valor, izquierda, tabla, valores)
    valor = op.valor.replace("*", "%") if op.operador in ("like", "ilike") else op.valor
    derecha: sql.Composable = valores.agregar(valor)
    if op.cuantificador is not None:
        derecha = sql.SQL("ANY ({})" if op.cuantificador == "any" else "ALL ({})").format(derecha)
    return sql.SQL("{} {} {}").format(izquierda, _SIMPLES[op.operador], derecha)


def _busqueda(
    dato: Filtro, op: Operacion, valor: str, izquierda: sql.Composable, tabla: Tabla | None, valores: Valores
) -> sql.Composable:
    idioma = sql.SQL("{}::regconfig, ").format(valores.agregar(op.idioma)) if op.idioma else VACIO
    columna = tabla.columnas.get(dato.campo.nombre) if tabla is not None else None
    # Lo que no es un tsvector se convierte con el mismo diccionario; de una columna calculada no se sabe.
    if dato.campo.pasos or (columna is not None and columna.base != "tsvector"):
        izquierda = sql.SQL("to_tsvector({}{})").format(idioma, izquierda)
    return sql.SQL("{} @@ {}({}{})").format(izquierda, _TEXTO[op.operador], idioma, valores.agregar(valor))


def arreglo(elementos: tuple[str, ...]) -> str:
    """Un literal de arreglo de PostgreSQL; todo va entre comillas, así ``NULL`` es texto y no nulo."""
    escapados = (e.replace("\\", "\\\\").replace('"', '\\"') for e in elementos)
    return "{" + ",".join(f'"{e}"' for e in escapados) + "}"


def orden(dato: Orden, expresion: sql.Composable) -> sql.Composable:
    """Un término de ORDER BY."""
    sentido = {"asc": sql.SQL(" ASC"), "desc": sql.SQL(" DESC")}.get(dato.sentido or "", VACIO)
    nulos = {"nullsfirst": sql.SQL(" NULLS FIRST"), "nullslast": sql.SQL(" NULLS LAST")}.get(
        dato.nulos or "", VACIO
    )
    return sql.Composed([expresion, sentido, nulos])
