"""Fotos, audios y lo demás: se guardan, y se pide lo mismo por escrito."""

from __future__ import annotations

from ..modelos import Decision, Turno

FRASES = {
    "imagen": "Recibí tu imagen, pero todavía no puedo verla.",
    "audio": "Recibí tu audio, pero todavía no puedo escucharlo.",
    "video": "Recibí tu video, pero todavía no puedo verlo.",
    "documento": "Recibí tu archivo, pero todavía no puedo abrirlo.",
    "ubicacion": "Recibí tu ubicación.",
    "contacto": "Recibí el contacto.",
    "sticker": "¡Buen sticker!",
    "otro": "Recibí tu mensaje, pero todavía no puedo abrirlo.",
}
PREGUNTA = "¿Me escribes qué necesitas?"


def decidir(turno: Turno) -> Decision | None:
    """Si nada de lo pendiente trae texto; con texto, se contesta el texto."""
    if turno.texto:
        return None
    tipos = [p.tipo for p in turno.pendientes if p.tipo != "texto"]
    frase = FRASES.get(tipos[-1], FRASES["otro"]) if tipos else FRASES["otro"]
    return Decision("medios", texto=f"{frase} {PREGUNTA}")
