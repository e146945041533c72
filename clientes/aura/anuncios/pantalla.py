"""Cómo se enseñan las cifras de anuncios, igual en toda red: escritas, comparadas con las de antes y con su color."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from ..utils.formato import dinero
from .medidas import Cifras, cambio, en_porcentaje, se_nota

SIN_DATOS = "sin datos"
# nombre, título, cómo se saca, cómo se escribe, y si subir es bueno (None: ni bueno ni malo)
Definicion = tuple[str, str, Callable[[Cifras], Any], str, bool | None]


@dataclass(frozen=True)
class Medida:
    """Una cifra con su comparación, lista para pintar.

    Args:
        valor, antes: None si no hay de dónde sacarla.
        bueno: si el cambio es bueno; None si no es ni una cosa ni otra.
    """

    nombre: str
    titulo: str
    valor: Decimal | None
    antes: Decimal | None
    texto: str
    texto_antes: str
    cambio: str
    bueno: bool | None


def escribir(valor: Decimal | int | None, como: str, moneda: str) -> str:
    """Una cifra como se lee; «sin datos» si no hay.

    Args:
        como: dinero, porciento, veces, fraccion (Google reparte una conversión: 1.5 no es un error) o entero.
    """
    if valor is None:
        return SIN_DATOS
    if como == "dinero":
        return dinero(Decimal(valor), moneda)
    if como == "porciento":
        return en_porcentaje(Decimal(valor), 2)
    if como == "veces":
        return f"{Decimal(valor).quantize(Decimal('0.01'), ROUND_HALF_UP)}"
    if como == "fraccion":
        return f"{Decimal(valor).quantize(Decimal('0.1'), ROUND_HALF_UP):,}".removesuffix(".0")
    return f"{Decimal(valor).quantize(Decimal(1), ROUND_HALF_UP):,}"


def medir(definiciones: Sequence[Definicion], ahora: Cifras, antes: Cifras, moneda: str) -> dict[str, Medida]:
    """Cada medida de unas cifras por su nombre, con la de antes al lado."""
    hechas = {}
    for nombre, titulo, sacar, como, subir_es_bueno in definiciones:
        valor, previo = sacar(ahora), sacar(antes)
        movio = cambio(valor, previo)
        hechas[nombre] = Medida(
            nombre=nombre,
            titulo=titulo,
            valor=None if valor is None else Decimal(valor),
            antes=None if previo is None else Decimal(previo),
            texto=escribir(valor, como, moneda),
            texto_antes=escribir(previo, como, moneda),
            cambio="" if movio is None else en_porcentaje(movio, con_signo=True),
            bueno=None
            if movio is None or not se_nota(movio) or subir_es_bueno is None
            else (movio > 0) == subir_es_bueno,
        )
    return hechas


def uuid_o_nada(texto: str) -> str:
    """El uuid escrito como siempre; vacío si no lo es."""
    try:
        return str(UUID(texto))
    except ValueError:
        return ""


def id_de_la_red(texto: str) -> str:
    """Un id de Meta o de Google (solo cifras); vacío si no lo es."""
    return texto if texto.isascii() and texto.isdigit() and len(texto) <= 40 else ""
