"""Qué pide exactamente una pregunta y si un bloque lo da: de qué color, cuántos, para qué fecha, de qué medida.

Un bloque puede ser del tema y no tener el dato («tienen rin 20» contra «rin 14, 15 y 16»): contestarlo sería inventar.
Puro.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from .escritura import PALABRA, enderezar, plano, raiz
from .numeros import a_cifras
from .rasgos import VACIAS, juntar

# De cada clase de dato: en qué se nota que se pide y en qué se nota que se da.
_CLASES = {
    nombre: (re.compile(pide), re.compile(da))
    for nombre, pide, da in (
        (
            "color",
            r"\bcolor(?:es)?\b",
            r"\bcolor(?:es)?\b|\b(?:roj|blanc|negr|azul|verde|amarill|rosa|gris|cafe|morad|dorad|platead)\w*",
        ),
        ("sabor", r"\bsabor(?:es)?\b", r"\bsabor(?:es)?\b|\b(?:vainilla|chocolate|fresa|limon|nuez)\b"),
        ("marca", r"\bmarcas?\b", r"\bmarcas?\b"),
        (
            "medida",
            r"\bque tan (?:hond|grand|larg|anch|alt|chic|pesad|profund)\w+|\bque (?:tamano|medida|talla)s?\b"
            r"|\bcuanto (?:mide|pesa)n?\b|\bmedidas\b|\btallas\b",
            r"\b\d+(?:\.\d+)?\s?(?:cm|centimetros?|metros?|m|litros?|ml|kilos?|kg|gramos?|g|pulgadas?|onzas?)\b"
            r"|\b(?:talla|tamano|medida)s?\b|\d (?:x|por) \d",
        ),
        ("edad", r"\b(?:que|cual) edad(?:es)?\b|\bdesde que edad\b", r"\banos?\b|\bmeses\b|\bedad"),
        (
            "quien",
            r"\bquien(?:es)?\b(?! (?:sabe|puede|me|contest|esta))",
            r"\b(?:doctor|doctora|dra?|maestr[oa]s?|entrenador|instructor|instructora|ingenier[oa]|tecnic[oa]|personal"
            r"|especialista|quimic[oa]|nutriolog[oa]|estilista|chofer)\b",
        ),
        (
            "cupo",
            r"\bpara cuant[oa]s\b|\bcuant[oa]s (?:personas|gentes?|caben|cabemos|alcanza)\b",
            r"\b(?:personas?|invitados|ninos|lugares)\b|\bpara \d+\b|\b\d+ porciones\b",
        ),
        (
            "material",
            r"\bque (?:material|tela|madera)\b|\bde que (?:es|son|esta hech)",
            r"\b(?:material|tela|algodon|madera|piel|metal|acero|plastico|titanio|resina)\b",
        ),
    )
}
# Cómo se le dice a una persona lo que falta.
EN_PALABRAS = {
    "color": "de qué color", "sabor": "qué sabores", "marca": "de qué marca", "medida": "la medida", "edad": "la edad",
    "quien": "quién", "cupo": "para cuántos", "material": "de qué es", "tiempo": "cuánto tiempo",
    "cuenta": "cuántos son",
}  # fmt: skip
_DE_TIEMPO = re.compile(r"(?:minut|hora|dia|seman|mes|quincen|ano)")
_DURA = re.compile(
    r"\b\d+ (?:minutos?|horas?|dias?|semanas?|quincenas?|mes|meses|anos?)\b|\bmismo dia\b|\bdia siguiente\b"
)
_CUANTOS = re.compile(r"\bcuant[oa]s (?:son (?:los|las) )?([a-z]+)")
# Lo que se cuenta con estos no es una cosa: es el precio o la conversación.
_NO_SE_CUENTAN = juntar(
    "pesos cuesta cuestan cobran sale salen vale valen son hay quieres personas gente gentes caben cabemos alcanza"
)
_EXISTE = re.compile(
    r"\b(?:tienen?|hay|vend(?:en?)|dan|hacen|manejan|rentan?|aceptan|reciben|incluyen?|llevan?|traen?|ponen|ofrecen"
    r"|cuentan con|usan|instalan|compran|arreglan|ven|atienden|puedo|puede|se puede|me pueden|pueden|sirve|viene)\b"
    r"([^?.,\n]*)"
)
_DE_DATO = juntar("precio precios costo costos hora horas horario direccion ubicacion")
_ADEMAS = re.compile(r"\b(?:ademas|aparte|en lugar|en vez) de (?:el |la |los |las |un |una )?\w+")
_MESES = "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre"
_FECHA = re.compile(rf"\b\d{{1,2}} de ({_MESES})\b")
_FIESTA = re.compile(
    r"\b(navidad|nochebuena|ano nuevo|semana santa|buen fin|dia de (?:las madres|muertos|reyes|san valentin)"
    r"|festivos?|puente)\b"
)
_ES_FESTIVO = re.compile(r"\bfestiv|\binhabil|\b365 dias\b")
_CON_CALENDARIO = re.compile(
    rf"\b(?:lunes|martes|miercoles|jueves|viernes|sabados?|domingos?|{_MESES}|festivos?|temporada)\b|\b\d{{1,2}}:\d\d\b"
)
_FRACCION = re.compile(r"\b\d+/\d+\b")
_CON_UNIDAD = re.compile(
    r"(?:kilos?|kg|anos?|mes|meses|dias?|semanas?|horas?|hrs|minutos?|personas?|ninos?|ninas?|pesos|piezas?|pzas?|metros?"
    r"|litros?|am|pm|de|x|por|a|o|y)"
)


@dataclass(frozen=True)
class Pedido:
    """Lo puntual que pide una pregunta.

    Args:
        objeto: la cosa por la que se pregunta si hay o si se puede; vacío si no se pregunta así.
        clases: de qué dato se trata («color», «medida»…).
        cuenta: la raíz de lo que se pide contar; vacía si nada.
        mes, fiesta: de la fecha por la que se pregunta; vacíos si no la hay.
        fracciones: medidas como «5/8».
        pares: una palabra y su número, como («rin», «20»).
    """

    objeto: str
    clases: frozenset[str]
    cuenta: str
    mes: str
    fiesta: str
    fracciones: frozenset[str]
    pares: frozenset[tuple[str, str]]


@lru_cache(maxsize=4_000)
def leer_pedido(pregunta: str) -> Pedido:
    """Lo puntual que pide una pregunta, como la escribió el cliente."""
    limpio = plano(enderezar(pregunta))
    cuantos = _CUANTOS.search(limpio)
    contado = cuantos[1] if cuantos and cuantos[1] not in VACIAS | _NO_SE_CUENTAN else ""
    if cuantos and _DE_TIEMPO.match(cuantos[1]):
        contado = cuantos[1]
    fecha, fiesta = _FECHA.search(limpio), _FIESTA.search(limpio)
    trozos = PALABRA.findall(limpio)
    siguientes = [*trozos[2:], ""]
    return Pedido(
        _objeto(limpio),
        frozenset(clase for clase, (pide, _) in _CLASES.items() if pide.search(limpio)),
        raiz(contado) if contado else "",
        fecha[1] if fecha else "",
        fiesta[1] if fiesta else "",
        frozenset(_FRACCION.findall(limpio)),
        frozenset(
            (palabra, numero)
            for palabra, numero, sigue in zip(trozos, trozos[1:], siguientes, strict=False)
            if numero.isdigit()
            and len(palabra) > 2
            and not palabra.isdigit()
            and palabra not in VACIAS
            and not _CON_UNIDAD.fullmatch(sigue)
        ),
    )


def _objeto(limpio: str) -> str:
    """«¿Dan francés además de inglés?»: francés."""
    existe = _EXISTE.search(_ADEMAS.sub(" ", limpio))
    if existe is None:
        return ""
    return next(
        (
            t
            for t in PALABRA.findall(existe[1])
            if t not in VACIAS | _DE_DATO and len(t) > 2 and not t.isdigit()
        ),
        "",
    )


@lru_cache(maxsize=8_000)
def _leer_texto(texto: str) -> tuple[str, tuple[str, ...]]:
    limpio = a_cifras(plano(texto))
    return limpio, tuple(PALABRA.findall(limpio))


def da_lo_contado(pedido: Pedido, texto: str) -> tuple[bool, bool]:
    """Si el texto da alguna de las clases de dato que se piden (o la cuenta), y si le falta alguna."""
    dadas = _dadas(pedido, texto).values()
    return any(dadas), not all(dadas)


def lo_que_no_da(pedido: Pedido, texto: str) -> tuple[str, ...]:
    """Los datos puntuales que se piden y el texto no da, dichos para una persona: «de qué color»."""
    return tuple(EN_PALABRAS[clase] for clase, dada in _dadas(pedido, texto).items() if not dada)


def _dadas(pedido: Pedido, texto: str) -> dict[str, bool]:
    limpio, trozos = _leer_texto(texto)
    dadas = {clase: bool(_CLASES[clase][1].search(limpio)) for clase in sorted(pedido.clases)}
    if pedido.cuenta:
        if _DE_TIEMPO.match(pedido.cuenta):
            dadas["tiempo"] = bool(_DURA.search(limpio))
        else:
            dadas["cuenta"] = any(
                raiz(t) == pedido.cuenta and any(antes.isdigit() for antes in trozos[max(0, n - 2) : n])
                for n, t in enumerate(trozos)
            )
    return dadas


def choca(pedido: Pedido, texto: str) -> bool:
    """Si el texto habla de otra fecha, otra medida u otro número que los que se piden."""
    return bool(en_que_choca(pedido, texto))


def fecha_que_falta(pedido: Pedido, texto: str) -> str:
    """La fecha por la que se pregunta, si el texto no la nombra; vacía si la nombra o no se pregunta por ninguna."""
    limpio, _ = _leer_texto(texto)
    if (pedido.mes and pedido.mes in limpio) or (pedido.fiesta and pedido.fiesta in limpio):
        return ""
    return pedido.fiesta or (f"esa fecha de {pedido.mes}" if pedido.mes else "")


def en_que_choca(pedido: Pedido, texto: str) -> str:
    """Lo que se pide y el texto no tiene, aunque sí otro igual: «rin 20»; vacío si nada."""
    limpio, trozos = _leer_texto(texto)
    fecha = fecha_que_falta(pedido, texto)
    if fecha and _CON_CALENDARIO.search(limpio) and not _ES_FESTIVO.search(limpio):
        return fecha
    if pedido.fracciones and not pedido.fracciones & set(_FRACCION.findall(limpio)):
        return min(pedido.fracciones)
    seguidas = set(zip(trozos, trozos[1:], strict=False))
    return next(
        (
            f"{palabra} {numero}"
            for palabra, numero in sorted(pedido.pares)
            if numero not in trozos and any(a == palabra and b.isdigit() for a, b in seguidas)
        ),
        "",
    )
