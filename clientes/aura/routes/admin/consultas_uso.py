"""Lo que usa y cuesta cada Nora. Con service_role: la administración las ve a todas."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from pydantic import BaseModel

from ...utils.supabase_client import supabase
from ...utils.supabase_helpers import valor


class GastoDeNora(BaseModel):
    """Lo que una Nora lleva gastado en modelos en un mes, y su tope. En pesos."""

    nombre_nora: str
    nombre_visible: str
    costo: Decimal
    tope: Decimal

    @property
    def parte(self) -> int:
        """De cien, cuánto lleva de su tope."""
        return round(100 * float(self.costo / self.tope)) if self.tope else 0

    @property
    def tono(self) -> str:
        """Cómo se pinta: `espera` desde 80%, `error` en el tope."""
        return "error" if self.parte >= 100 else "espera" if self.parte >= 80 else "neutro"


class UsoDeNora(GastoDeNora):
    """Todo lo que una Nora usó en un mes. `recibidos`, `de_nora` y `de_personas`: mensajes."""

    activo: bool
    recibidos: int
    de_nora: int
    de_personas: int
    llamadas: int
    tokens_entrada: int
    tokens_salida: int


class Gasto(BaseModel):
    """El de toda la instalación. `en_tope`: cuántas pasan de 80% de su tope; `mas`: las que más gastan."""

    costo: Decimal
    en_tope: int
    mas: list[GastoDeNora]


def uso_del_mes(desde: datetime, hasta: datetime) -> list[UsoDeNora]:
    """Todas las Noras, la que más gasta primero."""
    argumentos = {"p_desde": desde.isoformat(), "p_hasta": hasta.isoformat()}
    return [UsoDeNora.model_validate(fila) for fila in valor(supabase.rpc("admin_uso", argumentos))]


def uso_de_nora(nombre_nora: str, desde: datetime, hasta: datetime) -> UsoDeNora | None:
    """Lo de una sola; None si no existe."""
    argumentos = {
        "p_nombre_nora": nombre_nora,
        "p_desde": desde.isoformat(),
        "p_hasta": hasta.isoformat(),
    }
    fila = valor(supabase.rpc("admin_uso_de_nora", argumentos))
    return UsoDeNora.model_validate(fila) if fila else None


def gasto_del_mes(desde: datetime, hasta: datetime, cuantas: int) -> Gasto:
    """Lo gastado en modelos por todas, y las `cuantas` que más."""
    argumentos = {"p_desde": desde.isoformat(), "p_hasta": hasta.isoformat(), "p_cuantas": cuantas}
    return Gasto.model_validate(valor(supabase.rpc("admin_gasto", argumentos)))
