"""Lo raro que merece aviso: las mismas reglas para toda red, sin base ni red de por medio.

Cada regla es una función que recibe un `Caso` (un anuncio con sus últimos siete días y los siete de antes) y devuelve
un `Hallazgo` o None. `revisar` las corre todas.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from ..utils.formato import dinero
from .medidas import Cifras, cambio, en_porcentaje

DIAS = 7
# Por debajo de esto, siete días sin resultado todavía no dicen nada.
GASTO_MINIMO = Decimal(100)
GASTOS_MINIMOS = {
    "MXN": GASTO_MINIMO,
    "USD": Decimal(5),
    "EUR": Decimal(5),
    "CAD": Decimal(7),
    "COP": Decimal(20_000),
    "CLP": Decimal(5_000),
    "ARS": Decimal(5_000),
    "PEN": Decimal(20),
}
AUMENTO = Decimal("0.5")
RESULTADOS_MINIMOS = 3  # con menos, el costo por resultado brinca solo
FRECUENCIA_MAXIMA = Decimal(4)
RECHAZADOS = frozenset({"DISAPPROVED", "WITH_ISSUES"})

Nivel = Literal["aviso", "grave"]


@dataclass(frozen=True)
class Caso:
    """Un anuncio.

    Args:
        actual, anterior: los últimos siete días terminados, y los siete de antes.
        frecuencia: la del lapso entero según la red; None si no la da.
        minimo: gasto desde el que se espera algún resultado, en la moneda de la cuenta.
    """

    anuncio_id: str
    nombre: str
    moneda: str
    actual: Cifras
    anterior: Cifras
    frecuencia: Decimal | None = None
    estado: str = ""
    motivo_rechazo: str = ""
    minimo: Decimal = GASTO_MINIMO


@dataclass(frozen=True)
class Hallazgo:
    """Lo que una regla encontró. `tipo` y `anuncio_id` lo identifican: el mismo no se avisa dos veces mientras dure."""

    tipo: str
    nivel: Nivel
    anuncio_id: str
    titulo: str
    texto: str


def gasto_sin_resultados(caso: Caso) -> Hallazgo | None:
    """Gastó y no dio ni una conversación, prospecto o compra."""
    if caso.actual.gasto < caso.minimo or caso.actual.resultados:
        return None
    return Hallazgo(
        "gasto_sin_resultados",
        "grave",
        caso.anuncio_id,
        "Gasta y no da resultados",
        f"«{caso.nombre}» lleva {dinero(caso.actual.gasto, caso.moneda)} en {DIAS} días sin un solo resultado. "
        "Páusalo o cambia la imagen y el texto.",
    )


def costo_por_resultado_sube(caso: Caso) -> Hallazgo | None:
    """Cada resultado cuesta al menos la mitad más que la semana anterior."""
    ahora, antes = caso.actual.costo_por_resultado, caso.anterior.costo_por_resultado
    if min(caso.actual.resultados, caso.anterior.resultados) < RESULTADOS_MINIMOS:
        return None
    subio = cambio(ahora, antes)
    if ahora is None or antes is None or subio is None or subio < AUMENTO:
        return None
    return Hallazgo(
        "costo_por_resultado",
        "aviso",
        caso.anuncio_id,
        f"Cada resultado cuesta {en_porcentaje(subio)} más",
        f"«{caso.nombre}» pasó de {dinero(antes, caso.moneda)} a {dinero(ahora, caso.moneda)} por resultado "
        "en una semana.",
    )


def frecuencia_alta(caso: Caso) -> Hallazgo | None:
    """Las mismas personas ya lo vieron demasiadas veces."""
    if caso.frecuencia is None or caso.frecuencia <= FRECUENCIA_MAXIMA:
        return None
    return Hallazgo(
        "frecuencia",
        "aviso",
        caso.anuncio_id,
        "La misma gente lo ve demasiado",
        f"Cada persona vio «{caso.nombre}» {caso.frecuencia:.1f} veces en {DIAS} días. "
        "Cambia el anuncio o abre el público.",
    )


def anuncio_rechazado(caso: Caso) -> Hallazgo | None:
    """La red no lo deja salir."""
    if caso.estado not in RECHAZADOS:
        return None
    motivo = f" Motivo: {caso.motivo_rechazo}." if caso.motivo_rechazo else ""
    return Hallazgo(
        "rechazado",
        "grave",
        caso.anuncio_id,
        "Anuncio rechazado",
        f"«{caso.nombre}» no se está mostrando.{motivo} Corrígelo o pide otra revisión.",
    )


REGLAS: tuple[Callable[[Caso], Hallazgo | None], ...] = (
    gasto_sin_resultados,
    costo_por_resultado_sube,
    frecuencia_alta,
    anuncio_rechazado,
)


def minimo_de(moneda: str) -> Decimal:
    """Gasto desde el que se espera algún resultado, en esa moneda."""
    return GASTOS_MINIMOS.get(moneda, GASTO_MINIMO)


def revisar(caso: Caso) -> list[Hallazgo]:
    """Lo que encuentran todas las reglas en un anuncio."""
    return [hallazgo for regla in REGLAS if (hallazgo := regla(caso)) is not None]
