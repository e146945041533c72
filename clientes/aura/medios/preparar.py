"""El trabajo de un archivo recibido: bajarlo, revisarlo, guardarlo y, si es una nota de voz, escribir lo que dice.

Cada paso queda anotado al terminar, y la ruta de un archivo es siempre la misma: si el proceso muere a la mitad, el
siguiente sigue donde se quedó y nada queda dos veces.
"""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from itertools import islice
from typing import IO

from ..canales import canal_de, llaves_de
from ..conversacion.consultas import leer_credenciales
from ..conversacion.errores import Reintentar
from ..ia import voz
from ..ia.modelo import ErrorModelo
from ..utils.logging_utils import registro
from . import consultas, ogg, tarjetas, tipos
from .consultas import Medio
from .red import Bajado, Descargador, MuyGrande, NoPermitido, NoSePudo

bitacora = registro(__name__)

# Pasado esto el turno ya no espera; se sigue intentando.
PACIENCIA_S = 30.0
SE_RINDE_S = 6 * 3600.0
VOZ_PACIENCIA_S = 45.0
VOZ_MAXIMA = 16_000_000
DE_LLAVES = (401, 403)
MOTIVO_LLAVES = (
    "El proveedor no aceptó las llaves de esta Nora, así que no dio el archivo. Revísalas y reintenta."
)
MOTIVO_YA_NO = "El proveedor ya no tiene este archivo."
MOTIVO_FALLA = "Algo falló de nuestro lado al abrir este archivo. Reintenta más tarde."
MOTIVO_NO_LLEGA = "El proveedor no ha dado el archivo. Se sigue intentando."
MOTIVO_SE_RINDIO = "El proveedor no dio el archivo. Pídeselo otra vez al cliente, o reintenta."


def preparar(nombre_nora: str, medio_id: str) -> str:
    """Deja un archivo listo, o dice por qué no. Repetirlo no hace nada más.

    Returns:
        Su estado; «nada» si ya no existe.

    Raises:
        Reintentar: el proveedor o el modelo no contestaron; hay que volver.
        ErrorServicioExterno: la base o el almacén no contestaron.
    """
    medio = consultas.leer(nombre_nora, medio_id)
    if medio is None or medio.estado == "rechazado":
        return "nada"
    if medio.estado != "listo":
        estado = _traer(nombre_nora, medio)
        if estado != "listo":
            return estado
        medio = consultas.leer(nombre_nora, medio_id)
    if medio is not None and medio.voz == "pendiente":
        _escuchar(nombre_nora, medio)
    return "listo"


def rendirse(nombre_nora: str, medio_id: str) -> None:
    """Algo nuestro falla siempre con este archivo: se dice, y el turno ya no lo espera."""
    medio = consultas.leer(nombre_nora, medio_id)
    if medio is None:
        return
    if medio.estado == "listo":
        consultas.anotar_voz(nombre_nora, medio_id, "fallida")
    else:
        _cerrar(nombre_nora, medio, "fallido", MOTIVO_FALLA)


# ---------------------------------------------------------------- traer
def _traer(nombre_nora: str, medio: Medio) -> str:
    canal = consultas.canal_de_la_platica(nombre_nora, medio.conversacion_id)
    if canal is None:
        return "nada"
    config = consultas.configuracion()
    capacidades = canal_de(canal, config).capacidades
    if capacidades.medios_de is None or not medio.origen:
        return _cerrar(nombre_nora, medio, "rechazado", "Este archivo no trae de dónde bajarlo.")
    llaves = llaves_de(canal, nombre_nora, leer_credenciales) if capacidades.con_llaves else None
    descargador = Descargador(capacidades.medios_de, config.NORA_SERVIDORES_DE_MEDIOS)
    with tempfile.TemporaryFile() as archivo:  # sin nombre: si el proceso muere, no deja nada
        try:
            bajado = descargador.bajar(medio.origen, llaves, archivo, tipos.MAXIMO)
        except NoPermitido as error:
            bitacora.warning("medio_no_permitido", nora=nombre_nora, medio=medio.id)
            return _cerrar(nombre_nora, medio, "rechazado", f"{error} No se abrió por seguridad.")
        except MuyGrande:
            return _cerrar(nombre_nora, medio, "rechazado", tipos.por_que_no("", "", tipos.MAXIMO + 1))
        except NoSePudo as error:
            return _no_llego(nombre_nora, medio, error)
        return _guardar(nombre_nora, medio, archivo, bajado)


def _no_llego(nombre_nora: str, medio: Medio, error: NoSePudo) -> str:
    edad = (datetime.now(UTC) - datetime.fromisoformat(medio.fecha_creacion)).total_seconds()
    bitacora.warning("medio_no_llego", nora=nombre_nora, medio=medio.id, estado=error.estado)
    if error.estado in DE_LLAVES:
        return _cerrar(nombre_nora, medio, "fallido", MOTIVO_LLAVES)
    if error.estado == 410:
        return _cerrar(nombre_nora, medio, "fallido", MOTIVO_YA_NO)
    if edad > SE_RINDE_S:
        return _cerrar(nombre_nora, medio, "fallido", MOTIVO_SE_RINDIO)
    if edad > PACIENCIA_S and medio.estado == "pendiente":
        _cerrar(nombre_nora, medio, "fallido", MOTIVO_NO_LLEGA)
    raise Reintentar("el archivo no ha llegado", error.reintentar_en) from error


