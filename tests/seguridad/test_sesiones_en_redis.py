"""Las sesiones en Redis, como con varias máquinas: entrar, salir, cerrar las demás; y con Redis caído o congelado."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from dobles.twilio_falso import firmar
from fakeredis import TcpFakeServer
from flask import Flask

from app_config import Config
from clientes.aura.supabase_local import DireccionesPostgres

TOKEN = "token-de-prueba"


@pytest.fixture
def redis() -> Iterator[TcpFakeServer]:
    servidor = TcpFakeServer(("127.0.0.1", 0), server_type="redis")
    hilo = threading.Thread(target=servidor.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    hilo.start()
    yield servidor
    servidor.shutdown()
    servidor.server_close()
    hilo.join(5)


@pytest.fixture
def config(base: DireccionesPostgres, tmp_path: Path, redis: TcpFakeServer) -> Config:
    return Config(
        ENTORNO="pruebas",
        SUPABASE_DB_URL=base.servicio,
        NORA_DATOS=tmp_path / "datos",
        TWILIO_AUTH_TOKEN=TOKEN,
        REDIS_URL=f"redis://127.0.0.1:{redis.server_address[1]}/0",
    )


def test_entrar_cerrar_las_demas_y_salir(
    app: Flask, crear_nora: Any, crear_usuario: Any, cliente_http: Any
) -> None:
    crear_usuario("ana@marea.mx", "dueno", crear_nora("marea"))
    otro = app.test_client()
    for navegador in (cliente_http, otro):
        assert navegador.entrar("ana@marea.mx").status_code == 302
        assert navegador.get("/panel_cliente/marea/").status_code == 200
    assert not (app.config["NORA_DATOS"] / "sesiones").exists(), "nada en disco: lo ven todas las máquinas"
    cliente_http.enviar("/logout", {})
    assert cliente_http.get("/panel_cliente/marea/").status_code == 302
    assert otro.get("/panel_cliente/marea/").status_code == 200


def test_con_redis_congelado_la_pagina_lo_dice_y_los_mensajes_entran(
    app: Flask, crear_nora: Any, crear_usuario: Any, cliente_http: Any
) -> None:
    crear_usuario("ana@marea.mx", "dueno", crear_nora("marea"))
    cliente_http.entrar("ana@marea.mx")
    with socket.create_server(("127.0.0.1", 0)) as mudo:  # acepta y no contesta
        conexiones = app.config["SESSION_REDIS"].connection_pool
        de_siempre = conexiones.connection_kwargs["port"]
        conexiones.connection_kwargs["port"] = mudo.getsockname()[1]
        conexiones.reset()
        inicio = time.monotonic()
        pagina = cliente_http.get("/panel_cliente/marea/")
        assert time.monotonic() - inicio < 10
        assert pagina.status_code == 503 and "sesión" in pagina.get_data(as_text=True)
        campos = {"MessageSid": "SM1", "From": "whatsapp:+5216621234567", "Body": "hola"}
        firma = {"X-Twilio-Signature": firmar(TOKEN, "http://localhost/webhook/marea", campos)}
        limpio = app.test_client()
        assert limpio.post("/webhook/marea", data=campos, headers=firma).status_code == 200
    conexiones.connection_kwargs["port"] = de_siempre
    conexiones.reset()
    assert cliente_http.get("/panel_cliente/marea/").status_code == 200, "sigue dentro"
