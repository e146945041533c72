"""Los objetos: subir, cambiar, mover, copiar, quitar y leer sus filas.

El orden es siempre el mismo: el archivo nuevo se termina antes de que una fila lo nombre, y el viejo se borra después
de que ninguna lo nombra. Un corte en medio deja bytes de más, que nadie ve y `barrer` quita; nunca una fila sin su
archivo entero.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from psycopg import sql

from . import almacen_errores as errores
from .almacen_base import OBJETO, SERVICIO, Base, Cubeta, Pedido, leer, paso, uuid_o_nada
from .almacen_disco import Disco
from .almacen_entrega import ahora_iso
from .almacen_nombres import exigir_cubeta, exigir_objeto, exigir_tipo
from .almacen_subida import Subida
from .conexiones import Fila, Paso

_NOMBRES_POR_VEZ = 1000
_INSERTAR = (
    "insert into storage.objects (id, bucket_id, name, owner, owner_id, version, metadata, user_metadata)"
    " values ($1::uuid, $2, $3, $4::uuid, $5, $6, $7::jsonb, $8::jsonb)"
)
_CREAR = _INSERTAR.encode()
_CREAR_O_CAMBIAR = (
    _INSERTAR + " on conflict (bucket_id, name) do update set version = excluded.version, owner = excluded.owner,"
    " owner_id = excluded.owner_id, metadata = excluded.metadata, user_metadata = excluded.user_metadata"
).encode()  # fmt: skip
_ANTERIOR = (
    b"select json_build_object('id', id, 'version', version) from storage.objects"
    b" where bucket_id = $1 and name = $2"
)
_MOVER = (
    b"update storage.objects set bucket_id = $3, name = $4 where bucket_id = $1 and name = $2"
    b" returning to_json(id::text)"
)
_QUITAR = sql.SQL(
    "with fuera as (delete from storage.objects where bucket_id = $1"
    " and name in (select json_array_elements_text($2::json)) returning *)"
    " select coalesce(json_agg({}), '[]') from fuera o"
).format(OBJETO)
_QUITAR_UNO = b"delete from storage.objects where bucket_id = $1 and name = $2 returning to_json(version)"
_VISIBLES = (
    b"select coalesce(json_agg(name), '[]') from storage.objects"
    b" where bucket_id = $1 and name in (select json_array_elements_text($2::json))"
)
_VIVAS = (
    b"select coalesce(json_agg(version), '[]') from storage.objects"
    b" where version in (select json_array_elements_text($1::json))"
)


class Objetos:
    """Operaciones sobre ``storage.objects`` y sus archivos."""

    def __init__(self, base: Base, disco: Disco, tope: int) -> None:
        self._base = base
        self._disco = disco
        self._tope = tope

    def exigir_subida(self, pedido: Pedido, cubeta: str, nombre: str, *, encima: bool) -> Cubeta:
        """Revisa nombre, cubeta y permiso antes de leer el cuerpo: la misma escritura, deshecha.

        Raises:
            ErrorAlmacen: InvalidKey, 404, 403 o 409.
        """
        exigir_cubeta(cubeta)
        exigir_objeto(nombre)
        hallada = self._base.cubeta(pedido, cubeta)
        orden = _CREAR_O_CAMBIAR if encima else _CREAR
        self._base.correr(
            pedido, self._fila(orden, pedido, cubeta, nombre, str(uuid.uuid4()), {}, None), deshacer=True
        )
        return hallada

    def subir(
        self, pedido: Pedido, cubeta: Cubeta, nombre: str, subida: Subida, *, encima: bool
    ) -> dict[str, str]:
        """Guarda lo que llega; ``encima`` cambia el que hubiera.

        Raises:
            ErrorAlmacen: 403, 409, 413 o 415.
        """
        exigir_tipo(subida.tipo, cubeta.tipos)
        tope = self._tope if cubeta.tope is None else min(self._tope, cubeta.tope)
        guardado = self._disco.guardar(subida.trozos, tope)
        meta = {
            "eTag": f'"{guardado.md5}"',
            "size": guardado.bytes,
            "mimetype": subida.tipo,
            "cacheControl": subida.de_cache,
            "lastModified": ahora_iso(),
            "contentLength": guardado.bytes,
            "httpStatusCode": 200,
        }
        orden = _CREAR_O_CAMBIAR if encima else _CREAR
        fila = self._fila(orden, pedido, cubeta.id, nombre, guardado.version, meta, subida.de_usuario)
        return self._escribir(pedido, cubeta.id, nombre, fila, guardado.version)

    def copiar(
        self, pedido: Pedido, origen: tuple[str, str], destino: tuple[str, str], datos: Mapping[str, Any], *,
        encima: bool,
    ) -> dict[str, str]:  # fmt: skip
        """Copia un objeto que quien pide puede ver; el destino debe estar libre, salvo ``encima``."""
        exigir_cubeta(destino[0])
        exigir_objeto(destino[1])
        fuente = self._base.objeto(pedido, *origen)
        # Sobre sí mismo no hay nada que copiar, y su archivo no se debe borrar.
        if origen == destino and encima:
            return {"Id": fuente["id"], "Key": "/".join(destino)}
        self._base.cubeta(pedido, destino[0])
        try:
            version = self._disco.duplicar(fuente["version"])
        except FileNotFoundError as error:
            raise errores.objeto_no_existe() from error
        meta = {**(fuente["metadata"] or {}), "lastModified": ahora_iso()}
        propios = fuente["user_metadata"] if datos.get("copyMetadata", True) is not False else None
        orden = _CREAR_O_CAMBIAR if encima else _CREAR
        fila = self._fila(orden, pedido, *destino, version, meta, propios)
        return self._escribir(pedido, *destino, fila, version)

    def mover(self, pedido: Pedido, origen: tuple[str, str], destino: tuple[str, str]) -> dict[str, str]:
        """Cambia el nombre: solo la fila; el archivo no se mueve."""
        exigir_cubeta(destino[0])
        exigir_objeto(destino[1])
        hallado = self._base.objeto(pedido, *origen)
        if destino[0] != origen[0]:
            self._base.cubeta(pedido, destino[0])
        filas = self._base.correr(pedido, paso(_MOVER, *origen, *destino))[0]
        if not filas:
            raise errores.sin_permiso("new row violates row-level security policy")
        return {"message": "Successfully moved", "Id": hallado["id"], "Key": "/".join(destino)}

    def quitar(self, pedido: Pedido, cubeta: str, nombres: object) -> Any:
        """Quita varios; regresa las filas de los que sí quitó. Los que no están no son un error."""
        if not isinstance(nombres, list) or not all(isinstance(n, str) and "\0" not in n for n in nombres):
            raise errores.pedido_invalido("body must have required property 'prefixes'")
        if not 1 <= len(nombres) <= _NOMBRES_POR_VEZ:
            raise errores.pedido_invalido(f"body/prefixes must have between 1 and {_NOMBRES_POR_VEZ} items")
        fuera = leer(self._base.correr(pedido, paso(_QUITAR, cubeta, nombres))[0])
        self._disco.borrar(o["version"] for o in fuera)
        return fuera

    def quitar_uno(self, pedido: Pedido, cubeta: str, nombre: str) -> dict[str, str]:
        """Quita uno, que debe estar.

        Raises:
            ErrorAlmacen: 404; 403 si lo ve y no lo puede quitar.
        """
        self._base.objeto(pedido, cubeta, nombre)
        filas = self._base.correr(pedido, paso(_QUITAR_UNO, cubeta, nombre))[0]
        if not filas:
            raise errores.sin_permiso("Access denied")
        self._disco.borrar([leer(filas)])
        return {"message": "Successfully deleted"}

    def visibles(self, pedido: Pedido, cubeta: str, nombres: Sequence[str]) -> set[str]:
        """Cuáles de esos nombres existen y puede ver quien pide."""
        return set(leer(self._base.correr(pedido, paso(_VISIBLES, cubeta, list(nombres)), lectura=True)[0]))

    def barrer(self, mas_viejos_de_s: float) -> int:
        """Quita del disco los archivos que ninguna fila nombra. Regresa cuántos."""

        def vivas(versiones: Sequence[str]) -> set[str]:
            pedido = Pedido(SERVICIO, "", "")
            return set(leer(self._base.correr(pedido, paso(_VIVAS, list(versiones)), lectura=True)[0]))

        return self._disco.barrer(mas_viejos_de_s, vivas)

    # --- escribir la fila ----------------------------------------------------------------------------

    @staticmethod
    def _fila(
        orden: bytes, pedido: Pedido, cubeta: str, nombre: str, version: str, meta: object, propios: object
    ) -> Paso:
        duenio = pedido.duenio_id
        return paso(
            orden, str(uuid.uuid4()), cubeta, nombre, uuid_o_nada(duenio), duenio, version, meta, propios
        )

    def _escribir(self, pedido: Pedido, cubeta: str, nombre: str, fila: Paso, version: str) -> dict[str, str]:
        """Escribe la fila con el papel de quien pide y luego borra el archivo que nombraba antes."""
        try:
            filas = self._base.correr(
                pedido,
                # Qué había antes se mira como servicio: quien solo puede insertar no tiene por qué verlo.
                self._base.contexto(pedido.como(SERVICIO)),
                self._base.candado(cubeta, nombre),
                paso(_ANTERIOR, cubeta, nombre),
                self._base.contexto(pedido),
                fila,
            )
        except errores.ErrorAlmacen as error:
            # Con la conexión rota no se sabe si el COMMIT llegó: el archivo se queda, y si sobra lo quita `barrer`.
            if error.codigo < 500:
                self._disco.borrar([version])
            raise
        anterior: Mapping[str, Any] = _primera(filas[2])
        self._disco.borrar([anterior.get("version")])
        identificador = anterior.get("id")
        if identificador is None and fila.valores[0] is not None:
            identificador = fila.valores[0].decode()
        return {"Id": str(identificador), "Key": f"{cubeta}/{nombre}"}


def _primera(filas: Sequence[Fila]) -> dict[str, Any]:
    with suppress(IndexError):
        hallada: dict[str, Any] = leer(filas)
        return hallada
    return {}
