"""Lo que cuesta un modelo, en pesos, y hasta dónde se puede gastar."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_UP, Decimal

AVISO = Decimal("0.8")
_MILLON = Decimal(1_000_000)
_CENTAVOS = Decimal("0.000001")
# Pesos por millón de tokens (entrada, salida), por lo alto: los publicados en openai.com/api/pricing a 20 pesos por
# dólar. Quien paga otro precio lo escribe en el panel. Del prefijo más largo que case.
PRECIOS: dict[str, tuple[Decimal, Decimal]] = {
    "gpt-4.1-nano": (Decimal(2), Decimal(8)),
    "gpt-4.1-mini": (Decimal(8), Decimal(32)),
    "gpt-4.1": (Decimal(40), Decimal(160)),
    "gpt-4o-mini": (Decimal(3), Decimal(12)),
    "gpt-4o": (Decimal(50), Decimal(200)),
}
# Un modelo que no se conoce se cuenta como caro: mejor avisar antes.
PRECIO_DESCONOCIDO = (Decimal(50), Decimal(200))


@dataclass(frozen=True)
class Gasto:
    """Lo gastado este mes y su tope, en pesos."""

    pesos: Decimal
    tope: Decimal

    @property
    def parte(self) -> Decimal:
        """De 0 a 1, o más si se pasó; con tope cero, todo está gastado."""
        return self.pesos / self.tope if self.tope > 0 else Decimal(1)

    @property
    def lleno(self) -> bool:
        """Ya no se puede gastar: contesta el motor local."""
        return self.parte >= 1

    @property
    def avisa(self) -> bool:
        """Va en 80% o más y todavía no se llena."""
        return AVISO <= self.parte < 1

    @property
    def porcentaje(self) -> int:
        """De 0 a 100, para el medidor."""
        return min(100, int(self.parte * 100))


def se_conoce(modelo: str) -> bool:
    """Si hay un precio publicado para ese modelo; si no, se cuenta como caro y conviene escribir el propio."""
    return any(modelo.startswith(nombre) for nombre in PRECIOS)


def precio_de(
    modelo: str, entrada: Decimal | None = None, salida: Decimal | None = None
) -> tuple[Decimal, Decimal]:
    """Pesos por millón de tokens de entrada y de salida; lo que la Nora escribió manda."""
    conocidos = [nombre for nombre in PRECIOS if modelo.startswith(nombre)]
    base = PRECIOS[max(conocidos, key=len)] if conocidos else PRECIO_DESCONOCIDO
    return (entrada if entrada is not None else base[0], salida if salida is not None else base[1])


def costo(tokens_entrada: int, tokens_salida: int, precios: tuple[Decimal, Decimal]) -> Decimal:
    """Pesos de una llamada, redondeados hacia arriba a la millonésima."""
    crudo = (tokens_entrada * precios[0] + tokens_salida * precios[1]) / _MILLON
    return crudo.quantize(_CENTAVOS, ROUND_UP)
