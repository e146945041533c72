"""Conexiones libpq con un plazo del lado del cliente y una transacción por petición.

Todo lo de una transacción viaja en una tubería (pipeline) de libpq: BEGIN, papel y datos de la petición, la
orden, COMMIT. El plazo cubre la espera de turno, la conexión y la consulta; cuando pasa, la conexión se cierra:
así se nota también un PostgreSQL congelado, que ningún ``statement_timeout`` ve.
"""

from __future__ import annotations

import select
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from psycopg import Error as ErrorPsycopg
from psycopg import OperationalError, pq

from .errores import ErrorApi, FallaPostgres

Fila: TypeAlias = tuple[bytes | None, ...]
_PREPARADAS_MAXIMO = 200


@dataclass(frozen=True)
class Paso:
    """Una orden con sus valores en texto."""

    texto: bytes
    valores: tuple[bytes | None, ...] = ()


class FueraDePlazo(Exception):
    """Se acabó el tiempo de la petición."""


class ConexionRota(Exception):
    """El servidor cerró o la red falló."""

    def __init__(self, mensaje: str) -> None:
        super().__init__(mensaje)
        self.mensaje = mensaje


class OrdenFallida(Exception):
    """PostgreSQL rechazó una orden."""

    def __init__(self, falla: FallaPostgres) -> None:
        super().__init__(falla.mensaje)
        self.falla = falla


def _resta(limite: float) -> float:
    queda = limite - time.monotonic()
    if queda <= 0:
        raise FueraDePlazo
    return queda


def _esperar(descriptor: int, sucesos: int, limite: float) -> int:
    return _sondear(_sondeo(descriptor, sucesos), limite)


def _sondeo(descriptor: int, sucesos: int) -> select.poll:
    sondeo = select.poll()
    sondeo.register(descriptor, sucesos)
    return sondeo


def _sondear(sondeo: select.poll, limite: float) -> int:
    listos = sondeo.poll(max(1, int(_resta(limite) * 1000)))
    if not listos:
        raise FueraDePlazo
    return listos[0][1]


