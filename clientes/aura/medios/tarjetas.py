"""Las tarjetas de contacto que se comparten por WhatsApp (vCard).

Fuente: RFC 6350; la 2.1 y la 3.0 se leen igual en lo que aquí importa.
"""

from __future__ import annotations

import quopri
import re
from typing import IO, Any

PERSONAS = 20
LEER_HASTA = 200_000  # bytes; una tarjeta con foto pesa, y la foto no se lee
_RENGLON = re.compile(r"^(?:[\w-]+\.)?([A-Za-z-]+)((?:;[^:]*)?):(.*)$")


def leer(archivo: IO[bytes]) -> dict[str, Any]:
    """{"personas": [{"nombre", "telefonos", "correos"}]}; sin ninguna si no se entiende."""
    archivo.seek(0)
    texto = archivo.read(LEER_HASTA).decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    texto = re.sub(r"\n[ \t]", "", texto)  # un renglón doblado
    personas: list[dict[str, Any]] = []
    actual: dict[str, Any] | None = None
    for renglon in texto.split("\n"):
        if renglon.strip().upper() == "BEGIN:VCARD":
            actual = {"nombre": "", "telefonos": [], "correos": []}
        elif renglon.strip().upper() == "END:VCARD":
            if actual is not None and any(actual.values()):
                personas.append(actual)
            actual = None
        elif actual is not None and (partes := _RENGLON.match(renglon)):
            _anotar(actual, partes[1].upper(), partes[2].upper(), partes[3])
    return {"personas": personas[:PERSONAS]}


def _anotar(persona: dict[str, Any], campo: str, parametros: str, crudo: str) -> None:
    if "QUOTED-PRINTABLE" in parametros:
        crudo = quopri.decodestring(crudo.encode()).decode("utf-8", "replace")
    dato = re.sub(r"\\([,;\\])", r"\1", crudo.replace("\\n", " ").replace("\\N", " ")).strip()[:120]
    if not dato:
        return
    if campo == "FN":
        persona["nombre"] = dato
    elif campo == "N" and not persona["nombre"]:
        familia, _, propio = dato.partition(";")
        persona["nombre"] = f"{propio.replace(';', ' ').strip()} {familia}".strip()
    elif campo == "TEL" and len(persona["telefonos"]) < 5:
        persona["telefonos"].append(dato.removeprefix("tel:"))
    elif campo == "EMAIL" and len(persona["correos"]) < 5:
        persona["correos"].append(dato)
