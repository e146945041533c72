"""Las reglas de contactos."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ...personas.servicio import anotar
from ...registro.manifiesto import Tarjeta
from ...utils.auth_utils import Identidad
from ...utils.errores import ErrorDatoInvalido, ErrorNoEncontrado
from ...utils.supabase_helpers import ErrorDuplicado
from ..consultas_panel import resumen_de_la_peticion
from . import consultas
from .consultas import Contacto, Cursor, Etiqueta, Recado

POR_PAGINA = 30
DIAS_DE_ACTIVIDAD = 30
MENSAJES_EN_FICHA = 4
LARGO_BUSQUEDA = 80


@dataclass(frozen=True)
class Pagina:
    """Una página de contactos. `siguiente`: dónde empieza la que sigue; `hay_mas`: la búsqueda dejó fuera a otros."""

    contactos: list[Contacto]
    texto: str
    siguiente: Cursor | None
    hay_mas: bool


@dataclass(frozen=True)
class Ficha:
    """Un contacto y lo último que se habló con él. `mensajes_del_mes`: cuántos en los últimos 30 días."""

    contacto: Contacto
    mensajes: list[Recado]
    mensajes_del_mes: int


@dataclass(frozen=True)
class Datos:
    """Lo que una persona escribe de un contacto, ya validado. `telefono` nulo: se queda el que tenía."""

    nombre: str
    telefono: str | None
    correo: str
    notas: str
    etiquetas: list[str]


def listar(nombre_nora: str, texto: str, despues_de: Cursor | None) -> Pagina:
    """Contactos que se parecen al texto, o los más nuevos desde el cursor."""
    texto = texto.strip()[:LARGO_BUSQUEDA]
    leidos = consultas.buscar(nombre_nora, texto, POR_PAGINA + 1, None if texto else despues_de)
    contactos, hay_mas = leidos[:POR_PAGINA], len(leidos) > POR_PAGINA
    # Una búsqueda ordena por parecido: no tiene cursor, se afina escribiendo más.
    siguiente = Cursor(contactos[-1].fecha_creacion, contactos[-1].id) if hay_mas and not texto else None
    return Pagina(contactos, texto, siguiente, hay_mas and bool(texto))


def leer(nombre_nora: str, contacto_id: str) -> Contacto:
    """Un contacto de esta Nora.

    Raises:
        ErrorNoEncontrado: no existe o es de otra.
    """
    contacto = consultas.leer(nombre_nora, contacto_id)
    if contacto is None:
        raise ErrorNoEncontrado
    return contacto


def ficha(nombre_nora: str, contacto_id: str) -> Ficha:
    """Un contacto con lo último que se habló.

    Raises:
        ErrorNoEncontrado: no existe o es de otra Nora.
    """
    contacto = leer(nombre_nora, contacto_id)
    if contacto.platica is None:
        return Ficha(contacto, [], 0)
    desde = datetime.now(UTC) - timedelta(days=DIAS_DE_ACTIVIDAD)
    return Ficha(
        contacto, *consultas.ultimos_mensajes(nombre_nora, contacto.platica.id, desde, MENSAJES_EN_FICHA)
    )


def etiquetas(nombre_nora: str) -> list[Etiqueta]:
    """Las etiquetas que ya existen, para elegir."""
    return consultas.listar_etiquetas(nombre_nora)


def guardar(nombre_nora: str, contacto_id: str | None, datos: Datos) -> str:
    """Crea (sin id) o cambia un contacto; devuelve su id.

    Raises:
        ErrorNoEncontrado: no es de esta Nora.
        ErrorDatoInvalido: con `campo="telefono"` si otro lo tiene o ya no se puede cambiar.
    """
    try:
        return consultas.guardar(
            nombre_nora,
            contacto_id,
            nombre=datos.nombre,
            telefono=datos.telefono,
            correo=datos.correo,
            notas=datos.notas,
            etiquetas=datos.etiquetas,
        )
    except ErrorDuplicado as error:
        raise ErrorDuplicado("Ya tienes un contacto con este número.", campo="telefono") from error
    except ErrorDatoInvalido as error:
        raise ErrorDatoInvalido(
            "Desde este número te escribe: ya no se puede cambiar. Crea otro contacto con el número nuevo.",
            campo="telefono",
        ) from error


def borrar(nombre_nora: str, contacto_id: str, quien: Identidad) -> None:
    """Borra un contacto con su conversación, y queda en la auditoría quién lo hizo.

    Raises:
        ErrorNoEncontrado: no es de esta Nora.
    """
    if not consultas.borrar(nombre_nora, contacto_id):
        raise ErrorNoEncontrado
    anotar(quien, "borrar_contacto", nombre_nora=nombre_nora, objeto=contacto_id)


def tarjeta(nombre_nora: str) -> Tarjeta:
    """Cuántos contactos hay, para el tablero."""
    cuantos = resumen_de_la_peticion(nombre_nora).contactos
    detalle = (
        "Aparecen solos cuando te escriben." if not cuantos else "Datos, notas y etiquetas de cada cliente."
    )
    return Tarjeta("Contactos", f"{cuantos:,}", detalle, "panel_cliente_contactos.index")
