"""Lo que las páginas de anuncios de Meta enseñan, como sale de la base."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, field_validator

from ...anuncios.medidas import Cifras, PorMoneda
from . import estados


class _Leido(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", arbitrary_types_allowed=True)


class Conexion(_Leido):
    """Con qué permiso se entra a Meta; sin el token."""

    tipo: str
    usuario_nombre: str = ""
    permisos: tuple[str, ...] = ()
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
    """Una cuenta publicitaria. `uso`: disponible, vinculada o excluida."""

    id: str
    externo_id: str
    nombre: str
    negocio: str = ""
    moneda: str
    zona: str = ""
    estado: int
    razon: int = 0
    uso: str
    ultimo_dia: date | None = None
    sincronizada_en: datetime | None = None
    revisada_en: datetime | None = None
    sincronizacion: Sincronizacion | None = None

    @property
    def estado_en_palabras(self) -> tuple[str, str]:
        """(texto, tono)."""
        return estados.de_cuenta(self.estado, self.razon)


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


class Ajustes(_Leido):
    """Lo que la Nora decidió."""

    presupuesto_mensual: Decimal | None = None
    moneda: str = "MXN"
    etiqueta_venta_id: str | None = None
    campo_monto_id: str | None = None


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
    """Un renglón de una tabla, con lo del lapso anterior."""

    nombre: str
    estado: str = ""
    arriba: str | None = None
    presupuesto: Decimal | None = None
    antes: Cifras | None = None

    @field_validator("antes", mode="before")
    @classmethod
    def _leer_antes(cls, valor: Any) -> Cifras | None:
        return None if valor is None else Cifras.de_fila(valor)

    @property
    def estado_en_palabras(self) -> tuple[str, str]:
        return estados.de_entrega(self.estado)


class DeAnuncio(_Leido):
    """Lo que pasó con quien llegó de un anuncio. `moneda` y `nombre`: None si el anuncio no es de una cuenta leída."""

    anuncio_id: str
    nombre: str | None = None
    moneda: str | None = None
    conversaciones: int
    ventas: int
    monto: Decimal
    gasto: Decimal


class Alrededor(_Leido):
    """Lo que toda página sabe."""

    conexion: Conexion | None = None
    ajustes: Ajustes | None = None
    cuentas: tuple[Cuenta, ...] = ()
    alertas: tuple[Alerta, ...] = ()

    @property
    def vinculadas(self) -> list[Cuenta]:
        return [c for c in self.cuentas if c.uso == "vinculada"]

    @property
    def viva(self) -> Sincronizacion | None:
        """La sincronización que corre o espera, si hay."""
        return next(
            (c.sincronizacion for c in self.vinculadas if c.sincronizacion and c.sincronizacion.viva), None
        )


class Resumen(Alrededor):
    """La primera página."""

    totales: tuple[Suma, ...]
    antes: tuple[Suma, ...]
    dias: tuple[Suma, ...]
    plataformas: tuple[Suma, ...]
    mes: tuple[Suma, ...]
    hoy: tuple[Suma, ...]
    embudo: tuple[DeAnuncio, ...]


class Opcion(_Leido):
    """Algo que se puede elegir en un filtro o un formulario."""

    id: str
    nombre: str


class Tabla(Alrededor):
    """Una página de renglones."""

    renglones: tuple[Renglon, ...]
    totales: tuple[Suma, ...]
    campanas: tuple[Opcion, ...] = ()
    plataformas: tuple[str, ...] = ()


class ParaAjustes(_Leido):
    """Lo que pide la página de ajustes."""

    ajustes: Ajustes | None = None
    etiquetas: tuple[Opcion, ...] = ()
    campos: tuple[Opcion, ...] = ()


class CasoLeido(_Leido):
    """Un anuncio con sus dos semanas, para las reglas."""

    anuncio_id: str
    nombre: str
    estado: str
    motivo_rechazo: str
    frecuencia: Decimal | None = None
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
    desde: date
    hasta: date
    hecho_hasta: date | None = None
    intentos: int
    reporte_id: str | None = None
    token_cifrado: str | None = None


def por_moneda(sumas: tuple[Suma, ...]) -> PorMoneda:
    """Las sumas, juntas por moneda."""
    return PorMoneda.de((s.moneda, s.cifras) for s in sumas)
