"""Los reportes como salen de la base."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from .informe import DE_NORA, Informe, Renglon
from .semanas import Semana


class _Leido(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Resumido(Renglon):
    """El total de un reporte en su moneda principal, para la lista."""

    moneda: str = "MXN"


class Enlace(_Leido):
    """Un enlace público. `token_cifrado` solo se abre para enseñarlo a su dueño."""

    id: str
    token_cifrado: str = Field(repr=False)
    caduca_en: datetime
    retirado_en: datetime | None = None
    visitas: int = 0
    ultima_visita_en: datetime | None = None
    fecha_creacion: datetime

    def vigente(self, ahora: datetime) -> bool:
        """Si todavía abre."""
        return self.retirado_en is None and self.caduca_en > ahora


class Ajustes(_Leido):
    """A qué WhatsApp se manda el resumen, y con qué plantilla cuando la ventana está cerrada."""

    avisar: bool = False
    telefono: str | None = None
    plantilla_id: str | None = None


class EnLista(_Leido):
    """Un reporte sin su detalle. `enlaces`: cuántos siguen abriendo."""

    id: str
    semana: date
    alcance: str
    titulo: str
    frases: tuple[str, ...] = ()
    hecho_por: Literal["reglas", "modelo"] = "reglas"
    avisado_en: datetime | None = None
    fecha_actualizacion: datetime
    cifras: Resumido | None = None
    enlaces: int = 0

    @property
    def de_nora(self) -> bool:
        return self.alcance == DE_NORA

    @property
    def que_semana(self) -> Semana:
        return Semana(self.semana)


class Opcion(_Leido):
    """De qué se puede filtrar."""

    id: str
    nombre: str


class Lista(_Leido):
    """Los reportes de unas semanas."""

    reportes: tuple[EnLista, ...] = ()
    alcances: tuple[Opcion, ...] = ()


class Reporte(_Leido):
    """Un reporte completo."""

    id: str
    semana: date
    alcance: str
    titulo: str
    datos: Informe
    frases: tuple[str, ...] = ()
    hecho_por: Literal["reglas", "modelo"] = "reglas"
    avisado_en: datetime | None = None
    fecha_actualizacion: datetime
    enlaces: tuple[Enlace, ...] = ()
    ajustes: Ajustes | None = None

    @property
    def que_semana(self) -> Semana:
        return Semana(self.semana)


class Publico(_Leido):
    """Lo que se ve con un enlace."""

    negocio: str
    zona: str
    caduca_en: datetime
    reporte: Reporte


class Plantilla(_Leido):
    """Una plantilla aprobada."""

    id: str
    nombre: str
    proveedor_sid: str
    cuerpo: str = ""
    variables: dict[str, str] = Field(default_factory=dict)


class PlaticaDelEquipo(_Leido):
    """La plática con alguien del equipo. `abierta`: escribió hace menos de 24 horas."""

    conversacion_id: str
    abierta: bool
    baja: bool = False
