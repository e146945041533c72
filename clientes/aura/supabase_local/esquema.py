"""El catálogo de la base tal como la API lo usa: tablas, columnas, relaciones y funciones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class NombreCompleto:
    """Esquema y nombre de una tabla o función."""

    esquema: str
    nombre: str

    def __str__(self) -> str:
        return f"{self.esquema}.{self.nombre}"


@dataclass(frozen=True, slots=True)
class ColumnaTabla:
    """Una columna; ``omision`` es la expresión SQL de su valor por omisión, tal como la da el catálogo."""

    nombre: str
    tipo: NombreCompleto
    base: str
    generada: bool
    omision: str | None

    @property
    def es_json(self) -> bool:
        """Si guarda json o jsonb."""
        return self.base in ("json", "jsonb")


@dataclass(frozen=True)
class Tabla:
    """Una tabla o vista expuesta."""

    nombre: NombreCompleto
    columnas: Mapping[str, ColumnaTabla]
    primaria: tuple[str, ...]
    es_vista: bool
    insertable: bool = True
    actualizable: bool = True
    borrable: bool = True


@dataclass(frozen=True)
class Argumento:
    """Un argumento de entrada de una función."""

    nombre: str
    tipo: NombreCompleto
    visible: str
    obligatorio: bool
    variadico: bool


@dataclass(frozen=True)
class Funcion:
    """Una función expuesta."""

    nombre: NombreCompleto
    argumentos: tuple[Argumento, ...]
    volatil: bool
    conjunto: bool
    compuesta: bool
    nada: bool
    tabla: NombreCompleto | None
    medio: str | None = None
    """El tipo de medio, cuando regresa un dominio que se llama como uno (``"image/png"``)."""
    base: str = ""
    """El tipo de lo que regresa; de un dominio, el que tiene debajo."""


Cardinalidad = Literal["o2m", "m2o", "o2o", "m2m"]
_ORDEN: dict[Cardinalidad, int] = {"o2m": 0, "m2o": 1, "o2o": 2, "m2m": 3}
Pares = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Puente:
    """La tabla intermedia de un muchos a muchos, con sus dos llaves."""

    tabla: NombreCompleto
    restriccion_origen: str
    restriccion_destino: str
    columnas_origen: Pares
    """Pares (columna del origen, columna del puente)."""
    columnas_destino: Pares
    """Pares (columna del destino, columna del puente)."""


@dataclass(frozen=True)
class Relacion:
    """Cómo se llega de ``origen`` a ``destino``; ``columnas`` son pares (del origen, del destino)."""

    origen: NombreCompleto
    destino: NombreCompleto
    cardinalidad: Cardinalidad
    restriccion: str
    columnas: Pares
    puente: Puente | None = None
    funcion: NombreCompleto | None = None
    """La función de una relación calculada."""
    destino_es_vista: bool = False
    reflexiva: bool = False
    """Una llave de una tabla a sí misma; entre una vista y su tabla no lo es."""

    @property
    def a_uno(self) -> bool:
        """Si del otro lado hay a lo más una fila."""
        return self.cardinalidad in ("m2o", "o2o")

    @property
    def orden(self) -> tuple[object, ...]:
        """El orden en que se enumeran cuando hay ambigüedad."""
        destino = (self.destino.esquema, self.destino.nombre, self.reflexiva, _ORDEN[self.cardinalidad])
        if self.puente is not None:
            p = self.puente
            return (*destino, p.tabla.esquema, p.tabla.nombre, p.restriccion_origen, p.restriccion_destino,
                    p.columnas_origen, p.columnas_destino)  # fmt: skip
        return (*destino, self.restriccion, self.columnas)


@dataclass(frozen=True)
class Esquema:
    """Una foto del catálogo."""

    tablas: Mapping[NombreCompleto, Tabla] = field(default_factory=dict)
    relaciones: Mapping[NombreCompleto, tuple[Relacion, ...]] = field(default_factory=dict)
    funciones: Mapping[NombreCompleto, tuple[Funcion, ...]] = field(default_factory=dict)
