"""«Probar» pregunta de verdad a Twilio (un servidor en su lugar) y dice en palabras qué está mal."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from flask import Flask

from clientes.aura.supabase_local import DireccionesPostgres

CUENTA, TOKEN = "AC" + "0a" * 16, "token-bueno"


class TwilioDeMentira(BaseHTTPRequestHandler):
    """Contesta la cuenta y sus números de WhatsApp."""

    numeros: dict[str, str] = {}

    def do_GET(self) -> None:
        llaves = base64.b64encode(f"{CUENTA}:{TOKEN}".encode()).decode()
        if self.headers.get("Authorization") != f"Basic {llaves}":
            self._contestar(401, {"code": 20003, "message": "Authenticate", "status": 401})
        elif self.path.startswith(f"/2010-04-01/Accounts/{CUENTA}.json"):
            self._contestar(200, {"sid": CUENTA, "status": "active"})
        elif self.path.startswith("/v2/Channels/Senders"):
            senders = [
                {
                    "sid": "XE1",
                    "status": "ONLINE",
                    "sender_id": f"whatsapp:{n}",
                    "webhook": {"callback_url": url},
                }
                for n, url in self.numeros.items()
            ]
            self._contestar(
                200, {"senders": senders, "meta": {"key": "senders", "page": 0, "next_page_url": None}}
            )
        else:
            self._contestar(404, {"code": 20404, "message": "Not found", "status": 404})

    def _contestar(self, codigo: int, cuerpo: Any) -> None:
        datos = json.dumps(cuerpo).encode()
        self.send_response(codigo)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(datos)))
        self.end_headers()
        self.wfile.write(datos)

    def log_message(self, format: str, *args: Any) -> None:
        """En silencio."""


@pytest.fixture
def twilio() -> Iterator[str]:
    servidor = ThreadingHTTPServer(("127.0.0.1", 0), TwilioDeMentira)
    threading.Thread(target=servidor.serve_forever, daemon=True).start()
    TwilioDeMentira.numeros = {}
    yield f"http://127.0.0.1:{servidor.server_address[1]}"
    servidor.shutdown()
    servidor.server_close()


@pytest.fixture
def config(base: DireccionesPostgres, tmp_path: Any, twilio: str) -> Any:
    from app_config import Config

    return Config(
        ENTORNO="pruebas",
        SUPABASE_DB_URL=base.servicio,
        NORA_DATOS=tmp_path / "datos",
        TWILIO_BASE_URL=twilio,
        TWILIO_ACCOUNT_SID="",
        TWILIO_AUTH_TOKEN="",
        URL_PUBLICA="http://nora.prueba",
    )


@pytest.fixture
def probar(app: Flask, crear_nora: Callable[..., str], cliente_de: Callable[..., Any]) -> Callable[..., str]:
    """`probar(token)`: guarda esas llaves en «marea» y devuelve lo que dice la prueba."""
    crear_nora("marea", numero_nora="+526621234567")
    admin = cliente_de("admin")

    def hacer(token: str = "") -> str:
        if token:
            admin.enviar("/admin/noras/marea/credenciales", {"cuenta": CUENTA, "token": token})
        respuesta = admin.enviar("/admin/noras/marea/probar", headers={"HX-Request": "true"})
        assert respuesta.status_code == 200
        dicho: str = respuesta.get_data(as_text=True)
        return dicho

    return hacer


def test_sin_llaves_ni_https_ni_conocimiento_ni_trabajador(probar: Callable[..., str]) -> None:
    dicho = probar()
    for frase in ("no es https", "No tiene llaves de Twilio", "no sabe nada", "nadie los atiende"):
        assert frase in dicho
    assert "cosas por arreglar" in dicho


def test_llaves_malas(probar: Callable[..., str]) -> None:
    assert "Twilio no aceptó las llaves" in probar("token-malo")


def test_llaves_buenas_con_otro_numero(probar: Callable[..., str]) -> None:
    TwilioDeMentira.numeros = {"+5216629999999": ""}
    dicho = probar(TOKEN)
    assert "Twilio las acepta" in dicho
    assert "no está entre los números de WhatsApp" in dicho and "+52 662 999 9999" in dicho


def test_numero_bueno_que_apunta_a_otro_lado(probar: Callable[..., str]) -> None:
    TwilioDeMentira.numeros = {"+5216621234567": "https://otro.mx/webhook"}
    dicho = probar(TOKEN)
    assert "es de esa cuenta" in dicho
    assert "https://otro.mx/webhook" in dicho and "http://nora.prueba/webhook/marea" in dicho


def test_twilio_apagado_es_una_duda(probar: Callable[..., str], app: Flask) -> None:
    app.extensions["nora_config"].TWILIO_BASE_URL = "http://127.0.0.1:9"
    assert "Twilio no contestó" in probar(TOKEN)
