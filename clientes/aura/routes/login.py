"""Entrar, salir y cambiar la contraseña con un enlace."""

from __future__ import annotations

import time

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import EmailField, HiddenField, PasswordField
from wtforms.validators import InputRequired

from ..personas import servicio
from ..personas.consultas import Usuario
from ..registro.accesos import Acceso, exige
from ..registro.auditoria import audita
from ..registro.identidad import cargar_identidad
from ..sockets import desconectar_persona
from ..utils.auth_utils import Identidad, destino_seguro, renovar_sesion
from ..utils.errores import ErrorDatoInvalido, ErrorNoEncontrado

login_bp = Blueprint("login", __name__)


class FormularioEntrar(FlaskForm):
    correo = EmailField("Correo", validators=[InputRequired("Escribe tu correo.")])
    contrasena = PasswordField("Contraseña", validators=[InputRequired("Escribe tu contraseña.")])
    next = HiddenField()


class FormularioRestablecer(FlaskForm):
    contrasena = PasswordField("Contraseña nueva", validators=[InputRequired("Escribe una contraseña.")])
    repetir = PasswordField("Otra vez", validators=[InputRequired("Escríbela otra vez.")])


@login_bp.get("/")
def inicio() -> Response:
    """A la entrada, o al panel de quien ya entró."""
    identidad = cargar_identidad()
    return redirect(casa_de(identidad) if identidad else url_for("login.entrar"))


@login_bp.route("/login", methods=["GET", "POST"])
def entrar() -> str | Response | tuple[str, int]:
    """La entrada. Mismo tiempo y misma frase para cuenta desconocida y contraseña equivocada."""
    formulario = FormularioEntrar()
    if request.method == "GET":
        formulario.next.data = destino_seguro(request.args.get("next")) or ""
        return render_template("login/entrar.html", form=formulario, error=None)
    if not formulario.validate_on_submit():
        return render_template("login/entrar.html", form=formulario, error=None), 400
    try:
        usuario = servicio.entrar(
            formulario.correo.data or "", formulario.contrasena.data or "", request.remote_addr or ""
        )
    except ErrorDatoInvalido as error:
        return render_template("login/entrar.html", form=formulario, error=error.mensaje), error.codigo
    abrir_sesion(usuario)
    return redirect(destino_seguro(formulario.next.data) or url_for("login.inicio"))


@login_bp.post("/logout")
def salir() -> Response:
    """Cierra la sesión en el servidor, y sus sockets: una sala no se entera de que alguien salió."""
    usuario_id = session.get("usuario_id", "")
    session.clear()
    if usuario_id:
        desconectar_persona(usuario_id)
        servicio.avisar_salida(usuario_id)
    return redirect(url_for("login.entrar"))


@login_bp.route("/restablecer/<token>", methods=["GET", "POST"])
@audita("restablecer_contrasena", aparte=True)
def restablecer(token: str) -> str | Response | tuple[str, int]:
    """Cambia la contraseña con un enlace de un solo uso."""
    formulario = FormularioRestablecer()
    try:
        servicio.cuenta_del_enlace(token)
    except ErrorNoEncontrado as no_sirve:
        return _pintar_contrasena(formulario, valido=False), no_sirve.codigo
    if request.method == "GET":
        return _pintar_contrasena(formulario)
    if not formulario.validate_on_submit():
        return _pintar_contrasena(formulario), 400
    try:
        if formulario.contrasena.data != formulario.repetir.data:
            raise ErrorDatoInvalido("Las dos contraseñas no son iguales.")
        servicio.restablecer(token, formulario.contrasena.data or "")
    except ErrorDatoInvalido as error:
        return _pintar_contrasena(formulario, error=error.mensaje), error.codigo
    session.clear()
    flash("Tu contraseña quedó cambiada. Entra con la nueva.", "ok")
    renovar_sesion()
    return redirect(url_for("login.entrar"))


@login_bp.route("/cuenta/contrasena", methods=["GET", "POST"])
@exige(Acceso.PERSONA)
@audita("cambiar_contrasena")
def cambiar_contrasena() -> str | Response | tuple[str, int]:
    """Cambia la propia contraseña; las demás sesiones se cierran y esta cambia de id."""
    formulario = FormularioRestablecer()
    if request.method == "GET":
        return _pintar_contrasena(formulario, propia=True)
    if not formulario.validate_on_submit():
        return _pintar_contrasena(formulario, propia=True), 400
    try:
        if formulario.contrasena.data != formulario.repetir.data:
            raise ErrorDatoInvalido("Las dos contraseñas no son iguales.")
        version = servicio.cambiar_contrasena(session["usuario_id"], formulario.contrasena.data or "")
    except ErrorDatoInvalido as error:
        return _pintar_contrasena(formulario, error=error.mensaje, propia=True), error.codigo
    renovar_sesion()
    session["version_sesion"] = version
    flash("Tu contraseña quedó cambiada.", "ok")
    return redirect(url_for("login.inicio"))


def _pintar_contrasena(
    formulario: FormularioRestablecer, *, error: str = "", valido: bool = True, propia: bool = False
) -> str:
    return render_template(
        "login/restablecer.html", form=formulario, error=error, valido=valido, propia=propia
    )


def abrir_sesion(usuario: Usuario) -> None:
    """Guarda quién entró en una sesión con id nuevo; nada de la anterior pasa."""
    session.clear()
    session["usuario_id"] = usuario.id
    session["version_sesion"] = usuario.version_sesion
    session["renovada"] = int(time.time())
    renovar_sesion()


def casa_de(identidad: Identidad) -> str:
    """A dónde va quien entra: admins a su tablero, los demás a su primera Nora."""
    if identidad.es_admin:
        return url_for("admin.dashboard")
    if identidad.noras:
        return url_for("panel_cliente.index", nombre_nora=sorted(identidad.noras)[0])
    return url_for("login.sin_nora")


@login_bp.get("/sin-nora")
@exige(Acceso.PERSONA)
def sin_nora() -> tuple[str, int]:
    """Quien tiene cuenta y todavía no trabaja en ninguna Nora."""
    pagina = render_template(
        "errores/error.html",
        codigo="",
        titulo="Tu cuenta todavía no tiene una Nora",
        mensaje="Entraste bien, pero nadie te ha dado lugar en un negocio.",
        que_hacer="Pide a quien administra que te agregue; luego vuelve a entrar.",
        request_id="",
        salir=True,
    )
    return pagina, 200
