"""Cómo se escriben las cifras en un chat de México. Sobre texto en minúsculas, sin acentos y con números en cifras."""

from __future__ import annotations

import re

DIAS = ("lunes", "martes", "miercoles", "jueves", "viernes", "sabado", "domingo")
MESES = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre",
    "noviembre", "diciembre",
)  # fmt: skip
# Adornos de emoji y letras de ancho cero, que partirían un número en dos.
INVISIBLES = frozenset("\ufe0f\u20e3\u200b\u200c\u200d\u2060\ufeff")

ARREGLOS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(patron), cambio)
    for patron, cambio in (
        (r"(?<![\w])[*_~`]+(?=\S)|(?<=\S)[*~`]+", ""),  # negritas y cursivas de WhatsApp
        (r"\b([ap])\s?\.?\s?m\b\.?", r"\1m"),
        (
            r"\b(av|avda|blvd|blv|col|calz|no|num|hrs?|min|tel|dra?|ing|lic|esq|int|ext|cp|km|dic|ene|feb|mar|abr|"
            r"ago|sept?|oct|nov)\.(?= |$)",
            r"\1",
        ),
        (r"\bc\.\s?p\b\.?", "cp"),
        (r"\bm\.\s?n\b\.?", "mxn"),
        (r"\bpor ?ciento\b", "%"),
        (r"\b(?:2|dos) (?:por|x) (?:1|un[oa]?)\b", "2x1"),
        (r"\b(?:3|tres) (?:por|x) (?:2|dos)\b", "3x2"),
        (r"\b(\w[\w-]*) punto (com|mx|net|org|me|ly)\b", r"\1.\2"),
        (r"[–—]", "-"),
    )
)

_N = r"\d+(?:[.,]\d+)*"
LIGA = re.compile(
    r"(?:https?://|www\.)[^\s<>()\"']+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?<![\w@])@[a-z0-9_.]{3,}|"
    r"\b[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*\.(?:com|mx|net|org|me|ly|gl|io|app|link|shop|info|store|site|gob|edu)"
    r"(?:\.[a-z]{2})?\b(?:/[^\s<>()\"']*)?"
)
PROMOS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\b(\d)\s?x\s?(\d)\b"), "{0}x{1}"),
    (
        re.compile(
            r"\b(?:gratis|gratuit\w+|sin (?:ningun )?costo|de regalo|de cortesia|te regala\w+|sin cobro|no se cobra)\b"
        ),
        "gratis",
    ),
    (re.compile(r"\b(?:descuentos?|rebajas?|te rebaj\w+|mas barat\w+)\b"), "descuento"),
    (re.compile(r"\b(?:mitad de(?:l)? precio|a mitad)\b"), "mitad"),
    (re.compile(r"\bsin intereses\b"), "sin intereses"),
)
_MES = rf"({'|'.join(MESES)}|{'|'.join(mes[:3] for mes in MESES)}|sept)\b"
_DIA_MES = rf"(\d{{1,2}})(?:o|ro)?(?:\s+de|\s*/)?\s*{_MES}(?:\s+(?:de|del)\s+\d{{4}})?"
FECHA_RANGO = re.compile(rf"\b(\d{{1,2}})\s*(al?|-|hasta el|y|o)\s*(?:el\s+)?{_DIA_MES}")
FECHA = re.compile(rf"\b{_DIA_MES}")
FECHA_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
FECHA_CORTA = re.compile(r"(?<![\d$.,])([0-3]?\d)/([01]?\d)(?:/(?:\d{4}|\d{2}))?(?![\d/%])")
# Siete dígitos o más son un teléfono, una cuenta o una CLABE; un precio lleva su signo o sus comas.
DIGITOS = re.compile(r"(?<![\d$.,:/])\+?\(?\d(?:[ .()-]{0,2}\d){6,}(?![\d:%])")
PORCIENTO = re.compile(rf"({_N})(?:\s*(?:a|y|o|-)\s*({_N}))?\s*%")
PRECIO = re.compile(
    rf"(?P<usd>us|u)?\$\s?(?P<a>{_N})(?P<mila>\s?mil\b|\s?k\b)?(?:\s*(?P<monedaa>usd|dolares|dlls?)\b)?|"
    rf"(?:(?P<b0>{_N})\s*(?:a|y|o|-|hasta)\s*)?(?P<b>{_N})\s*(?P<milb>mil\s|k\s)?\s*(?:de\s)?"
    rf"(?P<moneda>pesos?|pesitos|mxn|varos|bolas|usd|dolares|dlls?|centavos)\b"
)
_NO_ES_PRECIO = r"(?!\s*(?:%|x\d|min|hora|dia|mes|semana|ano|km|kilom|litro|perso|pieza))"
PRECIO_POR_VERBO = re.compile(
    rf"\b(?:cuestan?|costo(?: es)?(?: de)?|precio(?: es)?(?: de)?|salen? (?:en|a)|valen?|cobra(?:mos|n)?|"
    rf"total(?: es)?(?: de)?|pagas|pagarias?|queda(?:n|ria)? en|enganche (?:es )?de|anticipo de|serian?|"
    rf"mensualidad(?:es)? de)(?: solo| unos| de| como)*:? ({_N})(?!\d){_NO_ES_PRECIO}"
)

