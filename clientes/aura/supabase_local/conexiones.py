"""Conexiones libpq con un plazo del lado del cliente y una transacción por petición.

Todo lo de una transacción viaja en una tubería (pipeline) de libpq: BEGIN, papel y datos de la petición, la
orden, COMMIT. El plazo cubre la espera de turno, la conexión y la consulta; cuando pasa, la conexión se cierra:
así se nota también un PostgreSQL congelado, que ningún ``statement_timeout`` ve.
"""

from __future__ import annotations

import select
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from psycopg import Error as ErrorPsycopg
from psycopg import OperationalError, conninfo, pq

from . import errores
from .bifurcacion import tras_bifurcar
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
    sondeo = select.poll()
    sondeo.register(descriptor, sucesos)
    listos = sondeo.poll(max(1, int(_resta(limite) * 1000)))
    if not listos:
        raise FueraDePlazo
    return listos[0][1]


class Conexion:
    """Una conexión en modo tubería; la usa un hilo a la vez."""

    def __init__(self, pg: pq.abc.PGconn) -> None:
        self._pg = pg
        self._preparadas: OrderedDict[bytes, bytes] = OrderedDict()
        self._vistas: dict[bytes, int] = {}
        self._numero = 0

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
        sondeo = select.poll()
        sondeo.register(self._pg.socket, select.POLLIN)
        try:
            if not sondeo.poll(0):
                return True
            self._pg.consume_input()
            while self._pg.notifies() is not None:
                continue
            return self._pg.status == pq.ConnStatus.OK and not sondeo.poll(0)
        except (OperationalError, OSError):
            return False

    def hay_avisos(self) -> bool:
        """Si llegó alguna notificación (LISTEN) desde la última vez.

        Raises:
            ConexionRota: si el servidor cerró.
        """
        sondeo = select.poll()
        sondeo.register(self._pg.socket, select.POLLIN)
        hubo = False
        try:
            if sondeo.poll(0):
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
                filas.append(
                    [
                        tuple(resultado.get_value(f, c) for c in range(resultado.nfields))
                        for f in range(resultado.ntuples)
                    ]
                )
            elif estado == pq.ExecStatus.COMMAND_OK:
                if resultado.command_status is not None and resultado.command_status != b"":
                    filas.append([])
            elif estado == pq.ExecStatus.FATAL_ERROR and falla is None:
                falla = _falla(resultado)
                if self._pg.status != pq.ConnStatus.OK:
                    raise ConexionRota(falla.mensaje)
        if falla is not None:
            for texto in nuevas:
                self._preparadas.pop(texto, None)
            raise OrdenFallida(falla)
        return filas

    def _siguiente(self, limite: float) -> pq.abc.PGresult | None:
        pg = self._pg
        while True:
            pendiente = pg.flush()
            if not pg.is_busy():
                return pg.get_result()
            listo = _esperar(pg.socket, select.POLLIN | (select.POLLOUT if pendiente else 0), limite)
            if listo & (select.POLLIN | select.POLLHUP | select.POLLERR):
                pg.consume_input()


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


class Fondo:
    """Hasta ``maximo`` conexiones, abiertas cuando hacen falta; cada proceso tiene las suyas."""

    def __init__(self, direccion: str, *, maximo: int, plazo_s: float, nombre: str) -> None:
        self._direccion = conninfo.make_conninfo(
            direccion, application_name=nombre, client_encoding="UTF8"
        ).encode()
        self._maximo = maximo
        self._plazo_s = plazo_s
        self._reiniciar()
        # Las conexiones del padre no se cierran aquí: cerrarlas le mandaría el adiós al servidor por él.
        tras_bifurcar(self._reiniciar)

    def _reiniciar(self) -> None:
        self._turnos = threading.BoundedSemaphore(self._maximo)
        self._libres: list[Conexion] = []
        self._cerrojo = threading.Lock()
        self._cerrado = False

    def cerrar(self) -> None:
        """Cierra las conexiones guardadas; las que están en uso se cierran al devolverlas."""
        with self._cerrojo:
            self._cerrado = True
            libres, self._libres = self._libres, []
        for conexion in libres:
            conexion.cerrar()

    def abrir(self, limite: float) -> Conexion:
        """Una conexión nueva, fuera del fondo."""
        return Conexion.abrir(self._direccion, limite, milisegundos_orden=int((self._plazo_s + 1) * 1000))

    def usar(
        self, trabajo: Callable[[Conexion], list[list[Fila]]], limite: float, *, repetible: bool
    ) -> list[list[Fila]]:
        """Presta una conexión a ``trabajo``.

        Una conexión guardada que resulta rota se cambia una vez por otra si ``repetible`` (solo lectura).

        Raises:
            ErrorApi: PGRST000 o PGRST003 (503).
            OrdenFallida: lo que PostgreSQL rechazó.
        """
        if not self._turnos.acquire(timeout=max(0.0, limite - time.monotonic())):
            raise errores.fuera_de_plazo(self._plazo_s)
        try:
            conexion, guardada = self._tomar(limite)
            try:
                return self._prestar(conexion, trabajo)
            except ConexionRota:
                if not (guardada and repetible):
                    raise
            return self._prestar(self.abrir(limite), trabajo)
        except FueraDePlazo as error:
            raise errores.fuera_de_plazo(self._plazo_s) from error
        except ConexionRota as error:
            raise errores.sin_conexion(error.mensaje) from error
        except (ErrorPsycopg, OSError) as error:
            raise errores.sin_conexion("la conexión falló") from error
        finally:
            self._turnos.release()

    def _tomar(self, limite: float) -> tuple[Conexion, bool]:
        while True:
            with self._cerrojo:
                conexion = self._libres.pop() if self._libres else None
            if conexion is None:
                return self.abrir(limite), False
            if conexion.sigue_viva():
                return conexion, True
            conexion.cerrar()

    def _prestar(
        self, conexion: Conexion, trabajo: Callable[[Conexion], list[list[Fila]]]
    ) -> list[list[Fila]]:
        sana = False
        try:
            resultado = trabajo(conexion)
            sana = not conexion.en_transaccion
            return resultado
        except (OrdenFallida, ErrorApi):
            sana = not conexion.en_transaccion
            raise
        finally:
            with self._cerrojo:
                guardar = sana and not self._cerrado
                if guardar:
                    self._libres.append(conexion)
            if not guardar:
                conexion.cerrar()


COMMIT = Paso(b"COMMIT")
ROLLBACK = Paso(b"ROLLBACK")


def transaccion(
    conexion: Conexion,
    previos: Sequence[Paso],
    orden: Paso,
    limite: float,
    *,
    lectura: bool,
    revisar: Callable[[list[Fila]], None] | None = None,
) -> list[list[Fila]]:
    """Una transacción: ``previos``, ``orden`` y COMMIT, en un solo viaje cuando no hay nada que revisar.

    ``revisar`` ve las filas de la orden antes del COMMIT y puede levantar un ``ErrorApi``, que deshace todo.
    Lo que falla en el COMMIT (llaves diferidas) también es ``OrdenFallida``.
    """
    inicio = Paso(
        b"BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY"
        if lectura
        else b"BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
    )
    try:
        if revisar is None:
            filas = conexion.correr([inicio, *previos, orden, COMMIT], limite)
            return [filas[-2]]
        filas = conexion.correr([inicio, *previos, orden], limite)
        revisar(filas[-1])
        conexion.correr([COMMIT], limite)
        return [filas[-1]]
    except (OrdenFallida, ErrorApi):
        if conexion.en_transaccion:
            conexion.correr([ROLLBACK], limite)
        raise
