"""El plazo del lado del cliente, PostgreSQL congelado, caído y de vuelta."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from apoyo.api_local import SECRETO, Escenario
from apoyo.postgres import OPCIONES
from psycopg import sql

from clientes.aura.supabase_local import ServidorPostgres, crear_api, motor
from clientes.aura.supabase_local.lugar import leer_lugar
from clientes.aura.supabase_local.procesos import pid_anotado

PLAZO = 1.0


@pytest.fixture(scope="module")
def servidor() -> Iterator[ServidorPostgres]:
    """Un servidor propio: aquí se le congela y se le mata."""
    carpeta = Path(tempfile.mkdtemp(prefix="nora-plazo-"))
    carpeta.chmod(0o755)
    with ServidorPostgres(
        carpeta / "pg", opciones={**OPCIONES, "max_connections": "30", "synchronous_commit": "on"}
    ) as nuevo:
        yield nuevo
    shutil.rmtree(carpeta, ignore_errors=True)


@pytest.fixture
def escenario(servidor: ServidorPostgres) -> Iterator[Escenario]:
    direcciones = servidor.asegurar()
    api = crear_api(direcciones.api, jwt_secreto=SECRETO, plazo_s=PLAZO, conexiones=2)
    nuevo = Escenario(direcciones, api)
    nuevo.sql("create table if not exists t (id int primary key)")
    nuevo.sql(
        "create or replace function duerme(s float8) returns int language sql as 'select 1 from pg_sleep(s)'"
    )
    yield nuevo
    api.cerrar()


def procesos(servidor: ServidorPostgres) -> list[int]:
    """El postmaster y todos sus hijos."""
    lugar = leer_lugar(servidor.carpeta)
    assert lugar is not None
    padre = pid_anotado(lugar.datos)
    assert padre is not None
    hijos = []
    for ruta in Path("/proc").glob("[0-9]*/stat"):
        try:
            resto = ruta.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(resto[1]) == padre:
            hijos.append(int(ruta.parent.name))
    return [padre, *hijos]


def test_una_orden_larga_es_503_y_la_conexion_se_cierra(escenario: Escenario) -> None:
    http = escenario.http()
    inicio = time.monotonic()
    respuesta = http.post("/rpc/duerme", json={"s": 30})
    assert (respuesta.status_code, respuesta.json()["code"]) == (503, "PGRST003")
    assert PLAZO * 0.9 < time.monotonic() - inicio < PLAZO + 1
    assert http.get("/t").status_code == 200


def test_sin_turno_tambien_cuenta(escenario: Escenario) -> None:
    http = escenario.http()
    estados: list[int] = []
    hilos = [
        threading.Thread(target=lambda: estados.append(http.post("/rpc/duerme", json={"s": 30}).status_code))
        for _ in range(4)
    ]
    inicio = time.monotonic()
    for hilo in hilos:
        hilo.start()
    for hilo in hilos:
        hilo.join()
    assert estados == [503] * 4 and time.monotonic() - inicio < PLAZO + 1.5


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="congela los procesos que lee de /proc")
def test_postgres_congelado(servidor: ServidorPostgres, escenario: Escenario) -> None:
    http = escenario.http()
    assert http.get("/t").status_code == 200
    congelados = procesos(servidor)
    for pid in congelados:
        os.kill(pid, signal.SIGSTOP)
    try:
        for _ in range(2):
            inicio = time.monotonic()
            respuesta = http.get("/t")
            assert (respuesta.status_code, respuesta.json()["code"]) == (503, "PGRST003")
            assert time.monotonic() - inicio < PLAZO + 1
    finally:
        for pid in reversed(congelados):
            os.kill(pid, signal.SIGCONT)
    assert http.get("/t").status_code == 200


def test_reinicio_no_se_nota(servidor: ServidorPostgres, escenario: Escenario) -> None:
    http = escenario.http()
    assert http.get("/t").status_code == 200
    os.kill(procesos(servidor)[0], signal.SIGKILL)
    servidor.asegurar()
    assert http.get("/t").status_code == 200
    servidor.detener()
    servidor.asegurar()
    assert http.post("/t", json={"id": 1}).status_code == 201
    assert http.delete("/t?id=eq.1").status_code == 204


def test_apagado_es_503_y_al_volver_funciona(servidor: ServidorPostgres, escenario: Escenario) -> None:
    servidor.detener()
    http = escenario.http()
    for _ in range(2):
        respuesta = http.get("/t")
        assert (respuesta.status_code, respuesta.json()["code"]) == (503, "PGRST000")
    servidor.asegurar()
    assert http.get("/t").status_code == 200


def test_un_backend_muerto_a_media_orden(escenario: Escenario) -> None:
    http = escenario.http()
    estados: list[int] = []
    hilo = threading.Thread(
        target=lambda: estados.append(http.post("/rpc/duerme", json={"s": 30}).status_code)
    )
    hilo.start()
    with psycopg.connect(escenario.direcciones.administrador, autocommit=True) as conexion:
        while conexion.execute(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity where wait_event = 'PgSleep'"
        ).fetchone() == (0,):
            assert hilo.is_alive()
    hilo.join()
    assert estados == [503]
    assert http.get("/t").status_code == 200


def test_un_catalogo_que_no_se_puede_leer_es_503_y_se_vuelve_a_intentar(
    escenario: Escenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    http = escenario.http()
    with monkeypatch.context() as cambio:
        cambio.setattr(motor, "CONSULTAS", (sql.SQL("select 1 / 0"),))
        escenario.api.recargar_esquema()
        respuesta = http.get("/t")
        assert (respuesta.status_code, respuesta.json()["code"]) == (503, "PGRST002")
    assert http.get("/t").status_code == 200
