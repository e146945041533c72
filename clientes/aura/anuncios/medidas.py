"""Lo que un anuncio gastó y dio, y los cocientes que salen de ahí.

Definiciones, iguales en toda red: CTR = clics / impresiones; CPC = gasto / clics; CPM = gasto por mil impresiones;
frecuencia = impresiones / alcance; costo por resultado = gasto / resultados. Un cociente sin divisor es None y en
pantalla dice «sin datos»: cero sería mentira.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

CERO = Decimal(0)
CENTAVO = Decimal("0.01")


def a_decimal(valor: Any) -> Decimal:
    """Un número exacto de lo que venga (texto, entero, None); None y vacío son cero."""
    return Decimal(str(valor)) if valor not in (None, "") else CERO


def dividir(arriba: Decimal | int, abajo: Decimal | int) -> Decimal | None:
    """El cociente, o None si no hay entre qué dividir."""
    return None if not abajo else Decimal(arriba) / Decimal(abajo)


def cambio(actual: Decimal | int | None, anterior: Decimal | int | None) -> Decimal | None:
    """Cuánto cambió respecto de antes, como fracción (0.5 es 50% más); None si antes no había nada."""
    if actual is None or not anterior:
        return None
    return (Decimal(actual) - Decimal(anterior)) / Decimal(anterior)


def en_porcentaje(fraccion: Decimal | None, decimales: int = 0, *, con_signo: bool = False) -> str:
    """«12%», «+12%» o «sin datos»."""
    if fraccion is None:
        return "sin datos"
    numero = (fraccion * 100).quantize(Decimal(1).scaleb(-decimales), ROUND_HALF_UP)
    if numero == 0:
        numero = abs(numero)  # sin «-0%»
    return f"{numero:{'+' if con_signo and numero else ''},}%"


def se_nota(fraccion: Decimal) -> bool:
    """Si el cambio se ve al escribirlo en enteros: uno que dice «0%» no es ni bueno ni malo."""
    return bool((fraccion * 100).quantize(Decimal(1), ROUND_HALF_UP))


@dataclass(frozen=True)
class Cifras:
    """Lo medido en un lapso, todo en una misma moneda.

    Args:
        gasto: unidades de la moneda de la cuenta.
        alcance: personas; sumar el de varios días cuenta dos veces a quien volvió, y por eso `frecuencia` de una suma
            es la diaria y no la del lapso.
        compras: puede traer fracciones donde la red reparte una conversión entre anuncios.
        conversiones: las de Google, que las cuenta juntas (llamadas, formularios, compras) y en fracciones.
        valor: lo que la red dice que valieron las compras o las conversiones.
    """

    gasto: Decimal = CERO
    impresiones: int = 0
    alcance: int = 0
    clics: int = 0
    clics_enlace: int = 0
    conversaciones: int = 0
    prospectos: int = 0
    compras: Decimal = CERO
    conversiones: Decimal = CERO
    valor: Decimal = CERO

    @classmethod
    def de_fila(cls, fila: Mapping[str, Any]) -> Cifras:
        """De una fila de la base o de un JSON con los mismos nombres; lo que falte es cero."""
        return cls(
            gasto=a_decimal(fila.get("gasto")),
            compras=a_decimal(fila.get("compras")),
            conversiones=a_decimal(fila.get("conversiones")),
            valor=a_decimal(fila.get("valor")),
            **{
                nombre: int(a_decimal(fila.get(nombre)))
                for nombre in (
                    "impresiones",
                    "alcance",
                    "clics",
                    "clics_enlace",
                    "conversaciones",
                    "prospectos",
                )
            },
        )

    def __add__(self, otra: Cifras) -> Cifras:
        return Cifras(**{f.name: getattr(self, f.name) + getattr(otra, f.name) for f in fields(self)})

    @property
    def resultados(self) -> Decimal:
        """Conversaciones por mensaje, prospectos y compras de Meta, y conversiones de Google."""
        return Decimal(self.conversaciones) + self.prospectos + self.compras + self.conversiones

    @property
    def hay(self) -> bool:
        """Si pasó algo."""
        return bool(self.gasto or self.impresiones or self.resultados)

    @property
    def ctr(self) -> Decimal | None:
        return dividir(self.clics, self.impresiones)

    @property
    def cpc(self) -> Decimal | None:
        return dividir(self.gasto, self.clics)

    @property
    def cpm(self) -> Decimal | None:
        return dividir(self.gasto * 1000, self.impresiones)

    @property
    def frecuencia(self) -> Decimal | None:
        return dividir(self.impresiones, self.alcance)

    @property
    def costo_por_resultado(self) -> Decimal | None:
        return dividir(self.gasto, self.resultados)

    @property
    def retorno(self) -> Decimal | None:
        """Valor de las compras por cada peso gastado (ROAS)."""
        return dividir(self.valor, self.gasto) if self.valor else None


def sumar(varias: Iterable[Cifras]) -> Cifras:
    """La suma; quien llama cuida que sean de una misma moneda (o usa `PorMoneda`)."""
    total = Cifras()
    for cifras in varias:
        total = total + cifras
    return total


class PorMoneda(dict[str, Cifras]):
    """Cifras separadas por moneda (ISO 4217): lo gastado en dólares nunca se suma con lo gastado en pesos."""

    @classmethod
    def de(cls, pares: Iterable[tuple[str, Cifras]]) -> PorMoneda:
        """Junta las de la misma moneda."""
        juntas = cls()
        for moneda, cifras in pares:
            juntas[moneda] = juntas.get(moneda, Cifras()) + cifras
        return juntas

    @property
    def monedas(self) -> list[str]:
        """De la que más gastó a la que menos."""
        return sorted(self, key=lambda moneda: (-self[moneda].gasto, moneda))
