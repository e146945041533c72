"""Leer un texto pegado, un CSV, un PDF o un Word: sus párrafos y en qué página están. Sin base ni HTTP."""

from __future__ import annotations

import csv
import io
import re
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from ...utils import hojas
from ...utils.errores import ErrorDatoInvalido
from ...utils.validators import limpiar_texto

Tipo = Literal["texto", "csv", "pdf", "docx"]
BYTES_MAXIMOS = 10 * 1024 * 1024
PAGINAS_MAXIMAS = 300
LETRAS_MAXIMAS = 400_000
SEGUNDOS_MAXIMOS = 20.0
# Un Word honrado se descomprime a unas veces su tamaño; una bomba, a miles.
DESCOMPRIMIDO_MAXIMO = 80 * 1024 * 1024
XML_MAXIMO = 20 * 1024 * 1024
PARTES_MAXIMAS = 3_000
_LETRAS_DE_UN_ESCANEADO = 20
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True)
class Parrafo:
    """Un trozo de texto.

    Args:
        es_titulo: el documento lo marca como título.
        pagina: desde 1; 0 si no se sabe.
        aparte: lo separa del anterior un renglón en blanco.
    """

    texto: str
    es_titulo: bool = False
    pagina: int = 0
    aparte: bool = False


@dataclass
class Documento:
    """Un documento leído. `renglones`: si es una hoja, sus celdas con los encabezados primero."""

    tipo: Tipo
    paginas: int = 0
    parrafos: list[Parrafo] = field(default_factory=list)
    renglones: list[list[str]] = field(default_factory=list)


def leer(nombre: str, datos: bytes) -> Documento:
    """Lee un archivo según lo que es, no según cómo se llama.

    Raises:
        ErrorDatoInvalido: con `campo="archivo"`, y una frase de qué hacer.
    """
    if not datos:
        raise _no("Ese archivo está vacío.")
    if len(datos) > BYTES_MAXIMOS:
        raise _no("Ese archivo pesa más de 10 MB. Pártelo, o pega aquí el texto que te interesa.")
    if b"%PDF-" in datos[:1024]:
        return _leer_pdf(datos)
    if datos.startswith(_OLE):
        raise _no("Ese archivo es de un Word viejo o tiene contraseña. Guárdalo como .docx sin contraseña.")
    if datos[:4] == b"PK\x03\x04":
        return _leer_docx(datos)
    if b"\x00" in datos[:4096] and not datos.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _no("Ese archivo no se puede leer aquí. Sube un PDF, un Word (.docx), un CSV o un texto.")
    texto = hojas.descifrar(datos)
    if nombre.lower().endswith((".csv", ".tsv")):
        return _leer_csv(texto)
    return leer_texto(texto.contenido)


def leer_texto(texto: str) -> Documento:
    """Un texto pegado: los renglones en blanco separan párrafos.

    Raises:
        ErrorDatoInvalido: es demasiado largo o no dice nada.
    """
    limpio = limpiar_texto(texto).replace("\r\n", "\n").replace("\r", "\n")
    if not limpio.strip():
        raise _no("No trae nada escrito.")
    _cabe(len(limpio))
    return Documento("texto", 0, [Parrafo(p, aparte=aparte) for p, aparte in _parrafos_de_renglones(limpio)])


def _leer_csv(texto: hojas.Texto) -> Documento:
    lector = csv.reader(io.StringIO(texto.contenido, newline=""), delimiter=texto.separador)
    try:
        renglones = [[c.strip() for c in celdas] for celdas in lector if any(c.strip() for c in celdas)]
    except csv.Error as error:
        raise _no("La hoja no se puede leer: revisa sus comillas.") from error
    if len(renglones) < 2:
        raise _no("La hoja necesita un renglón de títulos y al menos uno con datos.")
    _cabe(len(texto.contenido))
    return Documento("csv", 0, renglones=renglones)


def _leer_pdf(datos: bytes) -> Documento:
    # Tarda en importarse y casi ninguna petición lo usa.
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    limite = time.monotonic() + SEGUNDOS_MAXIMOS
    try:
        lector = PdfReader(io.BytesIO(datos))
        if lector.is_encrypted and not lector.decrypt(""):
            raise _no("Ese PDF tiene contraseña. Guárdalo sin contraseña y súbelo otra vez.")
        paginas = len(lector.pages)
        if paginas > PAGINAS_MAXIMAS:
            raise _no(
                f"Ese PDF tiene {paginas:,} páginas y caben {PAGINAS_MAXIMAS}. Sube solo las que te preguntan."
            )
        parrafos: list[Parrafo] = []
        letras = 0
        for numero, hoja in enumerate(lector.pages, start=1):
            texto = limpiar_texto(hoja.extract_text() or "")
            letras += len(texto)
            _cabe(letras)
            if time.monotonic() > limite:
                raise _no("Ese PDF tarda demasiado en leerse. Pártelo en varios más chicos.")
            parrafos += [
                Parrafo(p, pagina=numero, aparte=aparte) for p, aparte in _parrafos_de_renglones(texto)
            ]
    except ErrorDatoInvalido:
        raise
    except (
        PyPdfError,
        ValueError,
        KeyError,
        TypeError,
        IndexError,
        AttributeError,
        OSError,
        RecursionError,
    ) as error:
        # Un PDF roto falla de muchas maneras dentro de la biblioteca.
        raise _no(
            "Ese PDF está dañado o incompleto. Ábrelo, guárdalo otra vez y vuelve a subirlo."
        ) from error
    if sum(len(p.texto) for p in parrafos) < _LETRAS_DE_UN_ESCANEADO:
        raise _no("Ese PDF es una foto o un escaneo: no trae texto. Copia lo que dice y pégalo aquí abajo.")
    return Documento("pdf", paginas, parrafos)


