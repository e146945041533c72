"""Lo que conocimiento lee de la base, con sus tipos."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

DIAS_POR_VENCER = 7


class _Fila(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Bloque(_Fila):
    """Algo que Nora sabe; apagado o vencido no lo usa. Los dos días de la vigencia cuentan."""

    id: str
    titulo: str
    contenido: str
    etiquetas: tuple[str, ...]
    activo: bool
    prioridad: int = 0
    vigente_desde: date | None = None
    vigente_hasta: date | None = None
    fuente: str = ""
    fecha_actualizacion: datetime

    def momento(self, hoy: date) -> Literal["", "programado", "por_vencer", "con_fecha", "vencido"]:
        """Cómo está su vigencia; vacío si no tiene fechas."""
        if self.vigente_hasta is not None and self.vigente_hasta < hoy:
            return "vencido"
        if self.vigente_desde is not None and self.vigente_desde > hoy:
            return "programado"
        if self.vigente_hasta is None:
            return ""
        return "por_vencer" if (self.vigente_hasta - hoy).days <= DIAS_POR_VENCER else "con_fecha"


class EtiquetaUsada(_Fila):
    """Una etiqueta y en cuántos bloques está."""

    nombre: str
    cuantos: int


class Resumen(_Fila):
    """Cuántos bloques hay, cómo están y con qué etiquetas (las 40 más usadas). `hoy`: el día donde está la Nora."""

    hoy: date
    total: int
    apagados: int
    vencidos: int = 0
    por_vencer: int = 0
    con_fecha: int = 0
    preferidos: int = 0
    preguntas: int = 0
    etiquetas: tuple[EtiquetaUsada, ...]


class Cursor(NamedTuple):
    """El último bloque de una página."""

    fecha_actualizacion: datetime
    id: str


@dataclass(frozen=True)
class Filtro:
    """Lo que se pide de la lista. `palabras` ya sin acentos ni mayúsculas; `estado` vacío: todos."""

    palabras: tuple[str, ...] = ()
    etiqueta: str = ""
    estado: str = ""


class Version(_Fila):
    """Cómo quedó un bloque después de un cambio."""

    id: int
    bloque_id: str
    accion: str
    titulo: str
    contenido: str
    etiquetas: tuple[str, ...]
    activo: bool
    prioridad: int
    vigente_desde: date | None
    vigente_hasta: date | None
    fuente: str
    quien: str
    fecha_creacion: datetime


class Historia(_Fila):
    """Las versiones de un bloque, la última primero. `existe`: falso si se borró."""

    existe: bool
    versiones: tuple[Version, ...]


class BloqueEnUso(_Fila):
    """Lo que se compara al revisar. `con_fecha`: vale solo unos días."""

    id: str
    titulo: str
    contenido: str
    fecha_actualizacion: datetime
    con_fecha: bool


class ParaRevisar(_Fila):
    """Los bloques en uso, las parejas que ya se revisaron y cuántas preguntas esperan."""

    preguntas: int
    descartes: frozenset[str]
    bloques: tuple[BloqueEnUso, ...]


class Grupo(_Fila):
    """Una pregunta que Nora no supo, con las que piden lo mismo y lo que contestó una persona, si contestó."""

    grupo: str
    pregunta: str
    respuesta: str
    cuantas: int
    ultima: datetime
    variantes: tuple[str, ...]
    conversacion_id: str
    motivo: str
    simulador: bool

    @property
    def otras(self) -> list[str]:
        """Las demás formas en que lo preguntaron."""
        return [variante for variante in self.variantes if variante != self.pregunta]


class PorAgrupar(_Fila):
    """Una pregunta a la que le falta el vector del modelo actual."""

    id: str
    pregunta: str


class Preguntas(_Fila):
    """Lo que Nora no supo contestar. `total`: cuántos grupos; `ocultas`: los que el dueño pidió no ver."""

    total: int
    ocultas: int
    grupos: tuple[Grupo, ...]
    por_agrupar: tuple[PorAgrupar, ...]


class PreguntaAbierta(_Fila):
    """Lo que se ofrece como bloque nuevo."""

    pregunta: str
    respuesta: str
    cuantas: int


class DiaCubierto(_Fila):
    """Qué pasó con lo que preguntaron en un día."""

    dia: date
    contestadas: int
    opciones: int
    pasadas: int


class BloqueUsado(_Fila):
    """Un bloque y cuántas veces contestó."""

    id: str
    titulo: str
    veces: int


class BloqueSinUsar(_Fila):
    """Un bloque encendido que no ha contestado nada."""

    id: str
    titulo: str
    desde: datetime


class Cobertura(_Fila):
    """Cuánto contesta Nora sola, por día, y con qué."""

    dias: tuple[DiaCubierto, ...]
    usados: tuple[BloqueUsado, ...]
    sin_usar: tuple[BloqueSinUsar, ...]
    sin_usar_total: int
    preguntas: int


class Propuesta(_Fila):
    """Un tema propuesto por una importación."""

    id: int
    titulo: str
    contenido: str
    etiquetas: tuple[str, ...]
    fuente: str
    repetida: bool


class Importacion(_Fila):
    """Un archivo o texto partido en temas. `propuestas`: los siguientes por revisar; `quedan`: todos los que faltan."""

    id: str
    archivo: str
    tipo: str
    paginas: int
    total: int
    guardadas: int
    quedan: int
    fecha_creacion: datetime
    propuestas: tuple[Propuesta, ...] = ()
