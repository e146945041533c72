"""Salud: las partes de la instalación, los módulos que no cargaron y los trabajos del programador."""

from __future__ import annotations

from flask import current_app, render_template

from scheduler_jobs import todos_los_trabajos

from ...arranque import estado_de_las_partes
from ...registro.registro_dinamico import catalogo_de, registro_de
from . import consultas


def estado() -> str:
    """Cómo está cada parte, ahora y en este proceso."""
    vivo = registro_de(current_app)
    return render_template(
        "admin/salud.html",
        partes=estado_de_las_partes(current_app),
        fallidos=catalogo_de(current_app).fallidos,
        trabajos=todos_los_trabajos(current_app),
        ejecuciones=consultas.ultimas_ejecuciones(),
        en_proceso=len(vivo),
        en_base=consultas.cuantas_activas(),
        al_dia=vivo.al_dia,
    )
