"""Fotos, audios y lo demás sin palabras: lo que Nora puede ver lo contesta; lo que no, lo pide por escrito una vez."""

from __future__ import annotations

from dataclasses import dataclass

from .. import archivos
from ..modelos import Decision, Turno
from . import modelo, pasar_a_persona

PREGUNTA = "¿Me escribes qué necesitas?"


@dataclass(frozen=True)
class _Dicho:
    """Lo que se le dice al cliente, y a la persona a la que se le pasa."""

    frase: str
    motivo: str = ""


FRASES = {
    "imagen": _Dicho(
        "Recibí tu imagen, pero por aquí no puedo verla.", "Mandó una imagen que Nora no puede ver."
    ),
    "audio": _Dicho(
        "Recibí tu nota de voz, pero por aquí no puedo escucharla.",
        "Mandó una nota de voz que Nora no puede escuchar.",
    ),
    "video": _Dicho(
        "Recibí tu video, pero por aquí no puedo verlo.", "Mandó un video que Nora no puede ver."
    ),
    "documento": _Dicho(
        "Recibí tu archivo, pero por aquí no puedo abrirlo.", "Mandó un archivo que Nora no puede abrir."
    ),
    "ubicacion": _Dicho("Recibí tu ubicación."),
    "contacto": _Dicho("Recibí el contacto."),
    "sticker": _Dicho("¡Buen sticker!"),
    "otro": _Dicho(
        "Recibí tu mensaje, pero por aquí no puedo abrirlo.", "Mandó algo que Nora no puede abrir."
    ),
}


def decidir(turno: Turno) -> Decision | None:
    """Si nada de lo pendiente trae texto; con texto, se contesta el texto."""
    if turno.texto:
        return None
    tipos = [p.tipo for p in turno.pendientes if p.tipo != "texto"]
    dicho = FRASES.get(tipos[-1], FRASES["otro"]) if tipos else FRASES["otro"]
    if "imagen" in tipos and (vista := modelo.decidir(turno)) is not None:
        return vista
    if not tipos or not dicho.motivo:
        return Decision("medios", texto=f"{dicho.frase} {PREGUNTA}")
    leidos = archivos.de(turno)
    if leidos.al_recibir == "pasar" or leidos.ya_se_pidio:
        return _pasar(turno, dicho)
    return Decision("medios", texto=f"{dicho.frase} {PREGUNTA}")


def _pasar(turno: Turno, dicho: _Dicho) -> Decision:
    """El dueño lo quiere así, o ya se le pidió por escrito y mandó otro: insistir no le ayuda."""
    texto = "" if pasar_a_persona.aviso_reciente(turno) else f"{dicho.frase} {pasar_a_persona.AVISO}"
    return Decision("pasar_a_persona", texto=texto, pasar_a_persona=True, motivo=dicho.motivo)
