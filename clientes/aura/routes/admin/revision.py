"""«Probar» una Nora: qué le falta para contestar por WhatsApp, en palabras."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from flask import current_app, url_for

from ...arranque import estado_de_las_partes
from ...canales.base import Credenciales, EnvioAmbiguo, NoProcesado, RechazoDelProveedor
from ...utils.cifrado import Cifrador
from ...utils.errores import ErrorNora
from ...utils.formato import telefono
from ...utils.validators import quitar_uno_de_mexico
from . import consultas
from .consultas import Nora
from .cuentas import origen
from .servicio import config_actual

Resultado = Literal["bien", "mal", "duda"]


@dataclass(frozen=True)
class Punto:
    """Una cosa revisada. «duda»: no se pudo saber, o funciona a medias."""

    titulo: str
    resultado: Resultado
    frase: str
    que_hacer: str = ""


@dataclass(frozen=True)
class Webhooks:
    """Las direcciones que se pegan en Twilio."""

    entrada: str
    estado: str


def webhooks_de(nombre_nora: str) -> Webhooks:
    """Las dos direcciones de una Nora, completas."""
    base = f"{origen()}/webhook/{nombre_nora}"
    return Webhooks(base, f"{base}/estado")


def probar(nora: Nora) -> list[Punto]:
    """Revisa una Nora de punta a punta; pregunta de verdad a Twilio (10 s como mucho por pregunta)."""
    return [
        _encendida(nora),
        _direccion_publica(),
        *_twilio(nora),
        _conocimiento(nora),
        _inteligencia(nora),
        *_trabajador(),
    ]


def _encendida(nora: Nora) -> Punto:
    if nora.activo:
        return Punto("Estado", "bien", "Está activa.")
    return Punto("Estado", "mal", "Está suspendida: sus direcciones no existen y no responde.", "Reactívala.")


def _direccion_publica() -> Punto:
    url = config_actual().URL_PUBLICA
    titulo = "Dirección pública"
    if not url:
        return Punto(
            titulo,
            "mal",
            "Falta URL_PUBLICA: Twilio no sabe a dónde escribirnos y su firma no se puede revisar.",
            "Pon en la configuración de la instalación la dirección https con que se ve desde internet.",
        )
    if urlsplit(url).scheme != "https":
        return Punto(
            titulo,
            "mal",
            f"URL_PUBLICA es {url} y no es https.",
            "Twilio pide https para los mensajes de WhatsApp.",
        )
    return Punto(titulo, "bien", f"Twilio nos escribe en {url}.")


def _twilio(nora: Nora) -> list[Punto]:
    titulo = "Llaves de Twilio"
    try:
        llaves = _llaves(nora)
    except ErrorNora as error:
        return [Punto(titulo, "mal", error.mensaje, error.que_hacer)]
    if llaves is None:
        return [
            Punto(
                titulo,
                "mal",
                "No tiene llaves de Twilio: recibe, pero no puede contestar.",
                "Guárdalas aquí.",
            )
        ]
    # El SDK de Twilio pesa: se importa cuando se usa.
    from ...canales.twilio import canal_twilio

    canal = canal_twilio(config_actual().TWILIO_BASE_URL, config_actual().URL_PUBLICA)
    try:
        estado = canal.estado_de_cuenta(llaves)
    except RechazoDelProveedor as error:
        return [Punto(titulo, "mal", error.texto, "Cópialas otra vez de la consola de Twilio, sin espacios.")]
    except (NoProcesado, EnvioAmbiguo):
        return [Punto(titulo, "duda", "Twilio no contestó en 10 segundos.", "Vuelve a probar en un momento.")]
    if estado != "active":
        return [
            Punto(
                titulo, "mal", f"Twilio tiene esa cuenta en «{estado}».", "Revísala en la consola de Twilio."
            )
        ]
    cuales = "Son suyas" if nora.tiene_token else "Usa las de la instalación"
    puntos = [Punto(titulo, "bien", f"{cuales} y Twilio las acepta.")]
    try:
        puntos += _numero(nora, canal.remitentes(llaves))
    except (RechazoDelProveedor, NoProcesado, EnvioAmbiguo):
        puntos.append(
            Punto(
                "Número de WhatsApp",
                "duda",
                f"No pudimos preguntar a Twilio si {telefono(nora.numero_nora)} es de esa cuenta.",
                "Búscalo en la consola de Twilio, en WhatsApp senders.",
            )
        )
    return puntos


def _llaves(nora: Nora) -> Credenciales | None:
    config = config_actual()
    if nora.tiene_token:
        token = Cifrador(config.NORA_CLAVES_CIFRADO).descifrar(consultas.token_cifrado(nora.nombre_nora))
        return Credenciales(nora.twilio_account_sid, token, nora.twilio_messaging_service_sid)
    if config.TWILIO_ACCOUNT_SID and config.TWILIO_AUTH_TOKEN:
        return Credenciales(config.TWILIO_ACCOUNT_SID, config.TWILIO_AUTH_TOKEN)
    return None


def _numero(nora: Nora, remitentes: dict[str, str]) -> list[Punto]:
    titulo = "Número de WhatsApp"
    direcciones = {quitar_uno_de_mexico(numero): url for numero, url in remitentes.items()}
    if nora.numero_nora not in direcciones:
        otros = ", ".join(telefono(numero) for numero in sorted(direcciones)[:3]) or "ninguno"
        return [
            Punto(
                titulo,
                "mal",
                f"{telefono(nora.numero_nora)} no está entre los números de WhatsApp de esa cuenta ({otros}).",
                "Corrige el número, o date de alta con él en Twilio.",
            )
        ]
    puntos = [Punto(titulo, "bien", f"{telefono(nora.numero_nora)} es de esa cuenta.")]
    apunta, debe = direcciones[nora.numero_nora], webhooks_de(nora.nombre_nora).entrada
    if apunta and apunta not in (debe, f"{origen()}/webhook"):
        puntos.append(
            Punto(
                "Webhook en Twilio", "mal", f"Twilio manda sus mensajes a {apunta}.", f"Cámbialo por {debe}."
            )
        )
    return puntos


def _conocimiento(nora: Nora) -> Punto:
    if nora.bloques == 0:
        return Punto(
            "Conocimiento",
            "mal",
            "Todavía no sabe nada: pasará todo a una persona.",
            "Enséñale precios y horarios.",
        )
    return Punto("Conocimiento", "bien", f"Sabe {nora.bloques} {'cosa' if nora.bloques == 1 else 'cosas'}.")


def _inteligencia(nora: Nora) -> Punto:
    if not nora.ia_activa:
        return Punto(
            "Respuestas",
            "mal",
            "Tiene apagado responder sola: todo espera a una persona.",
            "Enciéndelo en sus datos.",
        )
    return Punto("Respuestas", "bien", "Responde sola con lo que sabe.")


def _trabajador() -> list[Punto]:
    return [
        Punto("Cola de mensajes", "bien", "Hay un trabajador atendiendo.")
        if parte.bien
        else Punto(
            "Cola de mensajes",
            "mal",
            f"Los mensajes se guardan pero nadie los atiende: {parte.detalle}.",
            f"Mira {url_for('admin.salud')} o arranca «flask --app run trabajador».",
        )
        for parte in estado_de_las_partes(current_app)
        if parte.nombre == "cola"
    ]
