"""Las conexiones de un proceso: hasta un tope, abiertas cuando hacen falta y prestadas de una en una."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from psycopg import Error as ErrorPsycopg
from psycopg import conninfo

from . import errores
from .bifurcacion import tras_bifurcar
from .conexiones import Conexion, ConexionRota, Fila, FueraDePlazo, OrdenFallida
from .errores import ErrorApi


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
        self._generacion = 0

    def renovar(self) -> None:
        """El esquema cambió y lo preparado antes ya no vale: se cierran las guardadas, y las prestadas al volver."""
        with self._cerrojo:
            self._generacion += 1
            libres, self._libres = self._libres, []
        for conexion in libres:
            conexion.cerrar()

    def cerrar(self) -> None:
        """Cierra las conexiones guardadas; las que están en uso se cierran al devolverlas."""
        with self._cerrojo:
            self._cerrado = True
            libres, self._libres = self._libres, []
        for conexion in libres:
            conexion.cerrar()

    def estado(self) -> dict[str, int]:
        """Cuántas se están usando, cuántas esperan guardadas y cuántas caben. Sin candado: es para mirar."""
        en_uso = self._maximo - self._turnos._value
        return {"en_uso": en_uso, "libres": len(self._libres), "maximo": self._maximo}

    def abrir(self, limite: float) -> Conexion:
        """Una conexión nueva, fuera del fondo."""
        generacion = self._generacion
        nueva = Conexion.abrir(self._direccion, limite, milisegundos_orden=int((self._plazo_s + 1) * 1000))
        nueva.generacion = generacion
        return nueva

    def usar(
        self, trabajo: Callable[[Conexion], list[list[Fila]]], limite: float, *, repetible: bool
    ) -> list[list[Fila]]:
        """Presta una conexión a ``trabajo``.

        Una conexión guardada que resulta rota, o con algo preparado para un esquema que ya cambió, se cambia una
        vez por otra si ``repetible`` (solo lectura).

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
            except OrdenFallida:
                if not (conexion.caduca and repetible):
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
                vigente = conexion.generacion == self._generacion and not conexion.caduca
                guardar = sana and vigente and not self._cerrado
                if guardar:
                    self._libres.append(conexion)
            if not guardar:
                conexion.cerrar()
