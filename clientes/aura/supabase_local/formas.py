"""La forma de una lectura: lo que dos peticiones comparten cuando solo cambian los datos de sus filtros.

Una lectura se analiza, planea y compone con una marca en lugar de cada dato; lo compuesto se guarda por su forma, y la
siguiente petición igual solo pone los suyos. El texto de la orden nunca depende de un dato: los datos son parámetros.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from .arbol import Rango
from .compositor import OrdenSql
from .esquema import Esquema
from .medios import Medio

# Los operadores cuyo dato llega tal cual a un parámetro; ``like`` y ``in`` lo cambian y ``is`` no lleva ninguno.
_CON_DATO = re.compile(r"(?:not\.)?(?:eq|neq|gte?|lte?|i?match|isdistinct|cs|cd|ov|s[lr]|nx[rl]|adj)\.")
_NO_SON_FILTROS = frozenset({"select", "columns", "on_conflict", "order", "limit", "offset", "and", "or"})
FORMAS_EN_MEMORIA = 500
FORMA_MAXIMA = 4_000
"""Letras; una más larga (una lista ``in`` de mil llaves) no se va a repetir."""

Parametros = Sequence[tuple[str, str]]


def separar(parametros: Parametros) -> tuple[tuple[tuple[str, str], ...], list[str]]:
    """Los parámetros sin los datos de sus filtros, y esos datos en orden."""
    forma: list[tuple[str, str]] = []
    datos: list[str] = []
    for par in parametros:
        clave, valor = par
        hallado = _CON_DATO.match(valor)
        if hallado is None or clave.rpartition(".")[2] in _NO_SON_FILTROS:
            forma.append(par)
        else:
            forma.append((clave, hallado[0]))
            datos.append(valor[hallado.end() :])
    return tuple(forma), datos


def cabe(forma: Parametros) -> bool:
    """Si vale la pena guardar lo que se componga para esta forma."""
    return sum(len(clave) + len(valor) for clave, valor in forma) <= FORMA_MAXIMA


def marcar(forma: Parametros) -> tuple[list[tuple[str, str]], int]:
    """Los parámetros con una marca por dato, y cuántas. Una marca lleva el carácter cero, que ningún dato trae."""
    marcados: list[tuple[str, str]] = []
    cuantas = 0
    for clave, valor in forma:
        hallado = _CON_DATO.fullmatch(valor)
        if hallado is not None and clave.rpartition(".")[2] not in _NO_SON_FILTROS:
            valor = f"{valor}\0{cuantas}"
            cuantas += 1
        marcados.append((clave, valor))
    return marcados, cuantas


@dataclass(frozen=True)
class Molde:
    """Una orden con huecos: donde va un dato hay un número, el de su lugar en la petición."""

    texto: bytes
    valores: tuple[bytes | None | int, ...]

    @classmethod
    def de(cls, orden: OrdenSql, huecos: int) -> Molde | None:
        """El molde de una orden compuesta con marcas; ``None`` si alguna marca no llegó entera a un parámetro."""
        marcas = {f"\0{n}".encode(): n for n in range(huecos)}
        valores = tuple(marcas.get(v, v) if v is not None else None for v in orden.valores)
        sueltas = any(isinstance(v, bytes) and b"\0" in v for v in valores)
        hallados = {v for v in valores if isinstance(v, int)}
        return cls(orden.texto, valores) if not sueltas and len(hallados) == huecos else None

    def con(self, datos: Sequence[str]) -> OrdenSql:
        """La orden con los datos de una petición."""
        return OrdenSql(
            self.texto, tuple([datos[v].encode() if isinstance(v, int) else v for v in self.valores])
        )


@dataclass(frozen=True)
class LecturaHecha:
    """Lo que se sabe de una lectura antes de correrla, sin sus datos."""

    ordenes: tuple[Molde, ...]
    rango: Rango
    medio: Medio


class Memoria:
    """Las lecturas ya compuestas con una foto del catálogo; con otra foto se empieza de nuevo."""

    def __init__(self) -> None:
        # La foto y lo suyo van juntos: un hilo que trae una foto vieja no escribe en lo de la nueva.
        self._de: tuple[Esquema | None, dict[Hashable, LecturaHecha]] = (None, {})

    def buscar(self, esquema: Esquema, clave: Hashable) -> LecturaHecha | None:
        """La lectura de esa forma, si se compuso con esta misma foto."""
        foto, hechas = self._de
        return hechas.get(clave) if foto is esquema else None

    def guardar(self, esquema: Esquema, clave: Hashable, hecha: LecturaHecha) -> None:
        """Guarda una; al llenarse se olvida todo."""
        foto, hechas = self._de
        if foto is not esquema or len(hechas) >= FORMAS_EN_MEMORIA:
            hechas = {}
            self._de = (esquema, hechas)
        hechas[clave] = hecha
