"""Texto de clientes: comparar sin acentos, mayúsculas, signos ni letras repetidas."""

from __future__ import annotations

import re
import unicodedata

_SIGNOS = re.compile(r"[^\w\s]|_")
_ESPACIOS = re.compile(r"\s+")
_REPETIDAS = re.compile(r"([a-z])\1{2,}")
_ABREVIATURAS = {
    "q": "que",
    "k": "que",
    "ke": "que",
    "xq": "porque",
    "pq": "porque",
    "x": "por",
    "xfa": "por favor",
    "xfavor": "por favor",
    "porfa": "por favor",
    "porfis": "por favor",
    "porfavor": "por favor",
    "pls": "por favor",
    "d": "de",
    "kiero": "quiero",
    "qiero": "quiero",
    "qero": "quiero",
    "aki": "aqui",
    "alguin": "alguien",
    "tmb": "tambien",
    "grax": "gracias",
    "salu2": "saludos",
    "ola": "hola",
    "ablar": "hablar",
    "nesecito": "necesito",
    "nesesito": "necesito",
    "acesor": "asesor",
    "acesora": "asesora",
}


def juntar(palabras: str) -> frozenset[str]:
    """Un conjunto de palabras escritas seguidas."""
    return frozenset(palabras.split())


def sin_acentos(texto: str) -> str:
    """Minúsculas y sin acentos; la ñ queda n."""
    return "".join(c for c in unicodedata.normalize("NFKD", texto.lower()) if not unicodedata.combining(c))


def plano(texto: str) -> str:
    """Sin acentos, signos ni letras alargadas, con las abreviaturas de chat escritas completas."""
    limpio = _ESPACIOS.sub(" ", _SIGNOS.sub(" ", sin_acentos(texto))).strip()
    palabras = _REPETIDAS.sub(r"\1", limpio).split()
    return " ".join(_ABREVIATURAS.get(palabra, palabra) for palabra in palabras)


def parecidas(una: str, otra: str) -> bool:
    """Si dos palabras son la misma con un error de dedo: una letra de más, de menos, cambiada o volteada.

    Solo en palabras de cinco letras o más, y con la misma inicial: en las cortas un error ya es otra palabra.
    """
    if una == otra:
        return True
    if min(len(una), len(otra)) < 5 or abs(len(una) - len(otra)) > 1 or una[0] != otra[0]:
        return False
    if len(una) == len(otra):
        distintas = [n for n in range(len(una)) if una[n] != otra[n]]
        volteadas = (
            len(distintas) == 2
            and distintas[1] == distintas[0] + 1
            and una[distintas[0]] == otra[distintas[1]]
            and una[distintas[1]] == otra[distintas[0]]
        )
        return len(distintas) == 1 or volteadas
    larga, corta = (una, otra) if len(una) > len(otra) else (otra, una)
    return any(larga[:n] + larga[n + 1 :] == corta for n in range(len(larga)))
