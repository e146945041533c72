"""Lo que Nora no supo contestar, y cuánto contesta sola."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ...registro.accesos import Acceso, exige
from ...registro.respuestas import exito
from . import consultas, servicio_preguntas
from .vistas import panel_cliente_conocimiento_bp, puede_escribir


@panel_cliente_conocimiento_bp.get("/preguntas")
def preguntas(nombre_nora: str) -> str:
    """Las preguntas sin respuesta, las más repetidas primero."""
    ocultas = request.args.get("ver") == "ocultas"
    return render_template(
        "panel_cliente_conocimiento/preguntas.html",
        preguntas=servicio_preguntas.listar(nombre_nora, ocultas=ocultas),
        ocultas=ocultas,
        puede_escribir=puede_escribir(nombre_nora),
    )


@panel_cliente_conocimiento_bp.get("/preguntas/cuantas")
def cuantas(nombre_nora: str) -> tuple[Response, int]:
    """Cuántas preguntas esperan, para el contador de la pestaña."""
    return exito("", {"preguntas": consultas.resumen(nombre_nora).preguntas})


@panel_cliente_conocimiento_bp.post("/preguntas/<uuid:grupo>/ocultar")
@exige(Acceso.DUENO)
def ocultar(nombre_nora: str, grupo: UUID) -> Response:
    """Ya no mostrarla (oculta=1), o volver a mostrarla (oculta=0)."""
    oculta = request.form.get("oculta", "1") == "1"
    servicio_preguntas.ocultar(nombre_nora, str(grupo), oculta)
    flash("Ya no se muestra; la hallas en Ocultas." if oculta else "Otra vez está en la lista.", "ok")
    return redirect(url_for(".preguntas", ver=None if oculta else "ocultas"))


@panel_cliente_conocimiento_bp.get("/cobertura")
def cobertura(nombre_nora: str) -> str:
    """De lo que preguntaron los clientes en 30 días, cuánto contestó Nora sola."""
    return render_template(
        "panel_cliente_conocimiento/cobertura.html",
        vista=servicio_preguntas.cobertura(nombre_nora),
        puede_escribir=puede_escribir(nombre_nora),
    )
