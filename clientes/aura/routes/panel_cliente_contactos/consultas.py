"""Lo que contactos lee y escribe en la base; siempre con el token de la Nora."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, NamedTuple

from postgrest import CountMethod
from pydantic import BaseModel, ConfigDict

from ...utils.formato import telefono as telefono_legible
from ...utils.supabase_client import supabase_de_nora
from ...utils.supabase_helpers import ejecutar, filas, una_fila, valor

COLUMNAS_LISTA = (
    "id,canal,nombre,nombre_perfil,telefono,baja_en,ultimo_mensaje_en,fecha_creacion,"
    "conversaciones(id,espera_persona_desde),etiquetas(id,nombre)"
)
COLUMNAS_FICHA = (
    "id,canal,nombre,nombre_perfil,telefono,correo,notas,baja_en,problema_envio,ultimo_mensaje_en,fecha_creacion,"
    "conversaciones(id,espera_persona_desde),etiquetas(id,nombre)"
)
ETIQUETAS_MAXIMAS = 200


class _Fila(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Etiqueta(_Fila):
    """Una etiqueta de la Nora."""

    id: str
    nombre: str


class Platica(_Fila):
    """La conversación de un contacto, lo justo para llegar a ella."""

    id: str
    espera_persona_desde: datetime | None = None


class Contacto(_Fila):
    """Un cliente. `telefono` en E.164; nulo si escribe con nombre de usuario de WhatsApp."""

    id: str
    canal: Literal["whatsapp", "simulador"]
    nombre: str
    nombre_perfil: str
    telefono: str | None
    correo: str = ""
    notas: str = ""
    baja_en: datetime | None = None
    problema_envio: Literal["", "invalido", "bloqueado"] = ""
    ultimo_mensaje_en: datetime | None = None
    fecha_creacion: datetime
    conversaciones: Platica | None = None
    etiquetas: tuple[Etiqueta, ...] = ()

    @property
    def quien(self) -> str:
        """Cómo llamarle en pantalla: lo que escribió el negocio, o lo que dice su perfil, o su teléfono."""
        return self.nombre or self.nombre_perfil or telefono_legible(self.telefono) or "Sin nombre"

    @property
    def platica(self) -> Platica | None:
        """Su conversación, si ya hubo una."""
        return self.conversaciones

    @property
    def nombres_de_etiquetas(self) -> list[str]:
        """Sus etiquetas, por orden alfabético."""
        return sorted((e.nombre for e in self.etiquetas), key=str.casefold)


class Cursor(NamedTuple):
    """El último contacto de una página; la siguiente empieza después de él."""

    fecha_creacion: datetime
    id: str


class Recado(_Fila):
    """Un mensaje, como se asoma en la ficha."""

    id: int
    sentido: Literal["entrante", "saliente"]
    autor: Literal["contacto", "nora", "persona"]
    tipo: str
    texto: str
    fecha_creacion: datetime


def buscar(nombre_nora: str, texto: str, limite: int, despues_de: Cursor | None) -> list[Contacto]:
    """Contactos que se parecen al texto; sin texto, los más nuevos primero, desde el cursor."""
    argumentos = {
        "p_texto": texto,
        "p_limite": limite,
        "p_antes_de": despues_de.fecha_creacion.isoformat() if despues_de else None,
        "p_antes_id": despues_de.id if despues_de else None,
    }
    consulta = supabase_de_nora(nombre_nora).rpc("buscar_contactos", argumentos).select(COLUMNAS_LISTA)
    return [Contacto.model_validate(fila) for fila in filas(consulta)]


def leer(nombre_nora: str, contacto_id: str) -> Contacto | None:
    """Un contacto con sus etiquetas y su conversación; None si no es de esta Nora."""
    fila = una_fila(
        supabase_de_nora(nombre_nora)
        .table("contactos")
        .select(COLUMNAS_FICHA)
        .eq("nombre_nora", nombre_nora)
        .eq("id", contacto_id)
    )
    return Contacto.model_validate(fila) if fila else None


def ultimos_mensajes(
    nombre_nora: str, conversacion_id: str, desde: datetime, limite: int
) -> tuple[list[Recado], int]:
    """(los últimos mensajes, del más nuevo al más viejo; cuántos hubo en total desde esa fecha)."""
    respuesta = ejecutar(
        supabase_de_nora(nombre_nora)
        .table("mensajes")
        .select("id,sentido,autor,tipo,texto,fecha_creacion", count=CountMethod.exact)
        .eq("nombre_nora", nombre_nora)
        .eq("conversacion_id", conversacion_id)
        .gte("fecha_creacion", desde.isoformat())
        .order("id", desc=True)
        .limit(limite)
    )
    return [Recado.model_validate(fila) for fila in respuesta.data], int(respuesta.count or 0)


def listar_etiquetas(nombre_nora: str) -> list[Etiqueta]:
    """Las etiquetas de la Nora, por nombre."""
    consulta = (
        supabase_de_nora(nombre_nora)
        .table("etiquetas")
        .select("id,nombre")
        .eq("nombre_nora", nombre_nora)
        .order("nombre")
        .limit(ETIQUETAS_MAXIMAS)
    )
    return [Etiqueta.model_validate(fila) for fila in filas(consulta)]


def guardar(
    nombre_nora: str,
    contacto_id: str | None,
    *,
    nombre: str,
    telefono: str | None,
    correo: str,
    notas: str,
    etiquetas: list[str],
) -> str:
    """Crea (sin id) o cambia un contacto con sus etiquetas; devuelve su id.

    Raises:
        ErrorNoEncontrado: no es de esta Nora.
        ErrorDuplicado: otro contacto tiene ese teléfono.
        ErrorDatoInvalido: su teléfono ya tiene plática y no se cambia.
    """
    argumentos = {
        "p_contacto_id": contacto_id,
        "p_nombre": nombre,
        "p_telefono": telefono,
        "p_correo": correo,
        "p_notas": notas,
        "p_etiquetas": etiquetas,
    }
    return str(valor(supabase_de_nora(nombre_nora).rpc("guardar_contacto", argumentos)))


def borrar(nombre_nora: str, contacto_id: str) -> bool:
    """Borra un contacto con su conversación y sus mensajes; falso si no es de esta Nora."""
    borradas = filas(
        supabase_de_nora(nombre_nora)
        .table("contactos")
        .delete()
        .eq("nombre_nora", nombre_nora)
        .eq("id", contacto_id)
    )
    return bool(borradas)
