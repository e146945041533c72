"""Archivos chicos y de verdad para las pruebas."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from clientes.aura.medios import ogg


def png(ancho: int = 2, alto: int = 2, *, relleno: int = 0) -> bytes:
    """Una imagen que un navegador dibuja; `relleno`: bytes que no se ven, para que pese."""

    def parte(clase: bytes, datos: bytes) -> bytes:
        return struct.pack(">I", len(datos)) + clase + datos + struct.pack(">I", zlib.crc32(clase + datos))

    renglones = b"".join(b"\0" + b"\x0f\x76\x6e" * ancho for _ in range(alto))
    cabeza = struct.pack(">IIBBBBB", ancho, alto, 8, 2, 0, 0, 0)
    extra = parte(b"teXt", b"\0" * relleno) if relleno else b""
    return (
        b"\x89PNG\r\n\x1a\n"
        + parte(b"IHDR", cabeza)
        + extra
        + parte(b"IDAT", zlib.compress(renglones))
        + parte(b"IEND", b"")
    )


JPG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01" + bytes(120) + b"\xff\xd9"
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
TARJETA = (
    b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ana Ruiz\r\nTEL;type=CELL;waid=5216621112233:+52 1 662 111 2233\r\n"
    b"EMAIL:ana@ejemplo.mx\r\nEND:VCARD\r\n"
)
# Un paquete de Opus de 20 ms en silencio (RFC 6716: CELT de banda completa, una trama).
PAQUETE = b"\xfc\xff\xfe"
CABEZA_OPUS = b"OpusHead\x01\x01" + struct.pack("<HIhB", 312, 48_000, 0, 0)


def nota_de_voz(segundos: int = 2) -> bytes:
    """Un Ogg con Opus, como los de WhatsApp."""
    return ogg.desde_webm(webm(segundos))


def webm(segundos: int = 2) -> bytes:
    """Un WebM con Opus como el de MediaRecorder: segmentos y grupos sin largo dicho."""

    def elemento(clave: str, datos: bytes) -> bytes:
        return bytes.fromhex(clave) + struct.pack(">Q", len(datos) | 1 << 56) + datos

    sin_largo = b"\x01" + b"\xff" * 7
    cabeza = elemento("1a45dfa3", elemento("4282", b"webm"))
    entrada = elemento("d7", b"\x01") + elemento("86", b"A_OPUS") + elemento("63a2", CABEZA_OPUS)
    pistas = elemento("1654ae6b", elemento("ae", entrada))
    bloques = b"".join(
        elemento("a3", b"\x81" + struct.pack(">hB", n * 20 % 30_000, 0x80) + PAQUETE)
        for n in range(segundos * 50)
    )
    grupo = bytes.fromhex("1f43b675") + sin_largo + elemento("e7", b"\x00") + bloques
    return cabeza + bytes.fromhex("18538067") + sin_largo + pistas + grupo


def caja(*nombres: str) -> bytes:
    """Un ZIP con esos archivos dentro."""
    memoria = io.BytesIO()
    with zipfile.ZipFile(memoria, "w") as abierta:
        for nombre in nombres:
            abierta.writestr(nombre, "x")
    return memoria.getvalue()


DOCX = caja("[Content_Types].xml", "word/document.xml")
