"""Un servicio de avisos en loopback y un aparato suyo: descifra lo que recibe como lo haría un navegador."""

from __future__ import annotations

import base64
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import http_ece
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from dobles.cuerpo import leer_cuerpo


def _texto(dato: bytes) -> str:
    return base64.urlsafe_b64encode(dato).decode().rstrip("=")


def _bytes(texto: str) -> bytes:
    return base64.urlsafe_b64decode(texto + "=" * (-len(texto) % 4))


@dataclass
class AparatoFalso:
    """Un teléfono suscrito: sus llaves y lo que ha recibido."""

    endpoint: str
    privada: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    secreto: bytes = field(default_factory=lambda: os.urandom(16))
    recibidos: list[dict[str, Any]] = field(default_factory=list)
    cabeceras: list[dict[str, str]] = field(default_factory=list)
    contestar: list[int] = field(default_factory=list)  # códigos por venir; vacío: 201
    intentos: int = 0

    def suscripcion(self) -> dict[str, Any]:
        """Lo que da `PushSubscription.toJSON()`."""
        publica = self.privada.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {
            "endpoint": self.endpoint,
            "expirationTime": None,
            "keys": {"p256dh": _texto(publica), "auth": _texto(self.secreto)},
        }

    def descifrar(self, cuerpo: bytes) -> dict[str, Any]:
        """El contenido en claro (RFC 8291)."""
        claro = http_ece.decrypt(
            cuerpo, private_key=self.privada, auth_secret=self.secreto, version="aes128gcm"
        )
        leido: dict[str, Any] = json.loads(claro)
        return leido


class PushFalso:
    """El servicio: un aparato por dirección."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.aparatos: dict[str, AparatoFalso] = {}

    def aparato(self, nombre: str, *contestar: int) -> AparatoFalso:
        """Uno nuevo; `contestar`: los códigos con que se recibirán sus primeros avisos."""
        nuevo = AparatoFalso(f"{self.url}/push/{nombre}", contestar=list(contestar))
        self.aparatos[f"/push/{nombre}"] = nuevo
        return nuevo


def revisar_vapid(cabeceras: dict[str, str], origen: str) -> dict[str, Any]:
    """Comprueba la firma VAPID (RFC 8292) y devuelve lo que declara."""
    esquema, _, resto = cabeceras["authorization"].partition(" ")
    assert esquema == "vapid"
    partes = dict(parte.strip().split("=", 1) for parte in resto.split(","))
    llave = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _bytes(partes["k"]))
    declarado: dict[str, Any] = jwt.decode(partes["t"], llave, algorithms=["ES256"], audience=origen)
    return {**declarado, "k": partes["k"]}


@contextmanager
def levantar_push() -> Iterator[PushFalso]:
    """El servicio en un puerto libre de loopback."""

    class Manejador(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            cuerpo = leer_cuerpo(self)
            aparato = servicio.aparatos.get(self.path)
            codigo = 404
            if aparato is not None:
                aparato.intentos += 1
                codigo = aparato.contestar.pop(0) if aparato.contestar else 201
                if codigo == 201:
                    aparato.cabeceras.append({k.lower(): v for k, v in self.headers.items()})
                    aparato.recibidos.append(aparato.descifrar(cuerpo))
            self.send_response(codigo)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Callado: la prueba mira lo recibido."""

    servidor = ThreadingHTTPServer(("127.0.0.1", 0), Manejador)
    servicio = PushFalso(f"http://127.0.0.1:{servidor.server_port}")
    hilo = threading.Thread(target=servidor.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    hilo.start()
    try:
        yield servicio
    finally:
        servidor.shutdown()
        servidor.server_close()
