"""Las páginas de etiquetas."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ...registro.accesos import Acceso, exige
from ...registro.auditoria import apuntar, audita
from ...registro.plantillas import nora_actual
from ...registro.respuestas import exito
from ...utils.auth_utils import persona_actual
from ...utils.consultas_etiquetas import Etiqueta
from ...utils.errores import ErrorDatoInvalido
from . import servicio
from .formularios import FormularioEtiqueta

panel_cliente_etiquetas_bp = Blueprint("panel_cliente_etiquetas", __name__)


@panel_cliente_etiquetas_bp.get("/")
def index(nombre_nora: str) -> str:
    """Todas, con cuánto se usan."""
    nora = nora_actual()
    return render_template(
        "panel_cliente_etiquetas/index.html",
        etiquetas=servicio.listar(nombre_nora),
        con_contactos=nora is not None and "contactos" in nora.modulos,
        es_dueno=persona_actual().es_dueno_de(nombre_nora),
        por_deshacer=request.args.get("deshacer", ""),
    )


@panel_cliente_etiquetas_bp.route("/nueva", methods=["GET", "POST"])
@audita("crear_etiqueta")
def nueva(nombre_nora: str) -> Response | str | tuple[str, int]:
    """Crear una."""
    formulario = FormularioEtiqueta()
    if formulario.validate_on_submit() and _guardar(nombre_nora, None, formulario):
        apuntar(formulario.nombre.data)
        flash("Etiqueta guardada.", "ok")
        return redirect(url_for(".index"))
    return _pintar(formulario, None)


@panel_cliente_etiquetas_bp.route("/<uuid:etiqueta_id>", methods=["GET", "POST"])
@audita("editar_etiqueta")
def editar(nombre_nora: str, etiqueta_id: UUID) -> Response | str | tuple[str, int]:
    """Cambiarle el nombre, el color o la regla."""
    etiqueta = servicio.leer(nombre_nora, str(etiqueta_id))
    formulario = FormularioEtiqueta(obj=etiqueta)
    if formulario.validate_on_submit() and _guardar(nombre_nora, etiqueta.id, formulario):
        apuntar(formulario.nombre.data)
        flash("Cambios guardados.", "ok")
        return redirect(url_for(".index"))
    return _pintar(formulario, etiqueta)


@panel_cliente_etiquetas_bp.route("/<uuid:etiqueta_id>/unir", methods=["GET", "POST"])
@exige(Acceso.DUENO)
@audita("unir_etiquetas")
def unir(nombre_nora: str, etiqueta_id: UUID) -> Response | str:
    """Pasar todo lo suyo a otra."""
    etiqueta = servicio.leer(nombre_nora, str(etiqueta_id))
    if request.method == "POST":
        servicio.unir(nombre_nora, etiqueta.id, request.form.get("queda", ""))
        apuntar(etiqueta.nombre, queda=request.form.get("queda", ""))
        flash(f"«{etiqueta.nombre}» ya es parte de la otra.", "ok")
        return redirect(url_for(".index"))
    otras = [e for e in servicio.listar(nombre_nora) if e.id != etiqueta.id]
    return render_template("panel_cliente_etiquetas/unir.html", etiqueta=etiqueta, otras=otras)


@panel_cliente_etiquetas_bp.post("/<uuid:etiqueta_id>/borrar")
@exige(Acceso.DUENO)
@audita("borrar_etiqueta")
def borrar(nombre_nora: str, etiqueta_id: UUID) -> Response:
    """Quitarla de todas partes; se puede deshacer."""
    apuntar(servicio.leer(nombre_nora, str(etiqueta_id)).nombre)
    deshacer_id = servicio.borrar(nombre_nora, str(etiqueta_id), persona_actual())
    return redirect(url_for(".index", deshacer=deshacer_id))


@panel_cliente_etiquetas_bp.post("/deshacer/<uuid:deshacer_id>")
@exige(Acceso.DUENO)
@audita("deshacer_etiquetas")
def deshacer(nombre_nora: str, deshacer_id: UUID) -> Response | tuple[Response, int]:
    """Devolverla a donde estaba."""
    servicio.deshacer(nombre_nora, str(deshacer_id), persona_actual())
    if request.accept_mimetypes.best == "application/json":
        return exito("Listo: quedó como estaba.")
    flash("Listo: quedó como estaba.", "ok")
    return redirect(url_for(".index"))


@panel_cliente_etiquetas_bp.post("/conversacion/<uuid:conversacion_id>")
def etiquetar_conversacion(nombre_nora: str, conversacion_id: UUID) -> tuple[Response, int]:
    """Deja una conversación con justo las etiquetas de `etiquetas` (ids)."""
    quedaron = servicio.etiquetar_conversacion(
        nombre_nora, str(conversacion_id), request.form.getlist("etiquetas")
    )
    return exito("Etiquetas guardadas.", [etiqueta.model_dump() for etiqueta in quedaron])


def _guardar(nombre_nora: str, etiqueta_id: str | None, formulario: FormularioEtiqueta) -> str | None:
    """El id guardado, o None con el error ya puesto junto a su campo."""
    try:
        return servicio.guardar(
            nombre_nora,
            etiqueta_id,
            formulario.nombre.data,
            formulario.color.data,
            formulario.regla.data,
        )
    except ErrorDatoInvalido as error:
        formulario.nombre.errors = [error.mensaje]
        return None


def _pintar(formulario: FormularioEtiqueta, etiqueta: Etiqueta | None) -> str | tuple[str, int]:
    pagina = render_template(
        "panel_cliente_etiquetas/formulario.html",
        form=formulario,
        etiqueta=etiqueta,
        es_dueno=persona_actual().es_dueno_de(nora.nombre_nora) if (nora := nora_actual()) else False,
    )
    return (pagina, 422) if formulario.errors else pagina
