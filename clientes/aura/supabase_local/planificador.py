"""Árbol + catálogo -> plan: aquí se encuentran las relaciones y se ven las ambigüedades."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from . import errores
from .arbol import (
    Columna,
    Condicion,
    Consulta,
    Elemento,
    Filtro,
    Incrustado,
    Logico,
    Orden,
    Rango,
    Ruta,
)
from .esquema import Esquema, Funcion, NombreCompleto, Relacion, Tabla


@dataclass
class NodoLectura:
    """Una tabla que se lee: la raíz o algo incrustado en otra."""

    nombre: str
    tabla: Tabla | None
    """``None`` cuando es el resultado de una función que no regresa filas de una tabla."""
    alias_sql: str
    elementos: list[Elemento]
    """Columnas en el orden pedido; las incrustadas están en ``hijos`` con la misma identidad."""
    hijos: list[NodoLectura] = field(default_factory=list)
    relacion: Relacion | None = None
    incrustado: Incrustado | None = None
    alias_padre: str = ""
    alias_puente: str = ""
    condiciones: list[Condicion] = field(default_factory=list)
    ordenes: tuple[Orden, ...] = ()
    rango: Rango = Rango()

    @property
    def etiqueta(self) -> str:
        """El nombre con el que sale en el JSON y con el que lo llaman filtros y órdenes."""
        if self.incrustado is not None and self.incrustado.alias:
            return self.incrustado.alias
        return self.nombre

    def hijo(self, etiqueta: str) -> NodoLectura | None:
        """El incrustado que se llama así."""
        return next((h for h in self.hijos if h.etiqueta == etiqueta), None)


class _Alias:
    """Reparte alias de SQL que no se repiten; PostgreSQL corta los nombres a 63 bytes."""

    def __init__(self) -> None:
        self._usados: set[str] = set()

    def para(self, nombre: str) -> str:
        corto = nombre.encode()[:48].decode(errors="ignore")
        candidato, numero = nombre, 0
        while candidato in self._usados or len(candidato.encode()) > 63:
            numero += 1
            candidato = f"{corto}_{numero}"
        self._usados.add(candidato)
        return candidato


def buscar_tabla(esquema: Esquema, nombre: NombreCompleto) -> Tabla:
    """La tabla expuesta con ese nombre.

    Raises:
        ErrorApi: PGRST205 (404) si no está.
    """
    tabla = esquema.tablas.get(nombre)
    if tabla is None:
        vecinas = [t.nombre for t in esquema.tablas if t.esquema == nombre.esquema]
        parecida = difflib.get_close_matches(nombre.nombre, vecinas, 1)
        pista = f"Perhaps you meant the table '{nombre.esquema}.{parecida[0]}'" if parecida else None
        raise errores.ErrorApi(
            404, "PGRST205", f"Could not find the table '{nombre}' in the schema cache", None, pista
        )
    return tabla


def planear_lectura(
    esquema: Esquema,
    nombre: NombreCompleto,
    tabla: Tabla | None,
    consulta: Consulta,
    *,
    max_filas: int | None,
    rango_raiz: Rango | None = None,
) -> NodoLectura:
    """El plan de un ``select`` (o de lo que se regresa de una escritura o de una función).

    ``max_filas`` corta cada nivel que puede traer varias filas.

    Raises:
        ErrorApi: PGRST200, PGRST201, PGRST108, PGRST118 o PGRST120.
    """
    alias = _Alias()
    raiz = NodoLectura(nombre.nombre, tabla, alias.para(nombre.nombre), list(consulta.seleccion))
    _incrustar(esquema, raiz, alias)
    for ruta, condicion in consulta.condiciones:
        _nodo(raiz, ruta).condiciones.append(condicion)
    for ruta, ordenes in consulta.ordenes:
        _nodo(raiz, ruta).ordenes = ordenes
    for ruta, rango in consulta.rangos:
        _nodo(raiz, ruta).rango = rango
    if rango_raiz is not None:
        raiz.rango = rango_raiz
    _revisar(raiz, max_filas)
    return raiz


def _incrustar(esquema: Esquema, padre: NodoLectura, alias: _Alias) -> None:
    for elemento in padre.elementos:
        if not isinstance(elemento, Incrustado):
            continue
        relacion = _buscar_relacion(esquema, padre, elemento)
        hijo = NodoLectura(
            elemento.nombre,
            esquema.tablas[relacion.destino],
            alias.para(f"{relacion.destino.nombre}_1"),
            list(elemento.hijos),
            relacion=relacion,
            incrustado=elemento,
            alias_padre=padre.alias_sql,
            alias_puente=alias.para(f"{relacion.puente.tabla.nombre}_1") if relacion.puente else "",
        )
        if elemento.extendido and not relacion.a_uno:
            raise errores.no_implementado(
                f"'...{elemento.nombre}' trae varias filas: solo se extiende una relación a uno."
            )
        padre.hijos.append(hijo)
        _incrustar(esquema, hijo, alias)


def _nodo(raiz: NodoLectura, ruta: Ruta) -> NodoLectura:
    nodo = raiz
    for nombre in ruta:
        hijo = nodo.hijo(nombre)
        if hijo is None:
            raise errores.no_incrustado(nombre)
        nodo = hijo
    return nodo


def _revisar(nodo: NodoLectura, max_filas: int | None) -> None:
    if max_filas is not None and (nodo.relacion is None or not nodo.relacion.a_uno):
        cuantas = nodo.rango.cuantas
        nodo.rango = Rango(nodo.rango.desde, max_filas if cuantas is None else min(cuantas, max_filas))
    for orden in nodo.ordenes:
        if orden.relacion is None:
            continue
        hijo = nodo.hijo(orden.relacion)
        if hijo is None:
            raise errores.no_incrustado(orden.relacion)
        if hijo.relacion is None or not hijo.relacion.a_uno:
            raise errores.orden_relacionado(nodo.nombre, orden.relacion)
    for condicion in nodo.condiciones:
        for filtro in hojas(condicion):
            if es_nulidad_de_incrustado(nodo, filtro) is None:
                continue
            if filtro.operacion.operador != "is" or filtro.operacion.valor not in ("null", "not_null"):
                raise errores.filtro_sobre_incrustado(filtro.campo.nombre)
    for hijo in nodo.hijos:
        _revisar(hijo, max_filas)


def es_nulidad_de_incrustado(nodo: NodoLectura, filtro: Filtro) -> NodoLectura | None:
    """El incrustado por el que pregunta ``incrustado=is.null``, si el filtro es de esos."""
    if filtro.campo.pasos or (nodo.tabla is not None and filtro.campo.nombre in nodo.tabla.columnas):
        return None
    return nodo.hijo(filtro.campo.nombre)


def hojas(condicion: Condicion) -> Iterable[Filtro]:
    """Los filtros que hay dentro de una condición."""
    if isinstance(condicion, Logico):
        for hijo in condicion.hijos:
            yield from hojas(hijo)
    else:
        yield condicion


def columnas_necesarias(nodo: NodoLectura) -> list[str] | None:
    """Las columnas de la raíz que hacen falta para contestar; ``None`` son todas (``*``)."""
    nombres: list[str] = []
    for elemento in nodo.elementos:
        if isinstance(elemento, Columna):
            nombres.append(elemento.campo.nombre)
        elif not isinstance(elemento, Incrustado):
            return None
    for hijo in nodo.hijos:
        relacion = hijo.relacion
        if relacion is None:
            continue
        pares = relacion.puente.columnas_origen if relacion.puente else relacion.columnas
        nombres += [propia for propia, _ in pares]
    nombres += [orden.campo.nombre for orden in nodo.ordenes if orden.relacion is None]
    return list(dict.fromkeys(nombres))


# --- relaciones ----------------------------------------------------------------------------------------


def _buscar_relacion(esquema: Esquema, padre: NodoLectura, pedido: Incrustado) -> Relacion:
    origen = padre.tabla.nombre if padre.tabla is not None else NombreCompleto("", padre.nombre)
    todas = esquema.relaciones.get(origen, ())
    halladas = [r for r in todas if _corresponde(r, pedido.nombre, pedido.pista)]
    if len(halladas) == 1:
        return halladas[0]
    if not halladas:
        raise _sin_relacion(esquema, origen, pedido, todas)
    raise _relacion_ambigua(origen, pedido.nombre, halladas)


def _corresponde(relacion: Relacion, destino: str, pista: str | None) -> bool:
    """Las maneras de nombrar una relación: por tabla, por restricción o por su columna."""
    una_columna = len(relacion.columnas) == 1
    columna_origen = relacion.columnas[0][0] if una_columna else None
    columna_destino = relacion.columnas[0][1] if una_columna else None
    es_tabla = destino == relacion.destino.nombre
    if relacion.origen == relacion.destino and relacion.cardinalidad != "m2m":
        # Una llave a su misma tabla da dos relaciones: con el nombre de la tabla se pide la de varios y con
        # el de su columna la de uno.
        if pista is None:
            if es_tabla:
                return relacion.cardinalidad == "o2m"
            return relacion.cardinalidad == "m2o" and destino == columna_origen
        if not es_tabla:
            return False
        if relacion.cardinalidad == "m2o":
            return pista == columna_origen
        return pista in (columna_destino, relacion.restriccion)
    if pista is None:
        return es_tabla or (
            relacion.cardinalidad != "m2m" and destino in (relacion.restriccion, columna_origen)
        )
    if relacion.puente is not None:
        return es_tabla and pista == relacion.puente.tabla.nombre
    return (es_tabla or destino == relacion.restriccion) and pista in (
        relacion.restriccion, columna_origen, columna_destino
    )  # fmt: skip


def _sin_relacion(
    esquema: Esquema, origen: NombreCompleto, pedido: Incrustado, todas: Sequence[Relacion]
) -> errores.ErrorApi:
    con_pista = f"' using the hint '{pedido.pista}" if pedido.pista else ""
    pista: str | None = None
    if todas:
        parecidos = difflib.get_close_matches(pedido.nombre, {r.destino.nombre for r in todas}, 1)
        if parecidos and parecidos[0] != pedido.nombre:
            pista = f"Perhaps you meant '{parecidos[0]}' instead of '{pedido.nombre}'."
    return errores.ErrorApi(
        400,
        "PGRST200",
        f"Could not find a relationship between '{origen.nombre}' and '{pedido.nombre}' in the schema cache",
        f"Searched for a foreign key relationship between '{origen.nombre}' and '{pedido.nombre}{con_pista}' "
        f"in the schema '{origen.esquema}', but no matches were found.",
        pista,
    )


def _relacion_ambigua(origen: NombreCompleto, destino: str, halladas: Sequence[Relacion]) -> errores.ErrorApi:
    opciones = ", ".join(
        f"'{r.destino.nombre}!{r.puente.tabla.nombre if r.puente else r.restriccion}'" for r in halladas
    )
    return errores.ErrorApi(
        300,
        "PGRST201",
        f"Could not embed because more than one relationship was found for '{origen.nombre}' and '{destino}'",
        [_describir(r) for r in halladas],
        f"Try changing '{destino}' to one of the following: {opciones}. "
        "Find the desired relationship in the 'details' key.",
    )


def _describir(relacion: Relacion) -> dict[str, str]:
    def lista(nombres: Iterable[str]) -> str:
        return f"({', '.join(nombres)})"

    nombres = {"m2o": "many-to-one", "o2m": "one-to-many", "o2o": "one-to-one", "m2m": "many-to-many"}
    if relacion.puente is not None:
        p = relacion.puente
        texto = (
            f"{p.tabla.nombre} using {p.restriccion_origen}{lista(c for _, c in p.columnas_origen)} "
            f"and {p.restriccion_destino}{lista(c for _, c in p.columnas_destino)}"
        )
    else:
        texto = (
            f"{relacion.restriccion} using {relacion.origen.nombre}{lista(a for a, _ in relacion.columnas)} "
            f"and {relacion.destino.nombre}{lista(b for _, b in relacion.columnas)}"
        )
    return {
        "cardinality": nombres[relacion.cardinalidad],
        "embedding": f"{relacion.origen.nombre} with {relacion.destino.nombre}",
        "relationship": texto,
    }


# --- funciones -----------------------------------------------------------------------------------------


def buscar_funcion(
    esquema: Esquema, nombre: NombreCompleto, dados: frozenset[str], *, con_cuerpo_json: bool
) -> tuple[Funcion, bool]:
    """La función que acepta exactamente esos argumentos; el segundo valor dice si el cuerpo va entero.

    Raises:
        ErrorApi: PGRST202 (404) si ninguna, PGRST203 (300) si varias.
    """
    todas = esquema.funciones.get(nombre, ())
    halladas = [f for f in todas if _acepta(f, dados)]
    if len(halladas) == 1:
        return halladas[0], False
    if not halladas and con_cuerpo_json:
        enteras = [
            f
            for f in todas
            if len(f.argumentos) == 1
            and not f.argumentos[0].nombre
            and f.argumentos[0].tipo.nombre in ("json", "jsonb")
        ]  # fmt: skip
        if len(enteras) == 1:
            return enteras[0], True
        halladas = enteras
    if halladas:
        firmas = ", ".join(
            f"{f.nombre}({', '.join(f'{a.nombre} => {a.visible}' for a in f.argumentos)})" for f in halladas
        )
        raise errores.ErrorApi(
            300, "PGRST203", f"Could not choose the best candidate function between: {firmas}", None,
            "Try renaming the parameters or the function itself in the database so function overloading "
            "can be resolved",
        )  # fmt: skip
    raise _sin_funcion(esquema, nombre, dados, todas, con_cuerpo_json)


def _acepta(funcion: Funcion, dados: frozenset[str]) -> bool:
    if any(not a.nombre for a in funcion.argumentos):
        return False
    nombres = {a.nombre for a in funcion.argumentos}
    obligatorios = {a.nombre for a in funcion.argumentos if a.obligatorio}
    return obligatorios <= dados <= nombres


def _sin_funcion(
    esquema: Esquema, nombre: NombreCompleto, dados: frozenset[str], todas: Sequence[Funcion], con_json: bool
) -> errores.ErrorApi:
    orden = sorted(dados)
    lista = ", ".join(orden)
    forma = f"({lista})" if orden else " without parameters"
    detalle = f" with parameter{'s' if len(orden) > 1 else ''} {lista}" if orden else " without parameters"
    if con_json:
        detalle += " or with a single unnamed json/jsonb parameter"
    if todas:
        firmas = [f"({', '.join(sorted(a.nombre for a in f.argumentos))})" for f in todas]
        parecidas = difflib.get_close_matches(f"({lista})", firmas, 1, 0.3)
        pista = f"{nombre}{parecidas[0]}" if parecidas else None
    else:
        vecinas = [f.nombre for f in esquema.funciones if f.esquema == nombre.esquema]
        parecidas = difflib.get_close_matches(nombre.nombre, vecinas, 1)
        pista = f"{nombre.esquema}.{parecidas[0]}" if parecidas else None
    return errores.ErrorApi(
        404,
        "PGRST202",
        f"Could not find the function {nombre}{forma} in the schema cache",
        f"Searched for the function {nombre}{detalle}, but no matches were found in the schema cache.",
        f"Perhaps you meant to call the function {pista}" if pista else None,
    )
