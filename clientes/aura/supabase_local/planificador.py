"""Árbol + catálogo -> plan: aquí se encuentran las relaciones y se ven las ambigüedades."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from . import errores
from .arbol import (
    Agregado,
    Campo,
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
    Todo,
)
from .busqueda_relacion import buscar_relacion
from .esquema import Esquema, NombreCompleto, Relacion, Tabla
from .parecidos import mejor

# Un parecido menor enseñaría nombres de tablas a quien solo prueba.
PARECIDO_TABLA = 0.75


@dataclass(frozen=True, slots=True)
class ColumnaPlaneada:
    """Una columna de un nodo y el nombre con el que sale.

    Con ``interno``, su agregado no se calcula aquí: la columna sube con ese nombre y lo calcula el nodo que
    recibe lo extendido.
    """

    campo: Campo
    nombre: str
    conversion: str | None = None
    agregado: Agregado | None = None
    conversion_agregado: str | None = None
    interno: str | None = None


@dataclass(frozen=True, slots=True)
class Expuesta:
    """Una columna que un nodo extendido entrega a su padre."""

    interno: str
    nombre: str
    agregado: Agregado | None = None
    conversion_agregado: str | None = None


@dataclass
class NodoLectura:
    """Una tabla que se lee: la raíz o algo incrustado en otra."""

    nombre: str
    tabla: Tabla | None
    """``None`` cuando es el resultado de una función que no regresa filas de una tabla."""
    alias_sql: str
    elementos: tuple[Elemento, ...]
    columnas: list[ColumnaPlaneada | Todo] = field(default_factory=list)
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

    @property
    def extendido(self) -> Literal["uno", "varios"] | None:
        """Si sus columnas suben al padre: tal cual (``uno``) o cada una como un arreglo (``varios``)."""
        if self.incrustado is None or self.relacion is None or not self.incrustado.extendido:
            return None
        return "uno" if self.relacion.a_uno else "varios"

    @property
    def es_inner(self) -> bool:
        """Si quita del padre las filas que no tienen nada de este lado."""
        return self.incrustado is not None and self.incrustado.union == "inner"

    @property
    def vacio(self) -> bool:
        """Si no pide ninguna columna, ni de lo suyo ni de lo que incrusta: no sale en el JSON."""
        return not self.columnas and all(hijo.vacio for hijo in self.hijos)

    @property
    def agrega(self) -> bool:
        """Si calcula algún agregado: entonces lo demás es por lo que se agrupa."""
        if self.extendido == "uno":
            return False
        propios = any(isinstance(c, ColumnaPlaneada) and c.agregado is not None for c in self.columnas)
        return propios or any(
            expuesta.agregado is not None for h in self.hijos if h.extendido for expuesta in h.expuestas()
        )

    def expuestas(self) -> list[Expuesta]:
        """Lo que un nodo extendido entrega a su padre, en orden."""
        salida: list[Expuesta] = []
        for columna in self.columnas:
            if isinstance(columna, Todo):
                continue
            if columna.interno is not None:
                salida.append(
                    Expuesta(columna.interno, columna.nombre, columna.agregado, columna.conversion_agregado)
                )
            else:
                salida.append(Expuesta(columna.nombre, columna.nombre))
        for hijo in self.hijos:
            if hijo.extendido is None:
                if not hijo.vacio:
                    salida.append(Expuesta(hijo.etiqueta, hijo.etiqueta))
                continue
            for expuesta in hijo.expuestas():
                sube = self.extendido == "uno" and expuesta.agregado is not None
                salida.append(expuesta if sube else Expuesta(expuesta.nombre, expuesta.nombre))
        return salida

    def hijo(self, etiqueta: str) -> NodoLectura | None:
        """El incrustado que se llama así."""
        return next((h for h in self.hijos if h.etiqueta == etiqueta), None)

    def descendiente(self, nombre: str) -> NodoLectura | None:
        """El incrustado con ese alias; si ninguno, el de la tabla con ese nombre."""
        return self.hijo(nombre) or next((h for h in self.hijos if h.nombre == nombre), None)


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
        parecida = mejor(nombre.nombre, vecinas, PARECIDO_TABLA)
        pista = f"Perhaps you meant the table '{nombre.esquema}.{parecida}'" if parecida else None
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
    agregados: bool = False,
) -> NodoLectura:
    """El plan de un ``select`` (o de lo que se regresa de una escritura o de una función).

    ``max_filas`` corta cada nivel que puede traer varias filas; ``agregados`` permite ``sum()`` y compañía.

    Raises:
        ErrorApi: PGRST108, PGRST118, PGRST120, PGRST123, PGRST127, PGRST200 o PGRST201.
    """
    alias = _Alias()
    # Lo que una función regresa se llama como su tabla: por ese nombre se hallan sus relaciones.
    origen = tabla.nombre if tabla is not None else nombre
    raiz = NodoLectura(nombre.nombre, tabla, alias.para(origen.nombre), consulta.seleccion)
    for ruta, _ in (*consulta.condiciones, *consulta.ordenes, *consulta.rangos):
        _exigir_ruta(consulta.seleccion, ruta)
    _incrustar(esquema, raiz, origen, alias)
    for ruta, condicion in consulta.condiciones:
        _nodo(raiz, ruta).condiciones.append(condicion)
    for ruta, ordenes in reversed(consulta.ordenes):
        # Repetido, vale el primero.
        _nodo(raiz, ruta).ordenes = ordenes
    for ruta, rango in consulta.rangos:
        _nodo(raiz, ruta).rango = rango
    if rango_raiz is not None:
        raiz.rango = rango_raiz
    _columnas(raiz, alias, hay_agregados=False)
    _revisar(raiz, max_filas)
    _revisar_agregados(raiz, permitidos=agregados)
    return raiz


def _exigir_ruta(elementos: Sequence[Elemento], ruta: Ruta) -> None:
    """Lo que un filtro nombra tiene que estar en ``select``; se revisa antes que las relaciones."""
    for nombre in ruta:
        incrustados = [e for e in elementos if isinstance(e, Incrustado)]
        hallado = next((e for e in incrustados if (e.alias or e.nombre) == nombre), None) or next(
            (e for e in incrustados if e.nombre == nombre), None
        )
        if hallado is None:
            raise errores.no_incrustado(nombre)
        elementos = hallado.hijos


def _incrustar(esquema: Esquema, padre: NodoLectura, origen: NombreCompleto, alias: _Alias) -> None:
    for elemento in padre.elementos:
        if not isinstance(elemento, Incrustado):
            continue
        relacion = buscar_relacion(esquema, origen, elemento.nombre, elemento.pista)
        hijo = NodoLectura(
            elemento.nombre,
            esquema.tablas[relacion.destino],
            alias.para(f"{relacion.destino.nombre}_1"),
            elemento.hijos,
            relacion=relacion,
            incrustado=elemento,
            alias_padre=padre.alias_sql,
            alias_puente=alias.para(f"{relacion.puente.tabla.nombre}_1") if relacion.puente else "",
        )
        padre.hijos.append(hijo)
        _incrustar(esquema, hijo, relacion.destino, alias)


def _columnas(nodo: NodoLectura, alias: _Alias, *, hay_agregados: bool) -> None:
    """Da nombre a cada columna; ``*`` se vuelve la lista de columnas donde hay que nombrarlas una por una."""
    hay_agregados = hay_agregados or any(
        isinstance(e, Columna) and e.agregado is not None for e in nodo.elementos
    )
    for elemento in nodo.elementos:
        if isinstance(elemento, Todo):
            if nodo.tabla is not None and (hay_agregados or nodo.extendido is not None):
                nodo.columnas += [ColumnaPlaneada(Campo(nombre), nombre) for nombre in nodo.tabla.columnas]
            else:
                nodo.columnas.append(elemento)
        elif isinstance(elemento, Columna):
            sube = elemento.agregado is not None and nodo.extendido == "uno"
            nodo.columnas.append(
                ColumnaPlaneada(
                    elemento.campo,
                    elemento.alias or elemento.agregado or _nombre_natural(elemento.campo),
                    elemento.conversion,
                    elemento.agregado,
                    elemento.conversion_agregado,
                    alias.para(f"{nodo.alias_sql}_agregado") if sube else None,
                )
            )
    for hijo in nodo.hijos:
        _columnas(hijo, alias, hay_agregados=hay_agregados)


def _nombre_natural(dato: Campo) -> str:
    """Sin alias, un camino JSON se llama como su última clave que no sea posición."""
    claves = [paso.clave for paso in dato.pasos if isinstance(paso.clave, str)]
    return claves[-1] if claves else dato.nombre


def _nodo(raiz: NodoLectura, ruta: Ruta) -> NodoLectura:
    nodo = raiz
    for nombre in ruta:
        hijo = nodo.descendiente(nombre)
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
            raise errores.orden_relacionado(
                nodo.tabla.nombre.nombre if nodo.tabla is not None else nodo.nombre, orden.relacion
            )
    for condicion in nodo.condiciones:
        for filtro in hojas(condicion):
            if _es_de_incrustado(nodo, filtro) and es_nulidad_de_incrustado(nodo, filtro) is None:
                raise errores.filtro_sobre_incrustado(filtro.campo.nombre)
    for hijo in nodo.hijos:
        _revisar(hijo, max_filas)


def _revisar_agregados(nodo: NodoLectura, *, permitidos: bool) -> None:
    if not permitidos and any(isinstance(e, Columna) and e.agregado is not None for e in nodo.elementos):
        raise errores.agregados()
    for hijo in nodo.hijos:
        _revisar_agregados(hijo, permitidos=permitidos)
    if nodo.extendido == "varios" and nodo.agrega:
        raise errores.no_implementado(
            "Aggregates are not implemented for one-to-many or many-to-many spreads."
        )


def _es_de_incrustado(nodo: NodoLectura, filtro: Filtro) -> bool:
    """Si el filtro nombra a un incrustado y no a una columna."""
    if filtro.campo.pasos or (nodo.tabla is not None and filtro.campo.nombre in nodo.tabla.columnas):
        return False
    return nodo.hijo(filtro.campo.nombre) is not None


def es_nulidad_de_incrustado(nodo: NodoLectura, filtro: Filtro) -> NodoLectura | None:
    """El incrustado por el que pregunta ``incrustado=is.null``, si el filtro es de esos.

    Cuando una columna y un incrustado se llaman igual, ``is.null`` es del incrustado.
    """
    es_nulidad = filtro.operacion.operador == "is" and filtro.operacion.valor in ("null", "not_null")
    if filtro.campo.pasos or not es_nulidad:
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
    for columna in nodo.columnas:
        if isinstance(columna, Todo) or columna.campo.nombre == "*":
            return None
        nombres.append(columna.campo.nombre)
    for hijo in nodo.hijos:
        relacion = hijo.relacion
        if relacion is None:
            continue
        if relacion.funcion is not None:
            # Una relación calculada recibe el renglón entero.
            return None
        pares = relacion.puente.columnas_origen if relacion.puente else relacion.columnas
        nombres += [propia for propia, _ in pares]
    nombres += [orden.campo.nombre for orden in nodo.ordenes if orden.relacion is None]
    return list(dict.fromkeys(nombres))
