"""El motor local: decide con bloques ya escritos y nunca inventa. Puro: no toca la base ni la red.

Cada pregunta elige entre sus bloques y «ninguno» (regresión logística condicional): la ventaja del primero sobre el
segundo ya va dentro de la confianza. Los pesos están en `pesos_motor.json`, que escribe `benchmarks/ajustar_motor.py`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from . import rasgos
from .lectura import leer_bloque
from .medidas import Cercania, Medidas, Senales, medir
from .sinonimos import Sinonimos

ARCHIVO_DE_PESOS = Path(__file__).with_name("pesos_motor.json")
_AJUSTE = json.loads(ARCHIVO_DE_PESOS.read_text(encoding="utf-8"))
CONFIANZA_SEGURA: float = _AJUSTE["segura"]
CONFIANZA_DUDOSA: float = _AJUSTE["dudosa"]
TEMAS_MAXIMOS = 3


@dataclass(frozen=True)
class Pesos:
    """Lo que pesa cada rasgo de un bloque, y cada uno de que ninguno conteste."""

    bloque: dict[str, float]
    ninguno: dict[str, float]


PESOS = Pesos(_AJUSTE["bloque"], _AJUSTE["ninguno"])


@dataclass(frozen=True)
class Bloque:
    """Algo que el dueño enseñó."""

    id: str
    titulo: str
    contenido: str
    etiquetas: tuple[str, ...] = ()


@dataclass(frozen=True)
class Candidato:
    """Un bloque y sus medidas: coseno (-1 a 1), rango de texto (0 o más) y parecido de trigramas (0 a 1)."""

    bloque: Bloque
    vectorial: float
    lexico: float
    trigramas: float


@dataclass(frozen=True)
class Evaluado:
    """Un candidato con su confianza, de 0 a 1, de que contesta la pregunta."""

    bloque: Bloque
    confianza: float


@dataclass(frozen=True)
class Decision:
    """Qué hacer con una pregunta; `elegidos` trae el bloque que contesta, o los temas que se ofrecen."""

    tipo: Literal["segura", "dudosa", "desconocida"]
    confianza: float
    elegidos: tuple[Evaluado, ...]
    candidatos: tuple[Evaluado, ...]


def decidir(
    pregunta: str,
    candidatos: Sequence[Candidato],
    cercania: Cercania | None = None,
    sinonimos: Sinonimos | None = None,
) -> Decision:
    """Segura, dudosa entre unos temas, o desconocida.

    Args:
        cercania: compara palabras sueltas por su sentido; sin ella solo cuentan las iguales y los sinónimos.
        sinonimos: los de la Nora; None, los de todas.
    """
    evaluados = evaluar(pregunta, candidatos, cercania, sinonimos)
    if not evaluados:
        return Decision("desconocida", 0.0, (), ())
    mejor = evaluados[0]
    if mejor.confianza >= CONFIANZA_SEGURA:
        return Decision("segura", mejor.confianza, (mejor,), evaluados)
    posibles = tuple(e for e in evaluados if e.confianza >= CONFIANZA_DUDOSA)[:TEMAS_MAXIMOS]
    return Decision("dudosa" if posibles else "desconocida", mejor.confianza, posibles, evaluados)


def evaluar(
    pregunta: str,
    candidatos: Sequence[Candidato],
    cercania: Cercania | None = None,
    sinonimos: Sinonimos | None = None,
) -> tuple[Evaluado, ...]:
    """Los candidatos con su confianza, mayores primero; lo que falte para 1 es la confianza en que ninguno contesta."""
    if not candidatos:
        return ()
    medidas = medidas_de(pregunta, candidatos, cercania, sinonimos)
    utilidades = [
        sum(PESOS.bloque[nombre] * valor for nombre, valor in fila.items()) for fila in medidas.filas
    ]
    ninguno = sum(PESOS.ninguno[nombre] * valor for nombre, valor in medidas.ninguno.items())
    tope = max(*utilidades, ninguno)
    total = math.exp(ninguno - tope) + sum(math.exp(u - tope) for u in utilidades)
    evaluados = [
        Evaluado(candidato.bloque, math.exp(u - tope) / total)
        for candidato, u in zip(candidatos, utilidades, strict=True)
    ]
    return tuple(sorted(evaluados, key=lambda e: -e.confianza))


def medidas_de(
    pregunta: str,
    candidatos: Sequence[Candidato],
    cercania: Cercania | None = None,
    sinonimos: Sinonimos | None = None,
) -> Medidas:
    """Los rasgos de una pregunta con sus candidatos (al menos uno)."""
    bloques = [
        leer_bloque(c.bloque.titulo, " ".join((c.bloque.contenido, *c.bloque.etiquetas)), sinonimos)
        for c in candidatos
    ]
    senales = [Senales(c.vectorial, c.lexico, c.trigramas) for c in candidatos]
    return medir(pregunta, bloques, senales, cercania, sinonimos)


def recortar(texto: str, pregunta: str, maximo: int) -> str:
    """El texto entero si cabe; si no, sus frases más cercanas a la pregunta, en su orden, hasta `maximo` caracteres."""
    if len(texto) <= maximo:
        return texto
    frases = rasgos.renglones_de(texto)
    vocabulario = rasgos.Vocabulario(frases)
    buscadas = rasgos.palabras_de(pregunta)
    por_cercania = sorted(
        range(len(frases)),
        key=lambda n: (-rasgos.cobertura(buscadas, rasgos.palabras_de(frases[n]), vocabulario), n),
    )
    elegidas: list[int] = []
    libres = maximo
    for n in por_cercania:
        if len(frases[n]) + 1 <= libres:
            elegidas.append(n)
            libres -= len(frases[n]) + 1
    return " ".join(frases[n] for n in sorted(elegidas)) or texto[: maximo - 1] + "…"
