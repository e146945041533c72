"""Notas de voz en Opus: cuánto duran, y pasar de WebM (lo que graba Chrome) a Ogg (lo que WhatsApp entrega).

El sonido no se toca: los mismos paquetes cambian de envase.
Fuentes: RFC 3533 (Ogg), RFC 7845 (Opus en Ogg), RFC 6716 3.1 (duración de un paquete) y RFC 9559 (Matroska).
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

COLA = 65_536 + 27 + 255  # la última página de un Ogg cabe aquí
MUESTRAS = 48_000  # por segundo; la posición de un Ogg de Opus siempre va así
_PAQUETES_POR_PAGINA = 50


class NoEsVoz(ValueError):
    """No es un WebM con una sola pista de Opus."""


def segundos(archivo: IO[bytes]) -> int | None:
    """Cuánto dura un Ogg con Opus; None si no se puede saber."""
    archivo.seek(0)
    principio = archivo.read(512)
    lugar = principio.find(b"OpusHead")
    if lugar < 0:
        return None
    largo = archivo.seek(0, os.SEEK_END)
    archivo.seek(max(0, largo - COLA))
    cola = archivo.read(COLA)
    ultima = cola.rfind(b"OggS")
    if ultima < 0 or ultima + 14 > len(cola):
        return None
    (posicion,) = struct.unpack_from("<q", cola, ultima + 6)
    (previo,) = struct.unpack_from("<H", principio, lugar + 10)
    return max(0, round((posicion - previo) / MUESTRAS)) if posicion >= 0 else None


@dataclass
class _Pista:
    cabeza: bytes
    paquetes: list[bytes]


def desde_webm(datos: bytes) -> bytes:
    """El mismo sonido en un Ogg.

    Raises:
        NoEsVoz: no es un WebM con una pista de Opus, o está roto.
    """
    try:
        pista = _leer_webm(datos)
    except (IndexError, struct.error) as error:
        raise NoEsVoz("el WebM está roto") from error
    if not pista.cabeza.startswith(b"OpusHead") or not pista.paquetes:
        raise NoEsVoz("no trae una pista de Opus")
    return b"".join(_paginas(pista))


# ---------------------------------------------------------------- leer WebM
_CONTENEDORES = {
    0x18538067,
    0x1F43B675,
    0x1654AE6B,
    0xAE,
    0xA0,
}  # Segment, Cluster, Tracks, TrackEntry, BlockGroup
_CODEC_PRIVATE, _SIMPLE_BLOCK, _BLOCK = 0x63A2, 0xA3, 0xA1


def _leer_webm(datos: bytes) -> _Pista:
    if datos[:4] != b"\x1aE\xdf\xa3":
        raise NoEsVoz("no es WebM")
    pista = _Pista(b"", [])
    numero: int | None = None
    for clave, cuerpo in _elementos(datos, 0, len(datos)):
        if clave == _CODEC_PRIVATE:
            if pista.cabeza:
                raise NoEsVoz("trae más de una pista")
            pista.cabeza = cuerpo
        elif clave in (_SIMPLE_BLOCK, _BLOCK):
            cual, largo = _entero(cuerpo, 0, con_marca=False)
            if cuerpo[largo + 2] & 0x06:
                raise NoEsVoz("trae paquetes enlazados")
            numero = cual if numero is None else numero
            if cual == numero:
                pista.paquetes.append(cuerpo[largo + 3 :])
    return pista


def _elementos(datos: bytes, desde: int, hasta: int) -> Iterator[tuple[int, bytes]]:
    """Cada elemento que no es un envase, en orden; al que dice no saber su largo se entra."""
    while desde < hasta:
        clave, avance = _entero(datos, desde, con_marca=True)
        desde += avance
        largo, avance = _entero(datos, desde, con_marca=False)
        desde += avance
        sin_largo = largo == (1 << (7 * avance)) - 1
        if clave in _CONTENEDORES:
            continue  # lo de adentro sigue en la misma cuenta
        if sin_largo:
            raise NoEsVoz("el WebM está roto")
        if desde + largo > hasta:
            return  # el último quedó a medias: se grabó hasta ahí
        yield clave, datos[desde : desde + largo]
        desde += largo


def _entero(datos: bytes, desde: int, *, con_marca: bool) -> tuple[int, int]:
    """Un entero de largo variable: (valor, bytes que ocupa)."""
    primero = datos[desde]
    if primero == 0:
        raise NoEsVoz("el WebM está roto")
    largo = 9 - primero.bit_length()
    valor = primero if con_marca else primero & ((1 << (8 - largo)) - 1)
    for byte in datos[desde + 1 : desde + largo]:
        valor = (valor << 8) | byte
    return valor, largo


# ---------------------------------------------------------------- escribir Ogg
def _paginas(pista: _Pista) -> Iterator[bytes]:
    serie = 0x4E4F5241
    marca = b"OpusTags" + struct.pack("<I", 4) + b"Nora" + struct.pack("<I", 0)
    yield _pagina(serie, 0, 0, 2, [pista.cabeza])
    yield _pagina(serie, 1, 0, 0, [marca])
    posicion = struct.unpack_from("<H", pista.cabeza, 10)[0]
    tandas = list(_tandas(pista.paquetes))
    for numero, tanda in enumerate(tandas, start=2):
        posicion += sum(_muestras(paquete) for paquete in tanda)
        ultima = numero == len(tandas) + 1
        yield _pagina(serie, numero, posicion, 4 if ultima else 0, tanda)


def _tandas(paquetes: list[bytes]) -> Iterator[list[bytes]]:
    """Los paquetes que caben en cada página: un segundo de voz, o los 255 lugares de su tabla."""
    tanda: list[bytes] = []
    lugares = 0
    for paquete in paquetes:
        suyos = len(paquete) // 255 + 1
        if tanda and (lugares + suyos > 255 or len(tanda) == _PAQUETES_POR_PAGINA):
            yield tanda
            tanda, lugares = [], 0
        tanda.append(paquete)
        lugares += suyos
    yield tanda


def _pagina(serie: int, numero: int, posicion: int, tipo: int, paquetes: list[bytes]) -> bytes:
    tabla = b"".join(b"\xff" * (len(p) // 255) + bytes([len(p) % 255]) for p in paquetes)
    if len(tabla) > 255:  # un solo paquete de más de 65 kB no es voz
        raise NoEsVoz("trae paquetes demasiado grandes")
    cabeza = struct.pack("<4sBBqIIIB", b"OggS", 0, tipo, posicion, serie, numero, 0, len(tabla))
    entera = cabeza + tabla + b"".join(paquetes)
    return entera[:22] + struct.pack("<I", _suma(entera)) + entera[26:]


def _muestras(paquete: bytes) -> int:
    """Cuánto dura un paquete de Opus, en muestras de 48 kHz."""
    if not paquete:
        return 0
    configuracion, codigo = paquete[0] >> 3, paquete[0] & 3
    if configuracion < 12:
        por_trama = (480, 960, 1920, 2880)[configuracion & 3]
    elif configuracion < 16:
        por_trama = (480, 960)[configuracion & 1]
    else:
        por_trama = (120, 240, 480, 960)[configuracion & 3]
    tramas = 1 if codigo == 0 else 2 if codigo < 3 else (paquete[1] & 0x3F if len(paquete) > 1 else 0)
    return por_trama * tramas


def _tabla() -> tuple[int, ...]:
    valores = []
    for n in range(256):
        suma = n << 24
        for _ in range(8):
            suma = ((suma << 1) ^ 0x04C11DB7 if suma & 0x80000000 else suma << 1) & 0xFFFFFFFF
        valores.append(suma)
    return tuple(valores)


_TABLA = _tabla()


def _suma(datos: bytes) -> int:
    suma = 0
    for byte in datos:
        suma = ((suma << 8) & 0xFFFFFFFF) ^ _TABLA[((suma >> 24) & 0xFF) ^ byte]
    return suma
