"""Plan de una función -> la llamada con sus argumentos y la lectura de lo que regresa."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from psycopg import sql

from .compositor import FUENTE, Forma, OrdenSql, consulta_de, conteo, envoltura, terminar
from .esquema import Argumento, Funcion, Tabla
from .fragmentos import COMA, VACIO, Valores, arreglo, calificado
from .planificador import NodoLectura

SIN_TOTAL = sql.SQL("null::bigint")


@dataclass(frozen=True)
class DeJson:
    """Los argumentos vienen en un objeto JSON, o en la primera fila de un arreglo."""

    cuerpo: bytes
    nombres: frozenset[str]
    es_objeto: bool = True


@dataclass(frozen=True)
class Directos:
    """Los argumentos vienen como texto, cada uno por su nombre; uno variádico trae varios."""

    textos: Mapping[str, str | tuple[str, ...]]


@dataclass(frozen=True)
class Entero:
    """El cuerpo entero es el único argumento, que no tiene nombre."""

    cuerpo: bytes


Argumentos = DeJson | Directos | Entero


def llamar(
    nodo: NodoLectura,
    funcion: Funcion,
    argumentos: Argumentos,
    *,
    contar: bool,
    forma: Forma,
    sin_nulos: bool = False,
) -> OrdenSql:
    """Llama a ``funcion`` y le aplica lo que pide ``nodo`` (columnas, filtros, orden, páginas)."""
    if not isinstance(argumentos, DeJson) or nodo.hijos or nodo.condiciones or nodo.ordenes:
        return _componer(nodo, funcion, argumentos, contar, forma, sin_nulos)
    forma_del_pedido = (
        id(funcion), id(nodo.tabla), nodo.alias_sql, nodo.elementos, nodo.rango,
        argumentos.nombres, argumentos.es_objeto, contar, forma, sin_nulos,
    )  # fmt: skip
    guardada = _SIN_FILTROS.get(forma_del_pedido)
    if guardada is not None and guardada.funcion is funcion and guardada.tabla is nodo.tabla:
        return OrdenSql(guardada.texto, (argumentos.cuerpo,))
    orden = _componer(nodo, funcion, argumentos, contar, forma, sin_nulos)
    if orden.valores == (argumentos.cuerpo,):
        if len(_SIN_FILTROS) >= SIN_FILTROS_MAXIMAS:
            _SIN_FILTROS.clear()
        _SIN_FILTROS[forma_del_pedido] = _Compuesta(funcion, nodo.tabla, orden.texto)
    return orden


@dataclass(frozen=True)
class _Compuesta:
    """Guarda su función y su tabla: mientras viva, ningún otro objeto tiene sus ids."""

    funcion: Funcion
    tabla: Tabla | None
    texto: bytes


# Componer es un quinto de lo que cuesta una llamada, y quien llama sin filtros pide siempre lo mismo.
SIN_FILTROS_MAXIMAS = 1_000
_SIN_FILTROS: dict[tuple[object, ...], _Compuesta] = {}


def _componer(
    nodo: NodoLectura,
    funcion: Funcion,
    argumentos: Argumentos,
    contar: bool,
    forma: Forma,
    sin_nulos: bool,
) -> OrdenSql:
    valores = Valores()
    previas, dados = _argumentos(funcion, argumentos, valores)
    # Lo que no trae columnas se llama en la lista del SELECT: así vale también un ``record`` sin declarar.
    patron = (
        "{}{}({}) AS pgrst_call" if funcion.compuesta else "{}(SELECT {}({}) AS pgrst_scalar) AS pgrst_call"
    )
    llamada = sql.SQL(patron).format(previas, calificado(funcion.nombre), dados)
    partes: list[sql.Composable] = [
        sql.SQL("WITH {} AS (SELECT pgrst_call.* FROM {})").format(FUENTE, llamada)
    ]
    origen = sql.SQL("{} AS {}").format(FUENTE, sql.Identifier(nodo.alias_sql))
    desde = sql.SQL("({})").format(consulta_de(nodo, origen, valores))
    total: sql.Composable = SIN_TOTAL
    if contar:
        total = sql.SQL("(SELECT pg_catalog.count(*) FROM ({}) AS pgrst_total)").format(
            conteo(nodo, origen, valores)
        )
    partes.append(envoltura(desde, total, forma, sin_nulos))
    return terminar(partes, valores)


def _argumentos(
    funcion: Funcion, argumentos: Argumentos, valores: Valores
) -> tuple[sql.Composable, sql.Composable]:
    """Lo que va antes de la función en el FROM, y lo que va entre sus paréntesis."""
    if isinstance(argumentos, Entero):
        return VACIO, _con_tipo(
            _crudo(argumentos.cuerpo, funcion.argumentos[0]), funcion.argumentos[0], valores
        )
    if isinstance(argumentos, Directos):
        pares = [
            (a, _con_tipo(_texto(argumentos.textos[a.nombre]), a, valores))
            for a in funcion.argumentos
            if a.nombre in argumentos.textos
        ]
        return VACIO, COMA.join([_por_nombre(a, valor) for a, valor in pares])
    usados = [a for a in funcion.argumentos if a.nombre in argumentos.nombres]
    if not usados:
        return VACIO, VACIO
    tipos = COMA.join([sql.SQL("{} {}").format(sql.Identifier(a.nombre), calificado(a.tipo)) for a in usados])
    patron = (
        "json_to_record({}::json) AS pgrst_args({}), LATERAL "
        if argumentos.es_objeto
        else "(SELECT * FROM json_to_recordset({}::json) AS _({}) LIMIT 1) AS pgrst_args, LATERAL "
    )
    previas = sql.SQL(patron).format(valores.agregar(argumentos.cuerpo), tipos)
    return previas, COMA.join([_por_nombre(a, sql.Identifier("pgrst_args", a.nombre)) for a in usados])


def _por_nombre(argumento: Argumento, valor: sql.Composable) -> sql.Composable:
    patron = sql.SQL("VARIADIC {} := {}") if argumento.variadico else sql.SQL("{} := {}")
    return patron.format(sql.Identifier(argumento.nombre), valor)


def _con_tipo(texto: str | bytes, argumento: Argumento, valores: Valores) -> sql.Composable:
    return sql.SQL("{}::{}").format(valores.agregar(texto), calificado(argumento.tipo))


def _texto(dado: str | tuple[str, ...]) -> str:
    return dado if isinstance(dado, str) else arreglo(dado)


def _crudo(cuerpo: bytes, argumento: Argumento) -> str | bytes:
    """Un bytea viaja en hexadecimal: un parámetro de texto se corta en el byte cero."""
    return "\\x" + cuerpo.hex() if argumento.tipo.nombre == "bytea" else cuerpo
