"""Lo de los archivos que no toca la base: qué son, cómo se llaman, cuánto duran y qué dice una tarjeta."""

from __future__ import annotations

import io
import struct

import pytest
from apoyo.archivos import CABEZA_OPUS, DOCX, JPG, PDF, TARJETA, caja, nota_de_voz, png, webm
from hypothesis import given
from hypothesis import strategies as st

from clientes.aura.medios import ogg, tarjetas, tipos
from clientes.aura.medios.pantalla import Lugar, peso

MP4 = b"\0\0\0\x1cftyp{}\0\0\0\0isomiso2avc1mp41" + bytes(60)
CASOS: tuple[tuple[bytes, str, str, str], ...] = (
    (png(), "", "", "image/png"),
    (JPG, "application/pdf", "", "image/jpeg"),
    (b"RIFF\x24\0\0\0WEBPVP8 " + bytes(60), "", "", "image/webp"),
    (b"GIF89a" + bytes(60), "", "", "image/gif"),
    (nota_de_voz(1), "audio/ogg; codecs=opus", "", "audio/ogg"),
    (nota_de_voz(1), "", "", "audio/ogg"),
    (b"ID3\x03\0\0" + bytes(80), "audio/mpeg", "", "audio/mpeg"),
    (b"#!AMR\n" + bytes(60), "audio/amr", "", "audio/amr"),
    (b"\xff\xf1\x50\x80" + bytes(60), "audio/aac", "", "audio/aac"),
    (MP4.replace(b"{}", b"isom"), "video/mp4", "", "video/mp4"),
    (MP4.replace(b"{}", b"isom"), "audio/mp4", "", "audio/mp4"),
    (MP4.replace(b"{}", b"M4A "), "video/mp4", "", "audio/mp4"),
    (MP4.replace(b"{}", b"3gp4"), "video/3gpp", "", "video/3gpp"),
    (MP4.replace(b"{}", b"qt  "), "", "", "video/quicktime"),
    (MP4.replace(b"{}", b"heic"), "", "", "image/heic"),
    (webm(1), "audio/webm", "", "audio/webm"),
    (webm(1), "video/webm", "", "video/webm"),
    (PDF, "", "", "application/pdf"),
    (DOCX, "", "", tipos._EN_CAJA[0][1]),
    (caja("xl/workbook.xml"), "", "", tipos._EN_CAJA[1][1]),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "", "cuentas.xls", "application/vnd.ms-excel"),
    (TARJETA, "text/x-vcard", "", "text/vcard"),
    (b"precio, talla\n1,2\n", "text/csv", "", "text/csv"),
    ("Año nuevo: 5 % más".encode(), "text/plain", "", "text/plain"),
)
PELIGROSOS: tuple[bytes, ...] = (
    b"<!DOCTYPE html><html>",
    b"   \n<ScRiPt>alert(1)</script>",
    b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    b"<?xml version='1.0'?><x/>",
    b"hola <iframe src=x>",
    b"MZ\x90\0" + bytes(80),
    b"\x7fELF" + bytes(80),
    caja("AndroidManifest.xml", "classes.dex"),
    caja("META-INF/MANIFEST.MF", "A.class"),
    caja("word/document.xml", "word/vbaProject.bin"),
    b"PK\x03\x04 cortado",
    bytes(200),
)


@pytest.mark.parametrize(("contenido", "declarado", "nombre", "tipo"), CASOS)
def test_cada_tipo_por_lo_que_contiene(contenido: bytes, declarado: str, nombre: str, tipo: str) -> None:
    assert tipos.por_contenido(io.BytesIO(contenido), declarado, nombre) == tipo
    assert tipos.por_que_no(tipo, declarado, len(contenido)) == ""


@pytest.mark.parametrize("contenido", PELIGROSOS)
def test_lo_que_se_ejecuta_no_entra_diga_lo_que_diga(contenido: bytes) -> None:
    for declarado in ("image/png", "application/pdf", "text/plain", "audio/ogg", ""):
        tipo = tipos.por_contenido(io.BytesIO(contenido), declarado, "foto.png")
        assert tipos.por_que_no(tipo, declarado, len(contenido)), (contenido[:20], declarado, tipo)
        assert tipos.por_que_no_sale(tipo, len(contenido))


