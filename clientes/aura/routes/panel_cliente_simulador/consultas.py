"""Las consultas del simulador. Todas con el token de la Nora: lo ajeno no existe."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from ...medios.pantalla import Adjunto, repartir
from ...medios.servicio import Subido
from ...utils.errores import ErrorNoEncontrado
from ...utils.supabase_client import supabase_de_nora
from ...utils.supabase_helpers import ejecutar, una_fila, valor

CANAL = "simulador"


class _Leido(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Fuente(_Leido):
    """Un bloque en que se apoyó una respuesta (`puntaje` de 0 a 1), o una herramienta, sin id."""

    id: str
    titulo: str
    puntaje: float = 0.0


class Mensaje(_Leido):
    """Algo dicho en la prueba. `clave`: la que puso el navegador."""

    id: int
    sentido: Literal["entrante", "saliente"]
    autor: Literal["contacto", "nora", "persona"]
    texto: str
    decisor: str = ""
    fuentes: list[Fuente] = Field(default_factory=list)
    fecha_creacion: datetime
    atendido: bool = False
    persona: str | None = None
    clave: str | None = None
    tipo: str = "texto"
    adjunto: Adjunto = Adjunto()


class Simulacion(_Leido):
    """La prueba de una persona. Sin conversación todavía, `conversacion_id` es None."""

    ia_activa: bool
    conversacion_id: str | None = None
    con_persona: bool = False
    espera_persona: bool = False
    falta_atender: bool = False
    mensajes: list[Mensaje]
    titulos: list[str]


class Recibido(_Leido):
    """Lo que quedó de un mensaje. `nuevo` es falso si ese mismo envío ya se había guardado."""

    nuevo: bool
    mensaje_id: int
    conversacion_id: str


def leer_simulacion(nombre_nora: str, direccion: str, despues_de: int = 0) -> Simulacion:
    """La prueba de quien tiene esa dirección, con los mensajes posteriores a uno y temas para preguntar."""
    argumentos = {"p_direccion": direccion, "p_despues_de": despues_de}
    leida = repartir(valor(supabase_de_nora(nombre_nora).rpc("leer_simulacion_con_adjuntos", argumentos)))
    if not leida:
        raise ErrorNoEncontrado
    return Simulacion.model_validate(leida)


def recibir(
    nombre_nora: str, direccion: str, quien: str, texto: str, clave: str, subido: Subido | None = None
) -> Recibido:
    """Guarda el mensaje por la misma puerta que los de WhatsApp; la misma clave es el mismo mensaje.

    Args:
        subido: un archivo ya guardado.
    """
    argumentos = {
        "p_nombre_nora": nombre_nora,
        "p_canal": CANAL,
        "p_proveedor_sid": f"sim:{clave}",
        "p_direccion": direccion,
        "p_direccion_envio": direccion,
        "p_nombre_perfil": quien,
        "p_texto": texto,
        "p_tipo": subido.clase if subido else "texto",
        "p_medios": [subido.como_json()] if subido else [],
    }
    return Recibido.model_validate(valor(supabase_de_nora(nombre_nora).rpc("recibir_mensaje", argumentos)))


def borrar(nombre_nora: str, direccion: str) -> None:
    """Borra el contacto simulado y, con él, su conversación. Que no haya no es un error."""
    ejecutar(
        supabase_de_nora(nombre_nora)
        .table("contactos")
        .delete()
        .eq("nombre_nora", nombre_nora)
        .eq("canal", CANAL)
        .eq("direccion", direccion)
    )


def ultima_prueba(nombre_nora: str, direccion: str) -> datetime | None:
    """Cuándo escribió por última vez esa persona en el simulador; None si nunca."""
    fila = una_fila(
        supabase_de_nora(nombre_nora)
        .table("contactos")
        .select("ultimo_mensaje_en")
        .eq("nombre_nora", nombre_nora)
        .eq("direccion", direccion)
        .limit(1)
    )
    return datetime.fromisoformat(fila["ultimo_mensaje_en"]) if fila and fila["ultimo_mensaje_en"] else None
