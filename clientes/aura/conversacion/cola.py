"""La cola de trabajos: procrastinate en su propio esquema, `cola`, de la misma base.

Aquí está lo que la cola es (instalarla, sus tareas, sus reintentos); quien la atiende está en `trabajador.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import UTC, datetime, timedelta
from functools import wraps
from importlib import metadata
from pathlib import Path
from typing import Any, TypeVar, cast

import procrastinate
import psycopg
from packaging.version import Version
from procrastinate.jobs import Job
from procrastinate.retry import BaseRetryStrategy, RetryDecision
from procrastinate.schema import SchemaManager
from psycopg import sql

from ..medios import preparar
from ..utils.errores import ErrorNora, ErrorServicioExterno
from ..utils.logging_utils import contexto_de_registro, registro
from . import avisos_telefono, consultas, salida, turno
from .conector import Conector
from .errores import Reintentar

bitacora = registro(__name__)

ESQUEMA = "cola"
OPCIONES = f"-c search_path={ESQUEMA},public"
COLAS = ("mensajes", "programador")
COLA_DE_ARCHIVOS = "medios"
# Con espera de hasta un minuto, una base o un proveedor ausentes por horas no pierden nada.
INTENTOS_MAXIMOS = 300
INTENTOS_POR_FALLA_NUESTRA = 6
ESPERA_MAXIMA_S = 60
LATIDO_S = 5.0
ATORADO_S = 15.0

Trabajos = Mapping[str, Callable[[datetime], str]]
T = TypeVar("T")


class Reintento(BaseRetryStrategy):
    """Espera creciente con tope. Lo que falla por culpa ajena (base, proveedor) insiste mucho más que lo nuestro."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        ajena = isinstance(exception, (Reintentar, ErrorServicioExterno))
        if job.attempts + 1 >= (INTENTOS_MAXIMOS if ajena else INTENTOS_POR_FALLA_NUESTRA):
            return None
        espera = min(2.0 ** min(job.attempts, 6), ESPERA_MAXIMA_S)
        if isinstance(exception, Reintentar):
            espera = exception.en_segundos if exception.en_segundos is not None else espera
        return RetryDecision(retry_at=datetime.now(UTC) + timedelta(seconds=espera))


def crear_cola(db_uri: str, trabajos: Trabajos | None = None, *, conexiones: int = 4) -> procrastinate.App:
    """La aplicación de procrastinate con nuestras tareas. No se conecta hasta abrirla.

    Args:
        db_uri: dirección libpq directa o de sesión (no un pooler por transacción).
        trabajos: los del programador, por su id; cada uno recibe su periodo y devuelve una frase.
        conexiones: tope del pozo.
    """
    conector = Conector(
        conninfo=db_uri,
        kwargs={"options": OPCIONES, "connect_timeout": 5},
        min_size=1,
        max_size=conexiones,
        timeout=5.0,
        reconnect_timeout=5.0,
        num_workers=1,
    )
    cola = procrastinate.App(connector=conector)
    cola.task(name="atender_conversacion", queue="mensajes", retry=Reintento(), pass_context=True)(
        con_peticion(_atender)
    )
    cola.task(name="enviar_saliente", queue="mensajes", retry=Reintento())(con_peticion(_enviar))
    cola.task(name="preparar_medio", queue=COLA_DE_ARCHIVOS, retry=Reintento(), pass_context=True)(
        con_peticion(_preparar_medio)
    )
    cola.task(name="borrar_archivos", queue=COLA_DE_ARCHIVOS, retry=Reintento())(
        con_peticion(preparar.borrar)
    )
    cola.task(name="avisar_espera", queue="mensajes", retry=Reintento())(
        con_peticion(avisos_telefono.avisar_espera)
    )
    cola.task(name="avisar_mencion", queue="mensajes")(con_peticion(avisos_telefono.avisar_mencion))
    cola.task(name="avisar_prueba", queue="mensajes")(con_peticion(avisos_telefono.avisar_prueba))

    def ejecutar(trabajo: str, periodo: str) -> None:
        _ejecutar(trabajos or {}, trabajo, periodo)

    cola.task(name="ejecutar_trabajo", queue="programador")(con_peticion(ejecutar))
    return cola


