"""El conector de procrastinate a PostgreSQL, sin perder el aviso de que hay que terminar.

En Python 3.11, ``asyncio.wait_for`` se queda con la cancelación si lo que esperaba llega en ese mismo instante
(https://github.com/python/cpython/issues/86296), y el pozo de psycopg espera así sus conexiones. Quien da vueltas
sin fin, como la escucha de procrastinate o nuestro barrido, no terminaría nunca, y un trabajador que espera a que
terminen queda sordo.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

from procrastinate import PsycopgConnector

T = TypeVar("T")


async def _sin_perder_cancelacion(consulta: Awaitable[T]) -> T:
    try:
        return await consulta
    finally:
        tarea = asyncio.current_task()
        if tarea is not None and tarea.cancelling():
            raise asyncio.CancelledError


class Conector(PsycopgConnector):
    """Igual que el de procrastinate; una cancelación pedida sale siempre como `asyncio.CancelledError`."""

    async def execute_query_async(self, query: Any, **arguments: Any) -> None:
        """Corre una orden."""
        await _sin_perder_cancelacion(super().execute_query_async(query, **arguments))

    async def execute_query_one_async(self, query: Any, **arguments: Any) -> dict[str, Any]:
        """Corre una consulta y da su única fila."""
        return await _sin_perder_cancelacion(super().execute_query_one_async(query, **arguments))

    async def execute_query_all_async(self, query: Any, **arguments: Any) -> list[dict[str, Any]]:
        """Corre una consulta y da todas sus filas."""
        return await _sin_perder_cancelacion(super().execute_query_all_async(query, **arguments))

    async def _loop_notify(self, *args: Any, **kwargs: Any) -> None:
        # La biblioteca calla la falla de la conexión y vuelve a conectarse.
        await _sin_perder_cancelacion(super()._loop_notify(*args, **kwargs))
