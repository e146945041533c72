"""Lo que un turno sabe y lo que decide."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from .horario import Horario


class _Leido(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Recibido(_Leido):
    """Lo que quedó guardado de un mensaje entrante. `nuevo` es falso si ya estaba."""

    nuevo: bool
    mensaje_id: int
    conversacion_id: str


class NoraDelTurno(_Leido):
    """De la Nora, lo que importa para contestar."""

    nombre_nora: str
    nombre_visible: str
    activo: bool = True
    ia_activa: bool = True
    mensaje_bienvenida: str = ""
    mensaje_fuera_tema: str = ""
    modo_respuesta: Literal["flexible", "estricto"] = "estricto"
    silencio_segundos: int = 4
    zona_horaria: str = "America/Hermosillo"
    horario: Horario = Horario()
    mensaje_fuera_horario: str = ""
    aviso_privacidad: str = ""


class Pendiente(_Leido):
    """Un mensaje del cliente sin atender; `edad_s` en segundos, con el reloj de la base."""

    id: int
    texto: str = ""
    tipo: str = "texto"
    edad_s: float = 0.0


class Opcion(_Leido):
    """Un tema ofrecido. Sin `bloque_id`, es hablar con una persona."""

    numero: int
    titulo: str
    bloque_id: str | None = None


class NoraPorBarrer(BaseModel):
    """Una Nora y desde cuándo hay que preguntarle a su proveedor qué recibió. `numero_nora` en E.164."""

    nombre_nora: str
    numero_nora: str
    desde: datetime


class Turno(_Leido):
    """Todo lo que hace falta para decidir qué contestar en una plática. `ahora`: el reloj de la base."""

    nora: NoraDelTurno
    ahora: datetime = Field(default_factory=lambda: datetime.now(UTC))
    conversacion_id: str
    canal: str = "whatsapp"
    persona_al_mando: bool = False
    espera_persona: bool = False
    opciones: tuple[Opcion, ...] = ()
    saludada: bool = False
    de_baja: bool = False
    cierre_avisado_hace_s: float | None = None
    avisado_hace_s: float | None = None
    pendientes: tuple[Pendiente, ...] = ()

    @property
    def hasta_mensaje(self) -> int:
        """El id del último mensaje que este turno atiende."""
        return self.pendientes[-1].id

    @property
    def texto(self) -> str:
        """Las burbujas seguidas, como una sola pregunta."""
        return "\n".join(p.texto.strip() for p in self.pendientes if p.texto.strip())


@dataclass(frozen=True)
class Fuente:
    """En qué se apoya una respuesta: un bloque, o lo que devolvió una herramienta (sin id). `puntaje` de 0 a 1."""

    id: str
    titulo: str
    puntaje: float
    tipo: Literal["bloque", "herramienta"] = "bloque"

    def como_json(self) -> dict[str, Any]:
        """Como se guarda en `mensajes.fuentes`."""
        comun = {"id": self.id, "titulo": self.titulo, "puntaje": round(self.puntaje, 3)}
        return comun if self.tipo == "bloque" else {**comun, "tipo": self.tipo}


@dataclass(frozen=True)
class Decision:
    """Lo que un decisor resolvió. Con `texto` vacío no se contesta, pero lo pendiente queda atendido."""

    decisor: str
    texto: str = ""
    fuentes: tuple[Fuente, ...] = ()
    opciones: tuple[Opcion, ...] = ()
    pasar_a_persona: bool = False
    motivo: str = ""
    saludar: bool = False
    baja: bool | None = None
    avisar_cierre: bool = False
    sin_saludo: bool = field(default=False, repr=False)


class Resuelto(_Leido):
    """Si la respuesta quedó escrita; si no, por qué."""

    hecho: bool
    razon: Literal["", "cambio", "persona"] = ""
