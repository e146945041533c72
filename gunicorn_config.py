"""Gunicorn en producción: `gunicorn -c gunicorn_config.py run:app`."""

from __future__ import annotations

import os
import signal
import sys
import threading
from types import FrameType
from typing import Any

from gunicorn.glogging import Logger

from app_config import Config, ErrorConfiguracion
from clientes.aura.utils.logging_utils import manejador_de_registro

_config = Config()
try:
    _config.revisar()
except ErrorConfiguracion as error:
    # Aquí y no en cada proceso: se dice una vez, sin traza, y gunicorn no reintenta.
    sys.exit("\n".join(error.faltas))
_nucleos = os.cpu_count() or 1
# Antes de bifurcar: los procesos heredan dónde deja cada uno lo que cuenta.
_metricas = _config.preparar_carpeta_de_metricas()

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


class Registro(Logger):
    """Lo que dice gunicorn mismo, con la forma de lo demás (JSON en producción) y sin el texto de las excepciones."""

    def setup(self, cfg: Any) -> None:
        """Lo llama gunicorn al arrancar y al releer su configuración."""
        super().setup(cfg)
        self.error_log.handlers = [manejador_de_registro(json=_config.es_produccion)]


logger_class = Registro


def on_starting(_servidor: Any) -> None:
    """Lo que dejaron los procesos de antes no cuenta como de ahora."""
    from clientes.aura.metricas import empezar_carpeta

    empezar_carpeta(_metricas)


def child_exit(_servidor: Any, trabajador: Any) -> None:
    """Sus sockets dejan de contarse."""
    from clientes.aura.metricas import proceso_terminado

    proceso_terminado(_metricas, trabajador.pid)


def post_fork(_servidor: Any, _trabajador: Any) -> None:
    """Cada proceso abre lo suyo: lo heredado del padre no se comparte.

    Solo si el padre ya la había cargado (`--preload`). Cargarla aquí, cuando las señales todavía son las del padre,
    perdería un SIGTERM que llegara mientras arranca: el proceso se quedaría hasta que lo mataran.
    """
    if "run" in sys.modules:
        _abrir()


def post_worker_init(trabajador: Any) -> None:
    """Con SIGTERM, los WebSockets se cierran y los hilos paran mientras acaban las peticiones; y arrancan los hilos.

    Sin esto el proceso espera `graceful_timeout` completo por cada pestaña abierta.
    """
    anterior = signal.getsignal(signal.SIGTERM)

    def al_terminar(numero: int, marco: FrameType | None) -> None:
        if callable(anterior):
            anterior(numero, marco)
        _cerrar_aparte()

    signal.signal(signal.SIGTERM, al_terminar)
    signal.siginterrupt(signal.SIGTERM, False)
    if trabajador.alive:  # si ya le dijeron que termine, no empieza nada
        _abrir()


def post_request(trabajador: Any, _peticion: Any, _entorno: Any, _respuesta: Any) -> None:
    """Al reciclarse (`max_requests`) no hay SIGTERM: sin cerrar sus WebSockets, el proceso no contestaría a nadie hasta
    agotar `graceful_timeout`, y su remplazo no nacería."""
    if not trabajador.alive:
        _cerrar_aparte()


def worker_exit(_servidor: Any, _trabajador: Any) -> None:
    """Al salir por la razón que sea (reciclado incluido) no queda ningún socket abierto ni un hilo nuestro.

    Antes de que Python cierre los suyos: un disparo del programador justo al salir ya no tendría dónde correr.
    """
    _cerrar()


def _abrir() -> None:
    from clientes.aura.arranque import al_bifurcar

    al_bifurcar()


def _cerrar() -> None:
    from clientes.aura.arranque import hilos_de
    from clientes.aura.servidor import desconectar_sockets
    from extensiones import socketio
    from run import app

    desconectar_sockets(socketio)
    hilos_de(app).detener()


_cerrando = threading.Event()


def _cerrar_aparte() -> None:
    """En otro hilo: cerrar toma candados que el hilo interrumpido por la señal podría tener. Una vez por proceso."""
    if not _cerrando.is_set():
        _cerrando.set()
        threading.Thread(target=_cerrar, name="cerrar", daemon=True).start()
