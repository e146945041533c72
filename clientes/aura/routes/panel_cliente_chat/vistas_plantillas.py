"""Mandar una plantilla aprobada: lo único que sale cuando pasaron 24 horas."""

from __future__ import annotations

import uuid
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from ...conversacion.plantillas import LARGO_DE_VARIABLE, faltan, llenar
from ...utils.auth_utils import persona_actual
from ...utils.errores import ErrorDatoInvalido, ErrorNoEncontrado
from ...utils.validators import limpiar_texto
from . import consultas, consultas_plantillas
from .consultas_plantillas import Plantilla
from .vistas import panel_cliente_chat_bp

FALTAN = "Llena todos los datos: WhatsApp rechaza una plantilla con huecos."


@panel_cliente_chat_bp.get("/<uuid:conversacion_id>/plantillas")
def plantillas(nombre_nora: str, conversacion_id: uuid.UUID) -> Any:
    """Las aprobadas, con sus datos por llenar. Con htmx, solo el trozo que va en la conversación."""
    return _pagina(nombre_nora, str(conversacion_id))


@panel_cliente_chat_bp.post("/<uuid:conversacion_id>/plantillas")
def enviar_plantilla(nombre_nora: str, conversacion_id: uuid.UUID) -> Any:
    """Manda una."""
    consultas.leer_conversacion(nombre_nora, str(conversacion_id), limite=1)  # si no es suya, primero eso
    try:
        clave = str(uuid.UUID(request.form.get("clave", "")))
    except ValueError as error:
        raise ErrorDatoInvalido("Recarga la página y vuelve a enviarla.") from error
    elegida = request.form.get("plantilla_id", "")
    plantilla = next((p for p in consultas_plantillas.aprobadas(nombre_nora) if p.id == elegida), None)
    if plantilla is None:
        raise ErrorNoEncontrado
    puestas = _puestas(plantilla)
    if faltan(plantilla.variables, puestas):
        return _pagina(nombre_nora, str(conversacion_id), plantilla.id, puestas, FALTAN), 422
    texto = llenar(plantilla.cuerpo, puestas) or f"[{plantilla.nombre}]"
    quien = persona_actual().usuario_id
    consultas_plantillas.enviar(nombre_nora, str(conversacion_id), plantilla.id, texto, puestas, quien, clave)
    flash("La plantilla va en camino.", "ok")
    return redirect(url_for(".abrir", conversacion_id=conversacion_id))


def _puestas(plantilla: Plantilla) -> dict[str, str]:
    # Un salto de línea dentro de una variable la rechaza WhatsApp.
    escritas = {n: request.form.get(f"dato_{n}", "") for n in plantilla.variables}
    return {n: " ".join(limpiar_texto(dato).split())[:LARGO_DE_VARIABLE] for n, dato in escritas.items()}


def _pagina(
    nombre_nora: str,
    conversacion_id: str,
    elegida: str = "",
    puestas: dict[str, str] | None = None,
    error: str = "",
) -> str:
    """La conversación se lee antes: la de otra Nora no existe."""
    conversacion = consultas.leer_conversacion(nombre_nora, conversacion_id, limite=1)
    suelta = "_plantillas.html" if request.headers.get("HX-Request") else "plantillas.html"
    return render_template(
        f"panel_cliente_chat/{suelta}",
        conversacion=conversacion,
        plantillas=consultas_plantillas.aprobadas(nombre_nora),
        elegida=elegida,
        puestas=puestas or {},
        error=error,
        clave=str(uuid.uuid4()),
        largo=LARGO_DE_VARIABLE,
    )
