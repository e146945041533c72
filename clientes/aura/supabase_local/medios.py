"""Qué tipo de respuesta pide ``Accept`` y cuál se da.

Fuente: documentación de PostgREST 14, "Resource Representation" y "Media Type Handlers". El orden lo pone la
calidad (``;q=``); lo que no se sabe dar se salta y, si nada queda, es PGRST107.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from . import errores

Clase = Literal["json", "objeto", "csv", "propio", "plan"]
_ARREGLO = ("application/vnd.pgrst.array+json", "application/vnd.pgrst.array")
_OBJETO = ("application/vnd.pgrst.object+json", "application/vnd.pgrst.object")
_PLANES: Mapping[str, Literal["text", "json"]] = {
    "application/vnd.pgrst.plan": "text",
    "application/vnd.pgrst.plan+text": "text",
    "application/vnd.pgrst.plan+json": "json",
}
OPCIONES_DE_PLAN = ("analyze", "verbose", "settings", "buffers", "wal")


@dataclass(frozen=True)
class Medio:
    """El tipo de la respuesta.

    ``propio`` es el del dominio que regresa la función; ``plan`` es el EXPLAIN de lo que se habría contestado
    en el medio ``de``.
    """

    clase: Clase
    sin_nulos: bool = False
    nombre: str = ""
    formato: Literal["text", "json"] = "text"
    opciones: tuple[str, ...] = ()
    de: Medio | None = field(default=None)

    @property
    def interior(self) -> Medio:
        """El medio que da forma al cuerpo."""
        return self.de if self.de is not None else self

    @property
    def encabezado(self) -> str:
        """El valor de ``Content-Type``."""
        if self.clase == "plan":
            return self._encabezado_de_plan()
        if self.clase == "propio":
            return self.nombre if _sin_charset(self.nombre) else f"{self.nombre}; charset=utf-8"
        return f"{self._tipo()}; charset=utf-8"

    def _tipo(self) -> str:
        if self.clase == "csv":
            return "text/csv"
        nulos = ";nulls=stripped" if self.sin_nulos else ""
        if self.clase == "objeto":
            return f"application/vnd.pgrst.object+json{nulos}"
        return f"application/vnd.pgrst.array+json{nulos}" if nulos else "application/json"

    def _encabezado_de_plan(self) -> str:
        opciones = f"; options={'|'.join(self.opciones)}" if self.opciones else ""
        de = self.interior._tipo()
        return f'application/vnd.pgrst.plan+{self.formato}; for="{de}"{opciones}; charset=utf-8'


def _sin_charset(nombre: str) -> bool:
    """Los medios que PostgREST no conoce por su nombre van sin juego de caracteres."""
    return nombre not in ("application/json", "application/geo+json", "text/csv", "text/plain", "text/xml")


def leer_medio(encabezado: str, *, propio: str | None = None, planes: bool = False) -> Medio:
    """El primer medio pedido que se sabe dar.

    Args:
        propio: el que da la función llamada (un dominio que se llama como un medio); ``"*/*"`` atiende a todos.
        planes: si el EXPLAIN está encendido.

    Raises:
        ErrorApi: PGRST107 (406) si ninguno se sabe dar.
    """
    pedidos = _por_calidad(encabezado) or [("*/*", ())]
    for nombre, opciones in pedidos:
        medio = _resolver(nombre, opciones, propio, planes)
        if medio is not None:
            return medio
    raise errores.tipo_de_medio([_visible(nombre, opciones) for nombre, opciones in pedidos])


def _por_calidad(encabezado: str) -> list[tuple[str, tuple[str, ...]]]:
    salida: list[tuple[float, str, tuple[str, ...]]] = []
    for trozo in encabezado.split(","):
        nombre, *opciones = [p.strip() for p in trozo.split(";") if p.strip()] or [""]
        if not nombre:
            continue
        calidad = next((o[2:] for o in opciones if o.startswith("q=")), "1")
        resto = tuple(o for o in opciones if not o.startswith("q="))
        salida.append((_numero(calidad), nombre.lower(), resto))
    # sorted es estable: a igual calidad manda el orden en que llegaron.
    return [(nombre, resto) for _, nombre, resto in sorted(salida, key=lambda s: -s[0])]


def _numero(texto: str) -> float:
    try:
        return float(texto)
    except ValueError:
        return 0.0


def _resolver(nombre: str, opciones: tuple[str, ...], propio: str | None, planes: bool) -> Medio | None:
    if nombre in _OBJETO:
        return Medio("objeto", opciones == ("nulls=stripped",))
    if nombre in _ARREGLO and opciones == ("nulls=stripped",):
        return Medio("json", True)
    if nombre in _PLANES:
        return _plan(nombre, opciones, propio) if planes else None
    if nombre in _ARREGLO:
        nombre = "application/json"
    if propio is not None and propio in ("*/*", nombre):
        return Medio("propio", nombre="application/octet-stream" if propio == "*/*" else nombre)
    if nombre in ("application/json", "*/*"):
        return Medio("json")
    return Medio("csv") if nombre == "text/csv" else None


def _plan(nombre: str, opciones: tuple[str, ...], propio: str | None) -> Medio | None:
    de = next((o[4:].strip('"') for o in opciones if o.startswith("for=")), "application/json")
    interior, *nulos = [p.strip() for p in de.split(";")]
    medio = _resolver(interior, tuple(nulos), propio, False)
    if medio is None:
        return None
    pedidas = next((o[8:].split("|") for o in opciones if o.startswith("options=")), [])
    elegidas = tuple(o for o in OPCIONES_DE_PLAN if o in pedidas)
    return Medio("plan", formato=_PLANES[nombre], opciones=elegidas, de=medio)


def _visible(nombre: str, opciones: tuple[str, ...]) -> str:
    """Como lo escribe PostgREST en su error: los medios suyos llevan sus opciones; los demás, solo el nombre."""
    if nombre not in _PLANES:
        return nombre
    medio = _plan(nombre, opciones, None)
    return medio.encabezado.removesuffix("; charset=utf-8") if medio is not None else nombre
