"""Pedirle a una tarea que termine funciona aunque la conexión que esperaba le llegue en ese instante."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest
from procrastinate.exceptions import ConnectorException

from clientes.aura.conversacion.cola import crear_cola
from clientes.aura.conversacion.conector import Conector
from clientes.aura.supabase_local import DireccionesPostgres

T = TypeVar("T")


async def cancelar_al_recibir(base: DireccionesPostgres, vueltas: int) -> asyncio.Task[None]:
    """Cancela una consulta que espera turno en el pozo, `vueltas` del ciclo después de que le toca."""
    cola = crear_cola(base.servicio, conexiones=1)
    async with cola.open_async():
        conector = cola.connector
        assert isinstance(conector, Conector)
        unica = await conector.pool.getconn()
        tarea = asyncio.create_task(conector.execute_query_async("select pg_sleep(0.3)"))
        await asyncio.sleep(0.1)
        await conector.pool.putconn(unica)
        for _ in range(vueltas):
            await asyncio.sleep(0)
        tarea.cancel()
        await asyncio.wait({tarea}, timeout=15)
        return tarea


def en_su_hilo(corrutina: Coroutine[Any, Any, T]) -> T:
    """En otro hilo: el de las pruebas tiene un ciclo andando desde que abrió el navegador."""
    with ThreadPoolExecutor(1) as hilo:
        return hilo.submit(asyncio.run, corrutina).result()


@pytest.mark.parametrize("vueltas", range(6))
def test_terminar_no_se_pierde_al_recibir_conexion(base: DireccionesPostgres, vueltas: int) -> None:
    assert en_su_hilo(cancelar_al_recibir(base, vueltas)).cancelled()


def test_una_falla_sin_cancelar_sigue_siendo_falla(base: DireccionesPostgres) -> None:
    async def correr() -> None:
        cola = crear_cola(base.servicio, conexiones=1)
        async with cola.open_async():
            await cola.connector.execute_query_async("select falla")

    with pytest.raises(ConnectorException):
        en_su_hilo(correr())