class Conexion:
    """Una conexión en modo tubería; la usa un hilo a la vez."""

    def __init__(self, pg: pq.abc.PGconn) -> None:
        self._pg = pg
        self._de_lectura = _sondeo(pg.socket, select.POLLIN)
        self._preparadas: OrderedDict[bytes, bytes] = OrderedDict()
        self._vistas: dict[bytes, int] = {}
        self._numero = 0
        self.generacion = 0
        self.caduca = False
        """Una orden ya preparada dejó de entenderse: la tabla cambió. No se guarda."""

    @classmethod
    def abrir(cls, direccion: bytes, limite: float, *, milisegundos_orden: int) -> Conexion:
        """Conecta sin pasar de ``limite`` (reloj de ``time.monotonic``).

        Raises:
            FueraDePlazo, ConexionRota.
        """
        pg = pq.PGconn.connect_start(direccion)
        try:
            while True:
                if pg.status == pq.ConnStatus.BAD:
                    raise ConexionRota(_mensaje(pg))
                estado = pg.connect_poll()
                if estado == pq.PollingStatus.OK:
                    break
                if estado == pq.PollingStatus.FAILED:
                    raise ConexionRota(_mensaje(pg))
                _esperar(
                    pg.socket, select.POLLIN if estado == pq.PollingStatus.READING else select.POLLOUT, limite
                )
            pg.nonblocking = 1
            pg.enter_pipeline_mode()
            conexion = cls(pg)
            # Si el cliente se va a su plazo, el servidor suelta la orden poco después.
            conexion.correr(
                [Paso(b"select pg_catalog.set_config('statement_timeout', $1, false)",
                      (str(milisegundos_orden).encode(),))],
                limite,
            )  # fmt: skip
            return conexion
        except BaseException as error:
            pg.finish()
            if isinstance(error, (ErrorPsycopg, OSError)):
                raise ConexionRota(str(error)) from error
            raise

    def cerrar(self) -> None:
        """Cierra sin esperar al servidor."""
        self._pg.finish()

    def sigue_viva(self) -> bool:
        """Si el servidor no la cerró mientras estaba guardada (no pregunta por la red)."""
        if self._pg.status != pq.ConnStatus.OK:
            return False
        try:
            if not self._de_lectura.poll(0):
                return True
            self._pg.consume_input()
            while self._pg.notifies() is not None:
                continue
            return self._pg.status == pq.ConnStatus.OK and not self._de_lectura.poll(0)
        except (OperationalError, OSError):
            return False

    def hay_avisos(self) -> bool:
        """Si llegó alguna notificación (LISTEN) desde la última vez.

        Raises:
            ConexionRota: si el servidor cerró.
        """
        hubo = False
        try:
            if self._de_lectura.poll(0):
                self._pg.consume_input()
            while self._pg.notifies() is not None:
                hubo = True
        except (OperationalError, OSError) as error:
            raise ConexionRota(str(error)) from error
        if self._pg.status != pq.ConnStatus.OK:
            raise ConexionRota(_mensaje(self._pg))
        return hubo

    @property
    def en_transaccion(self) -> bool:
        """Si quedó una transacción abierta o fallida."""
        return self._pg.transaction_status != pq.TransactionStatus.IDLE

    def correr(self, pasos: Sequence[Paso], limite: float) -> list[list[Fila]]:
        """Manda todos los pasos juntos y regresa las filas de cada uno.

        Raises:
            OrdenFallida: el primer rechazo de PostgreSQL; los pasos siguientes no se ejecutan.
            FueraDePlazo, ConexionRota: la conexión ya no sirve.
        """
        pg = self._pg
        try:
            esperados = 0
            nuevas: list[bytes] = []
            for paso in pasos:
                esperados += self._mandar(paso, nuevas)
            pg.pipeline_sync()
            return self._recoger(pasos, esperados, nuevas, limite)
        except (OperationalError, OSError) as error:
            raise ConexionRota(str(error)) from error

    def _mandar(self, paso: Paso, nuevas: list[bytes]) -> int:
        """Encola un paso. Lo que se repite se prepara una vez por conexión. Regresa cuántas órdenes encoló."""
        pg = self._pg
        nombre = self._preparadas.get(paso.texto)
        if nombre is not None:
            self._preparadas.move_to_end(paso.texto)
            pg.send_query_prepared(nombre, paso.valores)
            return 1
        if self._vistas.get(paso.texto, 0) < 1 or len(self._preparadas) >= _PREPARADAS_MAXIMO:
            if len(self._vistas) > 4 * _PREPARADAS_MAXIMO:
                self._vistas.clear()
            self._vistas[paso.texto] = self._vistas.get(paso.texto, 0) + 1
            pg.send_query_params(paso.texto, paso.valores)
            return 1
        self._numero += 1
        nombre = b"api_%d" % self._numero
        pg.send_prepare(nombre, paso.texto)
        pg.send_query_prepared(nombre, paso.valores)
        self._preparadas[paso.texto] = nombre
        nuevas.append(paso.texto)
        return 2

    def _recoger(
        self, pasos: Sequence[Paso], esperados: int, nuevas: list[bytes], limite: float
    ) -> list[list[Fila]]:
        falla: FallaPostgres | None = None
        filas: list[list[Fila]] = []
        vistos = 0
        while True:
            resultado = self._siguiente(limite)
            if resultado is None:
                vistos += 1
                if vistos > esperados + 1:
                    raise ConexionRota("respuesta incompleta")
                continue
            estado = resultado.status
            if estado == pq.ExecStatus.PIPELINE_SYNC:
                break
            if estado == pq.ExecStatus.TUPLES_OK:
                dar, columnas = resultado.get_value, range(resultado.nfields)
                filas.append([tuple([dar(f, c) for c in columnas]) for f in range(resultado.ntuples)])
            elif estado == pq.ExecStatus.COMMAND_OK:
                if resultado.command_status is not None and resultado.command_status != b"":
                    filas.append([])
            elif estado == pq.ExecStatus.FATAL_ERROR and falla is None:
                falla = _falla(resultado)
                texto = pasos[len(filas)].texto if len(filas) < len(pasos) else b""
                if texto in self._preparadas and texto not in nuevas and _es_de_forma(falla.sqlstate):
                    self.caduca = True
                if self._pg.status != pq.ConnStatus.OK:
                    raise ConexionRota(falla.mensaje)
        if falla is not None:
            for texto in nuevas:
                self._preparadas.pop(texto, None)
            raise OrdenFallida(falla)
        return filas

    def _siguiente(self, limite: float) -> pq.abc.PGresult | None:
        pg = self._pg
        while pg.is_busy():
            if pg.flush():
                listo = _esperar(pg.socket, select.POLLIN | select.POLLOUT, limite)
            else:
                listo = _sondear(self._de_lectura, limite)
            if listo & (select.POLLIN | select.POLLHUP | select.POLLERR):
                pg.consume_input()
        return pg.get_result()


