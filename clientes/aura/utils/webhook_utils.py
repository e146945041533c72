"""Lo que todo webhook de Twilio necesita: la firma, la dirección pública y los tipos de mensaje.

Fuente de los campos y la firma: documentación de Twilio, «Webhooks security» y «Receive an incoming message».
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from twilio.request_validator import RequestValidator

from .validators import limpiar_texto, quitar_uno_de_mexico

RESPUESTA_VACIA = '<?xml version="1.0" encoding="UTF-8"?><Response/>'

_POR_MIME = {
    "image": "imagen",
    "audio": "audio",
    "video": "video",
    "application": "documento",
    "text": "documento",
}
_TARJETAS = frozenset({"text/vcard", "text/x-vcard", "text/directory"})


def firma_valida(token: str, url: str, campos: Mapping[str, Any], firma: str) -> bool:
    """Revisa `X-Twilio-Signature`: HMAC-SHA1 sobre la URL pública exacta y todos los campos sin recortar.

    Args:
        token: auth token de la cuenta de la Nora que nombra la URL, nunca el de la que diga el cuerpo.
    """
    return bool(firma) and bool(token) and RequestValidator(token).validate(url, campos, firma)


def url_publica(origen: str, ruta: str, consulta: str) -> str:
    """La URL que Twilio firmó: el origen configurado, nunca el Host que llega.

    Args:
        origen: `URL_PUBLICA` sin diagonal final.
        consulta: texto de la consulta sin «?».
    """
    return origen + ruta + (f"?{consulta}" if consulta else "")


@dataclass(frozen=True)
class MensajeEntrante:
    """Un mensaje de WhatsApp como lo necesita el dominio."""

    proveedor_sid: str
    direccion: str
    direccion_envio: str
    telefono: str | None
    nombre_perfil: str
    texto: str
    tipo: str
    medios: list[dict[str, str]] = field(default_factory=list)
    crudo: dict[str, str] = field(default_factory=dict)


def direccion_canonica(direccion: str) -> tuple[str, str | None]:
    """(llave del contacto, teléfono E.164 o None).

    Quien usa nombre de usuario de WhatsApp llega sin teléfono: `whatsapp:<id del negocio>`.
    """
    canal, _, resto = direccion.partition(":")
    if resto.startswith("+") and resto.isascii() and resto[1:].isdigit() and 8 <= len(resto) - 1 <= 15:
        numero = quitar_uno_de_mexico(resto)
        return f"{canal}:{numero}", numero
    return direccion, None


def leer_entrante(campos: Mapping[str, str]) -> MensajeEntrante:
    """Los campos de Twilio como un mensaje; lo desconocido se queda en `crudo`."""
    limpios = {nombre: limpiar_texto(valor) for nombre, valor in campos.items()}
    direccion, telefono = direccion_canonica(limpios.get("From", ""))
    cuantos = limpios.get("NumMedia", "0")
    medios = [
        {"url": limpios.get(f"MediaUrl{n}", ""), "mime": limpios.get(f"MediaContentType{n}", "")}
        for n in range(min(int(cuantos), 10) if cuantos.isdecimal() else 0)
    ]
    return MensajeEntrante(
        proveedor_sid=limpios.get("MessageSid") or limpios.get("SmsMessageSid", ""),
        direccion=direccion,
        direccion_envio=limpios.get("From", ""),
        telefono=telefono,
        nombre_perfil=limpios.get("ProfileName", "")[:120],
        texto=limpios.get("Body", ""),
        tipo=_tipo(limpios, medios),
        medios=medios,
        crudo=limpios,
    )


def _tipo(campos: Mapping[str, str], medios: list[dict[str, str]]) -> str:
    declarado = campos.get("MessageType", "")
    if declarado == "sticker":
        return "sticker"
    if declarado == "contacts":
        return "contacto"
    if medios and medios[0]["mime"].partition(";")[0].lower() in _TARJETAS:
        return "contacto"
    if medios:
        return _POR_MIME.get(medios[0]["mime"].split("/")[0], "otro")
    if campos.get("Latitude") and campos.get("Longitude"):
        return "ubicacion"
    return "texto"
