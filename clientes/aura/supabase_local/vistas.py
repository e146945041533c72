"""De qué columna de qué tabla viene cada columna de una vista.

PostgreSQL guarda la definición de una vista como un árbol de análisis (``pg_rewrite.ev_action``) y en cada
columna de su lista anota la tabla y la columna de origen (``resorigtbl``, ``resorigcol``), aun a través de
subconsultas. El formato del texto: el lector de PostgreSQL, ``src/backend/nodes/read.c``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

# Dentro de una palabra, la diagonal invertida escapa el carácter que sigue.
_TROZO = re.compile(r"[(){}]|(?:\\.|[^\s(){}\\])+", re.DOTALL)
_LISTA = ":targetList"
_DATOS = (":resno", ":resorigtbl", ":resorigcol")


@dataclass(frozen=True, slots=True)
class Origen:
    """Una columna (por número) de una vista y la tabla y columna de donde sale."""

    columna: int
    tabla: int
    columna_tabla: int


@dataclass(frozen=True)
class Vista:
    """Una vista del catálogo, con los nombres de sus columnas y de dónde salen."""

    oid: int
    esquema: str
    nombre: str
    columnas: Mapping[int, str]
    origenes: tuple[Origen, ...]


def leer_origenes(arbol: str) -> tuple[Origen, ...]:
    """Las columnas de la lista de salida de la vista que salen tal cual de una tabla o de otra vista."""
    return tuple(
        Origen(numero, tabla, columna)
        for numero, tabla, columna in _entradas(arbol)
        if tabla and columna and numero
    )


def _entradas(arbol: str) -> Iterator[tuple[int, int, int]]:
    """Los tres números de cada ``TARGETENTRY`` de la consulta de afuera.

    La consulta es una llave de hondura 1 y sus ``TARGETENTRY`` de hondura 2; los de las subconsultas están
    más hondo.
    """
    hondura = 0
    en_lista = en_entrada = False
    clave = ""
    datos: dict[str, int] = {}
    for hallado in _TROZO.finditer(arbol):
        trozo = hallado[0]
        if trozo == "{":
            hondura += 1
            clave = ""
        elif trozo == "}":
            if hondura == 2 and en_entrada:
                yield datos.get(":resno", 0), datos.get(":resorigtbl", 0), datos.get(":resorigcol", 0)
                en_entrada, datos = False, {}
            hondura -= 1
            clave = ""
        elif hondura == 1 and trozo.startswith(":"):
            if en_lista:
                return
            en_lista = trozo == _LISTA
        elif hondura == 2 and en_lista:
            if trozo == "TARGETENTRY":
                en_entrada = True
            elif trozo.startswith(":"):
                clave = trozo
            elif en_entrada and clave in _DATOS:
                datos[clave] = int(trozo)
                clave = ""


class Procedencia:
    """Sigue las columnas de las vistas hasta sus tablas, también a través de otras vistas."""

    def __init__(self, vistas: Sequence[Vista]) -> None:
        self._vistas = {vista.oid: vista for vista in vistas}
        self._hechas: dict[int, dict[tuple[int, int], list[str]]] = {}

    def de(self, oid: int) -> Mapping[tuple[int, int], Sequence[str]]:
        """``(tabla, número de columna)`` -> columnas de la vista que la muestran, en orden."""
        if oid not in self._hechas:
            vista = self._vistas[oid]
            salida: dict[tuple[int, int], list[str]] = {}
            for origen in vista.origenes:
                nombre = vista.columnas.get(origen.columna)
                for fuente in self._seguir(origen.tabla, origen.columna_tabla, frozenset({oid})):
                    if nombre is not None and nombre not in salida.setdefault(fuente, []):
                        salida[fuente].append(nombre)
            self._hechas[oid] = salida
        return self._hechas[oid]

    def _seguir(self, tabla: int, columna: int, vistos: frozenset[int]) -> list[tuple[int, int]]:
        vista = self._vistas.get(tabla)
        if vista is None or tabla in vistos:
            return [(tabla, columna)]
        salida: list[tuple[int, int]] = []
        for origen in vista.origenes:
            if origen.columna == columna:
                salida += self._seguir(origen.tabla, origen.columna_tabla, vistos | {tabla})
        return salida
