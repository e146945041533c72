"""Las direcciones del simulador: valida, llama a un servicio, contesta."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from ...medios.servicio import PETICION_MAXIMA
from ...registro.respuestas import exito, quiere_json
from ...utils.auth_utils import persona_actual
from ...utils.errores import ErrorDatoInvalido
from ...utils.formulario_mensaje import TEXTO_MAXIMO, FormularioArchivo, FormularioMensaje
from . import servicio
from .consultas import Mensaje

panel_cliente_simulador_bp = Blueprint("panel_cliente_simulador", __name__)


@panel_cliente_simulador_bp.get("/")
def index(nombre_nora: str) -> str:
    """La pantalla de la prueba."""
    prueba = servicio.leer(nombre_nora, persona_actual())
    formulario = FormularioMensaje(formdata=None, clave=str(uuid.uuid4()))
    return render_template(
        "panel_cliente_simulador/index.html",
        prueba=prueba,
        form=formulario,
        texto_maximo=TEXTO_MAXIMO,
        por_que=servicio.por_que,
    )


@panel_cliente_simulador_bp.get("/novedades")
def novedades(nombre_nora: str) -> Any:
    """Lo que se dijo después de un mensaje, y por qué no hay respuesta si no la hay."""
    pedido = request.args.get("despues_de", "0")
    despues_de = int(pedido) if pedido.isascii() and pedido.isdigit() and len(pedido) <= 18 else 0
    prueba = servicio.leer(nombre_nora, persona_actual(), despues_de)
    datos = {
        "mensajes": [_html(mensaje) for mensaje in prueba.mensajes],
        "conversacion_id": prueba.conversacion_id,
        "falta_atender": prueba.falta_atender,
        "silencio": render_template(
            "panel_cliente_simulador/silencio.html", silencio=servicio.silencio(prueba), prueba=prueba
        ),
        "silencio_seguro": servicio.silencio(prueba).seguro,
    }
    return exito(datos=datos)


@panel_cliente_simulador_bp.post("/enviar")
def enviar(nombre_nora: str) -> Any:
    """Escribe como cliente."""
    formulario = FormularioMensaje()
    if not formulario.validate_on_submit():
        raise ErrorDatoInvalido(formulario.primer_error, campo="texto")
    mensaje = servicio.enviar(nombre_nora, persona_actual(), formulario.texto.data, formulario.clave.data)
    return _contestar({"mensaje_id": mensaje.id, "html": _html(mensaje)})


@panel_cliente_simulador_bp.url_value_preprocessor
def permitir_archivos(endpoint: str | None, valores: dict[str, Any] | None) -> None:
    """Corre antes que la revisión de CSRF, que ya lee el formulario."""
    if endpoint == "panel_cliente_simulador.archivo":
        request.max_content_length = PETICION_MAXIMA


@panel_cliente_simulador_bp.post("/archivo")
def archivo(nombre_nora: str) -> Any:
    """Manda un archivo o una nota de voz como cliente."""
    formulario = FormularioArchivo()
    if not formulario.validate_on_submit():
        raise ErrorDatoInvalido(formulario.primer_error, campo="archivo")
    subido = request.files.get("archivo")
    mensaje_id = servicio.enviar_archivo(
        nombre_nora,
        persona_actual(),
        subido.stream if subido else None,
        (subido.filename or "") if subido else "",
        subido.mimetype if subido else "",
        formulario.texto.data or "",
        formulario.clave.data or "",
    )
    return _contestar({"mensaje_id": mensaje_id})


@panel_cliente_simulador_bp.post("/empezar_de_nuevo")
def empezar_de_nuevo(nombre_nora: str) -> Any:
    """Borra la prueba."""
    servicio.empezar_de_nuevo(nombre_nora, persona_actual())
    return _contestar(None)


def _html(mensaje: Mensaje) -> str:
    return render_template("panel_cliente_simulador/mensaje.html", m=mensaje, por_que=servicio.por_que)


def _contestar(datos: Any) -> Any:
    """JSON a quien lo pide; a un formulario sin JavaScript, de vuelta a la prueba."""
    return exito(datos=datos) if quiere_json() else redirect(url_for(".index"))
