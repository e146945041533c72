"""Qué es un archivo, por lo que contiene; lo que dice quien lo manda solo desempata.

Fuente de lo que WhatsApp acepta y sus pesos: Twilio, «Accepted content types for media» y «Media messages on WhatsApp».
"""

from __future__ import annotations

import re
import zipfile
from pathlib import PurePath
from typing import IO, Literal

import puremagic

Clase = Literal["imagen", "audio", "video", "documento", "contacto", "sticker", "otro"]

MAXIMO = 16_000_000  # bytes
IMAGEN_MAXIMA = 5_000_000
CABEZA = 8_192

_OOXML = "application/vnd.openxmlformats-officedocument."
# tipo -> (clase, extensión con que se guarda)
ACEPTADOS: dict[str, tuple[Clase, str]] = {
    "image/jpeg": ("imagen", "jpg"),
    "image/png": ("imagen", "png"),
    "image/webp": ("imagen", "webp"),
    "image/gif": ("imagen", "gif"),
    "image/heic": ("imagen", "heic"),
    "image/avif": ("imagen", "avif"),
    "audio/ogg": ("audio", "ogg"),
    "audio/mpeg": ("audio", "mp3"),
    "audio/mp4": ("audio", "m4a"),
    "audio/aac": ("audio", "aac"),
    "audio/amr": ("audio", "amr"),
    "audio/3gpp": ("audio", "3gp"),
    "audio/wav": ("audio", "wav"),
    "audio/webm": ("audio", "webm"),
    "video/mp4": ("video", "mp4"),
    "video/3gpp": ("video", "3gp"),
    "video/quicktime": ("video", "mov"),
    "video/webm": ("video", "webm"),
    "application/pdf": ("documento", "pdf"),
    f"{_OOXML}wordprocessingml.document": ("documento", "docx"),
    f"{_OOXML}spreadsheetml.sheet": ("documento", "xlsx"),
    f"{_OOXML}presentationml.presentation": ("documento", "pptx"),
    "application/vnd.oasis.opendocument.text": ("documento", "odt"),
    "application/vnd.oasis.opendocument.spreadsheet": ("documento", "ods"),
    "application/msword": ("documento", "doc"),
    "application/vnd.ms-excel": ("documento", "xls"),
    "application/vnd.ms-powerpoint": ("documento", "ppt"),
    "text/plain": ("documento", "txt"),
    "text/csv": ("documento", "csv"),
    "text/vcard": ("contacto", "vcf"),
}
# Lo que WhatsApp entrega; una nota de voz de navegador en WebM se pasa a Ogg antes (ver `ogg.py`).
SALEN = frozenset(
    tipo
    for tipo in ACEPTADOS
    if tipo
    not in (
        "image/webp", "image/gif", "image/heic", "image/avif", "audio/wav", "audio/webm", "video/webm",
        "video/quicktime", "text/csv",
        "application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.spreadsheet",
    )
)  # fmt: skip
_OTROS_NOMBRES = {
    "application/ogg": "audio/ogg",
    "video/ogg": "audio/ogg",
    "audio/opus": "audio/ogg",
    "audio/wave": "audio/wav",
    "audio/x-wav": "audio/wav",
    "audio/mp3": "audio/mpeg",
    "audio/x-m4a": "audio/mp4",
    "audio/m4a": "audio/mp4",
    "audio/x-hx-aac-adts": "audio/aac",
    "audio/amr-wb": "audio/amr",
    "image/jpg": "image/jpeg",
    "image/heif": "image/heic",
    "text/x-vcard": "text/vcard",
    "text/directory": "text/vcard",
    "application/x-matroska": "video/webm",
    "video/x-matroska": "video/webm",
    "application/csv": "text/csv",
}
_POR_EXTENSION = {".amr": "audio/amr", ".3gp": "video/3gpp", ".webm": "video/webm"}
_MARCAS_MP4 = {
    b"M4A ": "audio/mp4", b"M4B ": "audio/mp4", b"qt  ": "video/quicktime", b"avif": "image/avif",
    b"heic": "image/heic", b"heix": "image/heic", b"mif1": "image/heic", b"hevc": "image/heic",
}  # fmt: skip
_EN_CAJA = (
    ("word/document.xml", f"{_OOXML}wordprocessingml.document"),
    ("xl/workbook.xml", f"{_OOXML}spreadsheetml.sheet"),
    ("ppt/presentation.xml", f"{_OOXML}presentationml.presentation"),
)
_EN_OLE = {
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
}
# Lo que un navegador ejecutaría aunque se llame de otro modo.
_MARCADO = re.compile(rb"<\s*(?:!doctype|html|head|body|script|svg|iframe|object|embed|\?xml|math)\b", re.I)
# Lo que un sistema de archivos no quiere, y las marcas que voltean la lectura («exe.gpj» por «jpg.exe»).
_CONFUNDEN = frozenset('<>:"/|?*' + "\u200e\u200f\u202a\u202b\u202c\u202d\u202e")


def normal(mime: str) -> str:
    """Un tipo sin parámetros y con el nombre que aquí se usa; «audio/ogg; codecs=opus» es audio/ogg."""
    limpio = mime.partition(";")[0].strip().lower()
    return _OTROS_NOMBRES.get(limpio, limpio)


