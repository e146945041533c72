"""El servidor de desarrollo: Werkzeug con hilos que se apaga limpio con Ctrl-C o SIGTERM.

En producción sirve gunicorn (`gunicorn_config.py`); de aquí usa `desconectar_sockets`.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import structlog
from flask import Flask
from werkzeug.serving import make_server

SEGUNDOS_PARA_CERRAR = 15.0
SEGUNDOS_PARA_HILOS = 1.0
SENALES_DE_CIERRE = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

log = structlog.get_logger(__name__)


def desconectar_sockets(socketio: Any) -> int:
    """Cierra cada WebSocket abierto sin esperar al otro lado; el navegador vuelve a conectar solo.

    Sin esto cada socket retiene su hilo y el proceso no termina hasta que venza el plazo de gracia.
    Devuelve cuántos cerró.
    """
    motor = getattr(getattr(socketio, "server", None), "eio", None)
    if motor is None:
        return 0
    abiertos = list(motor.sockets.copy().values())
    for abierto in abiertos:
        abierto.close(wait=False)
    if motor.service_task_event is not None:
        motor.service_task_event.set()
    return len(abiertos)


@contextlib.contextmanager
def cierre_por_senal() -> Iterator[None]:
    """Mientras dura, SIGINT, SIGTERM y SIGHUP interrumpen el hilo principal con `KeyboardInterrupt`.

    La primera señal interrumpe; las siguientes se dejan pasar, para que el cierre no se corte a la mitad.
    """
    cerrando = False

    def interrumpir(numero: int, _marco: FrameType | None) -> None:
        nonlocal cerrando
        if cerrando:
            return
        cerrando = True
        raise KeyboardInterrupt(signal.Signals(numero).name)

    anteriores = {numero: signal.signal(numero, interrumpir) for numero in SENALES_DE_CIERRE}
    try:
        yield
    finally:
        for numero, anterior in anteriores.items():
            signal.signal(numero, anterior)


def servir_hasta_senal(
    app: Flask, socketio: Any, host: str, puerto: int, al_escuchar: Callable[[], None]
) -> None:
    """Sirve hasta que una señal interrumpa; al volver ya no hay sockets ni se aceptan conexiones.

    Args:
        al_escuchar: se llama cuando el puerto ya acepta conexiones.

    Raises:
        KeyboardInterrupt: nunca sale de aquí; es la forma en que `cierre_por_senal` pide terminar.
    """
    # Una línea por petición taparía los avisos; los errores de Werkzeug sí se ven.
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    servidor = make_server(host, puerto, app, threaded=True)
    hilo = threading.Thread(
        target=servidor.serve_forever, kwargs={"poll_interval": 0.1}, name="servidor", daemon=True
    )
    hilo.start()
    try:
        al_escuchar()
        while hilo.is_alive():
            hilo.join(timeout=3600)
    except KeyboardInterrupt:
        pass
    finally:
        servidor.shutdown()
        servidor.server_close()
        log.info("sockets_desconectados", cuantos=desconectar_sockets(socketio))


def terminar_proceso(salida: int) -> None:
    """Termina ya si quedan hilos que no son de fondo; si no queda ninguno, vuelve.

    python-engineio deja un hilo dormido por socket (su siguiente ping, hasta 25 s) que nadie puede despertar.
    """
    limite = time.monotonic() + SEGUNDOS_PARA_HILOS
    for hilo in threading.enumerate():
        if hilo is not threading.current_thread() and not hilo.daemon:
            hilo.join(timeout=max(0.0, limite - time.monotonic()))
            if hilo.is_alive():
                logging.shutdown()
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(salida)


def vigilar_cierre(salida: int, segundos: float = SEGUNDOS_PARA_CERRAR) -> threading.Timer:
    """Si el cierre no acaba en ese plazo, termina el proceso de todos modos. Se cancela con `.cancel()`."""
    temporizador = threading.Timer(segundos, os._exit, args=(salida,))
    temporizador.daemon = True
    temporizador.start()
    return temporizador
