"""Lo que las páginas de anuncios de Google enseñan, como sale de la base."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, field_validator

from ...anuncios.medidas import Cifras, PorMoneda
from . import estados
from .lectura import con_guiones


class _Leido(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", arbitrary_types_allowed=True)


class Conexion(_Leido):
    """Con qué permiso se entra a Google; sin el token."""

    tipo: str
    caduca_en: datetime | None = None
    estado: str
    problema: str = ""
    revisada_en: datetime | None = None

    @property
    def es_demo(self) -> bool:
        return self.tipo == "demo"


class Sincronizacion(_Leido):
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


class Cuenta(_Leido):
    """Una cuenta de Google Ads. `uso`: disponible, vinculada o excluida."""

    id: str
    externo_id: str
    gerente_id: str = ""
    gerente_nombre: str = ""
    nombre: str
    moneda: str
    zona: str = ""
    estado: str = ""
    uso: str
    ultimo_dia: date | None = None
    sincronizada_en: datetime | None = None
    revisada_en: datetime | None = None
    sincronizacion: Sincronizacion | None = None

    @property
    def estado_en_palabras(self) -> tuple[str, str]:
        """(texto, tono)."""
        return estados.de_cuenta(self.estado)

    @property
    def numero(self) -> str:
        """«123-456-7890»."""
        return con_guiones(self.externo_id)


class Alerta(_Leido):
    """Algo raro que sigue pasando."""

    id: str
    cuenta_id: str
    tipo: str
    nivel: str
    anuncio_id: str = ""
    titulo: str
    texto: str
    fecha_creacion: datetime


class Suma(_Leido):
    """Cifras de una clave en una moneda."""

    clave: str | None = None
    moneda: str
    cifras: Cifras

    @field_validator("cifras", mode="before")
    @classmethod
    def _leer(cls, valor: Any) -> Cifras:
        return valor if isinstance(valor, Cifras) else Cifras.de_fila(valor or {})


class Renglon(Suma):
    """Un renglón de una tabla, con lo del lapso anterior y lo propio de su nivel."""

    nombre: str
    estado: str = ""
    tipo: str = ""
    campana: str = ""
    grupo: str = ""
    concordancia: str = ""
    calidad: int | None = None
    fuerza: str = ""
    titulos: tuple[str, ...] = ()
    descripciones: tuple[str, ...] = ()
    motivo_rechazo: str = ""
    presupuesto: Decimal | None = None
    visto: bool = False
    antes: Cifras | None = None

    @field_validator("antes", mode="before")
    @classmethod
    def _leer_antes(cls, valor: Any) -> Cifras | None:
        return None if valor is None else Cifras.de_fila(valor)

    @property
    def estado_en_palabras(self) -> tuple[str, str]:
        return estados.de_entrega(self.estado)


class Alrededor(_Leido):
    """Lo que toda página sabe."""

    conexion: Conexion | None = None
    cuentas: tuple[Cuenta, ...] = ()
    alertas: tuple[Alerta, ...] = ()

    @property
    def vinculadas(self) -> list[Cuenta]:
        return [c for c in self.cuentas if c.uso == "vinculada"]


class Resumen(Alrededor):
    """La primera página."""

    totales: tuple[Suma, ...]
    antes: tuple[Suma, ...]
    dias: tuple[Suma, ...]
    campanas: tuple[Renglon, ...]
    conversiones: tuple[Suma, ...]
    sin_convertir: tuple[Renglon, ...]
    negativas: tuple[Renglon, ...]


class Opcion(_Leido):
    """Algo que se puede elegir en un filtro."""

    id: str
    nombre: str


class Tabla(Alrededor):
    """Una página de renglones."""

    renglones: tuple[Renglon, ...]
    totales: tuple[Suma, ...]
    campanas: tuple[Opcion, ...] = ()


class CasoLeido(_Leido):
    """Un anuncio con sus dos semanas, para las reglas."""

    anuncio_id: str
    nombre: str
    estado: str
    motivo_rechazo: str
    moneda: str
    actual: Cifras
    anterior: Cifras

    @field_validator("actual", "anterior", mode="before")
    @classmethod
    def _leer(cls, valor: Any) -> Cifras:
        return Cifras.de_fila(valor or {})


class RenglonContado(_Leido):
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


class CuentaLeida(_Leido):
    """Una cuenta vinculada con lo suyo en un lapso y en el anterior."""

    cuenta_id: str
    nombre: str
    moneda: str
    hasta: date | None = None
    ejemplo: bool = False
    renglones: tuple[RenglonContado, ...] = ()


class Tomada(_Leido):
    """La sincronización que toca correr, con lo necesario para hacerlo."""

    id: str
    cuenta_id: str
    externo_id: str
    gerente_id: str = ""
    moneda: str
    desde: date
    hasta: date
    hecho_hasta: date | None = None
    intentos: int
    token_cifrado: str | None = None


def por_moneda(sumas: tuple[Suma, ...]) -> PorMoneda:
    """Las sumas, juntas por moneda."""
    return PorMoneda.de((s.moneda, s.cifras) for s in sumas)
