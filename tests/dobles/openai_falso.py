"""Un servidor HTTP de verdad, en loopback, que contesta como la API de OpenAI: chat con herramientas, y vectores.

Fuente: https://platform.openai.com/docs/api-reference/chat y /embeddings.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

from dobles.cuerpo import leer_cuerpo
from werkzeug.formparser import parse_form_data

Modo = Literal[
    "bien",
    "pedido",
    "colgar",
    "gotear",
    "limite",
    "error",
    "no_json",
    "sin_forma",
    "vacio",
    "llave",
    "cortar",
    "razona",
]


@dataclass
class Paso:
    """Cómo contestar la siguiente petición.

    Args:
        texto: lo que dice el modelo.
        llamadas: herramientas que pide: (nombre, argumentos); los argumentos en texto van tal cual.
        reintentar_en: segundos del Retry-After de un 429.
    """

    texto: str = ""
    llamadas: list[tuple[str, Any]] = field(default_factory=list)
    modo: Modo = "bien"
    reintentar_en: float = 0.0
    tokens: tuple[int, int] | None = (1_000, 100)


Modelo = Callable[[dict[str, Any]], Paso]


@dataclass
class OpenAIFalso:
    """El estado del doble: qué le pidieron, y qué va a contestar.

    `guion` se gasta en orden; acabado, contesta `modelo` (recibe el cuerpo de la petición).
    """

    url: str = ""
    llave: str = "sk-de-prueba"
    guion: list[Paso] = field(default_factory=list)
    modelo: Modelo = lambda cuerpo: Paso("Con gusto.")
    peticiones: list[dict[str, Any]] = field(default_factory=list)
    llaves: list[str] = field(default_factory=list)
    voz: str = "Hola"
    falla_de_voz: int = 0
    audios: list[dict[str, Any]] = field(default_factory=list)
    soltar: threading.Event = field(default_factory=threading.Event)
    candado: threading.Lock = field(default_factory=threading.Lock)

    @property
    def pedidos(self) -> list[dict[str, Any]]:
        """Los cuerpos de los chat completions que llegaron."""
        return [p for p in self.peticiones if "messages" in p]

    def sistema(self, n: int = -1) -> str:
        """Las indicaciones del n-ésimo pedido."""
        return str(self.pedidos[n]["messages"][0]["content"])


class _Manejador(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    doble: OpenAIFalso

    def log_message(self, *_: object) -> None:
        """Sin ruido en la salida de las pruebas."""

    def do_POST(self) -> None:
        crudo = leer_cuerpo(self)
        if self.path.endswith("/audio/transcriptions"):
            self._transcribir(crudo)
            return
        cuerpo = json.loads(crudo)
        with self.doble.candado:
            self.doble.peticiones.append(cuerpo)
            self.doble.llaves.append(self.headers.get("Authorization", "").removeprefix("Bearer "))
            paso = self.doble.guion.pop(0) if self.doble.guion and "messages" in cuerpo else None
        if self.path.endswith("/embeddings"):
            self._json(200, _vectores(cuerpo))
        elif not self.path.endswith("/chat/completions"):
            self._json(404, {"error": {"message": "no existe", "type": "invalid_request_error"}})
        else:
            self._contestar(cuerpo, paso or self.doble.modelo(cuerpo))

    def _transcribir(self, crudo: bytes) -> None:
        """Fuente: platform.openai.com/docs/api-reference/audio/createTranscription."""
        tipo = self.headers.get("Content-Type", "")
        entorno = {"wsgi.input": io.BytesIO(crudo), "CONTENT_LENGTH": str(len(crudo)), "CONTENT_TYPE": tipo}
        _, campos, archivos = parse_form_data({**entorno, "REQUEST_METHOD": "POST"})
        with archivos["file"].stream as archivo, self.doble.candado:
            nombre = archivos["file"].filename
            self.doble.audios.append({**campos.to_dict(), "nombre": nombre, "contenido": archivo.read()})
        if self.doble.falla_de_voz:
            self._json(self.doble.falla_de_voz, {"error": {"message": "no", "type": "server_error"}})
            return
        self._json(200, {"task": "transcribe", "language": "es", "duration": 2.4, "text": self.doble.voz})

    def _contestar(self, cuerpo: dict[str, Any], paso: Paso) -> None:
        error = {"error": {"message": "falla a propósito", "type": "server_error", "code": None}}
        if paso.modo == "colgar":
            self.doble.soltar.wait(30)
            self.close_connection = True
        elif paso.modo == "gotear":
            self._gotear()
        elif paso.modo == "cortar":
            self.close_connection = True
            self.connection.close()
        elif paso.modo == "limite":
            self._json(429, error, {"Retry-After": str(paso.reintentar_en)})
        elif paso.modo == "pedido":
            self._json(400, error)
        elif paso.modo == "error":
            self._json(500, error)
        elif paso.modo == "razona" and ("max_tokens" in cuerpo or "temperature" in cuerpo):
            cual = "max_tokens" if "max_tokens" in cuerpo else "temperature"
            nuevo = {
                **error["error"],
                "type": "invalid_request_error",
                "param": cual,
                "code": "unsupported_parameter",
            }
            self._json(400, {"error": nuevo})
        elif paso.modo == "llave":
            self._json(401, error)
        elif paso.modo == "no_json":
            self._mandar(200, b"<html>502 Bad Gateway</html>", {"Content-Type": "application/json"})
        elif paso.modo == "sin_forma":
            self._json(200, {"hola": ["esto no es un chat completion"]})
        else:
            self._json(200, _completado(cuerpo, paso))

    def _gotear(self) -> None:
        """Un byte cada tanto: ningún plazo por lectura se cumple nunca."""
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "100000")
        self.end_headers()
        while not self.doble.soltar.wait(0.05):
            try:
                self.wfile.write(b" ")
                self.wfile.flush()
            except OSError:
                break
        self.close_connection = True

    def _json(self, estado: int, cuerpo: Any, cabeceras: Mapping[str, str] | None = None) -> None:
        self._mandar(
            estado, json.dumps(cuerpo).encode(), {"Content-Type": "application/json", **(cabeceras or {})}
        )

    def _mandar(self, estado: int, datos: bytes, cabeceras: Mapping[str, str]) -> None:
        self.send_response(estado)
        for nombre, valor in cabeceras.items():
            self.send_header(nombre, valor)
        self.send_header("Content-Length", str(len(datos)))
        self.end_headers()
        self.wfile.write(datos)


def _completado(cuerpo: dict[str, Any], paso: Paso) -> dict[str, Any]:
    mensaje: dict[str, Any] = {
        "role": "assistant",
        "content": (None if paso.llamadas else "") if paso.modo == "vacio" else paso.texto or None,
        "refusal": None,
    }
    if paso.llamadas:
        mensaje["tool_calls"] = [
            {
                "id": f"call_{n}",
                "type": "function",
                "function": {
                    "name": nombre,
                    "arguments": argumentos if isinstance(argumentos, str) else json.dumps(argumentos),
                },
            }
            for n, (nombre, argumentos) in enumerate(paso.llamadas)
        ]
    completado: dict[str, Any] = {
        "id": "chatcmpl-doble",
        "object": "chat.completion",
        "created": 1_795_000_000,
        "model": cuerpo["model"],
        "choices": [
            {
                "index": 0,
                "message": mensaje,
                "logprobs": None,
                "finish_reason": "tool_calls" if paso.llamadas else "stop",
            }
        ],
    }
    if paso.tokens is not None:
        entrada, salida = paso.tokens
        completado["usage"] = {
            "prompt_tokens": entrada,
            "completion_tokens": salida,
            "total_tokens": entrada + salida,
        }
    return completado


def _vectores(cuerpo: dict[str, Any]) -> dict[str, Any]:
    """Un vector por texto, siempre el mismo para el mismo texto, de norma 1."""
    textos = cuerpo["input"] if isinstance(cuerpo["input"], list) else [cuerpo["input"]]
    dimensiones = int(cuerpo.get("dimensions", 512))
    datos = []
    for n, texto in enumerate(textos):
        vector = [0.0] * dimensiones
        for palabra in texto.lower().split():
            lugar = int(hashlib.sha256(palabra.encode()).hexdigest(), 16) % dimensiones
            vector[lugar] += 1.0
        norma = sum(x * x for x in vector) ** 0.5 or 1.0
        datos.append({"object": "embedding", "index": n, "embedding": [x / norma for x in vector]})
    uso = {"prompt_tokens": len(textos), "total_tokens": len(textos)}
    return {"object": "list", "data": datos, "model": cuerpo["model"], "usage": uso}


class _Servidor(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Una conexión que cortamos a propósito no es un error."""


@contextlib.contextmanager
def openai_falso() -> Iterator[OpenAIFalso]:
    """Levanta el doble en un puerto libre; `url` termina en /v1."""
    doble = OpenAIFalso()
    manejador = type("Manejador", (_Manejador,), {"doble": doble})
    servidor = _Servidor(("127.0.0.1", 0), manejador)
    doble.url = f"http://127.0.0.1:{servidor.server_address[1]}/v1"
    hilo = threading.Thread(target=servidor.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    hilo.start()
    try:
        yield doble
    finally:
        doble.soltar.set()
        servidor.shutdown()
        servidor.server_close()
        hilo.join(5)
