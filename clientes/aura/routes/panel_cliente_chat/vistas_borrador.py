"""El borrador que Nora no mandó, a un toque de corregirlo y enviarlo."""

from __future__ import annotations

import uuid
from typing import Any

from flask import render_template

from ...registro.respuestas import exito
from .consultas_borrador import leer_borrador
from .vistas import panel_cliente_chat_bp


@panel_cliente_chat_bp.get("/<uuid:conversacion_id>/borrador")
def borrador(nombre_nora: str, conversacion_id: uuid.UUID) -> Any:
    """El borrador pendiente de esta conversación; vacío si no hay."""
    leido = leer_borrador(nombre_nora, str(conversacion_id))
    html = render_template("panel_cliente_chat/_borrador.html", borrador=leido) if leido else ""
    return exito(datos={"html": html})
