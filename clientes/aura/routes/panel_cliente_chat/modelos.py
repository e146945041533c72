"""Lo que el chat lee de la base, con tipo."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from ...medios.pantalla import Adjunto

Filtro = Literal[
    "todas",
    "esperan",
    "sin_leer",
    "mias",
    "mencionan",
    "sin_asignar",
    "pendientes",
    "pospuestas",
    "resueltas",
]
Estado = Literal["abierta", "pendiente", "pospuesta", "resuelta"]
SIN_TEXTO = {
    "imagen": "Imagen",
    "audio": "Nota de voz",
    "video": "Video",
    "documento": "Documento",
    "ubicacion": "Ubicación",
    "contacto": "Contacto compartido",
    "sticker": "Sticker",
}


class _Leido(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


def nombre_a_mostrar(nombre: str, nombre_perfil: str, telefono: str | None, direccion: str) -> str:
    """Cómo llamar a un contacto: su nombre, el de su perfil, su teléfono o, a falta de todo, su dirección."""
    return nombre.strip() or nombre_perfil.strip() or telefono or direccion.partition(":")[2]


class Resumen(_Leido):
    """Una conversación como sale en la lista."""

    id: str
    canal: str
    ultimo_mensaje_en: datetime
    ultimo_texto: str
    ultimo_autor: Literal["contacto", "nora", "persona"] | None = None
    no_leidos: int
    espera_persona_desde: datetime | None = None
    con_persona: bool | None = None
    estado: Estado = "abierta"
    pospuesta_hasta: datetime | None = None
    asignada_nombre: str | None = None
    te_nombran: bool = False
    hallado: str | None = None
    nombre: str
    nombre_perfil: str
    telefono: str | None = None
    direccion: str

    @property
    def quien(self) -> str:
        return nombre_a_mostrar(self.nombre, self.nombre_perfil, self.telefono, self.direccion)

    @property
    def simulacion(self) -> bool:
        return self.canal == "simulador"

    @property
    def vista_previa(self) -> str:
        """Lo último que se dijo, en un renglón y con quién lo dijo si no fue el cliente."""
        if self.hallado:
            return "«" + " ".join(self.hallado.split()) + "»"
        texto = " ".join(self.ultimo_texto.split())
        if texto.startswith("[") and texto.endswith("]"):
            texto = SIN_TEXTO.get(texto[1:-1], texto)
        return {"nora": "Nora: ", "persona": "Equipo: "}.get(self.ultimo_autor or "", "") + texto


class Lista(_Leido):
    """Un tramo de la lista. Las cuentas son de toda la Nora (`mias` y `mencionan`, de quien pide) y no pasan de 100."""

    conversaciones: list[Resumen]
    esperan: int
    sin_leer: int
    mias: int = 0
    mencionan: int = 0


class Fuente(_Leido):
    """En qué se apoyó una respuesta: un bloque (`puntaje` de 0 a 1) o lo que devolvió una herramienta (`detalle`)."""

    id: str
    titulo: str
    puntaje: float = 0.0
    tipo: Literal["bloque", "herramienta"] = "bloque"
    detalle: str = ""


class Mensaje(_Leido):
    """Algo dicho en una conversación. `estado` y `error_texto` son de su envío; `clave`, la que puso el navegador."""

    id: int
    sentido: Literal["entrante", "saliente"]
    autor: Literal["contacto", "nora", "persona"]
    tipo: str = "texto"
    texto: str = ""
    decisor: str = ""
    fuentes: list[Fuente] = Field(default_factory=list)
    fecha_creacion: datetime
    persona: str | None = None
    clave: str | None = None
    estado: str | None = None
    error_texto: str = ""
    adjunto: Adjunto = Adjunto()

    @property
    def sin_texto(self) -> str:
        """Qué es cuando no trae palabras."""
        return SIN_TEXTO.get(self.tipo, "Mensaje que no se puede mostrar")


class Contacto(_Leido):
    """Con quién es la conversación. Teléfono en E.164 o None."""

    id: str
    nombre: str
    nombre_perfil: str
    telefono: str | None = None
    direccion: str
    correo: str = ""
    notas: str = ""
    baja_en: datetime | None = None
    problema_envio: str = ""
    fecha_creacion: datetime
    etiquetas: list[str] = Field(default_factory=list)

    @property
    def quien(self) -> str:
        return nombre_a_mostrar(self.nombre, self.nombre_perfil, self.telefono, self.direccion)


class Persona(_Leido):
    """Alguien del equipo."""

    id: str
    nombre: str


class Suceso(_Leido):
    """Una nota del equipo o algo que pasó; se enseña después del mensaje `despues_de`."""

    id: int
    tipo: Literal["nota", "estado", "asignacion", "mando", "espera", "programado"]
    texto: str
    despues_de: int
    persona: str | None = None
    fecha_creacion: datetime


class Programado(_Leido):
    """Un mensaje escrito para más tarde; `cuando` en UTC."""

    id: str
    texto: str
    cuando: datetime
    persona: str | None = None


class Rapida(_Leido):
    """Una respuesta guardada que se pone con «/» y su atajo."""

    id: str
    atajo: str
    texto: str


class Conversacion(_Leido):
    """Una conversación con un tramo de sus mensajes, del más viejo al más nuevo.

    `humano_hasta` y `tomada_por` solo mientras una persona la lleva. `ventana_abierta`: si WhatsApp deja
    escribir libre.
    """

    id: str
    canal: str
    humano_hasta: datetime | None = None
    tomada_por: str | None = None
    tomada_por_nombre: str | None = None
    espera_persona_desde: datetime | None = None
    motivo_espera: str = ""
    no_leidos: int = 0
    ventana_abierta: bool = True
    ventana_hasta: datetime | None = None
    estado: Estado = "abierta"
    pospuesta_hasta: datetime | None = None
    asignada_a: str | None = None
    asignada_nombre: str | None = None
    equipo: list[Persona] = Field(default_factory=list)
    nombrados: list[str] = Field(default_factory=list)
    programados: list[Programado] = Field(default_factory=list)
    sucesos: list[Suceso] = Field(default_factory=list)
    contacto: Contacto
    mensajes: list[Mensaje]
    cambiados: list[Mensaje] = Field(default_factory=list)

    @property
    def simulacion(self) -> bool:
        return self.canal == "simulador"


class Respondido(_Leido):
    """Lo que quedó al contestar. `nuevo` es falso si ese mismo envío ya se había guardado."""

    nuevo: bool
    mensaje_id: int
