"""Qué nombres de cubeta, de objeto y de tipo se admiten.

Los caracteres son los que Supabase Storage documenta ("object names"): los que S3 da por seguros. El nombre de un
objeto nunca es una ruta en el disco, pero uno que trepa (``..``) se rechaza igual: al bajarlo, alguien podría usarlo
como ruta.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from . import almacen_errores as errores

LARGO_MAXIMO = 1024
_OBJETO = re.compile(r"[\w/!\-.*'() &$@=;:+,?]+", re.ASCII)
_CUBETA = re.compile(r"[\w!\-.*'() &$@=;:+,?]{1,63}", re.ASCII)
_TIPO = re.compile(r"[\w.+*-]+/[\w.+*-]+(?:\s*;[\x20-\x7e]*)?", re.ASCII)


def exigir_objeto(nombre: str) -> str:
    """El mismo nombre, si se admite.

    Raises:
        ErrorAlmacen: InvalidKey.
    """
    partes = nombre.split("/")
    trepa = nombre.startswith("/") or "." in partes or ".." in partes
    if trepa or len(nombre) > LARGO_MAXIMO or not _OBJETO.fullmatch(nombre):
        raise errores.llave_invalida(nombre.replace("\0", "\\0"))
    return nombre


def exigir_cubeta(nombre: str) -> str:
    """El mismo nombre, si se admite.

    Raises:
        ErrorAlmacen: InvalidBucketName.
    """
    if not _CUBETA.fullmatch(nombre) or nombre in (".", "..") or nombre != nombre.strip():
        raise errores.cubeta_invalida()
    return nombre


def exigir_tipo(tipo: str, admitidos: Sequence[str] | None) -> str:
    """El tipo, si está bien escrito y la cubeta lo admite (``image/*`` admite los que empiezan con ``image/``).

    Raises:
        ErrorAlmacen: invalid_mime_type.
    """
    if not _TIPO.fullmatch(tipo):
        raise errores.tipo_no_admitido(tipo)
    if admitidos:
        solo = tipo.partition(";")[0].strip().lower()
        familia = solo.partition("/")[0]
        if not any(solo == a.lower() or a.lower() == f"{familia}/*" or a == "*/*" for a in admitidos):
            raise errores.tipo_no_admitido(tipo)
    return tipo
