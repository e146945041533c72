"""Panel del cliente: el tablero de una Nora y los archivos que solo ella tiene."""

from __future__ import annotations

from pathlib import Path

from flask import (
    Blueprint,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    send_from_directory,
    url_for,
)
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

import clientes

from ..personas.servicio import anotar
from ..registro.accesos import Acceso, exige
from ..registro.auditoria import audita
from ..registro.manifiesto import Tarjeta
from ..registro.noras import NoraRegistrada
from ..registro.plantillas import nora_actual
from ..utils.auth_utils import persona_actual
from ..utils.errores import ErrorNoEncontrado
from . import avisos_telefono, consultas_panel, guia, medios_panel, tablero
from .consultas_panel import resumen_de_la_peticion

panel_cliente_bp = Blueprint("panel_cliente", __name__, url_prefix="/panel_cliente/<nora:nombre_nora>")

for _ruta, _endpoint, _vista, _metodo in (
    ("/avisos", "avisos", avisos_telefono.pagina, "GET"),
    ("/avisos/suscribir", "avisos_suscribir", avisos_telefono.suscribir, "POST"),
    ("/avisos/quitar", "avisos_quitar", avisos_telefono.quitar, "POST"),
    ("/avisos/probar", "avisos_probar", avisos_telefono.probar, "POST"),
    ("/archivos/<uuid:medio_id>", "archivo", medios_panel.ver, "GET"),
    ("/archivos/<uuid:medio_id>/reintentar", "archivo_reintentar", medios_panel.reintentar, "POST"),
):
    panel_cliente_bp.add_url_rule(_ruta, _endpoint, _vista, methods=[_metodo])


@panel_cliente_bp.get("/")
def index(nombre_nora: str) -> str:
    """El tablero: qué pasó hoy, qué espera, y los últimos 30 días."""
    nora = nora_actual()
    if nora is None:
        raise ErrorNoEncontrado
    resumen = resumen_de_la_peticion(nombre_nora)
    persona = persona_actual()
    es_dueno = persona.es_dueno_de(nombre_nora)
    return render_template(
        "panel_cliente_aura/index.html",
        resumen=resumen,
        totales=tablero.totales(resumen),
        grafica=tablero.para_grafica(resumen),
        paso=tablero.siguiente_paso(nora, resumen, es_dueno=es_dueno),
        guia=guia.armar(nora, persona, resumen) if es_dueno else None,
        url_chat=tablero.direccion(nora, "chat"),
        tarjetas=_tarjetas(nora),
    )


@panel_cliente_bp.post("/guia")
@exige(Acceso.DUENO)
def guardar_guia(nombre_nora: str) -> Response:
    """Oculta la guía de primeros pasos o la vuelve a traer."""
    oculta = request.form.get("oculta") == "1"
    consultas_panel.guardar_guia(nombre_nora, persona_actual().usuario_id, oculta=oculta)
    if oculta:
        flash("Ocultamos la guía. Vuelve con «Ver primeros pasos».", "info")
    return redirect(url_for(".index"))


@panel_cliente_bp.post("/encender")
@exige(Acceso.DUENO)
@audita("encender_nora", aparte=True)
def encender(nombre_nora: str) -> Response:
    """Nora empieza a contestar sola."""
    consultas_panel.encender(nombre_nora)
    anotar(persona_actual(), "encender_nora", nombre_nora=nombre_nora)
    current_app.extensions["registro_noras"].releer(nombre_nora)  # la página que sigue ya la enseña encendida
    flash("Nora ya contesta sola.", "ok")
    return redirect(url_for(".index"))


@panel_cliente_bp.get("/propio/<path:archivo>")
def estatico(nombre_nora: str, archivo: str) -> Response:
    """Un archivo de `clientes/<nombre_nora>/static`."""
    for raiz in clientes.__path__:
        carpeta = Path(raiz) / nombre_nora / "static"
        if nombre_nora != "aura" and carpeta.is_dir():
            return send_from_directory(carpeta, archivo)
    raise NotFound


def _tarjetas(nora: NoraRegistrada) -> list[Tarjeta]:
    tarjetas = []
    for modulo in current_app.extensions["catalogo_modulos"].en_orden():
        ofrece = modulo.manifiesto.tarjeta
        if ofrece is not None and modulo.nombre in nora.modulos:
            tarjeta = ofrece(nora.nombre_nora)
            if tarjeta is not None:
                tarjetas.append(tarjeta)
    return tarjetas
