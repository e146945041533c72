"""Que ningún número de una frase sea inventado: cada uno debe estar en las cifras, y ser de lo que dice.

El dinero se busca entre los montos, lo que lleva % entre cambios y cocientes, lo demás entre las cuentas. Un cambio
dicho al revés («subió 20%» de algo que bajó) tampoco pasa. Los nombres de campañas y anuncios se apartan antes: sus
números son suyos.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from ..anuncios.medidas import Cifras, cambio
from ..ia.numeros import a_cifras
from .informe import Informe, Renglon

_NUMERO = re.compile(
    r"(?P<pesos>\$\s?)?(?P<n>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?P<mil>\s?mil\b)?"
    r"(?P<ciento>\s?%|\s?por ciento\b)?(?P<moneda>\s?(?:pesos|mxn|usd|eur|cad|dolares)\b)?"
)
_SUBE = re.compile(r"\b(?:sub\w+|aument\w+|crec\w+|mas|mejor\w*|increment\w+)\b")
_BAJA = re.compile(r"\b(?:baj\w+|disminu\w+|cay\w+|menos|redu\w+|descend\w+)\b")
_CLAUSULA = re.compile(r"[.;:!?]\s|, | y | pero ")


@dataclass
class Ciertos:
    """Lo que se puede decir. `cambios`: con signo, en por ciento."""

    montos: set[Decimal] = field(default_factory=set)
    cuentas: set[Decimal] = field(default_factory=set)
    cambios: set[Decimal] = field(default_factory=set)
    porcientos: set[Decimal] = field(default_factory=set)
    nombres: set[str] = field(default_factory=set)


def _llano(texto: str) -> str:
    plano = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", texto).lower())
    return "".join(c for c in plano if not unicodedata.combining(c))


def ciertos(informe: Informe) -> Ciertos:
    """Todo lo que las cifras apoyan."""
    hechos = Ciertos()
    for bloque in informe.bloques:
        _anotar(hechos, bloque.actual, bloque.antes)
        for renglon in [*bloque.renglones, *bloque.redes]:
            _de_renglon(hechos, renglon, bloque.actual)
    if informe.ventas is not None:
        v = informe.ventas
        hechos.cuentas |= {Decimal(n) for n in (v.conversaciones, v.clientes, v.todos) if n is not None}
        hechos.montos |= {v.monto, v.monto_todos}
        por_cliente = (informe.costo_por_cliente, informe.costo_por_cliente_de_anuncio)
        hechos.montos |= {n for n in por_cliente if n is not None}
    return hechos


def _de_renglon(hechos: Ciertos, renglon: Renglon, total: Cifras) -> None:
    hechos.nombres.add(renglon.nombre)
    _anotar(hechos, renglon.actual, renglon.antes)
    for suyo, de_todos in (
        (renglon.actual.gasto, total.gasto),
        (renglon.actual.resultados, total.resultados),
    ):
        if de_todos:
            hechos.porcientos.add(suyo * 100 / de_todos)


_MONTOS: tuple[Callable[[Cifras], Decimal | None], ...] = (
    lambda c: c.gasto,
    lambda c: c.valor,
    lambda c: c.cpc,
    lambda c: c.cpm,
    lambda c: c.costo_por_resultado,
)
_CUENTAS = (
    "resultados",
    "impresiones",
    "alcance",
    "clics",
    "clics_enlace",
    "conversaciones",
    "prospectos",
    "compras",
    "conversiones",
)


def _anotar(hechos: Ciertos, actual: Cifras, antes: Cifras) -> None:
    for sacar in _MONTOS:
        ahora, previo = sacar(actual), sacar(antes)
        hechos.montos |= {n for n in (ahora, previo) if n is not None}
        if ahora is not None and previo is not None:
            hechos.montos.add(abs(ahora - previo))
        _cambio(hechos, ahora, previo)
    for nombre in _CUENTAS:
        cuantos, cuantos_antes = Decimal(getattr(actual, nombre)), Decimal(getattr(antes, nombre))
        hechos.cuentas |= {cuantos, cuantos_antes, abs(cuantos - cuantos_antes)}
        _cambio(hechos, cuantos, cuantos_antes)
    for cifras in (actual, antes):
        if cifras.ctr is not None:
            hechos.porcientos.add(cifras.ctr * 100)
        hechos.cuentas |= {n for n in (cifras.frecuencia, cifras.retorno) if n is not None}
        hechos.montos |= {n for n in (cifras.retorno,) if n is not None}
    _cambio(hechos, actual.ctr, antes.ctr)


def _cambio(hechos: Ciertos, ahora: Decimal | None, previo: Decimal | None) -> None:
    movio = cambio(ahora, previo)
    if movio is not None:
        hechos.cambios.add(movio * 100)


def inventados(texto: str, hechos: Ciertos) -> list[str]:
    """Los números de un texto que las cifras no apoyan, como se escribieron; vacía si se puede decir."""
    llano = _llano(texto)
    for nombre in sorted(hechos.nombres, key=len, reverse=True):
        suyo = _llano(nombre).strip()
        if len(suyo) > 2:
            # Entero: «300» no borra el 300 de «1,300».
            llano = re.sub(rf"(?<![\w.,$]){re.escape(suyo)}(?![\w%])", " ", llano)
    malos = []
    llano = a_cifras(llano)
    for m in _NUMERO.finditer(llano):
        numero = Decimal(m["n"].replace(",", "")) * (1000 if m["mil"] else 1)
        if not _esta(numero, m, llano, hechos):
            malos.append(m[0].strip())
    return malos


def _esta(numero: Decimal, m: re.Match[str], llano: str, hechos: Ciertos) -> bool:
    if m["ciento"]:
        if _alguno(numero, hechos.porcientos):
            return True
        clausula = _CLAUSULA.split(llano[: m.start()])[-1] + m[0] + _CLAUSULA.split(llano[m.end() :])[0]
        sube, baja = bool(_SUBE.search(clausula)), bool(_BAJA.search(clausula))
        return _alguno(numero, (abs(c) for c in hechos.cambios if not _al_reves(c, sube, baja)))
    if m["pesos"] or m["moneda"]:
        return _alguno(numero, hechos.montos)
    return _alguno(numero, hechos.cuentas)


def _al_reves(uno: Decimal, sube: bool, baja: bool) -> bool:
    """Si se dice que sube lo que bajó, o al contrario; con las dos palabras no se sabe de cuál se habla."""
    return (sube and not baja and uno < 0) or (baja and not sube and uno > 0)


def _alguno(numero: Decimal, entre: Iterable[Decimal]) -> bool:
    """Si alguno, redondeado a los decimales que se dijeron, es ese."""
    paso = Decimal(1).scaleb(min(int(numero.as_tuple().exponent), 0))
    return any(abs(uno).quantize(paso, ROUND_HALF_UP) == numero for uno in entre)
