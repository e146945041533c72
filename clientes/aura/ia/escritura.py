"""Cómo escribe la gente en WhatsApp: abreviaturas, errores de dedo y faltas de ortografía que suenan igual."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

PALABRA = re.compile(r"[a-z0-9]+")
_REPETIDAS = re.compile(r"([a-z])\1{2,}")
PALABRA_ESCRITA = re.compile(r"[^\W_]+", re.UNICODE)

# Lo que se escribe corto, y las palabras de todos los días que más se escriben como suenan.
_ABREVIATURAS = {
    "q": "que",
    "k": "que",
    "ke": "que",
    "x": "por",
    "xq": "por que",
    "pq": "por que",
    "porq": "por que",
    "xfa": "por favor",
    "porfa": "por favor",
    "pa": "para",
    "d": "de",
    "dl": "del",
    "tmb": "también",
    "tb": "también",
    "cto": "cuánto",
    "cuant": "cuánto",
    "ora": "hora",
    "oras": "horas",
    "hr": "hora",
    "hrs": "horas",
    "ai": "hay",
    "ay": "hay",
    "ahi": "ahí",
    "nomas": "solo",
    "ocupo": "necesito",
    "ocupamos": "necesitamos",
    "jalo": "funciona",
    "jala": "funciona",
    "wifi": "wifi",
    "dom": "domingo",
    "sab": "sábado",
    "info": "información",
    "depa": "departamento",
    "cel": "celular",
    "compu": "computadora",
}
# Se corrigen cuando suenan igual: así «sierran» es «cierran» y «biernes» es «viernes».
_COMUNES = """
lunes martes miércoles jueves viernes sábado sábados domingo domingos hora horas horario hasta desde hoy
mañana tarde noche abren abre abierto abiertos cierran cierra cerrado atienden precio precios cuánto
cuánta cuántos cuántas cuesta cuestan vale valen cobran cobra sale salen venden vende tienen tiene hay
hacen hace hacer van voy viene vienen llevan lleva traen quiero quisiera necesito busco puedo puede
pueden queda quedan dónde cómo qué cuál cuáles quién sucursal dirección calle servicio servicios también
todavía nada mucho muchos chico chica grande grandes blanco blanca nuevo nueva veces viaje hijo hija niño
niña niños ahorita después antes aquí allá llevar recoger recibir recibo envío envíos factura tarjeta
efectivo transferencia depósito bolsa caja vez reciben lavado lavar baño bañar hacia iba ver voy aceptan usan usar
usado usados reserva reservar cita citas agendar seguro garantía incluye incluido comprar compran
"""
_LETRAS = (
    ("ch", "1"),
    ("h", ""),
    ("qu", "k"),
    ("q", "k"),
    ("v", "b"),
    ("z", "s"),
    ("ce", "se"),
    ("ci", "si"),
    ("c", "k"),
    ("ll", "y"),
    ("ge", "je"),
    ("gi", "ji"),
    ("gue", "ge"),
    ("gui", "gi"),
    ("w", "gu"),
    ("mb", "nb"),
    ("mp", "np"),
    ("x", "s"),
)
_DOBLES = re.compile(r"([a-z0-9])\1+")


@lru_cache(maxsize=20_000)
def plano(texto: str) -> str:
    """Minúsculas, sin acentos ni letras alargadas."""
    sin = "".join(c for c in unicodedata.normalize("NFKD", texto.lower()) if not unicodedata.combining(c))
    return _REPETIDAS.sub(r"\1", sin)


@lru_cache(maxsize=20_000)
def sonido(palabra: str) -> str:
    """Cómo suena una palabra ya plana: iguales b y v, c s y z, ll y y, g y j, con h o sin ella."""
    for letras, suena in _LETRAS:
        palabra = palabra.replace(letras, suena)
    return _DOBLES.sub(r"\1", palabra)


# De la más larga a la más corta: gana la primera que cabe.
_TERMINACIONES = tuple(
    sorted(
        set(
            [
                "aciones",
                "iciones",
                "amientos",
                "imientos",
                "amiento",
                "imiento",
                "acion",
                "icion",
                "adores",
                "adoras",
                "ador",
                "adora",
                "andolos",
                "ando",
                "iendo",
                "arme",
                "arse",
                "arte",
                "erse",
                "irse",
                "arlo",
                "arla",
                "arlos",
                "arlas",
                "arles",
                "arnos",
                "amos",
                "emos",
                "imos",
                "aron",
                "ieron",
                "aban",
                "adas",
                "ados",
                "idas",
                "idos",
                "ada",
                "ado",
                "ida",
                "ido",
                "aste",
                "ara",
                "ar",
                "er",
                "ir",
                "an",
                "en",
                "as",
                "es",
                "os",
                "a",
                "e",
                "o",
                "s",
                "itos",
                "itas",
                "ito",
                "ita",
                "cito",
                "cita",
                "citos",
                "citas",
            ]
        ),
        key=lambda final: (-len(final), final),
    )
)


@lru_cache(maxsize=20_000)
def raiz(palabra: str) -> str:
    """Una raíz tosca del español: quita plural, género, diminutivo y terminaciones comunes de verbo."""
    if palabra.isdigit() or len(palabra) <= 3:
        return palabra
    for final in _TERMINACIONES:
        if palabra.endswith(final) and len(palabra) - len(final) >= (4 if len(final) > 1 else 3):
            return palabra[: -len(final)]
    return palabra


_COMUN_POR_SONIDO = {sonido(plano(p)): p for p in reversed(_COMUNES.split())}
_COMUNES_PLANAS = {plano(p) for p in _COMUNES.split()}


@lru_cache(maxsize=4_000)
def enderezar(texto: str) -> str:
    """El mensaje como se escribiría con cuidado; las palabras que no conoce quedan igual.

    Las burbujas se unen con punto: cada una suele ser media frase.
    """
    unido = ". ".join(renglon.strip() for renglon in texto.splitlines() if renglon.strip())
    return PALABRA_ESCRITA.sub(lambda m: _palabra(m[0]), unido)


def _palabra(original: str) -> str:
    clave = plano(original)
    if clave in _ABREVIATURAS:
        return _ABREVIATURAS[clave]
    if len(clave) < 3 or clave.isdigit() or clave in _COMUNES_PLANAS:
        return original
    return _COMUN_POR_SONIDO.get(sonido(clave), original)
