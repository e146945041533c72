"""Fechas, teléfonos y dinero como se leen en México; también son filtros de las plantillas."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

DIAS = ("lun", "mar", "mié", "jue", "vie", "sáb", "dom")
MESES = ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic")


def a_fecha(valor: datetime | str) -> datetime:
    """Una fecha con zona, venga como `datetime` o como la escribe la base (ISO 8601)."""
    fecha = datetime.fromisoformat(valor) if isinstance(valor, str) else valor
    return fecha if fecha.tzinfo else fecha.replace(tzinfo=UTC)


def hora(valor: datetime | str, zona: str) -> str:
    """«5:30 p. m.» en la zona de la Nora."""
    local = a_fecha(valor).astimezone(ZoneInfo(zona))
    return f"{local.hour % 12 or 12}:{local.minute:02d} {'a' if local.hour < 12 else 'p'}. m."


def fecha(valor: datetime | str | None, zona: str, ahora: datetime | None = None) -> str:
    """«mar 24 nov, 5:30 p. m.»; con año si no es el actual."""
    if not valor:
        return ""
    local = a_fecha(valor).astimezone(ZoneInfo(zona))
    actual = (ahora or datetime.now(UTC)).astimezone(ZoneInfo(zona))
    anio = "" if local.year == actual.year else f" {local.year}"
    return f"{DIAS[local.weekday()]} {local.day} {MESES[local.month - 1]}{anio}, {hora(valor, zona)}"


def dia_corto(valor: date) -> str:
    """«mar 24 nov», de una fecha sin hora: ya está en la zona que debe."""
    return f"{DIAS[valor.weekday()]} {valor.day} {MESES[valor.month - 1]}"


def fecha_relativa(valor: datetime | str | None, zona: str, ahora: datetime | None = None) -> str:
    """«ahora», «hace 5 min», «en 3 h» dentro de un día; más lejos, la fecha."""
    if not valor:
        return ""
    actual = ahora or datetime.now(UTC)
    pasado = actual - a_fecha(valor)
    lejos = abs(pasado)
    if lejos >= timedelta(days=1):
        return fecha(valor, zona, actual)
    if lejos < timedelta(minutes=1):
        return "ahora"
    segundos = lejos.total_seconds()
    cuanto = f"{int(segundos // 60)} min" if lejos < timedelta(hours=1) else f"{int(segundos // 3600)} h"
    return f"hace {cuanto}" if pasado > timedelta(0) else f"en {cuanto}"


def telefono(e164: str | None) -> str:
    """«+52 662 123 4567»; los de otros países, como vienen."""
    if not e164:
        return ""
    if e164.startswith("+52") and len(e164) == 13:
        return f"+52 {e164[3:6]} {e164[6:9]} {e164[9:]}"
    return e164


def dinero(cantidad: Decimal | float, moneda: str = "MXN") -> str:
    """«$1,150.00 MXN»; «-$1,150.00 MXN» si falta. El medio centavo sube."""
    exacta = Decimal(str(cantidad)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return f"{'-' if exacta < 0 else ''}${abs(exacta):,.2f} {moneda}"


def iniciales(nombre: str | None) -> str:
    """Una o dos letras para el avatar."""
    partes = [parte for parte in (nombre or "").split() if parte[0].isalnum()]
    return "".join(parte[0] for parte in partes[:2]).upper() or "?"
