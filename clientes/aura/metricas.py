"""Métricas en texto de Prometheus: lo que cuentan los procesos y lo que está en la base, y quién mide las peticiones.

Con varios procesos cada uno escribe lo suyo en `NORA_DATOS/metricas` (la carpeta la pone `app_config`) y quien contesta
suma; lo que vive en la base se lee al contestar, y es igual lo conteste quien lo conteste.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Flask, current_app, g, request
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest, values
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector
from werkzeug.wrappers import Response

from app_config import Config

from . import consultas_metricas
from .utils import medidas
from .utils.errores import ErrorServicioExterno
from .utils.logging_utils import registro

bitacora = registro(__name__)
ZONA = ZoneInfo("America/Hermosillo")
METODOS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
CALLADA_S = 86_400.0  # una máquina que sirve escribe en sus archivos todo el tiempo
SIN_RENGLON = frozenset({"static", "salud.vive", "salud.metricas"})


def preparar(app: Flask) -> None:
    """Mide cada petición. En producción además deja un renglón por petición, que hace de registro de accesos."""
    app.before_request_funcs.setdefault(None, []).insert(0, _empezar)
    app.after_request(_terminar)


def texto() -> bytes:
    """Todo, en el formato de Prometheus. Sin base, lo de los procesos y `nora_base_contesta 0`."""
    de_la_base = CollectorRegistry(auto_describe=False)
    de_la_base.register(_DeLaBase())
    if _varios_procesos():
        config: Config = current_app.extensions["nora_config"]
        todos = CollectorRegistry(auto_describe=False)
        todos.register(_DeLosProcesos(config.NORA_DATOS / "metricas"))
        return generate_latest(todos) + generate_latest(de_la_base)
    return generate_latest(REGISTRY) + generate_latest(de_la_base)


def _varios_procesos() -> bool:
    return bool(values.ValueClass.__name__ == "MmapedValue")


class _DeLosProcesos(Collector):
    """La suma de lo que cada proceso dejó en su archivo, de todas las máquinas que comparten la carpeta."""

    def __init__(self, carpeta: Path) -> None:
        self._carpeta = carpeta

    def collect(self) -> Iterator[Metric]:
        """Lo pide `generate_latest`."""
        archivos = [str(archivo) for archivo in self._carpeta.glob("*/*.db")]
        yield from MultiProcessCollector.merge(archivos, accumulate=True)  # type: ignore[no-untyped-call]


class _DeLaBase(Collector):
    """Lo que todos los procesos comparten."""

    def collect(self) -> Iterator[Metric]:
        """Lo pide `generate_latest`."""
        contesta = GaugeMetricFamily("nora_base_contesta", "1 si la base contestó al leer estas métricas")
        try:
            familias = [*_familias(consultas_metricas.instalacion()), *_de_gasto()]
        except ErrorServicioExterno:
            bitacora.warning("metricas_sin_base")
            familias = []
        contesta.add_metric([], 1 if familias else 0)
        yield contesta
        yield from familias
        yield from _conexiones_de_la_api()


def _familias(estado: consultas_metricas.Instalacion) -> Iterator[Metric]:
    trabajos = GaugeMetricFamily("nora_cola_trabajos", "Trabajos en la cola", labels=("cola", "estado"))
    edad = GaugeMetricFamily(
        "nora_cola_mas_viejo_segundos", "Lo que lleva el que más espera", labels=("cola",)
    )
    for cola in estado.cola:
        trabajos.add_metric([cola.cola, cola.estado], cola.cuantos)
        if cola.estado == "espera":
            edad.add_metric([cola.cola], cola.mas_viejo_s)
    yield trabajos
    yield edad
    yield GaugeMetricFamily("nora_cola_trabajadores", "Trabajadores que laten", value=estado.trabajadores)
    fin = GaugeMetricFamily("nora_trabajo_fin_segundos", "Cuándo terminó por última vez", labels=("trabajo",))
    dura = GaugeMetricFamily("nora_trabajo_dura_segundos", "Cuánto tardó la última vez", labels=("trabajo",))
    bien = GaugeMetricFamily("nora_trabajo_bien", "1 si la última vez salió bien", labels=("trabajo",))
    for uno in estado.trabajos:
        bien.add_metric([uno.trabajo], int(uno.bien))
        if uno.fin is not None:
            fin.add_metric([uno.trabajo], uno.fin)
        if uno.duracion_s is not None:
            dura.add_metric([uno.trabajo], uno.duracion_s)
    yield from (fin, dura, bien)
    yield GaugeMetricFamily("nora_base_conexiones", "Conexiones abiertas a la base", value=estado.conexiones)
    yield GaugeMetricFamily(
        "nora_base_conexiones_maximas", "Las que admite la base", value=estado.conexiones_maximas
    )


def _de_gasto() -> Iterator[Metric]:
    inicio = datetime.now(ZONA).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    gasto = consultas_metricas.gasto(inicio.astimezone(UTC))
    tokens = GaugeMetricFamily("nora_ia_tokens_mes", "Tokens del mes en curso", labels=("sentido",))
    tokens.add_metric(["entrada"], gasto.tokens_entrada)
    tokens.add_metric(["salida"], gasto.tokens_salida)
    yield tokens
    yield GaugeMetricFamily("nora_ia_pesos_mes", "Pesos gastados en modelos este mes", value=gasto.pesos)
    yield GaugeMetricFamily(
        "nora_esperan_persona", "Clientes que esperan a una persona", value=gasto.esperan_persona
    )


def _conexiones_de_la_api() -> Iterator[Metric]:
    """El pozo de conexiones de la API local de este proceso; con Supabase hospedado no hay."""
    from .utils.supabase_client import conexion_actual

    api = conexion_actual().api_local
    if api is None:
        return
    familia = GaugeMetricFamily(
        "nora_pozo_conexiones", "Conexiones de la API en el proceso que contesta", labels=("estado",)
    )
    for estado, cuantas in api.conexiones().items():
        familia.add_metric([estado], cuantas)
    yield familia


# ---------------------------------------------------------------- Peticiones
def _empezar() -> None:
    g.inicio_peticion = time.perf_counter()


def _terminar(respuesta: Response) -> Response:
    """La regla y no la dirección: la dirección lleva nombres e ids."""
    regla = request.url_rule.rule if request.url_rule is not None else "ninguna"
    segundos = time.perf_counter() - g.get("inicio_peticion", time.perf_counter())
    metodo = request.method if request.method in METODOS else "otro"
    medidas.PETICIONES.labels(metodo, regla, respuesta.status_code).inc()
    medidas.DURACION.labels(regla).observe(segundos)
    if (request.endpoint or "").startswith("webhook."):
        clase = "estado" if "estado" in (request.endpoint or "") else "mensaje"
        medidas.WEBHOOK.labels(clase).observe(segundos)
    config: Config = current_app.extensions["nora_config"]
    if config.es_produccion and request.endpoint not in SIN_RENGLON:
        bitacora.info(
            "peticion",
            metodo=metodo,
            regla=regla,
            estado=respuesta.status_code,
            ms=round(1000 * segundos, 1),
            nora=g.get("nombre_nora"),
            persona=identidad.usuario_id if (identidad := g.get("identidad")) else None,
        )
    return respuesta


# ---------------------------------------------------------------- Archivos de cada proceso
def empezar_carpeta(carpeta: Path) -> None:
    """Al arrancar el servidor: nada de lo que dejó el anterior cuenta como de ahora."""
    for archivo in carpeta.glob("gauge_*.db"):
        archivo.unlink(missing_ok=True)
    quitar_de_muertos(carpeta)
    # Cada versión de un contenedor trae otro nombre de máquina y comparte el disco: lo del que ya no escribe, sobra.
    viejo = time.time() - CALLADA_S
    for otra in carpeta.parent.iterdir():
        archivos = list(otra.glob("*.db"))
        if otra != carpeta and archivos and all(archivo.stat().st_mtime < viejo for archivo in archivos):
            shutil.rmtree(otra, ignore_errors=True)


def proceso_terminado(carpeta: Path, numero: int) -> None:
    """Sus sockets ya no existen; lo que contó se queda."""
    mark_process_dead(numero, str(carpeta))  # type: ignore[no-untyped-call]


def quitar_de_muertos(carpeta: Path) -> int:
    """Borra los archivos de procesos que ya no están en esta máquina. Devuelve cuántos.

    Un contador que baja es, para Prometheus, un reinicio: no se pierde nada de lo que ya leyó.
    """
    quitados = 0
    for archivo in carpeta.glob("*.db"):
        numero = archivo.stem.rpartition("_")[2]
        if numero.isdigit() and not _vive(int(numero)):
            archivo.unlink(missing_ok=True)
            quitados += 1
    return quitados


def _vive(numero: int) -> bool:
    try:
        os.kill(numero, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # de otro usuario
    return True
