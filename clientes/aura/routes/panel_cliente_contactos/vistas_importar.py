"""Traer contactos de una hoja y llevárselos a otra."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, stream_with_context, url_for
from werkzeug.wrappers import Response

from ...registro.accesos import Acceso, exige
from ...registro.auditoria import apuntar, audita, sin_cambio
from ...registro.respuestas import exito
from ...utils.auth_utils import persona_actual
from ...utils.errores import ErrorDatoInvalido
from ...utils.hojas import SEPARADORES
from . import servicio, servicio_importar
from .formularios import FormularioHoja
from .modelos import Importacion
from .vistas import filtro_pedido, panel_cliente_contactos_bp

CSV = "text/csv; charset=utf-8"


@panel_cliente_contactos_bp.route("/importar", methods=["GET", "POST"])
def importar(nombre_nora: str) -> Response | str | tuple[str, int]:
    """Paso 1: subir la hoja."""
    formulario = FormularioHoja()
    if formulario.validate_on_submit():
        archivo = formulario.archivo.data
        try:
            importacion_id = servicio_importar.subir(
                nombre_nora, archivo.filename or "", archivo.read(), persona_actual()
            )
            return redirect(url_for(".importacion", importacion_id=importacion_id))
        except ErrorDatoInvalido as error:
            formulario.archivo.errors = [error.mensaje]
    pagina = render_template(
        "panel_cliente_contactos/importar.html",
        form=formulario,
        ultimas=servicio_importar.ultimas(nombre_nora),
    )
    return (pagina, 422) if formulario.errors else pagina


@panel_cliente_contactos_bp.get("/importar/<uuid:importacion_id>")
def importacion(nombre_nora: str, importacion_id: UUID) -> str:
    """Paso 2, qué es cada columna; paso 3, el avance y el resultado."""
    leida = servicio_importar.leer(nombre_nora, str(importacion_id))
    if leida.estado == "por_revisar":
        return _pintar_columnas(leida, servicio_importar.vista_previa(nombre_nora, leida))
    return render_template(
        "panel_cliente_contactos/importar_avance.html",
        importacion=leida,
        avance=servicio_importar.como_avance(leida),
        malos=leida.errores[: servicio_importar.MALOS_EN_PANTALLA],
    )


@panel_cliente_contactos_bp.post("/importar/<uuid:importacion_id>/empezar")
@audita("importar_contactos")
def empezar(nombre_nora: str, importacion_id: UUID) -> Response | tuple[str, int]:
    """Guarda qué es cada columna y empieza; con «revisar» solo vuelve a contar."""
    leida = servicio_importar.leer(nombre_nora, str(importacion_id))
    if leida.estado == "por_revisar":
        previa = servicio_importar.vista_previa(nombre_nora, leida, request.form)
        error = ""
        try:
            if "revisar" not in request.form:
                etiqueta = request.form.get("etiqueta", "").strip()
                servicio_importar.empezar(nombre_nora, leida, previa, etiqueta)
        except ErrorDatoInvalido as invalido:
            error = invalido.mensaje
        if error or "revisar" in request.form:
            return _pintar_columnas(leida, previa, error), 422 if error else 200
        apuntar(cuantos=leida.total)
    else:
        sin_cambio()
    return redirect(url_for(".importacion", importacion_id=importacion_id))


@panel_cliente_contactos_bp.post("/importar/<uuid:importacion_id>/tramo")
def tramo(nombre_nora: str, importacion_id: UUID) -> Response | tuple[Response, int]:
    """Pasa el siguiente tramo y dice por dónde va."""
    leida = servicio_importar.leer(nombre_nora, str(importacion_id))
    avance = servicio_importar.seguir(nombre_nora, leida, persona_actual())
    if request.accept_mimetypes.best == "application/json":
        return exito("", avance.model_dump())
    return redirect(url_for(".importacion", importacion_id=importacion_id))


@panel_cliente_contactos_bp.post("/importar/<uuid:importacion_id>/descartar")
def descartar(nombre_nora: str, importacion_id: UUID) -> Response:
    """No importarla."""
    servicio_importar.leer(nombre_nora, str(importacion_id))
    servicio_importar.descartar(nombre_nora, str(importacion_id))
    flash("No se importó nada.", "ok")
    return redirect(url_for(".importar"))


@panel_cliente_contactos_bp.get("/importar/<uuid:importacion_id>/errores.csv")
@audita("exportar_renglones")
def errores(nombre_nora: str, importacion_id: UUID) -> Response:
    """Los renglones que no entraron, para corregirlos."""
    leida = servicio_importar.leer(nombre_nora, str(importacion_id))
    return _descarga(servicio_importar.errores_csv(leida), "renglones-por-corregir.csv")


@panel_cliente_contactos_bp.get("/importar/ejemplo.csv")
def ejemplo(nombre_nora: str) -> Response:
    """Una hoja de ejemplo."""
    return _descarga(servicio_importar.PLANTILLA, "contactos-ejemplo.csv")


@panel_cliente_contactos_bp.get("/exportar.csv")
@exige(Acceso.DUENO)
@audita("exportar_contactos")
def exportar(nombre_nora: str) -> Response:
    """Lo que el filtro enseña, en una hoja."""
    renglones = servicio.exportar(nombre_nora, filtro_pedido())
    respuesta = _descarga("", "contactos.csv")
    respuesta.response = stream_with_context(renglones)
    respuesta.headers.pop("Content-Length", None)
    return respuesta


def _pintar_columnas(leida: Importacion, previa: servicio_importar.VistaPrevia, error: str = "") -> str:
    return render_template(
        "panel_cliente_contactos/importar_columnas.html",
        importacion=leida,
        previa=previa,
        separadores=SEPARADORES,
        etiqueta=request.form.get("etiqueta", ""),
        error=error,
    )


def _descarga(texto: str, nombre: str) -> Response:
    respuesta = Response(texto, content_type=CSV)
    respuesta.headers["Content-Disposition"] = f'attachment; filename="{nombre}"'
    return respuesta
