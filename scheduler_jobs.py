"""Tareas programadas: la lista, cuándo tocan, y cómo cada disparo ocurre una sola vez entre todos los procesos.

APScheduler despierta a todos los procesos a la vez; cada uno intenta reclamar el disparo en la base y solo uno lo
logra. El reclamo deja el trabajo en la cola, en la misma transacción.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from flask import Flask

from clientes.aura import mantenimiento
from clientes.aura.registro import consultas
from clientes.aura.registro.manifiesto import Trabajo
from clientes.aura.utils.errores import ErrorServicioExterno
from clientes.aura.utils.logging_utils import registro
from extensiones import scheduler

ZONA = "America/Hermosillo"
TOLERANCIA = timedelta(minutes=5)
bitacora = registro(__name__)

TRABAJOS: tuple[Trabajo, ...] = (
    Trabajo(
        id="liberar_atorados",
        cron="* * * * *",
        zona="UTC",
        hacer=mantenimiento.liberar_atorados,
        descripcion="Devuelve a la cola lo que dejó un trabajador caído y retoma mensajes sin trabajo",
    ),
    Trabajo(
        id="barrido_de_mensajes",
        cron="*/5 * * * *",
        zona="UTC",
        hacer=mantenimiento.barrer_proveedores,
        descripcion="Le pregunta a Twilio qué recibió y toma lo que aquí no llegó",
    ),
    Trabajo(
        id="respaldo_diario",
        cron="30 2 * * *",
        zona=ZONA,
        hacer=mantenimiento.respaldo_diario,
        descripcion="Respalda la base y los archivos",
    ),
    Trabajo(
        id="limpieza_diaria",
        cron="30 3 * * *",
        zona=ZONA,
        hacer=mantenimiento.limpieza_diaria,
        descripcion="Borra trabajos terminados, intentos y sesiones viejas, y mensajes fuera de su retención",
    ),
)


def todos_los_trabajos(app: Flask) -> list[Trabajo]:
    """Los de aquí y los que los módulos ofrecen en sus manifiestos. Dos con el mismo id son un error."""
    trabajos = list(TRABAJOS)
    for modulo in app.extensions["catalogo_modulos"].en_orden():
        trabajos += modulo.manifiesto.trabajos
    ids = [trabajo.id for trabajo in trabajos]
    repetidos = {uno for uno in ids if ids.count(uno) > 1}
    if repetidos:
        raise ValueError(f"Dos trabajos con el mismo id: {', '.join(sorted(repetidos))}.")
    return trabajos


def trabajos_por_id(app: Flask) -> Mapping[str, Callable[[datetime], str]]:
    """Qué correr por cada id, dentro de la aplicación."""

    def dentro(trabajo: Trabajo, periodo: datetime) -> str:
        with app.app_context():
            return trabajo.hacer(periodo)

    return {trabajo.id: partial(dentro, trabajo) for trabajo in todos_los_trabajos(app)}


def inicializar_cron_jobs(app: Flask, programador: BackgroundScheduler = scheduler) -> None:
    """Inscribe cada trabajo en APScheduler; el programador arranca después, con los hilos del proceso."""
    for trabajo in todos_los_trabajos(app):
        programador.add_job(
            partial(disparar, app, trabajo),
            CronTrigger.from_crontab(trabajo.cron, timezone=ZoneInfo(trabajo.zona)),
            id=trabajo.id,
            replace_existing=True,
            coalesce=True,
            misfire_grace_time=int(TOLERANCIA.total_seconds()),
        )


def periodo_vigente(trabajo: Trabajo, ahora: datetime) -> datetime | None:
    """El último instante (UTC) en que le tocaba a un trabajo, si fue hace menos que la tolerancia.

    Args:
        ahora: instante con zona; quien llama lo da, para poder probar sin reloj.
    """
    disparador = CronTrigger.from_crontab(trabajo.cron, timezone=ZoneInfo(trabajo.zona))
    ultimo = None
    siguiente = disparador.get_next_fire_time(None, ahora - TOLERANCIA)
    while siguiente is not None and siguiente <= ahora:
        ultimo = siguiente
        siguiente = disparador.get_next_fire_time(siguiente, siguiente + timedelta(seconds=1))
    return None if ultimo is None else ultimo.astimezone(UTC)


def reclamar(trabajo: Trabajo, ahora: datetime, proceso: str = "") -> bool:
    """Intenta quedarse con el disparo de ahora. Verdadero en un solo proceso por periodo.

    Raises:
        ErrorServicioExterno: la base no contesta; nadie lo reclamó.
    """
    periodo = periodo_vigente(trabajo, ahora)
    if periodo is None:
        return False
    return consultas.reclamar_ejecucion(trabajo.id, periodo, ahora, proceso or _este_proceso())


def disparar(app: Flask, trabajo: Trabajo) -> None:
    """Lo que APScheduler llama en cada proceso."""
    with app.app_context():
        try:
            if reclamar(trabajo, datetime.now(UTC)):
                bitacora.info("disparo_reclamado", trabajo=trabajo.id)
        except ErrorServicioExterno:
            bitacora.warning("disparo_sin_base", trabajo=trabajo.id)


def _este_proceso() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"
