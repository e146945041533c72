"""Lo leído de la base hace un momento: en el camino de un mensaje no se vuelve a leer."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class MemoriaCorta(Generic[K, V]):
    """Por clave, por unos segundos.

    Args:
        vigencia_s: lo que vale cada una.
        maximo: cuántas caben; la más vieja deja su lugar.
    """

    def __init__(self, vigencia_s: float, maximo: int = 5_000) -> None:
        self._vigencia_s, self._maximo = vigencia_s, maximo
        self._guardadas: OrderedDict[K, tuple[float, V]] = OrderedDict()
        self._candado = threading.Lock()

    def tiene(self, clave: K) -> bool:
        """Si esa se sabe todavía."""
        return self._viva(clave) is not None

    def de(self, clave: K, leer: Callable[[], V]) -> tuple[V, bool]:
        """(valor, si venía de memoria). Lo que `leer` levante no se guarda."""
        guardada = self._viva(clave)
        if guardada is not None:
            return guardada[1], True
        return self.releer(clave, leer), False

    def releer(self, clave: K, leer: Callable[[], V]) -> V:
        """Lo lee y sustituye lo guardado."""
        valor = leer()
        with self._candado:
            self._guardadas[clave] = (time.monotonic() + self._vigencia_s, valor)
            self._guardadas.move_to_end(clave)
            if len(self._guardadas) > self._maximo:
                self._guardadas.popitem(last=False)
        return valor

    def olvidar(self, clave: K) -> None:
        """La próxima vez se lee."""
        with self._candado:
            self._guardadas.pop(clave, None)

    def _viva(self, clave: K) -> tuple[float, V] | None:
        with self._candado:
            guardada = self._guardadas.get(clave)
        return guardada if guardada is not None and guardada[0] > time.monotonic() else None


class UnaALaVez(Generic[V]):
    """Quien pregunta mientras otro averigua recibe lo que ese encuentre; nadie recibe algo ya viejo."""

    def __init__(self) -> None:
        self._en_curso: Future[V] | None = None
        self._candado = threading.Lock()

    def averiguar(self, leer: Callable[[], V]) -> V:
        """Lo que `leer` devuelve o levanta, a todos los que esperan."""
        with self._candado:
            ajena = self._en_curso
            propia: Future[V] = Future()
            if ajena is None:
                self._en_curso = propia
        if ajena is not None:
            return ajena.result()
        try:
            propia.set_result(leer())
        except BaseException as error:
            propia.set_exception(error)
        finally:
            with self._candado:
                self._en_curso = None
        return propia.result()
