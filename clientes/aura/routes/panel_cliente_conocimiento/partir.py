"""De un documento a temas propuestos: un título y lo que dice, del tamaño que Nora manda por WhatsApp. Puro."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .documentos import Documento, Parrafo

TEMAS_MAXIMOS = 300
LARGO_TITULO = 120
# Más que esto no cabe en un mensaje: el tema se parte.
LARGO_COMODO = 1_100
LARGO_MAXIMO = 4_000
LARGO_DE_TITULO = 80
_PALABRAS_DE_TITULO = 9
_ETIQUETAS_MAXIMAS = 8

_DE_TITULO = frozenset(
    {
        "titulo",
        "tema",
        "pregunta",
        "nombre",
        "servicio",
        "producto",
        "concepto",
        "articulo",
        "title",
        "question",
    }
)
_DE_CONTENIDO = frozenset(
    {"contenido", "respuesta", "descripcion", "texto", "detalle", "informacion", "answer", "description"}
)
_DE_ETIQUETAS = frozenset({"etiqueta", "etiquetas", "categoria", "categorias", "grupo", "tags"})
# «Peinado de fiesta: cuesta $450»: un tema que se dice en su propio renglón.
_TEMA_EN_LINEA = re.compile(r"[^\s:.¿-][^:.\n]{2,50}:\s+\S.{9,}")
_DE_PRECIO = re.compile(r"\b(?:precio|costo|tarifa|importe|price)s?\b")


@dataclass(frozen=True)
class Propuesta:
    """Un tema propuesto. `fuente`: de qué archivo y página salió."""

    titulo: str
    contenido: str
    etiquetas: tuple[str, ...] = ()
    fuente: str = ""


@dataclass(frozen=True)
class Partido:
    """Los temas de un documento. `sobran`: cuántos no cupieron."""

    propuestas: list[Propuesta]
    sobran: int = 0


def partir(documento: Documento, archivo: str) -> Partido:
    """Los temas de un documento, sin repetir."""
    crudas = _de_hoja(documento.renglones) if documento.tipo == "csv" else _de_parrafos(documento.parrafos)
    vistas: set[str] = set()
    propuestas: list[Propuesta] = []
    for titulo, contenido, etiquetas, lugar in crudas:
        clave = _plano(f"{titulo} {contenido}")
        if not contenido or clave in vistas:
            continue
        vistas.add(clave)
        fuente = ", ".join(filter(None, (archivo[:150], lugar)))
        propuestas.append(
            Propuesta(titulo[:LARGO_TITULO].strip(), contenido[:LARGO_MAXIMO], etiquetas, fuente)
        )
    return Partido(propuestas[:TEMAS_MAXIMOS], max(len(propuestas) - TEMAS_MAXIMOS, 0))


_Cruda = tuple[str, str, tuple[str, ...], str]


# ---------------------------------------------------------------- hojas
def _de_hoja(renglones: Sequence[Sequence[str]]) -> Iterator[_Cruda]:
    encabezados = [_plano(celda) for celda in renglones[0]]
    titulo = _columna(encabezados, _DE_TITULO)
    contenido = _columna(encabezados, _DE_CONTENIDO)
    etiquetas = _columna(encabezados, _DE_ETIQUETAS)
    if titulo is None and contenido is None and len(encabezados) == 2:
        titulo, contenido = 0, 1
    titulo = 0 if titulo is None else titulo
    for numero, celdas in enumerate(renglones[1:], start=2):
        valores = [*celdas, *[""] * (len(encabezados) - len(celdas))]
        tema = valores[titulo]
        if contenido is not None and contenido != titulo:
            texto = valores[contenido]
        else:
            texto = _frase_de_renglon(renglones[0], valores, tema, {titulo, etiquetas})
        marcas = re.split(r"[,;|]", valores[etiquetas]) if etiquetas is not None else []
        limpias = tuple(dict.fromkeys(m.strip()[:40] for m in marcas if m.strip()))[:_ETIQUETAS_MAXIMAS]
        yield tema or _titulo_de(texto), texto, limpias, f"renglón {numero}"


def _frase_de_renglon(
    encabezados: Sequence[str], valores: Sequence[str], tema: str, fuera: set[int | None]
) -> str:
    """«Corte de dama: precio $280, duración 45 min», de una lista de precios."""
    partes = []
    for n, valor in enumerate(valores):
        if not valor or n in fuera or n >= len(encabezados):
            continue
        if _DE_PRECIO.search(_plano(encabezados[n])) and re.fullmatch(r"[\d,.]+", valor):
            valor = f"${valor}"
        partes.append(f"{encabezados[n].strip().lower()} {valor}".strip())
    return f"{tema}: {', '.join(partes)}." if partes else ""


def _columna(encabezados: Sequence[str], nombres: frozenset[str]) -> int | None:
    return next((n for n, e in enumerate(encabezados) if set(e.split()) & nombres), None)


# ---------------------------------------------------------------- textos
def _de_parrafos(parrafos: Sequence[Parrafo]) -> Iterator[_Cruda]:
    con_titulos = sum(_es_titulo(p, n, parrafos) for n, p in enumerate(parrafos))
    titulo, cuerpo, pagina = "", list[str](), 0
    for n, parrafo in enumerate(parrafos):
        if _es_titulo(parrafo, n, parrafos):
            yield from _seccion(titulo, cuerpo, pagina)
            titulo, cuerpo, pagina = _limpiar_titulo(parrafo.texto), [], parrafo.pagina
        elif parrafo.aparte and cuerpo and _TEMA_EN_LINEA.match(parrafo.texto):
            yield from _seccion(titulo, cuerpo, pagina)
            titulo, cuerpo, pagina = "", [parrafo.texto], parrafo.pagina
        elif con_titulos or not cuerpo:
            cuerpo.append(parrafo.texto)
            pagina = pagina or parrafo.pagina
        elif _es_vineta(parrafo.texto) or len(parrafo.texto) < 25:
            cuerpo.append(parrafo.texto)  # una lista va con lo que la presenta
        else:
            yield from _seccion(titulo, cuerpo, pagina)
            titulo, cuerpo, pagina = "", [parrafo.texto], parrafo.pagina
    yield from _seccion(titulo, cuerpo, pagina)


def _seccion(titulo: str, cuerpo: Sequence[str], pagina: int) -> Iterator[_Cruda]:
    lugar = f"página {pagina}" if pagina else ""
    trozos = list(_trozos(cuerpo))
    for n, trozo in enumerate(trozos, start=1):
        nombre = titulo or _titulo_de(trozo)
        texto = trozo
        if not titulo and (m := re.match(rf"{re.escape(nombre)}\s*[:–-]\s*(?=\S)", trozo)):
            texto = trozo[m.end() :]  # «Horario: de 9 a 7» ya trae su título
            texto = texto[:1].upper() + texto[1:]
        yield (
            (f"{nombre[: LARGO_TITULO - 5]} ({n})" if len(trozos) > 1 and titulo else nombre),
            texto,
            (),
            lugar,
        )


def _trozos(cuerpo: Sequence[str]) -> Iterator[str]:
    """El cuerpo en trozos que caben en un mensaje, cortado entre párrafos o, si no hay más, entre frases."""
    actual = ""
    for parrafo in cuerpo:
        for pieza in _piezas(parrafo):
            if actual and len(actual) + len(pieza) + 1 > LARGO_COMODO:
                yield actual
                actual = ""
            actual = f"{actual}\n{pieza}" if actual else pieza
    if actual:
        yield actual


def _piezas(parrafo: str) -> Iterator[str]:
    if len(parrafo) <= LARGO_COMODO:
        yield parrafo
        return
    actual = ""
    for frase in re.split(r"(?<=[.!?;])\s+", parrafo):
        while len(frase) > LARGO_COMODO:
            corte = frase.rfind(" ", 0, LARGO_COMODO)
            corte = corte if corte > 0 else LARGO_COMODO
            yield from filter(None, (actual, frase[:corte].strip()))
            actual, frase = "", frase[corte:].strip()
        if actual and len(actual) + len(frase) + 1 > LARGO_COMODO:
            yield actual
            actual = ""
        actual = f"{actual} {frase}".strip()
    if actual:
        yield actual


def _es_titulo(parrafo: Parrafo, n: int, parrafos: Sequence[Parrafo]) -> bool:
    """Lo marca el documento, o es una línea corta que presenta a lo que sigue."""
    texto = parrafo.texto.strip()
    if parrafo.es_titulo or texto.startswith("#"):
        return True
    sigue = parrafos[n + 1].texto if n + 1 < len(parrafos) else ""
    if not sigue or len(texto) > LARGO_DE_TITULO or _es_vineta(texto):
        return False
    if texto.startswith("¿") and texto.endswith("?"):
        return True
    if texto.endswith(":") and len(texto.split()) <= _PALABRAS_DE_TITULO:
        return True
    letras = [c for c in texto if c.isalpha()]
    if len(letras) >= 4 and all(c.isupper() for c in letras):
        return True
    sin_cierre = not texto.endswith((".", ",", ";", "!")) and not re.search(r"[\d$%]|: ", texto)
    return sin_cierre and texto[:1].isupper() and len(texto.split()) <= 6 and len(sigue) > len(texto)


def _es_vineta(texto: str) -> bool:
    return bool(re.match(r"[-•*·–]\s", texto))


def _limpiar_titulo(texto: str) -> str:
    limpio = re.sub(r"^(?:#+\s*|\d{1,2}(?:\.\d{1,2})*[.)]\s+)", "", texto.strip()).strip(" :*_")
    if limpio.isupper():
        limpio = limpio.capitalize()
    return limpio[:LARGO_TITULO]


def _titulo_de(texto: str) -> str:
    """Las primeras palabras, o lo que va antes de los dos puntos."""
    primera = re.sub(r"^[-•*·–]\s+", "", texto.strip().split("\n")[0])
    antes = re.match(r"([^:.]{3,60}):\s+\S", primera)
    if antes:
        return antes[1].strip()
    palabras = re.split(r"[.;!\n]", primera)[0].split()
    corto = " ".join(palabras[:7])
    return (corto[:LARGO_TITULO] or primera[:40]).rstrip(",") + ("…" if len(palabras) > 7 else "")


def _plano(texto: str) -> str:
    simple = unicodedata.normalize("NFKD", texto.lower())
    return " ".join(re.findall(r"[a-z0-9$%]+", "".join(c for c in simple if not unicodedata.combining(c))))
