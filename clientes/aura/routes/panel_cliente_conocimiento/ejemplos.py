"""Los tres primeros temas que casi todo negocio necesita, listos para cambiar y guardar."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Ejemplo:
    """Un tema de muestra. `pregunta`: lo que un cliente escribiría."""

    clave: str
    icono: str
    pregunta: str
    titulo: str
    contenido: str
    etiquetas: tuple[str, ...]


EJEMPLOS = (
    Ejemplo(
        "horario",
        "clock",
        "¿A qué hora abren?",
        "Horario",
        "Abrimos de lunes a viernes de 9:00 a. m. a 6:00 p. m. y los sábados de 10:00 a. m. a 2:00 p. m. "
        "Los domingos cerramos.",
        ("horario",),
    ),
    Ejemplo(
        "precios",
        "tag",
        "¿Cuánto cuesta?",
        "Precio de (tu producto o servicio)",
        "(Tu producto o servicio) cuesta $000. Incluye (lo que incluye). Se paga en efectivo, con tarjeta o por "
        "transferencia.",
        ("precios",),
    ),
    Ejemplo(
        "ubicacion",
        "geo-alt",
        "¿Dónde están?",
        "Ubicación",
        "Estamos en (calle y número), colonia (colonia), (ciudad). Nos encuentras junto a (algo fácil de ver). "
        "Hay estacionamiento en (dónde).",
        ("ubicación",),
    ),
)
POR_CLAVE = {ejemplo.clave: ejemplo for ejemplo in EJEMPLOS}
