"""Encuentra o consigue un Chromium para las pruebas de navegador. Solo biblioteca estándar."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from .pasos import FalloPaso, correr_orden
from .preparar import NOTAS, PYTHON_DEL_VENV, RAIZ

NOMBRES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SIN_NAVEGADOR = (
    "No hay Chromium y no se pudo conseguir: instala el paquete chromium de tu sistema para correr también "
    "las pruebas de navegador."
)


def navegador_de_la_maquina(buscar: Callable[[str], str | None], corre: Callable[[str], bool]) -> str | None:
    """El primer navegador de la máquina que de verdad arranca (el `chromium-browser` de Ubuntu puede ser un aviso)."""
    for nombre in NOMBRES:
        ruta = buscar(nombre)
        if ruta and corre(ruta):
            return ruta
    return None


def formas_de_conseguirlo(es_root: bool, hay_apt: bool) -> list[str]:
    """En qué orden intentar: el paquete de Debian solo como root; si no, la descarga de Playwright."""
    return [*(["apt"] if es_root and hay_apt else []), "playwright"]


def conseguir_navegador() -> str | None:
    """Ruta de un Chromium que corre, o None si no hay ni se pudo instalar."""
    encontrado = navegador_de_la_maquina(shutil.which, _corre) or _el_de_playwright()
    if encontrado:
        return encontrado
    for forma in formas_de_conseguirlo(os.geteuid() == 0, shutil.which("apt-get") is not None):
        try:
            if forma == "apt":
                _instalar_con_apt()
            else:
                _instalar_con_playwright()
        except FalloPaso:
            continue  # queda su salida en .venv/.nora/; se intenta la forma que sigue
        encontrado = navegador_de_la_maquina(shutil.which, _corre) or _el_de_playwright()
        if encontrado:
            return encontrado
    return None


def _corre(ruta: str) -> bool:
    try:
        return subprocess.run([ruta, "--version"], capture_output=True, timeout=30).returncode == 0  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return False


def _el_de_playwright() -> str | None:
    programa = (
        "from playwright.sync_api import sync_playwright\n"
        "with sync_playwright() as p: print(p.chromium.executable_path)"
    )
    salida = subprocess.run([PYTHON_DEL_VENV, "-c", programa], capture_output=True, text=True)  # noqa: S603
    ruta = salida.stdout.strip()
    return ruta if ruta and Path(ruta).exists() and _corre(ruta) else None


def _instalar_con_apt() -> None:
    entorno = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for orden in (["apt-get", "update"], ["apt-get", "install", "-y", "--no-install-recommends", "chromium"]):
        correr_orden(
            orden,
            carpeta=RAIZ,
            registro=NOTAS / f"apt-{orden[1]}.log",
            que_hacer=SIN_NAVEGADOR,
            entorno=entorno,
        )


def _instalar_con_playwright() -> None:
    correr_orden(
        [str(PYTHON_DEL_VENV), "-m", "playwright", "install", "chromium"],
        carpeta=RAIZ,
        registro=NOTAS / "playwright.log",
        que_hacer=SIN_NAVEGADOR,
    )
