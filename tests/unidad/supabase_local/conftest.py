"""Una base pequeña con todo lo que la API debe saber contestar."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from apoyo.api_local import Escenario, escenario_nuevo
from apoyo.postgres import candado

from clientes.aura.supabase_local import ServidorPostgres

PLANTILLA_API = "plantilla_api"


@pytest.fixture(scope="session")
def plantilla_api(servidor_postgres: ServidorPostgres, tmp_path_factory: pytest.TempPathFactory) -> str:
    """La base que clonan las pruebas de esta carpeta."""
    with candado(tmp_path_factory, PLANTILLA_API):
        administrador = servidor_postgres.direcciones("postgres").administrador
        with psycopg.connect(administrador, autocommit=True) as conexion:
            hay = conexion.execute(
                "select 1 from pg_database where datname = %s", (PLANTILLA_API,)
            ).fetchone()
            if hay is None:
                provisional = f"{PLANTILLA_API}_haciendose"
                direcciones = servidor_postgres.crear_base(provisional)
                with psycopg.connect(direcciones.servicio) as propia:
                    propia.execute(Path(__file__).with_name("esquema.sql").read_bytes())
                conexion.execute(f"alter database {provisional} rename to {PLANTILLA_API}".encode())
    return PLANTILLA_API


@pytest.fixture(scope="module")
def lectura(servidor_postgres: ServidorPostgres, plantilla_api: str) -> Iterator[Escenario]:
    """Un escenario compartido por las pruebas del archivo: solo para leer."""
    with escenario_nuevo(servidor_postgres, plantilla_api) as comun:
        yield comun


@pytest.fixture
def escenario(servidor_postgres: ServidorPostgres, plantilla_api: str) -> Iterator[Escenario]:
    """Un escenario nuevo, para escribir en él."""
    with escenario_nuevo(servidor_postgres, plantilla_api) as nuevo:
        yield nuevo
