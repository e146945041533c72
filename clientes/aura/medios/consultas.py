"""Los archivos en la base y en el almacén. La base, con el token de su Nora: lo ajeno no existe.

El almacén entra con service_role porque su cubeta es privada y no tiene políticas: nadie más llega a ella. La ruta
siempre sale de un renglón leído con el token de la Nora, o se arma aquí con su nombre.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from typing import IO, Any, Literal, TypeVar

import httpx
from pydantic import BaseModel, ConfigDict, Field

from app_config import Config

from ..utils.errores import ErrorNoEncontrado, ErrorServicioExterno
from ..utils.supabase_client import (
    ErrorDeAlmacen,
    conexion_actual,
    enlace_en_pagina,
    supabase,
    supabase_de_nora,
)
from ..utils.supabase_helpers import ejecutar, filas, una_fila, valor
from .tipos import MAXIMO

CUBETA = "medios"
VIGENCIA_EN_PAGINA_S = 300
VIGENCIA_AFUERA_S = 3_600  # Twilio lo toma al aceptar el mensaje, o poco después
POR_PAGINA = 500
EN_LISTA = 1_000
T = TypeVar("T")
Estado = Literal["pendiente", "listo", "rechazado", "fallido"]
Voz = Literal["", "pendiente", "lista", "sin_llave", "fallida"]


class _Leido(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Medio(_Leido):
    """Un archivo de un mensaje. `origen`: la dirección del proveedor; `ruta`: dónde está guardado."""

    id: str
    conversacion_id: str
    mensaje_id: int
    estado: Estado = "pendiente"
    motivo: str = ""
    origen: str = ""
    mime_declarado: str = ""
    mime: str = ""
    nombre: str = ""
    bytes: int = 0
    ruta: str = ""
    voz: Voz = ""
    segundos: int | None = None
    fecha_creacion: str = ""


class MedioPendiente(_Leido):
    """De un archivo de lo que se va a contestar, lo que el turno necesita."""

    id: str
    mensaje_id: int
    estado: Estado
    mime: str = ""
    bytes: int = 0
    ruta: str = ""
    voz: Voz = ""


class MediosDelTurno(_Leido):
    """`falta`: alguno está en camino. `ya_se_pidio`: hace menos de un día se pidió lo mismo por escrito."""

    falta: bool = False
    medios: list[MedioPendiente] = Field(default_factory=list)
    al_recibir: Literal["preguntar", "pasar"] = "preguntar"
    ya_se_pidio: bool = False


COLUMNAS = (
    "id,conversacion_id,mensaje_id,estado,motivo,origen,mime_declarado,mime,nombre,bytes,ruta,voz,segundos,"
    "fecha_creacion"
)


def configuracion() -> Config:
    """La configuración con que este proceso se conectó."""
    return conexion_actual().config


# ---------------------------------------------------------------- la base
def leer(nombre_nora: str, medio_id: str) -> Medio | None:
    """Uno; None si no existe o es de otra Nora."""
    fila = una_fila(
        supabase_de_nora(nombre_nora)
        .table("medios")
        .select(COLUMNAS)
        .eq("nombre_nora", nombre_nora)
        .eq("id", medio_id)
    )
    return Medio.model_validate(fila) if fila else None


def canal_de_la_platica(nombre_nora: str, conversacion_id: str) -> str | None:
    """Por qué canal llegó; None si la plática ya no existe."""
    fila = una_fila(
        supabase_de_nora(nombre_nora)
        .table("conversaciones")
        .select("canal")
        .eq("nombre_nora", nombre_nora)
        .eq("id", conversacion_id)
    )
    return str(fila["canal"]) if fila else None


def cambiar(nombre_nora: str, medio_id: str, cambios: dict[str, Any]) -> bool:
    """Cambia uno; falso si ya no existe."""
    return bool(
        filas(
            supabase_de_nora(nombre_nora)
            .table("medios")
            .update(cambios)
            .eq("nombre_nora", nombre_nora)
            .eq("id", medio_id)
        )
    )


def pedir_otra_vez(nombre_nora: str, medio_id: str) -> bool:
    """Lo que no se pudo bajar vuelve a la cola; falso si no había nada que repetir.

    Raises:
        ErrorNoEncontrado: no existe o es de otra Nora.
    """
    cambiados = filas(
        supabase_de_nora(nombre_nora)
        .table("medios")
        .update({"estado": "pendiente", "motivo": ""})
        .eq("nombre_nora", nombre_nora)
        .eq("id", medio_id)
        .in_("estado", ["fallido"])
    )
    if cambiados:
        return True
    suyo = supabase_de_nora(nombre_nora).table("medios").select("id").eq("nombre_nora", nombre_nora)
    if una_fila(suyo.eq("id", medio_id)) is None:
        raise ErrorNoEncontrado
    return False


def anotar_voz(
    nombre_nora: str, medio_id: str, voz: Voz, texto: str = "", segundos: int | None = None
) -> None:
    """Cómo quedó la transcripción; lo dicho pasa a ser el texto del mensaje."""
    argumentos = {"p_medio_id": medio_id, "p_voz": voz, "p_texto": texto, "p_segundos": segundos}
    ejecutar(supabase_de_nora(nombre_nora).rpc("anotar_voz", argumentos))


def del_turno(nombre_nora: str, conversacion_id: str, mensajes: Collection[int]) -> MediosDelTurno:
    """Los archivos de unos mensajes, y si falta alguno."""
    argumentos = {"p_conversacion_id": conversacion_id, "p_mensajes": sorted(mensajes)}
    return MediosDelTurno.model_validate(
        valor(supabase_de_nora(nombre_nora).rpc("medios_del_turno", argumentos))
    )


def de_contacto(nombre_nora: str, contacto_id: str) -> list[Medio]:
    """Los guardados de la plática con una persona, del más viejo al más nuevo."""
    platica = una_fila(
        supabase_de_nora(nombre_nora)
        .table("conversaciones")
        .select("id")
        .eq("nombre_nora", nombre_nora)
        .eq("contacto_id", contacto_id)
    )
    return list(_guardados(nombre_nora, {"conversacion_id": platica["id"]})) if platica else []


def de_nora(nombre_nora: str) -> Iterator[Medio]:
    """Todos los guardados de una Nora."""
    yield from _guardados(nombre_nora, {})


def _guardados(nombre_nora: str, filtro: dict[str, Any]) -> Iterator[Medio]:
    ultimo = ""
    while True:
        consulta = (
            supabase_de_nora(nombre_nora)
            .table("medios")
            .select(COLUMNAS)
            .match({"nombre_nora": nombre_nora, "estado": "listo", **filtro})
            .order("id")
            .limit(POR_PAGINA)
        )
        leidas = filas(consulta.gt("id", ultimo) if ultimo else consulta)
        yield from (Medio.model_validate(una) for una in leidas)
        if len(leidas) < POR_PAGINA:
            return
        ultimo = leidas[-1]["id"]


def rutas_sin_dueno(rutas: list[str]) -> list[str]:
    """De unas rutas guardadas, las que ningún renglón nombra. De toda la instalación."""
    return list(valor(supabase.rpc("rutas_sin_dueno", {"p_rutas": rutas})))


def repescar(segundos: int = 120) -> int:
    """Vuelve a encolar los archivos a medias que se quedaron sin trabajo. De toda la instalación."""
    return int(valor(supabase.rpc("repescar_medios", {"p_segundos": segundos})) or 0)


# ---------------------------------------------------------------- el almacén
def guardar_archivo(ruta: str, archivo: IO[bytes], mime: str) -> None:
    """Sube un archivo abierto de este disco; repetirlo lo reemplaza.

    Raises:
        ErrorServicioExterno: el almacén no lo tomó.
    """
    opciones: Any = {"content-type": mime, "upsert": "true", "cache-control": "3600"}

    def subir() -> Any:
        # El cliente solo sube por partes lo que se abrió para leer.
        with os.fdopen(os.dup(archivo.fileno()), "rb") as lector:
            lector.seek(0)
            return supabase.storage.from_(CUBETA).upload(ruta, lector, opciones)

    try:
        _con_almacen(subir)
    except _SinCubeta:
        crear_cubeta()
        _con_almacen(subir)


def bajar_archivo(ruta: str) -> bytes:
    """Lo que hay guardado en una ruta.

    Raises:
        ErrorServicioExterno: no contestó, o ya no está.
    """
    return _con_almacen(lambda: supabase.storage.from_(CUBETA).download(ruta))


def enlace(ruta: str, *, nombre: str = "", afuera: bool = False) -> str:
    """Un enlace firmado y corto.

    Args:
        nombre: con él se baja con ese nombre en lugar de mostrarse.
        afuera: completo, para el proveedor; si no, como se escribe en una página.

    Raises:
        ErrorServicioExterno: no contestó, o el archivo ya no está.
    """
    opciones: Any = {"download": nombre} if nombre else {}
    vigencia = VIGENCIA_AFUERA_S if afuera else VIGENCIA_EN_PAGINA_S
    firmado = _con_almacen(lambda: supabase.storage.from_(CUBETA).create_signed_url(ruta, vigencia, opciones))
    completo = str(firmado["signedURL"])
    return completo if afuera else enlace_en_pagina(completo)


def se_ve_de_afuera() -> bool:
    """Si un enlace puede abrirse desde internet: con Supabase hospedado siempre; con el almacén de aquí, si la
    instalación tiene dirección pública."""
    conexion = conexion_actual()
    return conexion.api_local is None or bool(conexion.config.URL_PUBLICA)


def borrar_archivos(rutas: list[str]) -> None:
    """Los quita; que alguno no esté no es un error.

    Raises:
        ErrorServicioExterno: no contestó.
    """
    if rutas:
        try:
            _con_almacen(lambda: supabase.storage.from_(CUBETA).remove(rutas))
        except _SinCubeta:
            return


def rutas_guardadas(antes_de: datetime | None = None) -> Iterator[str]:
    """Cada archivo del almacén, o solo los de antes de un momento. Están en la carpeta de su Nora, sin subcarpetas.

    Raises:
        ErrorServicioExterno: no contestó.
    """
    for carpeta in _listar(""):
        if carpeta.get("id") is None:
            for uno in _listar(str(carpeta["name"])):
                momento = datetime.fromisoformat(str(uno["created_at"])) if uno.get("id") else None
                if momento is not None and (antes_de is None or momento < antes_de):
                    yield f"{carpeta['name']}/{uno['name']}"


def _listar(carpeta: str) -> list[dict[str, Any]]:
    """Lo que hay en una carpeta, por nombre; las subcarpetas llegan sin `id`."""
    todo: list[dict[str, Any]] = []

    def pedir() -> list[dict[str, Any]]:
        orden = {"column": "name", "order": "asc"}
        opciones: Any = {"limit": EN_LISTA, "offset": len(todo), "sortBy": orden}
        return list(supabase.storage.from_(CUBETA).list(carpeta, opciones))

    while True:
        try:
            pagina = _con_almacen(pedir)
        except _SinCubeta:
            return []
        todo += pagina
        if len(pagina) < EN_LISTA:
            return todo


_candado = threading.Lock()


def crear_cubeta() -> None:
    """La cubeta privada de los archivos, con su tope; que ya esté no es un error.

    Raises:
        ErrorServicioExterno: no contestó.
    """
    with _candado:
        try:
            supabase.storage.create_bucket(CUBETA, options={"public": False, "file_size_limit": MAXIMO})
        except ErrorDeAlmacen as error:
            if str(error.status) != "409" and "exist" not in error.message.lower():
                raise ErrorServicioExterno from error
        except httpx.HTTPError as error:
            raise ErrorServicioExterno from error


_NO_HAY_CUBETA = ("bucket not found", "the related resource does not exist")


class _SinCubeta(ErrorServicioExterno):
    """Nadie ha guardado nada todavía."""


def _con_almacen(hacer: Callable[[], T]) -> T:
    try:
        return hacer()
    except ErrorDeAlmacen as error:
        if error.message.lower().startswith(_NO_HAY_CUBETA):
            raise _SinCubeta from error
        raise ErrorServicioExterno("No se pudo llegar al archivo guardado.") from error
    except httpx.HTTPError as error:
        raise ErrorServicioExterno("No se pudo llegar al archivo guardado.") from error
