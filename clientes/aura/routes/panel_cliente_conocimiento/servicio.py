"""Las reglas de conocimiento."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from ...ia.indexar import indexar_bloque
from ...personas.servicio import anotar
from ...registro.manifiesto import Tarjeta
from ...utils.auth_utils import Identidad
from ...utils.errores import ErrorNoEncontrado, ErrorServicioExterno
from ...utils.logging_utils import registro
from ..consultas_panel import resumen_de_la_peticion
from . import consultas
from .consultas import Bloque, Cursor, Filtro, Resumen

POR_PAGINA = 40
PALABRAS_MAXIMAS = 6
LARGO_BUSQUEDA = 80
# Con menos que esto, casi toda pregunta termina en una persona.
POCOS_TEMAS = 5
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


def listar(nombre_nora: str, texto: str, etiqueta: str, estado: str, despues_de: Cursor | None) -> Pagina:
    """Los bloques que cumplen el filtro.

    Args:
        estado: «encendidos», «apagados» o vacío para todos.
    """
    texto = texto.strip()[:LARGO_BUSQUEDA]
    activo = {"encendidos": True, "apagados": False}.get(estado)
    filtro = Filtro(_palabras(texto), etiqueta, activo)
    leidos = consultas.listar(nombre_nora, filtro, POR_PAGINA + 1, despues_de)
    bloques = leidos[:POR_PAGINA]
    siguiente = Cursor(bloques[-1].fecha_actualizacion, bloques[-1].id) if len(leidos) > POR_PAGINA else None
    return Pagina(
        bloques,
        consultas.resumen(nombre_nora),
        texto,
        etiqueta,
        estado if activo is not None else "",
        siguiente,
    )


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


def crear(nombre_nora: str, titulo: str, contenido: str, etiquetas: Sequence[str]) -> bool:
    """Guarda un bloque nuevo. Devuelve si Nora ya puede usarlo; si no, lo aprende sola en un momento."""
    return _aprender(nombre_nora, consultas.crear(nombre_nora, titulo, contenido, etiquetas))


def cambiar(nombre_nora: str, bloque_id: str, titulo: str, contenido: str, etiquetas: Sequence[str]) -> bool:
    """Cambia un bloque. Devuelve lo mismo que `crear`.

    Raises:
        ErrorNoEncontrado: no es de esta Nora.
    """
    cambios = {"titulo": titulo, "contenido": contenido, "etiquetas": list(etiquetas)}
    if not consultas.cambiar(nombre_nora, bloque_id, cambios):
        raise ErrorNoEncontrado
    return _aprender(nombre_nora, bloque_id)


def encender(nombre_nora: str, bloque_id: str, activo: bool) -> None:
    """Enciende o apaga un bloque.

    Raises:
        ErrorNoEncontrado: no es de esta Nora.
    """
    if not consultas.cambiar(nombre_nora, bloque_id, {"activo": activo}):
        raise ErrorNoEncontrado


def borrar(nombre_nora: str, bloque_id: str, quien: Identidad) -> None:
    """Borra un bloque, y queda en la auditoría quién lo hizo.

    Raises:
        ErrorNoEncontrado: no es de esta Nora.
    """
    titulo = consultas.borrar(nombre_nora, bloque_id)
    if titulo is None:
        raise ErrorNoEncontrado
    anotar(quien, "borrar_bloque", nombre_nora=nombre_nora, objeto=bloque_id, titulo=titulo)


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
