"""La cara WSGI del almacén: las direcciones de Supabase Storage bajo ``/storage/v1``.

Rutas y respuestas: código de ``storage3`` y de Supabase Storage (``/bucket``, ``/object``). Cada petición entra con
su JWT y la base decide; las ligas firmadas y las cubetas públicas entran sin él.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote

from . import almacen_errores as errores
from .almacen_base import SERVICIO, Base, Pedido
from .almacen_cubetas import Cubetas
from .almacen_disco import Disco
from .almacen_entrega import Encabezados, Respuesta, servir
from .almacen_errores import ErrorAlmacen
from .almacen_firmas import SUBIDA_S, Firmas, liga
from .almacen_lista import listar, listar_paginas
from .almacen_nombres import exigir_cubeta, exigir_objeto
from .almacen_objetos import Objetos
from .almacen_subida import Entrada, abrir_subida
from .errores import ErrorApi
from .jwt_local import Verificador
from .motor import Motor

_registro = logging.getLogger(__name__)
PREFIJO = "/storage/v1"
ARCHIVO_MAXIMO = 50 * 1024 * 1024
_VIGENCIA_MAXIMA_S = 10 * 365 * 24 * 3600
_IMPRIMIBLES = "".join(chr(n) for n in range(32, 127))


class _Llamada:
    """Una petición HTTP al almacén; el cuerpo no se ha leído."""

    def __init__(self, entorno: Mapping[str, Any], verificador: Verificador) -> None:
        self.metodo = str(entorno.get("REQUEST_METHOD", "GET")).upper()
        self.ruta = _texto(str(entorno.get("PATH_INFO") or ""))
        self.encabezados = {
            clave[5:].replace("_", "-").lower(): str(valor)
            for clave, valor in entorno.items()
            if clave.startswith("HTTP_")
        }
        self.encabezados["content-type"] = str(entorno.get("CONTENT_TYPE") or "")
        self.entrada = _entrada(entorno)
        self._consulta = str(entorno.get("QUERY_STRING") or "")
        self._verificador = verificador

    @property
    def parametros(self) -> dict[str, str]:
        """Los de la dirección; de uno repetido vale el último."""
        try:
            pares = parse_qsl(self._consulta, keep_blank_values=True, errors="strict", max_num_fields=100)
        except ValueError as error:
            raise errores.pedido_invalido("querystring is not valid") from error
        if any("\0" in texto for par in pares for texto in par):
            raise errores.pedido_invalido("querystring must not contain null characters")
        return dict(pares)

    @property
    def partes(self) -> list[str]:
        """La ruta sin el prefijo."""
        return self.ruta.removeprefix(PREFIJO).removeprefix("/").split("/")

    def pedido(self) -> Pedido:
        """Quién pide, por su JWT.

        Raises:
            ErrorAlmacen: 400 si no lo trae; 403 si no vale.
        """
        autorizacion = self.encabezados.get("authorization")
        if autorizacion is None:
            raise errores.pedido_invalido("headers must have required property 'authorization'")
        return Pedido(self._verificador.identificar(autorizacion), self.metodo, self.ruta)

    def de_servicio(self) -> Pedido:
        """Para lo que no pide JWT: la liga o la cubeta pública ya dijeron que sí."""
        return Pedido(SERVICIO, self.metodo, self.ruta)


class Almacen:
    """Una aplicación WSGI que contesta como Supabase Storage."""

    def __init__(
        self,
        motor: Motor,
        verificador: Verificador,
        carpeta: Path | None,
        *,
        secreto: str | None,
        archivo_maximo: int = ARCHIVO_MAXIMO,
    ) -> None:
        """``carpeta`` guarda los archivos; se crea con el primero. ``archivo_maximo`` son bytes.

        Sin ``carpeta`` el almacén está apagado y lo dice en cada respuesta.
        """
        self._verificador = verificador
        self._encendido = carpeta is not None
        self._base = Base(motor)
        self._disco = Disco(carpeta or Path())
        self._firmas = Firmas(secreto)
        self._cubetas = Cubetas(self._base, self._disco, archivo_maximo)
        self._objetos = Objetos(self._base, self._disco, archivo_maximo)

    def barrer(self, mas_viejos_de_s: float) -> int:
        """Quita del disco los archivos que ninguna fila nombra y son más viejos que eso. Regresa cuántos.

        Raises:
            ErrorAlmacen: si la base no contesta.
        """
        return self._objetos.barrer(mas_viejos_de_s) if self._encendido else 0

    def __call__(self, entorno: Mapping[str, Any], iniciar: Callable[..., Any]) -> Iterable[bytes]:
        metodo = str(entorno.get("REQUEST_METHOD", "GET")).upper()
        try:
            respuesta = self._contestar(_Llamada(entorno, self._verificador))
        except ErrorAlmacen as error:
            respuesta = _de_error(error)
        except ErrorApi as error:
            respuesta = _de_error(errores.de_api(error))
        except Exception:  # última puerta: WSGITransport soltaría la excepción cruda en quien llama
            _registro.exception("falló el almacén")
            respuesta = _de_error(errores.interno())
        return _emitir(respuesta, metodo, iniciar)

    def _contestar(self, llamada: _Llamada) -> Respuesta:
        partes = llamada.partes
        if not self._encendido:
            raise ErrorAlmacen(501, "NotSupported", "Storage is not enabled: the API has no folder for files")
        if partes[0] == "bucket":
            return self._de_cubetas(llamada, partes[1:])
        if partes[0] == "object" and len(partes) > 1:
            return self._de_objetos(llamada, partes[1:])
        if partes[:2] == ["render", "image"]:
            raise ErrorAlmacen(403, "FeatureNotEnabled", "Image transformation is not available")
        raise _sin_ruta(llamada)

    def _de_cubetas(self, llamada: _Llamada, partes: list[str]) -> Respuesta:
        match llamada.metodo, partes:
            case "GET", [] | [""]:
                return _json(self._cubetas.listar(llamada.pedido(), llamada.parametros))
            case "POST", [] | [""]:
                pedido = llamada.pedido()
                return _json(self._cubetas.crear(pedido, llamada.entrada.leer_json()))
            case "POST", [nombre, "empty"]:
                return _json(self._cubetas.vaciar(llamada.pedido(), exigir_cubeta(nombre)))
            case "GET", [nombre]:
                return _json(self._cubetas.leer(llamada.pedido(), exigir_cubeta(nombre)))
            case "PUT", [nombre]:
                pedido = llamada.pedido()
                return _json(
                    self._cubetas.cambiar(pedido, exigir_cubeta(nombre), llamada.entrada.leer_json())
                )
            case "DELETE", [nombre]:
                return _json(self._cubetas.borrar(llamada.pedido(), exigir_cubeta(nombre)))
        raise _sin_ruta(llamada)

    def _de_objetos(self, llamada: _Llamada, partes: list[str]) -> Respuesta:
        match llamada.metodo, partes:
            case "POST", ["list", cubeta]:
                pedido = llamada.pedido()
                return _json(listar(self._base, pedido, exigir_cubeta(cubeta), llamada.entrada.leer_json()))
            case "POST", ["list-v2", cubeta]:
                pedido = llamada.pedido()
                datos = llamada.entrada.leer_json()
                return _json(listar_paginas(self._base, pedido, exigir_cubeta(cubeta), datos))
            case "POST", ["move" | "copy" as accion]:
                return self._trasladar(llamada, accion)
            case "POST", ["sign", cubeta]:
                return self._firmar_varios(llamada, cubeta)
            case "POST", ["sign", cubeta, *resto]:
                return self._firmar(llamada, cubeta, "/".join(resto))
            case "POST" | "PUT", ["upload", "sign", cubeta, *resto] if resto:
                hacer = self._firmar_subida if llamada.metodo == "POST" else self._subir_firmado
                return hacer(llamada, cubeta, "/".join(resto))
            case "POST" | "PUT", [cubeta, *resto] if resto:
                return self._subir(llamada, cubeta, "/".join(resto))
            case "DELETE", [cubeta]:
                pedido = llamada.pedido()
                nombres = llamada.entrada.leer_json().get("prefixes")
                return _json(self._objetos.quitar(pedido, exigir_cubeta(cubeta), nombres))
            case "DELETE", [cubeta, *resto]:
                nombre = exigir_objeto("/".join(resto))
                return _json(self._objetos.quitar_uno(llamada.pedido(), exigir_cubeta(cubeta), nombre))
            case "GET" | "HEAD", _:
                return self._leer(llamada, partes)
        raise _sin_ruta(llamada)

    # --- escribir ------------------------------------------------------------------------------------

    def _subir(self, llamada: _Llamada, cubeta: str, nombre: str) -> Respuesta:
        encima = llamada.metodo == "PUT" or llamada.encabezados.get("x-upsert", "").lower() == "true"
        return self._recibir(llamada, llamada.pedido(), cubeta, nombre, encima=encima)

    def _subir_firmado(self, llamada: _Llamada, cubeta: str, nombre: str) -> Respuesta:
        datos = self._firmas.revisar(llamada.parametros.get("token"), "upload", cubeta, nombre)
        pedido = Pedido(
            SERVICIO if not datos.get("owner") else _con_duenio(str(datos["owner"])),
            llamada.metodo,
            llamada.ruta,
        )
        return self._recibir(llamada, pedido, cubeta, nombre, encima=datos.get("upsert") is True)

    def _recibir(
        self, llamada: _Llamada, pedido: Pedido, cubeta: str, nombre: str, *, encima: bool
    ) -> Respuesta:
        hallada = self._objetos.exigir_subida(pedido, cubeta, nombre, encima=encima)
        subida = abrir_subida(llamada.entrada, llamada.encabezados)
        return _json(self._objetos.subir(pedido, hallada, nombre, subida, encima=encima))

    def _trasladar(self, llamada: _Llamada, accion: str) -> Respuesta:
        pedido, datos = llamada.pedido(), llamada.entrada.leer_json()
        for clave in ("bucketId", "sourceKey", "destinationKey"):
            if not isinstance(datos.get(clave), str) or "\0" in datos[clave]:
                raise errores.pedido_invalido(f"body must have required property '{clave}'")
        origen = (exigir_cubeta(datos["bucketId"]), datos["sourceKey"])
        destino = (str(datos.get("destinationBucket") or origen[0]), datos["destinationKey"])
        if accion == "move":
            return _json(self._objetos.mover(pedido, origen, destino))
        encima = llamada.encabezados.get("x-upsert", "").lower() == "true"
        return _json(self._objetos.copiar(pedido, origen, destino, datos, encima=encima))

    # --- ligas ---------------------------------------------------------------------------------------

    def _firmar(self, llamada: _Llamada, cubeta: str, nombre: str) -> Respuesta:
        pedido, datos = llamada.pedido(), llamada.entrada.leer_json()
        if datos.get("transform"):
            raise ErrorAlmacen(403, "FeatureNotEnabled", "Image transformation is not available")
        exigir_cubeta(cubeta)
        self._base.objeto(pedido, cubeta, exigir_objeto(nombre))
        ficha = self._firmas.firmar("download", cubeta, nombre, _vigencia(datos))
        return _json({"signedURL": liga("object/sign", cubeta, nombre, ficha)})

    def _firmar_varios(self, llamada: _Llamada, cubeta: str) -> Respuesta:
        pedido, datos = llamada.pedido(), llamada.entrada.leer_json()
        exigir_cubeta(cubeta)
        nombres = datos.get("paths")
        if not isinstance(nombres, list) or not nombres or not all(isinstance(n, str) for n in nombres):
            raise errores.pedido_invalido("body must have required property 'paths'")
        vigencia = _vigencia(datos)
        hay = self._objetos.visibles(pedido, cubeta, [n for n in nombres if "\0" not in n])
        falta = "Either the object does not exist or you do not have access to it"
        salida = []
        for nombre in nombres:
            url = None
            if nombre in hay:
                url = liga(
                    "object/sign", cubeta, nombre, self._firmas.firmar("download", cubeta, nombre, vigencia)
                )
            salida.append({"error": None if url else falta, "path": nombre, "signedURL": url})
        return _json(salida)

    def _firmar_subida(self, llamada: _Llamada, cubeta: str, nombre: str) -> Respuesta:
        pedido = llamada.pedido()
        encima = llamada.encabezados.get("x-upsert", "").lower() == "true"
        self._objetos.exigir_subida(pedido, cubeta, nombre, encima=encima)
        duenio = {"owner": pedido.duenio_id} if pedido.duenio_id else {}
        ficha = self._firmas.firmar("upload", cubeta, nombre, SUBIDA_S, upsert=encima, **duenio)
        return _json({"url": liga("object/upload/sign", cubeta, nombre, ficha), "token": ficha})

    # --- leer ----------------------------------------------------------------------------------------

    def _leer(self, llamada: _Llamada, partes: list[str]) -> Respuesta:
        info = partes[0] == "info" and len(partes) > 2
        if info:
            partes = partes[1:]
        clase = partes[0] if partes[0] in ("public", "sign", "authenticated") and len(partes) > 2 else ""
        cubeta, *resto = partes[1:] if clase else partes
        if not resto:
            raise _sin_ruta(llamada)
        nombre, vence = "/".join(resto), None
        exigir_cubeta(cubeta)
        exigir_objeto(nombre)
        if clase == "sign":
            ficha = self._firmas.revisar(llamada.parametros.get("token"), "download", cubeta, nombre)
            pedido, vence = llamada.de_servicio(), int(ficha["exp"])
        elif clase == "public":
            if not self._base.cubeta(llamada.de_servicio(), cubeta).publica:
                raise errores.cubeta_no_existe()
            pedido = llamada.de_servicio()
        else:
            pedido = self._lector(llamada, cubeta)
        if info:
            return _json(_informar(self._base.objeto(pedido, cubeta, nombre)))
        return self._entregar(llamada, pedido, cubeta, nombre, vence)

    def _lector(self, llamada: _Llamada, cubeta: str) -> Pedido:
        """Con qué papel se lee: una cubeta pública no mira las políticas, como en Storage."""
        pedido = llamada.pedido()
        return llamada.de_servicio() if self._base.cubeta(pedido, cubeta).publica else pedido

    def _entregar(
        self, llamada: _Llamada, pedido: Pedido, cubeta: str, nombre: str, vence: int | None
    ) -> Respuesta:
        descarga = llamada.parametros.get("download")
        for _ in range(3):
            objeto = self._base.objeto(pedido, cubeta, nombre)
            try:
                return servir(
                    self._disco, objeto, llamada.encabezados, descarga=descarga, vence=vence,
                    solo_encabezados=llamada.metodo == "HEAD",
                )  # fmt: skip
            except FileNotFoundError:
                # Alguien subió otro encima entre leer la fila y abrir el archivo: la fila nueva nombra al nuevo.
                continue
        raise errores.objeto_no_existe()


def _con_duenio(duenio: str) -> Any:
    """El papel de servicio con el dueño que dice la ficha: la fila queda a su nombre."""
    return type(SERVICIO)("service_role", json.dumps({"role": "service_role", "sub": duenio}), False)


def _vigencia(datos: Mapping[str, Any]) -> int:
    """``expiresIn`` en segundos; storage3 lo manda como texto."""
    try:
        segundos = int(datos["expiresIn"])
    except (KeyError, TypeError, ValueError) as error:
        raise errores.pedido_invalido("body must have required property 'expiresIn'") from error
    if not 1 <= segundos <= _VIGENCIA_MAXIMA_S:
        raise errores.pedido_invalido("body/expiresIn must be >= 1")
    return segundos


def _informar(objeto: Mapping[str, Any]) -> dict[str, Any]:
    meta = objeto["metadata"] or {}
    return {
        **{clave: objeto[clave] for clave in ("id", "name", "version", "bucket_id")},
        "size": meta.get("size"),
        "content_type": meta.get("mimetype"),
        "cache_control": meta.get("cacheControl"),
        "etag": meta.get("eTag"),
        "metadata": objeto["user_metadata"],
        "last_modified": objeto["updated_at"],
        "created_at": objeto["created_at"],
    }


def _texto(ruta: str) -> str:
    """WSGI entrega los bytes como latin-1; ``WSGITransport`` ya los trae leídos."""
    try:
        return ruta.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return ruta


def _entrada(entorno: Mapping[str, Any]) -> Entrada:
    declarado = str(entorno.get("CONTENT_LENGTH") or "")
    con_fin = bool(entorno.get("wsgi.input_terminated")) or "HTTP_TRANSFER_ENCODING" in entorno
    largo = int(declarado) if declarado.isdecimal() and len(declarado) < 16 else None
    return Entrada(entorno.get("wsgi.input"), largo, con_fin=con_fin)


def _sin_ruta(llamada: _Llamada) -> ErrorAlmacen:
    return ErrorAlmacen(404, "Not Found", f"Route {llamada.metodo}:{llamada.ruta} not found")


def _json(datos: Any) -> Respuesta:
    cuerpo = json.dumps(datos, ensure_ascii=False, separators=(",", ":")).encode()
    return Respuesta(200, [cuerpo], _de_json(cuerpo))


def _de_error(error: ErrorAlmacen) -> Respuesta:
    cuerpo = error.cuerpo()
    return Respuesta(
        error.estado, [cuerpo], (*_de_json(cuerpo), ("Cache-Control", "no-store"), *error.encabezados)
    )


def _de_json(cuerpo: bytes) -> Encabezados:
    return (
        ("Content-Type", "application/json; charset=utf-8"),
        ("Content-Length", str(len(cuerpo))),
        ("X-Content-Type-Options", "nosniff"),
    )


def _emitir(respuesta: Respuesta, metodo: str, iniciar: Callable[..., Any]) -> Iterable[bytes]:
    encabezados = [(clave, _de_encabezado(valor)) for clave, valor in respuesta.encabezados]
    iniciar(f"{respuesta.estado} {HTTPStatus(respuesta.estado).phrase}", encabezados)
    return [] if metodo == "HEAD" else respuesta.cuerpo


def _de_encabezado(valor: str) -> str:
    limpio = " ".join(valor.splitlines())
    return limpio if limpio.isascii() else quote(limpio, safe=_IMPRIMIBLES)
