"""Las respuestas rápidas («/») y los ajustes de la bandeja."""

from __future__ import annotations

import uuid
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from ...registro.accesos import Acceso, exige
from ...registro.auditoria import apuntar, audita
from ...registro.plantillas import nora_actual
from ...registro.respuestas import exito
from ...utils.auth_utils import persona_actual
from ...utils.errores import ErrorDatoInvalido
from . import consultas_bandeja, servicio_bandeja
from .vistas import panel_cliente_chat_bp


@panel_cliente_chat_bp.get("/<uuid:conversacion_id>/rapidas")
def rapidas(nombre_nora: str, conversacion_id: uuid.UUID) -> Any:
    """Las que hay, con los datos de este cliente ya puestos."""
    nora = nora_actual()
    leidas = servicio_bandeja.rapidas_para(
        nombre_nora, str(conversacion_id), nora.nombre_visible if nora else "", persona_actual()
    )
    return exito(datos=[una.model_dump() for una in leidas])


@panel_cliente_chat_bp.get("/ajustes")
def ajustes(nombre_nora: str) -> str:
    """Las respuestas rápidas y cuándo se resuelve sola una conversación."""
    return _pagina(nombre_nora)


@panel_cliente_chat_bp.post("/rapidas")
@audita("guardar_rapida")
def guardar_rapida(nombre_nora: str) -> Any:
    """Crea una, o cambia la de ese atajo."""
    try:
        atajo = servicio_bandeja.guardar_rapida(
            nombre_nora, request.form.get("atajo", ""), request.form.get("texto", "")
        )
    except ErrorDatoInvalido as error:
        return _pagina(nombre_nora, error), 422
    apuntar(f"/{atajo}")
    flash(f"Guardada: escribe /{atajo} en cualquier conversación.", "ok")
    return redirect(url_for(".ajustes"))


@panel_cliente_chat_bp.post("/rapidas/<uuid:rapida_id>/borrar")
@audita("borrar_rapida")
def borrar_rapida(nombre_nora: str, rapida_id: uuid.UUID) -> Any:
    """Quita una."""
    consultas_bandeja.borrar_rapida(nombre_nora, str(rapida_id))
    flash("Respuesta rápida borrada.", "ok")
    return redirect(url_for(".ajustes"))


@panel_cliente_chat_bp.post("/cierre")
@exige(Acceso.DUENO)
@audita("cambiar_cierre")
def guardar_cierre(nombre_nora: str) -> Any:
    """A los cuántos días sin mensajes se resuelve sola una conversación."""
    try:
        dias = servicio_bandeja.guardar_cierre(nombre_nora, request.form.get("dias", ""))
    except ErrorDatoInvalido as error:
        return _pagina(nombre_nora, error), 422
    apuntar(dias=dias)
    flash("Guardado." if dias else "Guardado: ninguna se resolverá sola.", "ok")
    return redirect(url_for(".ajustes"))


def _pagina(nombre_nora: str, error: ErrorDatoInvalido | None = None) -> str:
    return render_template(
        "panel_cliente_chat/ajustes.html",
        rapidas=consultas_bandeja.rapidas(nombre_nora),
        dias=request.form.get("dias", "") or consultas_bandeja.dias_para_cerrar(nombre_nora),
        puestos=request.form,
        errores={error.campo: error.mensaje} if error else {},
    )
