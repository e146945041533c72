"""El total aproximado de una lectura: ``count=planned`` y ``count=estimated``.

Fuente: documentación de PostgREST 14, "Counting": ``planned`` es lo que estima el planificador; ``estimated``
cuenta de verdad hasta ``max_filas`` y de ahí en adelante estima.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from psycopg import sql

from .compositor import OrdenSql, conteo, terminar
from .conexiones import Fila
from .fragmentos import Valores, calificado
from .planificador import NodoLectura


def aproximado(nodo: NodoLectura, cuenta: str | None, max_filas: int | None) -> tuple[OrdenSql, ...]:
    """Las órdenes que hacen falta además de la lectura: el plan y, si se estima, el conteo con tope."""
    if cuenta not in ("planned", "estimated"):
        return ()
    plan = _orden(nodo, sql.SQL("EXPLAIN (FORMAT JSON) {}"))
    if cuenta == "planned":
        return (plan,)
    if max_filas is None:
        return plan, _orden(nodo, sql.SQL("SELECT pg_catalog.count(*) FROM ({}) AS pgrst_total"))
    contada = sql.SQL("SELECT pg_catalog.count(*) FROM ({} LIMIT {}) AS pgrst_total")
    return plan, _orden(nodo, contada, str(max_filas + 1))


def _orden(nodo: NodoLectura, patron: sql.SQL, *textos: str) -> OrdenSql:
    assert nodo.tabla is not None  # noqa: S101 - solo se cuenta así una tabla
    valores = Valores()
    desde = sql.SQL("{} AS {}").format(calificado(nodo.tabla.nombre), sql.Identifier(nodo.alias_sql))
    contado = conteo(nodo, desde, valores)
    return terminar([patron.format(contado, *(valores.agregar(t) for t in textos))], valores)


def total(fila: Fila, aproximados: Sequence[Sequence[Fila]], max_filas: int | None) -> int | None:
    """El total que se anuncia, o ``None`` si no se pidió contar."""
    if not aproximados:
        return int(fila[0]) if fila[0] is not None else None
    planeado = int(json.loads(aproximados[0][0][0] or b"[]")[0]["Plan"]["Plan Rows"])
    if len(aproximados) == 1:
        return planeado
    contado = int(aproximados[1][0][0] or b"0")
    if max_filas is not None and contado <= max_filas:
        return contado
    return max(contado, planeado)
