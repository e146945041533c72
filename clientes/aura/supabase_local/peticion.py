"""Lo que dice una petición HTTP: a qué va, sus parámetros, su rango y su esquema."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal
from urllib.parse import quote, unquote

from . import errores
from .arbol import Rango

PREFIJO_SUPABASE = "/rest/v1"
_PARAMETROS_MAXIMO = 2_000
_LLANO = re.compile(r"[A-Za-z0-9_.~-]*")


@dataclass
class Peticion:
    """Una petición HTTP, sin nada de WSGI."""

    metodo: str
    ruta: str
    parametros: list[tuple[str, str]]
    encabezados: Mapping[str, str]
    """Nombres en minúsculas."""
    cuerpo: bytes = b""


def leer_parametros(texto: str) -> list[tuple[str, str]]:
    """Los pares de la dirección, en orden.

    Raises:
        ErrorApi: PGRST100 si no es UTF-8, trae un byte cero o son demasiados.
    """
    trozos = texto.split("&")
    if len(trozos) > _PARAMETROS_MAXIMO:
        raise errores.analisis("", 0, "fewer parameters", de="query string")
    pares = []
    for trozo in trozos:
        if trozo:
            clave, _, valor = trozo.partition("=")
            pares.append((_descifrar(clave), _descifrar(valor)))
    return pares


def _descifrar(texto: str) -> str:
    """``%41+b`` -> ``A b``. PostgreSQL no admite el carácter cero en ningún texto."""
    if "%" in texto or "+" in texto:
        texto = _sin_escapes(texto)
    if "\0" in texto:
        raise errores.analisis(
            texto.replace("\0", "\\0"), texto.index("\0"), "text without null characters", de="query string"
        )
    return texto


@lru_cache(maxsize=1024)  # un `select` con comas y paréntesis se repite mucho
def _sin_escapes(texto: str) -> str:
    try:
        return unquote(texto.replace("+", " "), errors="strict")
    except ValueError as error:
        raise errores.analisis("", 0, "valid UTF-8", de="query string") from error


def escapar(texto: str) -> str:
    """Un nombre o un valor como parte de una dirección."""
    return texto if _LLANO.fullmatch(texto) else quote(texto, safe="")


def sin_prefijo(ruta: str) -> str:
    """La ruta que vería PostgREST detrás de la puerta de Supabase."""
    if ruta == PREFIJO_SUPABASE or ruta.startswith(PREFIJO_SUPABASE + "/"):
        return ruta[len(PREFIJO_SUPABASE) :] or "/"
    return ruta


def leer_destino(ruta: str) -> tuple[Literal["raiz", "tabla", "funcion"], str]:
    """A qué va la ruta: ``/TABLA``, ``/rpc/FUNCION`` o la raíz, con o sin el prefijo de Supabase.

    Raises:
        ErrorApi: PGRST125 (404) si no es nada de eso.
    """
    ruta = sin_prefijo(ruta)
    partes = ruta.removeprefix("/").split("/")
    if partes == [""]:
        return "raiz", ""
    if "\0" not in ruta:
        if len(partes) == 1 and partes[0]:
            return "tabla", partes[0]
        if len(partes) == 2 and partes[0] == "rpc" and partes[1]:
            return "funcion", partes[1]
    raise errores.direccion_invalida()


def leer_rango(encabezado: str | None, de_direccion: Rango) -> Rango:
    """Junta ``Range: 0-9`` con ``limit``/``offset``: vale lo que está en los dos.

    Raises:
        ErrorApi: PGRST103 (416) si el rango está al revés.
    """
    hallado = re.fullmatch(r"\s*(\d{1,18})-(\d{0,18})\s*", encabezado or "")
    if hallado is None:
        return de_direccion
    desde, hasta = int(hallado[1]), int(hallado[2]) if hallado[2] else None
    if hasta is not None and hasta < desde:
        raise errores.rango(
            "The lower boundary must be lower than or equal to the upper boundary in the Range header."
        )
    inicio = max(desde, de_direccion.desde)
    finales = [] if hasta is None else [hasta + 1]
    if de_direccion.cuantas is not None:
        finales.append(de_direccion.desde + de_direccion.cuantas)
    return Rango(inicio, max(0, min(finales) - inicio) if finales else None)


def elegir_esquema(peticion: Peticion, esquemas: Sequence[str]) -> tuple[str, bool]:
    """El esquema que pide ``Accept-Profile`` o ``Content-Profile``, y si se anuncia cuál fue.

    Sin encabezado es el primero; con varios expuestos, se anuncia igual.

    Raises:
        ErrorApi: PGRST106 (406) si no está expuesto.
    """
    escribe = peticion.metodo in ("POST", "PATCH", "PUT", "DELETE")
    pedido = peticion.encabezados.get("content-profile" if escribe else "accept-profile")
    if pedido is None:
        return esquemas[0], len(esquemas) > 1
    if pedido not in esquemas:
        raise errores.esquema_no_expuesto(pedido, esquemas)
    return pedido, True


def rango_de_contenido(desde: int, filas: int, total: int | None) -> tuple[str, int]:
    """``Content-Range`` y el estado: 200, 206 (parte de un total conocido) o 416."""
    tramo = f"{desde}-{desde + filas - 1}" if filas and total != 0 else "*"
    texto = f"{tramo}/{'*' if total is None else total}"
    if total is None:
        return texto, 200
    if desde > total:
        return texto, 416
    return texto, 206 if filas < total else 200
