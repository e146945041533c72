"""Semanas ISO 8601: de lunes a domingo, con su número y su año (que en enero y diciembre no siempre es el del día)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from ..anuncios.periodos import Periodo
from ..utils.formato import MESES

_CLAVE = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)


@dataclass(frozen=True)
class Semana:
    """Una semana, por su lunes."""

    lunes: date

    @property
    def domingo(self) -> date:
        return self.lunes + timedelta(days=6)

    @property
    def clave(self) -> str:
        """«2026-W46»."""
        ano, numero, _ = self.lunes.isocalendar()
        return f"{ano}-W{numero:02d}"

    @property
    def numero(self) -> int:
        """La semana del año (ISO 8601)."""
        return self.lunes.isocalendar().week

    @property
    def periodo(self) -> Periodo:
        return Periodo(self.lunes, self.domingo)

    @property
    def anterior(self) -> Semana:
        return Semana(self.lunes - timedelta(days=7))

    @property
    def en_palabras(self) -> str:
        """«9 al 15 de nov 2026», «28 de dic 2026 al 3 de ene 2027»."""
        uno, dos = self.lunes, self.domingo
        fin = f"{dos.day} de {MESES[dos.month - 1]} {dos.year}"
        if uno.month == dos.month:
            return f"{uno.day} al {fin}"
        ano = f" {uno.year}" if uno.year != dos.year else ""
        return f"{uno.day} de {MESES[uno.month - 1]}{ano} al {fin}"


def semana_de(dia: date) -> Semana:
    """La semana en que cae un día."""
    return Semana(dia - timedelta(days=dia.weekday()))


def semana_pasada(zona: str, ahora: datetime) -> Semana:
    """La última semana terminada en esa zona."""
    return semana_de(ahora.astimezone(ZoneInfo(zona)).date()).anterior


def leer_semana(texto: str) -> Semana:
    """La de «2026-W46».

    Raises:
        ValueError: no está bien escrita o ese año no la tiene.
    """
    partes = _CLAVE.fullmatch(texto.strip().upper())
    if partes is None:
        raise ValueError(f"«{texto}» no es una semana; escríbela como 2026-W46.")
    return Semana(date.fromisocalendar(int(partes[1]), int(partes[2]), 1))
