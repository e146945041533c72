"""Lo que las páginas de anuncios de toda red leen de la base con la misma forma."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, field_validator

from .medidas import Cifras, PorMoneda


class Leido(BaseModel):
    """Lo que sale de la base: no cambia, y lo que sobre no estorba."""

    model_config = ConfigDict(frozen=True, extra="ignore", arbitrary_types_allowed=True)


class Sincronizacion(Leido):
    """Una lectura de una cuenta. `estado`: pendiente, corriendo, pausada, hecha, fallida o detenida."""

    id: str
    cuenta_id: str
    desde: date
    hasta: date
    estado: str
    hecho_hasta: date | None = None
    paso: str = ""
    filas: int = 0
    problema: str = ""
    reintentar_en: datetime | None = None
    fin: datetime | None = None

    @property
    def viva(self) -> bool:
        return self.estado in ("pendiente", "corriendo", "pausada")

    @property
    def avance(self) -> int:
        """Por ciento de los días ya guardados."""
        if self.estado == "hecha":
            return 100
        if self.hecho_hasta is None:
            return 0
        total = (self.hasta - self.desde).days + 1
        return max(0, min(100, round(100 * ((self.hecho_hasta - self.desde).days + 1) / total)))


class Alerta(Leido):
    """Algo raro que sigue pasando."""

    id: str
    cuenta_id: str
    tipo: str
    nivel: str
    anuncio_id: str = ""
    titulo: str
    texto: str
    fecha_creacion: datetime


class Suma(Leido):
    """Cifras de una clave en una moneda."""

    clave: str | None = None
    moneda: str
    cifras: Cifras

    @field_validator("cifras", mode="before")
    @classmethod
    def _leer(cls, valor: Any) -> Cifras:
        return valor if isinstance(valor, Cifras) else Cifras.de_fila(valor or {})


class Opcion(Leido):
    """Algo que se puede elegir en un filtro o un formulario."""

    id: str
    nombre: str


class RenglonContado(Leido):
    """Un renglón de una cuenta en un lapso. `nivel`: total, o uno de los de los reportes."""

    nivel: str
    clave: str
    nombre: str
    actual: Cifras
    antes: Cifras

    @field_validator("actual", "antes", mode="before")
    @classmethod
    def _leer(cls, valor: Any) -> Cifras:
        return Cifras.de_fila(valor or {})


class CuentaLeida(Leido):
    """Una cuenta vinculada con lo suyo en un lapso y en el anterior."""

    cuenta_id: str
    nombre: str
    moneda: str
    hasta: date | None = None
    ejemplo: bool = False
    renglones: tuple[RenglonContado, ...] = ()


def por_moneda(sumas: tuple[Suma, ...]) -> PorMoneda:
    """Las sumas, juntas por moneda."""
    return PorMoneda.de((s.moneda, s.cifras) for s in sumas)
