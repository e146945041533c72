"""Las cifras de Meta: el resumen, sus tablas, las ventas y los ajustes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from ...anuncios.pantalla import escribir
from ...anuncios.periodos import PERIODOS
from ...registro.auditoria import audita
from ...registro.respuestas import exito, quiere_json
from ...utils.errores import ErrorDatoInvalido
from . import servicio
from .conexion import hay_oauth
from .formularios import FormularioAjustes, FormularioToken
from .lectura import PLATAFORMAS

panel_cliente_meta_ads_bp = Blueprint("panel_cliente_meta_ads", __name__)


@panel_cliente_meta_ads_bp.get("/")
def index(nombre_nora: str) -> str:
    """El resumen; sin conexión, cómo conectar."""
    hoy = servicio.hoy_de_la_nora()
    panel = servicio.panel(nombre_nora, servicio.leer_filtro(request.args, hoy), hoy)
    if panel.leido.conexion is None and not panel.leido.vinculadas:
        return pintar("conectar.html", form=FormularioToken(formdata=None), oauth=hay_oauth(), primera=True)
    return pintar("index.html", panel=panel, filtro=panel.filtro, alrededor=panel.leido)


@panel_cliente_meta_ads_bp.get("/campanas")
def campanas(nombre_nora: str) -> str:
    """Por campaña."""
    return _desglose(nombre_nora, "campana")


@panel_cliente_meta_ads_bp.get("/conjuntos")
def conjuntos(nombre_nora: str) -> str:
    """Por conjunto de anuncios."""
    return _desglose(nombre_nora, "conjunto")


@panel_cliente_meta_ads_bp.get("/anuncios")
def anuncios(nombre_nora: str) -> str:
    """Por anuncio."""
    return _desglose(nombre_nora, "anuncio")


@panel_cliente_meta_ads_bp.get("/plataformas")
def plataformas(nombre_nora: str) -> str:
    """Por plataforma."""
    return _desglose(nombre_nora, "plataforma")


@panel_cliente_meta_ads_bp.get("/dias")
def dias(nombre_nora: str) -> str:
    """Por día."""
    return _desglose(nombre_nora, "dia")


@panel_cliente_meta_ads_bp.get("/ventas")
def ventas(nombre_nora: str) -> str:
    """Del anuncio a la venta."""
    hoy = servicio.hoy_de_la_nora()
    panel = servicio.panel(nombre_nora, servicio.leer_filtro(request.args, hoy), hoy)
    return pintar("ventas.html", panel=panel, filtro=panel.filtro, alrededor=panel.leido)


@panel_cliente_meta_ads_bp.get("/exportar.csv")
def exportar(nombre_nora: str) -> Response:
    """Una tabla como hoja de cálculo."""
    nivel = request.args.get("nivel", "campana")
    nivel = nivel if nivel in servicio.NIVELES else "campana"
    filtro = servicio.leer_filtro(request.args, servicio.hoy_de_la_nora())
    # Se arma antes de contestar: si la base falla a la mitad, la persona ve el error y no un archivo cortado.
    hoja = "".join(servicio.como_csv(nombre_nora, nivel, filtro))
    respuesta = Response("\ufeff" + hoja, mimetype="text/csv")
    respuesta.headers["Content-Disposition"] = f'attachment; filename="meta-{nivel}-{nombre_nora}.csv"'
    return respuesta


@panel_cliente_meta_ads_bp.post("/alertas/<uuid:alerta_meta_id>/vista")
def ver_alerta(nombre_nora: str, alerta_meta_id: UUID) -> Any:
    """Quita una alerta de la lista."""
    servicio.ver_alerta(nombre_nora, str(alerta_meta_id))
    if quiere_json():
        return exito("Quitada.")
    flash("Quitada. Si vuelve a pasar, te avisamos otra vez.", "ok")
    return redirect(url_for(".index"))


@panel_cliente_meta_ads_bp.route("/ajustes", methods=["GET", "POST"])
@audita("cambiar_ajustes_meta")
def ajustes(nombre_nora: str) -> Any:
    """El presupuesto del mes y cómo se sabe que alguien compró."""
    opciones = servicio.para_ajustes(nombre_nora)
    formulario = FormularioAjustes(obj=opciones.ajustes).con(opciones)
    if formulario.validate_on_submit():
        try:
            servicio.guardar_ajustes(nombre_nora, formulario.ajustes(), opciones)
        except ErrorDatoInvalido as error:
            formulario[error.campo or "moneda"].errors = [error.mensaje]
        else:
            flash("Guardado.", "ok")
            return redirect(url_for(".index"))
    pagina = pintar("ajustes.html", form=formulario, opciones=opciones)
    return (pagina, 422) if formulario.errors else pagina


def _desglose(nombre_nora: str, nivel: str) -> str:
    filtro = servicio.leer_filtro(request.args, servicio.hoy_de_la_nora())
    salto = request.args.get("salto", 0, type=int)
    hecho = servicio.desglose(nombre_nora, nivel, filtro, min(max(0, salto), 100_000))
    return pintar("desglose.html", hecho=hecho, nivel=nivel, filtro=filtro, alrededor=hecho.leido)


def pintar(plantilla: str, **datos: Any) -> str:
    """Una página del módulo, con lo que todas usan."""
    return render_template(
        f"panel_cliente_meta_ads/{plantilla}",
        periodos=PERIODOS,
        nombres_plataforma=PLATAFORMAS,
        niveles=servicio.NIVELES,
        escribir=escribir,
        medidas_de=servicio.medidas,
        nombre_de=servicio.nombre_de,
        **datos,
    )
