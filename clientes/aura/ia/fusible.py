"""Que la caída del modelo de una Nora no ocupe al trabajador entero: las demás siguen contestando a su ritmo.

Por cada llave y servidor: un tope de pedidos a la vez y, tras varias fallas seguidas, un rato sin preguntar. Vive en el
proceso: cada uno aprende solo.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

A_LA_VEZ = 5  # de los ocho hilos del trabajador
FALLAS = 3
DESCANSO_S = 30.0
DESCANSO_MAXIMO_S = 300.0
EN_MEMORIA = 500


class Ocupado(Exception):
    """No conviene preguntar ahora; `razon` es «ocupado» o «descansa»."""

    def __init__(self, razon: str) -> None:
        super().__init__(razon)
        self.razon = razon


@dataclass
class _Estado:
    corriendo: int = 0
    fallas: int = 0
    abierto_hasta: float = 0.0
    descanso: float = field(default_factory=lambda: DESCANSO_S)


_estados: OrderedDict[str, _Estado] = OrderedDict()
_candado = threading.Lock()


def _de(clave: str) -> _Estado:
    estado = _estados.setdefault(clave, _Estado())
    _estados.move_to_end(clave)
    if len(_estados) > EN_MEMORIA:
        # El más viejo que no tenga pedidos corriendo; su cuenta no importa ya.
        viejo = next((c for c, e in _estados.items() if not e.corriendo and c != clave), None)
        if viejo is not None:
            del _estados[viejo]
    return estado


@contextmanager
def turno(clave: str) -> Iterator[None]:
    """Aparta un lugar para preguntar.

    Raises:
        Ocupado: ya hay demasiados pedidos, o falló hace poco.
    """
    with _candado:
        estado = _de(clave)
        if time.monotonic() < estado.abierto_hasta:
            raise Ocupado("descansa")
        if estado.corriendo >= A_LA_VEZ:
            raise Ocupado("ocupado")
        estado.corriendo += 1
    try:
        yield
    finally:
        with _candado:
            estado.corriendo -= 1


def anotar_bien(clave: str) -> None:
    """Contestó: se olvida lo anterior."""
    with _candado:
        estado = _de(clave)
        estado.fallas, estado.descanso, estado.abierto_hasta = 0, DESCANSO_S, 0.0


def anotar_falla(clave: str) -> None:
    """No contestó. A la tercera seguida se descansa, cada vez más."""
    with _candado:
        estado = _de(clave)
        estado.fallas += 1
        if estado.fallas >= FALLAS:
            estado.abierto_hasta = time.monotonic() + estado.descanso
            estado.descanso = min(estado.descanso * 2, DESCANSO_MAXIMO_S)


def olvidar() -> None:
    """Como recién arrancado; para cambiar de configuración y para las pruebas."""
    with _candado:
        _estados.clear()
