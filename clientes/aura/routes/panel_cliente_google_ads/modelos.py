"""Lo que las páginas de anuncios de Google enseñan, como sale de la base."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pydantic import field_validator

from ...anuncios.leidos import Alerta, Leido, Opcion, Sincronizacion, Suma
from ...anuncios.medidas import Cifras
from . import estados
from .lectura import con_guiones


class Conexion(Leido):
    """Con qué permiso se entra a Google; sin el token."""

    tipo: str
    caduca_en: datetime | None = None
    estado: str
    problema: str = ""
    revisada_en: datetime | None = None

    @property
    def es_demo(self) -> bool:
        return self.tipo == "demo"


class Cuenta(Leido):
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


class Alrededor(Leido):
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


class Tabla(Alrededor):
    """Una página de renglones."""

    renglones: tuple[Renglon, ...]
    totales: tuple[Suma, ...]
    campanas: tuple[Opcion, ...] = ()


class CasoLeido(Leido):
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


class Tomada(Leido):
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
