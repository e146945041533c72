"""Noras: lista, alta, y la página de una."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import current_app, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from ...medios.cajas import en_trozos
from ...personas.servicio import anotar
from ...registro.auditoria import audita
from ...registro.registro_dinamico import catalogo_de, registro_de
from ...utils.auth_utils import persona_actual
from ...utils.errores import ErrorDatoInvalido
from . import consultas, revision, servicio, uso
from .consultas import POR_PAGINA, Nora
from .exportacion import exportar_nora
from .formularios import (
    ZONAS,
    FormularioBorrar,
    FormularioCredenciales,
    FormularioNombre,
    FormularioNora,
    FormularioNuevaNora,
    opciones,
    poner_errores,
)
from .paginas import numero_de_pagina

Vista = str | Response | tuple[str, int]


def lista() -> str:
    """Todas las Noras, con buscador y estado."""
    texto, estado = request.args.get("q", "").strip()[:80], request.args.get("estado", "")
    pagina = numero_de_pagina()
    hallado = consultas.pagina_de_noras(texto, estado, pagina)
    plantilla = "admin/_noras_lista.html" if request.headers.get("HX-Request") else "admin/noras.html"
    return render_template(
        plantilla,
        hallado=hallado,
        texto=texto,
        estado=estado,
        pagina=pagina,
        por_pagina=POR_PAGINA,
        titulos={m.nombre: m.manifiesto.titulo for m in catalogo_de(current_app).en_orden()},
    )


@audita("crear_nora", aparte=True)
def nueva() -> Vista:
    """Alta de una Nora."""
    formulario = FormularioNuevaNora()
    compartidos = [m for m in catalogo_de(current_app).en_orden() if m.solo_para is None]
    formulario.modulos.choices = opciones((m.nombre, m.manifiesto.titulo) for m in compartidos)
    if request.method == "GET":
        formulario.modulos.data = [m.nombre for m in compartidos]
        return render_template("admin/nora_nueva.html", form=formulario, error="")
    error = ""
    if formulario.validate_on_submit():
        try:
            nombre = servicio.crear_nora(persona_actual(), **_sin_csrf(formulario))
        except ErrorDatoInvalido as fallo:
            error = poner_errores(formulario, fallo)
        else:
            flash("Lista: ya recibe mensajes. Ahora guarda sus llaves de Twilio y pega sus webhooks.", "ok")
            return redirect(url_for("admin.nora", nombre=nombre))
    return render_template("admin/nora_nueva.html", form=formulario, error=error), 400


@audita("editar_nora", aparte=True)
def datos(nombre: str) -> Vista:
    """La página de una Nora; al guardar, sus datos."""
    nora = servicio.nora(nombre)
    if request.method == "GET":
        return _pagina(nora)
    formulario = FormularioNora()
    error = ""
    if formulario.validate_on_submit():
        try:
            servicio.editar_nora(persona_actual(), nombre, _sin_csrf(formulario))
        except ErrorDatoInvalido as fallo:
            error = poner_errores(formulario, fallo)
        else:
            flash("Cambios guardados. Ya están en uso.", "ok")
            return redirect(url_for("admin.nora", nombre=nombre))
    return _pagina(nora, form=formulario, error=error), 400


@audita("renombrar_nora", aparte=True)
def renombrar(nombre: str) -> Vista:
    """Cambia su nombre en las direcciones."""
    nora = servicio.nora(nombre)
    formulario = FormularioNombre()
    error = ""
    if formulario.validate_on_submit():
        try:
            nuevo = servicio.renombrar_nora(persona_actual(), nombre, formulario.nombre_nora.data or "")
        except ErrorDatoInvalido as fallo:
            error = poner_errores(formulario, fallo)
        else:
            flash(
                f"Ahora se llama {nuevo}. Pega sus webhooks nuevos en Twilio: los de antes ya no existen.",
                "alerta",
            )
            return redirect(url_for("admin.nora", nombre=nuevo, _anchor="webhooks"))
    return _pagina(nora, form_nombre=formulario, error=error), 400


@audita("guardar_credenciales", aparte=True)
def credenciales(nombre: str) -> Vista:
    """Guarda sus llaves de Twilio."""
    nora = servicio.nora(nombre)
    formulario = FormularioCredenciales()
    error = ""
    if formulario.validate_on_submit():
        try:
            servicio.guardar_credenciales(persona_actual(), nombre, **_sin_csrf(formulario))
        except ErrorDatoInvalido as fallo:
            error = poner_errores(formulario, fallo)
        else:
            flash("Llaves guardadas. Pruébalas.", "ok")
            return redirect(url_for("admin.nora", nombre=nombre, _anchor="credenciales"))
    return _pagina(nora, form_llaves=formulario, error=error), 400


@audita("borrar_credenciales", aparte=True)
def borrar_credenciales(nombre: str) -> Response:
    """Olvida sus llaves."""
    servicio.borrar_credenciales(persona_actual(), nombre)
    flash("Llaves borradas. Sin ellas no puede contestar por WhatsApp.", "alerta")
    return redirect(url_for("admin.nora", nombre=nombre, _anchor="credenciales"))


def probar(nombre: str) -> Vista:
    """Revisa qué le falta para contestar. No cambia nada; es POST porque pregunta a Twilio."""
    nora = servicio.nora(nombre)
    puntos = revision.probar(nora)
    if request.headers.get("HX-Request"):
        return render_template("admin/_nora_prueba.html", puntos=puntos)
    return _pagina(nora, puntos=puntos)


@audita("suspender_nora", aparte=True)
def suspender(nombre: str) -> Response:
    """La apaga sin borrar nada."""
    servicio.suspender(persona_actual(), nombre)
    flash(f"{nombre} quedó suspendida: sus direcciones ya no existen. No se borró nada.", "alerta")
    return redirect(url_for("admin.nora", nombre=nombre))


@audita("reactivar_nora", aparte=True)
def reactivar(nombre: str) -> Response:
    """La vuelve a encender."""
    servicio.reactivar(persona_actual(), nombre)
    flash(f"{nombre} ya está activa otra vez.", "ok")
    return redirect(url_for("admin.nora", nombre=nombre))


@audita("descargar_nora", aparte=True)
def descargar(nombre: str) -> Response:
    """Todo lo suyo en un ZIP. POST: queda escrito quién se lo llevó."""
    servicio.nora(nombre)
    momento = datetime.now(UTC)
    archivo = exportar_nora(nombre, f"{momento:%Y-%m-%d %H:%M} UTC")
    anotar(persona_actual(), "descargar_nora", nombre_nora=nombre)
    respuesta = Response(en_trozos(archivo), mimetype="application/zip", direct_passthrough=True)
    respuesta.headers["Content-Disposition"] = f'attachment; filename="{nombre}-{momento:%Y-%m-%d}.zip"'
    respuesta.headers["Cache-Control"] = "no-store"
    return respuesta


@audita("borrar_nora", aparte=True)
def borrar(nombre: str) -> Vista:
    """La borra con todo lo suyo, si está suspendida y quien borra escribió su nombre."""
    nora = servicio.nora(nombre)
    formulario = FormularioBorrar()
    error = ""
    if formulario.validate_on_submit():
        try:
            servicio.borrar_nora(persona_actual(), nombre, formulario.escrito.data or "")
        except ErrorDatoInvalido as fallo:
            error = poner_errores(formulario, fallo)
        else:
            flash(f"{nora.nombre_visible} ya no existe, ni nada de lo suyo.", "alerta")
            return redirect(url_for("admin.noras"))
    return _pagina(nora, form_borrar=formulario, error=error), 400


@audita("entrar_como_dueno", aparte=True)
def entrar(nombre: str) -> Response:
    """Entra a su panel «como» dueño; queda escrito."""
    if registro_de(current_app).obtener(nombre) is None and registro_de(current_app).releer(nombre) is None:
        flash("Está suspendida o ya no existe: no hay panel al que entrar.", "error")
        return redirect(url_for("admin.noras"))
    if session.get("como_dueno") != nombre:
        session["como_dueno"] = nombre
        anotar(persona_actual(), "entrar_como_dueno", nombre_nora=nombre)
    return redirect(url_for("panel_cliente.index", nombre_nora=nombre))


def _pagina(nora: Nora, **formularios: Any) -> str:
    """La página de una Nora, con el formulario que se haya enviado como lo dejó quien lo envió."""
    llenos: dict[str, Any] = {
        "form": FormularioNora(formdata=None, obj=nora),
        "form_nombre": FormularioNombre(formdata=None, nombre_nora=nora.nombre_nora),
        "form_llaves": FormularioCredenciales(
            formdata=None,
            cuenta=nora.twilio_account_sid,
            servicio_de_mensajes=nora.twilio_messaging_service_sid,
        ),
        "form_borrar": FormularioBorrar(formdata=None),
        "error": "",
        "puntos": None,
    } | formularios
    zona = llenos["form"].zona_horaria
    if zona.data and zona.data not in dict(ZONAS):
        zona.choices = opciones([*ZONAS, (zona.data, zona.data)])
    return render_template(
        "admin/nora.html",
        ficha=nora,
        uso=uso.de_una(nora.nombre_nora),
        webhooks=revision.webhooks_de(nora.nombre_nora),
        titulos={m.nombre: m.manifiesto.titulo for m in catalogo_de(current_app).en_orden()},
        **llenos,
    )


def _sin_csrf(formulario: Any) -> dict[str, Any]:
    """Lo que se escribió, como lo pide el servicio: los textos vacíos, vacíos y no None."""
    return {
        clave: "" if valor is None else valor
        for clave, valor in formulario.data.items()
        if clave != "csrf_token"
    }
