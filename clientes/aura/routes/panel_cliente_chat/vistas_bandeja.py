"""Estado, encargado, notas y mensajes programados de una conversación, o de varias a la vez."""

from __future__ import annotations

import uuid
from typing import Any

from flask import request

from ...registro.auditoria import apuntar, audita
from ...registro.respuestas import exito
from ...utils.auth_utils import persona_actual
from . import consultas_bandeja, servicio, servicio_bandeja, servicio_sugerencia
from .vistas import contestar, panel_cliente_chat_bp, zona_de_la_nora


@panel_cliente_chat_bp.post("/<uuid:conversacion_id>/estado")
def cambiar_estado(nombre_nora: str, conversacion_id: uuid.UUID) -> Any:
    """Abierta, pendiente, pospuesta hasta una hora, o resuelta."""
    servicio.exigir(nombre_nora, str(conversacion_id))  # si no es suya, primero eso
    estado = request.form.get("estado", "")
    cuando = request.form.get("cuando", "")
    antes = servicio_bandeja.cambiar_estado(
        nombre_nora, [str(conversacion_id)], estado, cuando, zona_de_la_nora(), persona_actual()
    )
    return contestar(conversacion_id, servicio_bandeja.HECHO[estado], {"antes": antes})


@panel_cliente_chat_bp.post("/<uuid:conversacion_id>/asignar")
def asignar(nombre_nora: str, conversacion_id: uuid.UUID) -> Any:
    """A alguien, a quien le toque («turno»), o de vuelta a la fila (vacío)."""
    persona = request.form.get("persona", "")
    if persona == "turno":
        servicio_bandeja.asignar_por_turno(nombre_nora, str(conversacion_id), persona_actual())
        return contestar(conversacion_id, "Asignada a quien le tocaba.")
    antes = servicio_bandeja.asignar(nombre_nora, [str(conversacion_id)], persona, persona_actual())
    return contestar(conversacion_id, "Asignada." if persona else "De vuelta en la fila.", {"antes": antes})


@panel_cliente_chat_bp.post("/<uuid:conversacion_id>/notas")
def anotar(nombre_nora: str, conversacion_id: uuid.UUID) -> Any:
    """Una nota que solo ve el equipo."""
    cuantas = servicio_bandeja.anotar(
        nombre_nora,
        str(conversacion_id),
        request.form.get("texto", ""),
        request.form.get("clave", ""),
        persona_actual(),
    )
    return contestar(conversacion_id, "Nota guardada." if not cuantas else "Nota guardada; ya se avisó.")


@panel_cliente_chat_bp.post("/<uuid:conversacion_id>/programar")
def programar(nombre_nora: str, conversacion_id: uuid.UUID) -> Any:
    """Un mensaje para más tarde."""
    fuera = servicio_bandeja.programar(
        nombre_nora,
        str(conversacion_id),
        request.form.get("texto", ""),
        request.form.get("cuando", ""),
        zona_de_la_nora(),
        persona_actual(),
    )
    aviso = " Si el cliente no escribe antes, WhatsApp no lo dejará salir y te avisaremos." if fuera else ""
    return contestar(conversacion_id, f"Programado.{aviso}")


@panel_cliente_chat_bp.post("/<uuid:conversacion_id>/programados/<uuid:programado_id>/cancelar")
def cancelar_programado(nombre_nora: str, conversacion_id: uuid.UUID, programado_id: uuid.UUID) -> Any:
    """Ya no sale."""
    consultas_bandeja.cancelar_programado(nombre_nora, str(conversacion_id), str(programado_id))
    return contestar(conversacion_id, "Cancelado: no saldrá.")


@panel_cliente_chat_bp.post("/<uuid:conversacion_id>/sugerir")
def sugerir(nombre_nora: str, conversacion_id: uuid.UUID) -> Any:
    """Un borrador con lo que Nora sabe; mandarlo es de la persona."""
    sugerida = servicio_sugerencia.sugerir(nombre_nora, str(conversacion_id))
    dudas = f"Revisa antes de mandar: {' '.join(sugerida.dudas)}" if sugerida.dudas else ""
    return contestar(conversacion_id, datos={"texto": sugerida.texto, "dudas": dudas})


@panel_cliente_chat_bp.post("/lote")
@audita("cambiar_conversaciones")
def cambiar_varias(nombre_nora: str) -> Any:
    """Estado o encargado de varias, con lo que hace falta para deshacerlo."""
    ids = request.form.get("ids", "").split(",")
    estado = request.form.get("estado", "")
    if estado:
        antes = servicio_bandeja.cambiar_estado(
            nombre_nora, ids, estado, request.form.get("cuando", ""), zona_de_la_nora(), persona_actual()
        )
    else:
        antes = servicio_bandeja.asignar(nombre_nora, ids, request.form.get("persona", ""), persona_actual())
    apuntar(cuantas=len(ids), cambio=estado or "encargado")
    cuantas = f"{len(ids)} conversaciones" if len(ids) > 1 else "1 conversación"
    return exito(f"Listo: {cuantas}.", {"antes": antes})


@panel_cliente_chat_bp.post("/lote/deshacer")
@audita("deshacer_conversaciones")
def deshacer(nombre_nora: str) -> Any:
    """Las deja como estaban."""
    cuantas = servicio_bandeja.deshacer(nombre_nora, request.form.get("antes", ""), persona_actual())
    apuntar(cuantas=cuantas)
    return exito("Listo: quedó como estaba.", {"cuantas": cuantas})


@panel_cliente_chat_bp.post("/presencia")
def presencia(nombre_nora: str) -> Any:
    """Quien lo manda tiene el chat abierto: le puede tocar una conversación."""
    consultas_bandeja.anotar_presencia(nombre_nora, persona_actual().usuario_id)
    return exito()
