"""La cara WSGI: traduce entre WSGI y la API; ninguna excepción sale cruda."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote

from . import errores
from .almacen import ARCHIVO_MAXIMO, Almacen
from .almacen import PREFIJO as PREFIJO_ALMACEN
from .api import Api
from .atencion import Respuesta
from .bifurcacion import tras_bifurcar
from .jwt_local import Verificador
from .motor import FinTx, Motor
from .peticion import Peticion, leer_parametros

_registro = logging.getLogger(__name__)
CUERPO_MAXIMO = 32 * 1024 * 1024
_IMPRIMIBLES = "".join(chr(n) for n in range(32, 127))


class ApiLocal:
    """Una aplicación WSGI que contesta como PostgREST y, bajo ``/storage/v1``, como Supabase Storage.

    Sirve por HTTP, con ``httpx.WSGITransport`` o, más barato, con ``TransporteLocal``.
    """

    def __init__(self, motor: Motor, verificador: Verificador, almacen: Almacen) -> None:
        self._motor = motor
        self._api = Api(motor, verificador)
        self.almacen = almacen
        tras_bifurcar(motor.tras_bifurcar)

    def cerrar(self) -> None:
        """Cierra las conexiones guardadas; las que están en uso se cierran al terminar."""
        self._motor.cerrar()

    def conexiones(self) -> dict[str, int]:
        """Las conexiones de este proceso: ``en_uso``, ``libres`` y ``maximo``."""
        return self._motor.fondo.estado()

    def recargar_esquema(self) -> None:
        """La siguiente petición vuelve a leer el catálogo."""
        self._motor.recargar_esquema()

    def __call__(self, entorno: Mapping[str, Any], iniciar: Callable[..., Any]) -> Iterable[bytes]:
        ruta = str(entorno.get("PATH_INFO") or "/")
        if es_del_almacen(ruta):
            return self.almacen(entorno, iniciar)
        metodo = str(entorno.get("REQUEST_METHOD", "GET")).upper()
        encabezados = _encabezados(entorno)
        consulta = str(entorno.get("QUERY_STRING") or "")
        try:
            cuerpo = b"" if metodo in ("GET", "HEAD") else _leer_cuerpo(entorno)
        except errores.ErrorApi as error:
            lista = _de_error(error, metodo)
        else:
            lista = self.atender(metodo, _texto(ruta), consulta, encabezados, cuerpo)
        frase = lista.frase or _frase(lista.estado)
        iniciar(f"{lista.estado} {frase}", list(lista.encabezados))
        return [lista.cuerpo]

    def atender(
        self, metodo: str, ruta: str, consulta: str, encabezados: Mapping[str, str], cuerpo: bytes
    ) -> Lista:
        """Contesta una petición que no es del almacén; ninguna excepción sale cruda.

        Args:
            metodo: en mayúsculas.
            ruta: ya descifrada. ``consulta``: lo que sigue al ``?``, sin descifrar.
            encabezados: nombres en minúsculas.
        """
        try:
            if len(cuerpo) > CUERPO_MAXIMO:
                raise errores.cuerpo_muy_grande()
            pedido = Peticion(metodo, ruta, leer_parametros(consulta), encabezados, cuerpo)
            respuesta = self._api.contestar(pedido)
        except errores.ErrorApi as error:
            return _de_error(error, metodo)
        except Exception:  # última puerta: en el proceso saldría cruda en quien llama
            _registro.exception("falló la API local")
            return _de_error(errores.interno(), metodo)
        return _lista(respuesta, metodo)


@dataclass
class Lista:
    """Una respuesta lista para salir: encabezados de ASCII y el cuerpo que de verdad se manda."""

    estado: int
    frase: str
    encabezados: list[tuple[str, str]]
    cuerpo: bytes


def es_del_almacen(ruta: str) -> bool:
    """Si la ruta es de ``/storage/v1``."""
    return ruta.startswith(PREFIJO_ALMACEN)


def crear_api(
    db_uri: str,
    *,
    esquemas: Sequence[str] = ("public",),
    rol_anonimo: str | None = "anon",
    jwt_secreto: str | None = None,
    jwt_llave: str | Mapping[str, Any] | None = None,
    max_filas: int | None = 1000,
    plazo_s: float = 4.0,
    conexiones: int = 10,
    jwt_publico: str | None = None,
    pre_peticion: str | None = None,
    fin_tx: FinTx = "commit",
    planes: bool = False,
    agregados: bool = False,
    archivos: Path | None = None,
    archivo_maximo: int = ARCHIVO_MAXIMO,
) -> ApiLocal:
    """La API sobre la base de ``db_uri``. No hace E/S: se conecta con la primera petición.

    Args:
        db_uri: dirección libpq; el papel debe poder tomar (SET ROLE) los papeles de los JWT.
        esquemas: los expuestos; el primero es el de quien no dice.
        rol_anonimo: papel de quien no trae JWT; ``None`` lo prohíbe.
        jwt_secreto: secreto HS256. ``jwt_llave``: llave pública ES256 (JWK o JWKS).
        max_filas: tope de filas por respuesta; ``None`` sin tope.
        plazo_s: segundos, para todo: espera de turno, conexión y consulta.
        conexiones: tope de conexiones por proceso.
        jwt_publico: el ``aud`` que debe traer un JWT que traiga alguno.
        pre_peticion: función (``esquema.nombre``) que corre antes de cada petición, en su transacción.
        fin_tx: cómo termina una transacción y si ``Prefer: tx=`` lo puede cambiar (db-tx-end de PostgREST).
        planes: si se contesta el EXPLAIN a ``application/vnd.pgrst.plan``.
        agregados: si se admiten ``sum()``, ``avg()``, ``min()``, ``max()`` y ``count()`` en ``select``.
        archivos: carpeta de los archivos de ``supabase.storage``; sin ella, el almacén contesta que está apagado.
        archivo_maximo: bytes del archivo más grande que se admite.
    """
    verificador = Verificador(
        rol_anonimo=rol_anonimo, secreto=jwt_secreto, llave=jwt_llave, publico=jwt_publico
    )
    motor = Motor(
        db_uri,
        esquemas=esquemas,
        max_filas=max_filas,
        plazo_s=plazo_s,
        conexiones=conexiones,
        pre_peticion=pre_peticion,
        fin_tx=fin_tx,
        planes=planes,
        agregados=agregados,
    )
    almacen = Almacen(motor, verificador, archivos, secreto=jwt_secreto, archivo_maximo=archivo_maximo)
    return ApiLocal(motor, verificador, almacen)


def _encabezados(entorno: Mapping[str, Any]) -> dict[str, str]:
    encabezados = {
        clave[5:].replace("_", "-").lower(): str(valor)
        for clave, valor in entorno.items()
        if clave.startswith("HTTP_")
    }
    if entorno.get("CONTENT_TYPE"):
        encabezados["content-type"] = str(entorno["CONTENT_TYPE"])
    return encabezados


def _texto(ruta: str) -> str:
    """WSGI entrega los bytes como latin-1; ``WSGITransport`` ya los trae leídos."""
    try:
        return ruta.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return ruta


def _leer_cuerpo(entorno: Mapping[str, Any]) -> bytes:
    flujo = entorno.get("wsgi.input")
    if flujo is None:
        return b""
    declarado = str(entorno.get("CONTENT_LENGTH") or "")
    if declarado.isdigit():
        if int(declarado) > CUERPO_MAXIMO:
            raise errores.cuerpo_muy_grande()
        return bytes(flujo.read(int(declarado)))
    if entorno.get("wsgi.input_terminated") or "HTTP_TRANSFER_ENCODING" in entorno:
        return bytes(flujo.read(CUERPO_MAXIMO + 1))
    return b""


def _de_error(error: errores.ErrorApi, metodo: str) -> Lista:
    encabezados = (*error.encabezados, ("Proxy-Status", f"PostgREST; error={error.codigo}"))
    return _lista(Respuesta(error.estado, error.cuerpo(), encabezados=encabezados, frase=error.frase), metodo)


def _lista(respuesta: Respuesta, metodo: str) -> Lista:
    encabezados = [(nombre, _de_encabezado(valor)) for nombre, valor in respuesta.encabezados]
    con_cuerpo = respuesta.estado not in (204, 304)
    cuerpo = respuesta.cuerpo if con_cuerpo and metodo != "HEAD" else b""
    if con_cuerpo:
        if respuesta.tipo:
            encabezados.append(("Content-Type", _de_encabezado(respuesta.tipo)))
        encabezados.append(("Content-Length", str(len(cuerpo))))
    return Lista(respuesta.estado, _de_encabezado(respuesta.frase), encabezados, cuerpo)


def _frase(estado: int) -> str:
    try:
        return HTTPStatus(estado).phrase
    except ValueError:
        return "Unknown"


def _de_encabezado(valor: str) -> str:
    """Un encabezado no lleva saltos de línea; fuera de ASCII va con ``%``."""
    if valor.isascii() and valor.isprintable():
        return valor
    limpio = "".join(letra for letra in " ".join(valor.splitlines()) if letra.isprintable())
    return limpio if limpio.isascii() else quote(limpio, safe=_IMPRIMIBLES)
