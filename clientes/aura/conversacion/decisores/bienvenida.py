"""El saludo: la primera vez, antes de la respuesta y en el mismo mensaje; después, solo si el cliente saluda."""

from __future__ import annotations

import re
from dataclasses import replace

from ..modelos import Decision, Turno
from ..texto import plano

_SALUDO = re.compile(
    r"(?:(?:hola|holi|holis|hey|hi|hello|buen(?:os|as)?|buen|dias?|tardes?|noches?|que tal|que onda|como estas?|"
    r"como esta|como le va|saludos|disculpa|disculpe|oye|oiga|nora|a todos|muy|lindo|bonito|bonita|excelente|"
    r"dia|tarde|noche|buenas|(?:tengo |solo |quiero hacer(?:le|te)? |nada mas )?una (?:pregunta|duda|consulta))\b ?)+"
)
SALUDO_CORTO = "¡Hola! ¿En qué te ayudo?"


def es_saludo(texto: str) -> bool:
    """Si el mensaje es solo un saludo."""
    limpio = plano(texto)
    return bool(limpio) and bool(_SALUDO.fullmatch(limpio))


def quitar_saludo(texto: str) -> str:
    """El mensaje sin las burbujas o los renglones que solo saludan."""
    renglones = [renglon for renglon in texto.splitlines() if renglon.strip() and not es_saludo(renglon)]
    return "\n".join(renglones)


def saludo_de(turno: Turno) -> str:
    """El mensaje de bienvenida de la Nora, o uno con su nombre si no lo escribió."""
    return (
        turno.nora.mensaje_bienvenida.strip()
        or f"¡Hola! Soy Nora, la asistente de {turno.nora.nombre_visible}."
    )


def con_aviso(turno: Turno, texto: str) -> str:
    """El aviso de privacidad va una vez, con el primer mensaje: la bienvenida de quien vuelve no lo repite."""
    aviso = turno.nora.aviso_privacidad.strip() if turno.primera_vez else ""
    return f"{texto}\n\n{aviso}" if aviso else texto


def decidir(turno: Turno) -> Decision | None:
    """Solo si lo único que hay es un saludo."""
    if not es_saludo(turno.texto):
        return None
    if turno.saludada:
        return Decision("bienvenida", texto=SALUDO_CORTO)
    propio = turno.nora.mensaje_bienvenida.strip()
    texto = propio or f"{saludo_de(turno)} ¿En qué te ayudo?"
    return Decision("bienvenida", texto=con_aviso(turno, texto), saludar=True, sin_saludo=True)


def anteponer(turno: Turno, decision: Decision) -> Decision:
    """La respuesta al primer mensaje lleva el saludo delante: uno solo, nunca dos mensajes."""
    if turno.saludada or decision.sin_saludo or not decision.texto:
        return decision
    return replace(decision, texto=con_aviso(turno, f"{saludo_de(turno)}\n\n{decision.texto}"), saludar=True)
