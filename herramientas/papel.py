"""Consigue las bibliotecas de Pango, con que se hacen los PDF. Solo biblioteca estándar.

Sin ellas Nora sirve igual: los reportes se ven y se imprimen, y quien pide un PDF lee qué falta.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from collections.abc import Callable

from .pasos import FalloPaso, correr_orden
from .preparar import NOTAS, RAIZ, anotar, esta_anotado

BIBLIOTECAS = {
    "linux": ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0"),
    "darwin": ("libpango-1.0.dylib", "libpangoft2-1.0.dylib", "libharfbuzz-subset.dylib"),
}
PAQUETES = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")
SIN_PANGO = (
    f"Sin Pango no hay PDF de los reportes: apt-get install {' '.join(PAQUETES)}"
    " (en macOS, brew install pango)."
)


def se_abre(nombre: str) -> bool:
    """Si esta máquina tiene esa biblioteca."""
    try:
        ctypes.CDLL(nombre)
    except OSError:
        return False
    return True


def faltan(abre: Callable[[str], bool] = se_abre, sistema: str = sys.platform) -> list[str]:
    """Las que faltan de las que WeasyPrint abre."""
    return [nombre for nombre in BIBLIOTECAS.get(sistema, ()) if not abre(nombre)]


def conseguir_pango() -> bool:
    """Las instala con apt si faltan, como root y una sola vez. Devuelve si están."""
    if not faltan():
        return True
    if os.geteuid() != 0 or shutil.which("apt-get") is None or esta_anotado("pango", "intentado"):
        return False
    entorno = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        for orden in (
            ["apt-get", "update"],
            ["apt-get", "install", "-y", "--no-install-recommends", *PAQUETES],
        ):
            correr_orden(
                orden,
                carpeta=RAIZ,
                registro=NOTAS / f"pango-{orden[1]}.log",
                que_hacer=SIN_PANGO,
                entorno=entorno,
            )
    except FalloPaso:
        anotar("pango", "intentado")  # no se repite en cada arranque; su salida queda en .venv/.nora/
        return False
    return not faltan()
