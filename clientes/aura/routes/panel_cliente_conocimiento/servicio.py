"""Las reglas de los temas: listarlos, guardarlos, su historia y las parejas que se estorban."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Any

from ...ia.contradicciones import Pareja, revisar
from ...ia.indexar import indexar_bloque
from ...personas.servicio import anotar
from ...registro.manifiesto import Tarjeta
from ...utils.auth_utils import Identidad
from ...utils.errores import ErrorNoEncontrado, ErrorServicioExterno
from ...utils.logging_utils import registro
from ..consultas_panel import resumen_de_la_peticion
from . import consultas
from .modelos import Bloque, BloqueEnUso, Cursor, Filtro, Historia, Resumen, Version

POR_PAGINA = 40
PALABRAS_MAXIMAS = 6
LARGO_BUSQUEDA = 80
# Con menos que esto, casi toda pregunta termina en una persona.
POCOS_TEMAS = 5
ESTADOS = ("encendidos", "apagados", "vencidos", "preferidos", "con_fecha")
PAREJAS_EN_PANTALLA = 30
bitacora = registro(__name__)


@dataclass(frozen=True)
class Pagina:
    """Una página de bloques con lo que hay en total."""

    bloques: list[Bloque]
    resumen: Resumen
    texto: str
    etiqueta: str
    estado: str
    siguiente: Cursor | None

    @property
    def filtrada(self) -> bool:
        """Si lo que se ve no es todo."""
        return bool(self.texto or self.etiqueta or self.estado)


@dataclass(frozen=True)
class Guardado:
    """Cómo quedó un bloque. `listo`: Nora ya puede usarlo. `estorba`: con cuántos otros choca o se repite."""

    id: str
    listo: bool
    estorba: int


@dataclass(frozen=True)
class DosBloques:
    """Una pareja que se estorba, con sus bloques."""

    pareja: Pareja
    uno: BloqueEnUso
    otro: BloqueEnUso


@dataclass(frozen=True)
class Revision:
    """Las parejas que se estorban. `preguntas`: cuántas preguntas sin respuesta hay, para la pestaña."""

    parejas: list[DosBloques]
    total: int
    revisados: int
    preguntas: int


def listar(
    nombre_nora: str, texto: str, etiqueta: str, estado: str, hoy: date, despues_de: Cursor | None
) -> Pagina:
    """Los bloques que cumplen el filtro.

    Args:
        estado: uno de `ESTADOS`, o vacío para todos.
        hoy: el día donde está la Nora.
    """
    texto = texto.strip()[:LARGO_BUSQUEDA]
    estado = estado if estado in ESTADOS else ""
    filtro = Filtro(_palabras(texto), etiqueta, estado)
    leidos = consultas.listar(nombre_nora, filtro, hoy, POR_PAGINA + 1, despues_de)
    bloques = leidos[:POR_PAGINA]
    siguiente = Cursor(bloques[-1].fecha_actualizacion, bloques[-1].id) if len(leidos) > POR_PAGINA else None
    return Pagina(bloques, consultas.resumen(nombre_nora), texto, etiqueta, estado, siguiente)


def etiquetas(nombre_nora: str) -> list[str]:
    """Las etiquetas que ya se usan, para elegir."""
    return [e.nombre for e in consultas.resumen(nombre_nora).etiquetas]


def leer(nombre_nora: str, bloque_id: str) -> Bloque:
    """Un bloque de esta Nora.

    Raises:
        ErrorNoEncontrado: no existe o es de otra.
    """
    bloque = consultas.leer(nombre_nora, bloque_id)
    if bloque is None:
        raise ErrorNoEncontrado
    return bloque


def guardar(
    nombre_nora: str,
    bloque_id: str | None,
    cambios: dict[str, Any],
    quien: Identidad,
    grupo: str | None = None,
) -> Guardado:
    """Crea o cambia un bloque, lo aprende y ve si estorba a otro.

    Args:
        grupo: las preguntas sin respuesta que contesta.

    Raises:
        ErrorNoEncontrado: no es de esta Nora.
    """
    guardado = consultas.guardar(nombre_nora, bloque_id, cambios, quien.usuario_id, grupo)
    if guardado is None:
        raise ErrorNoEncontrado
    listo = _aprender(nombre_nora, guardado)
    return Guardado(guardado, listo, len(parejas_de(nombre_nora, guardado).parejas))


def encender(nombre_nora: str, bloque_id: str, activo: bool, quien: Identidad) -> None:
    """Enciende o apaga un bloque.

    Raises:
        ErrorNoEncontrado: no es de esta Nora.
    """
    if consultas.guardar(nombre_nora, bloque_id, {"activo": activo}, quien.usuario_id) is None:
        raise ErrorNoEncontrado


def borrar(nombre_nora: str, bloque_id: str, quien: Identidad) -> None:
    """Borra un bloque, y queda en la auditoría quién lo hizo. Se puede recuperar 90 días.

    Raises:
        ErrorNoEncontrado: no es de esta Nora.
    """
    titulo = consultas.borrar(nombre_nora, bloque_id, quien.usuario_id)
    if titulo is None:
        raise ErrorNoEncontrado
    anotar(quien, "borrar_bloque", nombre_nora=nombre_nora, objeto=bloque_id, titulo=titulo)


def historia(nombre_nora: str, bloque_id: str) -> Historia:
    """Las versiones de un bloque, también de uno borrado.

    Raises:
        ErrorNoEncontrado: no es de esta Nora.
    """
    leida = consultas.historia(nombre_nora, bloque_id)
    if not leida.versiones and not leida.existe:
        raise ErrorNoEncontrado
    return leida


def borrados(nombre_nora: str) -> list[Version]:
    """Los bloques borrados que se pueden recuperar."""
    return consultas.borrados(nombre_nora)


def restaurar(nombre_nora: str, version_id: int, quien: Identidad) -> Guardado:
    """Regresa un bloque a como estaba y lo vuelve a aprender.

    Raises:
        ErrorNoEncontrado: esa versión no es de esta Nora.
    """
    bloque_id = consultas.restaurar(nombre_nora, version_id, quien.usuario_id)
    if bloque_id is None:
        raise ErrorNoEncontrado
    listo = _aprender(nombre_nora, bloque_id)
    return Guardado(bloque_id, listo, len(parejas_de(nombre_nora, bloque_id).parejas))


def parejas_de(nombre_nora: str, bloque_id: str | None = None) -> Revision:
    """Los bloques en uso que se repiten o se contradicen; con `bloque_id`, solo los que chocan con ese."""
    leido = consultas.para_revisar(nombre_nora)
    por_id = {bloque.id: bloque for bloque in leido.bloques}
    parejas = [
        p
        for p in revisar(leido.bloques, bloque_id)
        if p.clave not in leido.descartes
        # Lo que vale solo unos días dice otra cosa a propósito.
        and por_id[p.primero].con_fecha == por_id[p.segundo].con_fecha
    ]
    juntas = [DosBloques(p, por_id[p.primero], por_id[p.segundo]) for p in parejas[:PAREJAS_EN_PANTALLA]]
    return Revision(juntas, len(parejas), len(leido.bloques), leido.preguntas)


def conservar(nombre_nora: str, apagar: str, quien: Identidad) -> None:
    """De dos que chocan, apaga el que no vale.

    Raises:
        ErrorNoEncontrado: no es de esta Nora.
    """
    encender(nombre_nora, apagar, False, quien)


def descartar_pareja(nombre_nora: str, clave: str, quien: Identidad) -> None:
    """El dueño dice que dos bloques no se estorban; si alguno cambia, se vuelve a revisar.

    Raises:
        ErrorNoEncontrado: la clave no es de una pareja.
    """
    if not re.fullmatch(r"[0-9a-f]{40}", clave):
        raise ErrorNoEncontrado
    consultas.descartar_pareja(nombre_nora, clave, quien.usuario_id)


def tarjeta(nombre_nora: str) -> Tarjeta:
    """Cuántos temas usa Nora, para el tablero."""
    cuantos = resumen_de_la_peticion(nombre_nora).bloques
    if cuantos >= POCOS_TEMAS:
        detalle = "Temas con los que Nora contesta sola."
    else:
        detalle = "Con unos cuantos temas más contestará sola casi todo."
    return Tarjeta("Temas que Nora sabe", f"{cuantos:,}", detalle, "panel_cliente_conocimiento.index")


def _aprender(nombre_nora: str, bloque_id: str) -> bool:
    try:
        indexar_bloque(nombre_nora, bloque_id)
    except ErrorServicioExterno:
        # Lo escrito ya está guardado: al buscar se calcula lo que falte.
        bitacora.warning("bloque_por_indexar", nora=nombre_nora, bloque=bloque_id)
        return False
    return True


def _palabras(texto: str) -> tuple[str, ...]:
    """Como las guarda la base: en minúsculas y sin acentos."""
    simple = unicodedata.normalize("NFKD", texto.lower())
    simple = "".join(letra for letra in simple if not unicodedata.combining(letra))
    return tuple(re.findall(r"[^\s,;¿?¡!]+", simple)[:PALABRAS_MAXIMAS])
