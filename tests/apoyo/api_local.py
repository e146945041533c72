"""La API local sobre una base de pruebas, con el cliente oficial y con HTTP a secas."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import jwt
import psycopg
from supabase.lib.client_options import SyncClientOptions

from clientes.aura.supabase_local import (
    ApiLocal,
    DireccionesPostgres,
    ServidorPostgres,
    TransporteLocal,
    crear_api,
)
from supabase import Client, create_client

from .postgres import base_temporal

SECRETO = "un-secreto-de-pruebas-de-cuarenta-letras"


def ficha(rol: str, **datos: Any) -> str:
    """Un JWT firmado con el secreto de pruebas."""
    return jwt.encode({"role": rol, **datos}, SECRETO, "HS256")


@dataclass(frozen=True)
class Escenario:
    """La API sobre una base, con clientes para hablarle."""

    direcciones: DireccionesPostgres
    api: ApiLocal

    def cliente(self, rol: str = "service_role", **datos: Any) -> Client:
        """El cliente oficial, en el proceso."""
        transporte = httpx.Client(transport=TransporteLocal(self.api))
        opciones = SyncClientOptions(
            httpx_client=transporte, auto_refresh_token=False, postgrest_client_retry=False
        )
        return create_client("http://local", ficha(rol, **datos), opciones)

    def http(self, rol: str | None = "service_role", **datos: Any) -> httpx.Client:
        """Un cliente HTTP sin nada del oficial."""
        encabezados = {} if rol is None else {"Authorization": f"Bearer {ficha(rol, **datos)}"}
        return httpx.Client(transport=TransporteLocal(self.api), base_url="http://local", headers=encabezados)

    def sql(self, texto: str) -> list[tuple[Any, ...]]:
        """Corre SQL como el dueño de la base, por fuera de la API."""
        with psycopg.connect(self.direcciones.servicio, autocommit=True) as conexion:
            cursor = conexion.execute(texto.encode())
            return cursor.fetchall() if cursor.description else []


@contextmanager
def escenario_nuevo(servidor: ServidorPostgres, plantilla: str, **opciones: Any) -> Iterator[Escenario]:
    """Una base nueva y su API; ``opciones`` son las de ``crear_api``."""
    with base_temporal(servidor, plantilla) as direcciones:
        api = crear_api(direcciones.api, **{"jwt_secreto": SECRETO, **opciones})
        try:
            yield Escenario(direcciones, api)
        finally:
            api.cerrar()
