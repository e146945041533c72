"""De parado a sirviendo y de vuelta: la base, los hilos de este proceso, y cómo está cada parte."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
from flask import Flask

from app_config import Config
from extensiones import scheduler

from .supabase_local import ServidorPostgres, crear_api
from .utils.errores import ErrorServicioExterno
from .utils.logging_utils import registro
from .utils.supabase_client import ConexionSupabase, conexion_actual, usar_conexion

PLAZO_SALUD_S = 3
REINTENTO_BASE_S = 2.0
bitacora = registro(__name__)

_postgres: ServidorPostgres | None = None
_uri_embebida = ""


@dataclass(frozen=True)
class Parte:
    """Una parte de la instalación y si contesta."""

    nombre: str
    bien: bool
    detalle: str


# ---------------------------------------------------------------- La base
def postgres_embebido(config: Config) -> ServidorPostgres:
    """El servidor embebido de esta instalación; uno por proceso."""
    global _postgres
    if _postgres is None or _postgres.carpeta != config.NORA_DATOS / "postgres":
        _postgres = ServidorPostgres(config.NORA_DATOS / "postgres")
    return _postgres


def conectar_base(app: Flask, config: Config) -> None:
    """Deja listos los clientes de Supabase. Con la base embebida se asegura de que esté arriba."""
    api = None
    db_uri = config.SUPABASE_DB_URL
    if config.modo_supabase != "hospedado":
        api_uri = db_uri
        if config.modo_supabase == "embebido":
            direcciones = postgres_embebido(config).asegurar()
            api_uri, db_uri = direcciones.api, direcciones.servicio
        api = crear_api(
            api_uri, jwt_secreto=config.SUPABASE_JWT_SECRET, archivos=config.NORA_DATOS / "archivos"
        )
    usar_conexion(ConexionSupabase(config, api))
    app.extensions["nora_db_uri"] = db_uri


def db_uri_de(config: Config) -> str:
    """Dirección directa de PostgreSQL para lo que la necesita: cola, LISTEN, migraciones y respaldo."""
    if config.modo_supabase == "embebido":
        return postgres_embebido(config).asegurar().servicio
    return config.SUPABASE_DB_URL


def db_uri_de_respaldo(config: Config) -> str:
    """Con qué se respalda y restaura: ve todas las filas. En la embebida es el superusuario."""
    if config.modo_supabase == "embebido":
        return postgres_embebido(config).asegurar().administrador
    return config.SUPABASE_DB_URL


def preparar_base(config: Config) -> None:
    """Arranca la base si es embebida y aplica las migraciones que falten."""
    from .migraciones import migrar

    config.revisar()
    if config.modo_supabase == "embebido":
        servidor = postgres_embebido(config)
        servidor.asegurar()
        servidor.vigilar()
    migrar(config)


def preparar_base_o_insistir(config: Config) -> bool:
    """Como `preparar_base`; si el PostgreSQL es de fuera y no contesta, insiste en un hilo y se sirve mientras.

    Returns:
        Si la base quedó al día.

    Raises:
        psycopg.OperationalError: la base embebida no contesta, que es cosa nuestra.
    """
    try:
        preparar_base(config)
    except psycopg.OperationalError:
        if config.modo_supabase == "embebido":
            raise
        bitacora.warning(
            "base_no_contesta", consecuencia="se sirve; las migraciones se aplican cuando vuelva"
        )
        threading.Thread(target=_insistir, args=(config,), name="esperar-base", daemon=True).start()
        return False
    return True


def _insistir(config: Config) -> None:
    alto = threading.Event()
    while not alto.wait(REINTENTO_BASE_S):
        try:
            preparar_base(config)
        except psycopg.OperationalError:
            continue  # sigue sin contestar; ya se avisó
        bitacora.info("base_al_dia")
        return


def leer_noras() -> Iterator[dict[str, Any]]:
    """Las filas de todas las Noras activas."""
    from .registro import consultas

    return consultas.leer_noras_activas()


def avisar_sin_base() -> None:
    """Se sirve sin la base; las Noras entran cuando vuelva."""
    bitacora.warning("base_no_disponible_al_arrancar", consecuencia="las Noras entran cuando vuelva")


def cargar_demo(app: Flask) -> dict[str, str]:
    """Carga el negocio de demostración si no está. Devuelve sus cuentas: correo -> contraseña."""
    from .demo import cargar

    with app.app_context():
        return cargar(app)


# ---------------------------------------------------------------- Los hilos de este proceso
class HilosDelProceso:
    """Escucha de avisos, trabajador de la cola y programador: una vez por proceso, también después de un fork."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._candado = threading.Lock()
        self._proceso: int | None = None
        self._arriba = False
        self.escucha: Any = None
        self.trabajador: Any = None

    @property
    def arriba(self) -> bool:
        return self._arriba and not self.sin_arrancar

    @property
    def sin_arrancar(self) -> bool:
        """Si en este proceso nunca se arrancaron; los que ya se pararon no vuelven por una petición."""
        return self._proceso != os.getpid()

    def iniciar(self) -> None:
        """Los arranca si este proceso no los tiene."""
        if self.arriba:
            return
        with self._candado:
            if self.arriba:
                return
            self._proceso, self._arriba = os.getpid(), True
            from scheduler_jobs import encender, trabajos_por_id

            from .avisos import Escucha
            from .conversacion.trabajador import Trabajador

            config: Config = self.app.extensions["nora_config"]
            db_uri: str = self.app.extensions["nora_db_uri"]
            self.escucha = Escucha(self.app, db_uri)
            self.escucha.iniciar()
            if config.NORA_TRABAJADOR == "embebido":
                self.trabajador = Trabajador(db_uri, trabajos_por_id(self.app))
                self.trabajador.iniciar()
            encender(self.app)

    def detener(self) -> None:
        """Los para y espera; lo que el trabajador no acabe vuelve a la cola.

        Quien llame mientras otro ya los para, espera a que acabe.
        """
        with self._candado:
            if not self.arriba:
                return
            from scheduler_jobs import apagar

            apagar()
            partes = [parte for parte in (self.escucha, self.trabajador) if parte is not None]
            # Primero se les dice a todos y luego se espera: los plazos corren juntos.
            for parte in partes:
                parte.pedir_alto()
            for parte in partes:
                parte.detener()
            self._arriba = False


