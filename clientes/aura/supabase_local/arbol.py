"""El árbol de una petición ya leída: lo que el cliente pidió, sin saber aún si existe en la base."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Ruta: TypeAlias = tuple[str, ...]
"""Camino de nombres incrustados desde la raíz; ``()`` es la raíz."""


@dataclass(frozen=True, slots=True)
class PasoJson:
    """``->clave`` (``texto=False``) o ``->>clave``; una clave entera es una posición."""

    clave: str | int
    texto: bool


@dataclass(frozen=True, slots=True)
class Campo:
    """Una columna y, si hay, el camino dentro de su JSON."""

    nombre: str
    pasos: tuple[PasoJson, ...] = ()


Agregado: TypeAlias = Literal["sum", "avg", "min", "max", "count"]


@dataclass(frozen=True, slots=True)
class Columna:
    """Una columna pedida en ``select``: ``alias:campo::conversion.agregado()::conversion_agregado``.

    ``count()`` sin columna es el campo ``*``.
    """

    campo: Campo
    alias: str | None = None
    conversion: str | None = None
    agregado: Agregado | None = None
    conversion_agregado: str | None = None


@dataclass(frozen=True, slots=True)
class Todo:
    """``*``."""


@dataclass(frozen=True, slots=True)
class Incrustado:
    """``alias:nombre!pista!inner(hijos)``; con ``extendido`` (``...nombre(hijos)``) sus columnas suben."""

    nombre: str
    hijos: tuple[Elemento, ...]
    alias: str | None = None
    pista: str | None = None
    union: Literal["inner", "left"] | None = None
    extendido: bool = False


Elemento: TypeAlias = Columna | Todo | Incrustado


@dataclass(frozen=True, slots=True)
class Operacion:
    """Un operador con su valor todavía como texto.

    ``valor`` es una lista para ``in``. ``cuantificador`` es ``any`` o ``all``; ``idioma`` el diccionario de
    búsqueda de texto.
    """

    operador: str
    valor: str | tuple[str, ...]
    negado: bool = False
    cuantificador: Literal["any", "all"] | None = None
    idioma: str | None = None


@dataclass(frozen=True, slots=True)
class Filtro:
    """``campo=operador.valor``."""

    campo: Campo
    operacion: Operacion


@dataclass(frozen=True, slots=True)
class Logico:
    """``and(...)`` u ``or(...)``, quizá negado."""

    operador: Literal["and", "or"]
    hijos: tuple[Condicion, ...]
    negado: bool = False


Condicion: TypeAlias = Filtro | Logico


@dataclass(frozen=True, slots=True)
class Orden:
    """Un término de ``order``; ``relacion`` cuando es por una columna de lo incrustado."""

    campo: Campo
    sentido: Literal["asc", "desc"] | None = None
    nulos: Literal["nullsfirst", "nullslast"] | None = None
    relacion: str | None = None


@dataclass(frozen=True, slots=True)
class Rango:
    """Desde qué fila (0 es la primera) y cuántas; ``None`` son todas."""

    desde: int = 0
    cuantas: int | None = None


@dataclass(frozen=True)
class Consulta:
    """Todo lo que llegó en la dirección de una petición."""

    seleccion: tuple[Elemento, ...] = (Todo(),)
    condiciones: tuple[tuple[Ruta, Condicion], ...] = ()
    ordenes: tuple[tuple[Ruta, tuple[Orden, ...]], ...] = ()
    rangos: tuple[tuple[Ruta, Rango], ...] = ()
    columnas: tuple[str, ...] | None = None
    en_conflicto: tuple[str, ...] = ()
    argumentos: tuple[tuple[str, str], ...] = ()
