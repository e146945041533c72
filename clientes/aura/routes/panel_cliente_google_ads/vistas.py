"""Las cifras de Google: el resumen, sus tablas, y las búsquedas propuestas como negativas."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from ...anuncios.pantalla import escribir
from ...anuncios.periodos import PERIODOS
from ...registro.auditoria import apuntar, audita
from ...registro.respuestas import exito, quiere_json
from . import estados, servicio
from .conexion import hay_aplicacion

panel_cliente_google_ads_bp = Blueprint("panel_cliente_google_ads", __name__)


@panel_cliente_google_ads_bp.get("/")
def index(nombre_nora: str) -> str:
    """El resumen; sin conexión, cómo conectar."""
    hoy = servicio.hoy_de_la_nora()
    panel = servicio.panel(nombre_nora, servicio.leer_filtro(request.args, hoy), hoy)
    if panel.leido.conexion is None and not panel.leido.vinculadas:
        return pintar("conectar.html", aplicacion=hay_aplicacion(), primera=True)
    return pintar("index.html", panel=panel, filtro=panel.filtro, alrededor=panel.leido)


@panel_cliente_google_ads_bp.get("/campanas")
def campanas(nombre_nora: str) -> str:
    """Por campaña."""
    return _desglose(nombre_nora, "campana")


@panel_cliente_google_ads_bp.get("/grupos")
def grupos(nombre_nora: str) -> str:
    """Por grupo de anuncios."""
    return _desglose(nombre_nora, "grupo")


@panel_cliente_google_ads_bp.get("/anuncios")
def anuncios(nombre_nora: str) -> str:
    """Por anuncio, con su fuerza, sus títulos y sus descripciones."""
    return _desglose(nombre_nora, "anuncio")


@panel_cliente_google_ads_bp.get("/palabras")
def palabras(nombre_nora: str) -> str:
    """Por palabra clave, con su concordancia y su calidad."""
    return _desglose(nombre_nora, "palabra")


@panel_cliente_google_ads_bp.get("/busquedas")
def busquedas(nombre_nora: str) -> str:
    """Lo que la gente escribió en Google antes de dar clic."""
    return _desglose(nombre_nora, "termino")


@panel_cliente_google_ads_bp.get("/dias")
def dias(nombre_nora: str) -> str:
    """Por día."""
    return _desglose(nombre_nora, "dia")


@panel_cliente_google_ads_bp.post("/busquedas/revisar")
@audita("revisar_busquedas_google")
def revisar_busquedas(nombre_nora: str) -> Any:
    """Ya se vieron: no se proponen más. Con `sin_ver`, se vuelven a proponer."""
    vistos = "sin_ver" not in request.form
    cuantas = servicio.revisar_terminos(nombre_nora, request.form.getlist("termino"), vistos=vistos)
    apuntar(busquedas=cuantas)
    dicho = "Ya no se propone." if cuantas == 1 else f"{cuantas} búsquedas ya no se proponen."
    if quiere_json():
        return exito(dicho if vistos else "Se proponen otra vez.")
    flash(dicho if vistos else "Se proponen otra vez.", "ok")
    mirando: dict[str, Any] = servicio.leer_filtro(request.args, servicio.hoy_de_la_nora()).como_direccion()
    return redirect(url_for(".busquedas", **mirando))


@panel_cliente_google_ads_bp.get("/exportar.csv")
def exportar(nombre_nora: str) -> Response:
    """Una tabla como hoja de cálculo."""
    nivel = request.args.get("nivel", "campana")
    nivel = nivel if nivel in servicio.NIVELES else "campana"
    filtro = servicio.leer_filtro(request.args, servicio.hoy_de_la_nora())
    # Se arma antes de contestar: si la base falla a la mitad, la persona ve el error y no un archivo cortado.
    hoja = "".join(servicio.como_csv(nombre_nora, nivel, filtro))
    respuesta = Response("\ufeff" + hoja, mimetype="text/csv")
    respuesta.headers["Content-Disposition"] = f'attachment; filename="google-{nivel}-{nombre_nora}.csv"'
    return respuesta


@panel_cliente_google_ads_bp.post("/alertas/<uuid:alerta_google_id>/vista")
def ver_alerta(nombre_nora: str, alerta_google_id: UUID) -> Any:
    """Quita una alerta de la lista."""
    servicio.ver_alerta(nombre_nora, str(alerta_google_id))
    if quiere_json():
        return exito("Quitada.")
    flash("Quitada. Si vuelve a pasar, te avisamos otra vez.", "ok")
    return redirect(url_for(".index"))


def _desglose(nombre_nora: str, nivel: str) -> str:
    filtro = servicio.leer_filtro(request.args, servicio.hoy_de_la_nora())
    salto = request.args.get("salto", 0, type=int)
    hecho = servicio.desglose(nombre_nora, nivel, filtro, min(max(0, salto), 100_000))
    return pintar("desglose.html", hecho=hecho, nivel=nivel, filtro=filtro, alrededor=hecho.leido)


def pintar(plantilla: str, **datos: Any) -> str:
    """Una página del módulo, con lo que todas usan."""
    return render_template(
        f"panel_cliente_google_ads/{plantilla}",
        periodos=PERIODOS,
        estados=estados,
        niveles=servicio.NIVELES,
        escribir=escribir,
        medidas_de=servicio.medidas,
        nombre_de=servicio.nombre_de,
        **datos,
    )
