"""Guardar junto lo que llega a la vez: cada mensaje una vez, en orden, y uno malo no estorba a los demás."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from apoyo.peticiones import contar_peticiones

from clientes.aura.conversacion.recepcion import Recepcion
from clientes.aura.utils.errores import ErrorNora
from clientes.aura.utils.supabase_client import supabase
from clientes.aura.utils.supabase_helpers import filas
from clientes.aura.utils.webhook_utils import MensajeEntrante

HILOS = 24


def mensaje(sid: str, cliente: int, tipo: str = "texto") -> MensajeEntrante:
    direccion = f"whatsapp:+52662{cliente:07d}"
    return MensajeEntrante(
        sid, direccion, direccion, direccion.removeprefix("whatsapp:"), "", f"soy {sid}", tipo
    )


def a_la_vez(hacer: Callable[[int], object]) -> list[object]:
    """Lo que devuelve o lanza cada hilo; todos salen juntos."""
    salida = threading.Barrier(HILOS)

    def correr(numero: int) -> object:
        salida.wait(10)
        try:
            return hacer(numero)
        except ErrorNora as error:
            return error

    with ThreadPoolExecutor(HILOS) as hilos:
        return list(hilos.map(correr, range(HILOS)))


@pytest.mark.usefixtures("app")
def test_muchos_a_la_vez_se_guardan_juntos_y_una_vez(crear_nora: Callable[[str], str]) -> None:
    recepcion = Recepcion()
    noras = [crear_nora("uno"), crear_nora("dos")]

    def hacer(numero: int) -> object:
        # Cuatro clientes por Nora; de cada tres mensajes, uno llega repetido.
        llega = mensaje(f"SM{numero // 3 * 3 if numero % 3 == 2 else numero}", numero % 4)
        return recepcion.guardar(noras[numero % 2], "whatsapp", llega)

    resultados: list[object] = []
    pedidas = contar_peticiones(lambda: resultados.extend(a_la_vez(hacer)))
    assert not [r for r in resultados if isinstance(r, ErrorNora)]
    assert len(pedidas) < HILOS, "salieron de uno en uno"
    for lugar, nora in enumerate(noras):
        esperados = {f"SM{n // 3 * 3 if n % 3 == 2 else n}" for n in range(HILOS) if n % 2 == lugar}
        guardados = filas(supabase.table("mensajes").select("proveedor_sid").eq("nombre_nora", nora))
        assert sorted(f["proveedor_sid"] for f in guardados) == sorted(esperados)
        sin_leer = filas(supabase.table("conversaciones").select("no_leidos").eq("nombre_nora", nora))
        assert sum(f["no_leidos"] for f in sin_leer) == len(esperados), "un repetido no cuenta dos veces"
    assert not recepcion._filas, "no queda ninguna fila a medias"


@pytest.mark.usefixtures("app")
def test_uno_que_no_cabe_no_estorba_a_los_demas(crear_nora: Callable[[str], str]) -> None:
    recepcion, nora = Recepcion(), crear_nora("marea")

    def hacer(numero: int) -> object:
        tipo = "tipo que no existe" if numero % 6 == 0 else "texto"
        return recepcion.guardar(nora, "whatsapp", mensaje(f"SM{numero}", numero, tipo))

    resultados = a_la_vez(hacer)
    malos = {n for n, resultado in enumerate(resultados) if isinstance(resultado, ErrorNora)}
    assert malos == {n for n in range(HILOS) if n % 6 == 0}
    guardados = filas(supabase.table("mensajes").select("proveedor_sid").eq("nombre_nora", nora))
    assert {f["proveedor_sid"] for f in guardados} == {f"SM{n}" for n in range(HILOS) if n not in malos}