def hilos_de(app: Flask) -> HilosDelProceso:
    """Los hilos de esta aplicación en este proceso."""
    hilos: HilosDelProceso = app.extensions["nora_hilos"]
    return hilos


def poner_hilos(app: Flask) -> None:
    """Los hilos arrancan con la primera petición que llega por un socket de verdad, si nadie los arrancó antes.

    Así valen con cualquier servidor WSGI, y un comando de consola o una prueba no los levanta.
    """
    hilos = app.extensions["nora_hilos"] = HilosDelProceso(app)
    siguiente = app.wsgi_app

    def con_hilos(entorno: Any, contestar: Any) -> Any:
        if hilos.sin_arrancar and ("gunicorn.socket" in entorno or "werkzeug.socket" in entorno):
            hilos.iniciar()
        return siguiente(entorno, contestar)

    app.wsgi_app = con_hilos  # type: ignore[method-assign,assignment]


def iniciar_trabajos(app: Flask) -> None:
    """Arranca escucha, cola y programador en este proceso."""
    hilos_de(app).iniciar()


def al_bifurcar() -> None:
    """Después de un fork: los hilos y conexiones del padre no existen aquí."""
    from run import app

    if "nora_hilos" in app.extensions:
        hilos_de(app).iniciar()


def detener_todo(app: Flask | None) -> None:
    """Para hilos, clientes y, si este proceso es su dueño, la base embebida."""
    if app is not None:
        hilos_de(app).detener()
        conexion_actual().cerrar()
    if _postgres is not None:
        _postgres.detener()


def servir_solo(app: Flask, io: Any, host: str, puerto: int) -> int:
    """`python run.py`: sirve lo que ya está instalado, con la base al día."""
    from .servidor import cierre_por_senal, servir_hasta_senal

    config: Config = app.extensions["nora_config"]
    with cierre_por_senal():
        try:
            preparar_base_o_insistir(config)
            iniciar_trabajos(app)
            servir_hasta_senal(
                app, io, host, puerto, lambda: bitacora.info("sirviendo", host=host, puerto=puerto)
            )
        finally:
            detener_todo(app)
    return 0


# ---------------------------------------------------------------- Cómo está cada parte
def estado_de_las_partes(app: Flask) -> list[Parte]:
    """Base de datos, cola y programador, cada una con lo que pasa si no está."""
    base = _estado_de_la_base(app)
    return [base, _estado_de_la_cola(app, base), _estado_del_programador()]


def _estado_de_la_base(app: Flask) -> Parte:
    from .registro import consultas

    try:
        inicio = time.monotonic()
        consultas.contestar()
        return Parte("base de datos", True, f"contesta en {1000 * (time.monotonic() - inicio):.0f} ms")
    except ErrorServicioExterno:
        return Parte("base de datos", False, "no contesta: los mensajes que lleguen los repetirá Twilio")


def _estado_de_la_cola(app: Flask, base: Parte) -> Parte:
    from .conversacion.cola import hay_trabajador_vivo

    if not base.bien:
        return Parte("cola", False, "vive en la base de datos, que no contesta")
    try:
        vivo = hay_trabajador_vivo(app.extensions["nora_db_uri"], plazo_s=PLAZO_SALUD_S)
    except psycopg.Error:
        return Parte("cola", False, "la conexión directa a PostgreSQL no contesta")
    return Parte(
        "cola", vivo, "hay un trabajador atendiendo" if vivo else "ningún trabajador ha dado señal en 30 s"
    )


def _estado_del_programador() -> Parte:
    corriendo = bool(scheduler.running)
    return Parte("programador", corriendo, "corriendo" if corriendo else "no ha arrancado en este proceso")
