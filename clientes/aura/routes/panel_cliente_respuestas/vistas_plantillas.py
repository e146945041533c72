"""La página de plantillas: verlas, cualquiera de la Nora; traerlas de nuevo, el dueño."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for

from ...canales.base import EnvioAmbiguo, NoProcesado, RechazoDelProveedor
from ...conversacion import plantillas as dominio
from ...registro.accesos import Acceso, exige
from ...utils.auth_utils import persona_actual
from . import consultas_plantillas
from .vistas import panel_cliente_respuestas_bp

ESTADOS = {
    "aprobada": ("Aprobada", "ok"),
    "pendiente": ("En revisión", "acento"),
    "rechazada": ("Rechazada", "error"),
    "pausada": ("Pausada por WhatsApp", "error"),
    "sin_enviar": ("Sin enviar a revisión", "neutro"),
}
CATEGORIAS = {"utility": "Servicio", "marketing": "Promoción", "authentication": "Código de acceso"}


@panel_cliente_respuestas_bp.get("/plantillas")
def plantillas(nombre_nora: str) -> str:
    """Cómo está cada una."""
    orden = list(ESTADOS)
    leidas = sorted(consultas_plantillas.listar(nombre_nora), key=lambda p: orden.index(p.estado))
    return render_template(
        "panel_cliente_respuestas/plantillas.html",
        plantillas=leidas,
        muestras={p.id: dominio.llenar(p.cuerpo, p.variables) for p in leidas},
        lectura=consultas_plantillas.lectura(nombre_nora),
        estados=ESTADOS,
        categorias=CATEGORIAS,
        puede_escribir=persona_actual().es_dueno_de(nombre_nora),
    )


@panel_cliente_respuestas_bp.post("/plantillas/actualizar")
@exige(Acceso.DUENO)
def actualizar_plantillas(nombre_nora: str) -> Any:
    """Las trae de WhatsApp ahora."""
    try:
        cuantas = dominio.sincronizar(nombre_nora)
    except RechazoDelProveedor as error:
        flash(f"No se pudieron traer. {error.texto} Las de antes siguen aquí.", "error")
    except (NoProcesado, EnvioAmbiguo):
        flash(f"{dominio.SIN_CONTESTAR} Las de antes siguen aquí.", "error")
    else:
        flash(
            "Al día: WhatsApp no tiene ninguna." if not cuantas else f"Al día: {cuantas} en WhatsApp.", "ok"
        )
    return redirect(url_for(".plantillas"))
