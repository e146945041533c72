"""Importar temas: leer el archivo, proponer temas, y guardar los que se elijan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...ia.indexar import indexar_faltantes
from ...utils.auth_utils import Identidad
from ...utils.errores import ErrorDatoInvalido, ErrorNoEncontrado, ErrorServicioExterno
from ...utils.logging_utils import registro
from ...utils.validators import limpiar_texto
from . import consultas_importar, documentos
from .formularios import LARGO_CONTENIDO, LARGO_TITULO
from .modelos import Importacion
from .partir import partir

POR_PAGINA = 20
PEGADO = "Texto pegado"
bitacora = registro(__name__)


@dataclass(frozen=True)
class Propuesto:
    """Un tema en la pantalla de revisión, con lo que la persona ya le cambió."""

    id: int
    titulo: str
    contenido: str
    fuente: str
    repetida: bool
    elegida: bool
    errores: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Resultado:
    """Cómo terminó una tanda. `errores`: si los hay, no se guardó nada y estos son los temas como se escribieron."""

    guardados: int
    quedan: int
    errores: list[Propuesto]


def subir(nombre_nora: str, archivo: str, datos: bytes, texto: str, quien: Identidad) -> str:
    """Lee un archivo o un texto pegado y guarda los temas que propone; devuelve el id.

    Raises:
        ErrorDatoInvalido: con `campo` «archivo» o «texto» y qué hacer.
    """
    nombre = limpiar_texto(archivo).strip()[:120]
    if datos or nombre:
        documento = documentos.leer(nombre, datos)
    elif texto.strip():
        nombre, documento = PEGADO, documentos.leer_texto(texto)
    else:
        raise ErrorDatoInvalido("Elige un archivo o pega un texto.", campo="archivo")
    partido = partir(documento, "" if nombre == PEGADO else nombre)
    if not partido.propuestas:
        raise ErrorDatoInvalido("No se halló ningún tema ahí. Pega el texto que te interesa.", campo="texto")
    if partido.sobran:
        raise ErrorDatoInvalido(
            f"Salen {len(partido.propuestas) + partido.sobran:,} temas y caben {len(partido.propuestas)}. "
            "Súbelo en partes.",
            campo="archivo",
        )
    return consultas_importar.crear(
        nombre_nora, nombre or PEGADO, documento.tipo, documento.paginas, partido.propuestas, quien.usuario_id
    )


def leer(nombre_nora: str, importacion_id: str) -> Importacion:
    """Una importación con los siguientes temas por revisar.

    Raises:
        ErrorNoEncontrado: no es de esta Nora.
    """
    leida = consultas_importar.leer(nombre_nora, importacion_id, POR_PAGINA)
    if leida is None:
        raise ErrorNoEncontrado
    return leida


def propuestos(importacion: Importacion) -> list[Propuesto]:
    """Los temas tal como se proponen; los que ya se saben, sin palomear."""
    return [
        Propuesto(p.id, p.titulo, p.contenido, p.fuente, p.repetida, elegida=not p.repetida)
        for p in importacion.propuestas
    ]


def guardar(
    nombre_nora: str,
    importacion: Importacion,
    enviado: Mapping[str, str],
    elegidas: Sequence[str],
    quien: Identidad,
) -> Resultado:
    """Guarda los temas palomeados de esta tanda; los demás de la tanda se descartan.

    Args:
        enviado: `titulo-ID` y `contenido-ID` de cada tema, y `todo` si hay que guardar también lo que falta.
        elegidas: ids palomeados.
    """
    escritos = [
        Propuesto(
            p.id,
            limpiar_texto(enviado.get(f"titulo-{p.id}", p.titulo)).strip(),
            limpiar_texto(enviado.get(f"contenido-{p.id}", p.contenido)).replace("\r\n", "\n").strip(),
            p.fuente,
            p.repetida,
            str(p.id) in elegidas,
        )
        for p in importacion.propuestas
        if f"titulo-{p.id}" in enviado
    ]
    revisados = [_revisar(p) for p in escritos]
    if any(p.errores for p in revisados):
        return Resultado(0, importacion.quedan, revisados)
    guardados = consultas_importar.guardar(
        nombre_nora,
        importacion.id,
        [{"id": p.id, "titulo": p.titulo, "contenido": p.contenido} for p in revisados if p.elegida],
        [p.id for p in revisados],
        quien.usuario_id,
        resto=bool(enviado.get("todo")),
    )
    try:
        indexar_faltantes(nombre_nora)
    except ErrorServicioExterno:
        bitacora.warning("importados_por_indexar", nora=nombre_nora)
    quedan = 0 if enviado.get("todo") else importacion.quedan - len(revisados)
    return Resultado(guardados, quedan, [])


def ultimas(nombre_nora: str) -> list[dict[str, Any]]:
    """Lo que se importó hace poco."""
    return consultas_importar.sin_terminar(nombre_nora)


def borrar(nombre_nora: str, importacion_id: str) -> None:
    """Descarta los temas que no se guardaron; los guardados se quedan.

    Raises:
        ErrorNoEncontrado: no es de esta Nora.
    """
    leer(nombre_nora, importacion_id)
    consultas_importar.borrar(nombre_nora, importacion_id)


def _revisar(p: Propuesto) -> Propuesto:
    errores: dict[str, str] = {}
    if p.elegida:
        if not p.titulo:
            errores["titulo"] = "Ponle un nombre corto."
        elif len(p.titulo) > LARGO_TITULO:
            errores["titulo"] = f"Caben {LARGO_TITULO} letras."
        if not p.contenido:
            errores["contenido"] = "Escribe la respuesta."
        elif len(p.contenido) > LARGO_CONTENIDO:
            errores["contenido"] = f"Caben {LARGO_CONTENIDO:,} letras. Divide el tema en dos."
    return Propuesto(p.id, p.titulo, p.contenido, p.fuente, p.repetida, p.elegida, errores)
