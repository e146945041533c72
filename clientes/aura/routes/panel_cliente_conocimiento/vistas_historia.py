"""La historia de un tema, lo borrado, y las parejas que se repiten o se contradicen."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ...registro.accesos import Acceso, exige
from ...registro.auditoria import apuntar, audita
from ...utils.auth_utils import persona_actual
from ...utils.errores import ErrorDatoInvalido, ErrorNoEncontrado
from . import servicio
from .historia import cambios
from .vistas import guardado, panel_cliente_conocimiento_bp, puede_escribir


@panel_cliente_conocimiento_bp.get("/<uuid:bloque_id>/historia")
def historia(nombre_nora: str, bloque_id: UUID) -> str:
    """Quién cambió qué y cuándo."""
    leida = servicio.historia(nombre_nora, str(bloque_id))
    return render_template(
        "panel_cliente_conocimiento/historia.html",
        bloque_id=bloque_id,
        existe=leida.existe,
        cambios=cambios(leida.versiones, existe=leida.existe),
        puede_escribir=puede_escribir(nombre_nora),
    )


@panel_cliente_conocimiento_bp.post("/versiones/<int:version_id>/restaurar")
@exige(Acceso.DUENO)
@audita("restaurar_bloque")
def restaurar(nombre_nora: str, version_id: int) -> Response:
    """Regresa un tema a como estaba; uno borrado vuelve a existir."""
    resultado = servicio.restaurar(nombre_nora, version_id, persona_actual())
    apuntar(resultado.id)
    if resultado.estorba:
        return guardado(resultado)
    flash("Listo: el tema quedó como en esa versión.", "ok")
    return redirect(url_for(".ver", bloque_id=resultado.id))


@panel_cliente_conocimiento_bp.get("/borrados")
def borrados(nombre_nora: str) -> str:
    """Los temas borrados que se pueden recuperar."""
    return render_template(
        "panel_cliente_conocimiento/borrados.html",
        borrados=servicio.borrados(nombre_nora),
        puede_escribir=puede_escribir(nombre_nora),
    )


@panel_cliente_conocimiento_bp.get("/revisar")
def revisar(nombre_nora: str) -> str:
    """Los temas que se repiten o se contradicen, lado a lado; con `?bloque=`, los que chocan con ese."""
    try:
        bloque = str(UUID(request.args["bloque"]))
    except (KeyError, ValueError):
        bloque = None
    return render_template(
        "panel_cliente_conocimiento/revisar.html",
        revision=servicio.parejas_de(nombre_nora, bloque),
        solo=bloque,
        puede_escribir=puede_escribir(nombre_nora),
    )


@panel_cliente_conocimiento_bp.post("/revisar")
@exige(Acceso.DUENO)
@audita("resolver_choque")
def resolver(nombre_nora: str) -> Response:
    """Qué hacer con una pareja: apagar uno (`apagar`), o no volver a señalarla (`clave`)."""
    if "apagar" in request.form:
        try:
            apagar = str(UUID(request.form["apagar"]))
        except ValueError as error:
            raise ErrorNoEncontrado from error
        servicio.conservar(nombre_nora, apagar, persona_actual())
        apuntar(apagar)
        flash("Listo: Nora ya no usa ese tema. Lo puedes encender cuando quieras.", "ok")
    elif "clave" not in request.form:
        raise ErrorDatoInvalido("Falta decir qué hacer con esa pareja.")
    else:
        servicio.descartar_pareja(nombre_nora, request.form["clave"], persona_actual())
        flash("Entendido: no se contradicen. Si cambias alguno, se revisa otra vez.", "ok")
    return redirect(url_for(".revisar"))
