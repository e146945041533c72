"""Importar temas de un texto, una hoja, un PDF o un Word."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from ...registro.accesos import Acceso, exige
from ...registro.auditoria import apuntar, audita, sin_cambio
from ...utils.auth_utils import persona_actual
from ...utils.errores import ErrorDatoInvalido
from . import servicio_importar
from .documentos import BYTES_MAXIMOS
from .formularios import FormularioImportar
from .modelos import Importacion
from .vistas import panel_cliente_conocimiento_bp

# El archivo y lo que lo envuelve; lo que pese más lo dice el servicio, no un error de la red.
PETICION_MAXIMA = BYTES_MAXIMOS + 2 * 1024 * 1024


@panel_cliente_conocimiento_bp.url_value_preprocessor
def permitir_archivos(endpoint: str | None, valores: dict[str, Any] | None) -> None:
    """La página de importar recibe hasta 10 MB. Corre antes que la revisión de CSRF, que ya lee el formulario."""
    if endpoint == "panel_cliente_conocimiento.importar":
        request.max_content_length = PETICION_MAXIMA


@panel_cliente_conocimiento_bp.route("/importar", methods=["GET", "POST"])
@exige(Acceso.DUENO)
def importar(nombre_nora: str) -> Response | str | tuple[str, int]:
    """Subir un archivo o pegar un texto."""
    formulario = FormularioImportar()
    if formulario.validate_on_submit():
        archivo = formulario.archivo.data
        nombre = archivo.filename if archivo else ""
        try:
            nueva = servicio_importar.subir(
                nombre_nora,
                nombre or "",
                _leer(archivo) if archivo and nombre else b"",
                formulario.texto.data or "",
                persona_actual(),
            )
            return redirect(url_for(".importacion", carga_id=nueva))
        except ErrorDatoInvalido as error:
            campo = formulario.archivo if nombre or error.campo == "archivo" else formulario.texto
            if not nombre and formulario.texto.data:
                campo = formulario.texto
            campo.errors = [error.mensaje]
    pagina = render_template(
        "panel_cliente_conocimiento/importar.html",
        form=formulario,
        ultimas=servicio_importar.ultimas(nombre_nora),
    )
    return (pagina, 422) if formulario.errors else pagina


def _leer(archivo: FileStorage) -> bytes:
    with archivo.stream:  # lo grande está en un archivo temporal: se suelta ya
        leido: bytes = archivo.read(BYTES_MAXIMOS + 1)
    return leido


@panel_cliente_conocimiento_bp.get("/importar/<uuid:carga_id>")
@exige(Acceso.DUENO)
def importacion(nombre_nora: str, carga_id: UUID) -> str:
    """Los temas que se proponen, para cambiarlos y elegir."""
    leida = servicio_importar.leer(nombre_nora, str(carga_id))
    return _pintar(leida, servicio_importar.propuestos(leida))


@panel_cliente_conocimiento_bp.post("/importar/<uuid:carga_id>")
@exige(Acceso.DUENO)
@audita("importar_bloques")
def guardar_importacion(nombre_nora: str, carga_id: UUID) -> Response | tuple[str, int]:
    """Guarda los temas elegidos y sigue con los demás."""
    leida = servicio_importar.leer(nombre_nora, str(carga_id))
    resultado = servicio_importar.guardar(
        nombre_nora, leida, request.form, request.form.getlist("elegida"), persona_actual()
    )
    if resultado.errores:
        return _pintar(leida, resultado.errores), 422
    if resultado.guardados:
        apuntar(leida.archivo, cuantos=resultado.guardados)
    else:
        sin_cambio()
    cuantos = "1 tema guardado" if resultado.guardados == 1 else f"{resultado.guardados} temas guardados"
    flash(f"{cuantos}. Nora ya los sabe." if resultado.guardados else "No se guardó ninguno de esos.", "ok")
    if resultado.quedan > 0:
        return redirect(url_for(".importacion", carga_id=carga_id))
    return redirect(url_for(".index"))


@panel_cliente_conocimiento_bp.post("/importar/<uuid:carga_id>/descartar")
@exige(Acceso.DUENO)
def descartar_importacion(nombre_nora: str, carga_id: UUID) -> Response:
    """Olvida los temas que no se guardaron."""
    servicio_importar.borrar(nombre_nora, str(carga_id))
    flash("Se descartó lo que faltaba. Lo que guardaste se queda.", "ok")
    return redirect(url_for(".importar"))


def _pintar(importacion: Importacion, temas: list[servicio_importar.Propuesto]) -> str:
    return render_template(
        "panel_cliente_conocimiento/importacion.html", importacion=importacion, temas=temas
    )
