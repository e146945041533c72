"""Las cubetas: crear, listar, leer, cambiar, vaciar y borrar, con el papel de quien pide.

Rutas, respuestas y mensajes: Supabase Storage, ``/bucket``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from psycopg import sql

from . import almacen_errores as errores
from .almacen_base import FECHA, SERVICIO, Base, Pedido, leer, paso, uuid_o_nada
from .almacen_disco import Disco
from .almacen_nombres import exigir_cubeta

_UNIDADES = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9}
_TAMANO = re.compile(r"(\d{1,12}(?:\.\d{1,3})?)(gb|mb|kb|b)", re.IGNORECASE)
_COLUMNAS_DE_ORDEN = ("id", "name", "created_at", "updated_at")
_POR_VUELTA = 500

_CUBETA = sql.SQL(
    "json_build_object('id', b.id, 'name', b.name, 'owner', coalesce(b.owner::text, ''), 'public', b.public,"
    " 'type', b.type, 'file_size_limit', b.file_size_limit, 'allowed_mime_types', b.allowed_mime_types,"
    " 'created_at', {}, 'updated_at', {})"
).format(FECHA.format(sql.SQL("b.created_at")), FECHA.format(sql.SQL("b.updated_at")))
_LISTAR = sql.SQL(
    "select coalesce(json_agg({cubeta} order by {columna} {sentido}), '[]') from ("
    "select * from storage.buckets b where $1::text = '' or position(lower($1) in lower(b.name)) > 0"
    " order by {columna} {sentido} limit $2::bigint offset $3::bigint) b"
)
_LEER = sql.SQL("select {} from storage.buckets b where b.id = $1").format(_CUBETA)
_CREAR = (
    b"insert into storage.buckets (id, name, owner, owner_id, public, file_size_limit, allowed_mime_types)"
    b" select $1, $2, $3::uuid, $4, $5::boolean, $6::bigint, case when $7::json is null then null"
    b" else array(select json_array_elements_text($7::json)) end"
)
# Lo que el cuerpo no dice no cambia: $2, $4 y $6 dicen si vino.
_CAMBIAR = (
    b"update storage.buckets set public = case when $2::bool then $3::bool else public end,"
    b" file_size_limit = case when $4::bool then $5::bigint else file_size_limit end,"
    b" allowed_mime_types = case when not $6::bool then allowed_mime_types when $7::json is null then null"
    b" else array(select json_array_elements_text($7::json)) end, updated_at = now() where id = $1 returning id"
)
_BORRAR = b"delete from storage.buckets where id = $1 returning id"
_HAY = b"select exists (select from storage.objects where bucket_id = $1)::text"
_VACIAR = (
    b"with tanda as (select id from storage.objects where bucket_id = $1 order by id limit $2::bigint),"
    b" fuera as (delete from storage.objects o using tanda where o.id = tanda.id returning o.version)"
    b" select json_build_object('vistos', (select count(*) from tanda),"
    b" 'versiones', (select coalesce(json_agg(version), '[]') from fuera))"
)


class Cubetas:
    """Operaciones sobre ``storage.buckets``."""

    def __init__(self, base: Base, disco: Disco, tope: int) -> None:
        self._base = base
        self._disco = disco
        self._tope = tope

    def listar(self, pedido: Pedido, parametros: Mapping[str, str]) -> Any:
        """Las cubetas que quien pide puede ver."""
        columna = parametros.get("sortColumn", "")
        consulta = _LISTAR.format(
            cubeta=_CUBETA,
            columna=sql.Identifier("b", columna if columna in _COLUMNAS_DE_ORDEN else "name"),
            sentido=sql.SQL("desc" if parametros.get("sortOrder") == "desc" else "asc"),
        )
        cuantas, desde = parametros.get("limit", ""), parametros.get("offset", "")
        valores = (
            parametros.get("search", ""),
            int(cuantas) if cuantas.isdecimal() and len(cuantas) < 10 else None,
            int(desde) if desde.isdecimal() and len(desde) < 10 else 0,
        )
        return leer(self._base.correr(pedido, paso(consulta, *valores), lectura=True)[0])

    def leer(self, pedido: Pedido, nombre: str) -> Any:
        """Una cubeta.

        Raises:
            ErrorAlmacen: 404.
        """
        filas = self._base.correr(pedido, paso(_LEER, nombre), lectura=True)[0]
        if not filas:
            raise errores.cubeta_no_existe()
        return leer(filas)

    def crear(self, pedido: Pedido, datos: Mapping[str, Any]) -> dict[str, str]:
        """Crea una cubeta; ``name`` hace falta, ``id`` es el mismo si no viene."""
        nombre = datos.get("name")
        if not isinstance(nombre, str):
            raise errores.pedido_invalido("body must have required property 'name'")
        identificador = datos.get("id") or nombre
        exigir_cubeta(nombre)
        if not isinstance(identificador, str):
            raise errores.pedido_invalido("body/id must be string")
        exigir_cubeta(identificador)
        self._base.correr(
            pedido,
            paso(_CREAR, identificador, nombre, uuid_o_nada(pedido.duenio_id), pedido.duenio_id,
                 _verdadero(datos.get("public", False)), self._limite(datos.get("file_size_limit")),
                 _tipos(datos.get("allowed_mime_types"))),
        )  # fmt: skip
        return {"name": identificador}

    def cambiar(self, pedido: Pedido, nombre: str, datos: Mapping[str, Any]) -> dict[str, str]:
        """Cambia lo que el cuerpo diga."""
        filas = self._base.correr(
            pedido,
            paso(_CAMBIAR, nombre, "public" in datos, _verdadero(datos.get("public", False)),
                 "file_size_limit" in datos, self._limite(datos.get("file_size_limit")),
                 "allowed_mime_types" in datos, _tipos(datos.get("allowed_mime_types"))),
        )[0]  # fmt: skip
        if not filas:
            raise errores.cubeta_no_existe()
        return {"message": "Successfully updated"}

    def vaciar(self, pedido: Pedido, nombre: str) -> dict[str, str]:
        """Borra todos los objetos que quien pide puede ver; primero las filas y después los archivos.

        Raises:
            ErrorAlmacen: 404; 400 si los ve y no los puede borrar.
        """
        self.leer(pedido, nombre)
        while True:
            tanda = leer(self._base.correr(pedido, paso(_VACIAR, nombre, _POR_VUELTA))[0])
            self._disco.borrar(tanda["versiones"])
            if not tanda["vistos"]:
                return {"message": "Successfully emptied"}
            if not tanda["versiones"]:
                raise errores.ErrorAlmacen(
                    400, "InvalidRequest", "Cannot delete: you may have SELECT but not DELETE permissions"
                )

    def borrar(self, pedido: Pedido, nombre: str) -> dict[str, str]:
        """Borra una cubeta vacía.

        Raises:
            ErrorAlmacen: 404; 409 si tiene algo.
        """
        self.leer(pedido, nombre)
        ocupada = (
            self._base.correr(pedido.como(SERVICIO), paso(_HAY, nombre), lectura=True)[0][0][0] == b"true"
        )
        if ocupada:
            raise errores.ErrorAlmacen(409, "InvalidRequest", "The bucket you tried to delete is not empty")
        if not self._base.correr(pedido, paso(_BORRAR, nombre))[0]:
            raise errores.cubeta_no_existe()
        return {"message": "Successfully deleted"}

    def _limite(self, valor: object) -> int | None:
        """Bytes, o un texto como ``"5MB"``; 0 o nulo es el de la instalación."""
        if valor is None or valor == 0:
            return None
        if isinstance(valor, str):
            hallado = _TAMANO.fullmatch(valor)
            if hallado is None:
                raise errores.ErrorAlmacen(
                    400, "InvalidRequest", "Invalid file size format, hint: use 20GB / 20MB / 30KB / 3B"
                )
            valor = int(float(hallado[1]) * _UNIDADES[hallado[2].upper()])
        if not isinstance(valor, int) or isinstance(valor, bool) or valor < 0:
            raise errores.pedido_invalido("body/file_size_limit must be integer")
        if valor > self._tope:
            raise errores.muy_grande()
        return valor


def _verdadero(valor: object) -> bool:
    if valor is None:
        return False
    if not isinstance(valor, bool):
        raise errores.pedido_invalido("body/public must be boolean")
    return valor


def _tipos(valor: object) -> list[str] | None:
    if valor is None:
        return None
    if not isinstance(valor, list) or not all(isinstance(t, str) and "\0" not in t for t in valor):
        raise errores.pedido_invalido("body/allowed_mime_types must be array")
    for tipo in valor:
        if not re.fullmatch(r"[\w.+*-]+/[\w.+*-]+", tipo, re.ASCII):
            raise errores.tipo_no_admitido(tipo)
    return valor
