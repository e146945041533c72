"""Gunicorn en producción: `gunicorn -c gunicorn_config.py run:app`."""

from __future__ import annotations

import os
import signal
import sys
import threading
from types import FrameType
from typing import Any

from app_config import Config, ErrorConfiguracion

_config = Config()
try:
    _config.revisar()
except ErrorConfiguracion as error:
    # Aquí y no en cada proceso: se dice una vez, sin traza, y gunicorn no reintenta.
    sys.exit("\n".join(error.faltas))
_nucleos = os.cpu_count() or 1

# Por HTTP de Twilio y por los navegadores; el proxy de la plataforma pone TLS delante.
bind = f"0.0.0.0:{_config.PORT}"
workers = _config.WEB_CONCURRENCY or min(4, 2 * _nucleos + 1)
# Hilos y no `sync`: cada WebSocket ocupa un hilo mientras dura (la puerta de sockets guarda hilos para las páginas).
worker_class = "gthread"
threads = 40
timeout = 120
graceful_timeout = 20
keepalive = 5
# Reciclar acota lo que una biblioteca pueda ir dejando en memoria; el azar evita que caigan todos juntos.
max_requests = 20_000
max_requests_jitter = 2_000
# Gunicorn 27 escribe un archivo de control en HOME, que en un contenedor puede no existir.
control_socket_disable = True
# Latidos en memoria: en disco, un disco lento se confunde con un proceso colgado.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108  solo el archivo de latidos
accesslog = None
errorlog = "-"


def post_fork(_servidor: Any, _trabajador: Any) -> None:
    """Cada proceso abre lo suyo: lo heredado del padre no se comparte."""
    from clientes.aura.arranque import al_bifurcar

    al_bifurcar()


def post_worker_init(trabajador: Any) -> None:
    """Con SIGTERM, los WebSockets se cierran y los hilos paran mientras acaban las peticiones en curso.

    Sin esto el proceso espera `graceful_timeout` completo por cada pestaña abierta.
    """
    anterior = signal.getsignal(signal.SIGTERM)

    def al_terminar(numero: int, marco: FrameType | None) -> None:
        if callable(anterior):
            anterior(numero, marco)
        _cerrar_aparte()

    signal.signal(signal.SIGTERM, al_terminar)
    signal.siginterrupt(signal.SIGTERM, False)


def worker_exit(_servidor: Any, _trabajador: Any) -> None:
    """Al salir por la razón que sea (reciclado incluido) no queda ningún socket abierto ni un hilo nuestro.

    Antes de que Python cierre los suyos: un disparo del programador justo al salir ya no tendría dónde correr.
    """
    _cerrar()


def _cerrar() -> None:
    from clientes.aura.arranque import hilos_de
    from clientes.aura.servidor import desconectar_sockets
    from extensiones import socketio
    from run import app

    desconectar_sockets(socketio)
    hilos_de(app).detener()


def _cerrar_aparte() -> None:
    """En otro hilo: cerrar toma candados que el hilo interrumpido por la señal podría tener."""
    threading.Thread(target=_cerrar, name="cerrar", daemon=True).start()
