"""Números en español: de palabras a cifras («mil doscientos» → «1200») y a una sola forma («1,200.00» → «1200»)."""

from __future__ import annotations

import re

_SUELTOS = {
    "cero": 0, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9, "diez": 10,
    "once": 11, "doce": 12, "trece": 13, "catorce": 14, "quince": 15, "dieciseis": 16, "diecisiete": 17,
    "dieciocho": 18, "diecinueve": 19, "veinte": 20, "veintiun": 21, "veintiuno": 21, "veintiuna": 21,
    "veintidos": 22, "veintitres": 23, "veinticuatro": 24, "veinticinco": 25, "veintiseis": 26, "veintisiete": 27,
    "veintiocho": 28, "veintinueve": 29,
}  # fmt: skip
_DECENAS = {
    "treinta": 30,
    "cuarenta": 40,
    "cincuenta": 50,
    "sesenta": 60,
    "setenta": 70,
    "ochenta": 80,
    "noventa": 90,
}
_CIENTOS = {
    "cien": 100, "ciento": 100, "doscient": 200, "trescient": 300, "cuatrocient": 400, "quinient": 500,
    "seiscient": 600, "setecient": 700, "novecient": 900, "ochocient": 800,
}  # fmt: skip
# «Una» y «un» suelen ser artículos: solo cuentan delante de lo que se mide o de la hora.
_UNO_QUE_CUENTA = re.compile(
    r"\bun[oa]?\b(?= (?:y media|y cuarto|de la (?:manana|tarde|noche|madrugada)|por ?ciento|%|hora|minuto|semana|"
    r"quincena|mes\b|ano\b|litro|kilo|pesos?\b|am\b|pm\b))|"
    r"(?<=\ba la )una\b|(?<=\bla )una\b(?=[ ,.;?!]*(?:$|y|a las|hasta))"
)
_PALABRA = re.compile(r"[a-zñ]+")


def a_cifras(texto: str) -> str:
    """Cambia los números escritos en palabras por cifras.

    Args:
        texto: en minúsculas y sin acentos.
    """
    texto = _UNO_QUE_CUENTA.sub("1", texto)
    salida: list[str] = []
    ultimo = 0
    hallados = [(m.start(), m.end(), m.group()) for m in _PALABRA.finditer(texto)]
    n = 0
    while n < len(hallados):
        valor, usadas = _leer(hallados, n, texto)
        if not usadas:
            n += 1
            continue
        salida += [texto[ultimo : hallados[n][0]], str(valor)]
        ultimo = hallados[n + usadas - 1][1]
        n += usadas
    salida.append(texto[ultimo:])
    return _juntar_dictados("".join(salida), texto)


def _juntar_dictados(cambiado: str, original: str) -> str:
    """Un teléfono o una cuenta dictados («seis seis dos…») son una sola tira de dígitos."""
    if not any(palabra in original for palabra in _SUELTOS):
        return cambiado
    cambiado = re.sub(r"(?<=\d )un[oa](?= \d)", "1", cambiado)
    return re.sub(
        r"\b\d{1,2}(?:[ ,]+\d{1,2}\b){4,}(?! ?(?:%|pesos))",
        lambda m: re.sub(r"\D", "", m.group()),
        cambiado,
    )


def _leer(palabras: list[tuple[int, int, str]], desde: int, texto: str) -> tuple[int, int]:
    """El número que empieza en esa palabra y cuántas palabras ocupa; (0, 0) si no empieza ninguno."""
    total = grupo = 0
    usadas = 0
    tope = 10**9  # cada parte debe ser menor que la anterior: «cinco seis» son dos números
    n = desde
    while n < len(palabras):
        if n > desde and texto[palabras[n - 1][1] : palabras[n][0]].strip():
            break
        palabra = palabras[n][2]
        if (
            palabra == "y"
            and usadas
            and grupo % 10 == 0
            and 30 <= grupo % 100 <= 90
            and n + 1 < len(palabras)
        ):
            siguiente = palabras[n + 1][2]
            unidad = 1 if siguiente in ("un", "uno", "una") else _SUELTOS.get(siguiente, 99)
            if unidad < 10:
                grupo, n = grupo + unidad, n + 2
                usadas, tope = n - desde, 1
                continue
            break
        if palabra in ("mil", "millon", "millones"):
            if tope <= 1 and grupo == 0 and usadas:
                break
            escala = 1_000 if palabra == "mil" else 1_000_000
            if total and escala >= 1_000_000:
                break
            total, grupo, tope = total + (grupo or 1) * escala, 0, escala
            n += 1
            usadas = n - desde
            continue
        valor, piso = _parte(palabra)
        if not valor and palabra != "cero":
            break
        if usadas and piso >= tope:
            break
        grupo, tope, n = grupo + valor, piso, n + 1
        usadas = n - desde
    return total + grupo, usadas


def _parte(palabra: str) -> tuple[int, int]:
    """El valor de una palabra y el orden desde el que ya no cabe otra igual."""
    if palabra in _SUELTOS:
        return _SUELTOS[palabra], 1
    if palabra in _DECENAS:
        return _DECENAS[palabra], 10
    for raiz, valor in _CIENTOS.items():
        if palabra == raiz or (len(raiz) > 6 and palabra in (raiz + "os", raiz + "as")):
            return valor, 100
    return 0, 0


def como_numero(texto: str) -> str:
    """Una cifra en su forma más corta: «1,200.00» y «1200» son lo mismo; «1.450» es mil cuatrocientos cincuenta."""
    limpio = texto.strip().rstrip(".,")
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", limpio):
        limpio = re.sub(r"[.,]", "", limpio)
    else:
        limpio = re.sub(r",(?=\d{3}(?:\D|$))", "", limpio).replace(",", ".")
        if limpio.count(".") > 1:
            limpio = limpio.replace(".", "")
    entero, _, decimales = limpio.partition(".")
    decimales = decimales.rstrip("0")
    entero = entero.lstrip("0") or "0"
    return f"{entero}.{decimales}" if decimales else entero
