"""Pasos con su tiempo en pantalla. Solo biblioteca estándar."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TextIO, TypeVar, cast

T = TypeVar("T")
LINEAS_DE_SALIDA_AL_FALLAR = 15


class FalloPaso(Exception):
    """Un paso no se pudo hacer; el texto dice cuál y qué hacer."""


class SalidaDelPaso:
    """Deja en su propio renglón lo que algo escriba mientras un paso corre; después escribe sin tocar nada.

    Vive más que el paso: la bitácora puede quedarse con ella como su salida.
    """

    def __init__(self, destino: TextIO) -> None:
        self.destino = destino
        self.renglon_abierto = True

    def write(self, texto: str) -> int:
        """Escribe, y antes cierra el renglón del paso si sigue abierto."""
        if self.renglon_abierto and texto:
            self.renglon_abierto = False
            self.destino.write("\n")
        return self.destino.write(texto)

    def __getattr__(self, nombre: str) -> Any:
        return getattr(self.destino, nombre)


class Pasos:
    """Numera los pasos y escribe el tiempo de cada uno: `2/7 Bibliotecas de Python … 2.1 s`."""

    def __init__(self, total: int, salida: TextIO | None = None) -> None:
        self.total = total
        self.hechos = 0
        self.salida = salida or sys.stdout

    def correr(self, nombre: str, accion: Callable[[], T]) -> T:
        """Corre un paso y escribe cuánto tardó; si falla, su error sale tal cual después de decir «falló»."""
        self.hechos += 1
        inicio = time.monotonic()
        encabezado = f"{self.hechos}/{self.total} {nombre} … "
        self._escribir(encabezado)
        ajena = SalidaDelPaso(self.salida)
        final = "falló a los "
        try:
            with contextlib.redirect_stdout(cast(TextIO, ajena)):
                resultado = accion()
            final = ""
            return resultado
        finally:
            inicio_del_renglon = "" if ajena.renglon_abierto else encabezado
            ajena.renglon_abierto = False
            self._escribir(f"{inicio_del_renglon}{final}{time.monotonic() - inicio:.1f} s\n")

    def anunciar(self, nombre: str) -> None:
        """Cuenta un paso que escribe su propia salida y su propio tiempo."""
        self.hechos += 1
        self.decir(f"{self.hechos}/{self.total} {nombre}")

    def saltar(self, nombre: str, porque: str) -> None:
        """Cuenta un paso que esta vez no se hace."""
        self.anunciar(f"{nombre} … no ({porque})")

    def decir(self, texto: str) -> None:
        """Escribe un texto aparte de los pasos."""
        self._escribir(texto + "\n")

    def _escribir(self, texto: str) -> None:
        self.salida.write(texto)
        self.salida.flush()


def correr_orden(
    orden: list[str],
    *,
    carpeta: Path,
    registro: Path,
    que_hacer: str,
    entorno: Mapping[str, str] | None = None,
    lineas_al_fallar: int = LINEAS_DE_SALIDA_AL_FALLAR,
) -> None:
    """Corre una orden con su salida en `registro`.

    Raises:
        FalloPaso: con las últimas líneas de la salida y `que_hacer`.
    """
    registro.parent.mkdir(parents=True, exist_ok=True)
    with registro.open("w", encoding="utf-8", errors="replace") as salida:
        try:
            estado = subprocess.run(  # noqa: S603  órdenes fijas de este programa
                orden,
                cwd=carpeta,
                stdout=salida,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env=entorno,
            ).returncode
        except OSError as error:
            raise FalloPaso(f"No se pudo correr {orden[0]}: {error.strerror}. {que_hacer}") from None
    if estado != 0:
        texto = registro.read_text(encoding="utf-8", errors="replace")
        final = "\n".join(f"    {linea}" for linea in texto.splitlines()[-lineas_al_fallar:])
        raise FalloPaso(
            f"Falló: {' '.join(orden)}\n{final}\n{que_hacer}{aviso_sin_red(texto)}\nSalida completa: {registro}"
        )


SENAS_SIN_RED = (
    "name resolution",
    "Name or service not known",
    "nodename nor servname",
    "Network is unreachable",
    "EAI_AGAIN",
    "ENOTFOUND",
    "ECONNREFUSED",
    "ETIMEDOUT",
    "Failed to establish a new connection",
    "Temporary failure resolving",
    "(from versions: none)",  # pip no vio ni una versión: no llegó al índice
)


def aviso_sin_red(salida: str) -> str:
    """Una frase más si la salida de la herramienta dice que no hubo red; si no, nada."""
    if any(sena in salida for sena in SENAS_SIN_RED):
        return "\nParece que no hay conexión: revísala y repite el comando; lo que ya se bajó se conserva."
    return ""
