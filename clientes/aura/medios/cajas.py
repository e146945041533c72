"""Los archivos guardados, dentro de un ZIP que una persona puede abrir."""

from __future__ import annotations

import io
import shutil
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from ..utils.errores import ErrorServicioExterno
from ..utils.logging_utils import registro
from . import consultas, tipos
from .consultas import Medio

bitacora = registro(__name__)


def agregar(caja: zipfile.ZipFile, nombre_nora: str, medios: Iterable[Medio]) -> int:
    """Pone cada archivo en `archivos/`. Uno que no se puede leer no detiene a los demás.

    Returns:
        Cuántos se pusieron.
    """
    puestos = 0
    for medio in medios:
        try:
            contenido = consultas.bajar_archivo(medio.ruta)
        except ErrorServicioExterno:
            bitacora.warning("archivo_no_se_pudo_leer", nora=nombre_nora, medio=medio.id)
            continue
        nombre = PurePosixPath(medio.ruta).name
        # Lo que ya va comprimido no se aprieta más.
        como = zipfile.ZIP_DEFLATED if medio.mime.startswith("text/") else zipfile.ZIP_STORED
        caja.writestr(f"archivos/{nombre}", contenido, compress_type=como)
        puestos += 1
    return puestos


def en_trozos(archivo: IO[bytes], tamano: int = 65_536) -> Iterator[bytes]:
    """El contenido por partes; al terminar, cierra."""
    with archivo:
        while trozo := archivo.read(tamano):
            yield trozo


# ---------------------------------------------------------------- respaldo de un almacén hospedado
def empacar_almacen(destino: Path) -> int:
    """Todos los archivos guardados, en un tar: los de un proyecto hospedado no están en este disco.

    Returns:
        Cuántos.

    Raises:
        ErrorServicioExterno: el almacén no contestó; un respaldo sin ellos no serviría.
    """
    cuantos = 0
    with tarfile.open(destino, "w") as caja:
        for ruta in consultas.rutas_guardadas():
            contenido = consultas.bajar_archivo(ruta)
            renglon = tarfile.TarInfo(ruta)
            renglon.size = len(contenido)
            caja.addfile(renglon, io.BytesIO(contenido))
            cuantos += 1
    return cuantos


def restaurar_almacen(origen: Path) -> int:
    """Los vuelve a subir, cada uno en su ruta. Devuelve cuántos.

    Raises:
        ErrorServicioExterno: el almacén no contestó.
    """
    cuantos = 0
    with tarfile.open(origen) as caja:
        for renglon in caja:
            abierto = caja.extractfile(renglon)
            if abierto is None:
                continue
            with abierto, tempfile.TemporaryFile() as archivo:
                shutil.copyfileobj(abierto, archivo)
                archivo.flush()
                mime = tipos.por_contenido(archivo, _POR_EXTENSION.get(renglon.name.rpartition(".")[2], ""))
                consultas.guardar_archivo(renglon.name, archivo, mime)
                cuantos += 1
    return cuantos


_POR_EXTENSION = {extension: mime for mime, (_, extension) in reversed(tipos.ACEPTADOS.items())}
