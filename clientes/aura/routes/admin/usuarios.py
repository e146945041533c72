"""Usuarios: cuentas, su lugar en cada Nora, sus sesiones y el enlace para restablecer la contraseña."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import current_app, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ...registro.auditoria import audita
from ...registro.registro_dinamico import registro_de
from ...utils.auth_utils import persona_actual
from ...utils.errores import ErrorDatoInvalido
from . import consultas, cuentas
from .consultas import POR_PAGINA
from .formularios import FormularioLugar, FormularioUsuario, poner_errores
from .paginas import numero_de_pagina

PROPUESTAS = 500
Vista = str | Response | tuple[str, int]


def lista() -> str:
    """Todas las cuentas, con buscador."""
    texto, pagina = request.args.get("q", "").strip()[:80], numero_de_pagina()
    plantilla = "admin/_usuarios_lista.html" if request.headers.get("HX-Request") else "admin/usuarios.html"
    return render_template(
        plantilla,
        hallado=consultas.pagina_de_usuarios(texto, pagina),
        texto=texto,
        pagina=pagina,
        por_pagina=POR_PAGINA,
    )


@audita("crear_usuario", "hacer_enlace", aparte=True)
def nuevo() -> Vista:
    """Alta de una cuenta. Sin contraseña, se enseña una vez el enlace para ponerla."""
    formulario = FormularioUsuario()
    if request.method == "GET":
        formulario.nombre_nora.data = request.args.get("nora", "")
        return render_template("admin/usuario_nuevo.html", form=formulario, error="", noras=_nombres())
    error = ""
    if formulario.validate_on_submit():
        campos = {clave: valor or "" for clave, valor in formulario.data.items() if clave != "csrf_token"}
        try:
            cuenta = cuentas.crear(persona_actual(), **campos)
        except ErrorDatoInvalido as fallo:
            error = poner_errores(formulario, fallo)
        else:
            if not campos["contrasena"]:
                return _con_enlace(cuenta.id)
            flash(f"Lista la cuenta de {cuenta.correo}.", "ok")
            return redirect(url_for("admin.usuario", usuario_id=cuenta.id))
    return render_template("admin/usuario_nuevo.html", form=formulario, error=error, noras=_nombres()), 400


def uno(usuario_id: UUID) -> str:
    """Una cuenta."""
    return _pagina(str(usuario_id))


@audita("dar_lugar", aparte=True)
def dar_lugar(usuario_id: UUID) -> Vista:
    """Le da o le cambia su lugar en una Nora."""
    formulario = FormularioLugar()
    error = ""
    if formulario.validate_on_submit():
        try:
            nombre = (formulario.nombre_nora.data or "").strip().lower()
            cuentas.dar_lugar(persona_actual(), str(usuario_id), nombre, formulario.rol.data or "")
        except ErrorDatoInvalido as fallo:
            error = poner_errores(formulario, fallo)
        else:
            flash("Lugar guardado.", "ok")
            return redirect(url_for("admin.usuario", usuario_id=usuario_id))
    return _pagina(str(usuario_id), form=formulario, error=error), 400


@audita("quitar_lugar", aparte=True)
def quitar_lugar(usuario_id: UUID) -> Response:
    """Le quita su lugar en una Nora."""
    nombre = request.form.get("nombre_nora", "")
    cuentas.quitar_lugar(persona_actual(), str(usuario_id), nombre)
    flash(f"Ya no trabaja en {nombre}.", "ok")
    return redirect(url_for("admin.usuario", usuario_id=usuario_id))


@audita("desactivar_usuario", "reactivar_usuario", aparte=True)
def poner_activo(usuario_id: UUID) -> Response:
    """Desactiva o reactiva."""
    activo = request.form.get("activo") == "1"
    try:
        cuentas.poner_activo(persona_actual(), str(usuario_id), activo=activo)
    except ErrorDatoInvalido as error:
        flash(error.mensaje, "error")
    else:
        flash("Ya puede entrar otra vez." if activo else "Desactivada: ya no puede entrar.", "ok")
    return redirect(url_for("admin.usuario", usuario_id=usuario_id))


@audita("hacer_admin", "quitar_admin", aparte=True)
def poner_admin(usuario_id: UUID) -> Response:
    """La hace admin o deja de serlo."""
    admin = request.form.get("admin") == "1"
    try:
        cuentas.poner_admin(persona_actual(), str(usuario_id), admin=admin)
    except ErrorDatoInvalido as error:
        flash(error.mensaje, "error")
    else:
        flash("Ahora administra toda la instalación." if admin else "Ya no es admin.", "ok")
    return redirect(url_for("admin.usuario", usuario_id=usuario_id))


@audita("cerrar_sesiones", aparte=True)
def cerrar_sesiones(usuario_id: UUID) -> Response:
    """La saca de todos los aparatos."""
    cuentas.cerrar_sesiones(persona_actual(), str(usuario_id))
    flash("Se cerraron todas sus sesiones.", "ok")
    return redirect(url_for("admin.usuario", usuario_id=usuario_id))


@audita("hacer_enlace", aparte=True)
def enlace(usuario_id: UUID) -> Response:
    """Hace un enlace para restablecer y lo enseña esta única vez."""
    return _con_enlace(str(usuario_id))


def _con_enlace(usuario_id: str) -> Response:
    cuenta = cuentas.usuario(usuario_id)
    direccion = cuentas.enlace(persona_actual(), cuenta.correo)
    respuesta = make_response(_pagina(usuario_id, direccion=direccion))
    respuesta.headers["Cache-Control"] = "no-store"  # es una llave: no debe quedar en el disco de nadie
    return respuesta


def _pagina(usuario_id: str, **mas: Any) -> str:
    campos = {"form": FormularioLugar(formdata=None), "error": "", "direccion": ""} | mas
    return render_template(
        "admin/usuario.html", cuenta=cuentas.usuario(usuario_id), noras=_nombres(), **campos
    )


def _nombres() -> list[str]:
    """Los nombres que se proponen al escribir; con más Noras que estas, se escribe."""
    return registro_de(current_app).nombres()[:PROPUESTAS]