def con_peticion(tarea: Callable[..., None]) -> Callable[..., None]:
    """Una tarea que anota con el id de la petición que la encoló (`cola.encolar` lo deja en sus argumentos)."""

    @wraps(tarea)
    def envuelta(*posicionales: Any, peticion: str = "", **argumentos: Any) -> None:
        with contexto_de_registro(peticion=peticion):
            try:
                tarea(*posicionales, **argumentos)
            except (Reintentar, ErrorServicioExterno):
                raise  # se esperaba: la cola insiste
            except Exception:
                # La biblioteca calla lo que va a reintentar; una falla nuestra se ve desde la primera.
                bitacora.exception("trabajo_fallo", tarea=tarea.__name__)
                raise

    return envuelta


def _atender(contexto: procrastinate.JobContext, nombre_nora: str, conversacion_id: str) -> None:
    try:
        turno.atender(nombre_nora, conversacion_id)
    except (Reintentar, ErrorServicioExterno):
        raise
    except Exception:  # venga de donde venga, el cliente no debe quedarse sin respuesta
        # Un mensaje que siempre nos hace fallar no debe dar vueltas sin fin: pasa a una persona.
        if contexto.job.attempts + 1 >= INTENTOS_POR_FALLA_NUESTRA:
            bitacora.exception("turno_fallido", nora=nombre_nora, conversacion_id=conversacion_id)
            turno.rendirse(nombre_nora, conversacion_id)
            return
        raise


def _enviar(nombre_nora: str, saliente_id: int) -> None:
    salida.enviar_saliente(nombre_nora, saliente_id)


def _preparar_medio(contexto: procrastinate.JobContext, nombre_nora: str, medio_id: str) -> None:
    try:
        preparar.preparar(nombre_nora, medio_id)
    except (Reintentar, ErrorServicioExterno):
        raise
    except Exception:  # un archivo que siempre nos hace fallar no debe dar vueltas sin fin
        if contexto.job.attempts + 1 >= INTENTOS_POR_FALLA_NUESTRA:
            bitacora.exception("archivo_fallido", nora=nombre_nora, medio=medio_id)
            preparar.rendirse(nombre_nora, medio_id)
            return
        raise


def _ejecutar(trabajos: Trabajos, trabajo: str, periodo: str) -> None:
    """Corre un trabajo del programador y anota cómo le fue. Un fallo no se repite: ya vendrá el siguiente periodo."""
    momento = datetime.fromisoformat(periodo)
    funcion = trabajos.get(trabajo)
    if funcion is None:
        consultas.anotar_ejecucion(trabajo, momento, "fallido", "Este trabajo ya no existe.")
        return
    consultas.anotar_ejecucion(trabajo, momento, "corriendo", "")
    try:
        with contexto_de_registro(trabajo=trabajo):
            resultado = funcion(momento)
    except Exception as error:  # un trabajo puede fallar de cualquier modo; se anota y se relanza
        consultas.anotar_ejecucion(trabajo, momento, "fallido", _en_palabras(error))
        raise
    consultas.anotar_ejecucion(trabajo, momento, "hecho", resultado)


def _en_palabras(error: Exception) -> str:
    """Qué pasó, para `/admin/salud`. De una falla no prevista solo su clase: su texto puede traer datos de alguien."""
    if isinstance(error, ErrorNora):
        return f"{error.mensaje} {error.que_hacer}".strip()
    return f"Falló algo que no se esperaba ({type(error).__name__}). La traza está en el registro del trabajador."


# ---------------------------------------------------------------- instalar
def instalar_cola(db_uri: str) -> str:
    """Instala o pone al día el esquema de procrastinate en `cola`. Repetirla no cambia nada.

    Returns:
        La versión de la biblioteca que quedó anotada.

    Raises:
        psycopg.Error: si la base no deja; nada queda a medias.
    """
    version = metadata.version("procrastinate")
    with psycopg.connect(db_uri, connect_timeout=10) as conexion:
        conexion.execute("select pg_advisory_xact_lock(hashtext('cola.version_instalada'))")
        conexion.execute(sql.SQL("create schema if not exists {}").format(sql.Identifier(ESQUEMA)))
        conexion.execute("set local search_path to cola, public")
        conexion.execute(
            "create table if not exists cola.version_instalada ("
            " unica boolean primary key default true check (unica), version text not null,"
            " fecha timestamptz not null default now())"
        )
        anotada = conexion.execute("select version from cola.version_instalada").fetchone()
        hay_tablas = conexion.execute("select to_regclass('cola.procrastinate_jobs') is not null").fetchone()
        if not (hay_tablas and hay_tablas[0]):
            conexion.execute(SchemaManager.get_schema())
        elif anotada:
            for guion in migraciones_pendientes(anotada[0], Path(SchemaManager.get_migrations_path())):
                conexion.execute(guion.read_bytes())
        _fijar_rutas(conexion)
        conexion.execute(
            "insert into cola.version_instalada (version) values (%s)"
            " on conflict (unica) do update set version = excluded.version, fecha = now()"
            " where version_instalada.version <> excluded.version",
            [version],
        )
    return version


