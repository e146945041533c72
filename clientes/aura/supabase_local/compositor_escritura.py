"""Plan de una escritura -> INSERT, UPDATE o DELETE que regresa lo escrito como JSON.

Después de las columnas de toda respuesta van dos: cuántas filas se insertaron (en un upsert) y las llaves de la
fila insertada, como pares JSON, para ``Location``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from psycopg import sql

from .compositor import FUENTE, Forma, OrdenSql, consulta_de, donde, envoltura, terminar
from .esquema import Tabla
from .fragmentos import COMA, VACIO, ExpresionDeCatalogo, Valores, Y, arreglo, calificado, condicion
from .planificador import NodoLectura, columnas_necesarias

Regreso = Literal["filas", "llaves", "nada"]
"""``return=representation``, ``headers-only`` o ``minimal``."""
NULO = sql.SQL("null")
_CUERPO = "pgrst_body"
# Un upsert cuenta al insertar y descuenta al chocar: lo que queda son las filas nuevas. Siempre es cierto.
_CONTAR = sql.SQL(
    "pg_catalog.set_config('pgrst.inserted',"
    " (coalesce(nullif(pg_catalog.current_setting('pgrst.inserted', true), '')::int, 0) + 1)::text, true) <> ''"
)
_DESCONTAR = sql.SQL(
    "pg_catalog.set_config('pgrst.inserted',"
    " (coalesce(nullif(pg_catalog.current_setting('pgrst.inserted', true), '')::int, 0) - 1)::text, true) <> ''"
)
_INSERTADAS = sql.SQL("coalesce(nullif(pg_catalog.current_setting('pgrst.inserted', true), ''), '0')")


@dataclass(frozen=True)
class Escritura:
    """Qué se escribe y qué hacer cuando choca con una llave única."""

    tabla: Tabla
    columnas: tuple[str, ...]
    cuerpo: bytes
    es_objeto: bool
    """``cuerpo`` es un objeto (una fila); si no, un arreglo de filas."""
    resolucion: Literal["merge", "ignore"] | None = None
    en_conflicto: tuple[str, ...] = ()
    omision: bool = False
    """Las claves que falten en una fila toman el valor por omisión de la columna, no nulo."""
    es_put: bool = False
    """Los filtros de la raíz dicen qué fila del cuerpo se admite."""

    @property
    def mezcla(self) -> bool:
        """Si lo que choca se actualiza."""
        return self.resolucion == "merge" and bool(self.en_conflicto)


def insertar(
    nodo: NodoLectura, dato: Escritura, *, regreso: Regreso, forma: Forma, sin_nulos: bool = False
) -> OrdenSql:
    """INSERT (o upsert) de una o varias filas."""
    valores = Valores()
    tabla = dato.tabla
    partes: list[sql.Composable] = [
        sql.SQL("INSERT INTO {} AS {}").format(calificado(tabla.nombre), sql.Identifier(nodo.alias_sql))
    ]
    if dato.columnas:
        partes.append(
            sql.SQL("({}) SELECT {} FROM {}").format(
                COMA.join([sql.Identifier(c) for c in dato.columnas]),
                COMA.join([sql.Identifier(_CUERPO, c) for c in dato.columnas]),
                _filas(dato, valores),
            )
        )
    elif dato.es_objeto:
        partes.append(sql.SQL(" SELECT FROM (VALUES (1)) AS pgrst_body"))
    else:
        # Un arreglo de objetos vacíos: una fila de valores por omisión por cada uno.
        partes.append(
            sql.SQL(" SELECT FROM json_array_elements({}::json) AS pgrst_body").format(
                valores.agregar(dato.cuerpo)
            )
        )
    filtros: list[sql.Composable] = [_CONTAR] if dato.mezcla else []
    if dato.es_put:
        filtros += [condicion(c, _CUERPO, tabla, valores) for c in nodo.condiciones]
    if filtros:
        partes.append(sql.SQL(" WHERE {}").format(Y.join(filtros)))
    partes.append(_al_chocar(dato))
    partes.append(_regresando(nodo, tabla, regreso))
    extras: list[sql.Composable] = [_INSERTADAS if dato.mezcla else NULO]
    extras.append(_llaves(tabla, valores) if regreso == "llaves" and tabla.primaria else NULO)
    return _responder(nodo, sql.Composed(partes), valores, forma, sin_nulos, extras)


def _al_chocar(dato: Escritura) -> sql.Composable:
    if dato.resolucion is None or not dato.en_conflicto:
        return VACIO
    blanco = COMA.join([sql.Identifier(c) for c in dato.en_conflicto])
    if dato.resolucion == "ignore" or not dato.columnas:
        return sql.SQL(" ON CONFLICT({}) DO NOTHING").format(blanco)
    cambios = COMA.join(
        [sql.SQL("{} = EXCLUDED.{}").format(sql.Identifier(c), sql.Identifier(c)) for c in dato.columnas]
    )
    return sql.SQL(" ON CONFLICT({}) DO UPDATE SET {} WHERE {}").format(blanco, cambios, _DESCONTAR)


def _llaves(tabla: Tabla, valores: Valores) -> sql.Composable:
    """La llave primaria de la única fila insertada, como pares; nulo si no fue exactamente una."""
    return sql.SQL(
        "CASE WHEN pg_catalog.count(_pgrst_t) = 1 THEN (SELECT json_agg(json_build_array(par.key, par.value))"
        " FROM (SELECT row_to_json(fila) AS dato FROM {} AS fila LIMIT 1) AS una"
        " CROSS JOIN json_each_text(una.dato) AS par WHERE par.key = ANY ({}::text[])) END"
    ).format(FUENTE, valores.agregar(arreglo(tabla.primaria)))


def actualizar(
    nodo: NodoLectura, dato: Escritura, *, regreso: Regreso, forma: Forma, sin_nulos: bool = False
) -> OrdenSql:
    """UPDATE de las filas que cumplen los filtros de la raíz."""
    valores = Valores()
    alias = sql.Identifier(nodo.alias_sql)
    if dato.columnas:
        cambios = COMA.join(
            [sql.SQL("{} = {}").format(sql.Identifier(c), sql.Identifier(_CUERPO, c)) for c in dato.columnas]
        )
        consulta: sql.Composable = sql.Composed(
            [
                sql.SQL("UPDATE {} AS {} SET {} FROM {}").format(
                    calificado(dato.tabla.nombre), alias, cambios, _filas(dato, valores, una=True)
                ),
                donde(nodo, valores, con_incrustados=False),
                _regresando(nodo, dato.tabla, regreso),
            ]
        )
    else:
        # Sin columnas no hay nada que cambiar; se contesta con la forma de siempre y ninguna fila.
        consulta = sql.SQL("SELECT {} FROM {} AS {} WHERE false").format(
            _columnas(nodo, dato.tabla, regreso), calificado(dato.tabla.nombre), alias
        )
    return _responder(nodo, consulta, valores, forma, sin_nulos)


def borrar(
    nodo: NodoLectura, tabla: Tabla, *, regreso: Regreso, forma: Forma, sin_nulos: bool = False
) -> OrdenSql:
    """DELETE de las filas que cumplen los filtros de la raíz."""
    valores = Valores()
    consulta = sql.Composed(
        [
            sql.SQL("DELETE FROM {} AS {}").format(calificado(tabla.nombre), sql.Identifier(nodo.alias_sql)),
            donde(nodo, valores, con_incrustados=False),
            _regresando(nodo, tabla, regreso),
        ]
    )
    return _responder(nodo, consulta, valores, forma, sin_nulos)


def _filas(dato: Escritura, valores: Valores, *, una: bool = False) -> sql.Composable:
    """Las filas del cuerpo JSON con los tipos de sus columnas, como ``pgrst_body``."""
    columnas = [dato.tabla.columnas[c] for c in dato.columnas]
    cuerpo: sql.Composable = sql.SQL("{}::jsonb" if dato.omision else "{}::json").format(
        valores.agregar(dato.cuerpo)
    )
    con_omision = [c for c in columnas if c.omision is not None] if dato.omision else []
    if con_omision:
        faltantes = COMA.join(
            [
                sql.SQL("{}::text, {}").format(valores.agregar(c.nombre), ExpresionDeCatalogo(c.omision))
                for c in con_omision
            ]
        )
        patron = (
            "(jsonb_build_object({}) || {})"
            if dato.es_objeto
            else "(SELECT jsonb_agg(jsonb_build_object({}) || pgrst_fila) FROM jsonb_array_elements({}) AS pgrst_fila)"
        )
        cuerpo = sql.SQL(patron).format(faltantes, cuerpo)
    funciones = (
        ("jsonb_to_record", "jsonb_to_recordset") if dato.omision else ("json_to_record", "json_to_recordset")
    )
    tipos = COMA.join(
        [sql.SQL("{} {}").format(sql.Identifier(c.nombre), calificado(c.tipo)) for c in columnas]
    )
    return sql.SQL("(SELECT {} FROM {}({}) AS _({}){}) AS pgrst_body").format(
        COMA.join([sql.Identifier(c.nombre) for c in columnas]),
        sql.SQL(funciones[0] if dato.es_objeto else funciones[1]),
        cuerpo,
        tipos,
        sql.SQL(" LIMIT 1") if una else VACIO,
    )


def _columnas(nodo: NodoLectura, tabla: Tabla, regreso: Regreso) -> sql.Composable:
    """Solo las columnas que hacen falta: regresarlas exige permiso de lectura sobre ellas."""
    if regreso == "nada":
        return sql.SQL("1")
    nombres = columnas_necesarias(nodo)
    if nombres is None:
        return sql.SQL("{}.*").format(sql.Identifier(nodo.alias_sql))
    if regreso == "llaves":
        nombres = [*nombres, *(c for c in tabla.primaria if c not in nombres)]
    if not nombres:
        return sql.SQL("1")
    return COMA.join([sql.Identifier(nodo.alias_sql, n) for n in nombres])


def _regresando(nodo: NodoLectura, tabla: Tabla, regreso: Regreso) -> sql.Composable:
    return sql.SQL(" RETURNING {}").format(_columnas(nodo, tabla, regreso))


def _responder(
    nodo: NodoLectura,
    consulta: sql.Composable,
    valores: Valores,
    forma: Forma,
    sin_nulos: bool,
    extras: list[sql.Composable] | None = None,
) -> OrdenSql:
    partes: list[sql.Composable] = [sql.SQL("WITH {} AS ({})").format(FUENTE, consulta)]
    desde: sql.Composable = FUENTE
    if forma != "nada":
        origen = sql.SQL("{} AS {}").format(FUENTE, sql.Identifier(nodo.alias_sql))
        desde = sql.SQL("({})").format(consulta_de(nodo, origen, valores, con_filtros=False))
    partes.append(envoltura(desde, sql.SQL("null::bigint"), forma, sin_nulos, extras or [NULO, NULO]))
    return terminar(partes, valores)
