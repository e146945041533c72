"""La conexión con Meta y las cuentas publicitarias: conectar, traer, elegir, leer y quitar."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import flash, redirect, request, session, url_for

from ...anuncios import permisos
from ...personas.servicio import anotar
from ...registro.auditoria import apuntar, audita
from ...registro.respuestas import exito, quiere_json
from ...utils.auth_utils import persona_actual
from ...utils.errores import ErrorDatoInvalido, ErrorNoEncontrado, ErrorNora
from ...utils.supabase_client import conexion_actual
from . import conexion, consultas, cuentas
from .formularios import FormularioQuitar, FormularioToken
from .vistas import panel_cliente_meta_ads_bp, pintar

MODULO = "meta_ads"


@panel_cliente_meta_ads_bp.route("/conectar", methods=["GET", "POST"])
@audita("conectar_meta", aparte=True)
def conectar(nombre_nora: str) -> Any:
    """Con un token de usuario del sistema."""
    formulario = FormularioToken()
    if formulario.validate_on_submit():
        try:
            ahora = datetime.now(UTC)
            permiso = conexion.conectar(
                nombre_nora, formulario.token.data, "sistema", persona_actual().usuario_id, ahora
            )
            return _conectada(nombre_nora, permiso, ahora)
        except ErrorNora as error:
            formulario.token.errors = [f"{error.mensaje} {error.que_hacer}".strip()]
    pagina = pintar("conectar.html", form=formulario, oauth=conexion.hay_oauth(), primera=False)
    return (pagina, 422) if formulario.errors else pagina


@panel_cliente_meta_ads_bp.get("/conectar/facebook")
def ir_a_meta(nombre_nora: str) -> Any:
    """A Facebook, a pedir permiso."""
    if not conexion.hay_oauth():
        flash("Esta instalación no tiene aplicación de Meta. Pega un token de usuario del sistema.", "alerta")
        return redirect(url_for(".conectar"))
    estado = permisos.nuevo_estado(session, MODULO, nombre_nora, datetime.now(UTC))
    return redirect(conexion.direccion_de_oauth(estado, _vuelta()))


@panel_cliente_meta_ads_bp.get("/conectar/vuelta")
@audita("conectar_meta", aparte=True)
def vuelta(nombre_nora: str) -> Any:
    """De Facebook, con el permiso o sin él."""
    ahora = datetime.now(UTC)
    if not permisos.gastar_estado(session, request.args.get("state", ""), MODULO, nombre_nora, ahora):
        flash("Ese permiso no se pidió desde aquí o ya caducó. Intenta otra vez.", "error")
        return redirect(url_for(".conectar"))
    codigo = request.args.get("code", "")
    if not codigo:
        flash("No diste permiso en Facebook. No se conectó nada.", "alerta")
        return redirect(url_for(".conectar"))
    try:
        token, _ = conexion.token_de_codigo(codigo, _vuelta())
        permiso = conexion.conectar(nombre_nora, token, "oauth", persona_actual().usuario_id, ahora)
    except ErrorNora as error:
        flash(f"{error.mensaje} {error.que_hacer}".strip(), "error")
        return redirect(url_for(".conectar"))
    return _conectada(nombre_nora, permiso, ahora)


def _vuelta() -> str:
    """La dirección que se da de alta en la aplicación de Meta: una sola para toda la instalación."""
    ruta = url_for("permisos_anuncios.vuelta")
    return f"{conexion_actual().config.URL_PUBLICA or request.host_url.rstrip('/')}{ruta}"


def _conectada(nombre_nora: str, permiso: conexion.Permiso, ahora: datetime) -> Any:
    anotar(persona_actual(), "conectar_meta", nombre_nora=nombre_nora)
    if permiso.faltan:
        flash(permiso.problema, "alerta")
    try:
        cuentas.traer(nombre_nora, ahora)
        flash("Meta conectada. Elige qué cuentas quieres ver.", "ok")
    except ErrorNora as error:
        flash(f"Meta conectada, pero no se pudieron leer las cuentas. {error.mensaje}", "alerta")
    return redirect(url_for(".ver_cuentas"))


@panel_cliente_meta_ads_bp.post("/desconectar")
@audita("desconectar_meta")
def desconectar(nombre_nora: str) -> Any:
    """Quita el permiso; lo leído se queda."""
    consultas.borrar_conexion(nombre_nora)
    flash("Meta desconectada. Las cifras que ya se leyeron se quedan.", "ok")
    return redirect(url_for(".ver_cuentas"))


@panel_cliente_meta_ads_bp.get("/cuentas")
def ver_cuentas(nombre_nora: str) -> str:
    """La conexión y las cuentas."""
    return pintar(
        "cuentas.html",
        alrededor=consultas.alrededor(nombre_nora),
        oauth=conexion.hay_oauth(),
        permisos=conexion.PERMISOS,
        ahora=datetime.now(UTC),
    )


@panel_cliente_meta_ads_bp.post("/cuentas/traer")
def traer(nombre_nora: str) -> Any:
    """Vuelve a leer las cuentas que ve el token."""
    try:
        nuevas = cuentas.traer(nombre_nora, datetime.now(UTC))
        flash(f"Cuentas al día. {'Nuevas: ' + str(nuevas) + '.' if nuevas else 'Ninguna nueva.'}", "ok")
    except ErrorNora as error:
        flash(f"{error.mensaje} {error.que_hacer}".strip(), "error")
    return redirect(url_for(".ver_cuentas"))


@panel_cliente_meta_ads_bp.post("/cuentas/<uuid:cuenta_meta_id>/uso")
@audita("usar_cuenta_meta")
def usar(nombre_nora: str, cuenta_meta_id: UUID) -> Any:
    """Vincula, deja o excluye una cuenta."""
    uso = request.form.get("uso", "")
    cuentas.usar(nombre_nora, str(cuenta_meta_id), uso, persona_actual().usuario_id, datetime.now(UTC))
    apuntar(uso=uso)
    flash(
        {
            "vinculada": "Cuenta vinculada. Se están leyendo sus últimos 90 días.",
            "excluida": "Cuenta excluida: ya no se lee ni se suma.",
        }.get(uso, "Cuenta sin vincular. Lo leído se queda."),
        "ok",
    )
    return redirect(url_for(".ver_cuentas"))


@panel_cliente_meta_ads_bp.post("/cuentas/<uuid:cuenta_meta_id>/sincronizar")
def sincronizar(nombre_nora: str, cuenta_meta_id: UUID) -> Any:
    """Pide leer una cuenta ahora."""
    cuentas.sincronizar(nombre_nora, str(cuenta_meta_id), persona_actual().usuario_id, datetime.now(UTC))
    return redirect(url_for(".ver_cuentas"))


@panel_cliente_meta_ads_bp.route("/cuentas/<uuid:cuenta_meta_id>/quitar", methods=["GET", "POST"])
@audita("quitar_cuenta_meta")
def quitar(nombre_nora: str, cuenta_meta_id: UUID) -> Any:
    """Borra una cuenta con todo lo leído; pide su nombre."""
    cuenta = consultas.leer_cuenta(nombre_nora, str(cuenta_meta_id))
    if cuenta is None:
        raise ErrorNoEncontrado
    formulario = FormularioQuitar()
    if formulario.validate_on_submit():
        try:
            nombre = cuentas.quitar(nombre_nora, str(cuenta_meta_id), formulario.nombre.data)
        except ErrorDatoInvalido as error:
            formulario.nombre.errors = [error.mensaje]
        else:
            apuntar(nombre)
            flash(f"Se quitó «{nombre}» con todo lo que se había leído.", "ok")
            return redirect(url_for(".ver_cuentas"))
    pagina = pintar("quitar.html", form=formulario, cuenta=cuenta)
    return (pagina, 422) if formulario.errors else pagina


@panel_cliente_meta_ads_bp.get("/sincronizaciones/<uuid:sincronizacion_meta_id>")
def avance(nombre_nora: str, sincronizacion_meta_id: UUID) -> Any:
    """Cómo va una lectura; la página lo pregunta cada tanto mientras corre."""
    leida = consultas.leer_sincronizacion(nombre_nora, str(sincronizacion_meta_id))
    if leida is None:
        raise ErrorNoEncontrado
    return exito(
        datos={
            "estado": leida.estado,
            "avance": leida.avance,
            "html": pintar("_avance.html", s=leida),
            "viva": leida.viva,
        }
    )


@panel_cliente_meta_ads_bp.post("/sincronizaciones/<uuid:sincronizacion_meta_id>/detener")
def detener(nombre_nora: str, sincronizacion_meta_id: UUID) -> Any:
    """La para; lo ya guardado se queda y la próxima sigue de ahí."""
    sincronizacion_id = str(sincronizacion_meta_id)
    if consultas.leer_sincronizacion(nombre_nora, sincronizacion_id) is None:
        raise ErrorNoEncontrado
    consultas.detener_sincronizacion(nombre_nora, sincronizacion_id, datetime.now(UTC))
    if quiere_json():
        return exito("Detenida.")
    flash("Detenida. Lo que ya se leyó se queda; la próxima vez sigue de ahí.", "ok")
    return redirect(url_for(".ver_cuentas"))
