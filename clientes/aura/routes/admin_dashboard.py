"""Tablero administrativo: la tabla de direcciones de `/admin`. Solo entran admins (lo dice `registro_admin.py`)."""

from __future__ import annotations

from flask import Blueprint

from .admin import auditoria, cola, componentes, modulos, noras, programador, salud, tablero, uso, usuarios

admin_bp = Blueprint("admin", __name__, url_prefix="/admin")

_UNA_NORA = "/noras/<string:nombre>"
_UN_USUARIO = "/usuarios/<uuid:usuario_id>"

for ruta, endpoint, vista, metodos in (
    ("/", "dashboard", tablero.dashboard, ("GET",)),
    ("/componentes", "componentes", componentes.componentes, ("GET",)),
    ("/salir-de-nora", "salir_de_nora", tablero.salir_de_nora, ("POST",)),
    ("/noras", "noras", noras.lista, ("GET",)),
    ("/noras/nueva", "nora_nueva", noras.nueva, ("GET", "POST")),
    # Todo lo de una Nora lleva algo después de su nombre: así una que se llame «nueva» también tiene su página.
    (f"{_UNA_NORA}/datos", "nora", noras.datos, ("GET", "POST")),
    (f"{_UNA_NORA}/nombre", "nora_renombrar", noras.renombrar, ("POST",)),
    (f"{_UNA_NORA}/credenciales", "nora_credenciales", noras.credenciales, ("POST",)),
    (f"{_UNA_NORA}/credenciales/borrar", "nora_borrar_credenciales", noras.borrar_credenciales, ("POST",)),
    (f"{_UNA_NORA}/probar", "nora_probar", noras.probar, ("POST",)),
    (f"{_UNA_NORA}/suspender", "nora_suspender", noras.suspender, ("POST",)),
    (f"{_UNA_NORA}/reactivar", "nora_reactivar", noras.reactivar, ("POST",)),
    (f"{_UNA_NORA}/descargar", "nora_descargar", noras.descargar, ("POST",)),
    (f"{_UNA_NORA}/borrar", "nora_borrar", noras.borrar, ("POST",)),
    (f"{_UNA_NORA}/entrar", "nora_entrar", noras.entrar, ("POST",)),
    ("/modulos", "modulos", modulos.rejilla, ("GET",)),
    ("/modulos", "modulos_cambiar", modulos.cambiar, ("POST",)),
    ("/usuarios", "usuarios", usuarios.lista, ("GET",)),
    ("/usuarios/nuevo", "usuario_nuevo", usuarios.nuevo, ("GET", "POST")),
    (_UN_USUARIO, "usuario", usuarios.uno, ("GET",)),
    (f"{_UN_USUARIO}/lugar", "usuario_lugar", usuarios.dar_lugar, ("POST",)),
    (f"{_UN_USUARIO}/lugar/quitar", "usuario_quitar_lugar", usuarios.quitar_lugar, ("POST",)),
    (f"{_UN_USUARIO}/activo", "usuario_activo", usuarios.poner_activo, ("POST",)),
    (f"{_UN_USUARIO}/admin", "usuario_admin", usuarios.poner_admin, ("POST",)),
    (f"{_UN_USUARIO}/sesiones", "usuario_sesiones", usuarios.cerrar_sesiones, ("POST",)),
    (f"{_UN_USUARIO}/enlace", "usuario_enlace", usuarios.enlace, ("POST",)),
    ("/salud", "salud", salud.estado, ("GET",)),
    ("/salud/correr", "trabajo_correr", programador.correr, ("POST",)),
    ("/salud/encender", "trabajo_encender", programador.encender, ("POST",)),
    ("/cola", "cola", cola.estado, ("GET",)),
    ("/cola/reintentar", "cola_reintentar", cola.reintentar, ("POST",)),
    ("/uso", "uso", uso.mes, ("GET",)),
    ("/auditoria", "auditoria", auditoria.lista, ("GET",)),
    ("/auditoria.csv", "auditoria_csv", auditoria.descargar, ("GET",)),
):
    admin_bp.add_url_rule(ruta, endpoint, vista, methods=metodos)
