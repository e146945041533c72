"""Un servidor como el de producción, con el negocio de demostración, en una carpeta propia y pasajera."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet

from .pasos import FalloPaso
from .preparar import RAIZ

PLAZO_DE_ARRANQUE_S = 90.0
PLAZO_DE_CIERRE_S = 40.0
DEL_DUENO = ("SUPABASE_", "NORA_", "TWILIO_", "OPENAI_", "META_", "GOOGLE_", "REDIS_", "SENTRY_")
CARGAR_LA_DEMO = """
import json, sys
from patches.werkzeug_patches import apply_patches
apply_patches()
from app_config import Config
from clientes.aura import arranque, create_app
config = Config()
arranque.preparar_base(config)
app, _ = create_app(config)
cuentas = arranque.cargar_demo(app)
arranque.detener_todo(app)
json.dump(cuentas, open(sys.argv[1], "w"))
"""


@dataclass(frozen=True)
class ServidorDemo:
    """Dónde contesta y sus cuentas: correo -> contraseña."""

    url: str
    cuentas: dict[str, str]


@contextlib.contextmanager
def servidor_demo(carpeta: Path) -> Iterator[ServidorDemo]:
    """Carga la demostración en `carpeta` y la sirve con gunicorn y `gunicorn_config.py` hasta salir del bloque.

    Raises:
        FalloPaso: no cargó o no contestó a tiempo; la bitácora queda en `carpeta`.
    """
    puerto = puerto_libre()
    url = f"http://127.0.0.1:{puerto}"
    entorno = _entorno(carpeta, puerto, url)
    bitacora = carpeta / "servidor.log"
    cuentas = _cargar(entorno, carpeta, bitacora)
    with bitacora.open("ab") as salida:
        proceso = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "gunicorn_config.py", "run:app"],
            cwd=RAIZ,
            env=entorno,
            stdout=salida,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _esperar(url, proceso, bitacora)
        yield ServidorDemo(url, cuentas)
    finally:
        _cerrar(proceso)


def _entorno(carpeta: Path, puerto: int, url: str) -> dict[str, str]:
    """El de producción, con llaves inventadas; nada de lo que traiga quien lo corre llega a un servicio de fuera."""
    propio = {nombre: valor for nombre, valor in os.environ.items() if not nombre.startswith(DEL_DUENO)}
    return {
        **propio,
        "ENTORNO": "produccion",
        "PORT": str(puerto),
        "WEB_CONCURRENCY": "1",
        "URL_PUBLICA": url,
        "SECRET_KEY": Fernet.generate_key().decode(),
        "NORA_CLAVES_CIFRADO": Fernet.generate_key().decode(),
        "NORA_DATOS": str(carpeta / "datos"),
        "NORA_PROXIES": "0",
    }


def _cargar(entorno: dict[str, str], carpeta: Path, bitacora: Path) -> dict[str, str]:
    cuentas = carpeta / "cuentas.json"
    with bitacora.open("wb") as salida:
        estado = subprocess.run(  # noqa: S603  programa de este archivo
            [sys.executable, "-c", CARGAR_LA_DEMO, str(cuentas)],
            cwd=RAIZ,
            env=entorno,
            stdout=salida,
            stderr=subprocess.STDOUT,
        ).returncode
    if estado != 0:
        raise FalloPaso(f"No cargó la demostración: mira {bitacora}")
    leidas: dict[str, str] = json.loads(cuentas.read_text(encoding="utf-8"))
    return leidas


def _esperar(url: str, proceso: subprocess.Popen[bytes], bitacora: Path) -> None:
    limite = time.monotonic() + PLAZO_DE_ARRANQUE_S
    while time.monotonic() < limite and proceso.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/salud", timeout=2) as respuesta:  # noqa: S310  loopback
                if respuesta.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise FalloPaso(f"El servidor no contestó: mira {bitacora}")


def _cerrar(proceso: subprocess.Popen[bytes]) -> None:
    for senal in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(proceso.pid, senal)
        try:
            proceso.wait(PLAZO_DE_CIERRE_S)
            return
        except subprocess.TimeoutExpired:
            continue  # no oyó el aviso: la siguiente no se puede ignorar


def puerto_libre() -> int:
    """Un puerto de loopback que nadie usa."""
    with socket.socket() as enchufe:
        enchufe.bind(("127.0.0.1", 0))
        return int(enchufe.getsockname()[1])
