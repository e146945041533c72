"""Una frase de un reporte, y cómo se escriben sus números."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from ..anuncios.medidas import Cifras, en_porcentaje
from ..utils.formato import dinero


@dataclass(frozen=True)
class Frase:
    """Algo que se dice. `peso`: lo que urge, de 0 a 100; las de `general` cuentan cómo fue la semana."""

    regla: str
    texto: str
    peso: int
    general: bool = False


def entero(numero: Decimal | int) -> str:
    return f"{Decimal(numero).quantize(Decimal(1), ROUND_HALF_UP):,}"


def resultados(cifras: Cifras) -> str:
    cuantos = entero(cifras.resultados)
    return f"{cuantos} {'resultado' if cuantos == '1' else 'resultados'}"


def porciento(fraccion: Decimal) -> str:
    return en_porcentaje(abs(fraccion))


def costo(cifras: Cifras, moneda: str) -> str:
    costo = cifras.costo_por_resultado
    return dinero(costo, moneda) if costo is not None else "sin datos"
