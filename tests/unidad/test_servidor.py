"""El servidor de desarrollo se apaga limpio y pronto con cada señal, aunque haya sockets abiertos."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from apoyo.sockets import Socket
from apoyo.vivo import esperar

RAIZ = Path(__file__).resolve().parent.parent.parent
SEGUNDOS_PARA_CERRAR = 5.0
ESPERA = 30.0
PROGRAMA = """
import sys
from flask import Flask
from flask_socketio import SocketIO
from clientes.aura.servidor import cierre_por_senal, servir_hasta_senal, terminar_proceso

app = Flask("prueba")
app.secret_key = "x"
socketio = SocketIO(async_mode="threading", transports=["websocket"], manage_session=False)
socketio.init_app(app)
app.get("/")(lambda: "hola")
with cierre_por_senal():
    servir_hasta_senal(app, socketio, "127.0.0.1", PUERTO, lambda: print("listo", flush=True))
    print("cerrado", flush=True)
terminar_proceso(0)
"""


@pytest.fixture
def puerto() -> int:
    import socket

    with socket.socket() as libre:
        libre.bind(("127.0.0.1", 0))
        numero: int = libre.getsockname()[1]
        return numero


@pytest.fixture
def proceso(puerto: int) -> Iterator[subprocess.Popen[str]]:
    orden = [sys.executable, "-c", PROGRAMA.replace("PUERTO", str(puerto))]
    with subprocess.Popen(orden, cwd=RAIZ, stdout=subprocess.PIPE, text=True) as servidor:
        vigia = threading.Timer(ESPERA, servidor.kill)
        vigia.start()
        assert servidor.stdout is not None
        assert servidor.stdout.readline().strip() == "listo"
        yield servidor
        vigia.cancel()
        servidor.kill()


@pytest.mark.parametrize("senal", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_una_senal_cierra_pronto_con_sockets_abiertos(
    proceso: subprocess.Popen[str], puerto: int, senal: signal.Signals
) -> None:
    assert requests.get(f"http://127.0.0.1:{puerto}/", timeout=ESPERA).text == "hola"
    clientes = [Socket(f"http://127.0.0.1:{puerto}", "", None) for _ in range(3)]
    esperar(lambda: all(cliente.dentro for cliente in clientes), "que entren los tres sockets")
    inicio = time.monotonic()
    proceso.send_signal(senal)
    proceso.send_signal(senal)  # quien vuelve a pulsar Ctrl-C no corta el cierre a la mitad
    salida = proceso.wait(timeout=ESPERA)
    assert time.monotonic() - inicio < SEGUNDOS_PARA_CERRAR
    assert salida == 0
    assert proceso.stdout is not None
    assert proceso.stdout.read().splitlines()[-1] == "cerrado"
    esperar(lambda: all(cliente.cerrado for cliente in clientes), "que los tres sockets vean el cierre")


def test_el_puerto_queda_libre_al_cerrar(proceso: subprocess.Popen[str], puerto: int) -> None:
    proceso.terminate()
    proceso.wait(timeout=ESPERA)
    with pytest.raises(requests.ConnectionError):
        requests.get(f"http://127.0.0.1:{puerto}/", timeout=ESPERA)
