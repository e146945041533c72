"""Nora instalada en un teléfono: su manifiesto, el trabajador de servicio, la página sin internet y los atajos."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Blueprint, current_app, jsonify, make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response

from ..registro.accesos import Acceso, exige
from ..utils.auth_utils import persona_actual

instalable_bp = Blueprint("instalable", __name__)

# Lo que la página sin internet necesita para verse completa.
PRECARGA = (
    "css/base.css",
    "css/sin_conexion.css",
    "js/shared/tema.js",
    "js/sin_conexion.js",
    "images/icons/icono.svg",
    "vendor/inter/inter-latin-wght-normal.woff2",
)
ATAJOS = (("chat", "Chat"), ("simulador", "Simulador"), ("conocimiento", "Conocimiento"))


def _icono(archivo: str, lado: int, para: str) -> dict[str, str]:
    direccion = url_for("static", filename=f"images/icons/{archivo}-{lado}.png")
    return {"src": direccion, "sizes": f"{lado}x{lado}", "type": "image/png", "purpose": para}


@instalable_bp.get("/manifiesto.webmanifest")
def manifiesto() -> Response:
    """El manifiesto de la aplicación (W3C Web Application Manifest)."""
    atajo = [_icono("icono-recortable", 192, "any")]
    respuesta = jsonify(
        id="/",
        name="Nora",
        short_name="Nora",
        description="Tu asistente de WhatsApp: conversaciones, contactos y lo que sabe.",
        lang="es-MX",
        start_url="/",
        scope="/",
        display="standalone",
        background_color="#f5f7f7",
        theme_color="#0b5f63",
        categories=["business", "productivity"],
        icons=[_icono("icono", lado, "any") for lado in (192, 512)]
        + [_icono("icono-recortable", lado, "maskable") for lado in (192, 512)],
        shortcuts=[
            {"name": titulo, "url": url_for(".ir", modulo=modulo), "icons": atajo}
            for modulo, titulo in ATAJOS
        ],
    )
    respuesta.mimetype = "application/manifest+json"
    respuesta.cache_control.max_age = 3600
    return respuesta


@instalable_bp.get("/sw.js")
def trabajador() -> Response:
    """El trabajador de servicio, desde la raíz para que alcance a todo el sitio.

    Su versión sale de lo que guarda: si algo cambia, el navegador lo nota y prepara el nuevo.
    """
    datos: dict[str, Any] = {
        "version": "",
        "precarga": [url_for("static", filename=archivo) for archivo in PRECARGA],
        "sinConexion": url_for(".sin_conexion"),
        "icono": url_for("static", filename="images/icons/icono-192.png"),
        "insignia": url_for("static", filename="images/icons/icono-insignia-96.png"),
    }
    guion = render_template("instalable/trabajador.js", datos=datos)
    pagina = render_template("instalable/sin_conexion.html")
    datos["version"] = hashlib.sha256(f"{guion}\0{pagina}".encode()).hexdigest()[:10]
    respuesta = make_response(render_template("instalable/trabajador.js", datos=datos))
    respuesta.mimetype = "text/javascript"
    respuesta.cache_control.no_cache = True
    return respuesta


@instalable_bp.get("/sin-conexion")
def sin_conexion() -> str:
    """Lo que se ve sin internet; no lleva datos de nadie."""
    return render_template("instalable/sin_conexion.html")


@instalable_bp.get("/ir/<string:modulo>")
@exige(Acceso.PERSONA)
def ir(modulo: str) -> Response:
    """Un atajo del teléfono: ese módulo en la primera Nora de quien entra que lo tenga; si ninguna, a su inicio."""
    vivo = current_app.extensions["registro_noras"]
    endpoint = f"panel_cliente_{modulo}.index"
    if endpoint in current_app.view_functions:
        for nombre in sorted(persona_actual().noras):
            nora = vivo.obtener(nombre)
            if nora is not None and modulo in nora.modulos:
                return redirect(url_for(endpoint, nombre_nora=nombre))
    return redirect(url_for("login.inicio"))
