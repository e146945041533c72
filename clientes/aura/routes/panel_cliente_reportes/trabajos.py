"""Los lunes a las nueve de cada Nora: los reportes de la semana pasada."""

from __future__ import annotations

from datetime import datetime

from flask import current_app

from ...registro.consultas import leer_noras_activas
from ...registro.manifiesto import Trabajo
from ...registro.registro_dinamico import catalogo_de
from ...reportes import semanal
from ...utils.errores import ErrorServicioExterno


def de_la_semana(ahora: datetime) -> str:
    """Los de las Noras a las que ya les toca y no se han hecho; la falla de una no detiene a las demás.

    Raises:
        ErrorServicioExterno: no salió ninguno y hubo fallas.
    """
    hechos, fallas = 0, 0
    for fila in leer_noras_activas():
        if semanal.MODULO in fila["modulos"] and semanal.toca(fila, ahora):
            hecho = semanal.una(fila, catalogo_de(current_app).anuncios(), None, ahora)
            hechos += len(hecho.reportes)
            fallas += bool(hecho.fallas)
    if fallas and not hechos:
        raise ErrorServicioExterno(f"No salió ningún reporte; {fallas} Noras con fallas.")
    return f"{hechos} reportes" + (f"; {fallas} Noras con fallas" if fallas else "")


TRABAJOS = (
    Trabajo(
        id="reportes_semanales",
        # Cada hora: las nueve de una Nora no son las de otra. Las del martes, para lo que el lunes no se pudo.
        cron="0 * * * mon,tue",
        zona="UTC",
        hacer=de_la_semana,
        recuperar_horas=72,
        descripcion="Reportes: lee la semana pasada de Meta y Google, hace los reportes y manda los resúmenes",
    ),
)
