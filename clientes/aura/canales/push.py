"""Avisos a un aparato por Web Push: RFC 8030 (envío), RFC 8291 (cifrado) y RFC 8292 (VAPID)."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from enum import Enum
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app_config import Config

PLAZO_S = 10
VIGENCIA_S = 4 * 3600  # pasado este tiempo el servicio deja de intentar entregarlo
CONTACTO = "mailto:avisos@nora.invalid"  # RFC 8292 2.1: a quién buscar si algo va mal
# Los servicios de los navegadores. A otra dirección no se manda nada: quien se suscribe la elige.
SERVICIOS = (
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    "push.apple.com",
    "notify.windows.com",
)


class Entrega(Enum):
    """Qué dijo el servicio."""

    ACEPTADO = "aceptado"
    CADUCO = "caduco"  # 404 o 410: ese aparato ya no recibe (RFC 8030 7.3)
    RECHAZADO = "rechazado"  # no sirve repetirlo
    DESPUES = "despues"  # lento, ocupado o caído


@dataclass(frozen=True)
class Aparato:
    """Una suscripción: dónde y con qué llaves."""

    id: str
    endpoint: str
    p256dh: str
    auth: str


@dataclass(frozen=True)
class Aviso:
    """Lo que se ve en el teléfono.

    Args:
        url: a dónde lleva tocarlo, dentro de Nora.
        etiqueta: otro con la misma lo reemplaza.
    """

    titulo: str
    texto: str
    url: str
    etiqueta: str


def servicio_conocido(endpoint: str, config: Config) -> bool:
    """Si esa dirección es de un servicio de avisos; en pruebas también vale loopback."""
    try:
        partes = urlsplit(endpoint)
    except ValueError:
        return False
    anfitrion = partes.hostname or ""
    if config.ENTORNO == "pruebas" and anfitrion == "127.0.0.1":
        return True
    conocido = any(anfitrion == uno or anfitrion.endswith(f".{uno}") for uno in SERVICIOS)
    return partes.scheme == "https" and conocido


def llave_publica(llave: str) -> str:
    """La llave con que un navegador se suscribe: punto P-256 sin comprimir, base64url.

    Args:
        llave: la privada, 32 bytes en base64url.
    """
    privada = ec.derive_private_key(int.from_bytes(_bytes(llave)), ec.SECP256R1())
    punto = privada.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(punto).decode().rstrip("=")


def enviar(aparato: Aparato, aviso: Aviso, config: Config) -> Entrega:
    """Manda un aviso cifrado. No lanza por lo que conteste el servicio: lo dice."""
    # Cargarla cuesta lo que no vale hasta el primer aviso.
    import requests
    from pywebpush import WebPushException, webpush

    if not servicio_conocido(aparato.endpoint, config):
        return Entrega.RECHAZADO
    contenido = {"titulo": aviso.titulo, "texto": aviso.texto, "url": aviso.url, "etiqueta": aviso.etiqueta}
    sujeto = config.URL_PUBLICA if config.URL_PUBLICA.startswith("https://") else CONTACTO
    try:
        webpush(
            {"endpoint": aparato.endpoint, "keys": {"p256dh": aparato.p256dh, "auth": aparato.auth}},
            json.dumps(contenido, ensure_ascii=False),
            vapid_private_key=config.NORA_VAPID_LLAVE,
            vapid_claims={"sub": sujeto},
            ttl=VIGENCIA_S,
            timeout=PLAZO_S,
            headers={"Urgency": "high"},
        )
    except WebPushException as error:
        return _segun(error.response.status_code if error.response is not None else None)
    except requests.RequestException:
        return Entrega.DESPUES
    except ValueError:  # llaves que no son de un aparato
        return Entrega.CADUCO
    return Entrega.ACEPTADO


def _segun(codigo: int | None) -> Entrega:
    if codigo in (404, 410):
        return Entrega.CADUCO
    if codigo is None or codigo == 429 or codigo >= 500:
        return Entrega.DESPUES
    return Entrega.RECHAZADO


def _bytes(texto: str) -> bytes:
    return base64.urlsafe_b64decode(texto + "=" * (-len(texto) % 4))
