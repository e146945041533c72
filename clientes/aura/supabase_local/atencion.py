"""Lo común de atender una petición: el contexto de su transacción, ejecutarla y la forma de la respuesta."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from psycopg import sql

from . import errores
from . import peticion as lectura
from .arbol import Consulta, Rango
from .compositor import OrdenSql
from .conexiones import Conexion, Fila, Paso, transaccion
from .esquema import Esquema, NombreCompleto
from .jwt_local import Identidad
from .medios import Medio, leer_medio
from .motor import Motor
from .peticion import Peticion
from .preferencias import Preferencias

T = TypeVar("T")
# num_nulls: los set_config corren todos y de regreso viene un número, no otra vez los encabezados y los datos.
CONTEXTO = (
    b"select pg_catalog.num_nulls("
    b"pg_catalog.set_config('search_path', $1, true), pg_catalog.set_config('role', $2, true),"
    b" pg_catalog.set_config('request.jwt.claims', $3, true), pg_catalog.set_config('request.method', $4, true),"
    b" pg_catalog.set_config('request.path', $5, true), pg_catalog.set_config('request.headers', $6, true),"
    b" pg_catalog.set_config('request.cookies', $7, true), pg_catalog.set_config('response.headers', '', true),"
    b" pg_catalog.set_config('response.status', '', true))"
)
ZONA = b"select pg_catalog.set_config('timezone', $1, true)"
_FORMATOS = {"text": sql.SQL("FORMAT TEXT"), "json": sql.SQL("FORMAT JSON")}
_OPCIONES_DE_PLAN = {
    "analyze": sql.SQL("ANALYZE"), "verbose": sql.SQL("VERBOSE"), "settings": sql.SQL("SETTINGS"),
    "buffers": sql.SQL("BUFFERS"), "wal": sql.SQL("WAL"),
}  # fmt: skip


@dataclass
class Respuesta:
    """Lo que se contesta."""

    estado: int
    cuerpo: bytes = b""
    tipo: str = "application/json; charset=utf-8"
    encabezados: tuple[tuple[str, str], ...] = ()
    frase: str = ""
    """La que acompaña al estado en HTTP; vacía es la normal."""


class Atencion:
    """Una petición, con todo lo que ya se sabe de ella."""

    def __init__(
        self,
        motor: Motor,
        pedido: Peticion,
        identidad: Identidad,
        nombre: NombreCompleto,
        preferencias: Preferencias,
        limite: float,
        *,
        anunciar_esquema: bool = False,
    ) -> None:
        self.motor = motor
        self.pedido = pedido
        self.identidad = identidad
        self.nombre = nombre
        self.preferencias = preferencias
        self.limite = limite
        self.anunciar_esquema = anunciar_esquema
        self.medio = Medio("json")
        if preferencias.zona is not None and preferencias.zona not in motor.zonas(limite):
            preferencias.quitar_zona()

    # --- antes ---------------------------------------------------------------------------------------

    def planear(self, trabajo: Callable[[Esquema], T]) -> T:
        """Corre ``trabajo`` con el catálogo; después se sabe si las preferencias valen."""
        plan = self.motor.con_catalogo(trabajo, self.limite)
        self.preferencias.exigir_validas()
        return plan

    def elegir_medio(self, propio: str | None = None) -> None:
        """Decide el tipo de la respuesta."""
        self.medio = leer_medio(
            self.pedido.encabezados.get("accept", ""), propio=propio, planes=self.motor.planes
        )

    def rango(self, consulta: Consulta) -> Rango:
        """Las filas pedidas de la raíz; ``Range`` solo cuenta en un GET."""
        pedido = next((r for ruta, r in consulta.rangos if not ruta), Rango())
        if self.pedido.metodo != "GET":
            return pedido
        return lectura.leer_rango(self.pedido.encabezados.get("range"), pedido)

    def _contexto(self) -> tuple[bytes, ...]:
        return (
            self.motor.rutas_de_busqueda[self.nombre.esquema].encode(),
            self.identidad.rol.encode(),
            self.identidad.claims.encode(),
            self.pedido.metodo.encode(),
            lectura.sin_prefijo(self.pedido.ruta).encode("utf-8", "replace"),
            *_encabezados_en_json(tuple(self.pedido.encabezados.items())),
        )

    # --- la transacción ------------------------------------------------------------------------------

    def ejecutar(
        self,
        orden: OrdenSql,
        *extras: OrdenSql,
        lectura_sola: bool = False,
        revisar: Callable[[Fila], None] | None = None,
    ) -> list[list[Fila]]:
        """Corre las órdenes en una transacción; ``revisar`` ve la fila de la primera y puede deshacer todo."""
        previos = [Paso(CONTEXTO, self._contexto())]
        if self.preferencias.zona is not None:
            previos.append(Paso(ZONA, (self.preferencias.zona.encode(),)))
        if self.motor.pre_peticion is not None:
            previos.append(self.motor.pre_peticion)
        es_plan = self.medio.clase == "plan"
        ordenes = [Paso(self._explicada(o) if es_plan else o.texto, o.valores) for o in (orden, *extras)]

        def revisar_filas(filas: list[list[Fila]]) -> None:
            if revisar is not None and not es_plan:
                revisar(filas[0][0])

        # Lo que no escribe se revisa después: no hay nada que deshacer y cuesta un solo viaje.
        despues = revisar is None or lectura_sola

        def trabajo(conexion: Conexion) -> list[list[Fila]]:
            return transaccion(
                conexion,
                previos,
                ordenes,
                self.limite,
                lectura=lectura_sola,
                revisar=None if despues else revisar_filas,
                deshacer=self._deshacer(),
            )

        filas = self.motor.fondo.usar(trabajo, self.limite, repetible=lectura_sola)
        if despues:
            revisar_filas(filas)
        return filas

    def _deshacer(self) -> bool:
        pedida = self.preferencias.valores.get("tx")
        return pedida == "rollback" or (self.motor.fin_tx.startswith("rollback") and pedida != "commit")

    def _explicada(self, orden: OrdenSql) -> bytes:
        opciones = [_FORMATOS[self.medio.formato], *(_OPCIONES_DE_PLAN[o] for o in self.medio.opciones)]
        return sql.SQL("EXPLAIN ({}) ").format(sql.SQL(", ").join(opciones)).as_bytes(None) + orden.texto

    # --- la respuesta --------------------------------------------------------------------------------

    def plan(self, filas: Sequence[Fila]) -> Respuesta:
        """El EXPLAIN, una línea por fila."""
        texto = b"".join((fila[0] or b"") + b"\n" for fila in filas)
        return Respuesta(200, texto, self.medio.encabezado, self.encabezados_de_esquema())

    def pagina(self, fila: Fila, rango: Rango, total: int | None, aplicables: Sequence[str]) -> Respuesta:
        """La respuesta de una lectura o de una función, con ``Content-Range``."""
        texto, estado = lectura.rango_de_contenido(rango.desde, int(fila[1] or b"0"), total)
        if estado == 416:
            raise errores.rango(
                f"An offset of {rango.desde} was requested, but there are only {total} rows.", texto
            )
        encabezados = (("Content-Range", texto), *self.aplicadas(aplicables), *self.encabezados_de_esquema())
        return con_guc(fila, Respuesta(estado, fila[2] or b"", self.medio.encabezado, encabezados))

    def aplicadas(self, cuales: Sequence[str]) -> tuple[tuple[str, str], ...]:
        """``Preference-Applied``, si hay algo que decir."""
        texto = self.preferencias.aplicadas(cuales)
        return (("Preference-Applied", texto),) if texto else ()

    def encabezados_de_esquema(self) -> tuple[tuple[str, str], ...]:
        """``Content-Profile`` cuando el esquema se eligió por encabezado."""
        return (("Content-Profile", self.nombre.esquema),) if self.anunciar_esquema else ()


def informar(permitidos: Sequence[str]) -> Respuesta:
    """La respuesta de un OPTIONS."""
    return Respuesta(200, b"", "", (("Access-Control-Allow-Origin", "*"), ("Allow", ",".join(permitidos))))


def filas_de(fila: Fila) -> int:
    """Cuántas filas tiene la página, o se escribieron."""
    return int(fila[1] or b"0")


def exigir_una(fila: Fila) -> None:
    """Raises: ErrorApi: PGRST116 si se pidió un objeto y no hay exactamente uno."""
    cuantas = filas_de(fila)
    if cuantas != 1:
        raise errores.singular(cuantas)


def con_guc(fila: Fila, respuesta: Respuesta) -> Respuesta:
    """Lo que la orden dejó en ``response.status`` y ``response.headers`` manda sobre lo nuestro."""
    if fila[4] is not None:
        if not fila[4].isdigit() or not 100 <= int(fila[4]) <= 999:
            raise errores.estado_de_guc()
        respuesta.estado = int(fila[4])
    suyos = _encabezados_de_guc(fila[3])
    if suyos:
        nombres = {nombre.lower() for nombre, _ in suyos}
        nuestros = [(k, v) for k, v in respuesta.encabezados if k.lower() not in nombres]
        respuesta.encabezados = (*nuestros, *suyos)
        if "content-type" in nombres:
            respuesta.tipo = ""
    return respuesta


def _encabezados_de_guc(texto: bytes | None) -> tuple[tuple[str, str], ...]:
    if texto is None:
        return ()
    try:
        datos = json.loads(texto)
    except ValueError as error:
        raise errores.encabezados_de_guc() from error
    if not isinstance(datos, list):
        raise errores.encabezados_de_guc()
    salida: list[tuple[str, str]] = []
    for dato in datos:
        valido = (
            isinstance(dato, Mapping) and len(dato) == 1 and all(isinstance(v, str) for v in dato.values())
        )
        if not valido:
            raise errores.encabezados_de_guc()
        for nombre, valor in dato.items():
            if not errores.es_nombre_de_encabezado(nombre):
                raise errores.encabezados_de_guc()
            salida.append((nombre, valor))
    return tuple(salida)


@lru_cache(maxsize=512)  # un cliente manda siempre los mismos
def _encabezados_en_json(encabezados: tuple[tuple[str, str], ...]) -> tuple[bytes, bytes]:
    """Los encabezados sin las cookies, y las cookies."""
    todos = dict(encabezados)
    galletas = _galletas(todos.pop("cookie", ""))
    return json.dumps(todos).encode(), json.dumps(galletas).encode()


def _galletas(encabezado: str) -> dict[str, str]:
    salida: dict[str, str] = {}
    for trozo in encabezado.split(";"):
        clave, igual, valor = trozo.strip().partition("=")
        if igual:
            salida[clave] = valor
    return salida
