"""Los sockets de verdad: quién entra, a qué sala, cuántos caben y qué pasa al salir."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
import requests
from apoyo.vivo import ServidorVivo, esperar
from conftest import CONTRASENA
from flask import Flask
from simple_websocket import Client, ConnectionClosed

from clientes.aura.sockets import PuertaDeSockets
from clientes.aura.supabase_local import DireccionesPostgres


def galleta_de(vivo: ServidorVivo, correo: str) -> str:
    """La cookie de sesión de quien entra."""
    import re

    sesion = requests.Session()
    testigo = re.search(
        r'name="csrf_token"[^>]*value="([^"]+)"', sesion.get(f"{vivo.url}/login", timeout=5).text
    )
    assert testigo
    datos = {"correo": correo, "contrasena": CONTRASENA, "csrf_token": testigo[1]}
    sesion.post(f"{vivo.url}/login", data=datos, timeout=10, allow_redirects=False)
    return "; ".join(f"{c.name}={c.value}" for c in sesion.cookies)


class Socket:
    """Un cliente de Socket.IO 5 sobre Engine.IO 4, lo justo (protocolo: socket.io, «The Socket.IO protocol»)."""

    def __init__(self, vivo: ServidorVivo, galleta: str, nora: str | None) -> None:
        direccion = vivo.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
        self.ws = Client(direccion, headers={"Cookie": galleta})
        self.cambios: list[dict[str, Any]] = []
        self.respuesta = ""
        self.cerrado = False
        threading.Thread(target=self._leer, daemon=True).start()
        esperar(lambda: self.respuesta.startswith("0"), "la apertura de Engine.IO")
        self.ws.send("40" + json.dumps({"nora": nora} if nora else {}))

    def _leer(self) -> None:
        try:
            while True:
                texto = str(self.ws.receive())
                if texto == "2":
                    self.ws.send("3")
                elif texto.startswith("42"):
                    nombre, datos = json.loads(texto[2:])
                    if nombre == "cambio" and datos.get("tipo") == "mensaje":
                        self.cambios.append(datos)
                else:
                    self.respuesta = texto
        except ConnectionClosed:
            self.cerrado = True


@contextmanager
def conectado(vivo: ServidorVivo, galleta: str, nora: str | None) -> Iterator[Socket]:
    socket = Socket(vivo, galleta, nora)
    try:
        yield socket
    finally:
        if not socket.cerrado:
            socket.ws.close()


@pytest.fixture
def gente(
    servidor_vivo: ServidorVivo, crear_nora: Callable[..., str], crear_usuario: Callable[..., str]
) -> ServidorVivo:
    for nora in ("marea", "monte"):
        crear_usuario(f"duena@{nora}.mx", "dueno", crear_nora(nora))
    return servidor_vivo


def test_sin_sesion_no_hay_socket(servidor_vivo: ServidorVivo) -> None:
    respuesta = requests.get(f"{servidor_vivo.url}/socket.io/?EIO=4&transport=websocket", timeout=5)
    assert respuesta.status_code == 401


def test_cada_quien_oye_solo_lo_suyo(gente: ServidorVivo, base: DireccionesPostgres) -> None:
    marea, monte = galleta_de(gente, "duena@marea.mx"), galleta_de(gente, "duena@monte.mx")
    with conectado(gente, marea, "marea") as suya, conectado(gente, monte, "monte") as ajena:
        esperar(
            lambda: suya.respuesta.startswith("40") and ajena.respuesta.startswith("40"), "las dos dentro"
        )
        with psycopg.connect(base.administrador, autocommit=True) as conexion:
            de_marea = {recibir(conexion, "marea", n) for n in range(5)}
            de_monte = recibir(conexion, "monte", 9)
        esperar(lambda: {c["mensaje_id"] for c in suya.cambios} >= de_marea, "los avisos de marea")
        esperar(lambda: de_monte in {c["mensaje_id"] for c in ajena.cambios}, "el aviso de monte")
        assert not {c["conversacion_id"] for c in suya.cambios} & {
            c["conversacion_id"] for c in ajena.cambios
        }


def recibir(conexion: psycopg.Connection[Any], nora: str, numero: int) -> int:
    """Guarda un mensaje entrante; devuelve su id."""
    direccion = f"whatsapp:+52662000{len(nora):04d}"
    fila = conexion.execute(
        "select recibir_mensaje(%s, 'whatsapp', %s, %s, %s)", (nora, f"SM{numero}", direccion, direccion)
    ).fetchone()
    assert fila is not None
    return int(fila[0]["mensaje_id"])


def test_no_se_entra_a_la_sala_de_otra(gente: ServidorVivo) -> None:
    galleta = galleta_de(gente, "duena@monte.mx")
    for nora in ("marea", "no-existe"):
        with conectado(gente, galleta, nora) as socket:
            esperar(lambda s=socket: s.respuesta.startswith("44"), f"el rechazo a {nora}")
            assert "No encontramos esa Nora" in socket.respuesta


def test_al_salir_se_corta_el_socket(gente: ServidorVivo, cliente_http: Any) -> None:
    cliente_http.entrar("duena@marea.mx")
    galleta = cliente_http.get_cookie("aura_multinora_cookie")
    with conectado(gente, f"aura_multinora_cookie={galleta.value}", "marea") as socket:
        esperar(lambda: socket.respuesta.startswith("40"), "la entrada")
        cliente_http.enviar("/logout")
        esperar(lambda: socket.cerrado or socket.respuesta.startswith("41"), "que se corte")


def test_el_cupo_deja_hilos_para_las_paginas(
    app: Flask, crear_nora: Any, crear_usuario: Any, cliente_http: Any
) -> None:
    """Lleno el cupo, un socket más es 503 y una página contesta igual; al irse uno, hay lugar."""
    crear_usuario("ana@x.mx", "dueno", crear_nora("marea"))
    cliente_http.entrar("ana@x.mx")
    galleta = cliente_http.get_cookie("aura_multinora_cookie")
    soltar, dentro = threading.Event(), threading.Semaphore(0)

    def aplicacion(entorno: Any, contestar: Any) -> list[bytes]:
        if entorno["PATH_INFO"].startswith("/socket.io"):
            dentro.release()
            soltar.wait(10)
        contestar("200 OK", [])
        return [b"ok"]

    puerta = PuertaDeSockets(app, aplicacion, cupo=2)

    def pedir(ruta: str) -> str:
        estados: list[str] = []
        entorno = {
            "PATH_INFO": ruta,
            "HTTP_COOKIE": f"aura_multinora_cookie={galleta.value}",
            "REQUEST_METHOD": "GET",
        }
        puerta(
            {**entorno, "wsgi.url_scheme": "http", "SERVER_NAME": "x", "SERVER_PORT": "80"},
            lambda e, _: estados.append(e),
        )
        return estados[0]

    ocupan = [threading.Thread(target=pedir, args=("/socket.io/",), daemon=True) for _ in range(2)]
    for hilo in ocupan:
        hilo.start()
    assert dentro.acquire(timeout=5) and dentro.acquire(timeout=5)
    assert pedir("/socket.io/").startswith("503")
    assert pedir("/panel_cliente/marea/").startswith("200")
    soltar.set()
    for hilo in ocupan:
        hilo.join(5)
    assert pedir("/socket.io/").startswith("200")
