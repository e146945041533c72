"""Los archivos de una tarea, la plantilla de los avisos y cambiar lo que se repite."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for

from ...medios.servicio import PETICION_MAXIMA
from ...registro.accesos import Acceso, exige
from ...registro.auditoria import audita, sin_cambio
from ...utils.auth_utils import persona_actual
from ...utils.errores import ErrorDatoInvalido
from . import servicio, servicio_adjuntos
from .formularios import FormularioAdjunto, FormularioMolde, FormularioPlantilla, molde_como_campos
from .vistas import panel_cliente_tareas_bp, pintar, pintar_ficha


@panel_cliente_tareas_bp.url_value_preprocessor
def permitir_archivos(endpoint: str | None, valores: dict[str, Any] | None) -> None:
    """Corre antes que la revisión de CSRF, que ya lee el formulario."""
    if endpoint == "panel_cliente_tareas.adjuntar":
        request.max_content_length = PETICION_MAXIMA


@panel_cliente_tareas_bp.post("/<uuid:tarea_id>/adjuntos")
def adjuntar(nombre_nora: str, tarea_id: UUID) -> Any:
    """Pone un archivo en una tarea."""
    formulario, archivo = FormularioAdjunto(), request.files.get("archivo")
    flujo = archivo.stream if archivo and archivo.filename else None
    nombre, declarado = (archivo.filename or "", archivo.mimetype) if archivo else ("", "")
    try:
        servicio_adjuntos.adjuntar(nombre_nora, str(tarea_id), flujo, nombre, declarado, persona_actual())
    except ErrorDatoInvalido as error:
        formulario.archivo.errors = [error.mensaje]
        return pintar_ficha(nombre_nora, str(tarea_id), adjunto=formulario), 422
    flash("Archivo agregado.", "ok")
    return redirect(url_for(".ver", tarea_id=tarea_id, _anchor="adjuntos"))


@panel_cliente_tareas_bp.get("/<uuid:tarea_id>/adjuntos/<uuid:adjunto_id>")
def abrir_adjunto(nombre_nora: str, tarea_id: UUID, adjunto_id: UUID) -> Any:
    """Lleva al archivo, con un enlace firmado y corto."""
    respuesta = redirect(servicio_adjuntos.enlace(nombre_nora, str(tarea_id), str(adjunto_id)))
    respuesta.headers["Cache-Control"] = "no-store"
    return respuesta


@panel_cliente_tareas_bp.post("/<uuid:tarea_id>/adjuntos/<uuid:adjunto_id>/quitar")
@audita("quitar_adjunto")
def quitar_adjunto(nombre_nora: str, tarea_id: UUID, adjunto_id: UUID) -> Any:
    """Lo quita de la tarea."""
    servicio_adjuntos.quitar(nombre_nora, str(tarea_id), str(adjunto_id))
    flash("Archivo quitado.", "ok")
    return redirect(url_for(".ver", tarea_id=tarea_id, _anchor="adjuntos"))


@panel_cliente_tareas_bp.post("/avisos/plantilla")
@exige(Acceso.DUENO)
@audita("cambiar_avisos_de_tareas")
def elegir_plantilla(nombre_nora: str) -> Any:
    """Con qué plantilla se avisa a quien lleva más de un día sin escribir."""
    formulario = FormularioPlantilla().con(servicio_adjuntos.plantillas(nombre_nora))
    if formulario.validate_on_submit():
        servicio_adjuntos.elegir_plantilla(nombre_nora, formulario.plantilla_id.data)
        flash("Guardado.", "ok")
    else:
        sin_cambio()
        flash("Esa plantilla ya no sirve para esto. Elige otra.", "alerta")
    return redirect(url_for(".avisos"))


@panel_cliente_tareas_bp.route("/repetidas/<uuid:molde_id>/editar", methods=["GET", "POST"])
@audita("cambiar_repetida")
def editar_molde(nombre_nora: str, molde_id: UUID) -> Any:
    """Cambia algo que se repite; las tareas ya creadas se quedan."""
    molde = servicio_adjuntos.leer_molde(nombre_nora, str(molde_id), persona_actual())
    datos = molde_como_campos(molde) if request.method == "GET" else None
    formulario = FormularioMolde(data=datos).con_equipo(molde)
    if formulario.validate_on_submit():
        try:
            servicio_adjuntos.cambiar_molde(nombre_nora, molde, formulario.cambios(), servicio.zona_de())
        except ErrorDatoInvalido as error:
            formulario[error.campo or "repite"].errors = [error.mensaje]
        else:
            flash("Guardado. Vale desde la próxima; las que ya están creadas se quedan como están.", "ok")
            return redirect(url_for(".repetidas"))
    pagina = pintar("molde.html", form=formulario, molde=molde)
    return (pagina, 422) if formulario.errors else pagina
