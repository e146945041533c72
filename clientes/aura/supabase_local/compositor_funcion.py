"""Plan de una función -> la llamada con sus argumentos sacados de un JSON."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import sql

from .compositor import FUENTE, Forma, OrdenSql, consulta_de, conteo, envoltura, recortado, terminar
from .esquema import Funcion
from .fragmentos import COMA, VACIO, Valores, calificado
from .planificador import NodoLectura


def llamar(
    nodo: NodoLectura,
    funcion: Funcion,
    dados: Sequence[str],
    cuerpo: bytes,
    *,
    entera: bool,
    contar: bool,
    forma: Forma,
    sin_nulos: bool = False,
) -> OrdenSql:
    """Llama a ``funcion`` con los argumentos del JSON ``cuerpo`` (o con el JSON entero)."""
    valores = Valores()
    dato = valores.agregar(cuerpo)
    nombre = calificado(funcion.nombre)
    usados = [a for a in funcion.argumentos if a.nombre in set(dados)]
    argumentos_de: sql.Composable = VACIO
    if entera:
        llamada = sql.SQL("{}({}::{})").format(nombre, dato, calificado(funcion.argumentos[0].tipo))
    elif not usados:
        # El cuerpo vacío también viaja, para que la forma de la orden no dependa de él.
        llamada = sql.SQL("{}()").format(nombre)
        argumentos_de = sql.SQL("(SELECT {}::json) AS pgrst_payload, LATERAL ").format(dato)
    else:
        argumentos_de = sql.SQL("json_to_record({}::json) AS pgrst_args({}), LATERAL ").format(
            dato,
            COMA.join(
                [sql.SQL("{} {}").format(sql.Identifier(a.nombre), calificado(a.tipo)) for a in usados]
            ),
        )
        llamada = sql.SQL("{}({})").format(
            nombre,
            COMA.join(
                [
                    sql.SQL("VARIADIC {} := {}" if a.variadico else "{} := {}").format(
                        sql.Identifier(a.nombre), sql.Identifier("pgrst_args", a.nombre)
                    )
                    for a in usados
                ]
            ),
        )
    alias = sql.Identifier(nodo.alias_sql)
    if funcion.compuesta:
        fuente = sql.SQL("SELECT pgrst_call.* FROM {}{} AS pgrst_call").format(argumentos_de, llamada)
        partes: list[sql.Composable] = [sql.SQL("WITH {} AS ({})").format(FUENTE, fuente)]
        origen = sql.SQL("{} AS {}").format(FUENTE, alias)
        desde: sql.Composable = sql.SQL("({})").format(consulta_de(nodo, origen, valores))
        total: sql.Composable = sql.SQL("null::bigint")
        if contar:
            total = sql.SQL("(SELECT pg_catalog.count(*) FROM ({}) AS pgrst_total)").format(
                conteo(nodo, origen, valores)
            )
    else:
        fuente = sql.SQL("SELECT pgrst_call AS pgrst_scalar FROM {}{} AS pgrst_call").format(
            argumentos_de, llamada
        )
        partes = [sql.SQL("WITH {} AS ({})").format(FUENTE, fuente)]
        desde = sql.SQL("(SELECT * FROM {}{})").format(FUENTE, recortado(nodo.rango, valores))
        total = (
            sql.SQL("(SELECT pg_catalog.count(*) FROM {})").format(FUENTE)
            if contar
            else sql.SQL("null::bigint")
        )
    partes.append(envoltura(desde, total, forma, sin_nulos))
    return terminar(partes, valores)
