"""Un texto partido en lo que se puede comparar: palabras, temas, días, fechas, números y el dato que da o que pide."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from .escritura import PALABRA, enderezar, plano, raiz, sonido
from .rasgos import VACIAS, juntar, temas_de
from .sinonimos import Sinonimos, comunes

_NUMEROS = {
    palabra: str(n)
    for n, palabra in [
        (2, "dos"), (3, "tres"), (4, "cuatro"), (5, "cinco"), (6, "seis"), (7, "siete"), (8, "ocho"),
        (9, "nueve"), (10, "diez"), (11, "once"), (12, "doce"), (14, "catorce"), (15, "quince"),
        (18, "dieciocho"), (20, "veinte"), (24, "veinticuatro"), (25, "veinticinco"), (30, "treinta"),
        (40, "cuarenta"), (50, "cincuenta"), (100, "cien"), (1000, "mil"),
    ]
}  # fmt: skip
_DIAS = ("lunes", "martes", "miercoles", "jueves", "viernes", "sabado", "domingo")
_DIA = {dia: n for n, dia in enumerate(_DIAS)} | {"sabados": 5, "domingos": 6}
_RANGO = re.compile(rf"({'|'.join(_DIAS)})s?\s+a\s+({'|'.join(_DIAS)})")

# Qué dato pide una pregunta, y en qué se nota que un bloque lo da.
_PIDE = {
    "precio": re.compile(
        r"\ba como\b|\bprecios?\b|\bcostos?\b|\bcuestan?\b|\bcobran?\b|\btarifas?\b|\bpresupuesto\b|\bcotiz"
        r"|\b(?:vale|valen|saldria|sale mas)\b"
        r"|\b(?:en |por )?cuanto\b(?!\s+(?:tiempo|tarda|se tarda|dura|falta|mide|pesa|antes))"
    ),
    "hora": re.compile(
        r"\bhoras?\b|\bhorarios?\b|\babren\b|\babre\b|\babiert[oa]s?\b|\bcierran?\b|\batienden\b|\bque tan temprano\b"
        r"|\bque dias?\b|\bhasta que\b"
    ),
    "lugar": re.compile(
        r"(?<!hay )(?<!tienen )(?<!tiene )\bdonde\b"
        r"|\bdireccion\b|\bubica\w*|\bcomo llego\b|\bpara llegar\b|\bquedan?\b|\ben que (?:calle|avenida"
        r"|plaza|piso|pasillo|carretera|parte)\b|\bpor aqui\b|\bmapa\b"
    ),
    "plazo": re.compile(
        r"\bcuanto tiempo\b|\b(?:se )?tardan?\b|\bduran?\b|\bpara cuando\b|\bcuando (?:me|esta|entreg|nos|lo)"
        r"|\bcuantos (?:dias|meses|anos)\b|\bcada cuanto\b|\bhoy mismo\b|\blist[oa]s?\b"
    ),
}
_DA = {
    "precio": re.compile(r"\$\s?\d|\d\s?(?:pesos|mxn)\b|\bgratis\b|\bsin costo\b|\bpor ciento\b"),
    "hora": re.compile(
        r"\b\d{1,2}:\d\d\b|\b\d{1,2}\s?(?:am|pm|hrs|horas)\b|\bde (?:la )?(?:manana|tarde|noche)\b"
        r"|\bde \d{1,2} a \d{1,2}\b|\b(?:lunes|martes|miercoles|jueves|viernes|sabados?|domingos?)\b"
    ),
    "lugar": re.compile(
        r"\bcalle\b|\bavenida\b|\bbulevar\b|\bcalzada\b|\bcarretera\b|\bplaza\b|\besquina\b|\bfrente a\b|\bjunto a\b"
        r"|\bcolonia\b|\bmalecon\b|\ba un lado\b|\ba un costado\b|\blocal \d|\bcuadras?\b|\bprolongacion\b|\bandador\b"
    ),
    "plazo": re.compile(
        r"\b\d+ (?:minutos|horas|dias|semanas|meses|anos)\b|\bmismo dia\b|\bdia siguiente\b|\btarda\b|\bdura\b"
        r"|\bal momento\b|\b(?:dos|tres|cuatro|cinco|un|una) (?:dias?|horas?|semanas?|mes|meses|ano|anos)\b"
    ),
}
_FECHA = re.compile(
    r"\b(?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|navidad|ano nuevo"
    r"|semana santa|buen fin|festivos?|puente|vacaciones|reyes|muertos)\b"
)
TITULO_DE = {
    "hora": re.compile(r"\bhora|\bhorarios?\b|\ba que hora\b"),
    "lugar": re.compile(r"\bdireccion\b|\bubicacion\b|\bdonde\b|\bsucursal\b|\btienda\b|\bcomo llegar\b"),
}
TIPOS = tuple(_PIDE)
# Asuntos que pide cualquiera y que atiende una persona: empleo, quejas, objetos olvidados, vender algo al negocio.
_DE_PERSONA = re.compile(
    r"\b(?:vacantes?|empleo|curriculum|contratan\w*|solicitan|practicantes?|busc\w+ (?:trabajo|jale|chamba)|mi cv"
    r"|queja\w*|quejar\w*|encargad[oa]|gerente|reclamar|demanda\w*|olvide|se me olvido|deje olvidad\w+|perdi"
    r"|franquicia|proveedor\w*|compran|me compran|patrocin\w+|que marcas?|marcas? (?:es|son|manejan)|quien da"
    r"|duele|sirven? para)\b"
)


# Con lo que se rellena un mensaje hablado: no dice de qué trata, y en los bloques casi nunca está.
_RELLENO = juntar(
    """
    adios ahorita ando andamos asi ayer buscando busco checar cosa cosas deje dejo dejar dijeron echar entonces estaba
    estaria exactamente fijate funciona gentes hablo hoy iba igual jeje jaja holis llevo llevamos lleva mande manda
    mero mismo misma nada necesitamos nosotros nosotras nuevo oigan oigame oye otra otro parte paso pasar pasada pense
    platicar poder podriamos pueda queria queremos quede quedo rato recomiendas recomiendan sabe sabes sabria seria
    serian sigue siguiente somos supe tal todavia todavia traigo traemos vamos vengo ve ven vi viene vienen vivo venden
    tantito poquito luego verdad aparte ademas unicamente solo solamente usted ustedes disculpen disculpa perdon
    manejan quien quienes ocupamos ocupa tanto tanta mas sea compre compro cual algun alguno ninguno mil señorita joven
    reciben aceptan dan ofrecen tienes amigo amiga miss maestro jefe
    """
)


@dataclass(frozen=True)
class Palabra:
    """Una palabra que dice algo, lista para comparar."""

    texto: str
    raiz: str
    suena: str
    grupos: frozenset[int]


@dataclass(frozen=True)
class Texto:
    """Un texto ya partido: sus palabras, los días que nombra y los datos que da (bloque) o pide (pregunta)."""

    palabras: tuple[Palabra, ...]
    temas: frozenset[str]
    fechas: frozenset[str]
    dias: frozenset[int]
    numeros: frozenset[str]
    datos: frozenset[str]
    de_persona: bool


@lru_cache(maxsize=20_000)
def leer_texto(texto: str, *, es_pregunta: bool = False, sinonimos: Sinonimos | None = None) -> Texto:
    """Parte un texto; el de una pregunta, después de enderezarlo. Sin `sinonimos`, con los de todas las Noras."""
    limpio = plano(enderezar(texto) if es_pregunta else texto)
    trozos = [_NUMEROS.get(t, t) for t in PALABRA.findall(limpio)]
    raices = [raiz(t) for t in trozos]
    sinonimos = sinonimos or comunes()
    grupos: list[set[int]] = [set() for _ in trozos]
    frases: set[int] = set()
    for largo in range(1, sinonimos.largo + 1):
        for n in range(len(trozos) - largo + 1):
            hallados = sinonimos.grupos_de(raices[n : n + largo])
            for k in range(n, n + largo):
                grupos[k] |= hallados
            if hallados and largo > 1:
                frases.add(n)
    palabras = tuple(
        Palabra(t, r, sonido(r), frozenset(g))
        for n, (t, r, g) in enumerate(zip(trozos, raices, grupos, strict=True))
        if ((t not in VACIAS and not (es_pregunta and t in _RELLENO)) or n in frases)
        and (len(t) > 1 or t.isdigit())
    )
    senas = _PIDE if es_pregunta else _DA
    return Texto(
        palabras,
        frozenset(temas_de(limpio, es_pregunta=es_pregunta)),
        frozenset(_FECHA.findall(limpio)),
        _dias(limpio, trozos),
        frozenset(t for t in trozos if t.isdigit()),
        frozenset(tipo for tipo, sena in senas.items() if sena.search(limpio)),
        es_pregunta and bool(_DE_PERSONA.search(limpio)),
    )


def _dias(limpio: str, trozos: Sequence[str]) -> frozenset[int]:
    dias = {_DIA[t] for t in trozos if t in _DIA}
    for inicio, fin in _RANGO.findall(limpio):
        n = _DIA[inicio]
        while n != _DIA[fin]:
            dias.add(n)
            n = (n + 1) % 7
    if "entre semana" in limpio:
        dias |= {0, 1, 2, 3, 4}
    if re.search(r"\bfin(?:es)? de semana\b|\bfinde\b", limpio):
        dias |= {5, 6}
    if "todos los dias" in limpio or "toda la semana" in limpio:
        dias |= set(range(7))
    return frozenset(dias)


@dataclass(frozen=True)
class BloqueLeido:
    """Un bloque como está escrito, y partido en título, todo junto, y el título con cada renglón."""

    texto: str
    titulo: Texto
    cuerpo: Texto
    hechos: tuple[Texto, ...]
    tipo_titulo: frozenset[str]


_RENGLON = re.compile(r"(?<=[.!?;:])\s+|\n+")


@lru_cache(maxsize=4_000)
def leer_bloque(titulo: str, contenido: str, sinonimos: Sinonimos | None = None) -> BloqueLeido:
    """Lo que se compara de un bloque; se recuerda por su texto."""
    plano_titulo = plano(titulo)
    return BloqueLeido(
        f"{titulo}. {contenido}",
        leer_texto(titulo, sinonimos=sinonimos),
        leer_texto(f"{titulo}. {contenido}", sinonimos=sinonimos),
        tuple(
            leer_texto(f"{titulo}. {r}", sinonimos=sinonimos) for r in _RENGLON.split(contenido) if r.strip()
        ),
        frozenset(tipo for tipo, sena in TITULO_DE.items() if sena.search(plano_titulo)),
    )