def _es_de_forma(sqlstate: str) -> bool:
    """Si la falla es de las que da una orden mal escrita; una preparada no lo era cuando se preparó."""
    return sqlstate == "0A000" or (sqlstate.startswith("42") and sqlstate != "42501")


def _mensaje(pg: pq.abc.PGconn) -> str:
    return pg.get_error_message().strip()


def _falla(resultado: pq.abc.PGresult) -> FallaPostgres:
    def dato(campo: pq.DiagnosticField) -> str | None:
        valor = resultado.error_field(campo)
        return valor.decode("utf-8", "replace") if valor is not None else None

    return FallaPostgres(
        dato(pq.DiagnosticField.SQLSTATE) or "08006",
        dato(pq.DiagnosticField.MESSAGE_PRIMARY) or resultado.get_error_message(),
        dato(pq.DiagnosticField.MESSAGE_DETAIL),
        dato(pq.DiagnosticField.MESSAGE_HINT),
    )


LEER = Paso(b"BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY")
ESCRIBIR = Paso(b"BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")
COMMIT = Paso(b"COMMIT")
ROLLBACK = Paso(b"ROLLBACK")
# Antes de deshacer a propósito se revisan las llaves diferidas: su falla se debe ver igual.
REVISAR_DIFERIDAS = Paso(b"SET CONSTRAINTS ALL IMMEDIATE")


def transaccion(
    conexion: Conexion,
    previos: Sequence[Paso],
    ordenes: Sequence[Paso],
    limite: float,
    *,
    lectura: bool,
    revisar: Callable[[list[list[Fila]]], None] | None = None,
    deshacer: bool = False,
) -> list[list[Fila]]:
    """Una transacción: ``previos``, ``ordenes`` y COMMIT, en un solo viaje cuando no hay nada que revisar.

    Regresa las filas de cada orden. ``revisar`` las ve antes del COMMIT y puede levantar un ``ErrorApi``, que
    deshace todo. Con ``deshacer`` se contesta lo mismo y no queda nada escrito. Lo que falla en el COMMIT (llaves
    diferidas) también es ``OrdenFallida``.
    """
    inicio = LEER if lectura else ESCRIBIR
    final = [REVISAR_DIFERIDAS, ROLLBACK] if deshacer else [COMMIT]
    primera = 1 + len(previos)
    try:
        if revisar is None:
            filas = conexion.correr([inicio, *previos, *ordenes, *final], limite)
            return filas[primera : primera + len(ordenes)]
        filas = conexion.correr([inicio, *previos, *ordenes], limite)[primera:]
        revisar(filas)
        conexion.correr(final, limite)
        return filas
    except (OrdenFallida, ErrorApi):
        if conexion.en_transaccion:
            conexion.correr([ROLLBACK], limite)
        raise
