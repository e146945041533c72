"""Avisos de la base a este proceso: cambios en las Noras y mensajes nuevos, por LISTEN.

Un hilo por proceso web. Lo que llega por `nora_registro` pone al día el registro vivo; lo de `nora_cambios` se emite a
los navegadores de esa Nora; con lo de `nora_personas` se cortan los sockets de quien salió. Si la conexión se cae, el
registro deja de fiarse de su memoria y al volver se relee todo.
"""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import psycopg
from flask import Flask

from extensiones import socketio

from .registro.consultas import guardar_catalogo
from .registro.registro_dinamico import catalogo_de, registrar_todas, registro_de
from .utils.errores import ErrorServicioExterno
from .utils.logging_utils import registro

CANAL_REGISTRO = "nora_registro"
CANAL_CAMBIOS = "nora_cambios"
CANAL_PERSONAS = "nora_personas"
SONDEO_S = 0.5  # lo que puede tardar en enterarse de que debe parar
LATIDO_S = 5.0
REPASO_S = 30.0
REINTENTO_S = 1.0
CONECTAR_S = 4
bitacora = registro(__name__)


def sala_de(nombre_nora: str) -> str:
    """La sala de Socket.IO de una Nora."""
    return f"nora:{nombre_nora}"


class Escucha:
    """Hilo que escucha los avisos de PostgreSQL.

    Args:
        db_uri: dirección directa o en modo sesión (LISTEN no pasa por un pooler de transacciones).
    """

    def __init__(self, app: Flask, db_uri: str) -> None:
        self.app = app
        self.db_uri = db_uri
        self._parar = threading.Event()
        self._hilo: threading.Thread | None = None

    def iniciar(self) -> None:
        """Arranca el hilo."""
        self._hilo = threading.Thread(target=self._correr, name="escucha", daemon=True)
        self._hilo.start()

    def pedir_alto(self) -> None:
        """Le dice que pare, sin esperar."""
        self._parar.set()

    def detener(self) -> None:
        """Lo para; espera lo que dura un sondeo."""
        self.pedir_alto()
        if self._hilo is not None:
            self._hilo.join(SONDEO_S + 1)

    def _correr(self) -> None:
        while not self._parar.is_set():
            try:
                self._escuchar()
            except (psycopg.Error, OSError, ErrorServicioExterno) as error:
                bitacora.warning("escucha_sin_base", error=type(error).__name__)
            except Exception:  # un aviso raro no debe dejar al proceso sordo
                bitacora.exception("escucha_fallo")
            registro_de(self.app).al_dia = False
            self._parar.wait(REINTENTO_S)

    def _escuchar(self) -> None:
        vivo = registro_de(self.app)
        with psycopg.connect(self.db_uri, autocommit=True, connect_timeout=CONECTAR_S) as conexion:
            conexion.execute(f"listen {CANAL_REGISTRO}")
            conexion.execute(f"listen {CANAL_CAMBIOS}")
            conexion.execute(f"listen {CANAL_PERSONAS}")
            # Primero se escucha y luego se lee: lo que cambie entre tanto llega como aviso.
            self._releer_todo()
            guardar_catalogo(catalogo_de(self.app))
            vivo.al_dia = True
            socketio.emit("cambio", {"tipo": "reconectado"})
            latido = repaso = time.monotonic()
            while not self._parar.is_set():
                for aviso in conexion.notifies(timeout=SONDEO_S, stop_after=50):
                    self._atender(aviso.channel, aviso.payload)
                if time.monotonic() - latido >= LATIDO_S:
                    conexion.execute("select 1")  # una conexión muerta en silencio se nota aquí
                    latido = time.monotonic()
                if time.monotonic() - repaso >= REPASO_S:
                    self._releer_todo()
                    repaso = time.monotonic()

    def _releer_todo(self) -> None:
        with self.app.app_context():
            registrar_todas(self.app)

    def _atender(self, canal: str, texto: str) -> None:
        if canal == CANAL_REGISTRO:
            with self.app.app_context():
                registro_de(self.app).releer(texto)
            return
        if canal == CANAL_PERSONAS:
            from .sockets import desconectar_persona

            desconectar_persona(texto)
            return
        cambio: dict[str, Any] = json.loads(texto)
        nombre_nora = cambio.pop("nora")
        socketio.emit("cambio", cambio, to=sala_de(nombre_nora))
