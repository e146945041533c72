"""Mandar un archivo o una nota de voz desde la conversación."""

from __future__ import annotations

import uuid
from typing import Any

from flask import request

from ...medios.servicio import PETICION_MAXIMA
from ...registro.respuestas import exito
from ...utils.auth_utils import persona_actual
from ...utils.errores import ErrorDatoInvalido
from ...utils.formulario_mensaje import FormularioArchivo
from . import servicio
from .vistas import panel_cliente_chat_bp


@panel_cliente_chat_bp.url_value_preprocessor
def permitir_archivos(endpoint: str | None, valores: dict[str, Any] | None) -> None:
    """Corre antes que la revisión de CSRF, que ya lee el formulario."""
    if endpoint == "panel_cliente_chat.archivo":
        request.max_content_length = PETICION_MAXIMA


@panel_cliente_chat_bp.post("/<uuid:conversacion_id>/archivo")
def archivo(nombre_nora: str, conversacion_id: uuid.UUID) -> Any:
    """Manda uno; al confirmarse aparece como cualquier mensaje nuevo."""
    formulario = FormularioArchivo()
    if not formulario.validate_on_submit():
        servicio.exigir(nombre_nora, str(conversacion_id))  # si no es suya, primero eso
        raise ErrorDatoInvalido(formulario.primer_error, campo="archivo")
    subido = request.files.get("archivo")
    mensaje_id = servicio.responder_con_archivo(
        nombre_nora,
        str(conversacion_id),
        subido.stream if subido else None,
        (subido.filename or "") if subido else "",
        subido.mimetype if subido else "",
        formulario.texto.data or "",
        formulario.clave.data or "",
        persona_actual(),
    )
    return exito("Va en camino.", {"mensaje_id": mensaje_id})
