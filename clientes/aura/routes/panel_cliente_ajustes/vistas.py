"""Las direcciones de los ajustes: valida, llama a un servicio, contesta."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from ...personas import actividad as registro_de_actividad
from ...personas.acciones import DE_UNA_NORA
from ...registro.auditoria import apuntar, audita
from ...registro.plantillas import ZONA_SIN_NORA, nora_actual
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
@audita("cambiar_ajustes", aparte=True)
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


@panel_cliente_ajustes_bp.get("/actividad")
def actividad(nombre_nora: str) -> str:
    """Quién hizo qué en esta Nora, con filtros en la dirección."""
    leida = registro_de_actividad.pagina(
        registro_de_actividad.leer_filtro(request.args), _zona(), nombre_nora
    )
    puesto = leida.filtro.en_direccion()
    return render_template(
        "panel_cliente_ajustes/actividad.html",
        pagina=leida,
        puesto=puesto,
        personas=servicio.personas_con_actividad(nombre_nora),
        acciones=DE_UNA_NORA,
        en_palabras=registro_de_actividad.en_palabras,
        siguiente=url_for(".actividad", **leida.siguiente) if leida.siguiente else None,
        primera=url_for(".actividad", **puesto) if leida.filtro.antes else None,
    )


@panel_cliente_ajustes_bp.get("/actividad.csv")
@audita("exportar_auditoria")
def actividad_csv(nombre_nora: str) -> Response:
    """Lo mismo, en una hoja."""
    filtro = registro_de_actividad.leer_filtro(request.args)
    # Se arma antes de contestar: si la base falla a la mitad, la persona ve el error y no un archivo cortado.
    respuesta = Response(registro_de_actividad.como_csv(filtro, _zona(), nombre_nora), mimetype="text/csv")
    respuesta.headers["Content-Disposition"] = f'attachment; filename="actividad-{nombre_nora}.csv"'
    apuntar(", ".join(filtro.en_direccion().values()))
    return respuesta


def _pagina(formulario: FormularioAjustes, escrito: HorarioEscrito) -> str:
    zona = _zona()
    return render_template(
        "panel_cliente_ajustes/index.html",
        form=formulario,
        escrito=escrito,
        ahora=servicio.ahora_mismo(escrito.horario, zona),
        zona=zona,
    )


def _zona() -> str:
    nora = nora_actual()
    return nora.zona_horaria if nora else ZONA_SIN_NORA
