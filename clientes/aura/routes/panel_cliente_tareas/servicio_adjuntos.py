"""Los archivos de una tarea, la plantilla con que se avisa, y cambiar lo que se repite."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import IO
from uuid import uuid4
from zoneinfo import ZoneInfo

from ...medios import consultas as almacen
from ...medios import servicio as medios
from ...medios.tipos import clase_de, nombre_seguro
from ...utils.auth_utils import Identidad
from ...utils.errores import ErrorDatoInvalido, ErrorNoEncontrado
from . import consultas, consultas_adjuntos, repeticion
from .modelos import MoldeCompleto, PlantillasDeTareas

ADJUNTOS_POR_TAREA = 20


def adjuntar(
    nombre_nora: str, tarea_id: str, flujo: IO[bytes] | None, nombre: str, declarado: str, quien: Identidad
) -> None:
    """Revisa, guarda y anota un archivo.

    Raises:
        ErrorNoEncontrado: la tarea no es de esta Nora.
        ErrorDatoInvalido: el archivo no se acepta, o ya son demasiados.
    """
    ficha = consultas.leer(nombre_nora, tarea_id, quien.usuario_id)
    if ficha is None:
        raise ErrorNoEncontrado
    if len(ficha.adjuntos) >= ADJUNTOS_POR_TAREA:
        raise ErrorDatoInvalido(f"Una tarea lleva {ADJUNTOS_POR_TAREA} archivos como mucho.", campo="archivo")
    subido = medios.subir(nombre_nora, flujo, nombre, declarado, f"tarea/{uuid4()}", va_a_salir=False)
    consultas_adjuntos.agregar(
        nombre_nora,
        tarea_id,
        {
            "id": subido.id,
            "nombre": nombre_seguro(nombre, subido.mime),
            "mime": subido.mime,
            "bytes": subido.bytes,
            "ruta": subido.ruta,
            "usuario_id": quien.usuario_id,
        },
    )


def enlace(nombre_nora: str, tarea_id: str, adjunto_id: str) -> str:
    """Dónde abrirlo, por unos minutos; un documento se baja con su nombre.

    Raises:
        ErrorNoEncontrado: no es de esa tarea de esta Nora.
    """
    adjunto = consultas_adjuntos.leer(nombre_nora, tarea_id, adjunto_id)
    if adjunto is None:
        raise ErrorNoEncontrado
    se_ve = clase_de(adjunto.mime) in ("imagen", "audio", "video")
    return almacen.enlace(adjunto.ruta, nombre="" if se_ve else adjunto.nombre)


def quitar(nombre_nora: str, tarea_id: str, adjunto_id: str) -> None:
    """Lo quita de la tarea.

    Raises:
        ErrorNoEncontrado: no es de esa tarea de esta Nora.
    """
    if not consultas_adjuntos.quitar(nombre_nora, tarea_id, adjunto_id):
        raise ErrorNoEncontrado


def plantillas(nombre_nora: str) -> PlantillasDeTareas:
    """Con qué plantilla se avisa, y entre cuáles se elige."""
    return consultas_adjuntos.plantillas(nombre_nora)


def elegir_plantilla(nombre_nora: str, plantilla_id: str) -> None:
    """Con ella se avisará a quien lleve más de un día sin escribir; vacío, con ninguna.

    Raises:
        ErrorDatoInvalido: no es una que sirva.
    """
    if plantilla_id and plantilla_id not in {p.id for p in plantillas(nombre_nora).plantillas}:
        raise ErrorDatoInvalido("Esa plantilla ya no sirve para esto. Elige otra.", campo="plantilla_id")
    consultas_adjuntos.elegir_plantilla(nombre_nora, plantilla_id or None)


# ---------------------------------------------------------------- Lo que se repite
@dataclass(frozen=True)
class CambiosDeMolde:
    """Lo que se escribió de algo que se repite. `hora`: None si vence al terminar el día."""

    titulo: str
    descripcion: str
    prioridad: int
    asignada_a: str
    repite: str
    fecha: date
    hora: time | None


def leer_molde(nombre_nora: str, molde_id: str, quien: Identidad) -> MoldeCompleto:
    """Algo que se repite.

    Raises:
        ErrorNoEncontrado: no es de esta Nora.
    """
    molde = consultas_adjuntos.leer_molde(nombre_nora, molde_id, quien.usuario_id)
    if molde is None:
        raise ErrorNoEncontrado
    return molde


def cambiar_molde(
    nombre_nora: str,
    molde: MoldeCompleto,
    cambios: CambiosDeMolde,
    zona: str,
    ahora: datetime | None = None,
) -> datetime:
    """Cambia lo que se repite de aquí en adelante; las tareas ya creadas se quedan como están.

    Returns:
        La hora local de la próxima.

    Raises:
        ErrorDatoInvalido: esa repetición no tiene más fechas, o la persona ya no está.
    """
    if cambios.asignada_a not in ("", molde.asignada_a, *(p.id for p in molde.personas)):
        raise ErrorDatoInvalido("Elige a alguien del equipo.", campo="asignada_a")
    inicio = datetime.combine(cambios.fecha, cambios.hora or repeticion.FIN_DE_DIA)
    regla = repeticion.regla_de(cambios.repite, inicio)
    hoy = (ahora or datetime.now(UTC)).astimezone(ZoneInfo(zona)).replace(tzinfo=None)
    proxima = repeticion.siguiente_local(regla, inicio, hoy)
    if proxima is None:
        raise ErrorDatoInvalido("Esa repetición no tiene más fechas.", campo="repite")
    consultas.cambiar_molde(
        nombre_nora,
        molde.id,
        {
            "titulo": cambios.titulo,
            "descripcion": cambios.descripcion,
            "prioridad": cambios.prioridad,
            "asignada_a": cambios.asignada_a or None,
            "con_hora": cambios.hora is not None,
            "regla": regla,
            "inicio": inicio.isoformat(),
            "siguiente": repeticion.a_instante(proxima, zona).isoformat(),
            "crear_en": repeticion.principio_del_dia(proxima, zona).isoformat(),
        },
    )
    return proxima
