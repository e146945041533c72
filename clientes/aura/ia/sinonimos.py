"""Las palabras que un cliente cambia por otras: la lista de todas las Noras y lo que agrega cada una."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from .escritura import PALABRA, plano, raiz

ARCHIVO = Path(__file__).with_name("sinonimos.txt")
# Con esta clave una Nora apaga la lista de todas entera.
TODA_LA_LISTA = "*"


class Sinonimos:
    """Grupos de palabras o frases que dicen lo mismo.

    Args:
        grupos: cada uno con sus palabras o frases.
    """

    def __init__(self, grupos: Iterable[Sequence[str]]) -> None:
        self._de: dict[tuple[str, ...], set[int]] = {}
        for numero, grupo in enumerate(grupos):
            for palabra in grupo:
                partes = tuple(raiz(p) for p in PALABRA.findall(plano(palabra)))
                if partes:
                    self._de.setdefault(partes, set()).add(numero)
        self.largo = max((len(partes) for partes in self._de), default=1)

    def grupos_de(self, partes: Sequence[str]) -> frozenset[int]:
        """Los grupos de una frase, dada por las raíces de sus palabras; vacío si no está."""
        return frozenset(self._de.get(tuple(partes), ()))


@dataclass(frozen=True)
class GrupoComun:
    """Un grupo de la lista de todas las Noras. `clave`: su primera palabra, que no repite otro grupo."""

    clave: str
    palabras: tuple[str, ...]
    tema: str


@lru_cache(maxsize=1)
def lista_comun() -> tuple[GrupoComun, ...]:
    """La lista de todas las Noras, en su orden; el tema es el último renglón de comentario."""
    grupos, tema = [], ""
    for renglon in ARCHIVO.read_text(encoding="utf-8").splitlines():
        if renglon.startswith("# "):
            tema = renglon[2:].strip()
        elif palabras := tuple(p.replace("_", " ") for p in renglon.split()):
            grupos.append(GrupoComun(palabras[0], palabras, tema))
    return tuple(grupos)


def comunes() -> Sinonimos:
    """Los de todas las Noras."""
    return de_nora((), frozenset())


@lru_cache(maxsize=512)
def de_nora(propios: tuple[tuple[str, ...], ...], apagados: frozenset[str]) -> Sinonimos:
    """Los que usa una Nora: los suyos y, de la lista de todas, los que no apagó.

    El mismo objeto para lo mismo: lo que se lee con él se recuerda.
    """
    de_todas = () if TODA_LA_LISTA in apagados else (g for g in lista_comun() if g.clave not in apagados)
    return Sinonimos([*propios, *(g.palabras for g in de_todas)])
