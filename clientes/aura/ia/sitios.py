"""Dónde está cada cifra en un texto y de qué se habla a su alrededor."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from .cifras import Cifra, Leido
from .palabras import contenido

DE_TIEMPO = frozenset({"hora", "fecha", "dia", "medida"})
CON_TITULO = frozenset({"precio", "porcentaje", "promocion", "medida"})
_NO_SON_PALABRAS = frozenset({"fecha", "hora", "dia", "digitos", "liga"})
_CORTES = re.compile(r"[;.!?]\s|[;!?]$|\n|,\s|\s\(|\s[yeo]\s|\s-\s|•")
_FRASE = re.compile(r"(?<=[.!?;])\s+|\n+")
_ENLACE = re.compile(r"\s*(?:al?|-|hasta(?: el| las?)?)\s*(?:el |las? )?")


@dataclass(frozen=True)
class Sitio:
    """Una cifra con lo que la rodea: las palabras de su tramo, las de su frase, y los días de que habla.

    `sigue_a_otra`: en su frase ya se dijo otra cifra de su tipo; las palabras de antes pueden ser de aquella.
    """

    cifra: Cifra
    tramo: frozenset[str]
    frase: frozenset[str]
    dias: frozenset[str]
    sigue_a_otra: bool = False
    fuente: int = -1


def sitios(leido: Leido, fuente: int) -> Iterable[Sitio]:
    for inicio, fin in _frases(leido.texto):
        suyas = [c for c in leido.cifras if inicio <= c.inicio < fin]
        dias_antes: frozenset[str] = frozenset()
        for cifra in suyas:
            desde, hasta = _tramo(leido.texto, cifra, suyas, inicio, fin)
            dias, dias_antes = _dias(cifra, suyas, desde, hasta, dias_antes)
            sigue = desde > inicio
            if fuente < 0:
                desde, hasta = _sin_lo_de_otras(leido.texto, cifra, suyas, desde, hasta)
            propias = palabras_de(leido, desde, hasta, cifra)
            antes = palabras_de(leido, inicio, fin if fuente >= 0 else desde, cifra)
            yield Sitio(cifra, propias, antes - propias, dias, sigue, fuente)


def _frases(texto: str) -> Iterable[tuple[int, int]]:
    inicio = 0
    for corte in _FRASE.finditer(texto):
        yield inicio, corte.end()
        inicio = corte.end()
    yield inicio, len(texto) + 1


def _tramo(texto: str, cifra: Cifra, suyas: list[Cifra], inicio: int, fin: int) -> tuple[int, int]:
    """Desde el corte con la cifra anterior de su tipo hasta el corte con la siguiente."""
    parecidos = {"precio", "numero"} if cifra.tipo in ("precio", "numero") else {cifra.tipo}
    hermanas = [c for c in suyas if c.tipo in parecidos and c is not cifra and not _pegadas(texto, cifra, c)]
    antes = max((c.fin for c in hermanas if c.fin <= cifra.inicio), default=None)
    despues = min((c.inicio for c in hermanas if c.inicio >= cifra.fin), default=None)
    desde = inicio if antes is None else _corte(texto, antes, cifra.inicio, antes)
    hasta = min(fin, len(texto)) if despues is None else _corte(texto, cifra.fin, despues, despues)
    return desde, hasta


def _sin_lo_de_otras(texto: str, cifra: Cifra, suyas: list[Cifra], desde: int, hasta: int) -> tuple[int, int]:
    """«Cuesta $2,900 al mes y el segundo hermano tiene 50%»: cada cifra, también de otro tipo, con su pedazo."""
    otras = [c for c in suyas if c.tipo in CON_TITULO and c is not cifra and desde <= c.inicio < hasta]
    antes = max((c.fin for c in otras if c.fin <= cifra.inicio), default=None)
    despues = min((c.inicio for c in otras if c.inicio >= cifra.fin), default=None)
    if antes is not None:
        desde = _corte(texto, antes, cifra.inicio, desde)
    if despues is not None:
        hasta = _corte(texto, cifra.fin, despues, hasta)
    return desde, hasta


def _pegadas(texto: str, una: Cifra, otra: Cifra) -> bool:
    """Si son las dos puntas de «de 9 a 7» o «del 20 de diciembre al 6 de enero»: hablan de lo mismo."""
    primera, segunda = (una, otra) if una.inicio < otra.inicio else (otra, una)
    entre = texto[primera.fin : segunda.inicio]
    return not entre or (una.tipo in DE_TIEMPO and bool(_ENLACE.fullmatch(entre)))


def _corte(texto: str, desde: int, hasta: int, si_no: int) -> int:
    corte = _CORTES.search(texto, desde, hasta)
    return corte.start() if corte else si_no


def _dias(
    cifra: Cifra, suyas: list[Cifra], desde: int, hasta: int, dias_antes: frozenset[str]
) -> tuple[frozenset[str], frozenset[str]]:
    """Los días de que habla una hora: los de su tramo; si no, los dichos antes; si no, los de después si son suyos."""
    if cifra.tipo != "hora":
        return frozenset(), dias_antes
    de_dia = [c for c in suyas if c.tipo == "dia"]
    previos = [c for c in de_dia if c.fin <= cifra.inicio]
    if previos:
        dias = previos[-1].valores
        cercanos = [c for c in previos if desde <= c.inicio] or previos[-1:]
        dias = frozenset().union(*(c.valores for c in cercanos))
        return dias, dias
    siguientes = [c for c in de_dia if c.inicio >= cifra.fin]
    if siguientes:
        proxima = min((c.inicio for c in suyas if c.tipo == "hora" and c.inicio >= cifra.fin), default=10**9)
        ultimo = siguientes[0]
        # «A las 23:00, y los domingos a las 22:00»: ese día es de la otra hora.
        if proxima == 10**9 or ultimo.inicio < hasta:
            return ultimo.valores, dias_antes
    return dias_antes, dias_antes


def palabras_de(leido: Leido, desde: int, hasta: int, cifra: Cifra | None = None) -> frozenset[str]:
    """Las palabras con contenido de un tramo, sin sus horas ni días; cada fecha cuenta como una palabra."""
    letras = list(leido.texto)
    fechas: set[str] = set()
    for otra in leido.cifras:
        if otra is cifra or otra.tipo in _NO_SON_PALABRAS:
            letras[otra.inicio : otra.fin] = " " * (otra.fin - otra.inicio)
        if otra.tipo == "fecha" and otra is not cifra and desde <= otra.inicio < hasta:
            fechas |= {f"fecha:{valor}" for valor in otra.valores}
    return contenido("".join(letras[desde:hasta])) | fechas
