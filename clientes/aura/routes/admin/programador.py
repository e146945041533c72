"""Los trabajos del programador: correr uno ahora, y encenderlo o apagarlo en todos los procesos."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from flask import current_app, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from scheduler_jobs import siguiente_vez, todos_los_trabajos

from ...personas.servicio import anotar
from ...registro.auditoria import audita
from ...registro.manifiesto import Trabajo
from ...registro.respuestas import exito, quiere_json
from ...utils.auth_utils import persona_actual
from ...utils.errores import ErrorDatoInvalido
from . import consultas

DIAS = {"mon": "lunes", "tue": "martes", "wed": "miércoles", "thu": "jueves", "fri": "viernes"} | {
    "sat": "sábados",
    "sun": "domingos",
}
MOTIVOS = {"tarde": "recuperado", "a_mano": "a mano"}


@dataclass(frozen=True)
class Renglon:
    """Un trabajo como se enseña. `dura` ya viene en palabras; `siguiente` None: está apagado."""

    trabajo: Trabajo
    cuando: str
    ultima: consultas.Ejecucion | None
    dura: str
    motivo: str
    siguiente: datetime | None
    activo: bool


def renglones(ahora: datetime) -> list[Renglon]:
    """Cada trabajo con su última ejecución y cuándo le vuelve a tocar."""
    programador = consultas.programador()
    return [
        _renglon(trabajo, programador.ultimas.get(trabajo.id), trabajo.id not in programador.apagados, ahora)
        for trabajo in todos_los_trabajos(current_app)
    ]


def _renglon(trabajo: Trabajo, ultima: consultas.Ejecucion | None, activo: bool, ahora: datetime) -> Renglon:
    return Renglon(
        trabajo=trabajo,
        cuando=cuando(trabajo),
        ultima=ultima,
        dura=_en_palabras(ultima),
        motivo=MOTIVOS.get(ultima.motivo, "") if ultima else "",
        siguiente=siguiente_vez(trabajo, ahora) if activo else None,
        activo=activo,
    )


def _en_palabras(ultima: consultas.Ejecucion | None) -> str:
    if ultima is None or ultima.inicio is None or ultima.fin is None:
        return ""
    segundos = (ultima.fin - ultima.inicio).total_seconds()
    if segundos < 1:
        return f"{max(1, round(1000 * segundos))} ms"
    if segundos < 90:
        return f"{segundos:.1f} s"
    return f"{segundos / 60:.0f} min"


def cuando(trabajo: Trabajo) -> str:
    """Su cron en palabras: «cada 5 min», «diario a las 2:30 (America/Hermosillo)»; uno raro, tal cual."""
    minuto, hora, dia, mes, semana = trabajo.cron.split()
    donde = "" if trabajo.zona == "UTC" else f" ({trabajo.zona})"
    if (dia, mes) != ("*", "*"):
        return trabajo.cron + donde
    if (hora, semana) == ("*", "*") and minuto == "*":
        return "cada minuto"
    if (hora, semana) == ("*", "*") and minuto.startswith("*/"):
        return f"cada {minuto[2:]} min"
    if hora.startswith("*/") and semana == "*" and minuto.isdigit():
        return f"cada {hora[2:]} h"
    if not (minuto.isdigit() and hora.isdigit()):
        return trabajo.cron + donde
    que_dia = "diario" if semana == "*" else DIAS.get(semana.lower(), "")
    return f"{que_dia} a las {hora}:{minuto:0>2}{donde}" if que_dia else trabajo.cron + donde


@audita("correr_trabajo", aparte=True)
def correr() -> Response:
    """Deja uno en la cola fuera de su hora; apagado también, que quien lo pide lo quiere."""
    trabajo = _pedido()
    if consultas.correr_trabajo(trabajo.id, datetime.now(UTC), f"panel:{persona_actual().correo}"):
        anotar(persona_actual(), "correr_trabajo", objeto=trabajo.id)
        flash("Ya está en la cola. Vuelve a revisar en un momento.", "ok")
    else:
        flash("Ya esperaba o estaba corriendo: no se pidió otra vez.", "info")
    return redirect(url_for("admin.salud"))


@audita("encender_trabajo", "apagar_trabajo", aparte=True)
def encender() -> Response | tuple[Response, int]:
    """Enciende o apaga uno (`activo`: 1 o 0). Lo que toque mientras está apagado no se recupera después."""
    trabajo = _pedido()
    activo = {"1": True, "0": False}.get(request.form.get("activo", ""))
    if activo is None:
        raise ErrorDatoInvalido("Falta decir si se enciende o se apaga.")
    if consultas.encender_trabajo(trabajo.id, activo):
        anotar(persona_actual(), "encender_trabajo" if activo else "apagar_trabajo", objeto=trabajo.id)
    frase = "Encendido." if activo else "Apagado: no corre hasta que lo enciendas."
    if quiere_json():
        return exito(frase)
    flash(frase, "ok")
    return redirect(url_for("admin.salud"))


def _pedido() -> Trabajo:
    nombre = request.form.get("trabajo", "")
    for trabajo in todos_los_trabajos(current_app):
        if trabajo.id == nombre:
            return trabajo
    raise ErrorDatoInvalido("Ese trabajo no existe.")
