"""Aplica, antes de importar nada más, los parches que las versiones instaladas necesitan."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from . import cierre_de_websocket

log = logging.getLogger(__name__)
_aplicados: set[str] = set()


@dataclass(frozen=True)
class Parche:
    """Un parche: de qué paquete, si esa versión lo necesita y cómo se aplica."""

    nombre: str
    paquete: str
    hace_falta: Callable[[tuple[int, ...]], bool]
    aplicar: Callable[[], None]


PARCHES = (
    Parche(
        "cierre_de_websocket",
        "python-engineio",
        cierre_de_websocket.hace_falta,
        cierre_de_websocket.aplicar,
    ),
)


def apply_patches(parches: tuple[Parche, ...] = PARCHES) -> list[str]:
    """Aplica cada parche que haga falta, una vez por proceso, y lo anota en la bitácora.

    Devuelve los nombres de los que aplicó en esta llamada.
    """
    hechos = []
    for parche in parches:
        instalada = version_instalada(parche.paquete)
        if parche.nombre in _aplicados or instalada is None:
            continue
        if parche.hace_falta(instalada):
            parche.aplicar()
            _aplicados.add(parche.nombre)
            hechos.append(parche.nombre)
            log.warning("Parche %s aplicado: %s %s", parche.nombre, parche.paquete, version(parche.paquete))
        else:
            log.debug(
                "Parche %s no hace falta: %s %s", parche.nombre, parche.paquete, version(parche.paquete)
            )
    return hechos


def version_instalada(paquete: str) -> tuple[int, ...] | None:
    """La versión como números (`4.13.3` -> `(4, 13, 3)`), o None si el paquete no está."""
    try:
        return como_numeros(version(paquete))
    except PackageNotFoundError:
        return None


def como_numeros(texto: str) -> tuple[int, ...]:
    """Los números con que empieza una versión; lo que sigue (`rc1`, `.post2`) no decide aquí."""
    inicio = re.match(r"\d+(?:\.\d+)*", texto)
    return tuple(int(parte) for parte in inicio[0].split(".")) if inicio else ()
