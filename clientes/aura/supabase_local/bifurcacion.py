"""Lo abierto por un proceso no se comparte con sus hijos: cada quien olvida lo heredado."""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable


def tras_bifurcar(metodo: Callable[[], None]) -> None:
    """Llama a ``metodo`` (un método ligado) en cada hijo de un fork, sin mantener vivo a su objeto."""
    referencia = weakref.WeakMethod(metodo)

    def en_el_hijo() -> None:
        vivo = referencia()
        if vivo is not None:
            vivo()

    os.register_at_fork(after_in_child=en_el_hijo)
