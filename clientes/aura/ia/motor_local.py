"""El motor local: decide con bloques ya escritos y nunca inventa. Puro: no toca la base ni la red.

Junta en una confianza lo que se parecen los vectores, las palabras y los trigramas. Las constantes se ajustaron con
`tests/apoyo/datos_motor.py` (tres negocios inventados; otros dos miden).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from . import rasgos

# Cada pregunta elige entre sus bloques y «ninguno» (regresión logística condicional): la ventaja del primero sobre el
# segundo ya va dentro de la confianza.
PESOS: dict[str, float] = {
    "vectorial": 3.94,
    "cobertura": 4.66,
    "titulo": 1.33,
    "trigramas": 0.94,
    "lexico": 0.87,
    "tema": 0.88,
    "tema_titulo": 2.13,
    "numero_ajeno": 0.34,
}
NINGUNO = 1.93
NINGUNO_POR_PALABRAS_AJENAS = 2.5

CONFIANZA_SEGURA = 0.62
CONFIANZA_DUDOSA = 0.16
TEMAS_MAXIMOS = 3


@dataclass(frozen=True)
class Bloque:
    """Algo que el dueño enseñó."""

    id: str
    titulo: str
    contenido: str
    etiquetas: tuple[str, ...] = ()


@dataclass(frozen=True)
class Candidato:
    """Un bloque y sus tres medidas: coseno (-1 a 1), rango de texto (0 o más) y parecido de trigramas (0 a 1)."""

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


def decidir(pregunta: str, candidatos: Sequence[Candidato]) -> Decision:
    """Segura, dudosa entre unos temas, o desconocida."""
    evaluados = evaluar(pregunta, candidatos)
    if not evaluados:
        return Decision("desconocida", 0.0, (), ())
    mejor = evaluados[0]
    if mejor.confianza >= CONFIANZA_SEGURA:
        return Decision("segura", mejor.confianza, (mejor,), evaluados)
    posibles = tuple(e for e in evaluados if e.confianza >= CONFIANZA_DUDOSA)[:TEMAS_MAXIMOS]
    return Decision("dudosa" if posibles else "desconocida", mejor.confianza, posibles, evaluados)


def evaluar(pregunta: str, candidatos: Sequence[Candidato]) -> tuple[Evaluado, ...]:
    """Los candidatos con su confianza, mayores primero; lo que falte para 1 es la confianza en que ninguno contesta."""
    if not candidatos:
        return ()
    filas, ajenas = medir(pregunta, candidatos)
    utilidades = [sum(PESOS[nombre] * valor for nombre, valor in fila.items()) for fila in filas]
    ninguno = NINGUNO + NINGUNO_POR_PALABRAS_AJENAS * ajenas
    tope = max(*utilidades, ninguno)
    total = math.exp(ninguno - tope) + sum(math.exp(u - tope) for u in utilidades)
    evaluados = [
        Evaluado(candidato.bloque, math.exp(u - tope) / total)
        for candidato, u in zip(candidatos, utilidades, strict=True)
    ]
    return tuple(sorted(evaluados, key=lambda e: -e.confianza))


def medir(pregunta: str, candidatos: Sequence[Candidato]) -> tuple[list[dict[str, float]], float]:
    """Los rasgos de cada candidato, y qué parte de la pregunta no está en ningún bloque (0 a 1)."""
    textos = [f"{c.bloque.titulo} {c.bloque.contenido} {' '.join(c.bloque.etiquetas)}" for c in candidatos]
    vocabulario = rasgos.Vocabulario(textos)
    buscadas = rasgos.palabras_de(pregunta)
    temas = rasgos.temas_de(pregunta, es_pregunta=True)
    propias = [p for p in buscadas if not rasgos.es_de_tema(p)]
    numeros = {p for p in buscadas if p.isdigit()}
    filas = []
    for candidato, texto in zip(candidatos, textos, strict=True):
        palabras = rasgos.palabras_de(texto)
        titulo = rasgos.palabras_de(candidato.bloque.titulo)
        temas_del_titulo = rasgos.temas_de(candidato.bloque.titulo, es_pregunta=False)
        temas_del_bloque = rasgos.temas_de(texto, es_pregunta=False)
        filas.append(
            {
                "vectorial": candidato.vectorial,
                "cobertura": rasgos.cobertura(buscadas, palabras, vocabulario, temas_del_bloque),
                "titulo": rasgos.cobertura(titulo, buscadas, vocabulario),
                "trigramas": candidato.trigramas,
                "lexico": min(candidato.lexico * 4, 1.0),
                "tema": len(temas & temas_del_bloque) / len(temas) if temas else 0.0,
                "tema_titulo": len(temas & temas_del_titulo) / len(temas) if temas else 0.0,
                "numero_ajeno": 1.0 if numeros - set(palabras) else 0.0,
            }
        )
    todas = [palabra for texto in textos for palabra in rasgos.palabras_de(texto)]
    ajenas = 1 - rasgos.cobertura(propias, todas, vocabulario) if propias else 0.0
    return filas, ajenas


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
