"""Qué nombre conocido se parece más a uno equivocado, medido como lo mide PostgREST para sus sugerencias.

Trozos de tres letras (o de dos, si con tres no hay nada) y coseno para elegir candidatos; después, distancia de
Levenshtein para ordenarlos. El método: documentación de fuzzyset.js, de donde viene el que usa PostgREST.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

MINIMO = 0.33
"""Lo menos que se deben parecer, de 0 a 1, cuando no se dice otra cosa."""
_CANDIDATOS = 50


def mejor(nombre: str, conocidos: Iterable[str], minimo: float = MINIMO) -> str | None:
    """El más parecido de ``conocidos``; ``None`` si ninguno llega a ``minimo``."""
    for parecido, conocido in parecidos(nombre, conocidos):
        return conocido if parecido >= minimo else None
    return None


def parecidos(nombre: str, conocidos: Iterable[str]) -> list[tuple[float, str]]:
    """Los que se parecen, del más al menos; el que es igual (sin ver mayúsculas) va solo, con 1."""
    buscado = nombre.lower()
    unicos = {conocido.lower(): conocido for conocido in conocidos}
    if buscado in unicos:
        return [(1.0, unicos[buscado])]
    for largo in (3, 2):
        cercanos = _por_trozos(buscado, unicos, largo)
        hallados = [(_cercania(buscado, otro), unicos[otro]) for otro in cercanos]
        hallados = [par for par in hallados if par[0] >= MINIMO]
        if hallados:
            return sorted(hallados, key=lambda par: (-par[0], par[1]))
    return []


def _trozos(texto: str, largo: int) -> Counter[str]:
    limpio = "-" + "".join(letra for letra in texto if letra.isalnum() or letra in " ,") + "-"
    limpio = limpio.ljust(largo, "-")
    return Counter(limpio[i : i + largo] for i in range(len(limpio) - largo + 1))


def _por_trozos(buscado: str, conocidos: Iterable[str], largo: int) -> list[str]:
    """Los que comparten algún trozo, del coseno mayor al menor."""
    propios = _trozos(buscado, largo)
    normal = math.sqrt(sum(n * n for n in propios.values()))
    puntos: list[tuple[float, str]] = []
    for conocido in conocidos:
        otros = _trozos(conocido, largo)
        comunes = sum(n * otros[trozo] for trozo, n in propios.items())
        if comunes:
            puntos.append((comunes / (normal * math.sqrt(sum(n * n for n in otros.values()))), conocido))
    puntos.sort(key=lambda par: (-par[0], par[1]))
    return [conocido for _, conocido in puntos[:_CANDIDATOS]]


def _cercania(uno: str, otro: str) -> float:
    """1 menos la distancia de Levenshtein sobre el largo mayor."""
    anterior = list(range(len(otro) + 1))
    for i, letra in enumerate(uno, 1):
        actual = [i]
        for j, otra in enumerate(otro, 1):
            actual.append(min(anterior[j] + 1, actual[-1] + 1, anterior[j - 1] + (letra != otra)))
        anterior = actual
    return 1 - anterior[-1] / max(len(uno), len(otro), 1)
