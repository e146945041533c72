"""Los reportes de una Nora: la lista, uno entero, su PDF, sus enlaces y a quién se le manda."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for

from ...anuncios.periodos import PERIODOS
from ...registro.auditoria import apuntar, audita, sin_cambio
from ...registro.plantillas import nora_actual
from ...registro.registro_dinamico import catalogo_de
from ...reportes import pdf
from ...reportes import servicio as reportes
from ...utils.auth_utils import persona_actual
from ...utils.errores import ErrorDatoInvalido, ErrorNoEncontrado
from . import consultas, servicio
from . import juntos as de_juntos
from .formularios import FormularioAjustes, FormularioCompartir, FormularioVentas

panel_cliente_reportes_bp = Blueprint("panel_cliente_reportes", __name__)


@panel_cliente_reportes_bp.get("/")
def index(nombre_nora: str) -> str:
    """Las semanas, de la más nueva a la más vieja."""
    alcance = request.args.get("de", "")[:60]
    return _pintar("index.html", lista=servicio.lista(nombre_nora, _dia("antes"), alcance))


@panel_cliente_reportes_bp.get("/juntos")
def juntos(nombre_nora: str) -> str:
    """Los anuncios de todas las redes en un periodo."""
    nora = nora_actual()
    if nora is None:
        raise ErrorNoEncontrado
    return _pintar(
        "juntos.html", panel=de_juntos.panel(nora, request.args, datetime.now(UTC)), periodos=PERIODOS
    )


@panel_cliente_reportes_bp.post("/hacer")
def hacer(nombre_nora: str) -> Any:
    """Hace (o pone al día) los de la semana pasada con lo que ya se leyó de las redes."""
    nora = nora_actual()
    if nora is None:
        raise ErrorNoEncontrado
    hecho = servicio.hacer(nora, catalogo_de(current_app).anuncios(), datetime.now(UTC))
    if not hecho.reportes:
        flash(reportes.SIN_CUENTAS + " Conecta Meta o Google y vincula una cuenta.", "alerta")
        return redirect(url_for(".index"))
    flash("Reporte al día.", "ok")
    return redirect(url_for(".ver", reporte_id=hecho.reportes[0]))


@panel_cliente_reportes_bp.get("/<uuid:reporte_id>")
def ver(nombre_nora: str, reporte_id: UUID) -> str:
    """Un reporte."""
    return _ver(nombre_nora, str(reporte_id), FormularioCompartir(formdata=None))


@panel_cliente_reportes_bp.get("/<uuid:reporte_id>/reporte.pdf")
def en_pdf(nombre_nora: str, reporte_id: UUID) -> Response:
    """El mismo, en PDF."""
    reporte = reportes.leer(nombre_nora, str(reporte_id))
    nora = nora_actual()
    html = render_template(
        "reportes/pdf.html",
        negocio=nora.nombre_visible if nora else nombre_nora,
        **servicio.datos_de(reporte),
    )
    respuesta = Response(pdf.hacer(html), mimetype="application/pdf")
    nombre = f"reporte-{nombre_nora}-{reporte.que_semana.clave}.pdf"
    respuesta.headers["Content-Disposition"] = f'inline; filename="{nombre}"'
    return respuesta


@panel_cliente_reportes_bp.get("/<uuid:reporte_id>/datos.csv")
def en_csv(nombre_nora: str, reporte_id: UUID) -> Response:
    """Sus números como hoja de cálculo."""
    reporte = reportes.leer(nombre_nora, str(reporte_id))
    respuesta = Response("\ufeff" + servicio.como_csv(reporte), mimetype="text/csv")
    nombre = f"reporte-{nombre_nora}-{reporte.que_semana.clave}.csv"
    respuesta.headers["Content-Disposition"] = f'attachment; filename="{nombre}"'
    return respuesta


@panel_cliente_reportes_bp.post("/<uuid:reporte_id>/enlaces")
@audita("compartir_reporte")
def compartir(nombre_nora: str, reporte_id: UUID) -> Any:
    """Un enlace público nuevo."""
    formulario = FormularioCompartir()
    if not formulario.validate_on_submit():
        return _ver(nombre_nora, str(reporte_id), formulario), 422
    dias, quien = int(formulario.dias.data), persona_actual().usuario_id
    reportes.compartir(nombre_nora, str(reporte_id), dias, quien, datetime.now(UTC))
    apuntar(dias=dias)
    flash("Enlace listo: cópialo y mándaselo a quien quieras.", "ok")
    return redirect(url_for(".ver", reporte_id=reporte_id, _anchor="compartir"))


@panel_cliente_reportes_bp.post("/<uuid:reporte_id>/enlaces/<uuid:enlace_id>/retirar")
@audita("retirar_enlace")
def retirar(nombre_nora: str, reporte_id: UUID, enlace_id: UUID) -> Any:
    """Un enlace deja de servir."""
    reportes.retirar(nombre_nora, str(reporte_id), str(enlace_id), datetime.now(UTC))
    flash("Enlace retirado: ya no abre.", "ok")
    return redirect(url_for(".ver", reporte_id=reporte_id, _anchor="compartir"))


@panel_cliente_reportes_bp.post("/<uuid:reporte_id>/avisar")
@audita("mandar_reporte")
def avisar(nombre_nora: str, reporte_id: UUID) -> Any:
    """Manda el resumen al WhatsApp del dueño."""
    como = reportes.avisar(nombre_nora, str(reporte_id), datetime.now(UTC), pedido=True)
    salio = como in ("enviado", "plantilla")
    if not salio:
        sin_cambio()
    flash(reportes.FRASES_AVISO[como], "ok" if salio else "alerta")
    return redirect(url_for(".ver", reporte_id=reporte_id))


@panel_cliente_reportes_bp.route("/ajustes", methods=["GET", "POST"])
@audita("cambiar_ajustes_reportes")
def ajustes(nombre_nora: str) -> Any:
    """A qué WhatsApp va el resumen."""
    plantillas = reportes.plantillas(nombre_nora)
    guardados = servicio.ajustes(nombre_nora) if request.method == "GET" else None
    formulario = FormularioAjustes(obj=guardados).con(plantillas)
    if formulario.validate_on_submit():
        try:
            servicio.guardar_ajustes(nombre_nora, formulario.ajustes())
        except ErrorDatoInvalido as error:
            formulario.plantilla_id.errors = [error.mensaje]
        else:
            flash("Guardado.", "ok")
            return redirect(url_for(".index"))
    pagina = _pintar("ajustes.html", form=formulario, variables=reportes.VARIABLES, hay=bool(plantillas))
    return (pagina, 422) if formulario.errors else pagina


@panel_cliente_reportes_bp.route("/ventas", methods=["GET", "POST"])
@audita("cambiar_ajustes_reportes")
def ventas(nombre_nora: str) -> Any:
    """Cómo se sabe que alguien compró: vale para todas las redes."""
    opciones = consultas.para_ventas(nombre_nora)
    formulario = FormularioVentas(obj=opciones.ajustes).con(opciones)
    if formulario.validate_on_submit():
        consultas.guardar_ventas(nombre_nora, formulario.como())
        flash("Guardado.", "ok")
        return redirect(url_for(".juntos"))
    pagina = _pintar("ventas.html", form=formulario, opciones=opciones)
    return (pagina, 422) if formulario.errors else pagina


def _dia(nombre: str) -> date | None:
    try:
        return date.fromisoformat(request.args.get(nombre, ""))
    except ValueError:
        return None


def _ver(nombre_nora: str, reporte_id: str, formulario: FormularioCompartir) -> str:
    reporte = reportes.leer(nombre_nora, reporte_id)
    return _pintar(
        "ver.html",
        form=formulario,
        enlaces=servicio.enlaces(reporte, datetime.now(UTC)),
        **servicio.datos_de(reporte),
    )


def _pintar(plantilla: str, **datos: Any) -> str:
    return render_template(f"panel_cliente_reportes/{plantilla}", **datos)
