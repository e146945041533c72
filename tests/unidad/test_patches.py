"""Los parches se aplican solo donde hacen falta, y un WebSocket que se cierra no deja un 500 falso."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import simple_websocket
from apoyo.sockets import Socket
from apoyo.vivo import esperar
from flask import Flask
from flask_socketio import SocketIO
from werkzeug.serving import BaseWSGIServer, make_server

from patches import cierre_de_websocket, werkzeug_patches
from patches.werkzeug_patches import Parche, apply_patches, como_numeros, version_instalada

ESPERA = 10.0


@pytest.fixture
def aplicados(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    vacio: set[str] = set()
    monkeypatch.setattr(werkzeug_patches, "_aplicados", vacio)
    return vacio


@pytest.mark.parametrize(
    ("texto", "numeros"),
    [("4.13.3", (4, 13, 3)), ("4.14.0rc1", (4, 14, 0)), ("5", (5,)), ("3.8.2.post1", (3, 8, 2))],
)
def test_la_version_como_numeros(texto: str, numeros: tuple[int, ...]) -> None:
    assert como_numeros(texto) == numeros


def test_un_paquete_que_no_esta_no_se_parcha(aplicados: set[str]) -> None:
    hechos: list[str] = []
    parche = Parche("x", "paquete-que-no-existe-9", lambda _: True, lambda: hechos.append("x"))
    assert apply_patches((parche,)) == []
    assert hechos == []


def test_se_aplica_una_vez_y_se_anota(aplicados: set[str], caplog: pytest.LogCaptureFixture) -> None:
    hechos: list[str] = []
    parche = Parche("x", "werkzeug", lambda _: True, lambda: hechos.append("x"))
    with caplog.at_level(logging.WARNING, logger="patches.werkzeug_patches"):
        assert apply_patches((parche,)) == ["x"]
        assert apply_patches((parche,)) == []
    assert hechos == ["x"]
    assert [registro.message.startswith("Parche x aplicado") for registro in caplog.records] == [True]


def test_el_que_no_hace_falta_no_se_aplica(aplicados: set[str]) -> None:
    parche = Parche("x", "werkzeug", lambda _: False, lambda: pytest.fail("se aplicó"))
    assert apply_patches((parche,)) == []


@pytest.mark.parametrize(
    ("version", "falla"), [((4, 12, 0), True), ((4, 13, 3), True), ((4, 13, 4), False), ((4, 15, 1), False)]
)
def test_que_versiones_traen_la_falla(version: tuple[int, ...], falla: bool) -> None:
    assert cierre_de_websocket.hace_falta(version) is falla


def _llamada_antigua(envoltura: Any, entorno: dict[str, Any], _iniciar: Any) -> list[bytes]:
    """Como la de python-engineio 4.13.3: atiende el WebSocket y vuelve sin llamar a start_response."""
    envoltura.ws = simple_websocket.Server(entorno, **envoltura.server_args)
    respuesta: list[bytes] = envoltura.app(envoltura)
    return respuesta


class Servidor:
    """Un servidor de Werkzeug con un SocketIO de verdad."""

    def __init__(self) -> None:
        self.terminados = threading.Semaphore(0)
        app = Flask("prueba")
        app.secret_key = "x"
        self.socketio = SocketIO(async_mode="threading", transports=["websocket"], manage_session=False)
        self.socketio.init_app(app)
        interior = app.wsgi_app

        def con_aviso(entorno: Any, iniciar: Any) -> Any:
            try:
                return interior(entorno, iniciar)
            finally:
                self.terminados.release()

        app.wsgi_app = con_aviso  # type: ignore[method-assign]
        self.werkzeug: BaseWSGIServer = make_server("127.0.0.1", 0, app, threaded=True)
        # Los hilos de cada petición se esperan al cerrar: así todo lo que anotan ya está anotado.
        self.werkzeug.daemon_threads = False  # type: ignore[attr-defined]
        self.werkzeug.block_on_close = True  # type: ignore[attr-defined]
        self.hilo = threading.Thread(target=self.werkzeug.serve_forever, kwargs={"poll_interval": 0.02})
        self.hilo.start()

    def abrir_y_cerrar(self) -> None:
        """Un cliente que entra, saluda y se va con su trama de cierre."""
        cliente = Socket(f"http://127.0.0.1:{self.werkzeug.server_port}", "", None)
        esperar(lambda: cliente.dentro, "que entre el socket")
        cliente.ws.close()
        assert self.terminados.acquire(timeout=ESPERA)

    def parar(self) -> None:
        self.werkzeug.shutdown()
        self.werkzeug.server_close()
        self.hilo.join(timeout=ESPERA)
        motor = self.socketio.server.eio
        if motor.service_task_event is not None:
            motor.service_task_event.set()


@pytest.fixture
def servidor() -> Iterator[Servidor]:
    actual = Servidor()
    # El siguiente latido duerme en un hilo 25 s; aquí no se necesita.
    actual.socketio.server.eio.ping_interval = 0.05
    yield actual
    actual.parar()


def _quinientos(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [
        registro.getMessage()
        for registro in caplog.records
        if registro.name == "werkzeug"
        and (registro.levelno >= logging.ERROR or '" 500 ' in registro.getMessage())
    ]


def test_con_lo_instalado_cerrar_un_websocket_no_deja_un_500(
    servidor: Servidor, caplog: pytest.LogCaptureFixture
) -> None:
    apply_patches()
    with caplog.at_level(logging.INFO, logger="werkzeug"):
        servidor.abrir_y_cerrar()
        servidor.parar()
    assert _quinientos(caplog) == []


@pytest.mark.parametrize("con_parche", [False, True])
def test_el_parche_quita_el_500_de_las_versiones_que_lo_traen(
    servidor: Servidor, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, con_parche: bool
) -> None:
    from engineio.async_drivers._websocket_wsgi import SimpleWebSocketWSGI

    monkeypatch.setattr(SimpleWebSocketWSGI, "__call__", _llamada_antigua)
    if con_parche:
        cierre_de_websocket.aplicar()
    with caplog.at_level(logging.INFO, logger="werkzeug"):
        servidor.abrir_y_cerrar()
        servidor.parar()
    assert bool(_quinientos(caplog)) is not con_parche


def test_la_version_instalada_se_lee() -> None:
    assert version_instalada("python-engineio") is not None
