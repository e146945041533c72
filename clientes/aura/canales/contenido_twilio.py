"""Los contenidos de Twilio: los que hacen falta para botones y listas, y las plantillas aprobadas.

Un mensaje con botones pide un contenido guardado. Como título, id y cuerpo aceptan variables, basta uno por forma (tres
botones, una lista de cinco…) y cuenta, y no uno por mensaje.
Fuente: documentación de Twilio, «Content API resources», «twilio/quick-reply» y «twilio/list-picker».
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from twilio.rest import Client

from .base import EstadoPlantilla, Interactivo, PlantillaDelProveedor

PREFIJO = "nora_"
PLANTILLAS_MAXIMAS = 500
# El contenido ya no existe o no sirve para ese canal; fuente: «Error and Warning Dictionary».
RECHAZOS_DE_CONTENIDO = frozenset({20404, 21655, 21656, 63005, 63013, 63021, 63027, 63028})
_ESTADOS: dict[str, EstadoPlantilla] = {
    "approved": "aprobada",
    "received": "pendiente",
    "pending": "pendiente",
    "in_appeal": "pendiente",
    "rejected": "rechazada",
    "paused": "pausada",
    "disabled": "pausada",
    "unsubmitted": "sin_enviar",
}
_TIPOS = {
    "twilio/text": "texto",
    "twilio/quick-reply": "botones",
    "twilio/call-to-action": "enlace",
    "twilio/media": "archivo",
    "twilio/card": "tarjeta",
    "whatsapp/card": "tarjeta",
}
# Los códigos con que WhatsApp explica un rechazo, en palabras de quien la escribió.
_MOTIVOS = {
    "INVALID_FORMAT": "El formato no sirve: revisa que no empiece ni termine con una variable.",
    "TAG_CONTENT_MISMATCH": "Lo que dice no corresponde a su categoría.",
    "PROMOTIONAL": "Suena a promoción y no está en la categoría de promociones.",
    "ABUSIVE_CONTENT": "WhatsApp la consideró ofensiva o amenazante.",
    "SCAM": "WhatsApp la consideró engañosa.",
}

Cuenta = tuple[str, str]
Llamar = Callable[[Callable[[], Any]], Any]

_hechos: dict[tuple[Cuenta, str], str] = {}
_candado = threading.Lock()


@dataclass(frozen=True)
class Forma:
    """Un contenido con huecos y con qué se llenan esta vez."""

    nombre: str
    tipos: Mapping[str, Any] = field(repr=False)
    variables: Mapping[str, str] = field(repr=False)


def botones(interactivo: Interactivo) -> Forma:
    """Cuerpo, y título e id de cada botón."""
    variables = {"1": interactivo.cuerpo}
    acciones = []
    for n, opcion in enumerate(interactivo.opciones):
        titulo, identidad = str(2 + 2 * n), str(3 + 2 * n)
        variables |= {titulo: opcion.titulo, identidad: opcion.id}
        acciones.append({"type": "QUICK_REPLY", "title": f"{{{{{titulo}}}}}", "id": f"{{{{{identidad}}}}}"})
    tipos = {"twilio/quick-reply": {"body": "{{1}}", "actions": acciones}}
    return Forma(f"{PREFIJO}botones_{len(acciones)}", tipos, variables)


def lista(interactivo: Interactivo) -> Forma:
    """Cuerpo, botón que la abre, y título, id y descripción de cada fila; una variable vacía no se acepta."""
    con_descripcion = any(o.descripcion for o in interactivo.opciones)
    variables = {"1": interactivo.cuerpo, "2": interactivo.boton}
    filas = []
    siguiente = 3
    for opcion in interactivo.opciones:
        campos = {"item": opcion.titulo, "id": opcion.id}
        if con_descripcion:
            campos["description"] = opcion.descripcion or opcion.titulo
        fila = {}
        for campo, valor in campos.items():
            variables[str(siguiente)] = valor
            fila[campo] = f"{{{{{siguiente}}}}}"
            siguiente += 1
        filas.append(fila)
    tipos = {"twilio/list-picker": {"body": "{{1}}", "button": "{{2}}", "items": filas}}
    return Forma(f"{PREFIJO}lista_{len(filas)}{'_d' if con_descripcion else ''}", tipos, variables)


def sid_de(forma: Forma, cliente: Client, cuenta: Cuenta, llamar: Llamar) -> str:
    """El contenido con esa forma en la cuenta; si no está, se hace.

    Args:
        llamar: traduce los errores del SDK, como en todo el canal.
    """
    llave = (cuenta, forma.nombre)
    with _candado:
        hecho = _hechos.get(llave)
    if hecho is not None:
        return hecho
    guardados = llamar(lambda: cliente.content.v1.contents.list(limit=PLANTILLAS_MAXIMAS))
    hallado = next((str(c.sid) for c in guardados if c.friendly_name == forma.nombre), None)
    if hallado is None:
        pedido: Any = _Pedido(forma)
        hallado = str(llamar(lambda: cliente.content.v1.contents.create(pedido)).sid)
    with _candado:
        _hechos[llave] = hallado
    return hallado


def olvidar(forma: Forma, cuenta: Cuenta) -> None:
    """Alguien lo borró en la consola de Twilio: la próxima vez se busca o se hace otra vez."""
    with _candado:
        _hechos.pop((cuenta, forma.nombre), None)


class _Pedido:
    """Lo que pide crear un contenido, tal cual; las clases del SDK dejan caer los campos que no conocen."""

    def __init__(self, forma: Forma) -> None:
        self._forma = forma

    def to_dict(self) -> dict[str, Any]:
        """Como lo manda el SDK."""
        ejemplos = {numero: "x" for numero in self._forma.variables}
        return {
            "friendly_name": self._forma.nombre,
            "language": "es",
            "variables": ejemplos,
            "types": dict(self._forma.tipos),
        }


def es_nuestro(contenido: Any) -> bool:
    """Si lo hizo Nora para sus botones o listas."""
    return str(contenido.friendly_name or "").startswith((f"{PREFIJO}botones_", f"{PREFIJO}lista_"))


def como_plantilla(leida: Any) -> PlantillaDelProveedor:
    """Un contenido con su aprobación, como plantilla."""
    tipos = leida.types if isinstance(leida.types, dict) else {}
    tipo, partes = next(iter(tipos.items()), ("", {}))
    partes = partes if isinstance(partes, dict) else {}
    aprobacion = leida.approval_requests if isinstance(leida.approval_requests, dict) else {}
    motivo = str(aprobacion.get("rejection_reason") or "")
    variables = leida.variables if isinstance(leida.variables, dict) else {}
    acciones = partes.get("actions") or []
    return PlantillaDelProveedor(
        proveedor_sid=str(leida.sid),
        nombre=str(aprobacion.get("name") or leida.friendly_name or leida.sid)[:200],
        idioma=str(leida.language or ""),
        categoria=str(aprobacion.get("category") or "").lower(),
        tipo=_TIPOS.get(str(tipo), "otro"),
        cuerpo=str(partes.get("body") or partes.get("title") or ""),
        estado=_ESTADOS.get(str(aprobacion.get("status") or "unsubmitted").lower(), "sin_enviar"),
        variables={str(n): str(ejemplo) for n, ejemplo in variables.items()},
        botones=tuple(str(a.get("title", "")) for a in acciones if isinstance(a, dict)),
        motivo="" if motivo in ("", "NONE") else _MOTIVOS.get(motivo, motivo),
    )
