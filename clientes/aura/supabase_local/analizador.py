"""Lee la gramática de PostgREST (texto -> árbol). Lo que no la cumple es PGRST100; nada se adivina.

La gramática: documentación de PostgREST, "Tables and Views", "Resource Embedding" y "URL Grammar".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

from . import errores
from .arbol import (
    Campo,
    Columna,
    Condicion,
    Consulta,
    Elemento,
    Filtro,
    Incrustado,
    Logico,
    Operacion,
    Orden,
    Rango,
    Ruta,
    Todo,
)
from .lector import Lector

OPERADORES_CUANTIFICABLES = frozenset({"eq", "gte", "gt", "lte", "lt", "like", "ilike", "match", "imatch"})
OPERADORES_SIMPLES = frozenset({"neq", "cs", "cd", "ov", "sl", "sr", "nxr", "nxl", "adj"})
OPERADORES_TEXTO = frozenset({"fts", "plfts", "phfts", "wfts"})
VALORES_IS = frozenset({"null", "not_null", "true", "false", "unknown"})
AGREGADOS = frozenset({"sum", "avg", "min", "max", "count"})


# --- select --------------------------------------------------------------------------------------------


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
        return Todo()
    nombre = lector.nombre()
    alias: str | None = None
    if lector.sigue(":") and not lector.sigue("::"):
        lector.come(":")
        alias = nombre
        nombre = lector.nombre()
    if lector.sigue("!") or lector.sigue("("):
        if nombre == "count" and lector.sigue("()"):
            raise errores.agregados()
        return _incrustado(lector, nombre, alias, extendido=False)
    pasos = lector.pasos_json()
    conversion = _conversion(lector)
    if lector.come("."):
        agregado = lector.nombre("aggregate function")
        if agregado in AGREGADOS and lector.come("()"):
            raise errores.agregados()
        raise lector.falla("aggregate function")
    if not lector.fin and lector.texto[lector.pos] not in ",)":
        raise lector.falla('"->", "::", "," or end of input')
    return Columna(Campo(nombre, pasos), alias, conversion)


def _conversion(lector: Lector) -> str | None:
    return lector.nombre("type name") if lector.come("::") else None


def _incrustado(lector: Lector, nombre: str, alias: str | None, *, extendido: bool) -> Incrustado:
    pista: str | None = None
    union: Literal["inner", "left"] | None = None
    while lector.come("!"):
        palabra = lector.nombre()
        if palabra == "inner" and union is None:
            union = "inner"
        elif palabra == "left" and union is None:
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


# --- filtros -------------------------------------------------------------------------------------------


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
    inicio = lector.pos
    if lector.sigue('"'):
        valor = lector.entre_comillas()
        if lector.fin or lector.texto[lector.pos] in ",)":
            return valor
        lector.pos = inicio
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
    esperado = "operator (eq, gt, ...)"
    if operador == "in" and lector.come("."):
        return Operacion("in", _lista(lector), negado)
    if operador == "is" and lector.come("."):
        return Operacion("is", _valor_is(lector), negado)
    if operador == "isdistinct" and lector.come("."):
        return Operacion("isdistinct", valor(lector), negado)
    if operador in OPERADORES_TEXTO:
        idioma = None
        if lector.come("("):
            idioma = lector.nombre("text search configuration")
            lector.exige(")")
        lector.exige(".")
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
    lector.pos = inicio
    raise lector.falla(esperado)


def _valor_is(lector: Lector) -> str:
    inicio = lector.pos
    while not lector.fin and (lector.texto[lector.pos].isalpha() or lector.texto[lector.pos] == "_"):
        lector.pos += 1
    palabra = lector.texto[inicio : lector.pos].lower()
    if palabra not in VALORES_IS:
        lector.pos = inicio
        raise lector.falla("isVal: (null, not_null, true, false, unknown)")
    return palabra


def _lista(lector: Lector) -> tuple[str, ...]:
    lector.exige("(")
    elementos = [_elemento_de_lista(lector)]
    while lector.come(","):
        elementos.append(_elemento_de_lista(lector))
    lector.exige(")")
    return () if elementos == [""] else tuple(elementos)


def _elemento_de_lista(lector: Lector) -> str:
    inicio = lector.pos
    if lector.sigue('"'):
        valor = lector.entre_comillas()
        if not lector.fin and lector.texto[lector.pos] in ",)":
            return valor
        lector.pos = inicio
    while not lector.fin and lector.texto[lector.pos] not in ",)":
        lector.pos += 1
    return lector.texto[inicio : lector.pos]


def leer_logica(operador: str, texto: str) -> Logico:
    """``or=(a.eq.1,and(b.gt.2,c.is.null))``; ``operador`` es ``and``, ``or``, ``not.and`` o ``not.or``."""
    lector = Lector(operador + texto, "logic tree")
    condicion = _condicion(lector)
    lector.exige_fin()
    if not isinstance(condicion, Logico):
        raise lector.falla("logic operator (and, or)")
    return condicion


def _condicion(lector: Lector) -> Condicion:
    inicio = lector.pos
    negado = lector.come("not.")
    for operador in ("and", "or"):
        if lector.come(operador):
            lector.espacios()
            if lector.come("("):
                return _grupo(lector, "and" if operador == "and" else "or", negado)
        lector.pos = inicio + (4 if negado else 0)
    lector.pos = inicio
    campo = lector.campo()
    lector.exige(".")
    return Filtro(campo, _operacion(lector, _valor_en_logica))


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


# --- order ---------------------------------------------------------------------------------------------


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
        relacion = campo.nombre
        campo = lector.campo()
        lector.exige(")")
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
    if not lector.fin and not lector.sigue(","):
        raise lector.falla('",", "asc", "desc", "nullsfirst" or "nullslast"')
    return Orden(campo, sentido, nulos, relacion)


# --- la dirección entera -------------------------------------------------------------------------------


def leer_ruta(clave: str) -> tuple[Ruta, Campo]:
    """``a.b.columna->x``: el camino de incrustados y el campo."""
    lector = Lector(clave, "tree path")
    nombres = [lector.nombre()]
    while lector.come("."):
        nombres.append(lector.nombre())
    pasos = lector.pasos_json()
    lector.exige_fin()
    return tuple(nombres[:-1]), Campo(nombres[-1], pasos)


def _ruta_de(clave: str, palabra: str) -> Ruta:
    ruta, campo = leer_ruta(clave)
    if campo.nombre != palabra:
        raise errores.analisis(clave, 0, palabra, de="tree path")
    return ruta


def _entero(texto: str, de: str) -> int:
    lector = Lector(texto, de)
    if not texto.lstrip("-").isascii() or not texto.lstrip("-").isdigit() or len(texto) > 18:
        raise lector.falla("digit")
    valor = int(texto)
    if valor < 0:
        raise errores.rango("Limit should be greater than or equal to zero.")
    return valor


def leer_nombres(texto: str, de: str) -> tuple[str, ...]:
    """Una lista de nombres separados por comas (``columns``, ``on_conflict``)."""
    lector = Lector(texto, de)
    nombres = [lector.nombre()]
    while lector.come(","):
        lector.espacios()
        nombres.append(lector.nombre())
    lector.exige_fin()
    return tuple(nombres)


def leer_consulta(parametros: Iterable[tuple[str, str]], *, es_rpc_get: bool = False) -> Consulta:
    """Lee los parámetros de la dirección.

    En un RPC por GET, lo que no trae operador es un argumento de la función.

    Raises:
        ErrorApi: PGRST100 con lo primero que no se entiende.
    """
    seleccion: tuple[Elemento, ...] = (Todo(),)
    condiciones: list[tuple[Ruta, Condicion]] = []
    ordenes: list[tuple[Ruta, tuple[Orden, ...]]] = []
    limites: dict[Ruta, int] = {}
    inicios: dict[Ruta, int] = {}
    columnas: tuple[str, ...] | None = None
    en_conflicto: tuple[str, ...] = ()
    argumentos: list[tuple[str, str]] = []
    for clave, valor in parametros:
        ultima = clave.rpartition(".")[2]
        if clave == "select":
            seleccion = leer_select(valor)
        elif clave == "columns":
            columnas = leer_nombres(valor, "columns parameter") if valor else None
        elif clave == "on_conflict":
            en_conflicto = leer_nombres(valor, "on_conflict parameter") if valor else ()
        elif ultima == "order":
            if valor:
                ordenes.append((_ruta_de(clave, "order"), leer_orden(valor)))
        elif ultima == "limit":
            limites[_ruta_de(clave, "limit")] = _entero(valor, "limit")
        elif ultima == "offset":
            inicios[_ruta_de(clave, "offset")] = _entero(valor, "offset")
        elif ultima in ("and", "or"):
            ruta = _ruta_de(clave, ultima)
            operador = ultima
            if ruta and ruta[-1] == "not":
                ruta, operador = ruta[:-1], f"not.{ultima}"
            condiciones.append((ruta, leer_logica(operador, valor)))
        else:
            try:
                operacion = leer_operacion(valor)
            except errores.ErrorApi:
                if not es_rpc_get:
                    raise
                argumentos.append((clave, valor))
                continue
            ruta, campo = leer_ruta(clave)
            condiciones.append((ruta, Filtro(campo, operacion)))
    rangos = tuple(
        (ruta, Rango(inicios.get(ruta, 0), limites.get(ruta)))
        for ruta in {**dict.fromkeys(limites), **dict.fromkeys(inicios)}
    )
    return Consulta(
        seleccion, tuple(condiciones), tuple(ordenes), rangos, columnas, en_conflicto, tuple(argumentos)
    )
