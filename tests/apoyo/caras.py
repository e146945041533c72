"""Las dos caras de la API sobre una misma base: en el proceso (WSGITransport) y por HTTP (el comando)."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
from supabase.lib.client_options import SyncClientOptions

from clientes.aura.supabase_local import DireccionesPostgres
from supabase import Client, create_client

from .api_local import SECRETO, Escenario, ficha

RAIZ = Path(__file__).resolve().parents[2]
CARAS = ("proceso", "http")


class Cara:
    """Una manera de hablarle a la API; los clientes se cierran con la cara."""

    def __init__(self, escenario: Escenario, direccion: str | None, pila: ExitStack) -> None:
        self.escenario = escenario
        self._direccion = direccion
        self._pila = pila
        self._http: dict[str, httpx.Client] = {}

    @property
    def es_http(self) -> bool:
        """Si hay HTTP de por medio: en el proceso no viaja la frase del estado."""
        return self._direccion is not None

    def _nuevo(self, **opciones: Any) -> httpx.Client:
        transporte = None if self._direccion else httpx.WSGITransport(app=self.escenario.api)
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
    """``python -m clientes.aura.supabase_local`` sirviendo; regresa su dirección."""
    orden = [
        sys.executable, "-m", "clientes.aura.supabase_local", "--puerto", "0", "--db-uri", direcciones.api,
        "--rol-anonimo", "anon", "--jwt-secreto", SECRETO, *opciones,
    ]  # fmt: skip
    with subprocess.Popen(orden, cwd=RAIZ, stdout=subprocess.PIPE, text=True) as proceso:
        assert proceso.stdout is not None
        try:
            yield proceso.stdout.readline().split()[-1]
        finally:
            proceso.terminate()
            proceso.communicate(timeout=15)


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
