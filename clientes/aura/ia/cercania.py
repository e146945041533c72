"""Qué tan cerca están dos palabras por su sentido, con el codificador de este proceso."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from .codificador import CodificadorLocal

# Cada vector pesa 2 kB: unos 24 MB. Las palabras de una Nora de 300 bloques son unas 3,000.
MAXIMO = 12_000


class CercaniaLocal:
    """Cosenos entre palabras sueltas; recuerda los vectores, que no cambian.

    Args:
        codificador: solo el de este proceso; preguntar palabra por palabra a uno lejano tardaría demasiado.
    """

    def __init__(self, codificador: CodificadorLocal) -> None:
        self._codificador = codificador
        self._vectores: dict[str, Any] = {}
        self._candado = threading.Lock()

    def __call__(self, buscadas: Sequence[str], otras: Sequence[str]) -> list[float]:
        """De cada palabra buscada, el mayor coseno con las otras (al menos una)."""
        import numpy as np

        vectores = self._leer([*buscadas, *otras])
        n = len(buscadas)
        if not n:
            return []
        cosenos = np.stack(vectores[:n]) @ np.stack(vectores[n:]).T
        return [float(x) for x in cosenos.max(axis=1)]

    def _leer(self, palabras: Sequence[str]) -> list[Any]:
        import numpy as np

        faltan = [p for p in dict.fromkeys(palabras) if p not in self._vectores]
        nuevos = (
            {
                p: np.asarray(v, dtype=np.float32)
                for p, v in zip(faltan, self._codificador.codificar(faltan), strict=True)
            }
            if faltan
            else {}
        )
        with self._candado:
            if len(self._vectores) + len(nuevos) > MAXIMO:
                # Se cambia el diccionario entero: otro hilo puede estar leyendo el anterior.
                self._vectores = {p: self._vectores[p] for p in palabras if p in self._vectores}
            self._vectores.update(nuevos)
            return [self._vectores[p] for p in palabras]
