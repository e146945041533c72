"""Salud: las partes de la instalación, los módulos que no cargaron y los trabajos del programador."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import current_app, render_template

from ...arranque import estado_de_las_partes
from ...registro.registro_dinamico import catalogo_de, registro_de
from . import consultas, programador


def estado() -> str:
    """Cómo está cada parte, ahora y en este proceso."""
    vivo = registro_de(current_app)
    return render_template(
        "admin/salud.html",
        partes=estado_de_las_partes(current_app),
        fallidos=catalogo_de(current_app).fallidos,
        trabajos=programador.renglones(datetime.now(UTC)),
        en_proceso=len(vivo),
        en_base=consultas.cuantas_activas(),
        al_dia=vivo.al_dia,
    )
