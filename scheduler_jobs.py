"""Tareas programadas: la lista, cuándo tocan, y cómo cada disparo ocurre una sola vez entre todos los procesos.

APScheduler despierta a todos los procesos a la vez; cada uno intenta reclamar el disparo en la base y solo uno lo
logra. El reclamo deja el trabajo en la cola, en la misma transacción.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from flask import Flask

from clientes.aura import mantenimiento
from clientes.aura.registro import consultas
from clientes.aura.registro.manifiesto import Trabajo
from clientes.aura.utils.errores import ErrorServicioExterno
from clientes.aura.utils.logging_utils import registro
from extensiones import scheduler

ZONA = "America/Hermosillo"
TOLERANCIA = timedelta(minutes=5)
CADA_CUANTO_AL_DIA = timedelta(minutes=10)
SALTO_DE_HORARIO = timedelta(hours=2)
AL_ARRANCAR = timedelta(seconds=20)
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
        recuperar_horas=20,
        descripcion="Respalda la base y los archivos",
    ),
    Trabajo(
        id="limpieza_diaria",
        cron="30 3 * * *",
        zona=ZONA,
        hacer=mantenimiento.limpieza_diaria,
        recuperar_horas=20,
        descripcion="Borra trabajos terminados, intentos y sesiones viejas, y mensajes fuera de su retención",
    ),
    Trabajo(
        id="barrido_de_archivos",
        cron="0 4 * * *",
        zona=ZONA,
        hacer=mantenimiento.barrer_archivos,
        recuperar_horas=20,
        descripcion="Borra del disco los archivos que un corte dejó sin nombre",
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
    """Inscribe cada trabajo en APScheduler; el programador arranca después, con los hilos del proceso.

    Los de otra aplicación de este proceso se quitan: el programador es uno y sirve a la última.
    """
    programador.remove_all_jobs()
    for trabajo in todos_los_trabajos(app):
        programador.add_job(
            partial(disparar, app, trabajo),
            CronTrigger.from_crontab(trabajo.cron, timezone=ZoneInfo(trabajo.zona)),
            id=trabajo.id,
            replace_existing=True,
            coalesce=True,
            misfire_grace_time=int(TOLERANCIA.total_seconds()),
        )
    programador.add_job(
        partial(ponerse_al_dia, app, {}),
        IntervalTrigger(
            seconds=int(CADA_CUANTO_AL_DIA.total_seconds()), start_date=datetime.now(UTC) + AL_ARRANCAR
        ),
        id="ponerse_al_dia",
        replace_existing=True,
        coalesce=True,
        misfire_grace_time=int(CADA_CUANTO_AL_DIA.total_seconds()),
    )


def encender(app: Flask, programador: BackgroundScheduler = scheduler) -> None:
    """Lo arranca con los trabajos de esta aplicación, si no corre ya. Vale también después de `apagar`."""
    if not programador.running:
        inicializar_cron_jobs(app, programador)
        programador.start()


def apagar(programador: BackgroundScheduler = scheduler) -> None:
    """Lo para sin esperar a lo que esté corriendo; no hace nada si no corre."""
    if not programador.running:
        return
    programador.shutdown(wait=False)
    # Su reserva de hilos ya no acepta nada: APScheduler la guardaría y, encendido otra vez, ningún disparo correría.
    programador.remove_executor("default", shutdown=False)


def periodo_vigente(trabajo: Trabajo, ahora: datetime, atras: timedelta = TOLERANCIA) -> datetime | None:
    """El último instante (UTC) en que le tocaba a un trabajo, si fue hace menos que `atras`.

    En el cambio de horario, una hora que no existe se corre a la siguiente que sí, y la que se repite vale una vez:
    la primera.

    Args:
        ahora: instante con zona; quien llama lo da, para poder probar sin reloj.
    """
    ultimo = None
    for momento in _momentos(trabajo, ahora - atras):
        if momento > ahora:
            return ultimo
        ultimo = momento
    return ultimo


def siguiente_vez(trabajo: Trabajo, ahora: datetime) -> datetime | None:
    """Cuándo le vuelve a tocar, en UTC; None si su cron ya no tiene futuro."""
    return next((momento for momento in _momentos(trabajo, ahora) if momento > ahora), None)


def _momentos(trabajo: Trabajo, desde: datetime) -> Iterator[datetime]:
    """Los instantes (UTC) en que le toca, desde `desde`, sin repetir la hora que el cambio de horario repite."""
    zona = ZoneInfo(trabajo.zona)
    disparador = CronTrigger.from_crontab(trabajo.cron, timezone=zona)
    hora_fija = trabajo.cron.split()[1] != "*" and "/" not in trabajo.cron.split()[1]
    # Una hora que no existe (2:30) corre cuando el reloj ya dice otra (3:30): buscando desde ahí no se vería.
    momento = disparador.get_next_fire_time(None, desde - (SALTO_DE_HORARIO if hora_fija else timedelta(0)))
    while momento is not None:
        en_utc = momento.astimezone(UTC)
        # Un trabajo con hora fija en la hora repetida tocaría dos veces el mismo día.
        if en_utc >= desde and not (hora_fija and momento.fold):
            yield en_utc
        momento = disparador.get_next_fire_time(None, en_utc + timedelta(seconds=1))


def reclamar(trabajo: Trabajo, ahora: datetime, proceso: str = "") -> bool:
    """Intenta quedarse con el disparo de ahora. Verdadero en un solo proceso por periodo.

    Raises:
        ErrorServicioExterno: la base no contesta; nadie lo reclamó.
    """
    periodo = periodo_vigente(trabajo, ahora)
    if periodo is None:
        return False
    return consultas.reclamar_ejecucion(trabajo.id, periodo, ahora, proceso or _este_proceso())


def recuperar(trabajo: Trabajo, ahora: datetime, proceso: str = "") -> datetime | None:
    """El último periodo que nadie tomó, si el trabajo dice que se recupera. Verdadero en un solo proceso, una vez.

    Solo el último: lo que faltó de tres días se hace una vez. Lo que todavía es de hora lo reclama `reclamar`.

    Returns:
        El periodo recuperado; None si no había nada que recuperar.

    Raises:
        ErrorServicioExterno: la base no contesta; se intenta en la siguiente vuelta.
    """
    periodo = periodo_por_recuperar(trabajo, ahora)
    if periodo is None:
        return None
    tomado = consultas.recuperar_ejecucion(trabajo.id, periodo, ahora, proceso or _este_proceso())
    return periodo if tomado else None


def periodo_por_recuperar(trabajo: Trabajo, ahora: datetime) -> datetime | None:
    """El último periodo que ya pasó de la tolerancia y todavía vale la pena hacer; None si no se recupera."""
    if not trabajo.recuperar_horas:
        return None
    periodo = periodo_vigente(trabajo, ahora, timedelta(hours=trabajo.recuperar_horas))
    return None if periodo is None or ahora - periodo < TOLERANCIA else periodo


def ponerse_al_dia(app: Flask, vistos: dict[str, datetime], ahora: datetime | None = None) -> None:
    """Busca lo que no corrió porque todo estaba abajo. Cada proceso pregunta una vez por periodo.

    Args:
        vistos: por trabajo, el último periodo por el que este proceso ya preguntó; aquí se anota.
        ahora: el instante; el de este momento si no se dice.
    """
    ahora = ahora or datetime.now(UTC)
    with app.app_context():
        for trabajo in todos_los_trabajos(app):
            periodo = periodo_por_recuperar(trabajo, ahora)
            if periodo is None or vistos.get(trabajo.id) == periodo:
                continue
            try:
                if recuperar(trabajo, ahora):
                    bitacora.info("disparo_recuperado", trabajo=trabajo.id, periodo=periodo.isoformat())
            except ErrorServicioExterno:
                bitacora.warning("disparo_sin_base", trabajo=trabajo.id)
                return
            vistos[trabajo.id] = periodo


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
