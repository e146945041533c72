"""El horario del negocio: si está abierto y cuándo abre, en la hora de su zona."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

DIAS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
MESES = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio",
    "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
)  # fmt: skip
DIAS_POR_MIRAR = 60  # unas vacaciones largas caben; más allá no se promete una fecha


class Tramo(BaseModel):
    """De una hora a otra del mismo día; `cierra` no incluida, y 23:59 vale hasta la medianoche."""

    model_config = ConfigDict(frozen=True)

    abre: time
    cierra: time


class Horario(BaseModel):
    """Los tramos de cada día, lunes primero. Sin ningún tramo no hay horario: siempre se puede contestar.

    `festivos`: días en que no se abre aunque toque.
    """

    model_config = ConfigDict(frozen=True)

    semana: tuple[tuple[Tramo, ...], ...] = ((),) * 7
    festivos: frozenset[date] = frozenset()

    @property
    def definido(self) -> bool:
        """Si el dueño lo escribió."""
        return any(self.semana)

    def tramos_de(self, dia: date) -> tuple[Tramo, ...]:
        """Los de esa fecha."""
        return () if dia in self.festivos else self.semana[dia.weekday()]

    def abierto(self, ahora: datetime, zona: str) -> bool:
        """Si a esa hora está abierto. `ahora`: con zona."""
        local = ahora.astimezone(ZoneInfo(zona))
        if not self.definido:
            return True
        return any(t.abre <= local.time() < t.cierra or _hasta_medianoche(t, local.time())
                   for t in self.tramos_de(local.date()))  # fmt: skip

    def proxima_apertura(self, ahora: datetime, zona: str) -> datetime | None:
        """La siguiente vez que abre, en su zona; None si no se ve ninguna."""
        local = ahora.astimezone(ZoneInfo(zona))
        for adelante in range(DIAS_POR_MIRAR):
            dia = local.date() + timedelta(days=adelante)
            for tramo in self.tramos_de(dia):
                abre = datetime.combine(dia, tramo.abre, ZoneInfo(zona))
                if abre > local:
                    return abre
        return None


def _hasta_medianoche(tramo: Tramo, hora: time) -> bool:
    return tramo.cierra == time(23, 59) and hora >= tramo.cierra


def frase_de_cierre(horario: Horario, ahora: datetime, zona: str) -> str:
    """«Ahora está cerrado; abrimos mañana lunes a las 9:00 a. m.»"""
    abre = horario.proxima_apertura(ahora, zona)
    if abre is None:
        return "Por ahora está cerrado."
    local = ahora.astimezone(ZoneInfo(zona))
    faltan = (abre.date() - local.date()).days
    hora = f"{abre.hour % 12 or 12}:{abre.minute:02d} {'a' if abre.hour < 12 else 'p'}. m."
    articulo = "la" if abre.hour % 12 == 1 else "las"
    dia = DIAS[abre.weekday()]
    if faltan == 0:
        cuando = f"hoy a {articulo} {hora}"
    elif faltan == 1:
        cuando = f"mañana {dia} a {articulo} {hora}"
    elif faltan < 7:
        cuando = f"el {dia} a {articulo} {hora}"
    else:
        cuando = f"el {dia} {abre.day} de {MESES[abre.month - 1]} a {articulo} {hora}"
    return f"Ahora está cerrado; abrimos {cuando}"
