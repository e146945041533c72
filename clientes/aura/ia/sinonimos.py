"""Las palabras que un cliente cambia por otras: una lista en un archivo, que cualquiera puede leer y ampliar."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from .escritura import PALABRA, plano, raiz

ARCHIVO = Path(__file__).with_name("sinonimos.txt")


class Sinonimos:
    """Grupos de palabras o frases que dicen lo mismo.

    Args:
        grupos: cada uno con sus palabras; una frase se escribe con guion bajo entre sus palabras.
    """

    def __init__(self, grupos: Iterable[Sequence[str]]) -> None:
        self._de: dict[tuple[str, ...], set[int]] = {}
        for numero, grupo in enumerate(grupos):
            for palabra in grupo:
                partes = tuple(raiz(p) for p in PALABRA.findall(plano(palabra.replace("_", " "))))
                if partes:
                    self._de.setdefault(partes, set()).add(numero)
        self.largo = max((len(partes) for partes in self._de), default=1)

    def grupos_de(self, partes: Sequence[str]) -> frozenset[int]:
        """Los grupos de una frase, dada por las raíces de sus palabras; vacío si no está."""
        return frozenset(self._de.get(tuple(partes), ()))


@lru_cache(maxsize=1)
def comunes() -> Sinonimos:
    """Los de todas las Noras."""
    return Sinonimos(leer(ARCHIVO.read_text(encoding="utf-8")))


def leer(texto: str) -> list[list[str]]:
    """Un grupo por renglón; lo que sigue a «#» no cuenta."""
    renglones = (renglon.split("#", 1)[0].split() for renglon in texto.splitlines())
    return [grupo for grupo in renglones if len(grupo) > 1]
