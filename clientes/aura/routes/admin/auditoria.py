"""Auditoría de la instalación: quién hizo qué, lo más nuevo primero, y la misma lista en CSV."""

from __future__ import annotations

from flask import Response, render_template, request, url_for

from ...personas import actividad
from ...personas.acciones import ACCIONES
from ...registro.auditoria import apuntar, audita
from ...registro.plantillas import ZONA_SIN_NORA


def lista() -> str:
    """Los renglones, con filtro por Nora, persona, acción y fechas."""
    leida = actividad.pagina(actividad.leer_filtro(request.args), ZONA_SIN_NORA)
    puesto = leida.filtro.en_direccion()
    return render_template(
        "admin/auditoria.html",
        pagina=leida,
        puesto=puesto,
        acciones=ACCIONES,
        en_palabras=actividad.en_palabras,
        siguiente=url_for("admin.auditoria", **leida.siguiente) if leida.siguiente else None,
        primera=url_for("admin.auditoria", **puesto) if leida.filtro.antes else None,
    )


@audita("exportar_auditoria")
def descargar() -> Response:
    """Lo que el filtro enseña, en una hoja."""
    filtro = actividad.leer_filtro(request.args)
    # Se arma antes de contestar: si la base falla a la mitad, la persona ve el error y no un archivo cortado.
    respuesta = Response(actividad.como_csv(filtro, ZONA_SIN_NORA), mimetype="text/csv")
    respuesta.headers["Content-Disposition"] = 'attachment; filename="auditoria.csv"'
    apuntar(", ".join(filtro.en_direccion().values()))
    return respuesta
