"""Plan -> una sola orden SQL, con el JSON hecho por PostgreSQL.

La respuesta tiene siempre una fila con estas columnas: total (o nulo), filas de esta página, cuerpo, y lo que
la orden dejó en ``response.headers`` y ``response.status``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from psycopg import sql

from .arbol import Agregado, Filtro, Rango, Todo
from .fragmentos import (
    COMA,
    VACIO,
    Valores,
    Y,
    calificado,
    campo,
    condicion,
    orden,
    tipo,
)
from .planificador import ColumnaPlaneada, Expuesta, NodoLectura, es_nulidad_de_incrustado

Forma = Literal["arreglo", "objeto", "escalar", "escalares", "crudo", "csv", "nada"]
FUENTE = sql.Identifier("pgrst_source")
_AGREGADOS: dict[Agregado, sql.SQL] = {
    "sum": sql.SQL("sum"), "avg": sql.SQL("avg"), "min": sql.SQL("min"), "max": sql.SQL("max"),
    "count": sql.SQL("count"),
}  # fmt: skip


@dataclass(frozen=True)
class OrdenSql:
    """El texto (estable para peticiones de la misma forma) y sus valores."""

    texto: bytes
    valores: tuple[bytes | None, ...]


# --- lectura -------------------------------------------------------------------------------------------


def leer(
    nodo: NodoLectura,
    *,
    contar: bool,
    forma: Forma,
    sin_nulos: bool = False,
) -> OrdenSql:
    """SELECT sobre una tabla o vista."""
    assert nodo.tabla is not None  # noqa: S101 - una lectura siempre es de una tabla
    valores = Valores()
    desde = _de_tabla(nodo)
    seleccion = consulta_de(nodo, desde, valores)
    partes: list[sql.Composable] = [sql.SQL("WITH {} AS ({})").format(FUENTE, seleccion)]
    total: sql.Composable = sql.SQL("null::bigint")
    if contar:
        partes.append(sql.SQL(", pgrst_source_count AS ({})").format(conteo(nodo, desde, valores)))
        total = sql.SQL("(SELECT pg_catalog.count(*) FROM pgrst_source_count)")
    partes.append(envoltura(FUENTE, total, forma, sin_nulos))
    return terminar(partes, valores)


def _de_tabla(nodo: NodoLectura) -> sql.Composable:
    assert nodo.tabla is not None  # noqa: S101 - solo se llama con tabla
    return sql.SQL("{} AS {}").format(calificado(nodo.tabla.nombre), sql.Identifier(nodo.alias_sql))


def consulta_de(
    nodo: NodoLectura,
    desde: sql.Composable,
    valores: Valores,
    union: sql.Composable | None = None,
    *,
    con_filtros: bool = True,
) -> sql.Composable:
    """``SELECT ... FROM desde [JOIN LATERAL ...] WHERE ... GROUP BY ... ORDER BY ... LIMIT ...``."""
    salidas = _salidas(nodo, valores)
    uniones = [_unir_hijo(hijo, valores) for hijo in nodo.hijos]
    return sql.Composed(
        [
            sql.SQL("SELECT "),
            COMA.join([salida.expresion for salida in salidas]),
            sql.SQL(" FROM "),
            desde,
            *uniones,
            donde(nodo, valores, union, con_filtros=con_filtros),
            _agrupado(nodo, salidas),
            _ordenado(nodo, valores),
            recortado(nodo.rango, valores),
        ]
    )


@dataclass(frozen=True)
class _Salida:
    """Una columna de la lista de un SELECT; por las que no son agregados se agrupa."""

    expresion: sql.Composable
    es_agregado: bool = False


def _salidas(nodo: NodoLectura, valores: Valores) -> list[_Salida]:
    """Primero las columnas propias y después lo incrustado, cada cosa en el orden pedido."""
    salidas = [_columna(columna, nodo, valores) for columna in nodo.columnas]
    # json no se puede comparar y por él no se agrupa; jsonb sí.
    agrupable = sql.SQL("::jsonb") if nodo.agrega else VACIO
    for hijo in nodo.hijos:
        alias = sql.Identifier(hijo.alias_sql)
        if hijo.extendido is not None:
            salidas += [_extendida(nodo, hijo, expuesta, agrupable) for expuesta in hijo.expuestas()]
        elif not hijo.vacio:
            if hijo.relacion is not None and hijo.relacion.a_uno:
                dato = sql.SQL("row_to_json({}.*){}").format(alias, agrupable)
            else:
                dato = sql.SQL("COALESCE({}.{}, '[]'){}").format(alias, alias, agrupable)
            salidas.append(_Salida(_llamada(dato, hijo.etiqueta)))
    if not salidas and not nodo.hijos:
        # Nada pedido: el renglón entero, para que se pueda preguntar si lo hay y ordenar por él.
        salidas.append(_Salida(sql.SQL("{}.*").format(sql.Identifier(nodo.alias_sql))))
    return salidas


def _llamada(expresion: sql.Composable, nombre: str) -> sql.Composable:
    return sql.SQL("{} AS {}").format(expresion, sql.Identifier(nombre))


def _columna(columna: ColumnaPlaneada | Todo, nodo: NodoLectura, valores: Valores) -> _Salida:
    alias = sql.Identifier(nodo.alias_sql)
    if isinstance(columna, Todo):
        return _Salida(sql.SQL("{}.*").format(alias))
    expresion: sql.Composable
    # count() sin columna cuenta renglones; un renglón que falta (LEFT JOIN) es nulo y no cuenta.
    if columna.campo.nombre == "*" and columna.agregado is not None:
        expresion = alias if columna.interno is not None else sql.SQL("{}.*").format(alias)
    else:
        expresion = campo(columna.campo, nodo.alias_sql, nodo.tabla, valores)
    expresion = _convertida(expresion, columna.conversion)
    if columna.interno is not None:
        return _Salida(_llamada(expresion, columna.interno))
    if columna.agregado is not None:
        expresion = _agregada(expresion, columna.agregado, columna.conversion_agregado)
    return _Salida(_llamada(expresion, columna.nombre), columna.agregado is not None)


def _convertida(expresion: sql.Composable, conversion: str | None) -> sql.Composable:
    return expresion if conversion is None else sql.SQL("CAST({} AS {})").format(expresion, tipo(conversion))


def _agregada(expresion: sql.Composable, agregado: Agregado, conversion: str | None) -> sql.Composable:
    return _convertida(sql.SQL("{}({})").format(_AGREGADOS[agregado], expresion), conversion)


def _extendida(
    nodo: NodoLectura, hijo: NodoLectura, expuesta: Expuesta, agrupable: sql.Composable
) -> _Salida:
    """Una columna de ``...hijo(a,b)`` en el renglón del padre; sus agregados se calculan donde ya no sube."""
    expresion: sql.Composable = sql.Identifier(hijo.alias_sql, expuesta.interno)
    if expuesta.agregado is None:
        if hijo.extendido == "varios":
            expresion = sql.SQL("{}{}").format(expresion, agrupable)
        return _Salida(_llamada(expresion, expuesta.nombre))
    if nodo.extendido == "uno":
        return _Salida(_llamada(expresion, expuesta.interno))
    expresion = _agregada(expresion, expuesta.agregado, expuesta.conversion_agregado)
    return _Salida(_llamada(expresion, expuesta.nombre), es_agregado=True)


def _agrupado(nodo: NodoLectura, salidas: Sequence[_Salida]) -> sql.Composable:
    """GROUP BY por la posición de cada salida que no es un agregado."""
    if not nodo.agrega:
        return VACIO
    posiciones = [sql.Literal(n) for n, salida in enumerate(salidas, 1) if not salida.es_agregado]
    return sql.SQL(" GROUP BY {}").format(COMA.join(posiciones)) if posiciones else VACIO


def _unir_hijo(hijo: NodoLectura, valores: Valores) -> sql.Composable:
    """El JOIN LATERAL de un incrustado. Sin ``!inner`` nunca quita filas del padre."""
    assert hijo.relacion is not None  # noqa: S101 - solo se llama con incrustados
    alias = sql.Identifier(hijo.alias_sql)
    consulta = consulta_de(hijo, _de_hijo(hijo), valores, _empate(hijo))
    tipo_union = sql.SQL(" INNER JOIN LATERAL " if hijo.es_inner else " LEFT JOIN LATERAL ")
    if hijo.relacion.a_uno:
        return sql.SQL("{}({}) AS {} ON TRUE").format(tipo_union, consulta, alias)
    if hijo.extendido is None:
        listas: sql.Composable = sql.SQL("json_agg({}.*) AS {}").format(alias, alias)
    else:
        # La columna que se llama como el alias dice si hubo filas.
        columnas = [sql.SQL("nullif(pg_catalog.count(*), 0) AS {}").format(alias)]
        for expuesta in hijo.expuestas():
            dato = sql.Identifier(hijo.alias_sql, expuesta.interno)
            columnas.append(
                sql.SQL("COALESCE(json_agg({}), '[]') AS {}").format(dato, sql.Identifier(expuesta.interno))
            )
        listas = COMA.join(columnas)
    juntas = sql.SQL("SELECT {} FROM ({}) AS {}").format(listas, consulta, alias)
    exigencia = sql.SQL("{}.{} IS NOT NULL").format(alias, alias) if hijo.es_inner else sql.SQL("TRUE")
    return sql.SQL("{}({}) AS {} ON {}").format(tipo_union, juntas, alias, exigencia)


def _de_hijo(hijo: NodoLectura) -> sql.Composable:
    """De dónde sale un incrustado: su tabla, su tabla y el puente, o la función que lo calcula."""
    relacion = hijo.relacion
    assert relacion is not None  # noqa: S101 - solo se llama con incrustados
    if relacion.funcion is not None:
        return sql.SQL("{}({}.*::{}) AS {}").format(
            calificado(relacion.funcion),
            sql.Identifier(hijo.alias_padre),
            calificado(relacion.origen),
            sql.Identifier(hijo.alias_sql),
        )
    desde = _de_tabla(hijo)
    if relacion.puente is None:
        return desde
    return sql.SQL("{}, {} AS {}").format(
        desde, calificado(relacion.puente.tabla), sql.Identifier(hijo.alias_puente)
    )


def _empate(hijo: NodoLectura) -> sql.Composable | None:
    """Las igualdades que unen al hijo con la fila de su padre; una función no las necesita."""
    relacion = hijo.relacion
    assert relacion is not None  # noqa: S101 - solo se llama con incrustados
    if relacion.funcion is not None:
        return None
    if relacion.puente is None:
        return Y.join(
            [_igual(hijo.alias_sql, ajena, hijo.alias_padre, propia) for propia, ajena in relacion.columnas]
        )
    puente = relacion.puente
    return Y.join(
        [
            _igual(hijo.alias_puente, del_puente, hijo.alias_padre, propia)
            for propia, del_puente in puente.columnas_origen
        ]
        + [
            _igual(hijo.alias_puente, del_puente, hijo.alias_sql, ajena)
            for ajena, del_puente in puente.columnas_destino
        ]
    )


def _igual(alias_a: str, columna_a: str, alias_b: str, columna_b: str) -> sql.Composable:
    return sql.SQL("{} = {}").format(sql.Identifier(alias_a, columna_a), sql.Identifier(alias_b, columna_b))


def donde(
    nodo: NodoLectura,
    valores: Valores,
    union: sql.Composable | None = None,
    *,
    con_filtros: bool = True,
    con_incrustados: bool = True,
) -> sql.Composable:
    """WHERE con el empate y los filtros del nodo; sin ninguno, nada.

    Una escritura no junta lo incrustado: ahí (``con_incrustados=False``) todo filtro es de una columna.
    """
    partes = [union] if union is not None else []
    if con_filtros:
        partes += [
            condicion(
                dato, nodo.alias_sql, nodo.tabla, valores,
                (lambda f: _nulidad(nodo, f)) if con_incrustados else None,
            )
            for dato in nodo.condiciones
        ]  # fmt: skip
    return sql.SQL(" WHERE {}").format(Y.join(partes)) if partes else VACIO


def _nulidad(nodo: NodoLectura, filtro: Filtro) -> sql.Composable | None:
    """``incrustado=is.null``: filas sin nada del otro lado."""
    hijo = es_nulidad_de_incrustado(nodo, filtro)
    if hijo is None or hijo.relacion is None:
        return None
    alias = sql.Identifier(hijo.alias_sql)
    es_nulo = filtro.operacion.valor == "null"
    if hijo.relacion.a_uno:
        # IS NULL sobre un renglón también es cierto cuando todas sus columnas son nulas; esto no.
        return sql.SQL("{}.* IS NOT DISTINCT FROM NULL" if es_nulo else "{}.* IS DISTINCT FROM NULL").format(
            alias
        )
    return sql.SQL("{}.{} IS NULL" if es_nulo else "{}.{} IS NOT NULL").format(alias, alias)


def _ordenado(nodo: NodoLectura, valores: Valores) -> sql.Composable:
    if not nodo.ordenes:
        return VACIO
    terminos: list[sql.Composable] = []
    for dato in nodo.ordenes:
        hijo = nodo.hijo(dato.relacion) if dato.relacion is not None else None
        dueno = hijo if hijo is not None else nodo
        terminos.append(orden(dato, campo(dato.campo, dueno.alias_sql, dueno.tabla, valores)))
    return sql.SQL(" ORDER BY {}").format(COMA.join(terminos))


def recortado(rango: Rango, valores: Valores) -> sql.Composable:
    """LIMIT y OFFSET."""
    partes: list[sql.Composable] = []
    if rango.cuantas is not None:
        partes.append(sql.SQL(" LIMIT {}").format(valores.agregar(str(rango.cuantas))))
    if rango.desde:
        partes.append(sql.SQL(" OFFSET {}").format(valores.agregar(str(rango.desde))))
    return sql.Composed(partes)


# --- cuentas -------------------------------------------------------------------------------------------


def conteo(nodo: NodoLectura, desde: sql.Composable, valores: Valores) -> sql.Composable:
    """``SELECT 1`` por cada fila de la raíz, sin páginas ni columnas; ``!inner`` se vuelve EXISTS."""
    return _contable(nodo, desde, valores, None)


def _contable(
    nodo: NodoLectura, desde: sql.Composable, valores: Valores, union: sql.Composable | None
) -> sql.Composable:
    def existencia(filtro: Filtro) -> sql.Composable | None:
        hijo = es_nulidad_de_incrustado(nodo, filtro)
        if hijo is None:
            return None
        hay = _existe(hijo, valores)
        return sql.SQL("NOT {}").format(hay) if filtro.operacion.valor == "null" else hay

    partes = [union] if union is not None else []
    partes += [condicion(c, nodo.alias_sql, nodo.tabla, valores, existencia) for c in nodo.condiciones]
    partes += [_existe(hijo, valores) for hijo in nodo.hijos if hijo.es_inner]
    filtros = sql.SQL(" WHERE {}").format(Y.join(partes)) if partes else VACIO
    return sql.Composed([sql.SQL("SELECT 1 FROM "), desde, filtros])


def _existe(hijo: NodoLectura, valores: Valores) -> sql.Composable:
    return sql.SQL("EXISTS ({})").format(_contable(hijo, _de_hijo(hijo), valores, _empate(hijo)))


# --- la respuesta --------------------------------------------------------------------------------------


def envoltura(
    desde: sql.Composable,
    total: sql.Composable,
    forma: Forma,
    sin_nulos: bool,
    extras: Sequence[sql.Composable] = (),
) -> sql.Composable:
    """``extras`` son columnas que siguen a las de siempre."""
    return sql.SQL(
        " SELECT {} AS total_result_set, pg_catalog.count(_pgrst_t) AS page_total, {} AS body,"
        " nullif(pg_catalog.current_setting('response.headers', true), '') AS response_headers,"
        " nullif(pg_catalog.current_setting('response.status', true), '') AS response_status{}"
        " FROM {} AS _pgrst_t"
    ).format(
        total,
        _cuerpo(forma, sin_nulos),
        sql.Composed([sql.Composed([COMA, extra]) for extra in extras]),
        desde,
    )


def _cuerpo(forma: Forma, sin_nulos: bool) -> sql.Composable:
    if forma == "nada":
        return sql.SQL("''")
    if forma == "csv":
        return sql.SQL(
            "coalesce((SELECT string_agg(pgrst_k, ',') FROM (SELECT json_object_keys(row_to_json(pgrst_r)) AS pgrst_k"
            " FROM (SELECT * FROM pgrst_source LIMIT 1) AS pgrst_r) AS pgrst_ks), '') || E'\n' ||"
            " coalesce(string_agg(substring(_pgrst_t::text, 2, length(_pgrst_t::text) - 2), E'\n'), '')"
        )
    if forma == "crudo":
        return sql.SQL("(SELECT pgrst_scalar::text FROM pgrst_source LIMIT 1)")
    if forma == "escalar":
        juntas: sql.Composable = sql.SQL("json_agg(_pgrst_t.pgrst_scalar)->0")
        vacio = sql.SQL("'null'")
    elif forma == "escalares":
        juntas, vacio = sql.SQL("json_agg(_pgrst_t.pgrst_scalar)"), sql.SQL("'[]'")
    elif forma == "objeto":
        juntas, vacio = sql.SQL("json_agg(_pgrst_t)->0"), sql.SQL("'null'")
    else:
        juntas, vacio = sql.SQL("json_agg(_pgrst_t)"), sql.SQL("'[]'")
    if sin_nulos:
        juntas = sql.SQL("json_strip_nulls({})").format(juntas)
    return sql.SQL("coalesce(({})::text, {})").format(juntas, vacio)


def terminar(partes: Sequence[sql.Composable], valores: Valores) -> OrdenSql:
    return OrdenSql(sql.Composed(partes).as_bytes(None), tuple(valores.lista))
