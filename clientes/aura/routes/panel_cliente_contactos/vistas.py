"""Las páginas de contactos."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask import Blueprint, current_app, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ...registro.accesos import Acceso, exige
from ...registro.plantillas import nora_actual
from ...utils.auth_utils import persona_actual
from ...utils.errores import ErrorDatoInvalido
from . import servicio
from .consultas import Contacto, Cursor
from .formularios import FormularioContacto, FormularioContactoNuevo

panel_cliente_contactos_bp = Blueprint("panel_cliente_contactos", __name__)


@panel_cliente_contactos_bp.get("/")
def index(nombre_nora: str) -> Response:
    """La lista, con búsqueda. A htmx le contesta solo la parte que cambia."""
    pagina = servicio.listar(nombre_nora, request.args.get("q", ""), _cursor())
    plantilla = "index.html"
    if request.headers.get("HX-Request") and not request.headers.get("HX-History-Restore-Request"):
        plantilla = "_mas.html" if request.args.get("antes_id") else "_resultados.html"
    respuesta = make_response(render_template(f"panel_cliente_contactos/{plantilla}", pagina=pagina))
    # La misma dirección da la página o un pedazo: que el navegador no confunda uno con otro.
    respuesta.headers["Vary"] = "HX-Request, Cookie"
    return respuesta


@panel_cliente_contactos_bp.route("/nuevo", methods=["GET", "POST"])
def nuevo(nombre_nora: str) -> Response | str | tuple[str, int]:
    """Escribir un contacto a mano."""
    formulario = FormularioContactoNuevo()
    if formulario.validate_on_submit():
        contacto_id = _guardar(nombre_nora, None, formulario)
        if contacto_id:
            flash("Contacto guardado.", "ok")
            return redirect(url_for(".ver", contacto_id=contacto_id))
    return _pintar_formulario(nombre_nora, formulario, None)


@panel_cliente_contactos_bp.get("/<uuid:contacto_id>")
def ver(nombre_nora: str, contacto_id: UUID) -> str:
    """La ficha de un contacto."""
    ficha = servicio.ficha(nombre_nora, str(contacto_id))
    return render_template(
        "panel_cliente_contactos/ficha.html",
        ficha=ficha,
        contacto=ficha.contacto,
        url_chat=_url_chat(ficha.contacto),
        puede_borrar=persona_actual().es_dueno_de(nombre_nora),
    )


@panel_cliente_contactos_bp.route("/<uuid:contacto_id>/editar", methods=["GET", "POST"])
def editar(nombre_nora: str, contacto_id: UUID) -> Response | str | tuple[str, int]:
    """Cambiar sus datos, notas y etiquetas."""
    if request.method == "GET":
        contacto = servicio.leer(nombre_nora, str(contacto_id))
        return _pintar_formulario(nombre_nora, FormularioContacto(data=_como_datos(contacto)), contacto)
    formulario = FormularioContacto()
    if formulario.validate() and _guardar(nombre_nora, str(contacto_id), formulario):
        flash("Cambios guardados.", "ok")
        return redirect(url_for(".ver", contacto_id=contacto_id))
    return _pintar_formulario(nombre_nora, formulario, servicio.leer(nombre_nora, str(contacto_id)))


@panel_cliente_contactos_bp.post("/<uuid:contacto_id>/borrar")
@exige(Acceso.DUENO)
def borrar(nombre_nora: str, contacto_id: UUID) -> Response:
    """Borra el contacto y su conversación."""
    servicio.borrar(nombre_nora, str(contacto_id), persona_actual())
    flash("Se borró el contacto con toda su conversación.", "ok")
    return redirect(url_for(".index"))


def _cursor() -> Cursor | None:
    try:
        return Cursor(datetime.fromisoformat(request.args["antes_de"]), str(UUID(request.args["antes_id"])))
    except (KeyError, ValueError):
        return None  # sin cursor, o una dirección escrita a mano: la primera página


def _guardar(nombre_nora: str, contacto_id: str | None, formulario: FormularioContacto) -> str | None:
    """El id guardado, o None con el error ya puesto junto a su campo."""
    datos = servicio.Datos(
        nombre=formulario.nombre.data,
        telefono=formulario.telefono.data or None,
        correo=formulario.correo.data,
        notas=formulario.notas.data,
        etiquetas=formulario.todas_las_etiquetas(),
    )
    try:
        return servicio.guardar(nombre_nora, contacto_id, datos)
    except ErrorDatoInvalido as error:
        formulario.telefono.errors = [*formulario.telefono.errors, error.mensaje]
        return None


def _pintar_formulario(
    nombre_nora: str, formulario: FormularioContacto, contacto: Contacto | None
) -> str | tuple[str, int]:
    existentes = [e.nombre for e in servicio.etiquetas(nombre_nora)]
    elegidas = formulario.etiquetas.data or []
    pagina = render_template(
        "panel_cliente_contactos/formulario.html",
        form=formulario,
        contacto=contacto,
        opciones_de_etiqueta=list(dict.fromkeys([*existentes, *elegidas])),
    )
    return (pagina, 422) if formulario.errors else pagina


def _como_datos(contacto: Contacto) -> dict[str, object]:
    return {
        "nombre": contacto.nombre,
        "telefono": contacto.telefono or "",
        "correo": contacto.correo,
        "notas": contacto.notas,
        "etiquetas": contacto.nombres_de_etiquetas,
    }


def _url_chat(contacto: Contacto) -> str | None:
    """La conversación, si ya hubo una y esta Nora tiene encendido el chat."""
    nora = nora_actual()
    if contacto.platica is None or nora is None or "chat" not in nora.modulos:
        return None
    if "panel_cliente_chat.abrir" not in current_app.view_functions:
        return None
    return url_for("panel_cliente_chat.abrir", conversacion_id=contacto.platica.id)
