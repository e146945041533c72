"""Lo que se repite: de palabras a RRULE (RFC 5545) y de vuelta, en la hora local de la Nora.

Las reglas se calculan sin zona y cada ocurrencia se vuelve instante al final: «los lunes a las 9» son las 9 de la
mañana también después de un cambio de horario.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

OPCIONES = {
    "": "No se repite",
    "diario": "Cada día",
    "habiles": "De lunes a viernes",
    "semanal": "Cada semana, ese día",
    "quincenal": "Cada dos semanas, ese día",
    "mensual": "Cada mes, ese día",
    "primer_dia": "El primer día del mes",
    "ultimo_dia": "El último día del mes",
    "primero_de": "El primer día así del mes (el primer lunes…)",
    "anual": "Cada año",
}
DIAS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
NOMBRES = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
MESES = (
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
)
FIN_DE_DIA = time(23, 59)


def regla_de(opcion: str, inicio: datetime) -> str:
    """La RRULE de una opción de OPCIONES que empieza en `inicio` (local, sin zona).

    Del 29 al 31, en los meses que no llegan se toma su último día.
    """
    dia = DIAS[inicio.weekday()]
    hasta_28 = f"FREQ=MONTHLY;BYMONTHDAY={inicio.day}"
    dias = ",".join(str(d) for d in range(28, inicio.day + 1))
    return {
        "diario": "FREQ=DAILY",
        "habiles": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
        "semanal": f"FREQ=WEEKLY;BYDAY={dia}",
        "quincenal": f"FREQ=WEEKLY;INTERVAL=2;BYDAY={dia}",
        "mensual": hasta_28 if inicio.day <= 28 else f"FREQ=MONTHLY;BYMONTHDAY={dias};BYSETPOS=-1",
        "primer_dia": "FREQ=MONTHLY;BYMONTHDAY=1",
        "ultimo_dia": "FREQ=MONTHLY;BYMONTHDAY=-1",
        "primero_de": f"FREQ=MONTHLY;BYDAY=1{dia}",
        "anual": f"FREQ=YEARLY;BYMONTH={inicio.month};BYMONTHDAY={inicio.day}",
    }[opcion]


def opcion_de(regla: str, inicio: datetime) -> str:
    """La opción de OPCIONES que da esa regla desde ese inicio; vacío si ninguna."""
    return next((o for o in OPCIONES if o and regla_de(o, inicio) == regla), "")


def en_palabras(regla: str) -> str:
    """«cada lunes», «el primer día del mes»."""
    partes = dict(parte.split("=", 1) for parte in regla.split(";"))
    dias, del_mes = partes.get("BYDAY", ""), partes.get("BYMONTHDAY", "")
    if partes["FREQ"] == "DAILY":
        return "cada día"
    if partes["FREQ"] == "YEARLY":
        return f"cada año, el {del_mes} de {MESES[int(partes['BYMONTH']) - 1]}"
    if partes["FREQ"] == "WEEKLY":
        if "," in dias:
            return "de lunes a viernes"
        nombre = NOMBRES[DIAS.index(dias)]
        return f"un {nombre} sí y otro no" if partes.get("INTERVAL") == "2" else f"cada {nombre}"
    if dias:
        return f"el primer {NOMBRES[DIAS.index(dias[1:])]} del mes"
    fijos = {"1": "el primer día del mes", "-1": "el último día del mes"}
    return fijos.get(del_mes, f"el día {del_mes.split(',')[-1]} de cada mes")


def a_instante(local: datetime, zona: str) -> datetime:
    """Una hora local (sin zona) como instante UTC; la que no existe por un cambio de horario se recorre."""
    return local.replace(tzinfo=ZoneInfo(zona)).astimezone(UTC)


def siguiente_local(regla: str, inicio: datetime, despues_de: datetime) -> datetime | None:
    """La primera ocurrencia después de esa hora local; None si la regla se acabó."""
    proxima: datetime | None = rrulestr(regla, dtstart=inicio).after(despues_de)
    return proxima


def principio_del_dia(local: datetime, zona: str) -> datetime:
    """Cuándo se crea la tarea de esa ocurrencia: al empezar su día."""
    return a_instante(datetime.combine(local.date(), time()), zona)


def que_crear(
    regla: str, inicio: datetime, pendiente: datetime, zona: str, ahora: datetime
) -> tuple[datetime, datetime | None]:
    """(ocurrencia que toca crear, la que sigue), como horas locales.

    Si el programador estuvo apagado varios periodos, se crea solo la última que ya tocaba: nadie quiere siete
    tareas de «abrir la caja» el mismo día.

    Args:
        pendiente: instante de la ocurrencia apuntada.
        ahora: instante con zona.
    """
    # La hora local de `pendiente` puede estar recorrida por un cambio de horario; la regla da la verdadera.
    aproximada = pendiente.astimezone(ZoneInfo(zona)).replace(tzinfo=None)
    actual = siguiente_local(regla, inicio, aproximada - timedelta(hours=2)) or aproximada
    proxima = siguiente_local(regla, inicio, actual)
    while proxima is not None and principio_del_dia(proxima, zona) <= ahora:
        actual, proxima = proxima, siguiente_local(regla, inicio, proxima)
    return actual, proxima
