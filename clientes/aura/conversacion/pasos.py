"""Lo que vale como respuesta de cada tipo de paso. Sin base de datos: lo mismo usa el turno y la caja de prueba."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from ..utils.errores import ErrorDatoInvalido
from ..utils.validators import validar_correo, validar_numero
from .fechas import buscar_fecha, buscar_hora
from .modelos import Paso, TipoDePaso
from .texto import juntar, parecidas, plano

LARGO_MAXIMO = 600
RENGLON_DE_RESUMEN = "• {pregunta}: {valor}"
NO_VALE: dict[TipoDePaso, str] = {
    "texto": "Eso es muy largo para anotarlo; dímelo más corto.",
    "numero": "Necesito un número, por ejemplo 3.",
    "fecha": "No entendí la fecha. Escríbela así: 25/12/2026, o «mañana».",
    "hora": "No entendí la hora. Escríbela así: 5:30 pm.",
    "correo": "A ese correo le falta algo. Ejemplo: ana@correo.com.",
    "telefono": "A ese teléfono le faltan o le sobran números. Escribe los 10 dígitos.",
    "opcion": "Elige una de la lista, por su número o su nombre.",
    "si_no": "Contéstame sí o no.",
}
_SI = juntar("si sip simon claro ok va sale dale acepto correcto afirmativo") | {
    "por supuesto", "claro que si", "asi es", "de acuerdo", "esta bien",
}  # fmt: skip
_NO = frozenset({"no", "nop", "nel", "nunca", "negativo", "para nada", "no gracias", "tampoco"})
_NUMERO = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?|-?\d+(?:[.,]\d+)?")
_EN_LETRAS = {
    "cero": 0, "un": 1, "uno": 1, "una": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7,
    "ocho": 8, "nueve": 9, "diez": 10, "once": 11, "doce": 12,
}  # fmt: skip
_CORREO = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>.,;]+")


def a_numerar(paso: Paso) -> tuple[str, ...]:
    """Lo que se ofrece para elegir; vacío si es de escribir."""
    return ("Sí", "No") if paso.tipo == "si_no" else paso.opciones if paso.tipo == "opcion" else ()


def validar(paso: Paso, texto: str, ahora: datetime, zona: str, toque: str = "") -> str | None:
    """Lo contestado como se guarda, o None si no vale.

    Args:
        toque: el id del botón o fila que tocó, si tocó.
    """
    limpio = texto.strip()
    if not limpio and not toque:
        return None
    if paso.tipo == "texto":
        return limpio if len(limpio) <= LARGO_MAXIMO else None
    if paso.tipo == "numero":
        return _numero(limpio)
    if paso.tipo == "fecha":
        fecha = buscar_fecha(limpio, ahora.astimezone(ZoneInfo(zona)).date())
        return f"{fecha[0]:%d/%m/%Y}" if fecha else None
    if paso.tipo == "hora":
        # A una pregunta de hora se contesta «5» a secas.
        hora = buscar_hora(limpio) or (buscar_hora(f"a las {limpio}") if limpio.isdecimal() else None)
        return f"{hora[0]:%H:%M}" if hora else None
    if paso.tipo == "correo":
        return _correo(limpio)
    if paso.tipo == "telefono":
        return _telefono(limpio)
    return _elegida(paso, limpio, toque)


def _numero(texto: str) -> str | None:
    hallado = _NUMERO.findall(texto)
    if len(hallado) == 1 and len(hallado[0]) <= 18:
        numero: str = hallado[0]
        # «1,200» son miles; «2,5» es la coma decimal de quien así escribe.
        return numero.replace(",", "") if re.search(r",\d{3}(?!\d)", numero) else numero.replace(",", ".")
    en_letras = [_EN_LETRAS[p] for p in plano(texto).split() if p in _EN_LETRAS]
    return str(en_letras[0]) if not hallado and len(en_letras) == 1 else None


def _correo(texto: str) -> str | None:
    hallado = _CORREO.search(texto)
    try:
        return validar_correo(hallado[0]) if hallado else None
    except ErrorDatoInvalido:
        return None


def _telefono(texto: str) -> str | None:
    try:
        return validar_numero(re.sub(r"[^\d+]", "", texto)) if len(texto) <= 60 else None
    except ErrorDatoInvalido:
        return None


def _elegida(paso: Paso, texto: str, toque: str) -> str | None:
    opciones = a_numerar(paso)
    prefijo, _, numero = toque.rpartition(":")
    if prefijo == f"paso:{paso.clave}" and numero.isdecimal() and 1 <= int(numero) <= len(opciones):
        return opciones[int(numero) - 1]
    dicho = plano(texto)
    if dicho.isdecimal() and len(dicho) <= 2:
        return opciones[int(dicho) - 1] if 1 <= int(dicho) <= len(opciones) else None
    if paso.tipo == "si_no":
        palabras = dicho.split()
        primera = palabras[0] if palabras else ""
        if dicho in _SI or primera in ("si", "claro"):
            return "Sí"
        return "No" if dicho in _NO or primera == "no" else None
    iguales = [o for o in opciones if plano(o) == dicho]
    if not iguales and dicho:
        dichas = set(dicho.split())
        iguales = [
            o for o in opciones if all(any(parecidas(a, b) for b in dichas) for a in plano(o).split())
        ] or [o for o in opciones if set(plano(o).split()) & {d for d in dichas if len(d) > 3}]
    return iguales[0] if len(iguales) == 1 else None
