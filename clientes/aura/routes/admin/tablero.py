"""El tablero de la instalación y la salida de una Nora."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect, render_template, session, url_for
from werkzeug.wrappers import Response

from ...personas.servicio import anotar
from ...registro.auditoria import audita
from ...utils.auth_utils import persona_actual
from . import consultas, uso
from .consultas import NoraConFalta, Resumen
from .servicio import config_actual


@dataclass(frozen=True)
class Siguiente:
    """El paso que más conviene dar ahora."""

    titulo: str
    texto: str
    accion: str
    url: str


def dashboard() -> str:
    """Las cifras de la instalación, las Noras que necesitan algo y el siguiente paso."""
    config = config_actual()
    resumen = consultas.resumen(bool(config.TWILIO_ACCOUNT_SID and config.TWILIO_AUTH_TOKEN))
    horas = [hora.model_dump(mode="json") for hora in resumen.horas]
    faltas = [(nora, faltas_de(nora)) for nora in resumen.necesitan]
    return render_template(
        "admin/dashboard.html",
        resumen=resumen,
        horas=horas,
        faltas=faltas,
        siguiente=siguiente_paso(resumen),
        gasto=uso.gasto(),
    )


@audita("salir_de_nora", aparte=True)
def salir_de_nora() -> Response:
    """Deja de actuar «como» dueño y vuelve a la lista."""
    nombre = session.pop("como_dueno", None)
    if nombre:
        anotar(persona_actual(), "salir_de_nora", nombre_nora=nombre)
        flash(f"Saliste de {nombre}.", "info")
    return redirect(url_for("admin.noras"))


def faltas_de(nora: NoraConFalta) -> list[str]:
    """Lo que le falta, en palabras; lo que más urge primero."""
    faltas = []
    if nora.esperan_persona:
        cuantos = nora.esperan_persona
        faltas.append(
            "1 cliente espera a una persona" if cuantos == 1 else f"{cuantos} clientes esperan a una persona"
        )
    if not nora.con_llaves:
        faltas.append("sin llaves de Twilio")
    if not nora.con_conocimiento:
        faltas.append("no sabe nada todavía")
    if not nora.ia_activa:
        faltas.append("tiene apagado responder sola")
    return faltas


def siguiente_paso(resumen: Resumen) -> Siguiente | None:
    """Uno solo; None cuando todo está en orden."""
    if resumen.activas + resumen.suspendidas == 0:
        return Siguiente(
            "Crea tu primera Nora",
            "Es el asistente de WhatsApp de un negocio. Con su nombre y su número ya puede recibir mensajes.",
            "Crear una Nora",
            url_for("admin.nora_nueva"),
        )
    if resumen.atorados:
        return Siguiente(
            "Hay mensajes que no salen",
            f"{resumen.atorados} llevan más de 5 minutos sin enviarse.",
            "Ver la salud",
            url_for("admin.salud"),
        )
    sin_llaves = next((n for n in resumen.necesitan if not n.con_llaves), None)
    if sin_llaves:
        return Siguiente(
            f"Conecta {sin_llaves.nombre_visible} con WhatsApp",
            "Guarda sus llaves de Twilio y prueba que todo esté en su lugar.",
            "Poner sus llaves",
            url_for("admin.nora", nombre=sin_llaves.nombre_nora, _anchor="credenciales"),
        )
    if resumen.usuarios <= 1:
        return Siguiente(
            "Invita a quien atiende",
            "Dale una cuenta al dueño de cada negocio para que enseñe a su Nora.",
            "Crear una cuenta",
            url_for("admin.usuario_nuevo"),
        )
    return None
