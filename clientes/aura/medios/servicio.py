"""Archivos que sube alguien desde el panel, y los enlaces para ver los que ya están."""

from __future__ import annotations

import hashlib
import tempfile
import uuid
from dataclasses import dataclass
from typing import IO, Any

from ..utils.errores import ErrorDatoInvalido, ErrorNoEncontrado
from . import consultas, ogg, tarjetas, tipos
from .preparar import ruta_de

TROZO = 64 * 1024
PETICION_MAXIMA = tipos.MAXIMO + 2 * 1024 * 1024  # lo que pese más lo dice el servicio, no un error de la red


@dataclass(frozen=True)
class Subido:
    """Un archivo ya guardado, todavía sin mensaje. Repetir la clave es el mismo archivo en el mismo lugar."""

    id: str
    clase: tipos.Clase
    mime: str
    nombre: str
    bytes: int
    ruta: str
    huella: str
    segundos: int | None = None
    datos: dict[str, Any] | None = None

    def como_json(self) -> dict[str, Any]:
        """Como lo piden `responder_con_archivo` y `recibir_mensaje`."""
        return {
            "id": self.id,
            "mime": self.mime,
            "nombre": self.nombre,
            "bytes": self.bytes,
            "ruta": self.ruta,
            "huella": self.huella,
            "segundos": self.segundos,
            "datos": self.datos or {},
        }


def subir(
    nombre_nora: str, flujo: IO[bytes] | None, nombre: str, declarado: str, clave: str, *, va_a_salir: bool
) -> Subido:
    """Revisa y guarda un archivo.

    Args:
        clave: el uuid que puso el navegador.
        va_a_salir: si WhatsApp lo va a entregar: sus tipos y pesos son más estrechos.

    Raises:
        ErrorDatoInvalido: no se acepta; la frase dice por qué y qué hacer.
        ErrorServicioExterno: no se pudo guardar.
    """
    if flujo is None:
        raise ErrorDatoInvalido("Elige un archivo.", campo="archivo")
    with tempfile.TemporaryFile() as archivo:
        _copiar(flujo, archivo)
        mime = tipos.por_contenido(archivo, declarado, nombre)
        if mime == "audio/webm":
            mime = _a_ogg(archivo)
        bytes_ = archivo.seek(0, 2)
        no = (
            tipos.por_que_no_sale(mime, bytes_)
            if va_a_salir
            else tipos.por_que_no(mime, tipos.normal(declarado), bytes_)
        )
        if no:
            raise ErrorDatoInvalido(no, campo="archivo")
        medio_id = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{nombre_nora}/{clave}"))
        ruta = ruta_de(nombre_nora, medio_id, mime)
        consultas.guardar_archivo(ruta, archivo, mime)
        archivo.seek(0)
        return Subido(
            id=medio_id,
            clase=tipos.clase_de(mime),
            mime=mime,
            nombre=tipos.nombre_seguro(nombre, mime) if tipos.clase_de(mime) == "documento" else "",
            bytes=bytes_,
            ruta=ruta,
            huella=hashlib.file_digest(archivo, "sha256").hexdigest(),
            segundos=ogg.segundos(archivo) if mime == "audio/ogg" else None,
            datos=tarjetas.leer(archivo) if mime == "text/vcard" else None,
        )


def _copiar(flujo: IO[bytes], destino: IO[bytes]) -> None:
    escritos = 0
    while trozo := flujo.read(TROZO):
        escritos += len(trozo)
        if escritos > tipos.MAXIMO:
            raise ErrorDatoInvalido(
                "Pesa más de 16 MB, que es lo más que WhatsApp entrega. Manda uno más chico.", campo="archivo"
            )
        destino.write(trozo)


def _a_ogg(archivo: IO[bytes]) -> str:
    """Lo que graba Chrome, en el envase que WhatsApp entrega como nota de voz."""
    archivo.seek(0)
    try:
        convertido = ogg.desde_webm(archivo.read())
    except ogg.NoEsVoz:
        return "audio/webm"
    archivo.seek(0)
    archivo.truncate()
    archivo.write(convertido)
    return "audio/ogg"


def enlace(nombre_nora: str, medio_id: str, *, bajar: bool) -> str:
    """El enlace firmado de un archivo de esta Nora, por unos minutos.

    Args:
        bajar: con su nombre, para guardarlo; lo que no se puede enseñar se baja de todos modos.

    Raises:
        ErrorNoEncontrado: no existe, es de otra Nora, o todavía no está.
    """
    medio = consultas.leer(nombre_nora, medio_id)
    if medio is None or medio.estado != "listo":
        raise ErrorNoEncontrado
    nombre = medio.nombre or f"archivo.{tipos.ACEPTADOS[medio.mime][1]}"
    se_baja = bajar or tipos.clase_de(medio.mime) in ("documento", "contacto")
    return consultas.enlace(medio.ruta, nombre=nombre if se_baja else "")
