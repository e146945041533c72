"""Una base pequeña con todo lo que la API debe saber contestar."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from apoyo.almacen import AlmacenDePrueba
from apoyo.api_local import Escenario, escenario_nuevo
from apoyo.caras import CARAS, Cara, cara_de
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


@pytest.fixture(scope="module", params=CARAS)
def cara(
    request: pytest.FixtureRequest, servidor_postgres: ServidorPostgres, plantilla_api: str
) -> Iterator[Cara]:
    """Cada cara de la API, con dos esquemas y el EXPLAIN encendido; nada queda escrito sin ``tx=commit``."""
    fin, esquemas = "rollback-allow-override", ("public", "otro")
    with escenario_nuevo(
        servidor_postgres, plantilla_api, fin_tx=fin, planes=True, esquemas=esquemas, max_filas=None
    ) as escenario:
        escenario.sql(Path(__file__).with_name("esquema_caras.sql").read_text("utf-8"))
        opciones = ("--fin-tx", fin, "--planes", "--esquemas", ",".join(esquemas), "--max-filas", "0")
        with cara_de(request.param, escenario, *opciones) as nueva:
            yield nueva


@pytest.fixture(scope="module", params=CARAS)
def almacen(
    request: pytest.FixtureRequest,
    servidor_postgres: ServidorPostgres,
    plantilla_api: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[AlmacenDePrueba]:
    """El almacén de archivos, en el proceso y por HTTP."""
    carpeta = tmp_path_factory.mktemp("archivos")
    with (
        escenario_nuevo(servidor_postgres, plantilla_api, archivos=carpeta) as escenario,
        cara_de(request.param, escenario, "--archivos", str(carpeta)) as cara,
    ):
        yield AlmacenDePrueba(cara, carpeta)


@pytest.fixture(scope="module", params=CARAS)
def taller(
    request: pytest.FixtureRequest, servidor_postgres: ServidorPostgres, plantilla_api: str
) -> Iterator[Cara]:
    """Tablas, vistas y funciones que incrustar unas en otras, por las dos caras."""
    with escenario_nuevo(servidor_postgres, plantilla_api) as nuevo:
        nuevo.sql(Path(__file__).with_name("incrustados.sql").read_text("utf-8"))
        with cara_de(request.param, nuevo) as nueva:
            yield nueva
