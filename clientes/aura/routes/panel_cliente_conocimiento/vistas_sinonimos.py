"""Las palabras que los clientes cambian por otras. Ver, cualquiera de la Nora; escribir, el dueño."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ...ia.sinonimos import TODA_LA_LISTA
from ...registro.accesos import Acceso, exige
from ...registro.auditoria import apuntar, audita
from ...registro.respuestas import exito, quiere_json
from ...utils.auth_utils import persona_actual
from ...utils.errores import ErrorDatoInvalido
from . import servicio_sinonimos
from .vistas import panel_cliente_conocimiento_bp, puede_escribir


@panel_cliente_conocimiento_bp.get("/sinonimos")
def sinonimos(nombre_nora: str) -> str:
    """Los grupos de la Nora y la lista que traen todas; `q` busca en los dos."""
    return _pintar(nombre_nora)


@panel_cliente_conocimiento_bp.post("/sinonimos")
@exige(Acceso.DUENO)
@audita("guardar_sinonimos")
def agregar_sinonimos(nombre_nora: str) -> Response | tuple[str, int]:
    """Agrega un grupo."""
    return _guardar(nombre_nora, None)


@panel_cliente_conocimiento_bp.post("/sinonimos/<uuid:grupo_id>")
@exige(Acceso.DUENO)
@audita("guardar_sinonimos")
def editar_sinonimos(nombre_nora: str, grupo_id: UUID) -> Response | tuple[str, int]:
    """Cambia las palabras de un grupo."""
    return _guardar(nombre_nora, str(grupo_id))


@panel_cliente_conocimiento_bp.post("/sinonimos/<uuid:grupo_id>/borrar")
@exige(Acceso.DUENO)
@audita("borrar_sinonimos")
def borrar_sinonimos(nombre_nora: str, grupo_id: UUID) -> Response:
    """Borra un grupo; se ofrece deshacerlo."""
    servicio_sinonimos.borrar(nombre_nora, str(grupo_id))
    return redirect(url_for(".sinonimos", deshacer=grupo_id))


@panel_cliente_conocimiento_bp.post("/sinonimos/<uuid:grupo_id>/recuperar")
@exige(Acceso.DUENO)
@audita("recuperar_sinonimos")
def recuperar_sinonimos(nombre_nora: str, grupo_id: UUID) -> Response | tuple[Response, int]:
    """Vuelve a usar un grupo recién borrado."""
    servicio_sinonimos.recuperar(nombre_nora, str(grupo_id))
    frase = "Listo: quedó como estaba."
    if quiere_json():
        return exito(frase)
    flash(frase, "ok")
    return redirect(url_for(".sinonimos"))


@panel_cliente_conocimiento_bp.post("/sinonimos/lista")
@exige(Acceso.DUENO)
@audita("usar_sinonimos")
def usar_sinonimos(nombre_nora: str) -> Response:
    """Enciende («1:clave») o apaga («0:clave») un grupo de la lista de todas, o la lista entera («*»)."""
    encender, _, clave = request.form.get("cambio", "").partition(":")
    if not clave:
        raise ErrorDatoInvalido("Falta decir qué palabras.")
    activo = encender == "1"
    servicio_sinonimos.usar(nombre_nora, clave, activo, persona_actual().usuario_id)
    apuntar(clave, encendido=activo)
    que = "la lista" if clave == TODA_LA_LISTA else f"«{clave}» y las demás de su grupo"
    flash(f"Encendido: Nora usa {que}." if activo else f"Apagado: Nora ya no usa {que}.", "ok")
    return redirect(url_for(".sinonimos", _anchor="lista"))


def _guardar(nombre_nora: str, grupo_id: str | None) -> Response | tuple[str, int]:
    escrito = request.form.get("palabras", "")
    try:
        palabras = servicio_sinonimos.guardar(nombre_nora, grupo_id, escrito, persona_actual().usuario_id)
    except ErrorDatoInvalido as error:
        return _pintar(nombre_nora, escrito=escrito, error=error.mensaje, con_error=grupo_id or "nuevo"), 422
    apuntar(", ".join(palabras))
    flash(f"Guardado: para Nora, «{palabras[0]}» y «{palabras[1]}» son lo mismo.", "ok")
    return redirect(url_for(".sinonimos"))


def _pintar(nombre_nora: str, *, escrito: str = "", error: str = "", con_error: str = "") -> str:
    try:
        por_deshacer = str(UUID(request.args.get("deshacer", "")))
    except ValueError:
        por_deshacer = ""
    buscado = request.args.get("q", "")[:60]
    return render_template(
        "panel_cliente_conocimiento/sinonimos.html",
        vista=servicio_sinonimos.ver(nombre_nora, buscado),
        buscado=buscado,
        escrito=escrito,
        error=error,
        con_error=con_error,
        por_deshacer=por_deshacer,
        toda_la_lista=TODA_LA_LISTA,
        puede_escribir=puede_escribir(nombre_nora),
    )
