"""Las formas en que viajan las tareas."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

ESTADOS = {"pendiente": "Por hacer", "en_curso": "En curso", "en_espera": "En pausa", "hecha": "Hechas"}
PRIORIDADES = {4: "Urgente", 3: "Alta", 2: "Normal", 1: "Baja"}
VENCIMIENTOS = {"vencidas": "Vencidas", "hoy": "Hoy", "semana": "Próximos 7 días", "sin_fecha": "Sin fecha"}
RECORDATORIOS = {0: "A la hora", 15: "15 minutos antes", 60: "1 hora antes", 1440: "1 día antes"}


class Persona(BaseModel):
    """Alguien del equipo de la Nora."""

    id: str
    nombre: str


class Tarea(BaseModel):
    """Una tarea como se ve en la lista. `prioridad`: de 1 (baja) a 4 (urgente)."""

    id: str
    numero: int
    titulo: str
    descripcion: str
    estado: str
    prioridad: int
    vence_en: datetime | None
    con_hora: bool
    recordar_minutos: int | None
    asignada_a: str | None
    persona: str | None
    contacto_id: str | None
    contacto: str | None
    etiquetas: list[str]
    recurrente_id: str | None
    completada_en: datetime | None
    fecha_creacion: datetime
    vence_orden: datetime
    pasos_total: int
    pasos_hechos: int
    comentarios_total: int

    @property
    def codigo(self) -> str:
        """Como se nombra: «T-12»."""
        return f"T-{self.numero}"

    def vencida(self, ahora: datetime) -> bool:
        """Si ya pasó su fecha y no está hecha."""
        return self.estado != "hecha" and self.vence_en is not None and self.vence_en < ahora


class Alrededor(BaseModel):
    """Lo que rodea a la lista. `sin_leer`: avisos míos; `hay`: si la Nora tiene alguna tarea."""

    personas: list[Persona] = Field(default_factory=list)
    etiquetas: list[str] = Field(default_factory=list)
    sin_leer: int = 0
    hay: bool = True


class Listado(Alrededor):
    """Una página de la lista; sin `cuentas` en las que siguen a la primera."""

    tareas: list[Tarea]
    cuentas: dict[str, int] | None = None


class Tablero(Alrededor):
    """Las primeras tareas de cada columna."""

    columnas: dict[str, list[Tarea]]
    cuentas: dict[str, int]


class Paso(BaseModel):
    """Un renglón de la lista de pasos."""

    id: str
    texto: str
    hecho: bool


class Comentario(BaseModel):
    """Lo que alguien comentó."""

    id: str
    texto: str
    usuario_id: str | None
    persona: str
    fecha_creacion: datetime


class Cambio(BaseModel):
    """Un renglón de la historia; `persona` vacía si lo hizo Nora."""

    campo: str
    antes: str
    despues: str
    persona: str | None
    fecha_creacion: datetime


class Adjunto(BaseModel):
    """Un archivo de una tarea."""

    id: str
    nombre: str
    mime: str
    bytes: int
    persona: str | None
    fecha_creacion: datetime

    @property
    def peso(self) -> str:
        """«340 KB», «2.1 MB»."""
        return f"{self.bytes / 1e6:.1f} MB" if self.bytes >= 1_000_000 else f"{max(1, self.bytes // 1000)} KB"


class ArchivoDeTarea(BaseModel):
    """Un adjunto con su lugar en el almacén."""

    id: str
    nombre: str
    mime: str
    ruta: str


class PlantillaDeTareas(BaseModel):
    """Una plantilla que sirve para avisar."""

    id: str
    nombre: str


class PlantillasDeTareas(BaseModel):
    """Con cuál se avisa fuera de las 24 horas, y entre cuáles se elige."""

    elegida: str | None = None
    plantillas: list[PlantillaDeTareas] = Field(default_factory=list)


class MoldeCompleto(Alrededor):
    """Algo que se repite, con lo que se puede cambiar. `inicio`: hora local de la Nora."""

    id: str
    titulo: str
    descripcion: str = ""
    prioridad: int
    asignada_a: str | None = None
    persona: str | None = None
    regla: str
    inicio: datetime
    con_hora: bool
    activa: bool


class Ficha(Alrededor):
    """Una tarea con todo lo suyo."""

    tarea: Tarea
    creada_por: str | None
    regla: str | None
    repite_activa: bool | None
    siguiente: datetime | None
    pasos: list[Paso]
    comentarios: list[Comentario]
    cambios: list[Cambio]
    adjuntos: list[Adjunto] = Field(default_factory=list)


class Molde(BaseModel):
    """Algo que se repite. `inicio`: hora local de la Nora; `siguiente`: instante de la que falta por crear."""

    id: str
    titulo: str = ""
    regla: str
    inicio: datetime
    con_hora: bool
    siguiente: datetime
    activa: bool = True
    persona: str | None = None
    abiertas: int = 0


class AlDia(BaseModel):
    """Lo que hizo una vuelta del programador, y los moldes que esperan su tarea."""

    recordadas: int
    vencidas: int
    resumenes: int
    moldes: list[Molde]


class DePersona(BaseModel):
    """Las cifras de una persona. `horas`: mediana de crear a terminar."""

    persona_id: str | None
    persona: str
    abiertas: int
    vencidas: int
    hechas: int
    con_fecha: int
    a_tiempo: int
    horas: float | None

    @property
    def puntualidad(self) -> int | None:
        """De 0 a 100; None si ninguna tenía fecha."""
        return round(100 * self.a_tiempo / self.con_fecha) if self.con_fecha else None


class Aviso(BaseModel):
    """Algo que se le avisó a una persona."""

    id: int
    tarea_id: str | None
    tipo: str
    texto: str
    whatsapp: str
    leido_en: datetime | None
    fecha_creacion: datetime


class Preferencias(BaseModel):
    """Cómo quiere enterarse una persona; teléfono en E.164."""

    por_whatsapp: bool = False
    resumenes: bool = True
    telefono: str | None = None


class MisAvisos(BaseModel):
    """Mis avisos y cómo los quiero."""

    avisos: list[Aviso]
    preferencias: Preferencias | None


class Hallado(BaseModel):
    """Un contacto que se parece a lo escrito."""

    id: str
    nombre: str
    nombre_perfil: str
    telefono: str | None

    @property
    def quien(self) -> str:
        """Cómo llamarle."""
        return self.nombre or self.nombre_perfil or self.telefono or "Sin nombre"


class Resumen(BaseModel):
    """Cifras para el tablero del negocio."""

    abiertas: int
    vencidas: int
    hoy: int


@dataclass(frozen=True)
class Cursor:
    """Dónde terminó la página anterior."""

    en: datetime
    id: str


@dataclass(frozen=True)
class Filtro:
    """Lo que se pidió ver; viaja entero en la dirección."""

    texto: str = ""
    estado: str = ""
    persona: str = ""
    prioridad: str = ""
    etiqueta: str = ""
    vence: str = ""
    contacto: str = ""

    @property
    def activo(self) -> bool:
        """Si algo además del estado recorta la lista."""
        return any(valor for clave, valor in asdict(self).items() if clave != "estado")

    def como_direccion(self, **cambios: str) -> dict[str, str]:
        """Los argumentos de la dirección, con esos cambios y sin los vacíos."""
        nombres = {"texto": "q"}
        juntos = {nombres.get(clave, clave): valor for clave, valor in asdict(self).items()} | cambios
        return {clave: valor for clave, valor in juntos.items() if valor}

    def como_json(self, ahora: datetime, zona: str, usuario_id: str) -> dict[str, Any]:
        """El filtro como lo lee la base; los días se cuentan en la zona de la Nora."""
        local = ahora.astimezone(ZoneInfo(zona))
        hoy = local.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
        dias = 7 if self.vence == "semana" else 1
        return {
            **asdict(self),
            "persona": usuario_id if self.persona == "yo" else self.persona,
            "ahora": ahora.isoformat(),
            "desde": hoy.replace(tzinfo=ZoneInfo(zona)).isoformat(),
            "hasta": (hoy + timedelta(days=dias)).replace(tzinfo=ZoneInfo(zona)).isoformat(),
        }
