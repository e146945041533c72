"""Un PostgreSQL de verdad para las pruebas: uno por corrida, compartido por los procesos de pytest-xdist."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from clientes.aura.supabase_local import DireccionesPostgres, ServidorPostgres

# Los datos de una prueba no sobreviven a nada: sin esperar al disco todo va más rápido.
OPCIONES = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "300",
    "shared_buffers": "64MB",
    "max_wal_size": "512MB",
    "checkpoint_timeout": "1h",
    # Cientos de bases que viven un segundo: no hay nada que limpiar ni que replicar.
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
# Clonar una base son unos 350 archivos nuevos: en memoria tarda la décima parte que en disco.
EN_MEMORIA = Path("/dev/shm")
LIBRES_PARA_USARLA = 3 * 1024**3


def _comun(fabrica: pytest.TempPathFactory) -> Path:
    """La carpeta temporal que comparten todos los procesos de la corrida."""
    base = fabrica.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@contextmanager
def candado(fabrica: pytest.TempPathFactory, nombre: str) -> Iterator[None]:
    """Un proceso de la corrida a la vez."""
    with (_comun(fabrica) / f"{nombre}.lock").open("w") as archivo:
        fcntl.flock(archivo, fcntl.LOCK_EX)
        yield


def _donde() -> Path | None:
    """La memoria si el sistema la ofrece como carpeta y sobra; si no, la carpeta temporal de siempre."""
    try:
        sobra = shutil.disk_usage(EN_MEMORIA).free > LIBRES_PARA_USARLA
    except OSError:
        return None
    return EN_MEMORIA if sobra and os.access(EN_MEMORIA, os.W_OK | os.X_OK) else None


def _carpeta(fabrica: pytest.TempPathFactory) -> Path:
    """Una carpeta corta y alcanzable por otros usuarios del sistema (la de pytest es 0700), anotada en la común."""
    nota = _comun(fabrica) / "carpeta-postgres"
    with candado(fabrica, "carpeta"):
        if nota.exists():
            return Path(nota.read_text())
        carpeta = Path(tempfile.mkdtemp(prefix="nora-pruebas-", dir=_donde()))
        carpeta.chmod(0o755)
        nota.write_text(str(carpeta))
        return carpeta


@contextmanager
def servidor_de_pruebas(fabrica: pytest.TempPathFactory) -> Iterator[ServidorPostgres]:
    """El servidor de esta corrida; el último proceso que sale lo apaga y borra sus datos."""
    carpeta = _carpeta(fabrica)
    servidor = ServidorPostgres(carpeta / "pg", opciones=OPCIONES)
    with (_comun(fabrica) / "usuarios.lock").open("w") as usuarios:
        fcntl.flock(usuarios, fcntl.LOCK_SH)
        servidor.asegurar()
        try:
            yield servidor
        finally:
            with candado(fabrica, "salida"):
                # Quien pueda quedarse solo con el candado es el último; los demás solo ceden.
                fcntl.flock(usuarios, fcntl.LOCK_UN)
                try:
                    fcntl.flock(usuarios, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    servidor.ceder()
                else:
                    servidor.asegurar()
                    servidor.detener()
                    shutil.rmtree(carpeta, ignore_errors=True)


@contextmanager
def base_temporal(servidor: ServidorPostgres, plantilla: str | None = None) -> Iterator[DireccionesPostgres]:
    """Una base nueva, copia de ``plantilla`` (o con solo el arranque), que se borra al salir."""
    nombre = f"t_{os.getpid()}_{secrets.token_hex(4)}"
    direcciones = servidor.crear_base(nombre, plantilla)
    try:
        yield direcciones
    finally:
        servidor.borrar_base(nombre)
