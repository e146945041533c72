"""Cuántas veces por minuto, por quién: para frenar a quien pide sin parar o prueba firmas.

Se cuenta por ventanas fijas de un minuto, en la memoria de este proceso o en Redis si hay varias máquinas. Es un freno,
no una cuenta exacta: entre dos ventanas puede pasar el doble.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from typing import Any

from .logging_utils import registro

VENTANA_S = 60
CLAVES_MAXIMAS = 20_000
bitacora = registro(__name__)


class Freno:
    """Un contador por clave y minuto.

    Args:
        redis: cliente de Redis, o None para contar en este proceso.
    """

    def __init__(self, redis: Any | None = None) -> None:
        self._redis = redis
        self._cuentas: OrderedDict[str, tuple[int, int]] = OrderedDict()
        self._candado = threading.Lock()

    def contar(self, clave: str) -> int:
        """Suma uno y devuelve cuántas van en este minuto."""
        return self._sumar(clave, 1)

    def van(self, clave: str) -> int:
        """Cuántas van en este minuto, sin sumar."""
        return self._sumar(clave, 0)

    def faltan(self) -> int:
        """Segundos para que empiece otro minuto; al menos 1."""
        return max(1, VENTANA_S - int(time.time()) % VENTANA_S)

    def _sumar(self, clave: str, cuanto: int) -> int:
        ventana = int(time.time()) // VENTANA_S
        if self._redis is not None:
            return self._en_redis(f"freno:{ventana}:{clave}", cuanto)
        with self._candado:
            de, cuenta = self._cuentas.get(clave, (ventana, 0))
            cuenta = (cuenta if de == ventana else 0) + cuanto
            if cuanto:
                self._cuentas[clave] = (ventana, cuenta)
                self._cuentas.move_to_end(clave)
                if len(self._cuentas) > CLAVES_MAXIMAS:
                    self._cuentas.popitem(last=False)
            return cuenta

    def _en_redis(self, clave: str, cuanto: int) -> int:
        from redis.exceptions import RedisError

        try:
            if not cuanto:
                return int(self._redis.get(clave) or 0)  # type: ignore[union-attr]
            tuberia = self._redis.pipeline()  # type: ignore[union-attr]
            tuberia.incrby(clave, cuanto)
            tuberia.expire(clave, 2 * VENTANA_S)
            return int(tuberia.execute()[0])
        except RedisError as error:
            # Sin dónde contar se deja pasar: un freno caído no debe parar los mensajes de nadie.
            bitacora.warning("freno_sin_redis", error=type(error).__name__)
            return 0