def migraciones_pendientes(anotada: str, carpeta: Path) -> list[Path]:
    """Los guiones de la biblioteca posteriores a la versión anotada, en orden.

    Sus nombres empiezan con la versión que los trae: `03.04.00_01_pre_algo.sql`.
    """
    desde = Version(anotada)
    guiones = sorted(ruta for ruta in carpeta.glob("*.sql") if ruta.name[:2].isdigit())
    return [ruta for ruta in guiones if Version(ruta.name.split("_", 1)[0]) > desde]


def _fijar_rutas(conexion: psycopg.Connection[Any]) -> None:
    # Las funciones de la biblioteca no fijan su search_path y las llaman disparadores nuestros con otro.
    rutinas = conexion.execute(
        "select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace"
        " where n.nspname = 'cola' and p.proname like 'procrastinate\\_%' and p.proconfig is null"
    ).fetchall()
    for (firma,) in rutinas:
        conexion.execute(cast(Any, f"alter routine {firma} set search_path = cola, pg_temp"))


# ---------------------------------------------------------------- barrer
async def liberar_en(cola: procrastinate.App, segundos: float = ATORADO_S) -> int:
    """Devuelve a la cola lo que dejó a medias un trabajador que ya no late. La cola debe estar abierta."""
    gerente = cola.job_manager
    atorados = list(await gerente.get_stalled_jobs(seconds_since_heartbeat=segundos))
    for trabajo in atorados:
        await gerente.retry_job(trabajo)
    await gerente.prune_stalled_workers(segundos)
    return len(atorados)


def liberar_atorados(db_uri: str, segundos: float = ATORADO_S) -> int:
    """Libera lo atorado y vuelve a encolar los mensajes que se quedaron sin trabajo.

    Args:
        segundos: sin latido desde los que un trabajador se da por muerto.

    Returns:
        Cuántos trabajos volvieron a la cola.
    """
    liberados = _con_cola(db_uri, lambda cola: liberar_en(cola, segundos))
    return liberados + consultas.repescar_mensajes()


def limpiar_terminados(db_uri: str, dias: int = 7) -> int:
    """Borra de la cola lo terminado hace más de `dias`. Devuelve cuántos trabajos se borraron."""

    async def contar(cola: procrastinate.App) -> int:
        fila = await cola.connector.execute_query_one_async(
            "select count(*) as cuantos from procrastinate_jobs"
        )
        return int(fila["cuantos"])

    async def limpiar(cola: procrastinate.App) -> int:
        antes = await contar(cola)
        await cola.job_manager.delete_old_jobs(
            nb_hours=dias * 24, include_failed=True, include_cancelled=True, include_aborted=True
        )
        return max(0, antes - await contar(cola))

    return _con_cola(db_uri, limpiar)


def _con_cola(db_uri: str, hacer: Callable[[procrastinate.App], Awaitable[T]]) -> T:
    async def correr() -> T:
        cola = crear_cola(db_uri, conexiones=1)
        async with cola.open_async():
            return await hacer(cola)

    # En un hilo suyo: quien llama puede tener ya un ciclo de asyncio corriendo en el propio.
    contexto = copy_context()
    with ThreadPoolExecutor(1) as hilo:
        return hilo.submit(contexto.run, lambda: asyncio.run(correr())).result()


def hay_trabajador_vivo(db_uri: str, plazo_s: int = 3, latido_s: int = 30) -> bool:
    """Si algún trabajador de cualquier máquina ha latido en los últimos `latido_s` segundos.

    Raises:
        psycopg.Error: la base no contestó en `plazo_s` segundos.
    """
    opciones = f"{OPCIONES} -c statement_timeout={plazo_s * 1000}"
    with psycopg.connect(db_uri, connect_timeout=plazo_s, options=opciones) as conexion:
        fila = conexion.execute(
            "select exists (select 1 from procrastinate_workers"
            " where last_heartbeat > now() - make_interval(secs => %s))",
            [latido_s],
        ).fetchone()
    return bool(fila and fila[0])
