"""Las direcciones de los ajustes: valida, llama a un servicio, contesta."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from ...registro.plantillas import nora_actual
from ...utils.auth_utils import persona_actual
from . import servicio
from .consultas import Ajustes
from .formularios import FormularioAjustes, HorarioEscrito, escrito_de, leer_horario

panel_cliente_ajustes_bp = Blueprint("panel_cliente_ajustes", __name__)


@panel_cliente_ajustes_bp.get("/")
def index(nombre_nora: str) -> str:
    """Los ajustes de hoy."""
    ajustes = servicio.leer(nombre_nora)
    return _pagina(FormularioAjustes(formdata=None, obj=ajustes), escrito_de(ajustes.horario))


@panel_cliente_ajustes_bp.post("/")
def guardar(nombre_nora: str) -> Any:
    """Los guarda; nada escrito se pierde si algo está mal."""
    formulario, escrito = FormularioAjustes(), leer_horario(request.form)
    if not (formulario.validate_on_submit() and escrito.sirve):
        return _pagina(formulario, escrito), 400
    campos = {clave: dato for clave, dato in formulario.data.items() if clave != "csrf_token"}
    cambiados = servicio.guardar(persona_actual(), nombre_nora, Ajustes(**campos, horario=escrito.horario))
    flash(
        "Guardado. Nora ya lo usa." if cambiados else "No había nada que cambiar.",
        "ok" if cambiados else "info",
    )
    return redirect(url_for(".index"))


def _pagina(formulario: FormularioAjustes, escrito: HorarioEscrito) -> str:
    nora = nora_actual()
    zona = nora.zona_horaria if nora else "America/Hermosillo"
    return render_template(
        "panel_cliente_ajustes/index.html",
        form=formulario,
        escrito=escrito,
        ahora=servicio.ahora_mismo(escrito.horario, zona),
        zona=zona,
    )
