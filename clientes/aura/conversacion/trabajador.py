"""Quien atiende la cola: un hilo con su propio ciclo de eventos que sobrevive a la ausencia de la base."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import procrastinate
import psycopg
from procrastinate.exceptions import ProcrastinateException

from ..ia.codificador import codificador_actual
from ..medios.consultas import repescar as repescar_medios
from ..utils.errores import ErrorServicioExterno
from ..utils.logging_utils import registro
from . import consultas
from .cola import ATORADO_S, COLA_DE_ARCHIVOS, COLAS, LATIDO_S, Trabajos, crear_cola, liberar_en

bitacora = registro(__name__)

# Lo aplazado no avisa cuando le llega su hora: hay que preguntar seguido.
SONDEO_S = 0.5
BARRIDO_S = 5.0
REPESCA_CADA = 6  # barridos
# Aparte: diez fotos que tardan en bajar no le quitan su lugar a una respuesta.
HILOS_DE_ARCHIVOS = 3
ESPERA_MAXIMA_S = 10.0
GRACIA_S = 5.0


class Trabajador:
    """Atiende las colas `mensajes` y `programador`.

    Args:
        db_uri: dirección libpq directa o de sesión.
        trabajos: los trabajos del programador por su id.
        hilos: cuántos trabajos a la vez.
    """

    def __init__(self, db_uri: str, trabajos: Trabajos, hilos: int = 8) -> None:
        self._db_uri = db_uri
        self._trabajos = trabajos
        self._hilos = hilos
        self._hilo: threading.Thread | None = None
        self._parar = threading.Event()
        self._listo = threading.Event()
        self._ciclo: asyncio.AbstractEventLoop | None = None
        self._tarea: asyncio.Task[None] | None = None

    @property
    def atiende(self) -> bool:
        """Si está conectado y atendiendo ahora."""
        return self._listo.is_set() and self._hilo is not None and self._hilo.is_alive()

    def esperar_listo(self, plazo_s: float) -> bool:
        """Espera a que esté conectado; falso si no lo estuvo en el plazo."""
        return self._listo.wait(plazo_s)

    def iniciar(self) -> None:
        """Arranca el hilo; llamarlo otra vez mientras corre no hace nada."""
        if self._hilo is not None and self._hilo.is_alive():
            return
        self._parar.clear()
        self._hilo = threading.Thread(target=self._correr_hilo, name="trabajador", daemon=True)
        self._hilo.start()

    def pedir_alto(self) -> None:
        """Deja de tomar trabajos, sin esperar a los que corren."""
        self._parar.set()
        ciclo, tarea = self._ciclo, self._tarea
        if ciclo is not None and tarea is not None and not ciclo.is_closed():
            try:
                ciclo.call_soon_threadsafe(tarea.cancel)
            except RuntimeError:
                bitacora.debug("trabajador_ya_cerrado")

    def detener(self, plazo_s: float = 5) -> None:
        """Deja de tomar trabajos y espera a los que corren, hasta `plazo_s` segundos."""
        if not self._parar.is_set():
            self.pedir_alto()
        if self._hilo is not None:
            self._hilo.join(plazo_s)

    def _correr_hilo(self) -> None:
        with asyncio.Runner() as corredor:
            ciclo = corredor.get_loop()
            # El ejecutor por omisión solo tiene unos pocos hilos en máquinas chicas.
            ejecutor = ThreadPoolExecutor(self._hilos + HILOS_DE_ARCHIVOS, thread_name_prefix="trabajo")
            ciclo.set_default_executor(ejecutor)
            self._ciclo = ciclo
            # Aparte y sin que nadie lo espere: los hilos del ejecutor se esperan al salir, y cargar los modelos tarda.
            threading.Thread(target=_calentar, name="calentar", daemon=True).start()
            try:
                corredor.run(self._correr())
            except asyncio.CancelledError:
                bitacora.info("trabajador_detenido")
            finally:
                self._ciclo = None
                self._listo.clear()
                ejecutor.shutdown(wait=False, cancel_futures=True)

    async def _correr(self) -> None:
        self._tarea = asyncio.current_task()
        espera = 0.5
        while not self._parar.is_set():
            try:
                await self._atender()
                espera = 0.5
            except (ProcrastinateException, psycopg.Error, OSError, ErrorServicioExterno) as error:
                bitacora.warning("trabajador_sin_base", error=type(error).__name__, reintento_s=espera)
            finally:
                self._listo.clear()
            if not self._parar.is_set():
                await asyncio.sleep(espera)
                espera = min(espera * 2, ESPERA_MAXIMA_S)

    async def _atender(self) -> None:
        cola = crear_cola(self._db_uri, self._trabajos, conexiones=self._hilos + 3)
        async with cola.open_async():
            barrido = asyncio.create_task(self._barrer(cola), name="barrido")
            self._listo.set()
            bitacora.info("trabajador_listo", hilos=self._hilos)
            try:
                await asyncio.gather(
                    self._atender_colas(cola, list(COLAS), self._hilos),
                    self._atender_colas(cola, [COLA_DE_ARCHIVOS], HILOS_DE_ARCHIVOS),
                )
            finally:
                barrido.cancel()
                await asyncio.gather(barrido, return_exceptions=True)

    async def _atender_colas(self, cola: procrastinate.App, colas: list[str], a_la_vez: int) -> None:
        await cola.run_worker_async(
            queues=colas,
            concurrency=a_la_vez,
            fetch_job_polling_interval=SONDEO_S,
            update_heartbeat_interval=LATIDO_S,
            stalled_worker_timeout=ATORADO_S,
            shutdown_graceful_timeout=GRACIA_S,
            install_signal_handlers=False,
        )

    async def _barrer(self, cola: procrastinate.App) -> None:
        """Fuera de la cola a propósito: un barrido que fuera trabajo podría quedar él mismo atorado."""
        vuelta = 0
        while True:
            try:
                liberados = await liberar_en(cola)
                if liberados:
                    bitacora.warning("trabajos_liberados", cuantos=liberados)
                if vuelta % REPESCA_CADA == 0:
                    await asyncio.to_thread(consultas.repescar_mensajes)
                    await asyncio.to_thread(repescar_medios)
            except (ProcrastinateException, psycopg.Error, OSError, ErrorServicioExterno) as error:
                bitacora.warning("barrido_fallido", error=type(error).__name__)
            vuelta += 1
            await asyncio.sleep(BARRIDO_S)


def _calentar() -> None:
    """Carga el codificador antes de la primera pregunta: así el primer cliente no espera por él."""
    try:
        codificador_actual().codificar(["hola"])
    except ErrorServicioExterno as error:
        bitacora.warning("codificador_no_disponible", error=error.mensaje)
