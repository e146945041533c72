"""Las dos caras de la API sobre una misma base: en el proceso (TransporteLocal) y por HTTP (el comando)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx
from supabase.lib.client_options import SyncClientOptions

from clientes.aura.supabase_local import DireccionesPostgres, TransporteLocal
from clientes.aura.supabase_local.__main__ import abrir, leer_argumentos
from supabase import Client, create_client

from .api_local import SECRETO, Escenario, ficha

CARAS = ("proceso", "http")


class Cara:
    """Una manera de hablarle a la API; los clientes se cierran con la cara."""

    def __init__(self, escenario: Escenario, direccion: str | None, pila: ExitStack) -> None:
        self.escenario = escenario
        self._direccion = direccion
        self._pila = pila
        self._http: dict[str, httpx.Client] = {}

    def _nuevo(self, **opciones: Any) -> httpx.Client:
        transporte = None if self._direccion else TransporteLocal(self.escenario.api)
        return self._pila.enter_context(httpx.Client(transport=transporte, **opciones))

    def http(self, rol: str | None = "service_role", **datos: Any) -> httpx.Client:
        """Un cliente HTTP a secas, el mismo para la misma ficha."""
        token = "" if rol is None else ficha(rol, **datos)
        if token not in self._http:
            encabezados = {} if rol is None else {"Authorization": f"Bearer {token}"}
            self._http[token] = self._nuevo(
                base_url=self._direccion or "http://local", headers=encabezados, timeout=20
            )
        return self._http[token]

    def cliente(self, rol: str = "service_role", **datos: Any) -> Client:
        """El cliente oficial."""
        opciones = SyncClientOptions(
            httpx_client=self._nuevo(), auto_refresh_token=False, postgrest_client_retry=False
        )
        return create_client(self._direccion or "http://local", ficha(rol, **datos), opciones)


@contextmanager
def comando(direcciones: DireccionesPostgres, *opciones: str) -> Iterator[str]:
    """Lo que sirve ``python -m clientes.aura.supabase_local`` con esas opciones, en un hilo; regresa su dirección.

    El comando como proceso aparte lo prueba ``test_comando.py``.
    """
    orden = ["--puerto", "0", "--db-uri", direcciones.api, "--rol-anonimo", "anon", "--jwt-secreto", SECRETO]
    servidor, api = abrir(leer_argumentos([*orden, *opciones]))
    hilo = threading.Thread(target=servidor.serve_forever, name="cara-http")
    hilo.start()
    try:
        yield f"http://127.0.0.1:{servidor.server_port}"
    finally:
        servidor.shutdown()
        hilo.join()
        servidor.server_close()
        api.cerrar()


@contextmanager
def cara_de(nombre: str, escenario: Escenario, *opciones: str) -> Iterator[Cara]:
    """La cara ``nombre``; ``opciones`` son las del comando que dan lo mismo que las del escenario."""
    with ExitStack() as pila:
        direccion = (
            pila.enter_context(comando(escenario.direcciones, *opciones)) if nombre == "http" else None
        )
        yield Cara(escenario, direccion, pila)


def pedir(cara: Cara, metodo: str, ruta: str, prefer: str = "", **opciones: Any) -> httpx.Response:
    """Una petición con sus preferencias; ``rol`` es el del JWT (``None``, sin JWT)."""
    encabezados = {**opciones.pop("headers", {}), **({"Prefer": prefer} if prefer else {})}
    rol = opciones.pop("rol", "service_role")
    return cara.http(rol).request(metodo, ruta, headers=encabezados, **opciones)


def vista(respuesta: httpx.Response, *nombres: str) -> tuple[Any, ...]:
    """El estado y los encabezados ``nombres``."""
    return (respuesta.status_code, *(respuesta.headers.get(n) for n in nombres))
