"""Entrar a Google Ads por OAuth: pedir permiso, guardarlo cifrado y decir por qué dejó de servir.

Fuentes: https://developers.google.com/identity/protocols/oauth2/web-server (código; access_type=offline y
prompt=consent para que venga el token de renovación) y
https://developers.google.com/google-ads/api/docs/oauth/overview (permiso).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import requests

from ...utils.cifrado import Cifrador
from ...utils.errores import ErrorDatoInvalido, ErrorNora, ErrorServicioExterno
from ...utils.supabase_client import conexion_actual
from . import consultas
from .ads import PLAZO_TOKEN_S, Ads
from .errores import ErrorTokenGoogle

PERMISO = "https://www.googleapis.com/auth/adwords"


def cifrador() -> Cifrador:
    """Con las claves de la instalación."""
    return Cifrador(conexion_actual().config.NORA_CLAVES_CIFRADO)


def ads_de(token_cifrado: str | None, crear: Callable[[str], Ads] = Ads) -> Ads:
    """Una sesión con el permiso guardado.

    Raises:
        ErrorTokenGoogle: no hay permiso.
    """
    if not token_cifrado:
        raise ErrorTokenGoogle
    return crear(cifrador().descifrar(token_cifrado))


def hay_aplicacion() -> bool:
    """Si esta instalación tiene lo que Google pide para entrar: aplicación y token de desarrollador."""
    config = conexion_actual().config
    return bool(
        config.GOOGLE_ADS_CLIENT_ID and config.GOOGLE_ADS_CLIENT_SECRET and config.GOOGLE_ADS_DEVELOPER_TOKEN
    )


def direccion_de_oauth(estado: str, vuelta: str) -> str:
    """A dónde se manda a la persona para que dé permiso."""
    config = conexion_actual().config
    parametros = {
        "client_id": config.GOOGLE_ADS_CLIENT_ID,
        "redirect_uri": vuelta,
        "response_type": "code",
        "scope": PERMISO,
        "access_type": "offline",
        "prompt": "consent",
        "state": estado,
    }
    return f"{config.GOOGLE_OAUTH_URL}?{urlencode(parametros)}"


def token_de_codigo(codigo: str, vuelta: str) -> tuple[str, datetime | None]:
    """(token de renovación, cuándo se vence; None si Google no lo dice) a cambio del código que volvió.

    Raises:
        ErrorDatoInvalido: Google no dio el permiso de leer anuncios.
        ErrorTokenGoogle: Google no aceptó el código.
        ErrorServicioExterno: Google no contesta.
    """
    config = conexion_actual().config
    datos = {
        "client_id": config.GOOGLE_ADS_CLIENT_ID,
        "client_secret": config.GOOGLE_ADS_CLIENT_SECRET,
        "code": codigo,
        "redirect_uri": vuelta,
        "grant_type": "authorization_code",
    }
    try:
        respuesta = requests.post(config.GOOGLE_ADS_TOKEN_URL, data=datos, timeout=PLAZO_TOKEN_S)
        cuerpo = respuesta.json()
    except (requests.RequestException, ValueError):
        raise ErrorServicioExterno("Google no contesta.") from None
    if respuesta.status_code >= 500:
        raise ErrorServicioExterno("Google no contesta bien ahora.")
    if not respuesta.ok or not isinstance(cuerpo, dict):
        raise ErrorTokenGoogle("Google no aceptó el permiso.")
    # En la pantalla de Google cada permiso se puede desmarcar.
    if PERMISO not in str(cuerpo.get("scope") or "").split() or not cuerpo.get("refresh_token"):
        raise ErrorDatoInvalido("En Google no se marcó el permiso de ver tus anuncios.")
    return str(cuerpo["refresh_token"]), _vencimiento(cuerpo)


def _vencimiento(cuerpo: dict[str, Any]) -> datetime | None:
    """Los permisos por tiempo traen `refresh_token_expires_in`, en segundos."""
    segundos = int(cuerpo.get("refresh_token_expires_in") or 0)
    return datetime.now(UTC) + timedelta(seconds=segundos) if segundos else None


def conectar(
    nombre_nora: str,
    token: str,
    caduca_en: datetime | None,
    usuario_id: str | None,
    ahora: datetime,
    crear: Callable[[str], Ads] = Ads,
) -> None:
    """Prueba un permiso y lo deja como el de la Nora, cifrado.

    Raises:
        ErrorNora: Google no lo acepta o no contesta; no se guardó nada.
    """
    crear(token).cuentas_visibles()
    anterior = consultas.leer_conexion(nombre_nora)
    if anterior and anterior["tipo"] == "demo":
        consultas.borrar_ejemplo(nombre_nora)
    consultas.guardar_conexion(
        nombre_nora,
        {
            "tipo": "oauth",
            "token_cifrado": cifrador().cifrar(token),
            "caduca_en": caduca_en.isoformat() if caduca_en else None,
            "estado": "bien",
            "problema": "",
            "revisada_en": ahora.isoformat(),
            "conectada_por": usuario_id,
        },
    )


def anotar_falla(nombre_nora: str, error: ErrorNora) -> None:
    """Deja escrito por qué Google ya no deja entrar, para que la página lo diga."""
    estado = "vencida" if isinstance(error, ErrorTokenGoogle) else "sin_permisos"
    consultas.cambiar_conexion(
        nombre_nora, {"estado": estado, "problema": f"{error.mensaje} {error.que_hacer}".strip()}
    )
