"""Sistema principal de webhooks: lo que Twilio avisa. Firma, guardar, contestar; pensar viene después, en la cola."""

from __future__ import annotations

import re
from functools import partial

from flask import Blueprint, current_app, request
from werkzeug.exceptions import BadRequest, Forbidden, NotFound
from werkzeug.wrappers import Response

from app_config import Config
from extensiones import csrf

from ..canales.base import Credenciales
from ..conversacion import consultas
from ..conversacion.salida import anotar_aviso
from ..registro.frenos import anotar_firma_mala, revisar_firmas
from ..registro.noras import RegistroDeNoras
from ..utils.memoria_corta import MemoriaCorta
from ..utils.validators import quitar_uno_de_mexico
from ..utils.webhook_utils import RESPUESTA_VACIA, firma_valida, url_publica
from .process_message import procesar_mensaje

webhook_bp = Blueprint("webhook", __name__)
csrf.exempt(webhook_bp)

VIGENCIA_S = 30.0
# De quién es un número cambia casi nunca, y la firma se revisa siempre: si no es, se vuelve a preguntar.
VIGENCIA_DUENA_S = 86_400.0
CODIGO, ID = re.compile(r"[0-9]{1,9}"), re.compile(r"[0-9]{1,18}")


class Memorias:
    """Lo que el camino de un mensaje no vuelve a leer: las llaves de cada Nora, y de quién es cada número."""

    def __init__(self) -> None:
        self.llaves: MemoriaCorta[str, Credenciales | None] = MemoriaCorta(VIGENCIA_S)
        self.duenas: MemoriaCorta[tuple[str, str, str], str] = MemoriaCorta(VIGENCIA_DUENA_S)


def _memorias() -> Memorias:
    memorias: Memorias = current_app.extensions.setdefault("nora_webhook", Memorias())
    return memorias


@webhook_bp.post("/webhook/<nora:nombre_nora>")
def recibir(nombre_nora: str) -> Response:
    """Un mensaje entrante para esta Nora."""
    exigir_firma(nombre_nora)
    return _guardar(nombre_nora)


@webhook_bp.post("/webhook/<nora:nombre_nora>/estado")
def estado(nombre_nora: str) -> Response:
    """Un aviso de estado de un envío de esta Nora."""
    exigir_firma(nombre_nora)
    return _anotar(nombre_nora)


@webhook_bp.post("/webhook")
def recibir_sin_nombre() -> Response:
    """Un mensaje entrante; la Nora sale de a quién le escriben."""
    return _guardar(_nora_firmada("To"))


@webhook_bp.post("/webhook/estado")
def estado_sin_nombre() -> Response:
    """Un aviso de estado; la Nora sale de quién envió."""
    return _anotar(_nora_firmada("From"))


def exigir_firma(nombre_nora: str) -> None:
    """Deja pasar solo lo que firmó Twilio con el token de esta Nora, y de su cuenta si tiene propia.

    Raises:
        Forbidden: la firma no es, o la cuenta es otra.
        TooManyRequests: de ese origen llegan demasiadas firmas malas.
        ErrorServicioExterno: no se pudieron leer sus llaves.
    """
    origen = request.remote_addr or ""
    llaves = _memorias().llaves
    leer = partial(consultas.leer_credenciales, nombre_nora)
    credenciales, de_memoria = llaves.de(nombre_nora, leer)
    if _es_suya(credenciales):
        return
    # Después de mirarla: con los proxies mal contados todos vienen del mismo origen, y lo bien firmado pasa siempre.
    revisar_firmas(origen)
    llaves.olvidar(nombre_nora)
    # Pudo cambiar sus llaves hace un momento en otro proceso.
    if de_memoria and _es_suya(llaves.de(nombre_nora, leer)[0]):
        return
    anotar_firma_mala(origen)
    raise Forbidden


def _es_suya(credenciales: Credenciales | None) -> bool:
    if credenciales is None:
        return False
    url = url_publica(_origen(), request.path, request.query_string.decode("latin-1"))
    if not firma_valida(credenciales.token, url, request.form, request.headers.get("X-Twilio-Signature", "")):
        return False
    cuenta = request.form.get("AccountSid", "")
    return not credenciales.propia or cuenta == credenciales.cuenta


def _origen() -> str:
    config: Config = current_app.extensions["nora_config"]
    if config.URL_PUBLICA or config.es_produccion:
        return config.URL_PUBLICA
    return request.host_url.rstrip("/")


def _nora_firmada(campo_del_numero: str) -> str:
    """La Nora de un webhook sin nombre, ya revisada su firma.

    Quien manda números que no son de nadie cuenta como quien prueba firmas.
    """
    numero = quitar_uno_de_mexico(request.form.get(campo_del_numero, "").removeprefix("whatsapp:"))
    clave = (request.form.get("MessagingServiceSid", ""), request.form.get("AccountSid", ""), numero)
    duenas, origen = _memorias().duenas, request.remote_addr or ""
    leer = partial(_duena, *clave)
    vivas: RegistroDeNoras = current_app.extensions["registro_noras"]
    # Un número que no se conoce se pregunta; uno conocido, solo si su Nora ya no sirve (suspendida, otro nombre) o la
    # firma no es (otras llaves).
    conocida = duenas.de(clave, leer)[0] if duenas.tiene(clave) else None
    if conocida is None or conocida not in vivas or not _firmada_por(conocida):
        revisar_firmas(origen)
        try:
            conocida = duenas.releer(clave, leer)
        except NotFound:
            anotar_firma_mala(origen)
            raise
    exigir_firma(conocida)
    return conocida


def _firmada_por(nombre_nora: str) -> bool:
    leer = partial(consultas.leer_credenciales, nombre_nora)
    return _es_suya(_memorias().llaves.de(nombre_nora, leer)[0])


def _duena(servicio: str, cuenta: str, numero: str) -> str:
    nombre = consultas.nora_de_twilio(servicio, cuenta, numero)
    if nombre is None:
        raise NotFound
    return nombre


def _guardar(nombre_nora: str) -> Response:
    procesar_mensaje(nombre_nora, request.form)
    return _vacia()


def _anotar(nombre_nora: str) -> Response:
    sid = request.form.get("MessageSid", "") or request.form.get("SmsSid", "")
    if not sid:
        raise BadRequest
    codigo = request.form.get("ErrorCode", "")
    saliente = request.args.get("saliente", "")
    anotar_aviso(
        nombre_nora,
        sid,
        request.form.get("MessageStatus", "") or request.form.get("SmsStatus", ""),
        int(codigo) if CODIGO.fullmatch(codigo) else None,
        int(saliente) if ID.fullmatch(saliente) else None,
    )
    return _vacia()


def _vacia() -> Response:
    return Response(RESPUESTA_VACIA, content_type="text/xml; charset=utf-8")
