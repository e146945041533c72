"""Lee ``select`` y ``order``: columnas, alias, conversiones, agregados, caminos JSON e incrustados.

La gramática: documentación de PostgREST, "Vertical Filtering", "Resource Embedding", "Aggregate Functions" y
"Ordering".
"""

from __future__ import annotations

from typing import Literal

from .arbol import Agregado, Campo, Columna, Elemento, Incrustado, Orden, Todo
from .errores import ErrorApi
from .lector import Lector

_SIGUE_A_UN_CAMPO = 'letter, digit, "-", "->>", "->", delimiter (.), "," or end of input'
AGREGADOS: dict[str, Agregado] = {"sum": "sum", "avg": "avg", "min": "min", "max": "max", "count": "count"}


def leer_select(texto: str) -> tuple[Elemento, ...]:
    """``select=``: columnas, alias, conversiones, caminos JSON e incrustados a cualquier hondura."""
    lector = Lector(texto, "select parameter")
    elementos = _elementos(lector)
    lector.exige_fin()
    return elementos


def _elementos(lector: Lector) -> tuple[Elemento, ...]:
    lector.espacios()
    if lector.fin or lector.sigue(")"):
        return ()
    salida = [_elemento(lector)]
    while True:
        lector.espacios()
        if not lector.come(","):
            return tuple(salida)
        lector.espacios()
        salida.append(_elemento(lector))


def _elemento(lector: Lector) -> Elemento:
    if lector.come("..."):
        return _incrustado(lector, lector.nombre(), None, extendido=True)
    if lector.come("*"):
        lector.espacios()
        if not lector.fin and lector.texto[lector.pos] not in ",)":
            raise lector.falla('")", "," or end of input', suelto=True)
        return Todo()
    citado = lector.sigue('"')
    nombre = lector.nombre()
    alias: str | None = None
    if lector.sigue(":") and not lector.sigue("::"):
        lector.come(":")
        alias = nombre
        citado = lector.sigue('"')
        nombre = lector.nombre()
    if nombre == "count" and not citado and lector.come("()"):
        return _al_final(lector, Columna(Campo("*"), alias, None, "count", _conversion(lector)))
    # ``count`` no se incrusta: sería la función.
    if (lector.sigue("!") or lector.sigue("(")) and nombre != "count":
        return _incrustado(lector, nombre, alias, extendido=False)
    pasos = lector.pasos_json()
    conversion = _conversion(lector)
    agregado: Agregado | None = None
    conversion_agregado: str | None = None
    if lector.come("."):
        inicio = lector.pos
        agregado = next((a for palabra, a in AGREGADOS.items() if lector.come(palabra)), None)
        if agregado is None:
            raise lector.falla('"sum", "avg", "count", "max" or "min"', pos=inicio)
        lector.exige("()")
        conversion_agregado = _conversion(lector)
    return _al_final(lector, Columna(Campo(nombre, pasos), alias, conversion, agregado, conversion_agregado))


def _al_final(lector: Lector, columna: Columna) -> Columna:
    lector.espacios()
    if not lector.fin and lector.texto[lector.pos] not in ",)":
        raise lector.falla(
            'letter, digit, "-", "->>", "->", "::", ".", ")", "," or end of input', suelto=True
        )
    return columna


def _conversion(lector: Lector) -> str | None:
    return lector.identificador("letter or digit") if lector.come("::") else None


def _incrustado(lector: Lector, nombre: str, alias: str | None, *, extendido: bool) -> Incrustado:
    pista: str | None = None
    union: Literal["inner", "left"] | None = None
    while lector.come("!"):
        citada = lector.sigue('"')
        palabra = lector.nombre()
        if palabra == "inner" and union is None and not citada:
            union = "inner"
        elif palabra == "left" and union is None and not citada:
            union = "left"
        elif pista is None:
            pista = palabra
        else:
            raise lector.falla('"("')
    lector.exige("(")
    lector.baja()
    hijos = _elementos(lector)
    lector.sube()
    lector.exige(")")
    return Incrustado(nombre, hijos, alias, pista, union, extendido)


def leer_orden(texto: str) -> tuple[Orden, ...]:
    """``order=a.desc.nullslast,b->>c,relacion(d).asc``."""
    lector = Lector(texto, "order")
    terminos = [_termino(lector)]
    while lector.come(","):
        lector.espacios()
        terminos.append(_termino(lector))
    lector.exige_fin()
    return tuple(terminos)


def _termino(lector: Lector) -> Orden:
    campo = lector.campo()
    relacion: str | None = None
    if not campo.pasos and lector.come("("):
        parentesis = lector.pos - 1
        relacion = campo.nombre
        campo = lector.campo()
        if not lector.come(")"):
            raise lector.falla(_SIGUE_A_UN_CAMPO, pos=parentesis, suelto=True)
    sentido: Literal["asc", "desc"] | None = None
    nulos: Literal["nullsfirst", "nullslast"] | None = None
    if lector.come(".asc"):
        sentido = "asc"
    elif lector.come(".desc"):
        sentido = "desc"
    if lector.come(".nullsfirst"):
        nulos = "nullsfirst"
    elif lector.come(".nullslast"):
        nulos = "nullslast"
    lector.espacios()
    if not lector.fin and not lector.sigue(","):
        raise _orden_malo(lector, con_sentido=sentido is not None, con_nulos=nulos is not None)
    return Orden(campo, sentido, nulos, relacion)


def _orden_malo(lector: Lector, *, con_sentido: bool, con_nulos: bool) -> ErrorApi:
    """Lo que sobra en un término de ``order``, dicho según hasta dónde se entendió."""
    if not con_nulos and lector.come("."):
        if con_sentido:
            return lector.falla_en_palabra("nullsfirst", '"nullsfirst" or "nullslast"')
        return lector.falla_en_palabra("asc", '"asc", "desc", "nullsfirst" or "nullslast"')
    if con_nulos:
        return lector.falla('"," or end of input', suelto=True)
    if con_sentido:
        return lector.falla('delimiter (.), "," or end of input', suelto=True)
    return lector.falla(_SIGUE_A_UN_CAMPO, suelto=True)
