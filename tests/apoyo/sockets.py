"""Un cliente de Socket.IO de verdad y una sesión de verdad, para servidores en este proceso o en otros."""

from __future__ import annotations

import contextlib
import json
import re
import threading
from typing import Any

import requests
from conftest import CONTRASENA
from simple_websocket import Client, ConnectionClosed

SOCKETS = "/socket.io/?EIO=4&transport=websocket"


def galletas_de(sesion: requests.Session) -> str:
    """Sus cookies como las manda un navegador."""
    return "; ".join(f"{c.name}={c.value}" for c in sesion.cookies)


def csrf_de(sesion: requests.Session, url: str) -> str:
    """El csrf_token de esa sesión."""
    encontrado = re.search(
        r'name="csrf_token"[^>]*value="([^"]+)"', sesion.get(f"{url}/login", timeout=10).text
    )
    assert encontrado, "la entrada no trae csrf_token"
    return encontrado[1]


def abrir_sesion(url: str, correo: str) -> requests.Session:
    """Entra por la página de entrada."""
    sesion = requests.Session()
    datos = {"correo": correo, "contrasena": CONTRASENA, "csrf_token": csrf_de(sesion, url)}
    respuesta = sesion.post(f"{url}/login", data=datos, timeout=10, allow_redirects=False)
    assert respuesta.status_code == 302, respuesta.status_code
    return sesion


def entrar(url: str, correo: str) -> str:
    """Entra y devuelve la cookie de su sesión."""
    return galletas_de(abrir_sesion(url, correo))


class Socket:
    """Un cliente de Socket.IO 5 sobre Engine.IO 4, lo justo (protocolo: socket.io, «The Socket.IO protocol»).

    Args:
        nora: la que pide; None no pide ninguna.
        origen: la página de donde diría el navegador que viene.
        saludar: en falso se queda mudo, sin pedir entrar (ocupa un hilo igual).
    """

    def __init__(
        self, url: str, galleta: str, nora: Any, *, origen: str | None = None, saludar: bool = True
    ) -> None:
        cabeceras = {"Cookie": galleta, **({"Origin": origen} if origen else {})}
        self.ws = Client(url.replace("http", "ws", 1) + SOCKETS, headers=cabeceras)
        self.cambios: list[dict[str, Any]] = []
        self.respuesta = ""
        self.cerrado = False
        threading.Thread(target=self._leer, daemon=True).start()
        # Sin esperar la apertura: si llega pegada al 101, este cliente no la lee hasta el siguiente paquete.
        if saludar:
            self.ws.send("40" + json.dumps({} if nora is None else {"nora": nora}))

    @property
    def dentro(self) -> bool:
        """El servidor lo aceptó."""
        return self.respuesta.startswith("40")

    @property
    def cortado(self) -> bool:
        """El servidor lo sacó."""
        return self.cerrado or self.respuesta.startswith("41")

    def _leer(self) -> None:
        try:
            while True:
                texto = str(self.ws.receive())
                if texto == "2":
                    self.ws.send("3")
                elif texto.startswith("42"):
                    nombre, datos = json.loads(texto[2:])
                    if nombre == "cambio":
                        self.cambios.append(datos)
                else:
                    self.respuesta = texto
        except (ConnectionClosed, OSError):
            self.cerrado = True

    def __enter__(self) -> Socket:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(ConnectionClosed, OSError):
            self.ws.close()
