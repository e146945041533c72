"""Los archivos de lo que se va a contestar: si hay que esperarlos, y las fotos que puede ver un modelo."""

from __future__ import annotations

import base64

from ..medios import consultas
from ..medios.consultas import MediosDelTurno
from ..utils.errores import ErrorServicioExterno
from ..utils.logging_utils import registro
from .modelos import Turno

bitacora = registro(__name__)

# Lo más que se espera a que un archivo baje y una nota de voz se transcriba.
ESPERA_S = 50.0
SIN_ARCHIVO = frozenset({"texto", "ubicacion"})
FOTOS_MAXIMAS = 4
FOTO_MAXIMA = 5_000_000  # bytes
FOTOS_BYTES = 8_000_000  # entre todas: lo demás del turno también cabe en el plazo
SE_VEN = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})


def faltan(turno: Turno) -> bool:
    """Si algo de lo pendiente todavía se está bajando u oyendo, y aún conviene esperarlo: al estar, llama al turno."""
    con_archivo = [p for p in turno.pendientes if p.tipo not in SIN_ARCHIVO]
    if not con_archivo or max(p.edad_s for p in con_archivo) > ESPERA_S:
        return False
    return de(turno).falta


def de(turno: Turno) -> MediosDelTurno:
    """Los de todo lo pendiente."""
    ids = [p.id for p in turno.pendientes if p.tipo not in SIN_ARCHIVO]
    if not ids:
        return MediosDelTurno()
    return consultas.del_turno(turno.nora.nombre_nora, turno.conversacion_id, ids)


def fotos(turno: Turno) -> tuple[str, ...]:
    """Las últimas fotos de lo pendiente, como las pide un modelo (`data:image/jpeg;base64,…`); las que quepan."""
    if not any(p.tipo == "imagen" for p in turno.pendientes):
        return ()
    candidatas = [
        m for m in de(turno).medios if m.estado == "listo" and m.mime in SE_VEN and 0 < m.bytes <= FOTO_MAXIMA
    ]
    listas: list[str] = []
    caben = FOTOS_BYTES
    for medio in reversed(candidatas[-FOTOS_MAXIMAS:]):
        caben -= medio.bytes
        if caben < 0:
            break
        try:
            contenido = consultas.bajar_archivo(medio.ruta)
        except ErrorServicioExterno:
            bitacora.warning("foto_no_se_pudo_leer", nora=turno.nora.nombre_nora, medio=medio.id)
            continue
        listas.append(f"data:{medio.mime};base64,{base64.b64encode(contenido).decode()}")
    return tuple(reversed(listas))