def _leer_docx(datos: bytes) -> Documento:
    _revisar_zip(datos)
    from docx import Document
    from docx.opc.exceptions import OpcError

    try:
        documento = Document(io.BytesIO(datos))
        parrafos = list(_parrafos_de_docx(documento))
    except (OpcError, SyntaxError, zipfile.BadZipFile, KeyError, ValueError, AttributeError) as error:
        raise _no("Ese Word está dañado. Ábrelo, guárdalo otra vez y vuelve a subirlo.") from error
    if not parrafos:
        raise _no("Ese Word no trae texto. Si son fotos, escribe lo que dicen y pégalo aquí abajo.")
    _cabe(sum(len(p.texto) for p in parrafos))
    return Documento("docx", 0, parrafos)


def _revisar_zip(datos: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(datos)) as paquete:
            partes = paquete.infolist()
    except (zipfile.BadZipFile, OSError) as error:
        raise _no("Ese archivo está dañado o incompleto. Vuelve a guardarlo y súbelo otra vez.") from error
    nombres = {parte.filename for parte in partes}
    if any(nombre.startswith("xl/") for nombre in nombres):
        raise _no("Ese archivo es de Excel. Ábrelo y guárdalo como «CSV UTF-8».")
    if "word/document.xml" not in nombres:
        raise _no("Ese archivo no es un Word. Sube un PDF, un Word (.docx), un CSV o un texto.")
    # El tamaño que el paquete declara es el que `zipfile` deja salir: más es un error al leer.
    todo = sum(parte.file_size for parte in partes)
    escrito = sum(parte.file_size for parte in partes if parte.filename.endswith((".xml", ".rels")))
    if len(partes) > PARTES_MAXIMAS or todo > DESCOMPRIMIDO_MAXIMO or escrito > XML_MAXIMO:
        raise _no("Ese Word es demasiado grande por dentro. Quítale las imágenes o pega aquí su texto.")


def _parrafos_de_docx(documento: Any) -> Iterator[Parrafo]:
    from docx.table import Table

    for pieza in documento.iter_inner_content():
        if isinstance(pieza, Table):
            for fila in pieza.rows:
                # Una celda combinada se repite en cada columna que ocupa.
                celdas = list(dict.fromkeys(limpiar_texto(c.text).strip() for c in fila.cells))
                texto = ": ".join([celdas[0], ", ".join(filter(None, celdas[1:]))]).strip(": ")
                if texto:
                    yield Parrafo(texto)
            continue
        texto = limpiar_texto(pieza.text).strip()
        if not texto:
            continue
        estilo = (pieza.style.name or "").lower() if pieza.style is not None else ""
        con_letras = [r for r in pieza.runs if r.text.strip()]
        en_negritas = bool(con_letras) and all(r.bold for r in con_letras) and len(texto) <= 90
        yield Parrafo(
            texto, es_titulo=estilo.startswith(("heading", "título", "titulo", "title")) or en_negritas
        )


def _parrafos_de_renglones(texto: str) -> Iterator[tuple[str, bool]]:
    """Los párrafos de un texto con saltos, y si los separa un renglón en blanco.

    Un renglón que sigue a otro a medias es el mismo párrafo.
    """
    actual: list[str] = []
    aparte = en_blanco = False
    for crudo in texto.split("\n"):
        renglon = re.sub(r"[ \t\xa0]+", " ", crudo).strip()
        if actual and (not renglon or not _sigue(actual[-1], renglon)):
            yield " ".join(actual), aparte
            actual = []
        if renglon:
            aparte = aparte if actual else en_blanco
            actual.append(renglon)
        en_blanco = not renglon
    if actual:
        yield " ".join(actual), aparte


def _sigue(antes: str, renglon: str) -> bool:
    """Si un renglón continúa al anterior: aquel llenaba su línea y no cerraba la frase, o este va a media frase."""
    if re.match(r"[-•*·–]\s|#|\d{1,2}[.)]\s|¿", renglon) or antes.endswith((":", "?", ".")):
        return False
    return renglon[:1].islower() or (len(antes) > 60 and not antes.endswith("!"))


def _cabe(letras: int) -> None:
    if letras > LETRAS_MAXIMAS:
        raise _no(
            f"Trae más de {LETRAS_MAXIMAS:,} letras. Pártelo y sube solo lo que tus clientes preguntan."
        )


def _no(frase: str) -> ErrorDatoInvalido:
    return ErrorDatoInvalido(frase, campo="archivo")
