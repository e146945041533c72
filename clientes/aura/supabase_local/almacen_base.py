"""Lo común de las operaciones del almacén: quién pide y la transacción con su papel."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from . import almacen_errores as errores
from .conexiones import Conexion, Fila, OrdenFallida, Paso, transaccion
from .errores import ErrorApi
from .jwt_local import Identidad
from .motor import Motor

_CONTEXTO = (
    b"select pg_catalog.set_config('search_path', 'storage, public, extensions', true),"
    b" pg_catalog.set_config('role', $1, true), pg_catalog.set_config('request.jwt.claims', $2, true),"
    b" pg_catalog.set_config('request.method', $3, true), pg_catalog.set_config('request.path', $4, true),"
    b" pg_catalog.set_config('storage.allow_delete_query', 'true', true)"
)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
SERVICIO = Identidad("service_role", '{"role":"service_role"}', False)

FECHA = sql.SQL("""to_char({} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')""")
OBJETO = sql.SQL(
    "json_build_object('name', o.name, 'bucket_id', o.bucket_id, 'owner', o.owner, 'owner_id', o.owner_id,"
    " 'version', o.version, 'id', o.id, 'updated_at', {}, 'created_at', {}, 'last_accessed_at', {},"
    " 'metadata', o.metadata, 'user_metadata', o.user_metadata)"
).format(
    *(FECHA.format(sql.SQL(c)) for c in ("o.updated_at", "o.created_at", "o.last_accessed_at"))
)  # fmt: skip
_CUBETA = Paso(
    b"select json_build_object('id', b.id, 'public', b.public, 'tope', b.file_size_limit,"
    b" 'tipos', b.allowed_mime_types) from storage.buckets b where b.id = $1"
)
_CANDADO = b"select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended($1 || '/' || $2, 0))"


@dataclass(frozen=True)
class Cubeta:
    """Lo que hace falta saber de una cubeta para atender a sus objetos."""

    id: str
    publica: bool
    tope: int | None
    tipos: list[str] | None


@dataclass(frozen=True)
class Pedido:
    """Quién pide y cómo; lo que ven las políticas."""

    identidad: Identidad
    metodo: str
    ruta: str

    @property
    def duenio_id(self) -> str | None:
        """El ``sub`` del JWT."""
        sub = json.loads(self.identidad.claims).get("sub")
        return sub if isinstance(sub, str) else None

    def como(self, identidad: Identidad) -> Pedido:
        """El mismo pedido con otro papel."""
        return Pedido(identidad, self.metodo, self.ruta)


def uuid_o_nada(texto: str | None) -> str | None:
    """El texto si es un UUID: la columna ``owner`` no admite otra cosa."""
    return texto if texto is not None and _UUID.fullmatch(texto) else None


def paso(orden: sql.Composable | bytes, *valores: object) -> Paso:
    """Una orden con sus valores como texto; los objetos van en JSON."""
    texto = orden if isinstance(orden, bytes) else orden.as_bytes(None)
    return Paso(texto, tuple(_valor(v) for v in valores))


def _valor(valor: object) -> bytes | None:
    if valor is None:
        return None
    if isinstance(valor, str):
        return valor.encode()
    return json.dumps(valor, ensure_ascii=False).encode()


class Base:
    """Las transacciones del almacén sobre las conexiones del motor."""

    def __init__(self, motor: Motor) -> None:
        self._motor = motor

    def correr(
        self, pedido: Pedido, *ordenes: Paso, lectura: bool = False, deshacer: bool = False
    ) -> list[list[Fila]]:
        """Corre las órdenes con el papel de ``pedido``, en una transacción. Regresa las filas de cada una.

        Raises:
            ErrorAlmacen: lo que PostgreSQL rechazó, o que no contesta.
        """
        limite = time.monotonic() + self._motor.plazo_s
        previos = [self.contexto(pedido)]

        def trabajo(conexion: Conexion) -> list[list[Fila]]:
            return transaccion(conexion, previos, ordenes, limite, lectura=lectura, deshacer=deshacer)

        try:
            return self._motor.fondo.usar(trabajo, limite, repetible=lectura)
        except OrdenFallida as error:
            raise errores.de_postgres(error.falla) from error
        except ErrorApi as error:
            raise errores.de_api(error) from error

    def contexto(self, pedido: Pedido) -> Paso:
        """El paso que toma el papel; dentro de una transacción se puede cambiar de papel con otro."""
        return paso(_CONTEXTO, pedido.identidad.rol, pedido.identidad.claims, pedido.metodo, pedido.ruta)

    def candado(self, cubeta: str, nombre: str) -> Paso:
        """Espera a que nadie más escriba ese nombre, hasta el fin de la transacción."""
        return paso(_CANDADO, cubeta, nombre)

    def cubeta(self, pedido: Pedido, nombre: str) -> Cubeta:
        """La cubeta, sin mirar las políticas: quien sube no tiene por qué poder leerla.

        Raises:
            ErrorAlmacen: 404 si no existe.
        """
        filas = self.correr(pedido.como(SERVICIO), Paso(_CUBETA.texto, (nombre.encode(),)), lectura=True)[0]
        if not filas:
            raise errores.cubeta_no_existe()
        datos = leer(filas)
        return Cubeta(datos["id"], bool(datos["public"]), datos["tope"], datos["tipos"])

    def objeto(self, pedido: Pedido, cubeta: str, nombre: str) -> dict[str, Any]:
        """La fila de un objeto, si quien pide la puede ver.

        Raises:
            ErrorAlmacen: 404 si no está o no la puede ver.
        """
        filas = self.correr(pedido, paso(_BUSCAR, cubeta, nombre), lectura=True)[0]
        if not filas:
            raise errores.objeto_no_existe()
        hallado: dict[str, Any] = leer(filas)
        return hallado


_BUSCAR = (
    sql.SQL("select {} from storage.objects o where o.bucket_id = $1 and o.name = $2")
    .format(OBJETO)
    .as_bytes(None)
)


def leer(filas: Sequence[Fila]) -> Any:
    """El JSON de la primera columna de la primera fila."""
    return json.loads(filas[0][0] or b"null")


def metadatos(mapa: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Los metadatos de una fila, aunque falten."""
    return mapa or {}
