"""Qué cambió entre dos versiones de un bloque, palabra por palabra. Puro."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from ...utils.formato import dia_corto
from .modelos import Version

ACCIONES = {
    "creado": "Se escribió",
    "importado": "Se importó",
    "editado": "Se cambió",
    "encendido": "Se encendió",
    "apagado": "Se apagó",
    "restaurado": "Se regresó a antes",
    "borrado": "Se borró",
}


@dataclass(frozen=True)
class Pedazo:
    """Un trozo del texto: igual en las dos versiones, agregado o quitado."""

    tipo: Literal["igual", "mas", "menos"]
    texto: str


@dataclass(frozen=True)
class Cambio:
    """Una versión con lo que cambió frente a la anterior.

    Args:
        detalles: lo que cambió fuera del texto, en una frase cada cosa.
        contenido: vacío si el texto no cambió.
    """

    version: Version
    que_paso: str
    detalles: tuple[str, ...]
    contenido: tuple[Pedazo, ...]
    es_actual: bool


def cambios(versiones: Sequence[Version], *, existe: bool) -> list[Cambio]:
    """Cada versión con sus diferencias; la última va primero, como llegan."""
    lista = []
    for n, version in enumerate(versiones):
        antes = versiones[n + 1] if n + 1 < len(versiones) else None
        texto = diferencias(antes.contenido, version.contenido) if antes else ()
        if antes is not None and antes.contenido == version.contenido:
            texto = ()
        lista.append(
            Cambio(
                version,
                ACCIONES[version.accion],
                _detalles(antes, version) if antes else (),
                texto,
                es_actual=existe and n == 0,
            )
        )
    return lista


def diferencias(antes: str, despues: str) -> tuple[Pedazo, ...]:
    """Las dos versiones de un texto, en pedazos."""
    viejas, nuevas = (re.findall(r"\S+|\s+", texto) for texto in (antes, despues))
    pedazos: list[Pedazo] = []
    for tipo, a, b, c, d in SequenceMatcher(None, viejas, nuevas, autojunk=False).get_opcodes():
        if tipo == "equal":
            pedazos.append(Pedazo("igual", "".join(viejas[a:b])))
            continue
        if b > a:
            pedazos.append(Pedazo("menos", "".join(viejas[a:b])))
        if d > c:
            pedazos.append(Pedazo("mas", "".join(nuevas[c:d])))
    return tuple(pedazos)


def _detalles(antes: Version, despues: Version) -> tuple[str, ...]:
    frases = []
    if antes.titulo != despues.titulo:
        frases.append(f"Tema: «{antes.titulo}» pasó a «{despues.titulo}»")
    puestas = [e for e in despues.etiquetas if e not in antes.etiquetas]
    quitadas = [e for e in antes.etiquetas if e not in despues.etiquetas]
    if puestas:
        frases.append(f"Etiquetas nuevas: {', '.join(puestas)}")
    if quitadas:
        frases.append(f"Etiquetas quitadas: {', '.join(quitadas)}")
    if antes.prioridad != despues.prioridad:
        frases.append("Ahora es preferido" if despues.prioridad else "Ya no es preferido")
    if (antes.vigente_desde, antes.vigente_hasta) != (despues.vigente_desde, despues.vigente_hasta):
        frases.append(_vigencia(despues))
    return tuple(frases)


def _vigencia(version: Version) -> str:
    desde, hasta = version.vigente_desde, version.vigente_hasta
    if desde and hasta:
        return f"Vale del {dia_corto(desde)} al {dia_corto(hasta)}"
    if hasta:
        return f"Vale hasta el {dia_corto(hasta)}"
    return f"Vale desde el {dia_corto(desde)}" if desde else "Ya no tiene fechas"
