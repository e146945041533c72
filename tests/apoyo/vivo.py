"""Servidores de verdad en loopback: la aplicación en este proceso, o varios procesos como en operación."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from flask import Flask
from werkzeug.serving import make_server

RAIZ = Path(__file__).resolve().parents[2]


def esperar(condicion: Callable[[], Any], que: str, segundos: float = 15.0, cada: float = 0.02) -> Any:
    """Espera a que algo sea cierto y lo devuelve; si no llega, falla diciendo qué se esperaba."""
    limite = time.monotonic() + segundos
    while True:
        valor = condicion()
        if valor:
            return valor
        if time.monotonic() > limite:
            raise AssertionError(f"no pasó en {segundos:.0f} s: {que}")
        threading.Event().wait(cada)


def puerto_libre() -> int:
    """Un puerto de loopback que nadie usa."""
    with socket.socket() as enchufe:
        enchufe.bind(("127.0.0.1", 0))
        return int(enchufe.getsockname()[1])


@dataclass
class ServidorVivo:
    """La aplicación sirviendo en `url`."""

    url: str
    app: Flask


@contextlib.contextmanager
def levantar(app: Flask) -> Iterator[ServidorVivo]:
    """Sirve la aplicación en un hilo, con escucha, cola y programador."""
    from clientes.aura.arranque import hilos_de, iniciar_trabajos
    from clientes.aura.registro.registro_dinamico import registro_de
    from clientes.aura.servidor import desconectar_sockets
    from extensiones import socketio

    puerto = puerto_libre()
    servidor = make_server("127.0.0.1", puerto, app, threaded=True)
    hilo = threading.Thread(target=servidor.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    hilo.start()
    iniciar_trabajos(app)
    try:
        esperar(lambda: registro_de(app).al_dia, "la escucha de avisos lista")
        yield ServidorVivo(f"http://127.0.0.1:{puerto}", app)
    finally:
        desconectar_sockets(socketio)
        servidor.shutdown()
        hilos_de(app).detener()
        servidor.server_close()


@dataclass
class Procesos:
    """Varios procesos de Nora sobre la misma base, cada uno en su puerto."""

    urls: list[str]
    procesos: list[subprocess.Popen[bytes]] = field(default_factory=list)


@contextlib.contextmanager
def levantar_procesos(cuantos: int, entorno: dict[str, str]) -> Iterator[Procesos]:
    """Arranca `python run.py` varias veces y espera a que todos contesten."""
    puertos = [puerto_libre() for _ in range(cuantos)]
    grupo = Procesos([f"http://127.0.0.1:{p}" for p in puertos])
    base = {k: v for k, v in os.environ.items() if not k.startswith(("SUPABASE_", "NORA_", "TWILIO_"))}
    try:
        for puerto in puertos:
            grupo.procesos.append(
                subprocess.Popen(
                    [sys.executable, "run.py"],
                    cwd=RAIZ,
                    env={**base, **entorno, "PORT": str(puerto)},
                    start_new_session=True,
                )
            )
        for url in grupo.urls:
            esperar(lambda url=url: _contesta(url), f"{url} sirviendo", segundos=40, cada=0.1)
        yield grupo
    finally:
        for proceso in grupo.procesos:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(proceso.pid, signal.SIGTERM)
        for proceso in grupo.procesos:
            try:
                proceso.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(proceso.pid, signal.SIGKILL)
                proceso.wait(5)


def _contesta(url: str) -> bool:
    try:
        return requests.get(f"{url}/salud", timeout=1).ok
    except requests.RequestException:
        return False
