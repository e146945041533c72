"""Clientes de Supabase: USAR SIEMPRE ESTOS.

`supabase` entra como service_role (pasa las políticas, como en Supabase hospedado): solo para las consultas de
webhook, trabajador, programador, admin y scripts. Lo demás usa `supabase_de_nora(nombre_nora)`, cuyo token nombra a la
Nora, de modo que la separación la hace la base y no un filtro que se pueda olvidar.
"""

from __future__ import annotations

import json
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

import httpx
import jwt
from storage3.exceptions import StorageApiError
from werkzeug.local import LocalProxy

from app_config import Config
from supabase import Client, ClientOptions, create_client

from ..supabase_local import ClienteHttp, TransporteLocal
from .logging_utils import peticion_actual

# Lo que el almacén contesta que no: `status` y `message` son los suyos.
ErrorDeAlmacen = StorageApiError

VIGENCIA_TOKEN_S = 600
MARGEN_TOKEN_S = 60
CLIENTES_EN_MEMORIA = 2_000
PLAZO_HTTP_S = 8.0


@dataclass
class _ClienteDeNora:
    cliente: Client
    caduca: float


class ConexionSupabase:
    """Un transporte compartido y los clientes que salen de él. Crearla no toca la red.

    Args:
        config: la configuración de la instalación.
        api_local: la API de `supabase_local` cuando la base no es hospedada.
    """

    def __init__(self, config: Config, api_local: Any | None) -> None:
        self.config = config
        self.api_local = api_local
        transporte = TransporteLocal(api_local) if api_local is not None else None
        self.url = config.SUPABASE_URL if api_local is None else _origen_publico(config)
        self.http: httpx.Client = ClienteHttp(
            transport=transporte,
            timeout=PLAZO_HTTP_S,
            follow_redirects=True,
            event_hooks={"request": [_poner_peticion]},
        )
        self._candado = threading.Lock()
        self._de_noras: OrderedDict[str, _ClienteDeNora] = OrderedDict()
        self._de_servicio: _ClienteDeNora | None = None

    def servicio(self) -> Client:
        """Cliente con service_role."""
        with self._candado:
            actual = self._de_servicio
            if actual is None or actual.caduca < time.monotonic():
                if self.api_local is None:
                    actual = _ClienteDeNora(self._crear(self.config.SUPABASE_KEY), float("inf"))
                else:
                    token = self._firmar({"role": "service_role"})
                    actual = _ClienteDeNora(
                        self._crear(token), time.monotonic() + VIGENCIA_TOKEN_S - MARGEN_TOKEN_S
                    )
                self._de_servicio = actual
            return actual.cliente

    def de_nora(self, nombre_nora: str) -> Client:
        """Cliente cuyo token nombra a una Nora; dura minutos y se renueva solo."""
        if not nombre_nora:
            raise ValueError("falta la Nora: no hay una por omisión")
        with self._candado:
            actual = self._de_noras.get(nombre_nora)
            if actual is None or actual.caduca < time.monotonic():
                token = self._firmar(
                    {"role": "authenticated", "aud": "authenticated", "nombre_nora": nombre_nora}
                )
                actual = _ClienteDeNora(
                    self._crear(token), time.monotonic() + VIGENCIA_TOKEN_S - MARGEN_TOKEN_S
                )
                self._de_noras[nombre_nora] = actual
                if len(self._de_noras) > CLIENTES_EN_MEMORIA:
                    self._de_noras.popitem(last=False)
            self._de_noras.move_to_end(nombre_nora)
            return actual.cliente

    def _crear(self, token: str) -> Client:
        llave = self.config.SUPABASE_KEY or token
        opciones = ClientOptions(
            httpx_client=self.http,
            headers={"Authorization": f"Bearer {token}"},
            auto_refresh_token=False,
            persist_session=False,
            postgrest_client_retry=False,
        )
        return create_client(self.url, llave, cast(Any, opciones))

    def _firmar(self, reclamos: dict[str, Any]) -> str:
        ahora = int(time.time())
        cuerpo = {"iss": "nora", "iat": ahora, "exp": ahora + VIGENCIA_TOKEN_S, **reclamos}
        # La API local solo conoce el secreto; la llave es para un proyecto hospedado.
        if self.api_local is None and self.config.SUPABASE_JWT_LLAVE:
            llave = json.loads(self.config.SUPABASE_JWT_LLAVE)
            privada = jwt.PyJWK(llave, algorithm="ES256").key
            return jwt.encode(cuerpo, privada, algorithm="ES256", headers={"kid": llave.get("kid", "")})
        return jwt.encode(cuerpo, self.config.SUPABASE_JWT_SECRET, algorithm="HS256")

    def cerrar(self) -> None:
        """Cierra el transporte y, si es local, las conexiones de la API."""
        self.http.close()
        if self.api_local is not None:
            self.api_local.cerrar()


def _poner_peticion(pedido: httpx.Request) -> None:
    """Las escrituras llevan el id de la petición: el trabajo que encolen lo conserva (`cola.encolar`)."""
    if pedido.method != "GET" and (peticion := peticion_actual()):
        pedido.headers["X-Request-ID"] = peticion


def _origen_publico(config: Config) -> str:
    """De dónde cuelgan los enlaces firmados cuando el almacén es el de esta máquina: los sirve la aplicación."""
    return config.URL_PUBLICA or f"http://127.0.0.1:{config.PORT}"


def enlace_en_pagina(enlace: str) -> str:
    """Un enlace de `supabase.storage` como se escribe en una página.

    Con el almacén de esta máquina queda sin origen: así abre con cualquier nombre con que se llegó al panel
    (localhost, una IP de la red, el dominio) y la política de contenido lo admite como propio. El completo, el que da
    el cliente, es para quien está afuera, como Twilio.
    """
    if conexion_actual().api_local is None:
        return enlace
    return urlsplit(enlace)._replace(scheme="", netloc="").geturl()


_conexion: ConexionSupabase | None = None


def usar_conexion(conexion: ConexionSupabase) -> None:
    """Deja esta conexión como la del proceso. La llama `create_app`."""
    global _conexion
    _conexion = conexion


def conexion_actual() -> ConexionSupabase:
    """La conexión del proceso.

    Raises:
        RuntimeError: si nadie creó la aplicación todavía.
    """
    if _conexion is None:
        raise RuntimeError("todavía no hay conexión a Supabase: primero create_app()")
    return _conexion


supabase: Client = cast(Client, LocalProxy(lambda: conexion_actual().servicio()))


def supabase_de_nora(nombre_nora: str) -> Client:
    """Cliente que solo ve y escribe lo de esa Nora."""
    return conexion_actual().de_nora(nombre_nora)