_PARTE = r"(?:de|en|por) la (manana|tarde|noche|madrugada)\b"
_H = rf"(\d{{1,2}})(?:[:.](\d{{2}}))?(\s+y (?:media|cuarto)\b)?\s*(am\b|pm\b|hrs?\b|h\b|horas\b)?(?:\s*{_PARTE})?"
# Grupos 1 a 5 la primera hora, 6 el enlace, 7 a 11 la segunda.
RANGO_HORAS = re.compile(
    rf"(?:\b(?:de|desde|entre)\s+)?(?:\blas?\s+)?(?<![\d$.,:/-]){_H}\s*(-|\ba\b|\bhasta\b|\by\b(?=\s+las?\b))\s*"
    rf"(?:las?\s+)?{_H}(?![\d%:/]|\s*(?:%|pesos|mxn|minutos|dias|semanas|meses|anos|personas|piezas|litros|km|kg|cm))"
)
DE_A = re.compile(r"(?:de|desde)\s+(?:las?\s+)?\d{1,2}\s*(?:-|a|hasta)\s*(?:las?\s+)?\d{1,2}\b")
# Grupo 1 lo que va antes, 2 a 6 la hora.
HORA = re.compile(rf"(?:\b(las?)\s+)?(?<![\d$.,:/-]){_H}(?![\d%/:])(?!\s*(?:%|pesos|mxn))")
MEDIODIA = re.compile(r"\b(?:mediodia|medio dia|medianoche|media noche)\b")
PAPEL = re.compile(
    r"(?P<abre>\b(?:abr(?:e|en|imos|ir|iremos|iendo)|a partir de|desde|empeza\w+|inici\w+)\b)|"
    r"(?P<cierra>\b(?:cierr\w+|cerr(?:amos|ar|ando|aremos)|hasta|termin\w+)\b)"
)

UNIDADES: dict[str, tuple[str, float]] = {
    "min": ("minuto", 1), "minuto": ("minuto", 1), "hora": ("minuto", 60), "h": ("minuto", 60), "hr": ("minuto", 60),
    "dia": ("dia", 1), "semana": ("dia", 7), "quincena": ("dia", 15), "mes": ("mes", 1), "ano": ("mes", 12),
    "km": ("km", 1), "kilometro": ("km", 1), "metro": ("m", 1), "m": ("m", 1), "cm": ("cm", 1),
    "kg": ("kg", 1), "kilo": ("kg", 1), "kilogramo": ("kg", 1), "g": ("g", 1), "gramo": ("g", 1),
    "litro": ("l", 1), "lt": ("l", 1), "l": ("l", 1), "ml": ("ml", 1), "mililitro": ("ml", 1),
    "persona": ("persona", 1), "pieza": ("pieza", 1), "pza": ("pieza", 1),
}  # fmt: skip
_UNIDAD = (
    r"(min(?:uto)?s?|horas?|hrs?|h|dias?|semanas?|quincenas?|mes(?:es)?|anos?|km|kilometros?|metros?|m|cm|kg|kilos?|"
    r"kilogramos?|g|gramos?|litros?|lts?|l|ml|mililitros?|personas?|piezas?|pzas?)\b"
)
MEDIDA = re.compile(
    rf"(?:(?<![\d$.,:/])({_N})\s*(?:a|y|o|-|hasta)\s*)?(?<![\d$.,:/])({_N})( y medi[oa])?\s*{_UNIDAD}( y medi[oa]\b)?"
)
MEDIA = re.compile(rf"\b(?:(medi[oa]) {_UNIDAD}|(?:hora|ano|mes) y medi[oa]\b)")
UNIDAD_ANTES = re.compile(rf"\b(?:km|kilometro)\s+({_N})")

NOMBRE_DIA = r"(?:lunes|martes|miercoles|jueves|viernes|sabados?|domingos?|\blun|\bmar|\bmie|\bjue|\bvie|\bsab|\bdom)\b"
DIA = re.compile(
    rf"\b{NOMBRE_DIA}(?:(?:\s*,\s*|\s+[ye]\s+|\s*-\s*|\s+al?\s+)(?:el\s+|los\s+)?{NOMBRE_DIA})*|"
    r"\bentre semana\b|\bfin(?:es)? de semana\b|\bdiario\b|\btodos los dias\b"
)
RELATIVO = re.compile(r"\b(?:hoy|pasado manana|(?<!la )manana(?! por la| en la| temprano))\b")
DOMICILIO = re.compile(
    r"\b(?:calle|calz|calzada|av|avda|avenida|blvd|blv|bulevar|boulevard|carretera|col|colonia|fraccionamiento|fracc|"
    r"plaza|privada|callejon|esquina con|esq con|cp|codigo postal|sucursal|frente al?|junto al?|"
    r"(?:estamos|ubicad[oa]s?|nos encuentras|visitanos|te esperamos)(?: ubicad[oa]s)?(?: aqui)? en)\s+"
    r"((?:[^.,;:!?\n()]|\.(?=\d)){2,60})"
)
DEL_NEGOCIO = re.compile(r"^(?:estamos|ubicad|nos encuentras|visitanos|te esperamos)")
SUELTO = re.compile(rf"(?<![\w$.,:/]){_N}(?![\w%:/])")
RESTO = re.compile(r"(?<![a-zñ\d])\d{1,30}(?![a-zñ\d])")
