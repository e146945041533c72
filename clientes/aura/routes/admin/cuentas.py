"""Las reglas de la administración sobre las cuentas. Las comparten las páginas y la consola."""

from __future__ import annotations

import secrets

from flask import current_app, has_request_context, request

from ...personas import consultas as personas
from ...personas import servicio
from ...personas.consultas import Usuario
from ...personas.servicio import anotar
from ...utils.auth_utils import Identidad, Rol
from ...utils.errores import ErrorDatoInvalido, ErrorNoEncontrado
from . import consultas
from .servicio import config_actual, nora


def usuario(usuario_id: str) -> Usuario:
    """Una cuenta.

    Raises:
        ErrorNoEncontrado: no existe.
    """
    hallado = personas.usuario_por_id(usuario_id)
    if hallado is None:
        raise ErrorNoEncontrado
    return hallado


def crear(
    quien: Identidad | None,
    *,
    correo: str,
    contrasena: str,
    rol: str,
    nombre_nora: str = "",
    nombre: str = "",
) -> Usuario:
    """Crea una cuenta con su lugar.

    Args:
        contrasena: vacía, se inventa una que nadie conoce: la persona entra con un enlace para restablecer.

    Raises:
        ErrorDatoInvalido: algún dato no sirve, o ya hay una cuenta con ese correo.
    """
    if rol != "admin" and nombre_nora:
        try:
            nora(nombre_nora)
        except ErrorNoEncontrado as error:
            raise ErrorDatoInvalido(error.mensaje, campo="nombre_nora") from error
    nuevo = servicio.crear_usuario(
        correo,
        contrasena or secrets.token_urlsafe(32),
        rol=rol,
        nombre_nora=nombre_nora if rol != "admin" else None,
        nombre=nombre,
    )
    donde = nombre_nora if rol != "admin" else None
    anotar(quien, "crear_usuario", nombre_nora=donde, objeto=nuevo.correo, rol=rol)
    return nuevo


def dar_lugar(quien: Identidad | None, usuario_id: str, nombre_nora: str, rol: str) -> None:
    """Le da o le cambia su lugar en una Nora.

    Raises:
        ErrorNoEncontrado: no existe la cuenta. ErrorDatoInvalido: la Nora o el rol no sirven.
    """
    cuenta = usuario(usuario_id)
    if rol not in ("dueno", "agente"):
        raise ErrorDatoInvalido("El rol es dueño o agente.", campo="rol")
    if consultas.leer_nora(nombre_nora) is None:
        raise ErrorDatoInvalido(f"No hay una Nora que se llame «{nombre_nora}».", campo="nombre_nora")
    lugar: Rol = "dueno" if rol == "dueno" else "agente"
    personas.poner_rol(usuario_id, nombre_nora, lugar)
    anotar(quien, "dar_lugar", nombre_nora=nombre_nora, objeto=cuenta.correo, rol=lugar)


def quitar_lugar(quien: Identidad | None, usuario_id: str, nombre_nora: str) -> None:
    """Le quita su lugar; sus páginas de esa Nora dejan de existir para esa persona."""
    cuenta = usuario(usuario_id)
    personas.quitar_rol(usuario_id, nombre_nora)
    anotar(quien, "quitar_lugar", nombre_nora=nombre_nora, objeto=cuenta.correo)


def poner_activo(quien: Identidad | None, usuario_id: str, *, activo: bool) -> None:
    """Desactiva (y saca de donde esté) o reactiva una cuenta.

    Raises:
        ErrorDatoInvalido: es la propia, o la del último admin.
    """
    cuenta = usuario(usuario_id)
    if not activo:
        if quien is not None and quien.usuario_id == usuario_id:
            raise ErrorDatoInvalido("No puedes desactivar tu propia cuenta; pídelo a otro admin.")
        if cuenta.es_admin and not consultas.hay_otro_admin(usuario_id):
            raise ErrorDatoInvalido("Es el único admin: nadie podría volver a entrar aquí.")
    cambios = {"activo": activo, "version_sesion": cuenta.version_sesion + (0 if activo else 1)}
    personas.cambiar_usuario(usuario_id, cambios)
    anotar(quien, "reactivar_usuario" if activo else "desactivar_usuario", objeto=cuenta.correo)


def poner_admin(quien: Identidad | None, usuario_id: str, *, admin: bool) -> None:
    """La hace admin de toda la instalación, o deja de serlo.

    Raises:
        ErrorDatoInvalido: es la propia, o la del último admin.
    """
    cuenta = usuario(usuario_id)
    if not admin:
        if quien is not None and quien.usuario_id == usuario_id:
            raise ErrorDatoInvalido("No puedes quitarte a ti misma; pídelo a otro admin.")
        if cuenta.es_admin and not consultas.hay_otro_admin(usuario_id):
            raise ErrorDatoInvalido("Es el único admin: nadie podría volver a entrar aquí.")
    personas.cambiar_usuario(usuario_id, {"es_admin": admin})
    anotar(quien, "hacer_admin" if admin else "quitar_admin", objeto=cuenta.correo)


def cerrar_sesiones(quien: Identidad | None, usuario_id: str) -> None:
    """Cierra sus sesiones en todos los aparatos."""
    cuenta = usuario(usuario_id)
    servicio.cerrar_todas_las_sesiones(usuario_id)
    anotar(quien, "cerrar_sesiones", objeto=cuenta.correo)


def enlace(quien: Identidad | None, correo: str) -> str:
    """La dirección completa con que esa persona pone una contraseña nueva; sirve una vez, un día.

    Raises:
        ErrorNoEncontrado: no hay una cuenta con ese correo.
    """
    token = servicio.enlace_para_restablecer(correo)
    anotar(quien, "hacer_enlace", objeto=correo.strip().lower())
    # Con `url_for` no se puede desde la consola: pide una petición o SERVER_NAME.
    return origen() + current_app.url_map.bind("").build("login.restablecer", {"token": token})


def origen() -> str:
    """El origen público de la instalación; sin configurar, el de esta petición o el puerto local."""
    config = config_actual()
    if config.URL_PUBLICA:
        return config.URL_PUBLICA
    return request.url_root.rstrip("/") if has_request_context() else f"http://127.0.0.1:{config.PORT}"
