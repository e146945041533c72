"""Plan de una escritura -> INSERT, UPDATE o DELETE que regresa lo escrito como JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from psycopg import sql

from .compositor import FUENTE, Forma, OrdenSql, consulta_de, donde, envoltura, terminar
from .esquema import Tabla
from .fragmentos import COMA, VACIO, ExpresionDeCatalogo, Valores, calificado
from .planificador import NodoLectura, columnas_necesarias


@dataclass(frozen=True)
class Escritura:
    """Qué se escribe y qué hacer cuando choca con una llave única."""

    tabla: Tabla
    columnas: tuple[str, ...]
    cuerpo: bytes
    resolucion: Literal["merge", "ignore"] | None = None
    en_conflicto: tuple[str, ...] = ()
    omision: bool = False
    """Las claves que falten en una fila toman el valor por omisión de la columna, no nulo."""
    objeto_vacio: bool = False


def insertar(nodo: NodoLectura, dato: Escritura, *, forma: Forma, sin_nulos: bool = False) -> OrdenSql:
    """INSERT (o upsert) de una o varias filas; con ``forma='nada'`` solo se cuentan."""
    valores = Valores()
    tabla = dato.tabla
    partes: list[sql.Composable] = [
        sql.SQL("INSERT INTO {} AS {}").format(calificado(tabla.nombre), sql.Identifier(nodo.alias_sql))
    ]
    if dato.columnas:
        lista = COMA.join([sql.Identifier(c) for c in dato.columnas])
        partes.append(
            sql.SQL("({}) SELECT {} FROM {}").format(
                lista,
                COMA.join([sql.Identifier("pgrst_body", c) for c in dato.columnas]),
                _filas(dato, valores),
            )
        )
    elif dato.objeto_vacio:
        partes.append(sql.SQL(" DEFAULT VALUES"))
    else:
        # Un arreglo sin filas, o de objetos vacíos: no hay nada que insertar.
        columnas = COMA.join([sql.Identifier(nodo.alias_sql, c) for c in tabla.columnas])
        consulta = sql.SQL("SELECT {} FROM {} AS {} WHERE false").format(
            columnas, calificado(tabla.nombre), sql.Identifier(nodo.alias_sql)
        )
        return _responder(nodo, consulta, valores, forma, sin_nulos)
    partes.append(_al_chocar(dato))
    partes.append(_regresando(nodo, forma))
    return _responder(nodo, sql.Composed(partes), valores, forma, sin_nulos)


def _al_chocar(dato: Escritura) -> sql.Composable:
    llaves = dato.en_conflicto or dato.tabla.primaria
    if dato.resolucion is None or not llaves:
        return VACIO
    blanco = COMA.join([sql.Identifier(c) for c in llaves])
    if dato.resolucion == "ignore" or not dato.columnas:
        return sql.SQL(" ON CONFLICT({}) DO NOTHING").format(blanco)
    cambios = COMA.join(
        [sql.SQL("{} = EXCLUDED.{}").format(sql.Identifier(c), sql.Identifier(c)) for c in dato.columnas]
    )
    return sql.SQL(" ON CONFLICT({}) DO UPDATE SET {}").format(blanco, cambios)


def actualizar(nodo: NodoLectura, dato: Escritura, *, forma: Forma, sin_nulos: bool = False) -> OrdenSql:
    """UPDATE de las filas que cumplen los filtros de la raíz."""
    valores = Valores()
    alias = sql.Identifier(nodo.alias_sql)
    if not dato.columnas:
        columnas = COMA.join([sql.Identifier(nodo.alias_sql, c) for c in dato.tabla.columnas])
        consulta: sql.Composable = sql.SQL("SELECT {} FROM {} AS {} WHERE false").format(
            columnas, calificado(dato.tabla.nombre), alias
        )
        return _responder(nodo, consulta, valores, forma, sin_nulos)
    cambios = COMA.join(
        [sql.SQL("{} = {}").format(sql.Identifier(c), sql.Identifier("pgrst_body", c)) for c in dato.columnas]
    )
    consulta = sql.Composed(
        [
            sql.SQL("UPDATE {} AS {} SET {} FROM {}").format(
                calificado(dato.tabla.nombre), alias, cambios, _filas(dato, valores, una=True)
            ),
            donde(nodo, valores),
            _regresando(nodo, forma),
        ]
    )
    return _responder(nodo, consulta, valores, forma, sin_nulos)


def borrar(nodo: NodoLectura, tabla: Tabla, *, forma: Forma, sin_nulos: bool = False) -> OrdenSql:
    """DELETE de las filas que cumplen los filtros de la raíz."""
    valores = Valores()
    consulta = sql.Composed(
        [
            sql.SQL("DELETE FROM {} AS {}").format(calificado(tabla.nombre), sql.Identifier(nodo.alias_sql)),
            donde(nodo, valores),
            _regresando(nodo, forma),
        ]
    )
    return _responder(nodo, consulta, valores, forma, sin_nulos)


def _filas(dato: Escritura, valores: Valores, *, una: bool = False) -> sql.Composable:
    """Las filas del cuerpo JSON con los tipos de sus columnas, como ``pgrst_body``."""
    columnas = [dato.tabla.columnas[c] for c in dato.columnas]
    cuerpo = sql.SQL("{}::jsonb" if dato.omision else "{}::json").format(valores.agregar(dato.cuerpo))
    con_omision = [c for c in columnas if c.omision is not None] if dato.omision else []
    if con_omision:
        faltantes = COMA.join(
            [
                sql.SQL("{}::text, {}").format(valores.agregar(c.nombre), ExpresionDeCatalogo(c.omision))
                for c in con_omision
            ]
        )
        cuerpo = sql.SQL(
            "(SELECT jsonb_agg(jsonb_build_object({}) || pgrst_fila) FROM jsonb_array_elements({}) AS pgrst_fila)"
        ).format(faltantes, cuerpo)
    funcion = sql.SQL("jsonb_to_recordset" if dato.omision else "json_to_recordset")
    tipos = COMA.join(
        [sql.SQL("{} {}").format(sql.Identifier(c.nombre), calificado(c.tipo)) for c in columnas]
    )
    return sql.SQL("(SELECT {} FROM {}({}) AS _({}){}) AS pgrst_body").format(
        COMA.join([sql.Identifier(c.nombre) for c in columnas]),
        funcion,
        cuerpo,
        tipos,
        sql.SQL(" LIMIT 1") if una else VACIO,
    )


def _regresando(nodo: NodoLectura, forma: Forma) -> sql.Composable:
    """Solo las columnas que hacen falta: RETURNING exige permiso de lectura sobre ellas."""
    if forma == "nada":
        return sql.SQL(" RETURNING 1")
    nombres = columnas_necesarias(nodo)
    if nombres is None:
        return sql.SQL(" RETURNING {}.*").format(sql.Identifier(nodo.alias_sql))
    if not nombres:
        return sql.SQL(" RETURNING 1")
    return sql.SQL(" RETURNING {}").format(COMA.join([sql.Identifier(nodo.alias_sql, n) for n in nombres]))


def _responder(
    nodo: NodoLectura, consulta: sql.Composable, valores: Valores, forma: Forma, sin_nulos: bool
) -> OrdenSql:
    partes: list[sql.Composable] = [sql.SQL("WITH {} AS ({})").format(FUENTE, consulta)]
    desde: sql.Composable = FUENTE
    if forma != "nada":
        origen = sql.SQL("{} AS {}").format(FUENTE, sql.Identifier(nodo.alias_sql))
        desde = sql.SQL("({})").format(consulta_de(nodo, origen, valores, con_filtros=False))
    partes.append(envoltura(desde, sql.SQL("null::bigint"), forma, sin_nulos))
    return terminar(partes, valores)
