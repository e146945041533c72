"""La API en el mismo proceso para un cliente de httpx: sin puerto y sin armar un entorno de WSGI por petición."""

from __future__ import annotations

from urllib.parse import unquote

import httpx

from .wsgi import ApiLocal, es_del_almacen


class _NingunaGalleta(httpx.Cookies):
    """Ni guarda ni manda."""

    def extract_cookies(self, response: httpx.Response) -> None:
        """Nada de lo que conteste el servidor se guarda."""

    def set_cookie_header(self, request: httpx.Request) -> None:
        """Nada se manda."""


class ClienteHttp(httpx.Client):
    """Un cliente que comparten muchas personas: ninguna cookie pasa de la respuesta de una a la petición de otra."""

    @property
    def cookies(self) -> httpx.Cookies:
        """Siempre vacías."""
        return _NINGUNA

    @cookies.setter
    def cookies(self, cookies: object) -> None:
        raise AttributeError("este cliente no lleva cookies")


_NINGUNA = _NingunaGalleta()


class TransporteLocal(httpx.WSGITransport):
    """Contesta con la API. Lo del almacén va por WSGI, que entrega los archivos por trozos."""

    def __init__(self, api: ApiLocal) -> None:
        super().__init__(app=api)
        self._api = api

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """La respuesta a una petición de httpx; nunca levanta lo que falle adentro."""
        cruda, _, consulta = request.url.raw_path.decode("ascii").partition("?")
        ruta = unquote(cruda) if "%" in cruda else cruda
        if es_del_almacen(ruta):
            return super().handle_request(request)
        encabezados: dict[str, str] = {}
        for nombre, valor in request.headers.raw:
            clave, texto = nombre.decode("ascii").lower(), valor.decode("latin-1")
            # Repetido es una lista (RFC 9110, 5.3).
            encabezados[clave] = f"{encabezados[clave]}, {texto}" if clave in encabezados else texto
        lista = self._api.atender(request.method.upper(), ruta, consulta, encabezados, request.read())
        return httpx.Response(
            lista.estado,
            headers=[(nombre.encode("ascii"), valor.encode("ascii")) for nombre, valor in lista.encabezados],
            content=lista.cuerpo,
            extensions={"reason_phrase": lista.frase.encode("ascii")} if lista.frase else None,
        )
