"""La auditoría como se busca y se lee: filtros que viven en la dirección, páginas por cursor y la lista en CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ..utils.hojas import sin_formula
from . import consultas
from .acciones import ACCIONES, detalle_legible, objeto_legible
from .consultas import Busqueda, Renglon

POR_PAGINA = 50


@dataclass(frozen=True)
class Filtro:
    """Lo que se pidió en la dirección. Las fechas, en la zona de quien mira, con los dos días incluidos."""

    nora: str = ""
    persona: str = ""
    accion: str = ""
    desde: date | None = None
    hasta: date | None = None
    antes: int | None = None

    def en_direccion(self) -> dict[str, Any]:
        """Lo que va en la dirección, sin el cursor."""
        textos = {"nora": self.nora, "persona": self.persona, "accion": self.accion}
        fechas = {"desde": self.desde, "hasta": self.hasta}
        return {c: t for c, t in textos.items() if t} | {c: f.isoformat() for c, f in fechas.items() if f}


@dataclass(frozen=True)
class Pagina:
    """Hasta `POR_PAGINA` renglones, el más nuevo primero. `siguiente`: con qué se pide la que sigue."""

    renglones: list[Renglon]
    filtro: Filtro
    siguiente: dict[str, Any] | None


def leer_filtro(pedido: Mapping[str, str]) -> Filtro:
    """De la dirección; lo que no se entiende es como si no viniera."""
    antes = pedido.get("antes", "")
    return Filtro(
        nora=pedido.get("nora", "").strip()[:80],
        persona=pedido.get("persona", "").strip().lower()[:254],
        accion=pedido.get("accion", "").strip()[:80],
        desde=_dia(pedido.get("desde", "")),
        hasta=_dia(pedido.get("hasta", "")),
        antes=int(antes) if antes.isascii() and antes.isdigit() and len(antes) < 19 else None,
    )


def pagina(filtro: Filtro, zona: str, nombre_nora: str | None = None) -> Pagina:
    """Una página.

    Args:
        zona: nombre IANA en que se leen las fechas.
        nombre_nora: solo lo de esa Nora, con su propia llave; None: lo de toda la instalación.
    """
    leidos = consultas.leer_auditoria(_busqueda(filtro, zona), POR_PAGINA + 1, nombre_nora)
    renglones, sigue = leidos[:POR_PAGINA], None
    if len(leidos) > POR_PAGINA:
        sigue = filtro.en_direccion() | {"antes": str(renglones[-1].id)}
    return Pagina(renglones, filtro, sigue)


def como_csv(filtro: Filtro, zona: str, nombre_nora: str | None = None) -> str:
    """Todo lo que pasa el filtro, del más viejo al más nuevo, con las fechas en esa zona."""
    salida = io.StringIO(newline="")
    escritor = csv.writer(salida)
    escritor.writerow(["Cuándo", "Quién", "Qué", "Nora", "A qué", "Detalle", "Acción"])
    busqueda = _busqueda(replace(filtro, antes=None), zona)
    for r in consultas.recorrer_auditoria(busqueda, nombre_nora):
        celdas = [
            r.momento.astimezone(ZoneInfo(zona)).isoformat(timespec="seconds"),
            r.correo,
            ACCIONES.get(r.accion, r.accion),
            r.nombre_nora or "",
            r.objeto,
            detalle_legible(r.detalle),
            r.accion,
        ]
        escritor.writerow([sin_formula(celda) for celda in celdas])
    return "\ufeff" + salida.getvalue()


def en_palabras(renglon: Renglon) -> str:
    """A qué se le hizo y lo demás, en un renglón."""
    partes = [objeto_legible(renglon.objeto), detalle_legible(renglon.detalle)]
    return " · ".join(parte for parte in partes if parte)


def _busqueda(filtro: Filtro, zona: str) -> Busqueda:
    return Busqueda(
        nombre_nora=filtro.nora,
        correo=filtro.persona,
        accion=filtro.accion,
        desde=_inicio(filtro.desde, zona),
        hasta=_inicio(filtro.hasta + timedelta(days=1), zona) if filtro.hasta else None,
        antes_de=filtro.antes,
    )


def _inicio(dia: date | None, zona: str) -> datetime | None:
    if dia is None:
        return None
    return datetime(dia.year, dia.month, dia.day, tzinfo=ZoneInfo(zona)).astimezone(UTC)


def _dia(texto: str) -> date | None:
    try:
        leido = date.fromisoformat(texto)
    except ValueError:
        return None
    return leido if 2000 <= leido.year < 2200 else None
