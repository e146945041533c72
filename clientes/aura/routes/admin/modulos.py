"""Módulos: la rejilla de Noras por módulos; cada cuadro se enciende o apaga con un clic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ...registro.auditoria import audita
from ...registro.registro_dinamico import catalogo_de
from ...registro.respuestas import exito, quiere_json
from ...utils.auth_utils import persona_actual
from ...utils.errores import ErrorDatoInvalido
from . import consultas, servicio
from .paginas import numero_de_pagina

# Cada Nora son tantos cuadros como módulos: con más, la página pasa de 100 KB.
POR_PAGINA = 25


def rejilla() -> str:
    """Todas las Noras de una página contra los módulos; con `?nora=`, una sola en lista (así cabe en un teléfono)."""
    catalogo = catalogo_de(current_app)
    if request.args.get("nora"):
        una = servicio.nora(request.args["nora"])
        return render_template("admin/modulos.html", una=una, catalogo=catalogo.para(una.nombre_nora))
    texto, pagina = request.args.get("q", "").strip()[:80], numero_de_pagina()
    return render_template(
        "admin/modulos.html",
        una=None,
        catalogo=catalogo.en_orden(),
        hallado=consultas.pagina_de_noras(texto, "", pagina, POR_PAGINA),
        texto=texto,
        pagina=pagina,
        por_pagina=POR_PAGINA,
    )


@audita("encender_modulos", "apagar_modulos", aparte=True)
def cambiar() -> Response | tuple[Response, int]:
    """Enciende o apaga un módulo de una Nora. `cambio`: «nora:modulo:1», o los tres campos por separado."""
    nombre, modulo, encender = _leer_cambio()
    lista = [modulo]
    if encender:
        quedan = servicio.cambiar_modulos(persona_actual(), nombre, encender=lista)
    else:
        quedan = servicio.cambiar_modulos(persona_actual(), nombre, apagar=lista)
    if quiere_json():
        return exito("Encendido." if encender else "Apagado.", {"modulos": quedan})
    flash(f"{modulo}: {'encendido' if encender else 'apagado'} en {nombre}.", "ok")
    pedidos = {clave: request.form.get(f"volver_{clave}") for clave in ("q", "pagina", "nora")}
    vuelta: dict[str, Any] = {clave: dato for clave, dato in pedidos.items() if dato}
    return redirect(url_for("admin.modulos", **vuelta))


def _leer_cambio() -> tuple[str, str, bool]:
    campos: Any = request.get_json(silent=True) if request.is_json else request.form
    if not isinstance(campos, Mapping):
        raise ErrorDatoInvalido("Falta decir qué módulo de qué Nora.")
    partes = str(campos.get("cambio", "")).split(":")
    if len(partes) == 3:
        nombre, modulo, activo = partes
    else:
        nombre, modulo = str(campos.get("nombre_nora", "")), str(campos.get("modulo", ""))
        activo = str(campos.get("activo", ""))
    if not nombre or not modulo or activo.lower() not in ("0", "1", "true", "false"):
        raise ErrorDatoInvalido("Falta decir qué módulo de qué Nora.")
    return nombre, modulo, activo.lower() in ("1", "true")
