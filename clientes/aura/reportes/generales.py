"""Cómo fue la semana: cada regla mira una sola cosa del total y devuelve una frase o None."""

from __future__ import annotations

from decimal import Decimal

from ..anuncios.medidas import cambio
from ..anuncios.reglas import minimo_de
from ..utils.formato import dinero
from .frases import Frase, costo, porciento, resultados
from .informe import Bloque

SUBIO = Decimal("0.25")
BAJO = Decimal("-0.2")
ESTABLE = Decimal("0.1")


def gasto_detenido(bloque: Bloque) -> Frase | None:
    """No se gastó nada y la semana de antes sí."""
    if bloque.actual.gasto or not bloque.antes.gasto:
        return None
    return Frase(
        "gasto_detenido",
        f"Esta semana tus anuncios no gastaron nada; la anterior gastaron {dinero(bloque.antes.gasto, bloque.moneda)}. "
        "Revisa que no estén en pausa y que la forma de pago siga activa.",
        100,
        general=True,
    )


def sin_resultados(bloque: Bloque) -> Frase | None:
    """Se gastó lo bastante y no hubo ni un resultado."""
    if bloque.actual.resultados or bloque.actual.gasto < minimo_de(bloque.moneda):
        return None
    return Frase(
        "sin_resultados",
        f"Gastaste {dinero(bloque.actual.gasto, bloque.moneda)} sin una sola conversación, prospecto o compra. "
        "Pausa lo que corre y revisa que el anuncio lleve a tu WhatsApp.",
        98,
        general=True,
    )


def costo_subio(bloque: Bloque) -> Frase | None:
    """Cada resultado cuesta bastante más."""
    movio = cambio(bloque.actual.costo_por_resultado, bloque.antes.costo_por_resultado)
    if movio is None or movio < SUBIO:
        return None
    return Frase(
        "costo_subio",
        f"Cada resultado te costó {costo(bloque.actual, bloque.moneda)}, {porciento(movio)} más que la semana "
        f"anterior ({costo(bloque.antes, bloque.moneda)}). Prueba una imagen o un texto nuevos antes de gastar más.",
        90,
        general=True,
    )


def costo_bajo(bloque: Bloque) -> Frase | None:
    """Cada resultado cuesta bastante menos."""
    movio = cambio(bloque.actual.costo_por_resultado, bloque.antes.costo_por_resultado)
    if movio is None or movio > BAJO:
        return None
    return Frase(
        "costo_bajo",
        f"Cada resultado te costó {costo(bloque.actual, bloque.moneda)}, {porciento(movio)} menos que la semana "
        f"anterior ({costo(bloque.antes, bloque.moneda)}). Va bien: deja corriendo lo que tienes.",
        85,
        general=True,
    )


def primera_semana(bloque: Bloque) -> Frase | None:
    """No hay con qué comparar."""
    if not bloque.actual.gasto or bloque.antes.hay or sin_resultados(bloque):
        return None
    return Frase(
        "primera_semana",
        f"Empezaste a anunciarte: {dinero(bloque.actual.gasto, bloque.moneda)} y {resultados(bloque.actual)}. "
        "Deja correr otra semana para poder comparar.",
        80,
        general=True,
    )


def semana_estable(bloque: Bloque) -> Frase | None:
    """Ni el gasto ni el costo se movieron."""
    gasto = cambio(bloque.actual.gasto, bloque.antes.gasto)
    costo = cambio(bloque.actual.costo_por_resultado, bloque.antes.costo_por_resultado)
    if gasto is None or costo is None or abs(gasto) > ESTABLE or abs(costo) > ESTABLE:
        return None
    return Frase(
        "semana_estable",
        f"Semana pareja: {dinero(bloque.actual.gasto, bloque.moneda)} y {resultados(bloque.actual)}, casi lo mismo "
        "que la anterior. Es buen momento para probar un anuncio nuevo con poco presupuesto.",
        70,
        general=True,
    )


def resumen(bloque: Bloque) -> Frase | None:
    """Lo que se gastó y lo que dio, contra la semana anterior."""
    if not bloque.actual.gasto or not bloque.antes.hay:
        return None
    return Frase(
        "resumen",
        f"Gastaste {dinero(bloque.actual.gasto, bloque.moneda)} y tuviste {resultados(bloque.actual)}; la semana "
        f"anterior fueron {dinero(bloque.antes.gasto, bloque.moneda)} y {resultados(bloque.antes)}.",
        60,
        general=True,
    )
