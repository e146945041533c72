"""Los archivos en el disco: cada uno con un nombre nuevo que no se vuelve a usar, entero o invisible.

Un archivo se escribe aparte, se espera al disco y se renombra; solo después una fila lo nombra. Nunca cambia: subir
otra vez es otro archivo. Así, lo que un corte deja a medias no lo nombra ninguna fila, y `barrer` lo quita después.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from . import almacen_errores as errores

TROZO = 64 * 1024
_TEMPORALES = ".temporales"
_POR_VUELTA = 500


@dataclass(frozen=True)
class Guardado:
    """Un archivo que ya está en el disco."""

    version: str
    bytes: int
    md5: str


class Disco:
    """La carpeta de los archivos. Crear el objeto no hace E/S."""

    def __init__(self, carpeta: Path) -> None:
        self._carpeta = Path(carpeta).absolute()

    def guardar(self, trozos: Iterable[bytes], tope: int) -> Guardado:
        """Escribe un archivo nuevo; al regresar está entero en el disco y nadie lo ve todavía.

        Raises:
            ErrorAlmacen: 413 si pasa de ``tope`` bytes; lo que levante ``trozos``. No queda nada a medias.
        """
        version = str(uuid.uuid4())
        temporal = self._temporal(version)
        resumen = hashlib.md5(usedforsecurity=False)
        cuantos = 0
        try:
            with _abrir_nuevo(temporal) as archivo:
                for trozo in trozos:
                    cuantos += len(trozo)
                    if cuantos > tope:
                        raise errores.muy_grande()
                    resumen.update(trozo)
                    archivo.write(trozo)
                archivo.flush()
                os.fsync(archivo.fileno())
            self._publicar(temporal, version)
        except BaseException:
            temporal.unlink(missing_ok=True)
            raise
        return Guardado(version, cuantos, resumen.hexdigest())

    def duplicar(self, version: str) -> str:
        """Otro nombre para los mismos bytes; regresa la versión nueva.

        Raises:
            FileNotFoundError: si el original ya no está.
        """
        nueva = str(uuid.uuid4())
        temporal = self._temporal(nueva)
        try:
            # Los archivos no cambian nunca: dos nombres pueden compartir los bytes.
            os.link(self._ruta(version), temporal)
        except FileNotFoundError:
            raise
        except OSError:
            with self.abrir(version) as origen, _abrir_nuevo(temporal) as destino:
                shutil.copyfileobj(origen, destino, TROZO)
                destino.flush()
                os.fsync(destino.fileno())
        self._publicar(temporal, nueva)
        return nueva

    def abrir(self, version: str) -> BinaryIO:
        """El archivo, para leerlo.

        Raises:
            FileNotFoundError: si ya no está.
        """
        return self._ruta(version).open("rb")

    def borrar(self, versiones: Iterable[str | None]) -> None:
        """Quita archivos que ya no nombra ninguna fila; los que no están no importan."""
        for version in versiones:
            if version:
                with contextlib.suppress(OSError):  # lo que no se pueda quitar ahora lo quita `barrer`
                    self._ruta(version).unlink(missing_ok=True)

    def barrer(self, mas_viejos_de_s: float, vivas: Callable[[Sequence[str]], set[str]]) -> int:
        """Quita lo que un corte dejó: temporales, y archivos que ninguna fila nombra. Regresa cuántos quitó.

        ``vivas`` dice cuáles de las versiones dadas nombra alguna fila. Lo más nuevo que ``mas_viejos_de_s`` se deja:
        puede ser de una subida que todavía no escribe su fila.
        """
        antes = time.time() - mas_viejos_de_s
        quitados = 0
        for ruta in self._viejos(self._carpeta / _TEMPORALES, antes):
            ruta.unlink(missing_ok=True)
            quitados += 1
        for rebanada in sorted(self._carpeta.glob("[0-9a-f][0-9a-f]")):
            viejos = list(self._viejos(rebanada, antes))
            for desde in range(0, len(viejos), _POR_VUELTA):
                tanda = viejos[desde : desde + _POR_VUELTA]
                nombradas = vivas([ruta.name for ruta in tanda])
                for ruta in tanda:
                    if ruta.name not in nombradas:
                        ruta.unlink(missing_ok=True)
                        quitados += 1
        return quitados

    # --- rutas ---------------------------------------------------------------------------------------

    def _ruta(self, version: str) -> Path:
        # Solo un UUID llega a ser ruta: una fila escrita por fuera no puede apuntar a otro lado.
        try:
            nombre = str(uuid.UUID(version))
        except ValueError as error:
            raise FileNotFoundError(version) from error
        return self._carpeta / nombre[:2] / nombre

    def _temporal(self, version: str) -> Path:
        carpeta = self._carpeta / _TEMPORALES
        carpeta.mkdir(mode=0o700, parents=True, exist_ok=True)
        return carpeta / version

    def _publicar(self, temporal: Path, version: str) -> None:
        final = self._ruta(version)
        if not final.parent.exists():
            final.parent.mkdir(mode=0o700, exist_ok=True)
            _esperar_disco(self._carpeta)
        temporal.replace(final)
        _esperar_disco(final.parent)

    @staticmethod
    def _viejos(carpeta: Path, antes: float) -> Iterator[Path]:
        try:
            entradas = sorted(os.scandir(carpeta), key=lambda e: e.name)
        except FileNotFoundError:
            return
        for entrada in entradas:
            with contextlib.suppress(FileNotFoundError):  # otro proceso pudo quitarlo
                # La hora del cambio también se mueve al duplicar, cuando los bytes son viejos.
                if entrada.stat().st_ctime < antes:
                    yield Path(entrada.path)


def _abrir_nuevo(ruta: Path) -> BinaryIO:
    return os.fdopen(os.open(ruta, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb")


def _esperar_disco(carpeta: Path) -> None:
    descriptor = os.open(carpeta, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