@given(st.binary(max_size=400), st.sampled_from(["", "image/png", "audio/webm", "text/plain"]))
def test_ningun_contenido_lo_hace_fallar(contenido: bytes, declarado: str) -> None:
    assert isinstance(tipos.por_contenido(io.BytesIO(contenido), declarado), str)
    tarjetas.leer(io.BytesIO(contenido))
    ogg.segundos(io.BytesIO(contenido))


def test_el_nombre_queda_sin_trampas() -> None:
    casos = {
        "menú de hoy.pdf": "menú de hoy.pdf",
        "../../etc/passwd": "passwd.pdf",
        "C:\\fotos\\menú.pdf": "menú.pdf",
        "factura\u202efdp.exe": "facturafdp.pdf",
        "<script>.pdf": "script.pdf",
        "a\nb\0.pdf": "ab.pdf",
        "": "archivo.pdf",
        "...": "archivo.pdf",
        "x" * 300 + ".PDF": "x" * 100 + ".PDF",
    }
    assert {antes: tipos.nombre_seguro(antes, "application/pdf") for antes in casos} == casos


def test_de_webm_a_ogg_sin_perder_nada() -> None:
    for segundos in (1, 3, 61):
        salida = ogg.desde_webm(webm(segundos))
        assert salida.startswith(b"OggS") and CABEZA_OPUS in salida and b"OpusTags" in salida
        assert ogg.segundos(io.BytesIO(salida)) == segundos
        assert _sumas_buenas(salida)


def test_un_webm_roto_se_dice() -> None:
    entero = webm(1)
    for malo in (b"", b"hola", entero[:40], b"\x1aE\xdf\xa3" + bytes(50), png()):
        with pytest.raises(ogg.NoEsVoz):
            ogg.desde_webm(malo)
    # Cortado a la mitad de un paquete: suena hasta ahí.
    assert ogg.desde_webm(entero[:-2]).startswith(b"OggS")


@given(st.binary(max_size=300))
def test_un_webm_cualquiera_se_convierte_o_se_dice(cola: bytes) -> None:
    try:
        ogg.desde_webm(webm(1)[:120] + cola)
    except ogg.NoEsVoz:
        return


def _sumas_buenas(datos: bytes) -> bool:
    """Cada página con su suma (RFC 3533), contada con otra tabla que la nuestra."""
    desde = 0
    while desde < len(datos):
        assert datos[desde : desde + 4] == b"OggS"
        cuantos = datos[desde + 26]
        largo = 27 + cuantos + sum(datos[desde + 27 : desde + 27 + cuantos])
        pagina = datos[desde : desde + largo]
        (dicha,) = struct.unpack_from("<I", pagina, 22)
        suma = 0
        for byte in pagina[:22] + bytes(4) + pagina[26:]:
            suma ^= byte << 24
            for _ in range(8):
                suma = ((suma << 1) ^ (0x04C11DB7 if suma & 0x80000000 else 0)) & 0xFFFFFFFF
        if suma != dicha:
            return False
        desde += largo
    return True


def test_tarjetas_de_las_tres_versiones() -> None:
    vieja = (
        b"BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:L=C3=B3pez;Jos=C3=A9\n"
        b"TEL;CELL:6621234567\nEND:VCARD\n"
    )
    nueva = (
        b"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Tienda\\, S.A.\r\n"
        b"item1.TEL;VALUE=uri:tel:+52-662\r\n -111\r\nEND:VCARD\r\n"
    )
    assert tarjetas.leer(io.BytesIO(vieja + nueva))["personas"] == [
        {"nombre": "José López", "telefonos": ["6621234567"], "correos": []},
        {"nombre": "Tienda, S.A.", "telefonos": ["+52-662-111"], "correos": []},
    ]
    assert tarjetas.leer(io.BytesIO(b"BEGIN:VCARD\nEND:VCARD\n"))["personas"] == []
    assert len(tarjetas.leer(io.BytesIO(TARJETA * 50))["personas"]) == tarjetas.PERSONAS


def test_lugares_y_pesos() -> None:
    assert Lugar(latitud="29.07", longitud="-110.95").mapa.endswith("query=29.07%2C-110.95")
    for latitud, longitud in (("200", "0"), ("x", "1"), (None, None), ("nan", "0"), ("javascript:1", "2")):
        assert Lugar(latitud=latitud, longitud=longitud).mapa == ""
    assert [peso(n) for n in (0, 812_400, 1_250_000, 16_000_000)] == ["1 KB", "812 KB", "1.2 MB", "16.0 MB"]
