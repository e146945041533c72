"""Lo que comparten las pruebas de fallos."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from clientes.aura.conversacion.cola import instalar_cola
from clientes.aura.migraciones import aplicar
from clientes.aura.supabase_local import ServidorPostgres


@pytest.fixture
def postgres() -> Iterator[ServidorPostgres]:
    """Un PostgreSQL propio de la prueba, para poder quitarlo."""
    carpeta = Path(tempfile.mkdtemp(prefix="nora-fallos-"))
    carpeta.chmod(0o755)
    servidor = ServidorPostgres(carpeta / "pg")
    direcciones = servidor.asegurar()
    aplicar(direcciones.servicio)
    instalar_cola(direcciones.servicio)
    with psycopg.connect(direcciones.administrador, autocommit=True) as conexion:
        conexion.execute(
            "insert into configuracion_bot (nombre_nora, nombre_visible, numero_nora, modulos, silencio_segundos)"
            " values ('marea', 'Marea', '+526620000009', '[\"chat\"]', 0)"
        )
    try:
        yield servidor
    finally:
        servidor.asegurar()
        servidor.detener()
        shutil.rmtree(carpeta, ignore_errors=True)
