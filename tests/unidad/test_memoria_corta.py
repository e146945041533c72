"""Lo que varios preguntan a la vez."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from clientes.aura.utils.memoria_corta import UnaALaVez


def test_nunca_hay_dos_revisiones_a_la_vez_y_todos_reciben_respuesta() -> None:
    revision: UnaALaVez[int] = UnaALaVez()
    juntos = threading.Barrier(8)
    dentro: list[int] = []
    los_mas = 0

    def leer() -> int:
        nonlocal los_mas
        dentro.append(1)
        los_mas = max(los_mas, len(dentro))
        time.sleep(0.02)
        dentro.pop()
        return 7

    def preguntar() -> list[int]:
        juntos.wait(10)
        return [revision.averiguar(leer) for _ in range(20)]

    with ThreadPoolExecutor(8) as hilos:
        respuestas = [f.result(30) for f in [hilos.submit(preguntar) for _ in range(8)]]
    assert respuestas == [[7] * 20] * 8
    assert los_mas == 1


def test_quien_pregunta_despues_no_recibe_lo_viejo_ni_la_falla_vieja() -> None:
    revision: UnaALaVez[str] = UnaALaVez()
    assert revision.averiguar(lambda: "arriba") == "arriba"

    def caida() -> str:
        raise ConnectionError("caída")

    with pytest.raises(ConnectionError):
        revision.averiguar(caida)
    assert revision.averiguar(lambda: "de vuelta") == "de vuelta"
