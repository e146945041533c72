"""Entrar, salir, cambiar la contraseña: las reglas, sin HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from ..utils.auth_utils import Identidad, Rol, clave_de_freno, contrasena_correcta, hash_de_contrasena
from ..utils.errores import ErrorDatoInvalido, ErrorNoEncontrado, ErrorServicioExterno
from ..utils.logging_utils import registro
from ..utils.supabase_helpers import ErrorDuplicado
from ..utils.validators import limpiar_texto, validar_contrasena, validar_correo, validar_texto
from . import consultas
from .acciones import ACCIONES

HORAS_DE_ENLACE = 24
# Fallos permitidos en 15 minutos: de una persona desde su lugar, de una dirección, y de una cuenta en total.
LIMITE_CUENTA_Y_DIRECCION, LIMITE_DIRECCION, LIMITE_CUENTA = 5, 30, 60
bitacora = registro(__name__)


class ErrorEntrada(ErrorDatoInvalido):
    """Cuenta o contraseña equivocadas: la misma frase para las dos."""

    mensaje_comun = "El correo o la contraseña no coinciden."


class ErrorEspera(ErrorDatoInvalido):
    """Demasiados intentos. `segundos`: cuánto falta."""

    codigo = 429

    def __init__(self, segundos: int) -> None:
        cuanto = f"{segundos} segundos" if segundos < 90 else f"{round(segundos / 60)} minutos"
        super().__init__(f"Fueron muchos intentos seguidos. Prueba otra vez en {cuanto}.")
        self.segundos = segundos


def entrar(correo: str, contrasena: str, direccion: str) -> consultas.Usuario:
    """La cuenta, si la contraseña es la suya.

    Args:
        direccion: IP de quien entra, para frenar a quien adivina.

    Raises:
        ErrorEspera: hay que esperar; no se miró la contraseña.
        ErrorEntrada: no coincide, no existe o está desactivada (no se dice cuál).
    """
    correo = limpiar_texto(correo).strip().lower()[:254]
    claves = [
        clave_de_freno("cuenta_direccion", f"{correo}|{direccion}"),
        clave_de_freno("direccion", direccion),
        clave_de_freno("cuenta", correo),
    ]
    espera = consultas.segundos_de_espera(
        claves, [LIMITE_CUENTA_Y_DIRECCION, LIMITE_DIRECCION, LIMITE_CUENTA]
    )
    if espera > 0:
        raise ErrorEspera(espera)
    usuario = consultas.usuario_por_correo(correo)
    correcta = contrasena_correcta(usuario.contrasena_hash if usuario else None, contrasena[:1000])
    if usuario is None or not correcta or not usuario.activo:
        consultas.anotar_fallos(claves)
        raise ErrorEntrada
    consultas.olvidar_fallos([claves[0], claves[2]])
    consultas.cambiar_usuario(usuario.id, {"ultimo_acceso": datetime.now(UTC).isoformat()})
    return usuario


def identidad(usuario_id: str, version_sesion: int) -> Identidad | None:
    """Quién es, si su cuenta sigue activa y su sesión es de la versión vigente."""
    usuario = consultas.usuario_por_id(usuario_id)
    if usuario is None or not usuario.activo or usuario.version_sesion != version_sesion:
        return None
    return _como_identidad(usuario)


def _como_identidad(usuario: consultas.Usuario) -> Identidad:
    return Identidad(
        usuario_id=usuario.id,
        correo=usuario.correo,
        nombre=usuario.nombre,
        es_admin=usuario.es_admin,
        noras={p.nombre_nora: p.rol for p in usuario.usuarios_noras},
    )


def crear_usuario(
    correo: str, contrasena: str, *, rol: str, nombre_nora: str | None = None, nombre: str = ""
) -> consultas.Usuario:
    """Crea una cuenta con su lugar; si el correo ya existe y se nombra una Nora, solo le suma ese lugar.

    Args:
        rol: admin, dueno o agente; los dos últimos piden la Nora.

    Raises:
        ErrorDatoInvalido: correo, contraseña o rol que no sirven, o cuenta que ya existe.
    """
    correo = validar_correo(correo)
    if rol not in ("admin", "dueno", "agente"):
        raise ErrorDatoInvalido("El rol es admin, dueno o agente.", campo="rol")
    if rol != "admin" and not nombre_nora:
        raise ErrorDatoInvalido("Di en qué Nora trabaja.", campo="nombre_nora")
    existente = consultas.usuario_por_correo(correo)
    if existente is None:
        validar_contrasena(contrasena)
        nombre = validar_texto(nombre, campo="nombre", maximo=80, obligatorio=False)
        try:
            consultas.crear_usuario(correo, nombre, hash_de_contrasena(contrasena), es_admin=rol == "admin")
        except ErrorDuplicado as error:
            raise ErrorDuplicado("Ya hay una cuenta con ese correo.", campo="correo") from error
        existente = consultas.usuario_por_correo(correo)
    elif rol == "admin" or nombre_nora in {p.nombre_nora for p in existente.usuarios_noras}:
        raise ErrorDuplicado("Ya hay una cuenta con ese correo.", campo="correo")
    if existente is None:
        raise ErrorNoEncontrado
    if nombre_nora and rol != "admin":
        lugar: Rol = "dueno" if rol == "dueno" else "agente"
        consultas.poner_rol(existente.id, nombre_nora, lugar)
    return consultas.usuario_por_id(existente.id) or existente


def cambiar_contrasena(usuario_id: str, nueva: str) -> int:
    """Pone una contraseña nueva y cierra las demás sesiones. Devuelve la versión de sesión vigente."""
    validar_contrasena(nueva)
    usuario = consultas.usuario_por_id(usuario_id)
    if usuario is None:
        raise ErrorNoEncontrado
    version = usuario.version_sesion + 1
    consultas.cambiar_usuario(
        usuario_id, {"contrasena_hash": hash_de_contrasena(nueva), "version_sesion": version}
    )
    return version


def cerrar_todas_las_sesiones(usuario_id: str) -> None:
    """Sube la versión: ninguna sesión de antes vale."""
    usuario = consultas.usuario_por_id(usuario_id)
    if usuario is None:
        raise ErrorNoEncontrado
    consultas.cambiar_usuario(usuario_id, {"version_sesion": usuario.version_sesion + 1})


def avisar_salida(usuario_id: str) -> None:
    """Pide a los demás procesos que corten sus sockets. Sin base no hay a quién avisar, y salir no se detiene."""
    try:
        consultas.avisar_salida(usuario_id)
    except ErrorServicioExterno:
        bitacora.warning("salida_sin_avisar", consecuencia="un socket en otro proceso puede seguir abierto")


def enlace_para_restablecer(correo: str) -> str:
    """El token de un enlace firmado, de un solo uso, que caduca en un día. Lo hace un admin o la consola."""
    usuario = consultas.usuario_por_correo(validar_correo(correo))
    if usuario is None:
        raise ErrorNoEncontrado("No hay una cuenta con ese correo.")
    caduca = datetime.now(UTC) + timedelta(hours=HORAS_DE_ENLACE)
    return _firmador().dumps(consultas.crear_restablecimiento(usuario.id, caduca))


def cuenta_del_enlace(token: str) -> tuple[str, str]:
    """(id del restablecimiento, id de la cuenta) de un enlace que todavía sirve.

    Raises:
        ErrorNoEncontrado: firma mala, usado o caducado; no se dice cuál.
    """
    try:
        restablecimiento_id = str(_firmador().loads(token))
    except BadSignature as error:
        raise ErrorNoEncontrado from error
    usuario_id = consultas.restablecimiento_vigente(restablecimiento_id, datetime.now(UTC))
    if usuario_id is None:
        raise ErrorNoEncontrado("Este enlace ya se usó o caducó.", que_hacer="Pide otro a quien te lo mandó.")
    return restablecimiento_id, usuario_id


def restablecer(token: str, nueva: str) -> None:
    """Cambia la contraseña con un enlace, que queda usado.

    Raises:
        ErrorNoEncontrado: el enlace no sirve. ErrorDatoInvalido: la contraseña no sirve; el enlace sigue sirviendo.
    """
    restablecimiento_id, usuario_id = cuenta_del_enlace(token)
    validar_contrasena(nueva)
    if not consultas.usar_restablecimiento(restablecimiento_id, datetime.now(UTC)):
        raise ErrorNoEncontrado("Este enlace ya se usó o caducó.", que_hacer="Pide otro a quien te lo mandó.")
    cambiar_contrasena(usuario_id, nueva)
    usuario = consultas.usuario_por_id(usuario_id)
    anotar(_como_identidad(usuario) if usuario else None, "restablecer_contrasena")


def anotar(
    quien: Identidad | None, accion: str, *, nombre_nora: str | None = None, objeto: str = "", **detalle: Any
) -> None:
    """Deja en la auditoría quién hizo qué; sin nadie, la consola.

    Args:
        accion: una de `ACCIONES`, que dice cómo se lee.
        objeto: a qué. De una persona solo su id: al suprimirla no debe quedar aquí nada suyo.
        detalle: sin secretos ni textos de mensajes.

    Raises:
        ValueError: una acción sin palabras.
    """
    if accion not in ACCIONES:
        raise ValueError(f"«{accion}» no está en `personas/acciones.py`.")
    consultas.anotar_auditoria(
        quien.usuario_id if quien else None,
        quien.correo if quien else "consola",
        accion,
        nombre_nora,
        objeto,
        detalle,
    )


def _firmador() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="restablecer-contrasena")
