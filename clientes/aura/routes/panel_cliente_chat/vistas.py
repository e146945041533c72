"""Las direcciones del chat: valida, llama a un servicio, contesta."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ...registro.plantillas import ZONA_SIN_NORA, nora_actual
from ...registro.respuestas import exito, quiere_json
from ...utils.auth_utils import persona_actual
from ...utils.errores import ErrorDatoInvalido
from ...utils.formulario_mensaje import TEXTO_MAXIMO, FormularioMensaje
from . import servicio
from .modelos import Lista

panel_cliente_chat_bp = Blueprint("panel_cliente_chat", __name__)


@panel_cliente_chat_bp.get("/")
def index(nombre_nora: str) -> str:
    """La lista de conversaciones."""
    return render_template("panel_cliente_chat/index.html", **_contexto_de_lista(nombre_nora))


@panel_cliente_chat_bp.get("/lista")
def lista(nombre_nora: str) -> Any:
    """Un tramo de la lista, para ponerla al día o seguir bajando."""
    contexto = _contexto_de_lista(nombre_nora, request.args.get("antes", ""))
    leida: Lista = contexto["lista"]
    html = render_template("panel_cliente_chat/lista.html", **contexto)
    datos = {
        "html": html,
        "esperan": leida.esperan,
        "sin_leer": leida.sin_leer,
        "mias": leida.mias,
        "mencionan": leida.mencionan,
        "cuantas": len(leida.conversaciones),
    }
    return exito(datos=datos)


@panel_cliente_chat_bp.get("/<uuid:conversacion_id>")
def abrir(nombre_nora: str, conversacion_id: uuid.UUID) -> str:
    """Una conversación, con la lista al lado."""
    tramo = servicio.abrir(nombre_nora, str(conversacion_id), zona_de_la_nora())
    formulario = FormularioMensaje(formdata=None, clave=str(uuid.uuid4()))
    contexto = _contexto_de_lista(nombre_nora)
    return render_template("panel_cliente_chat/index.html", **contexto, **_contexto(tramo), form=formulario)


@panel_cliente_chat_bp.get("/<uuid:conversacion_id>/novedades")
def novedades(nombre_nora: str, conversacion_id: uuid.UUID) -> Any:
    """Lo que cambió desde el último mensaje que se tiene."""
    ids = servicio.numeros(request.args.get("ids", ""))
    despues_de = servicio.numeros(request.args.get("despues_de", "0"))
    tramo = servicio.novedades(
        nombre_nora, str(conversacion_id), zona_de_la_nora(), (despues_de or [0])[0], ids
    )
    return exito(datos=_datos_de_novedades(tramo))


@panel_cliente_chat_bp.get("/<uuid:conversacion_id>/anteriores")
def anteriores(nombre_nora: str, conversacion_id: uuid.UUID) -> Any:
    """Los mensajes de antes."""
    antes_de = servicio.numeros(request.args.get("antes_de", ""))
    tramo = servicio.abrir(
        nombre_nora, str(conversacion_id), zona_de_la_nora(), antes_de[0] if antes_de else None
    )
    html = "".join(_html(renglon, tramo) + _sucesos(tramo, renglon.mensaje.id) for renglon in tramo.renglones)
    return exito(datos={"html": html, "hay_mas": tramo.hay_mas})


@panel_cliente_chat_bp.post("/<uuid:conversacion_id>/responder")
def responder(nombre_nora: str, conversacion_id: uuid.UUID) -> Any:
    """Contesta como persona."""
    formulario = FormularioMensaje()
    if not formulario.validate_on_submit():
        servicio.abrir(
            nombre_nora, str(conversacion_id), zona_de_la_nora(), None
        )  # si no es suya, primero eso
        raise ErrorDatoInvalido(formulario.primer_error, campo="texto")
    tramo = servicio.responder(
        nombre_nora,
        str(conversacion_id),
        formulario.texto.data,
        formulario.clave.data,
        persona_actual(),
        zona_de_la_nora(),
    )
    datos = {"mensaje_id": tramo.ultimo_id, "html": _html(tramo.renglones[0], tramo)}
    return contestar(conversacion_id, "Mensaje guardado; va en camino.", datos)


@panel_cliente_chat_bp.post("/<uuid:conversacion_id>/tomar")
def tomar(nombre_nora: str, conversacion_id: uuid.UUID) -> Any:
    """Una persona lleva la conversación; Nora calla."""
    servicio.tomar(nombre_nora, str(conversacion_id), persona_actual())
    return contestar(conversacion_id, "Ahora la llevas tú.")


@panel_cliente_chat_bp.post("/<uuid:conversacion_id>/devolver")
def devolver(nombre_nora: str, conversacion_id: uuid.UUID) -> Any:
    """Nora vuelve a contestar."""
    servicio.devolver(nombre_nora, str(conversacion_id))
    return contestar(conversacion_id, "Nora vuelve a contestar aquí.")


@panel_cliente_chat_bp.post("/<uuid:conversacion_id>/leida")
def leida(nombre_nora: str, conversacion_id: uuid.UUID) -> Any:
    """Alguien la tiene a la vista."""
    servicio.marcar_leida(nombre_nora, str(conversacion_id), persona_actual())
    return contestar(conversacion_id)


# ---------------------------------------------------------------- lo que se repite
def zona_de_la_nora() -> str:
    """La zona horaria de la Nora de la petición."""
    nora = nora_actual()
    return nora.zona_horaria if nora else ZONA_SIN_NORA


def _contexto_de_lista(nombre_nora: str, antes: str = "") -> dict[str, Any]:
    filtro = servicio.filtro_valido(request.args.get("filtro"))
    texto = request.args.get("q", "")
    actual = request.args.get("actual") or str((request.view_args or {}).get("conversacion_id") or "")
    return {
        "lista": servicio.listar(nombre_nora, filtro, texto, antes, persona_actual().usuario_id),
        "filtro": filtro,
        "texto": texto,
        "actual": actual,
        "por_tramo": servicio.POR_TRAMO,
        # Lo que conserva cada enlace; sin filtro, direcciones limpias.
        "conserva": {k: v for k, v in (("filtro", filtro if filtro != "todas" else ""), ("q", texto)) if v},
    }


def _contexto(tramo: servicio.Tramo) -> dict[str, Any]:
    return {
        "tramo": tramo,
        "conversacion": tramo.conversacion,
        "contacto": tramo.conversacion.contacto,
        "texto_maximo": TEXTO_MAXIMO,
        "clave_de_nota": str(uuid.uuid4()),
        "envio_bloqueado": servicio.ENVIO_BLOQUEADO.get(tramo.conversacion.contacto.problema_envio, ""),
    }


def _datos_de_novedades(tramo: servicio.Tramo) -> dict[str, Any]:
    conversacion = tramo.conversacion
    return {
        "mensajes": [_html(renglon, tramo) for renglon in tramo.renglones],
        "cambiados": [_html(renglon, tramo) for renglon in tramo.cambiados],
        "recargar": tramo.hay_mas,
        "sucesos": [
            render_template("panel_cliente_chat/suceso.html", s=suceso) for suceso in conversacion.sucesos
        ],
        "programados": render_template("panel_cliente_chat/programados.html", conversacion=conversacion),
        "situacion": render_template("panel_cliente_chat/situacion.html", conversacion=conversacion),
        "herramientas": render_template("panel_cliente_chat/herramientas.html", conversacion=conversacion),
        "no_leidos": conversacion.no_leidos + (persona_actual().usuario_id in conversacion.nombrados),
        "ventana_abierta": conversacion.ventana_abierta,
        "ventana_hasta": conversacion.ventana_hasta.isoformat() if conversacion.ventana_hasta else None,
        "estado": render_template("panel_cliente_chat/estado.html", conversacion=conversacion),
    }


def _html(renglon: servicio.Renglon, tramo: servicio.Tramo) -> str:
    return render_template(
        "panel_cliente_chat/mensaje.html", r=renglon, simulacion=tramo.conversacion.simulacion
    )


def _sucesos(tramo: servicio.Tramo, mensaje_id: int) -> str:
    """Las notas y la historia que van justo después de un mensaje."""
    return "".join(
        render_template("panel_cliente_chat/suceso.html", s=suceso)
        for suceso in tramo.conversacion.sucesos
        if suceso.despues_de == mensaje_id
    )


def contestar(conversacion_id: uuid.UUID, mensaje: str = "", datos: Any = None) -> Any:
    """JSON a quien lo pide; a un formulario sin JavaScript, de vuelta a la conversación."""
    if quiere_json():
        return exito(mensaje, datos)
    destino: Response = redirect(url_for(".abrir", conversacion_id=conversacion_id))
    return destino
