"""Las reglas de la administración sobre las Noras. Las comparten las páginas y la consola.

Cada cambio queda en la auditoría y llega enseguida al registro vivo de este proceso; a los demás les avisa la base.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from flask import current_app

from app_config import Config

from ...personas.servicio import anotar
from ...registro.registro_dinamico import catalogo_de, registro_de
from ...utils.auth_utils import Identidad
from ...utils.cifrado import Cifrador
from ...utils.errores import ErrorDatoInvalido, ErrorNoEncontrado
from ...utils.supabase_helpers import ErrorDuplicado
from ...utils.validators import validar_nombre_nora, validar_numero, validar_texto, validar_zona_horaria
from . import consultas
from .consultas import Nora

SID_CUENTA = re.compile(r"AC[0-9a-fA-F]{32}")
SID_SERVICIO = re.compile(r"MG[0-9a-fA-F]{32}")
SILENCIO_MAXIMO_S = 20
RETENCION_MINIMA, RETENCION_MAXIMA = 30, 3_650  # días
VISIBLE_MAXIMO = 80
BIENVENIDA_MAXIMA = 350  # con la respuesta más larga cabe en un mensaje de WhatsApp
OCUPADO = {
    "nombre_nora": "Ya hay una Nora con ese nombre; elige otro.",
    "numero_nora": "Ese número ya lo usa otra Nora.",
}


class ErrorDeCampos(ErrorDuplicado):
    """Varios campos a la vez. `errores`: campo -> frase."""

    def __init__(self, errores: dict[str, str]) -> None:
        super().__init__(" ".join(errores.values()), campo=next(iter(errores)))
        self.errores = errores


def config_actual() -> Config:
    """La configuración de la instalación."""
    config: Config = current_app.extensions["nora_config"]
    return config


def nora(nombre_nora: str) -> Nora:
    """Una Nora, activa o suspendida.

    Raises:
        ErrorNoEncontrado: no existe.
    """
    hallada = consultas.leer_nora(nombre_nora)
    if hallada is None:
        raise ErrorNoEncontrado(f"No hay una Nora que se llame «{nombre_nora}».")
    return hallada


def modulos_para(nombre_nora: str) -> list[str]:
    """Los módulos que una Nora puede tener, en el orden de la navegación."""
    return [modulo.nombre for modulo in catalogo_de(current_app).para(nombre_nora)]


def crear_nora(
    quien: Identidad | None,
    *,
    nombre_nora: str,
    nombre_visible: str,
    numero_nora: str,
    modulos: Sequence[str] | None = None,
    zona_horaria: str = "America/Hermosillo",
) -> str:
    """Crea una Nora, que queda sirviendo desde ya.

    Args:
        quien: quien lo hace; None desde la consola.
        modulos: los que empiezan encendidos; None, todos los que puede tener.

    Returns:
        Su nombre, como quedó.

    Raises:
        ErrorDatoInvalido: algún dato no sirve. ErrorDeCampos: el nombre o el número ya están.
    """
    nombre = validar_nombre_nora(nombre_nora)
    columnas: dict[str, Any] = {
        "nombre_nora": nombre,
        "nombre_visible": validar_texto(nombre_visible, campo="nombre_visible", maximo=VISIBLE_MAXIMO),
        "numero_nora": validar_numero(numero_nora),
        "zona_horaria": validar_zona_horaria(zona_horaria),
        "modulos": modulos_para(nombre) if modulos is None else _revisar_modulos(nombre, modulos),
    }
    if nombre in current_app.blueprints and nombre not in registro_de(current_app):
        raise ErrorDatoInvalido(f"«{nombre}» lo usa el sistema; elige otro nombre.", campo="nombre_nora")
    _exigir_libres(nombre, columnas["numero_nora"])
    try:
        consultas.insertar_nora(columnas)
    except ErrorDuplicado:  # alguien la creó entre la pregunta y la escritura
        _exigir_libres(nombre, columnas["numero_nora"])
        raise
    anotar(quien, "crear_nora", nombre_nora=nombre, modulos=columnas["modulos"])
    registro_de(current_app).releer(nombre)
    return nombre


def editar_nora(quien: Identidad | None, nombre_nora: str, datos: dict[str, Any]) -> None:
    """Cambia lo que se ve y cómo responde.

    Args:
        datos: nombre_visible, numero_nora, zona_horaria, mensaje_bienvenida, silencio_segundos, retencion_dias
            (None: para siempre), ia_activa.

    Raises:
        ErrorNoEncontrado: no existe. ErrorDatoInvalido: algún dato no sirve o el número es de otra.
    """
    antes = nora(nombre_nora)
    silencio = int(datos["silencio_segundos"])
    if not 0 <= silencio <= SILENCIO_MAXIMO_S:
        raise ErrorDatoInvalido(f"Van de 0 a {SILENCIO_MAXIMO_S} segundos.", campo="silencio_segundos")
    retencion = int(datos["retencion_dias"]) if datos.get("retencion_dias") else None
    if retencion is not None and not RETENCION_MINIMA <= retencion <= RETENCION_MAXIMA:
        raise ErrorDatoInvalido(
            f"Van de {RETENCION_MINIMA} a {RETENCION_MAXIMA:,} días; vacío, para siempre.",
            campo="retencion_dias",
        )
    columnas: dict[str, Any] = {
        "nombre_visible": validar_texto(
            datos["nombre_visible"], campo="nombre_visible", maximo=VISIBLE_MAXIMO
        ),
        "numero_nora": validar_numero(datos["numero_nora"]),
        "zona_horaria": validar_zona_horaria(datos["zona_horaria"]),
        "mensaje_bienvenida": validar_texto(
            datos["mensaje_bienvenida"],
            campo="mensaje_bienvenida",
            maximo=BIENVENIDA_MAXIMA,
            obligatorio=False,
        ),
        "silencio_segundos": silencio,
        "retencion_dias": retencion,
        "ia_activa": bool(datos["ia_activa"]),
    }
    cambios = {clave: nuevo for clave, nuevo in columnas.items() if getattr(antes, clave) != nuevo}
    if not cambios:
        return
    try:
        consultas.cambiar_nora(nombre_nora, cambios)
    except ErrorDuplicado as error:
        raise ErrorDeCampos({"numero_nora": OCUPADO["numero_nora"]}) from error
    anotar(quien, "editar_nora", nombre_nora=nombre_nora, cambio=sorted(cambios))
    registro_de(current_app).releer(nombre_nora)


def renombrar_nora(quien: Identidad | None, nombre_nora: str, nuevo: str) -> str:
    """Cambia el nombre con que aparece en las direcciones; todo lo suyo se va con ella.

    Raises:
        ErrorNoEncontrado: no existe. ErrorDatoInvalido: el nombre no sirve o está ocupado.
    """
    nuevo = validar_nombre_nora(nuevo)
    actual = nora(nombre_nora)
    if nuevo == nombre_nora:
        raise ErrorDatoInvalido("Ese ya es su nombre.", campo="nombre_nora")
    if nuevo in current_app.blueprints and nuevo not in registro_de(current_app):
        raise ErrorDatoInvalido(f"«{nuevo}» lo usa el sistema; elige otro nombre.", campo="nombre_nora")
    propios = [m for m in actual.modulos if m not in modulos_para(nuevo)]
    try:
        consultas.cambiar_nora(nombre_nora, {"nombre_nora": nuevo})
    except ErrorDuplicado as error:
        raise ErrorDeCampos({"nombre_nora": OCUPADO["nombre_nora"]}) from error
    if propios:
        consultas.cambiar_modulos(nuevo, [], propios)
    anotar(quien, "renombrar_nora", nombre_nora=nuevo, objeto=nombre_nora)
    registro_de(current_app).releer(nombre_nora)
    registro_de(current_app).releer(nuevo)
    return nuevo


def cambiar_modulos(
    quien: Identidad | None, nombre_nora: str, *, encender: Sequence[str] = (), apagar: Sequence[str] = ()
) -> list[str]:
    """Enciende y apaga módulos, de una vez.

    Returns:
        Los que quedan encendidos.

    Raises:
        ErrorNoEncontrado: no existe la Nora. ErrorDatoInvalido: un módulo que no existe o no es para ella.
    """
    prender = _revisar_modulos(nombre_nora, encender)
    # Apagar admite uno que ya no está en disco: así se limpia lo que quedó de un módulo borrado.
    quedan = consultas.cambiar_modulos(nombre_nora, prender, list(dict.fromkeys(apagar)))
    if quedan is None:
        raise ErrorNoEncontrado(f"No hay una Nora que se llame «{nombre_nora}».")
    if prender:
        anotar(quien, "encender_modulos", nombre_nora=nombre_nora, objeto=", ".join(prender))
    if apagar:
        anotar(quien, "apagar_modulos", nombre_nora=nombre_nora, objeto=", ".join(apagar))
    registro_de(current_app).releer(nombre_nora)
    return quedan


def suspender(quien: Identidad | None, nombre_nora: str) -> None:
    """Sus direcciones dejan de existir y no responde; nada se borra."""
    _poner_activo(quien, nombre_nora, activo=False)


def reactivar(quien: Identidad | None, nombre_nora: str) -> None:
    """Vuelve como estaba."""
    _poner_activo(quien, nombre_nora, activo=True)


def borrar_nora(quien: Identidad | None, nombre_nora: str, escrito: str) -> None:
    """Borra una Nora suspendida y todo lo suyo: contactos, conversaciones, conocimiento, llaves. No se deshace.

    Args:
        escrito: su nombre, escrito por quien la borra.

    Raises:
        ErrorNoEncontrado: no existe. ErrorDatoInvalido: sigue activa o el nombre no es ese.
    """
    actual = nora(nombre_nora)
    if escrito.strip() != nombre_nora:
        raise ErrorDatoInvalido(f"Escribe «{nombre_nora}» para borrarla.", campo="escrito")
    if actual.activo or not consultas.borrar_nora(nombre_nora):
        raise ErrorDatoInvalido("Primero suspéndela: así nadie borra una que está contestando.")
    anotar(quien, "borrar_nora", objeto=nombre_nora, nombre_visible=actual.nombre_visible)
    registro_de(current_app).releer(nombre_nora)


def guardar_credenciales(
    quien: Identidad | None, nombre_nora: str, *, cuenta: str, token: str, servicio_de_mensajes: str
) -> None:
    """Guarda sus llaves de Twilio; el token queda cifrado y no se vuelve a enseñar.

    Args:
        token: vacío deja el que ya está.

    Raises:
        ErrorNoEncontrado: no existe. ErrorDatoInvalido: un dato no tiene la forma de Twilio.
    """
    actual = nora(nombre_nora)
    cuenta, token, servicio_de_mensajes = cuenta.strip(), token.strip(), servicio_de_mensajes.strip()
    if not SID_CUENTA.fullmatch(cuenta):
        raise ErrorDatoInvalido("El Account SID empieza con AC y lleva 34 caracteres.", campo="cuenta")
    if servicio_de_mensajes and not SID_SERVICIO.fullmatch(servicio_de_mensajes):
        raise ErrorDatoInvalido(
            "El Messaging Service SID empieza con MG y lleva 34 caracteres.", campo="servicio_de_mensajes"
        )
    if not token and (not actual.tiene_token or cuenta != actual.twilio_account_sid):
        raise ErrorDatoInvalido("Escribe el Auth Token de esa cuenta.", campo="token")
    columnas: dict[str, Any] = {
        "twilio_account_sid": cuenta,
        "twilio_messaging_service_sid": servicio_de_mensajes or None,
    }
    if token:
        columnas["twilio_token_cifrado"] = Cifrador(config_actual().NORA_CLAVES_CIFRADO).cifrar(token)
    try:
        consultas.guardar_credenciales(nombre_nora, columnas)
    except ErrorDuplicado as error:
        raise ErrorDeCampos({"servicio_de_mensajes": "Otra Nora ya usa ese Messaging Service."}) from error
    anotar(quien, "guardar_credenciales", nombre_nora=nombre_nora, cambio_token=bool(token))


def borrar_credenciales(quien: Identidad | None, nombre_nora: str) -> None:
    """Olvida sus llaves de Twilio."""
    nora(nombre_nora)
    consultas.borrar_credenciales(nombre_nora)
    anotar(quien, "borrar_credenciales", nombre_nora=nombre_nora)


def _poner_activo(quien: Identidad | None, nombre_nora: str, *, activo: bool) -> None:
    if not consultas.cambiar_nora(nombre_nora, {"activo": activo}):
        raise ErrorNoEncontrado(f"No hay una Nora que se llame «{nombre_nora}».")
    anotar(quien, "reactivar_nora" if activo else "suspender_nora", nombre_nora=nombre_nora)
    registro_de(current_app).releer(nombre_nora)


def _revisar_modulos(nombre_nora: str, modulos: Sequence[str]) -> list[str]:
    posibles = modulos_para(nombre_nora)
    pedidos = list(dict.fromkeys(modulos))
    ajenos = [m for m in pedidos if m not in posibles]
    if ajenos:
        raise ErrorDatoInvalido(f"No hay un módulo «{ajenos[0]}» para «{nombre_nora}».", campo="modulos")
    return pedidos


def _exigir_libres(nombre: str, numero: str) -> None:
    errores = {}
    for otro_nombre, otro_numero in consultas.ocupados(nombre, numero):
        if otro_nombre == nombre:
            errores["nombre_nora"] = OCUPADO["nombre_nora"]
        if otro_numero == numero:
            errores["numero_nora"] = OCUPADO["numero_nora"]
    if errores:
        raise ErrorDeCampos(errores)
