"""Lo que el contenedor haría, sin Docker: los mismos archivos, la misma orden y el mismo PORT, en una carpeta vacía."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from apoyo.vivo import esperar, puerto_libre
from cryptography.fernet import Fernet

from app_config import _CAMPOS
from clientes.aura.supabase_local import DireccionesPostgres

RAIZ = Path(__file__).resolve().parents[2]
DOCKERFILE = (RAIZ / "Dockerfile").read_text(encoding="utf-8")
BIN = Path(sys.executable).parent


def etapa(nombre: str) -> str:
    """Lo que dice el Dockerfile entre «AS nombre» y la siguiente etapa."""
    return DOCKERFILE.split(f" AS {nombre}\n", 1)[1].split("\nFROM ", 1)[0]


def ordenes() -> list[list[str]]:
    """Las órdenes en forma exec: la de salud y la de servir."""
    return [json.loads(orden) for orden in re.findall(r"^ *CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)]


def entra(ruta: str) -> bool:
    """Si .dockerignore la deja pasar: lo excluye todo y nombra lo que sí."""
    permitidos = [r[1:] for r in (RAIZ / ".dockerignore").read_text().splitlines() if r.startswith("!")]
    return ruta.split("/")[0] in permitidos or ruta in permitidos


@pytest.fixture
def programa(tmp_path: Path) -> Path:
    """La carpeta /app como la arma la etapa «programa», con lo del navegador que ya está en esta copia."""
    destino = tmp_path / "app"
    destino.mkdir()
    for linea in re.findall(r"^COPY (?!--from)(.+)$", etapa("programa"), re.MULTILINE):
        *origenes, _ = linea.split()
        for origen in origenes:
            assert entra(origen), f".dockerignore no deja pasar {origen}"
            if (RAIZ / origen).is_dir():
                shutil.copytree(RAIZ / origen, destino / origen, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(RAIZ / origen, destino / origen)
    return destino


def entorno(base: DireccionesPostgres, datos: Path, puerto: int) -> dict[str, str]:
    """Solo lo que el contenedor recibe: lo del Dockerfile y lo del operador."""
    fijos = re.search(r"^ENV ((?:.+\\\n)*.+)$", DOCKERFILE.rsplit("\nFROM ", 1)[1], re.MULTILINE)
    assert fijos is not None
    dichos = dict(par.split("=", 1) for par in fijos[1].replace("\\\n", " ").split())
    return dichos | {
        "NORA_DATOS": str(datos),
        "PATH": f"{BIN}:{os.defpath}",
        "PORT": str(puerto),
        "WEB_CONCURRENCY": "1",
        "SECRET_KEY": "s" * 48,
        "URL_PUBLICA": "https://nora.ejemplo.mx",
        "NORA_CLAVES_CIFRADO": Fernet.generate_key().decode(),
        "SUPABASE_JWT_SECRET": "j" * 48,
        "SUPABASE_DB_URL": base.servicio,
    }


def salud(puerto: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{puerto}/salud", timeout=5).status_code == 200
    except (requests.ConnectionError, requests.Timeout):
        return False


def test_los_mismos_pasos_en_una_carpeta_vacia(
    programa: Path, base: DireccionesPostgres, tmp_path: Path
) -> None:
    puerto = puerto_libre()
    dado = entorno(base, tmp_path / "datos", puerto)
    salud_de_docker, servir = ordenes()
    migrar = subprocess.run(
        ["flask", "--app", "run", "migrar"], cwd=programa, env=dado, capture_output=True, check=False
    )
    assert migrar.returncode == 0, migrar.stderr
    registro = tmp_path / "registro"
    with (
        registro.open("wb") as salida,
        subprocess.Popen(servir, cwd=programa, env=dado, stdout=salida, stderr=salida) as servidor,
    ):
        try:
            esperar(lambda: salud(puerto), "que el contenedor sirva en PORT", segundos=30)
            assert subprocess.run(salud_de_docker, env=dado, check=False).returncode == 0
            entrada = requests.get(f"http://127.0.0.1:{puerto}/login", timeout=10)
        finally:
            servidor.send_signal(signal.SIGTERM)
        assert servidor.wait(timeout=20) == 0
    # En producción todo es JSON, gunicorn incluido, y cada petición deja su renglón con el id que vio quien pidió.
    renglones = [json.loads(renglon) for renglon in registro.read_text(encoding="utf-8").splitlines()]
    de_accesos = [uno for uno in renglones if uno["event"] == "peticion"]
    assert [(uno["regla"], uno["estado"], uno["peticion"]) for uno in de_accesos] == [
        ("/login", 200, entrada.headers["X-Request-ID"])
    ]
    assert any("Listening at" in uno["event"] for uno in renglones)
    assert subprocess.run(salud_de_docker, env=dado, check=False, capture_output=True).returncode != 0
    fuera = {p.name for p in programa.iterdir()} - {p.name for p in RAIZ.iterdir()}
    assert fuera <= {"__pycache__"}, f"escribió fuera de sus datos: {fuera}"


def test_no_corre_como_root_ni_lleva_pruebas_o_secretos() -> None:
    ultima = DOCKERFILE.rsplit("\nFROM ", 1)[1]
    assert re.search(r"^USER [1-9]\d+$", ultima, re.MULTILINE)
    for fuera in (".env", ".datos/x", "tests/conftest.py", ".git/config", "docs/operacion.md"):
        assert not entra(fuera), fuera


def test_compose_solo_usa_datos_que_existen() -> None:
    compose = (RAIZ / "docker-compose.yml").read_text(encoding="utf-8")
    nuestro = compose.split("environment:", 1)[1].split("\nservices:", 1)[0]
    nombres = re.findall(r"^    ([A-Z_]+):", nuestro, re.MULTILINE)
    assert len(nombres) >= 6
    assert set(nombres) <= set(_CAMPOS)
    # Lo que el operador ponga en .env llega entero, y el PORT de afuera no cambia el de adentro.
    assert "env_file: [.env]" in compose and 'PORT: "5000"' in nuestro
    assert "read_only: true" in compose and "cap_drop: [ALL]" in compose
    assert not re.findall(r"(?:PASSWORD|SECRET|CLAVES\w*): (?!\$\{)", compose), "un secreto escrito"


def test_la_imagen_no_lleva_compiladores_y_si_lo_que_el_respaldo_pide() -> None:
    ultima = DOCKERFILE.rsplit("\nFROM ", 1)[1]
    assert not re.search(r"build-essential|gcc|g\+\+|make\b|-dev\b", ultima)
    assert "postgresql-client" in ultima


def test_hadolint_no_encuentra_nada() -> None:
    hecho = subprocess.run(
        [BIN / "hadolint", RAIZ / "Dockerfile"], capture_output=True, text=True, check=False
    )
    assert hecho.returncode == 0, hecho.stdout
