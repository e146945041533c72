"""Las direcciones de las respuestas automáticas. Ver y probar, cualquiera de la Nora; escribir, el dueño."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for

from ...registro.accesos import Acceso, exige
from ...registro.auditoria import apuntar, audita
from ...registro.plantillas import nora_actual
from ...registro.respuestas import exito, quiere_json
from ...utils.auth_utils import persona_actual
from . import consultas, servicio
from .formularios import CUANDOS, MODOS, FormularioPrueba, FormularioRespuesta

panel_cliente_respuestas_bp = Blueprint("panel_cliente_respuestas", __name__)


@panel_cliente_respuestas_bp.get("/")
def index(nombre_nora: str) -> str:
    """La lista y la caja de prueba."""
    return render_template(
        "panel_cliente_respuestas/index.html",
        respuestas=consultas.listar(nombre_nora),
        prueba_form=FormularioPrueba(formdata=None),
        prueba=None,
        modos=dict(MODOS),
        cuandos=dict(CUANDOS),
        puede_escribir=persona_actual().es_dueno_de(nombre_nora),
    )


@panel_cliente_respuestas_bp.post("/probar")
def probar(nombre_nora: str) -> Any:
    """Cuál se dispararía y por qué. Por POST: el mensaje no queda en la dirección."""
    formulario, prueba, nora = FormularioPrueba(), None, nora_actual()
    if formulario.validate_on_submit() and nora is not None:
        prueba = servicio.probar(nombre_nora, formulario.mensaje.data or "", nora.zona_horaria)
    plantilla = "_prueba.html" if request.headers.get("HX-Request") else "probar.html"
    pagina = render_template(
        f"panel_cliente_respuestas/{plantilla}", prueba_form=formulario, prueba=prueba, modos=dict(MODOS)
    )
    return (pagina, 422) if formulario.errors else pagina


@panel_cliente_respuestas_bp.route("/nueva", methods=["GET", "POST"])
@exige(Acceso.DUENO)
@audita("crear_respuesta")
def nueva(nombre_nora: str) -> Any:
    """Escribir una."""
    formulario = FormularioRespuesta() if request.method == "POST" else FormularioRespuesta(orden=10)
    if request.method == "POST" and formulario.validate():
        servicio.guardar(nombre_nora, formulario)
        apuntar(formulario.nombre.data)
        flash("Lista: Nora ya la usa.", "ok")
        return redirect(url_for(".index"))
    pagina = render_template("panel_cliente_respuestas/formulario.html", form=formulario, respuesta=None)
    return (pagina, 400) if formulario.errors else pagina


@panel_cliente_respuestas_bp.route("/<uuid:respuesta_id>", methods=["GET", "POST"])
@exige(Acceso.DUENO)
@audita("editar_respuesta")
def editar(nombre_nora: str, respuesta_id: UUID) -> Any:
    """Cambiar una."""
    guardada = consultas.leer(nombre_nora, str(respuesta_id))
    datos = {**guardada.model_dump(), "disparadores": "\n".join(guardada.disparadores)}
    formulario = FormularioRespuesta() if request.method == "POST" else FormularioRespuesta(data=datos)
    if request.method == "POST" and formulario.validate():
        servicio.guardar(nombre_nora, formulario, guardada.id)
        apuntar(formulario.nombre.data)
        flash("Cambios guardados.", "ok")
        return redirect(url_for(".index"))
    pagina = render_template("panel_cliente_respuestas/formulario.html", form=formulario, respuesta=guardada)
    return (pagina, 400) if formulario.errors else pagina


@panel_cliente_respuestas_bp.post("/<uuid:respuesta_id>/activo")
@exige(Acceso.DUENO)
@audita("encender_respuesta")
def encender(nombre_nora: str, respuesta_id: UUID) -> Any:
    """Enciende (activo=1) o apaga (activo=0) una."""
    activo = request.form.get("activo") == "1"
    consultas.cambiar(nombre_nora, str(respuesta_id), {"activo": activo})
    apuntar(encendida=activo)
    frase = "Encendida: Nora la usa." if activo else "Apagada: Nora no la usa."
    if quiere_json():
        return exito(frase, {"activo": activo})
    flash(frase, "ok")
    return redirect(url_for(".index"))


@panel_cliente_respuestas_bp.post("/<uuid:respuesta_id>/borrar")
@exige(Acceso.DUENO)
@audita("borrar_respuesta", aparte=True)
def borrar(nombre_nora: str, respuesta_id: UUID) -> Any:
    """La quita para siempre."""
    era = servicio.borrar(persona_actual(), nombre_nora, str(respuesta_id))
    flash(f"«{era.nombre}» borrada. Nora ya no la usa.", "ok")
    return redirect(url_for(".index"))
