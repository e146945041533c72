"""Lee los filtros: ``eq.5``, ``not.in.(a,b)``, ``or=(a.eq.1,and(...))``.

La gramática: documentación de PostgREST, "Tables and Views", secciones "Horizontal Filtering" y "Operators".
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Literal

from .arbol import Condicion, Filtro, Logico, Operacion
from .errores import ErrorApi
from .lector import Lector

OPERADORES_CUANTIFICABLES = frozenset({"eq", "gte", "gt", "lte", "lt", "like", "ilike", "match", "imatch"})
OPERADORES_SIMPLES = frozenset({"neq", "cs", "cd", "ov", "sl", "sr", "nxr", "nxl", "adj"})
OPERADORES_TEXTO = frozenset({"fts", "plfts", "phfts", "wfts"})
OPERADORES = OPERADORES_CUANTIFICABLES | OPERADORES_SIMPLES | OPERADORES_TEXTO | {"in", "is", "isdistinct"}
VALORES_IS = frozenset({"null", "not_null", "true", "false", "unknown"})


def leer_operacion(texto: str) -> Operacion:
    """El valor de un filtro de primer nivel: ``not.eq.5``, ``in.(a,b)``, ``fts(spanish).gato``..."""
    lector = Lector(texto, "filter")
    operacion = _operacion(lector, _resto)
    lector.exige_fin()
    return operacion


def _resto(lector: Lector) -> str:
    valor = lector.texto[lector.pos :]
    lector.pos = len(lector.texto)
    return valor


def _valor_en_logica(lector: Lector) -> str:
    """Dentro de ``and``/``or``: entre comillas, un arreglo ``{...}`` o hasta la coma o el paréntesis."""
    citado = lector.citado_entero()
    if citado is not None:
        return citado
    inicio = lector.pos
    if lector.sigue("{"):
        cierre = lector.texto.find("}", inicio)
        if cierre > 0 and "{" not in lector.texto[inicio + 1 : cierre]:
            lector.pos = cierre + 1
            return lector.texto[inicio : lector.pos]
    while not lector.fin and lector.texto[lector.pos] not in ",)":
        lector.pos += 1
    return lector.texto[inicio : lector.pos]


def _operacion(lector: Lector, valor: Callable[[Lector], str]) -> Operacion:
    negado = lector.come("not.")
    inicio = lector.pos
    while not lector.fin and lector.texto[lector.pos].isalpha():
        lector.pos += 1
    operador = lector.texto[inicio : lector.pos]
    if operador == "in" and lector.come("."):
        return Operacion("in", _lista(lector), negado)
    if operador == "is" and lector.come("."):
        return Operacion("is", _valor_is(lector), negado)
    if operador == "isdistinct" and lector.come("."):
        return Operacion("isdistinct", valor(lector), negado)
    if operador in OPERADORES_TEXTO:
        idioma = None
        if lector.sigue("(") and not lector.sigue("()"):
            lector.come("(")
            idioma = lector.identificador("letter or digit")
            lector.exige(")")
        if lector.come("."):
            return Operacion(operador, valor(lector), negado, None, idioma)
    if operador in OPERADORES_SIMPLES and lector.come("."):
        return Operacion(operador, valor(lector), negado)
    if operador in OPERADORES_CUANTIFICABLES:
        cuantificador: Literal["any", "all"] | None = None
        if lector.come("(any)"):
            cuantificador = "any"
        elif lector.come("(all)"):
            cuantificador = "all"
        if lector.come("."):
            return Operacion(operador, valor(lector), negado, cuantificador)
    raise _operador_malo(lector, inicio, negado=negado)


def _operador_malo(lector: Lector, inicio: int, *, negado: bool) -> ErrorApi:
    """Lo que no es un operador: se señala donde dejó de parecerse a uno."""
    lector.pos = inicio
    esperado = "operator (eq, gt, ...)" if negado else '"not" or operator (eq, gt, ...)'
    parecidos = [operador for operador in OPERADORES if lector.sigue(operador)]
    if not parecidos:
        return lector.falla_en_palabra("in" if negado else "not", esperado)
    operador = max(parecidos, key=len)
    pos = inicio + len(operador)
    con_parentesis = operador in OPERADORES_CUANTIFICABLES or operador in OPERADORES_TEXTO
    if con_parentesis and lector.texto.startswith("(", pos):
        pos += 1
    return lector.falla("operator (eq, gt, ...)", pos=pos)


def _valor_is(lector: Lector) -> str:
    inicio = lector.pos
    while not lector.fin and (lector.texto[lector.pos].isalpha() or lector.texto[lector.pos] == "_"):
        lector.pos += 1
    palabra = lector.texto[inicio : lector.pos].lower()
    if palabra not in VALORES_IS:
        iguales = max(len(os.path.commonprefix([palabra, valor])) for valor in VALORES_IS)
        raise lector.falla("isVal: (null, not_null, true, false, unknown)", pos=inicio + iguales)
    return palabra


def _lista(lector: Lector) -> tuple[str, ...]:
    lector.espacios()
    lector.exige("(")
    lector.espacios()
    elementos = [_elemento_de_lista(lector)]
    while lector.come(","):
        elementos.append(_elemento_de_lista(lector))
    lector.exige(")")
    lector.espacios()
    return () if elementos == [""] else tuple(elementos)


def _elemento_de_lista(lector: Lector) -> str:
    citado = lector.citado_entero()
    if citado is not None:
        return citado
    inicio = lector.pos
    while not lector.fin and lector.texto[lector.pos] not in ",)":
        lector.pos += 1
    return lector.texto[inicio : lector.pos]


def leer_logica(operador: str, texto: str) -> Logico:
    """``or=(a.eq.1,and(b.gt.2,c.is.null))``; ``operador`` es ``and``, ``or``, ``not.and`` o ``not.or``."""
    lector = Lector(operador + texto, "logic tree", texto)
    condicion = _condicion(lector)
    lector.exige_fin()
    if not isinstance(condicion, Logico):
        raise lector.falla("logic operator (and, or)")
    return condicion


def _condicion(lector: Lector) -> Condicion:
    """Un filtro; si no lo es, un grupo: ``and`` y ``or`` también pueden ser nombres de columnas."""
    inicio = lector.pos
    try:
        campo = lector.campo()
        lector.espacios()
        lector.exige(".")
        return Filtro(campo, _operacion(lector, _valor_en_logica))
    except ErrorApi as error:
        sin_filtro, avanzo = error, lector.pos > inicio
    lector.pos = inicio
    negado = lector.come("not.")
    operador = next((o for o in ("and", "or") if lector.come(o)), None)
    if operador is not None:
        lector.espacios()
        lector.exige("(")
        return _grupo(lector, "and" if operador == "and" else "or", negado)
    if negado:
        raise lector.falla("logic operator (and, or)")
    if avanzo:
        raise sin_filtro
    raise lector.falla("field name (* or [a..z0..9_$]), negation operator (not) or logic operator (and, or)")


def _grupo(lector: Lector, operador: Literal["and", "or"], negado: bool) -> Logico:
    lector.baja()
    hijos: list[Condicion] = []
    while True:
        lector.espacios()
        hijos.append(_condicion(lector))
        lector.espacios()
        if not lector.come(","):
            break
    lector.sube()
    lector.exige(")")
    return Logico(operador, tuple(hijos), negado)
