"""Lo que un mensaje lleva además del texto, como se guarda en `mensajes_salientes.contenido`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from .base import Interactivo, Medio, Toque, UsoDePlantilla


class Partes(TypedDict):
    """Los campos de `Saliente` que salen de ahí."""

    interactivo: Interactivo | None
    plantilla: UsoDePlantilla | None
    medios: tuple[Medio, ...]
    hay_si_cerrada: bool


def leer_contenido(guardado: Mapping[str, Any]) -> Partes:
    """De lo guardado; lo que no se conoce se ignora."""
    interactivo, plantilla = guardado.get("interactivo"), guardado.get("plantilla")
    return Partes(
        interactivo=_interactivo(interactivo) if interactivo else None,
        plantilla=UsoDePlantilla(plantilla["sid"], plantilla.get("variables") or {}) if plantilla else None,
        medios=tuple(
            Medio(
                m.get("url", ""),
                m.get("mime", ""),
                int(m.get("bytes") or 0),
                m.get("ruta", ""),
                m.get("nombre", ""),
            )
            for m in guardado.get("medios") or ()
        ),
        hay_si_cerrada="si_cerrada" in guardado,
    )


def _interactivo(guardado: Mapping[str, Any]) -> Interactivo:
    opciones = tuple(Toque(o["id"], o["titulo"], o.get("descripcion", "")) for o in guardado["opciones"])
    return Interactivo(guardado["cuerpo"], opciones, guardado.get("boton") or "Ver opciones")


def guardar_interactivo(interactivo: Interactivo) -> dict[str, Any]:
    """Como se guarda."""
    return {
        "interactivo": {
            "cuerpo": interactivo.cuerpo,
            "boton": interactivo.boton,
            "opciones": [
                {"id": o.id, "titulo": o.titulo, "descripcion": o.descripcion} for o in interactivo.opciones
            ],
        }
    }