def por_contenido(archivo: IO[bytes], declarado: str, nombre: str = "") -> str:
    """El tipo de un archivo; vacío si no se reconoce, y uno fuera de ACEPTADOS si se reconoce y no se quiere.

    Args:
        declarado: el que dijo quien lo mandó: elige entre audio y video de un mismo envase.
    """
    archivo.seek(0)
    cabeza = archivo.read(CABEZA)
    dicho = normal(declarado)
    if not cabeza:
        return ""
    if cabeza[4:8] == b"ftyp":
        return _de_mp4(cabeza, dicho)
    if cabeza[:4] == b"PK\x03\x04":
        return _de_caja(archivo)
    if cabeza[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        extension = PurePath(nombre).suffix.lower().lstrip(".")
        return dicho if dicho in _EN_OLE.values() else _EN_OLE.get(extension, "application/x-ole-storage")
    if cabeza[:4] == b"\x1aE\xdf\xa3":
        return "audio/webm" if dicho.startswith("audio/") else "video/webm"
    candidatos = _candidatos(cabeza)
    if dicho in candidatos and dicho in ACEPTADOS:
        return dicho
    for tipo in candidatos:
        if tipo in ACEPTADOS and not tipo.startswith("text/"):
            return tipo
    return _de_texto(cabeza, dicho) or next(iter(candidatos), "")


def _candidatos(cabeza: bytes) -> list[str]:
    try:
        hallados = puremagic.magic_string(cabeza)
    except (puremagic.PureError, ValueError):
        return []
    tipos = [normal(h.mime_type) or _POR_EXTENSION.get(h.extension, "") for h in hallados]
    return list(dict.fromkeys(tipo for tipo in tipos if tipo))


def _de_mp4(cabeza: bytes, dicho: str) -> str:
    marca = cabeza[8:12]
    if marca in _MARCAS_MP4:
        return _MARCAS_MP4[marca]
    es_audio = dicho.startswith("audio/")
    if marca[:2] == b"3g":
        return "audio/3gpp" if es_audio else "video/3gpp"
    return "audio/mp4" if es_audio else "video/mp4"


def _de_caja(archivo: IO[bytes]) -> str:
    """Un ZIP solo se acepta si es un documento de oficina; un APK o un JAR también son ZIP."""
    try:
        with zipfile.ZipFile(archivo) as caja:
            nombres = set(caja.namelist()[:2_000])
            if "mimetype" in nombres and caja.getinfo("mimetype").file_size < 200:
                return caja.read("mimetype").decode("ascii", "replace").strip()
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, KeyError):
        return "application/zip"
    if any("vbaProject" in nombre for nombre in nombres):
        return "application/vnd.ms-office.macros"
    return next((tipo for dentro, tipo in _EN_CAJA if dentro in nombres), "application/zip")


def _de_texto(cabeza: bytes, dicho: str) -> str:
    if _MARCADO.search(cabeza):
        return "text/html"
    if cabeza.lstrip(b"\xef\xbb\xbf \r\n")[:11].upper() == b"BEGIN:VCARD":
        return "text/vcard"
    if any(byte < 9 or 13 < byte < 27 or 27 < byte < 32 for byte in cabeza):
        return ""
    return "text/csv" if dicho == "text/csv" else "text/plain" if dicho.startswith("text/") else ""


def clase_de(mime: str) -> Clase:
    """Como qué se muestra."""
    return ACEPTADOS[mime][0] if mime in ACEPTADOS else "otro"


def por_que_no(mime: str, declarado: str, bytes_: int) -> str:
    """Por qué no se acepta un archivo recibido, en palabras; vacío si se acepta."""
    if bytes_ == 0:
        return "El archivo llegó vacío."
    if bytes_ > MAXIMO:
        return "Pesa más de 16 MB, que es lo más que WhatsApp entrega."
    if mime in ACEPTADOS:
        return ""
    familia = {"image": "una foto", "audio": "un audio", "video": "un video"}.get(declarado.partition("/")[0])
    if familia:
        return f"Dice ser {familia}, pero su contenido es otra cosa. No se guardó por seguridad."
    return "Es de un tipo de archivo que no se guarda por seguridad."


def por_que_no_sale(mime: str, bytes_: int) -> str:
    """Por qué un archivo no se puede mandar por WhatsApp, y qué hacer; vacío si se puede."""
    if bytes_ == 0:
        return "El archivo está vacío. Elige otro."
    if mime not in SALEN:
        if mime.startswith("image/"):
            return "WhatsApp solo entrega fotos JPG o PNG. Guárdala así y mándala otra vez."
        if mime.startswith("video/"):
            return "WhatsApp solo entrega videos MP4. Guárdalo así y mándalo otra vez."
        if mime.startswith("audio/"):
            return "WhatsApp no entrega ese tipo de audio. Mándalo en MP3 o M4A, o graba una nota de voz."
        return "WhatsApp no entrega ese tipo de archivo. Manda un PDF, Word, Excel, foto, audio o video."
    if mime.startswith("image/") and bytes_ > IMAGEN_MAXIMA:
        return "La foto pesa más de 5 MB, que es lo más que WhatsApp entrega. Mándala más chica."
    if bytes_ > MAXIMO:
        return "Pesa más de 16 MB, que es lo más que WhatsApp entrega. Manda uno más chico."
    return ""


def nombre_seguro(nombre: str, mime: str) -> str:
    """El nombre de un archivo sin carpetas ni letras que confundan, con la extensión de su tipo."""
    limpio = re.split(r"[/\\]|^[A-Za-z]:", nombre)[-1]
    limpio = "".join(c for c in limpio if c.isprintable() and c not in _CONFUNDEN)
    extension = ACEPTADOS.get(mime, ("otro", "bin"))[1]
    tallo, punto, final = limpio.strip(" .").rpartition(".")
    if not punto or len(final) > 5:
        tallo, final = limpio.strip(" ."), ""
    if final.lower() not in (extension, "jpeg" if extension == "jpg" else extension):
        final = extension
    return f"{tallo[:100].strip() or 'archivo'}.{final}"
