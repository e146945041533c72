"""Las fallas de PostgreSQL embebido, dichas en una frase que una persona puede atender."""

from __future__ import annotations

import re

_CAUSAS: tuple[tuple[str, str], ...] = (
    (
        r"No space left on device",
        "El disco está lleno. Libera espacio y vuelve a arrancar; los datos siguen ahí.",
    ),
    (
        r"is already in use|Is another postmaster .* using socket|could not bind Unix address",
        "Otro PostgreSQL está usando el mismo socket. Detenlo o elige otra carpeta de datos.",
    ),
    (
        r"database files are incompatible with server",
        "La carpeta de datos es de otra versión de PostgreSQL. No la toqué.",
    ),
    (
        r"has wrong ownership|has invalid permissions",
        "La carpeta de datos tiene otro dueño u otros permisos.",
    ),
    (
        r"could not map anonymous shared memory|Cannot allocate memory",
        "No hay memoria suficiente para PostgreSQL.",
    ),
)


class ErrorPostgres(RuntimeError):
    """PostgreSQL embebido no puede arrancar o usarse; el texto es para una persona."""


def causa_del_registro(registro: str) -> str:
    """Una frase con la causa que dice el final de ``registro`` (salida de initdb o de postgres)."""
    for patron, frase in _CAUSAS:
        if re.search(patron, registro):
            return frase
    lineas = [linea.strip() for linea in registro.splitlines() if linea.strip()]
    graves = [linea for linea in lineas if re.search(r"\b(FATAL|PANIC|ERROR|error)\b", linea)]
    detalle = " / ".join((graves or lineas)[-3:])
    return f"PostgreSQL no arrancó: {detalle or 'no dejó ningún mensaje'}"


def sin_espacio(error: OSError) -> ErrorPostgres | None:
    """El error claro para ENOSPC/EDQUOT, o ``None`` si ``error`` es otra cosa."""
    import errno

    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return ErrorPostgres("El disco está lleno. Libera espacio y vuelve a arrancar; los datos siguen ahí.")
    return None
