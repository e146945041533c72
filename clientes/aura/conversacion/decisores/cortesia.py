"""Gracias, adiós y asentimientos: se corresponden o se dejan pasar, sin molestar a nadie."""

from __future__ import annotations

import re

from ..modelos import Decision, Turno
from ..texto import plano

_GRACIAS = re.compile(
    r"(?:(?:ok|okay|oki|vale|va|sale|perfecto|excelente|muy|bien|listo|si|ah|ay|pues|por|todo|eso|es|la|el|"
    r"dia|tarde|"
    r"entonces|muchas|muchisimas|mil|gracias|igualmente|amable|te|le|les|lo|agradezco|agradecido|"
    r"agradecida|nora|"
    r"bonito|buen|linda|lindo|informacion|info|tu|su|ayuda|atencion|de verdad|bueno|super|genial)\b ?)+"
)
_ADIOS = re.compile(
    r"(?:(?:adios|bye|hasta luego|hasta pronto|nos vemos|cuidate|que estes bien|buen|dia|gracias|ok)\b ?)+"
)
_ASIENTE = re.compile(
    r"(?:(?:ok|okay|oki|okey|vale|va|sale|perfecto|excelente|listo|entendido|enterado|enterada|de acuerdo|"
    r"muy bien|"
    r"esta bien|ah ok|bueno|super|genial|ja+|(?:ja|je|ji)+)\b ?)+"
)
TEXTO_GRACIAS = "¡Con gusto! Aquí sigo si necesitas algo más."
TEXTO_ADIOS = "¡Hasta luego! Aquí estoy cuando me necesites."


def decidir(turno: Turno) -> Decision | None:
    """Gracias y adiós se contestan; un «ok» o un emoji, no: cada respuesta cuesta y no pide nada."""
    texto = plano(turno.texto)
    if not any(c.isalnum() for c in turno.texto):
        # Solo emojis o signos; «?» a secas sí pide algo.
        return None if "?" in turno.texto else Decision("cortesia", sin_saludo=True)
    if "?" in turno.texto:
        return None
    if _ASIENTE.fullmatch(texto):
        return Decision("cortesia", sin_saludo=True)
    if re.search(r"\b(gracias|agradezco)\b", texto) and _GRACIAS.fullmatch(texto):
        return Decision("cortesia", texto=TEXTO_GRACIAS)
    if _ADIOS.fullmatch(texto) and re.search(r"\b(adios|bye|luego|pronto|vemos|cuidate)\b", texto):
        return Decision("cortesia", texto=TEXTO_ADIOS)
    return None
