"""Hojas de texto (CSV) como las escriben Excel, Google y los teléfonos: su codificación y su separador."""

from __future__ import annotations

import csv
from dataclasses import dataclass

from .errores import ErrorDatoInvalido
from .validators import limpiar_texto

SEPARADORES = {",": "coma", ";": "punto y coma", "\t": "tabulador", "|": "barra"}
_MARCAS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


@dataclass(frozen=True)
class Texto:
    """Un archivo ya en texto y cómo se leyó."""

    contenido: str
    codificacion: str
    separador: str


def descifrar(datos: bytes) -> Texto:
    """De bytes a texto: por su marca, si no UTF-8, y si no lo que escribe Excel en español (Windows-1252).

    Raises:
        ErrorDatoInvalido: está vacío o no es texto.
    """
    if datos[:4] == b"PK\x03\x04":
        raise ErrorDatoInvalido(
            "Ese archivo es de Excel. Ábrelo y guárdalo como «CSV UTF-8».", campo="archivo"
        )
    for marca, nombre in _MARCAS:
        if datos.startswith(marca):
            contenido, codificacion = datos.decode(nombre, "replace"), nombre.removesuffix("-sig")
            break
    else:
        try:
            contenido, codificacion = datos.decode("utf-8"), "utf-8"
        except UnicodeDecodeError:
            contenido, codificacion = datos.decode("cp1252", "replace"), "cp1252"
    if "\x00" in contenido:
        raise ErrorDatoInvalido("Ese archivo no es una hoja de texto (CSV).", campo="archivo")
    contenido = limpiar_texto(contenido)
    if not contenido.strip():
        raise ErrorDatoInvalido("El archivo está vacío.", campo="archivo")
    return Texto(contenido, codificacion, adivinar_separador(contenido))


def adivinar_separador(contenido: str) -> str:
    """El que parte los primeros renglones en más columnas y más parejas."""
    muestra = contenido[:20_000].splitlines()[:25]

    def puntaje(separador: str) -> tuple[float, int]:
        anchos = [len(celdas) for celdas in csv.reader(muestra, delimiter=separador) if celdas]
        if not anchos or max(anchos) == 1:
            return (0.0, 0)
        comun = max(set(anchos), key=anchos.count)
        return (anchos.count(comun) / len(anchos) if comun > 1 else 0.0, comun)

    return max(SEPARADORES, key=puntaje)


def sin_formula(texto: str) -> str:
    """Un texto que una hoja de cálculo enseña y no corre: lo que empieza como fórmula lleva un apóstrofo."""
    return f"'{texto}" if texto[:1] in ("=", "+", "-", "@", "\t", "\r") else texto