def _guardar(nombre_nora: str, medio: Medio, archivo: IO[bytes], bajado: Bajado) -> str:
    declarado = medio.mime_declarado or bajado.mime
    nombre = medio.nombre or bajado.nombre
    mime = tipos.por_contenido(archivo, declarado, nombre)
    motivo = tipos.por_que_no(mime, tipos.normal(declarado), bajado.bytes)
    if motivo:
        return _cerrar(nombre_nora, medio, "rechazado", motivo, mime=mime, bytes=bajado.bytes)
    nombre = tipos.nombre_seguro(nombre, mime) if nombre else ""
    ruta = ruta_de(nombre_nora, medio.id, mime)
    consultas.guardar_archivo(ruta, archivo, mime)
    segundos = ogg.segundos(archivo) if mime == "audio/ogg" else None
    datos = tarjetas.leer(archivo) if mime == "text/vcard" else {}
    cambios = {
        "estado": "listo",
        "motivo": "",
        "mime": mime,
        "nombre": nombre,
        "bytes": bajado.bytes,
        "ruta": ruta,
        "huella": bajado.huella,
        "segundos": segundos,
        "datos": datos,
    }
    # El declarado pudo no decir que era audio; o se dio por perdida y llegó tarde: al dueño le sirve leerla.
    if mime.startswith("audio/") and medio.voz in ("", "fallida"):
        cambios["voz"] = "pendiente"
    elif not mime.startswith("audio/") and medio.voz == "pendiente":
        cambios["voz"] = ""
    if not consultas.cambiar(nombre_nora, medio.id, cambios):
        consultas.borrar_archivos([ruta])  # la plática se borró mientras bajaba
        return "nada"
    bitacora.info("medio_listo", nora=nombre_nora, medio=medio.id, mime=mime, bytes=bajado.bytes)
    return "listo"


def _cerrar(nombre_nora: str, medio: Medio, estado: str, motivo: str, **mas: object) -> str:
    """Ya no hay archivo que esperar. Una nota de voz que no llegó tampoco se va a oír."""
    cambios: dict[str, object] = {"estado": estado, "motivo": motivo, **mas}
    if medio.voz == "pendiente":
        cambios["voz"] = "fallida" if estado == "fallido" else ""
    consultas.cambiar(nombre_nora, medio.id, cambios)
    return estado


def ruta_de(nombre_nora: str, medio_id: str, mime: str) -> str:
    """Dónde se guarda un archivo: la carpeta de su Nora y su id, siempre el mismo lugar."""
    return f"{nombre_nora}/{medio_id}.{tipos.ACEPTADOS[mime][1]}"


# ---------------------------------------------------------------- oír
def _escuchar(nombre_nora: str, medio: Medio) -> None:
    """Transcribe una nota de voz. Si no se puede, queda dicho por qué y el turno sigue sin ella."""
    if medio.bytes > VOZ_MAXIMA:
        consultas.anotar_voz(nombre_nora, medio.id, "fallida")
        return
    contenido = consultas.bajar_archivo(medio.ruta)
    extension = tipos.ACEPTADOS[medio.mime][1]
    try:
        dicho = voz.transcribir(
            nombre_nora, medio.conversacion_id, contenido, f"voz.{extension}", medio.mime, medio.segundos
        )
    except ErrorModelo as error:
        edad = (datetime.now(UTC) - datetime.fromisoformat(medio.fecha_creacion)).total_seconds()
        bitacora.warning("voz_no_pudo", nora=nombre_nora, medio=medio.id, razon=error.razon)
        if error.razon in ("tiempo", "limite", "servicio", "ocupado", "descansa") and edad < VOZ_PACIENCIA_S:
            raise Reintentar("la nota de voz no se pudo transcribir", 3.0) from error
        consultas.anotar_voz(nombre_nora, medio.id, "fallida")
        return
    if dicho is None:
        consultas.anotar_voz(nombre_nora, medio.id, "sin_llave")
        return
    consultas.anotar_voz(
        nombre_nora, medio.id, "lista" if dicho.texto else "fallida", dicho.texto, dicho.segundos
    )


# ---------------------------------------------------------------- borrar y cuidar
def borrar(rutas: list[str]) -> None:
    """Los archivos cuyo renglón se borró; si entre tanto otro los nombra, se quedan.

    Raises:
        ErrorServicioExterno: no contestó; hay que volver.
    """
    consultas.borrar_archivos(consultas.rutas_sin_dueno(rutas))


def quitar_sueltos(antes_de: datetime) -> int:
    """Los guardados que ningún renglón nombra, de antes de un momento: lo que dejó un corte o una cola perdida.

    Returns:
        Cuántos se borraron.

    Raises:
        ErrorServicioExterno: no contestó.
    """
    quitados = 0
    viejos = consultas.rutas_guardadas(antes_de)
    while tanda := list(islice(viejos, 200)):
        sueltos = consultas.rutas_sin_dueno(tanda)
        consultas.borrar_archivos(sueltos)
        quitados += len(sueltos)
    return quitados
