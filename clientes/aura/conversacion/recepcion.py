"""Guardar lo que llega, junto: mientras una orden va a la base, lo que entra espera y sale en la siguiente.

Cada mensaje avisa con NOTIFY, y PostgreSQL deja pasar de uno en uno a quien confirma con avisos (PreCommit_Notify, en
src/backend/commands/async.c): cien webhooks a la vez hacen cien confirmaciones en fila. Juntos hacen pocas. Sin nadie
más esperando, un mensaje sale en cuanto llega.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass, field

from ..utils.errores import ErrorNora, ErrorServicioExterno
from ..utils.webhook_utils import MensajeEntrante
from . import consultas
from .modelos import Recibido

LOTE_MAXIMO = 32
# Con tráfico (el lote anterior llevaba varios) se espera esto a que se junten más; sin él, nada.
JUNTAR_S = 0.004
ESPERA_S = 4.0  # quien llama debe contestar 5xx antes de cinco segundos
# Un lote que falla antes de esto falló por algo suyo (un mensaje, un interbloqueo): se guarda de uno en uno.
FALLA_RAPIDA_S = 1.5


@dataclass(eq=False)
class _Pendiente:
    canal: str
    mensaje: MensajeEntrante
    listo: threading.Event = field(default_factory=threading.Event)
    lleva: bool = False  # le toca mandar el lote que encabeza
    guardado: Recibido | None = None
    error: ErrorNora | None = None


class Recepcion:
    """Una fila por Nora: cada lote va con el token de la suya."""

    def __init__(self) -> None:
        self._candado = threading.Lock()
        self._filas: dict[str, deque[_Pendiente]] = {}
        self._con_trafico: set[str] = set()

    def guardar(self, nombre_nora: str, canal: str, mensaje: MensajeEntrante) -> Recibido:
        """Guarda un mensaje entrante una sola vez y deja su trabajo en la cola.

        Raises:
            ErrorNora: no se pudo guardar; nada de él quedó, o quedó y al repetirlo se reconoce.
        """
        mio = _Pendiente(canal, mensaje)
        with self._candado:
            fila = self._filas.get(nombre_nora)
            if fila is None:
                self._filas[nombre_nora] = deque([mio])
                mio.lleva = True
            else:
                fila.append(mio)
        if not mio.lleva and not mio.listo.wait(ESPERA_S):
            self._soltar(nombre_nora, mio)
        if mio.lleva:
            self._llevar(nombre_nora)
        if mio.guardado is not None:
            return mio.guardado
        if mio.error is not None:
            raise mio.error
        return consultas.recibir_mensaje(nombre_nora, canal, mensaje)

    def _soltar(self, nombre_nora: str, mio: _Pendiente) -> None:
        """Ya no espera; si en ese instante le tocó llevar el lote, lo lleva."""
        with self._candado:
            fila = self._filas.get(nombre_nora)
            if not mio.lleva and not mio.listo.is_set():
                if fila is not None and mio in fila:
                    fila.remove(mio)
                mio.error = ErrorServicioExterno("La base de datos no contesta.")

    def _llevar(self, nombre_nora: str) -> None:
        if nombre_nora in self._con_trafico:
            time.sleep(JUNTAR_S)
        with self._candado:
            fila = self._filas[nombre_nora]
            lote = [fila.popleft() for _ in range(min(LOTE_MAXIMO, len(fila)))]
            if len(lote) > 1:
                self._con_trafico.add(nombre_nora)
            else:
                self._con_trafico.discard(nombre_nora)
        inicio = time.monotonic()
        try:
            self._mandar(nombre_nora, lote)
        except ErrorNora as error:
            lento = time.monotonic() - inicio > FALLA_RAPIDA_S
            with self._candado:
                if lento:  # la base no contesta: a quien esperaba tampoco le contestará a tiempo
                    lote += fila
                    fila.clear()
            if lento or len(lote) == 1:
                for pendiente in lote:
                    pendiente.error = error
            # Sin error ni guardado, cada quien guarda el suyo.
        finally:
            with self._candado:
                if fila:
                    fila[0].lleva = True
                    fila[0].listo.set()
                else:
                    del self._filas[nombre_nora]
            for pendiente in lote:
                pendiente.listo.set()

    def _mandar(self, nombre_nora: str, lote: list[_Pendiente]) -> None:
        if len(lote) == 1:
            lote[0].guardado = consultas.recibir_mensaje(nombre_nora, lote[0].canal, lote[0].mensaje)
            return
        guardados = consultas.recibir_mensajes(nombre_nora, [(p.canal, p.mensaje) for p in lote])
        for pendiente, guardado in zip(lote, guardados, strict=True):
            pendiente.guardado = guardado


recepcion = Recepcion()
