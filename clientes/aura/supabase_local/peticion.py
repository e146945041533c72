"""Lo que dice una petición HTTP fuera de su dirección: a qué va, preferencias, rango, medio y esquema."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NoReturn
from urllib.parse import parse_qsl

from . import errores
from .arbol import Rango

PREFIJO_SUPABASE = "/rest/v1"
Medio = Literal["json", "objeto", "csv"]

_PREFERENCIAS: dict[str, frozenset[str]] = {
    "return": frozenset({"representation", "minimal", "headers-only"}),
    "resolution": frozenset({"merge-duplicates", "ignore-duplicates"}),
    "count": frozenset({"exact", "planned", "estimated"}),
    "missing": frozenset({"default", "null"}),
    "handling": frozenset({"strict", "lenient"}),
    "tx": frozenset({"commit", "rollback"}),
}


@dataclass
class Peticion:
    """Una petición HTTP, sin nada de WSGI."""

    metodo: str
    ruta: str
    parametros: list[tuple[str, str]]
    encabezados: Mapping[str, str]
    """Nombres en minúsculas."""
    cuerpo: bytes = b""


@dataclass
class Preferencias:
    """``Prefer``; ``aplicadas`` es lo que se regresa en ``Preference-Applied``."""

    valores: dict[str, str] = field(default_factory=dict)
    max_afectadas: int | None = None
    zona: str | None = None
    estricto: bool = False

    def aplicadas(self, cuales: Sequence[str]) -> str:
        """Las de ``cuales`` que llegaron, como texto de encabezado."""
        return ", ".join(f"{k}={self.valores[k]}" for k in cuales if k in self.valores)


def leer_parametros(texto: str) -> list[tuple[str, str]]:
    """Los pares de la dirección, en orden.

    Raises:
        ErrorApi: PGRST100 si no es UTF-8 o trae un byte cero.
    """
    try:
        pares = parse_qsl(
            texto, keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=2000
        )
    except ValueError as error:
        raise errores.analisis("", 0, "valid UTF-8", de="query string") from error
    for clave, valor in pares:
        _sin_cero(clave)
        _sin_cero(valor)
    return pares


def _sin_cero(texto: str) -> None:
    """PostgreSQL no admite el carácter cero en ningún texto."""
    if "\0" in texto:
        raise errores.analisis(
            texto.replace("\0", "\\0"), texto.index("\0"), "text without null characters", de="query string"
        )


def leer_destino(ruta: str) -> tuple[Literal["raiz", "tabla", "funcion"], str]:
    """A qué va la ruta: ``/TABLA``, ``/rpc/FUNCION`` o la raíz, con o sin el prefijo de Supabase.

    Raises:
        ErrorApi: PGRST125 (404) si no es nada de eso.
    """
    if ruta == PREFIJO_SUPABASE or ruta.startswith(PREFIJO_SUPABASE + "/"):
        ruta = ruta[len(PREFIJO_SUPABASE) :]
    partes = ruta.removeprefix("/").split("/")
    if partes == [""]:
        return "raiz", ""
    if "\0" not in ruta:
        if len(partes) == 1 and partes[0]:
            return "tabla", partes[0]
        if len(partes) == 2 and partes[0] == "rpc" and partes[1]:
            return "funcion", partes[1]
    raise errores.direccion_invalida()


def leer_preferencias(encabezado: str) -> Preferencias:
    """Lee ``Prefer``.

    Raises:
        ErrorApi: PGRST122 si trae ``handling=strict`` y algo que no existe.
    """
    salida = Preferencias()
    invalidas: list[str] = []
    for trozo in re.split(r"[,;]", encabezado):
        clave, _, valor = trozo.strip().partition("=")
        clave, valor = clave.strip().lower(), valor.strip()
        if not clave:
            continue
        if clave == "max-affected" and valor.isascii() and valor.isdigit():
            salida.max_afectadas = int(valor)
        elif clave == "timezone" and valor:
            salida.zona = valor
        elif valor in _PREFERENCIAS.get(clave, frozenset()):
            salida.valores.setdefault(clave, valor)
            continue
        else:
            invalidas.append(trozo.strip())
            continue
        salida.valores[clave] = valor
    salida.estricto = salida.valores.get("handling") == "strict"
    if salida.estricto and invalidas:
        raise errores.preferencias(invalidas)
    if not salida.estricto:
        salida.max_afectadas = None
        salida.valores.pop("max-affected", None)
    return salida


def leer_medio(encabezado: str) -> tuple[Medio, bool]:
    """El medio de la respuesta y si se quitan los nulos (``nulls=stripped``).

    Raises:
        ErrorApi: PGRST107 (406) si ninguno de los pedidos se sabe dar.
    """
    if not encabezado.strip():
        return "json", False
    pedidos: list[str] = []
    for trozo in encabezado.split(","):
        nombre, *opciones = [p.strip().lower() for p in trozo.split(";")]
        pedidos.append(trozo.strip())
        sin_nulos = "nulls=stripped" in opciones
        if nombre in ("application/json", "*/*", "application/*"):
            return "json", False
        if nombre in ("application/vnd.pgrst.array+json", "application/vnd.pgrst.array"):
            return "json", sin_nulos
        if nombre in ("application/vnd.pgrst.object+json", "application/vnd.pgrst.object"):
            return "objeto", sin_nulos
        if nombre == "text/csv":
            return "csv", False
    raise errores.tipo_de_medio(pedidos)


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


def elegir_esquema(peticion: Peticion, esquemas: Sequence[str]) -> str:
    """El esquema que pide ``Accept-Profile`` o ``Content-Profile``; el primero si no dice.

    Raises:
        ErrorApi: PGRST106 (406) si no está expuesto.
    """
    nombre = "accept-profile" if peticion.metodo in ("GET", "HEAD") else "content-profile"
    pedido = peticion.encabezados.get(nombre)
    if pedido is None:
        return esquemas[0]
    if pedido not in esquemas:
        _rechazar_esquema(pedido, esquemas)
    return pedido


def _rechazar_esquema(pedido: str, esquemas: Sequence[str]) -> NoReturn:
    raise errores.esquema_no_expuesto(pedido, esquemas)


def rango_de_contenido(desde: int, filas: int, total: int | None) -> tuple[str, int]:
    """``Content-Range`` y el estado: 200, 206 (parte de un total conocido) o 416."""
    tramo = f"{desde}-{desde + filas - 1}" if filas and total != 0 else "*"
    texto = f"{tramo}/{'*' if total is None else total}"
    if total is None:
        return texto, 200
    if desde > total:
        return texto, 416
    return texto, 206 if filas < total else 200
