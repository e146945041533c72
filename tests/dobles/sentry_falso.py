"""Un servidor en loopback que recibe lo que `sentry-sdk` manda: sobres, casi siempre comprimidos.

Fuente: https://develop.sentry.dev/sdk/foundations/transport/envelopes/
"""

from __future__ import annotations

import contextlib
import gzip
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class SentryFalso:
    """`dsn` para configurarlo y los sobres que llegaron, en texto."""

    dsn: str = ""
    sobres: list[str] = field(default_factory=list)


@contextlib.contextmanager
def sentry_falso() -> Iterator[SentryFalso]:
    """Levanta el doble en un puerto libre."""
    doble = SentryFalso()

    class Manejador(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            cuerpo = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            doble.sobres.append(_abrir(cuerpo, self.headers.get("Content-Encoding", "")))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: Any) -> None:
            """Sin ruido."""

    servidor = ThreadingHTTPServer(("127.0.0.1", 0), Manejador)
    doble.dsn = f"http://llave@127.0.0.1:{servidor.server_address[1]}/1"
    hilo = threading.Thread(target=servidor.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    hilo.start()
    try:
        yield doble
    finally:
        servidor.shutdown()
        servidor.server_close()
        hilo.join(5)


def _abrir(cuerpo: bytes, forma: str) -> str:
    """El SDK comprime con lo mejor que esté instalado."""
    if forma == "gzip":
        cuerpo = gzip.decompress(cuerpo)
    elif forma == "br":
        import brotli

        cuerpo = brotli.decompress(cuerpo)
    return cuerpo.decode()
