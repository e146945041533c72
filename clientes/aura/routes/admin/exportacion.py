"""Todo lo de una Nora en un archivo que una persona puede abrir: un CSV por tabla dentro de un ZIP.

Sin secretos (llaves, tokens) y sin vectores, que se vuelven a calcular. Lo que no cabe en memoria se va a disco.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from ...medios import cajas
from ...medios import consultas as medios
from . import consultas

EN_MEMORIA = 8 * 1024 * 1024  # bytes
CON_SECRETOS = ("cifrad", "hash", "token")
LEEME = """Datos de {nombre}, tomados el {momento}.

Cada archivo .csv es una tabla; se abre con Excel, Google Sheets o cualquier editor de texto (UTF-8).
Lo principal: contactos, conversaciones, mensajes (cada uno con el id de su conversación) y conocimiento_nora.
Las fotos, notas de voz y documentos están en la carpeta archivos.
No vienen las llaves de Twilio ni otras contraseñas.

{tablas}
"""


def exportar_nora(nombre_nora: str, momento: str) -> IO[bytes]:
    """El ZIP, listo para leerse desde el principio. Lo cierra quien lo pide.

    Args:
        momento: cuándo se hace, como se quiera leer.
    """
    archivo = SpooledTemporaryFile(max_size=EN_MEMORIA)  # noqa: SIM115  lo cierra quien lo recibe
    cuentas = []
    with zipfile.ZipFile(archivo, "w", zipfile.ZIP_DEFLATED) as caja:
        for tabla in consultas.tablas_de_nora(nombre_nora):
            if not tabla.filas:
                continue
            with caja.open(f"{tabla.tabla}.csv", "w") as destino:
                escritas = _escribir(destino, consultas.recorrer_tabla(tabla, nombre_nora))
            cuentas.append(f"{tabla.tabla}.csv: {escritas:,} filas")
        cuantos = cajas.agregar(caja, nombre_nora, medios.de_nora(nombre_nora))
        if cuantos:
            cuentas.append(
                f"archivos/: {cuantos:,} fotos, audios y documentos; el nombre es su id en medios.csv"
            )
        caja.writestr(
            "LEEME.txt", LEEME.format(nombre=nombre_nora, momento=momento, tablas="\n".join(cuentas))
        )
    archivo.seek(0)
    return archivo


def _escribir(destino: IO[bytes], filas: Iterable[dict[str, Any]]) -> int:
    texto = io.TextIOWrapper(
        destino, encoding="utf-8-sig", newline=""
    )  # con marca: así Excel lee los acentos
    escritas = 0
    escritor: csv.DictWriter[str] | None = None
    for fila in filas:
        if escritor is None:
            columnas = [columna for columna in fila if not _sobra(columna)]
            escritor = csv.DictWriter(texto, columnas, extrasaction="ignore")
            escritor.writeheader()
        escritor.writerow({columna: _legible(dato) for columna, dato in fila.items()})
        escritas += 1
    texto.flush()
    texto.detach()
    return escritas


def _sobra(columna: str) -> bool:
    return columna.startswith("vector") or any(parte in columna for parte in CON_SECRETOS)


def _legible(dato: Any) -> Any:
    if isinstance(dato, (dict, list)):
        return json.dumps(dato, ensure_ascii=False)
    # Una hoja de cálculo ejecutaría lo que empieza así: un cliente pudo escribirlo.
    if isinstance(dato, str) and dato[:1] in ("=", "+", "-", "@", "\t", "\r") and not _es_telefono(dato):
        return f"'{dato}"
    return dato


def _es_telefono(dato: str) -> bool:
    return dato[0] == "+" and dato[1:].isdigit()
