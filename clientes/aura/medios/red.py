"""Bajar un archivo de un proveedor sin que nadie nos mande a otro lado.

La dirección la escribe quien llama a nuestro webhook y el proveedor puede redirigir: en cada paso se revisa el
servidor contra la lista, y la conexión se abre a la IP que se revisó, no al nombre (que pudo cambiar entre tanto).
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import IO
from urllib.parse import urljoin, urlsplit, urlunsplit

import certifi
import httpcore

from ..canales.base import Credenciales, OrigenDeMedios

CONECTAR_S = 5.0
LEER_S = 15.0
EN_TODO_S = 90.0
TROZO = 64 * 1024
REDIRECCIONES = 3

Resolver = Callable[[str, int], list[str]]


class NoPermitido(Exception):
    """La dirección lleva a donde no se debe ir; repetirlo no cambia nada."""


class NoSePudo(Exception):
    """El servidor no contestó, o contestó mal; se puede repetir.

    Args:
        estado: el HTTP, o 0 si no llegó a contestar.
        reintentar_en: segundos que pidió esperar.
    """

    def __init__(self, razon: str, estado: int = 0, reintentar_en: float | None = None) -> None:
        super().__init__(razon)
        self.estado = estado
        self.reintentar_en = reintentar_en


class MuyGrande(Exception):
    """Pasa del tope."""


@dataclass(frozen=True)
class Bajado:
    """Lo que se escribió en el destino. `mime` y `nombre` son lo que dijo el servidor."""

    bytes: int
    huella: str
    mime: str = ""
    nombre: str = ""


def resolver(nombre: str, puerto: int) -> list[str]:
    """Las IP de un nombre, como las da el sistema.

    Raises:
        OSError: no se pudo.
    """
    hallados = socket.getaddrinfo(nombre, puerto, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(uno[4][0]) for uno in hallados))


def es_publica(direccion: str) -> bool:
    """Si una IP es de internet y no de esta máquina, esta red, ni de una traducción que acabe en ellas."""
    try:
        ip = ipaddress.ip_address(direccion.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        elif ip.sixtofour or ip.teredo or ip in _NAT64:
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class _Red(httpcore.SyncBackend):
    """Conecta a una IP revisada; el certificado se sigue pidiendo para el nombre."""

    def __init__(self, resolver: Resolver, sin_revisar: Iterable[tuple[str, int]]) -> None:
        super().__init__()
        self._resolver = resolver
        self._sin_revisar = frozenset(sin_revisar)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Resuelve una sola vez, revisa todas las respuestas y conecta a la primera que conteste."""
        try:
            direcciones = self._resolver(host, port)
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        if (host, port) not in self._sin_revisar and not all(es_publica(una) for una in direcciones):
            raise NoPermitido("El archivo lleva a una red privada.")
        ultimo: Exception = httpcore.ConnectError("el nombre no tiene direcciones")
        for una in direcciones:
            try:
                return super().connect_tcp(una, port, timeout, local_address, socket_options)
            except httpcore.ConnectError as error:
                ultimo = error
        raise ultimo


