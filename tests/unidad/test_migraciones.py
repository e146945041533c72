"""Las migraciones: en orden, cada una una vez, en cualquier PostgreSQL, y al mismo tiempo desde varios procesos."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from app_config import Config, ErrorConfiguracion
from clientes.aura.migraciones import aplicar, archivos, migrar, pendientes
from clientes.aura.supabase_local import DireccionesPostgres, ServidorPostgres


@pytest.fixture
def pelona(servidor_postgres: ServidorPostgres) -> Iterator[DireccionesPostgres]:
    """Una base recién hecha por PostgreSQL, sin lo que Supabase pone."""
    administrador = servidor_postgres.direcciones("postgres").administrador
    with psycopg.connect(administrador, autocommit=True) as conexion:
        conexion.execute("create database pelona template template0")
    yield servidor_postgres.direcciones("pelona")
    servidor_postgres.borrar_base("pelona")


def test_un_postgresql_cualquiera_queda_listo(pelona: DireccionesPostgres, tmp_path: Path) -> None:
    config = Config(ENTORNO="pruebas", SUPABASE_DB_URL=pelona.administrador, NORA_DATOS=tmp_path)
    nombres = migrar(config)
    assert nombres == [nombre for _, nombre, _ in archivos()]
    assert migrar(config) == []
    assert pendientes(pelona.administrador) == []
    with psycopg.connect(pelona.administrador) as conexion:
        hay = conexion.execute(
            "select to_regclass('public.mensajes'), to_regclass('cola.procrastinate_jobs'),"
            " to_regprocedure('auth.jwt()')"
        ).fetchone()
    assert hay is not None and None not in hay


def test_sin_superusuario_dice_que_hacer(pelona: DireccionesPostgres, tmp_path: Path) -> None:
    config = Config(ENTORNO="pruebas", SUPABASE_DB_URL=pelona.servicio, NORA_DATOS=tmp_path)
    with pytest.raises(ErrorConfiguracion, match="superusuario"):
        migrar(config)
    with psycopg.connect(pelona.administrador) as conexion:
        assert conexion.execute("select to_regclass('public.mensajes')").fetchone() == (None,)


def test_dos_a_la_vez_no_chocan(servidor_postgres: ServidorPostgres) -> None:
    direcciones = servidor_postgres.crear_base("dos_a_la_vez")
    aplicadas: list[list[str]] = []
    hilos = [
        threading.Thread(target=lambda: aplicadas.append(aplicar(direcciones.servicio))) for _ in range(3)
    ]
    try:
        for hilo in hilos:
            hilo.start()
        for hilo in hilos:
            hilo.join(60)
        assert sorted(map(len, aplicadas)) == [0, 0, len(archivos())]
    finally:
        servidor_postgres.borrar_base("dos_a_la_vez")


def test_la_que_falla_no_deja_nada(base: DireccionesPostgres, tmp_path: Path) -> None:
    (tmp_path / "20300101000000_buena.sql").write_text("create table public.buena (a int);")
    (tmp_path / "20300101000001_mala.sql").write_text("create table public.mala (a int); select 1/0;")
    with pytest.raises(psycopg.errors.DivisionByZero):
        aplicar(base.servicio, tmp_path)
    with psycopg.connect(base.administrador) as conexion:
        quedo = conexion.execute("select to_regclass('public.buena'), to_regclass('public.mala')").fetchone()
    assert quedo == ("buena", None)
    assert pendientes(base.servicio, tmp_path) == ["mala"]


def test_un_nombre_que_no_es_de_migracion(tmp_path: Path) -> None:
    (tmp_path / "cambios.sql").write_text("select 1")
    with pytest.raises(ErrorConfiguracion, match=r"cambios\.sql"):
        archivos(tmp_path)
