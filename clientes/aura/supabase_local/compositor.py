"""Plan -> una sola orden SQL, con el JSON hecho por PostgreSQL.

La respuesta tiene siempre una fila con estas columnas: total (o nulo), filas de esta página, cuerpo, y lo que
la orden dejó en ``response.headers`` y ``response.status``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from psycopg import sql

from .arbol import Campo, Columna, Elemento, Filtro, Incrustado, Rango, Todo
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
from .planificador import NodoLectura, es_nulidad_de_incrustado, hojas

Forma = Literal["arreglo", "objeto", "escalar", "escalares", "csv", "nada"]
FUENTE = sql.Identifier("pgrst_source")


@dataclass(frozen=True)
class OrdenSql:
    """El texto (estable para peticiones de la misma forma) y sus valores."""

    texto: bytes
    valores: tuple[bytes | None, ...]


# --- lectura -------------------------------------------------------------------------------------------


def leer(nodo: NodoLectura, *, contar: bool, forma: Forma, sin_nulos: bool = False) -> OrdenSql:
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
    """``SELECT ... FROM desde [JOIN LATERAL ...] WHERE ... ORDER BY ... LIMIT ...``."""
    uniones = [_unir_hijo(hijo, valores) for hijo in nodo.hijos]
    return sql.Composed(
        [
            sql.SQL("SELECT "),
            COMA.join(_lista_de_columnas(nodo, valores)),
            sql.SQL(" FROM "),
            desde,
            *uniones,
            donde(nodo, valores, union, con_filtros=con_filtros),
            _ordenado(nodo, valores),
            recortado(nodo.rango, valores),
        ]
    )


def _lista_de_columnas(nodo: NodoLectura, valores: Valores) -> list[sql.Composable]:
    salida: list[sql.Composable] = []
    hijos = iter(nodo.hijos)
    for elemento in nodo.elementos:
        if isinstance(elemento, Incrustado):
            hijo = next(hijos)
            if elemento.hijos:
                salida.extend(_columna_incrustada(hijo, elemento))
        else:
            salida.append(_columna(elemento, nodo, valores))
    return salida


def _columna(elemento: Elemento, nodo: NodoLectura, valores: Valores) -> sql.Composable:
    if isinstance(elemento, Todo):
        return sql.SQL("{}.*").format(sql.Identifier(nodo.alias_sql))
    assert isinstance(elemento, Columna)  # noqa: S101 - los incrustados se tratan aparte
    expresion = campo(elemento.campo, nodo.alias_sql, nodo.tabla, valores)
    if elemento.conversion is not None:
        expresion = sql.SQL("CAST({} AS {})").format(expresion, tipo(elemento.conversion))
    return sql.SQL("{} AS {}").format(
        expresion, sql.Identifier(elemento.alias or _nombre_natural(elemento.campo))
    )


def _nombre_natural(dato: Campo) -> str:
    """Sin alias, un camino JSON se llama como su última clave que no sea posición."""
    claves = [paso.clave for paso in dato.pasos if isinstance(paso.clave, str)]
    return claves[-1] if claves else dato.nombre


def _columna_incrustada(hijo: NodoLectura, elemento: Incrustado) -> list[sql.Composable]:
    alias = sql.Identifier(hijo.alias_sql)
    etiqueta = sql.Identifier(hijo.etiqueta)
    if elemento.extendido:
        return _columnas_extendidas(hijo)
    if hijo.relacion is not None and hijo.relacion.a_uno:
        return [sql.SQL("row_to_json({}.*) AS {}").format(alias, etiqueta)]
    return [sql.SQL("COALESCE({}.{}, '[]') AS {}").format(alias, alias, etiqueta)]


def _columnas_extendidas(hijo: NodoLectura) -> list[sql.Composable]:
    """Las columnas de ``...relacion(a,b)`` suben al renglón del padre con sus nombres."""
    alias = sql.Identifier(hijo.alias_sql)
    salida: list[sql.Composable] = []
    nietos = iter(hijo.hijos)
    for elemento in hijo.elementos:
        if isinstance(elemento, Todo):
            salida.append(sql.SQL("{}.*").format(alias))
        elif isinstance(elemento, Columna):
            nombre = elemento.alias or _nombre_natural(elemento.campo)
            salida.append(sql.Identifier(hijo.alias_sql, nombre))
        else:
            nieto = next(nietos)
            if elemento.extendido:
                salida += [sql.Identifier(hijo.alias_sql, nombre) for nombre in _nombres_extendidos(nieto)]
            elif elemento.hijos:
                salida.append(sql.Identifier(hijo.alias_sql, nieto.etiqueta))
    return salida


def _nombres_extendidos(nodo: NodoLectura) -> list[str]:
    nombres: list[str] = []
    nietos = iter(nodo.hijos)
    for elemento in nodo.elementos:
        if isinstance(elemento, Todo):
            nombres += list(nodo.tabla.columnas) if nodo.tabla is not None else []
        elif isinstance(elemento, Columna):
            nombres.append(elemento.alias or _nombre_natural(elemento.campo))
        else:
            nieto = next(nietos)
            if elemento.extendido:
                nombres += _nombres_extendidos(nieto)
            elif elemento.hijos:
                nombres.append(nieto.etiqueta)
    return nombres


def _unir_hijo(hijo: NodoLectura, valores: Valores) -> sql.Composable:
    """El JOIN LATERAL de un incrustado. Sin ``!inner`` nunca quita filas del padre."""
    assert hijo.relacion is not None and hijo.incrustado is not None and hijo.tabla is not None  # noqa: S101
    alias = sql.Identifier(hijo.alias_sql)
    desde = _de_tabla(hijo)
    if hijo.relacion.puente is not None:
        desde = sql.SQL("{}, {} AS {}").format(
            desde, calificado(hijo.relacion.puente.tabla), sql.Identifier(hijo.alias_puente)
        )
    consulta = consulta_de(hijo, desde, valores, _empate(hijo))
    es_inner = hijo.incrustado.union == "inner"
    tipo_union = sql.SQL(" INNER JOIN LATERAL " if es_inner else " LEFT JOIN LATERAL ")
    if hijo.relacion.a_uno:
        return sql.SQL("{}({}) AS {} ON TRUE").format(tipo_union, consulta, alias)
    juntas = sql.SQL("SELECT json_agg({}) AS {} FROM ({}) AS {}").format(alias, alias, consulta, alias)
    exigencia = sql.SQL("{}.{} IS NOT NULL").format(alias, alias) if es_inner else sql.SQL("TRUE")
    return sql.SQL("{}({}) AS {} ON {}").format(tipo_union, juntas, alias, exigencia)


def _empate(hijo: NodoLectura) -> sql.Composable:
    """Las igualdades que unen al hijo con la fila de su padre."""
    relacion = hijo.relacion
    assert relacion is not None  # noqa: S101 - solo se llama con incrustados
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
    nodo: NodoLectura, valores: Valores, union: sql.Composable | None = None, *, con_filtros: bool = True
) -> sql.Composable:
    partes = [union] if union is not None else []
    if con_filtros:
        partes += [
            condicion(dato, nodo.alias_sql, nodo.tabla, valores, lambda f: _nulidad(nodo, f))
            for dato in nodo.condiciones
        ]
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
        return sql.SQL("{} IS NOT DISTINCT FROM NULL" if es_nulo else "{} IS DISTINCT FROM NULL").format(
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
    partes: list[sql.Composable] = []
    if rango.cuantas is not None:
        partes.append(sql.SQL(" LIMIT {}").format(valores.agregar(str(rango.cuantas))))
    if rango.desde:
        partes.append(sql.SQL(" OFFSET {}").format(valores.agregar(str(rango.desde))))
    return sql.Composed(partes)


def conteo(nodo: NodoLectura, desde: sql.Composable, valores: Valores) -> sql.Composable:
    preguntados = {f.campo.nombre for c in nodo.condiciones for f in hojas(c)}
    uniones = [
        _unir_hijo(hijo, valores)
        for hijo in nodo.hijos
        if (hijo.incrustado is not None and hijo.incrustado.union == "inner") or hijo.etiqueta in preguntados
    ]
    return sql.Composed([sql.SQL("SELECT 1 FROM "), desde, *uniones, donde(nodo, valores)])


# --- la respuesta --------------------------------------------------------------------------------------


def envoltura(desde: sql.Composable, total: sql.Composable, forma: Forma, sin_nulos: bool) -> sql.Composable:
    return sql.SQL(
        " SELECT {} AS total_result_set, pg_catalog.count(_pgrst_t) AS page_total, {} AS body,"
        " nullif(pg_catalog.current_setting('response.headers', true), '') AS response_headers,"
        " nullif(pg_catalog.current_setting('response.status', true), '') AS response_status"
        " FROM {} AS _pgrst_t"
    ).format(total, _cuerpo(forma, sin_nulos), desde)


def _cuerpo(forma: Forma, sin_nulos: bool) -> sql.Composable:
    if forma == "nada":
        return sql.SQL("''")
    if forma == "csv":
        return sql.SQL(
            "coalesce((SELECT string_agg(pgrst_k, ',') FROM (SELECT json_object_keys(row_to_json(pgrst_r)) AS pgrst_k"
            " FROM (SELECT * FROM pgrst_source LIMIT 1) AS pgrst_r) AS pgrst_ks), '') || E'\n' ||"
            " coalesce(string_agg(substring(_pgrst_t::text, 2, length(_pgrst_t::text) - 2), E'\n'), '')"
        )
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
