"""Lo que las páginas de anuncios de Meta enseñan, como sale de la base."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pydantic import field_validator

from ...anuncios.leidos import Alerta, Leido, Opcion, Sincronizacion, Suma
from ...anuncios.medidas import Cifras
from . import estados


class Conexion(Leido):
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


class Cuenta(Leido):
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


class Ajustes(Leido):
    """Lo que la Nora decidió."""

    presupuesto_mensual: Decimal | None = None
    moneda: str = "MXN"
    etiqueta_venta_id: str | None = None
    campo_monto_id: str | None = None


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


class DeAnuncio(Leido):
    """Lo que pasó con quien llegó de un anuncio. `moneda` y `nombre`: None si el anuncio no es de una cuenta leída."""

    anuncio_id: str
    nombre: str | None = None
    moneda: str | None = None
    conversaciones: int
    ventas: int
    monto: Decimal
    gasto: Decimal


class Alrededor(Leido):
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


class Tabla(Alrededor):
    """Una página de renglones."""

    renglones: tuple[Renglon, ...]
    totales: tuple[Suma, ...]
    campanas: tuple[Opcion, ...] = ()
    plataformas: tuple[str, ...] = ()


class ParaAjustes(Leido):
    """Lo que pide la página de ajustes."""

    ajustes: Ajustes | None = None
    etiquetas: tuple[Opcion, ...] = ()
    campos: tuple[Opcion, ...] = ()


class CasoLeido(Leido):
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


class Tomada(Leido):
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
