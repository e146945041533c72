"""Lo que una pantalla sabe de los archivos y el lugar de un mensaje."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field

from . import tipos
from .consultas import Estado, Voz

_NOMBRES = {"imagen": "Foto", "audio": "Nota de voz", "video": "Video", "documento": "Documento"}


class _Leido(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Persona(_Leido):
    """Alguien de una tarjeta de contacto; los teléfonos como venían."""

    nombre: str = ""
    telefonos: list[str] = Field(default_factory=list)
    correos: list[str] = Field(default_factory=list)


class Datos(_Leido):
    """Lo que se leyó dentro de un archivo."""

    personas: list[Persona] = Field(default_factory=list)


class MedioEnPantalla(_Leido):
    """Un archivo como se enseña."""

    id: str
    estado: Estado
    motivo: str = ""
    mime: str = ""
    nombre: str = ""
    bytes: int = 0
    segundos: int | None = None
    voz: Voz = ""
    transcripcion: str = ""
    datos: Datos = Datos()

    @property
    def clase(self) -> tipos.Clase:
        """Como qué se enseña; mientras no llega, lo que dijo quien lo mandó."""
        return tipos.clase_de(tipos.normal(self.mime))

    @property
    def falta(self) -> bool:
        """Si todavía va a cambiar."""
        return self.estado == "pendiente" or self.voz == "pendiente"

    @property
    def titulo(self) -> str:
        """Cómo llamarlo."""
        return self.nombre or _NOMBRES.get(self.clase, "Archivo")

    @property
    def extension(self) -> str:
        """«PDF», para saber qué es sin abrirlo."""
        return tipos.ACEPTADOS[self.mime][1].upper() if self.mime in tipos.ACEPTADOS else ""

    @property
    def peso(self) -> str:
        """«1.2 MB»."""
        return peso(self.bytes)

    @property
    def duracion(self) -> str:
        """«0:07»; vacío si no se sabe."""
        return "" if self.segundos is None else f"{self.segundos // 60}:{self.segundos % 60:02d}"


class Lugar(_Leido):
    """Una ubicación compartida. Las coordenadas, como texto, tal como llegaron."""

    latitud: str | None = None
    longitud: str | None = None
    nombre: str = ""
    direccion: str = ""

    @property
    def mapa(self) -> str:
        """El enlace para verla; vacío si lo que llegó no es un lugar de la Tierra."""
        try:
            latitud, longitud = float(self.latitud or ""), float(self.longitud or "")
        except ValueError:
            return ""
        if not (-90 <= latitud <= 90 and -180 <= longitud <= 180):
            return ""
        return "https://www.google.com/maps/search/?api=1&query=" + quote(f"{latitud},{longitud}")


class Adjunto(_Leido):
    """Lo que lleva un mensaje además de su texto."""

    medios: list[MedioEnPantalla] = Field(default_factory=list)
    lugar: Lugar | None = None

    @property
    def falta(self) -> bool:
        """Si algo todavía va a cambiar."""
        return any(medio.falta for medio in self.medios)

    @property
    def transcripcion(self) -> bool:
        """Si el texto del mensaje es lo que se oyó en su nota de voz."""
        return any(medio.transcripcion for medio in self.medios)

    def __bool__(self) -> bool:
        return bool(self.medios or self.lugar)


def repartir(leida: Any) -> Any:
    """Pone cada adjunto en su mensaje, de lo que leyó una función `*_con_adjuntos`."""
    if not leida:
        return leida
    por_mensaje = {uno["mensaje_id"]: uno for uno in leida.get("adjuntos") or ()}
    for lista in ("mensajes", "cambiados"):
        for mensaje in leida.get(lista) or ():
            if mensaje["id"] in por_mensaje:
                mensaje["adjunto"] = por_mensaje[mensaje["id"]]
    return leida


def peso(bytes_: int) -> str:
    """Bytes como se leen: «812 KB», «1.2 MB»."""
    if bytes_ < 1_000_000:
        return f"{max(1, round(bytes_ / 1_000))} KB"
    return f"{bytes_ / 1_000_000:.1f} MB"
