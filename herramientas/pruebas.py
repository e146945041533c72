"""`dev_start.py test`: linters, tipos y la suite entera. Solo biblioteca estándar.

Corre todo aunque algo falle, y deja pytest al final para que su resumen cierre la pantalla.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from .navegador import SIN_NAVEGADOR, conseguir_navegador
from .pasos import FalloPaso, Pasos, correr_orden
from .preparar import (
    NOTAS,
    PYTHON_DEL_VENV,
    RAIZ,
    REQUISITOS,
    REQUISITOS_DEV,
    anotar,
    asegurar_venv,
    avisar_de_pango,
    instalar_requisitos,
    nota_de_requisitos,
    preparar_frontal,
)

PROCESOS_DE_PRUEBA = "3"  # dos núcleos bastan: muchas pruebas esperan a otro proceso
BIN = PYTHON_DEL_VENV.parent
# nombre en pantalla -> orden; de la más rápida a la más lenta
REVISIONES: dict[str, list[str]] = {
    "Estilo (ruff check)": [str(BIN / "ruff"), "check", "."],
    "Formato (ruff format)": [str(BIN / "ruff"), "format", "--check", "."],
    "Arquitectura (import-linter)": [str(BIN / "lint-imports")],
    "Tipos (mypy)": [str(BIN / "mypy")],
}
PASOS_DE_PREPARAR = 4


def correr_pruebas(argumentos: list[str]) -> int:
    """Prepara, revisa y prueba. Devuelve 0 si todo pasó y 1 si algo falló; los argumentos son de pytest."""
    pasos = Pasos(total=PASOS_DE_PREPARAR + len(REVISIONES) + 1)
    asegurar_venv(pasos)
    pasos.correr("Bibliotecas de Python y de desarrollo", _instalar_dev)
    avisar_de_pango(pasos)
    pasos.correr("Bibliotecas del navegador", preparar_frontal)
    navegador = pasos.correr("Navegador para las pruebas", conseguir_navegador)
    if navegador is None:
        pasos.decir(SIN_NAVEGADOR)

    fallaron = [nombre for nombre, orden in REVISIONES.items() if not _revisar(pasos, nombre, orden)]
    if fallaron:
        pasos.decir(f"Fallaron: {', '.join(fallaron)}. Sigue la suite.")
    pasos.anunciar("Suite (pytest)")
    salida = _pytest(argumentos, navegador)
    if navegador is None and en_ci(dict(os.environ)):
        pasos.decir("En CI las pruebas de navegador son obligatorias: falla por no tener uno.")
        return 1
    return 1 if fallaron or salida != 0 else 0


def _instalar_dev() -> None:
    instalar_requisitos(REQUISITOS_DEV)
    # requirements-dev.txt trae todo lo de requirements.txt con las mismas versiones (una prueba lo revisa).
    anotar(REQUISITOS.name, nota_de_requisitos(REQUISITOS))


def _revisar(pasos: Pasos, nombre: str, orden: list[str]) -> bool:
    registro = NOTAS / f"{'-'.join([Path(orden[0]).name, *orden[1:2]])}.log"
    try:
        pasos.correr(
            nombre,
            lambda: correr_orden(orden, carpeta=RAIZ, registro=registro, que_hacer="", lineas_al_fallar=60),
        )
    except FalloPaso as fallo:
        pasos.decir(str(fallo))
        return False
    return True


def orden_de_pytest(argumentos: list[str]) -> list[str]:
    """La orden de pytest; los argumentos dados van al final y por eso mandan sobre los de aquí."""
    return [
        str(PYTHON_DEL_VENV),
        "-m",
        "pytest",
        "-n",
        PROCESOS_DE_PRUEBA,
        "--dist",
        "loadfile",
        *argumentos,
    ]


def entorno_de_pytest(entorno: dict[str, str], navegador: str | None) -> dict[str, str]:
    """El entorno de las pruebas: el navegador a usar, o la señal de que no hay."""
    nuevo = {**entorno, "ENTORNO": "pruebas"}
    nuevo.pop("NORA_NAVEGADOR", None)
    nuevo.pop("NORA_SIN_NAVEGADOR", None)
    if navegador is None:
        nuevo["NORA_SIN_NAVEGADOR"] = "1"
    else:
        nuevo["NORA_NAVEGADOR"] = navegador
    return nuevo


def _pytest(argumentos: list[str], navegador: str | None) -> int:
    return subprocess.run(  # noqa: S603  orden fija más los argumentos de quien lo corre
        orden_de_pytest(argumentos), cwd=RAIZ, env=entorno_de_pytest(dict(os.environ), navegador)
    ).returncode


def en_ci(entorno: dict[str, str]) -> bool:
    """Si corre en integración continua (`CI=true`, como la ponen los servicios usuales)."""
    return entorno.get("CI", "").strip().lower() in ("1", "true", "yes")