@dataclass
class Descargador:
    """Baja archivos de los servidores de un canal.

    Args:
        origen: qué servidores, y a cuáles se les dan las llaves.
        mas_servidores: otros que la instalación permite (sin llaves).
    """

    origen: OrigenDeMedios
    mas_servidores: tuple[str, ...] = ()
    resolver: Resolver = resolver
    en_todo_s: float = EN_TODO_S

    def bajar(self, url: str, credenciales: Credenciales | None, destino: IO[bytes], maximo: int) -> Bajado:
        """Escribe el archivo en `destino`, por trozos.

        Raises:
            NoPermitido: la dirección, o una a la que redirige, no es del proveedor o lleva a una red privada.
            MuyGrande: pasa de `maximo` bytes.
            NoSePudo: no contestó a tiempo, o no con un 200.
        """
        limite = time.monotonic() + self.en_todo_s
        sustituto = urlsplit(self.origen.sustituto) if self.origen.sustituto else None
        libres = [(sustituto.hostname or "", _puerto(sustituto.scheme, sustituto.port))] if sustituto else []
        with httpcore.ConnectionPool(
            ssl_context=_contexto_tls(),
            network_backend=_Red(self.resolver, libres),
            retries=0,
            http1=True,
        ) as pozo:
            for _ in range(REDIRECCIONES + 1):
                url = self._revisada(url)
                try:
                    siguiente = self._una(pozo, url, credenciales, destino, maximo, limite)
                except httpcore.TimeoutException as error:
                    raise NoSePudo("el proveedor no contestó a tiempo") from error
                except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
                    raise NoSePudo("se cortó la conexión con el proveedor") from error
                if isinstance(siguiente, Bajado):
                    return siguiente
                try:
                    url = urljoin(url, siguiente)
                except ValueError as error:
                    raise NoPermitido("El archivo redirige a una dirección que no se entiende.") from error
        raise NoPermitido("El archivo redirige demasiadas veces.")

    def _una(
        self,
        pozo: httpcore.ConnectionPool,
        url: str,
        credenciales: Credenciales | None,
        destino: IO[bytes],
        maximo: int,
        limite: float,
    ) -> Bajado | str:
        """Una petición: lo bajado, o a dónde redirige."""
        plazos = {"connect": CONECTAR_S, "read": LEER_S, "write": LEER_S, "pool": CONECTAR_S}
        cabeceras: dict[bytes | str, bytes | str] = {
            "User-Agent": "Nora",
            "Accept": "*/*",
            "Accept-Encoding": "identity",
        }
        if credenciales is not None and self._lleva_llaves(url):
            cabeceras["Authorization"] = _entrada(self.origen, credenciales)
        with pozo.stream("GET", url, headers=cabeceras, extensions={"timeout": plazos}) as respuesta:
            dichas = {n.decode("latin-1").lower(): v.decode("latin-1") for n, v in respuesta.headers}
            if respuesta.status in (301, 302, 303, 307, 308):
                if not dichas.get("location"):
                    raise NoSePudo("redirige a ninguna parte", respuesta.status)
                return dichas["location"]
            if respuesta.status != 200:
                pedida = dichas.get("retry-after", "")
                raise NoSePudo(
                    "el proveedor no lo dio", respuesta.status, float(pedida) if pedida.isdigit() else None
                )
            largo = dichas.get("content-length", "")
            if largo.isdigit() and int(largo) > maximo:
                raise MuyGrande
            return _guardar(respuesta.iter_stream(), destino, maximo, limite, dichas)

    def _revisada(self, url: str) -> str:
        """La dirección ya permitida, con el sustituto en lugar del servidor del proveedor si lo hay.

        Raises:
            NoPermitido: no es https a un servidor de la lista.
        """
        try:
            partes = urlsplit(url)
            puerto = partes.port
        except ValueError as error:
            raise NoPermitido("La dirección del archivo no se entiende.") from error
        nombre = (partes.hostname or "").lower()
        if "@" in partes.netloc or "\\" in url or any(ord(c) < 33 for c in url):
            raise NoPermitido("La dirección del archivo no se entiende.")
        if self.origen.sustituto:
            base = urlsplit(self.origen.sustituto)
            suya = (base.scheme, (base.hostname or "").lower(), _puerto(base.scheme, base.port))
            if (partes.scheme, nombre, _puerto(partes.scheme, puerto)) == suya:
                return url
            if self._lleva_llaves(url) and partes.scheme == "https":
                return urlunsplit((base.scheme, base.netloc, base.path + partes.path, partes.query, ""))
        if partes.scheme != "https" or puerto not in (None, 443):
            raise NoPermitido("El archivo no viene por una conexión segura.")
        if not _esta_en(nombre, (*self.origen.servidores, *self.mas_servidores)):
            raise NoPermitido("El archivo no viene de un servidor del proveedor.")
        return url

    def _lleva_llaves(self, url: str) -> bool:
        """Las llaves de la Nora solo se le dan a la API del proveedor, nunca a donde redirija."""
        partes = urlsplit(url)
        if self.origen.sustituto:
            base = urlsplit(self.origen.sustituto)
            if (partes.scheme, partes.netloc) == (base.scheme, base.netloc):
                return True
        return _esta_en((partes.hostname or "").lower(), self.origen.con_llaves)


@lru_cache(maxsize=1)
def _contexto_tls() -> ssl.SSLContext:
    """Armarlo cuesta décimas de segundo, y es el mismo para todas."""
    return ssl.create_default_context(cafile=certifi.where())


def _puerto(esquema: str, puerto: int | None) -> int:
    return puerto or (443 if esquema == "https" else 80)


def _esta_en(nombre: str, lista: Iterable[str]) -> bool:
    """Un nombre exacto, o «.dominio» con cualquiera de los suyos."""
    return any(nombre == uno or (uno.startswith(".") and nombre.endswith(uno)) for uno in lista)


def _entrada(origen: OrigenDeMedios, credenciales: Credenciales) -> str:
    if origen.entrada == "portador":
        return f"Bearer {credenciales.token}"
    return "Basic " + base64.b64encode(f"{credenciales.cuenta}:{credenciales.token}".encode()).decode()


def _guardar(
    trozos: Iterable[bytes], destino: IO[bytes], maximo: int, limite: float, dichas: Mapping[str, str]
) -> Bajado:
    destino.seek(0)
    destino.truncate()
    huella = hashlib.sha256()
    escritos = 0
    for trozo in trozos:
        escritos += len(trozo)
        if escritos > maximo:
            raise MuyGrande
        if time.monotonic() > limite:
            raise NoSePudo("tardó demasiado en llegar")
        huella.update(trozo)
        destino.write(trozo)
    destino.flush()
    largo = dichas.get("content-length", "")
    if largo.isdigit() and int(largo) != escritos:
        raise NoSePudo("llegó incompleto")
    return Bajado(escritos, huella.hexdigest(), dichas.get("content-type", ""), _nombre_dicho(dichas))


def _nombre_dicho(dichas: Mapping[str, str]) -> str:
    from werkzeug.http import parse_options_header

    _, opciones = parse_options_header(dichas.get("content-disposition", ""))
    return opciones.get("filename", "")[:200]
