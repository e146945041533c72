"""WhatsApp por Twilio, con su SDK.

Fuente de códigos y límites: documentación de Twilio, «Error and Warning Dictionary» y «Messages resource».
"""

from __future__ import annotations

import json
import threading
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from typing import Any, Literal
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.exceptions import ConnectionError as ErrorDeConexion
from requests.exceptions import ConnectTimeout, ProxyError, RequestException, SSLError
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from urllib3.exceptions import NewConnectionError

from ..utils import medidas
from ..utils.logging_utils import peticion_actual
from ..utils.validators import poner_uno_a_mexico
from . import contenido_twilio
from .base import (
    Capacidades,
    Consecuencia,
    Credenciales,
    Enviado,
    EnvioAmbiguo,
    Estado,
    Interactivo,
    Mandado,
    Medio,
    NoProcesado,
    NoSePuedeAsi,
    OrigenDeMedios,
    PlantillaDelProveedor,
    RechazoDelProveedor,
    Saliente,
    UsoDePlantilla,
)

PLAZO_S = 10.0
BUSCAR_ULTIMOS = 100
POR_PAGINA = 1_000  # lo más que da de una vez; se siguen las páginas hasta el final
MEDIOS_MAXIMOS = 10
API = "https://api.twilio.com"
# El reloj de Twilio y el de la base pueden diferir.
MARGEN_DE_RELOJ = timedelta(minutes=2)

# La API redirige a su red de entrega con una dirección ya firmada. Fuente: Twilio, «Media subresource».
MEDIOS_DE = OrigenDeMedios(
    servidores=(".twilio.com", ".twiliocdn.com"), con_llaves=("api.twilio.com",), entrada="basica"
)

# Fuente: Twilio, «twilio/quick-reply» (en sesión) y «twilio/list-picker»; «Rich messaging limits» para archivos.
CAPACIDADES = Capacidades(
    botones=3,
    largo_boton=20,
    filas=10,
    largo_fila=24,
    largo_descripcion=72,
    cuerpo_interactivo=1_024,
    texto_maximo=1_600,
    plantillas=True,
    medio_maximo=16_000_000,
    imagen_maxima=5_000_000,
    ventana=True,
    gracia_s=20.0,
    con_llaves=True,
    medios_de=MEDIOS_DE,
)

FRASES: dict[int, str] = {
    20003: "Twilio no aceptó las llaves de esta Nora. Revísalas en su configuración.",
    20404: "Twilio no encuentra esa cuenta. Revisa las llaves de esta Nora.",
    21211: "Ese número no existe en WhatsApp. Revísalo en su ficha.",
    21610: "Esta persona pidió no recibir mensajes. Solo se le puede escribir si ella escribe antes.",
    21617: "El mensaje es demasiado largo para WhatsApp. Pártelo en dos.",
    63003: "Ese número no existe en WhatsApp. Revísalo en su ficha.",
    63005: "WhatsApp no aceptó el contenido de este mensaje. Cámbialo y mándalo otra vez.",
    63007: "El número de esta Nora no está dado de alta en WhatsApp con esas llaves. Pide que lo revisen.",
    63013: "WhatsApp dice que este mensaje va contra sus reglas. No lo repitas igual.",
    63014: "Esta persona bloqueó al negocio. Ya no se le manda nada hasta que escriba.",
    63016: "Pasaron más de 24 horas desde su último mensaje: solo se puede enviar una plantilla aprobada. "
    "Elígela donde escribes.",
    63017: "WhatsApp frenó los envíos por ir muy rápido. Espera unos minutos y mándalo otra vez.",
    63018: "El número llegó a su límite de mensajes de WhatsApp. Mándalo otra vez mañana.",
    63019: "WhatsApp no pudo descargar el archivo. Mándalo otra vez.",
    63021: "A la plantilla le falta una variable, o lleva una que no es suya. Actualiza las plantillas.",
    63024: "Ese número no puede recibir mensajes de WhatsApp. Llámale o búscalo por otro lado.",
    63027: "La plantilla no existe en ese idioma. Actualiza las plantillas.",
    63028: "Las variables no son las que pide la plantilla. Actualiza las plantillas.",
    63032: "WhatsApp no entregó este mensaje a esta persona; puede que sea parte de una prueba suya.",
    63040: "WhatsApp rechazó esta plantilla. Usa otra.",
    63041: "WhatsApp pausó esta plantilla por quejas. Usa otra.",
    63042: "WhatsApp apagó esta plantilla. Usa otra.",
    63049: "WhatsApp decidió no entregar este mensaje de promoción; no se repite.",
}
FRASE_COMUN = "WhatsApp no aceptó el mensaje. Mándalo otra vez; si sigue igual, pide que revisen la cuenta."
# Segundos que se esperan antes de volver a intentar lo que el proveedor frenó.
PAUSAS: dict[int, float] = {63018: 60.0, 63017: 5.0, 20429: 2.0, 14107: 2.0}
# Lo que aceptó y después frenó sin entregarlo, y en cuántos segundos se manda otra vez.
APLAZABLES: dict[int, int] = {63017: 15, 63018: 120}
PROBLEMAS: dict[int, Literal["invalido", "bloqueado"]] = {
    63003: "invalido",
    63024: "invalido",
    63014: "bloqueado",
}
FUERA_DE_VENTANA = 63016
ESTADOS: dict[str, Estado] = {
    "accepted": "enviado",
    "scheduled": "enviado",
    "queued": "enviado",
    "sending": "enviado",
    "sent": "enviado",
    "delivered": "entregado",
    "read": "leido",
    "failed": "fallido",
    "undelivered": "fallido",
    "canceled": "fallido",
}


def _como_aviso(mensaje: Any) -> dict[str, str]:
    """Un mensaje de la lista con los nombres de campo de un webhook. La lista no trae el nombre de perfil."""
    return {
        "MessageSid": str(mensaje.sid),
        "AccountSid": str(mensaje.account_sid),
        "MessagingServiceSid": str(mensaje.messaging_service_sid or ""),
        "From": str(mensaje.from_),
        "To": str(mensaje.to),
        "Body": str(mensaje.body or ""),
        "NumMedia": str(mensaje.num_media or "0"),
    }


def _de_una_lista(error: Exception) -> TwilioRestException | None:
    """El SDK, al pedir una lista, da el error sin su código: se saca de la respuesta que trae."""
    respuesta = error.args[1] if len(error.args) > 1 else None
    if not isinstance(respuesta, Response):
        return None
    try:
        cuerpo = json.loads(respuesta.text)
    except ValueError:
        cuerpo = {}
    codigo = cuerpo.get("code") if isinstance(cuerpo, dict) else None
    return TwilioRestException(respuesta.status_code, "", code=codigo if isinstance(codigo, int) else None)


def frase_de(codigo: int | None) -> str:
    """El error de Twilio en palabras llanas."""
    return FRASES.get(codigo or 0, FRASE_COMUN)


class _ClienteHttp(TwilioHttpClient):
    """El cliente HTTP del SDK con plazo y, si se pide, otro origen en lugar del de Twilio."""

    def __init__(self, origen: str) -> None:
        super().__init__(pool_connections=True, timeout=PLAZO_S)
        self._origen = urlsplit(origen) if origen else None
        self.espera_pedida: float | None = None

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        if self._origen is not None:
            partes = urlsplit(url)
            ruta = self._origen.path.rstrip("/") + partes.path
            url = urlunsplit((self._origen.scheme, self._origen.netloc, ruta, partes.query, ""))
        if peticion := peticion_actual():
            # Twilio no lo usa; lo ve quien esté en medio, y en las pruebas, el doble.
            kwargs["headers"] = {**(kwargs.get("headers") or {}), "X-Request-ID": peticion}
        respuesta = super().request(method, url, *args, **kwargs)
        pedida = (respuesta.headers or {}).get("Retry-After", "")
        self.espera_pedida = float(pedida) if str(pedida).isdigit() else None
        return respuesta


class CanalTwilio:
    """Envía por la API de mensajes de Twilio.

    Args:
        origen: otro origen en lugar de la API de Twilio; vacío usa la suya.
        url_publica: origen público de esta instalación, para los avisos de estado; vacío, no se piden.
    """

    def __init__(self, origen: str, url_publica: str) -> None:
        self._origen = origen
        self._url_publica = url_publica
        self._por_hilo = threading.local()
        self.capacidades = replace(CAPACIDADES, medios_de=replace(MEDIOS_DE, sustituto=origen))

    def enviar_texto(self, saliente: Saliente, credenciales: Credenciales | None) -> Enviado:
        """Ver `Canal`."""
        return self._mandar(saliente, self._exigir(credenciales), {"body": saliente.texto})

    def enviar_botones(
        self, saliente: Saliente, interactivo: Interactivo, credenciales: Credenciales | None
    ) -> Enviado:
        """Ver `Canal`. Un contenido con tantos huecos como botones, hecho una vez por cuenta."""
        return self._con_contenido(saliente, contenido_twilio.botones(interactivo), credenciales)

    def enviar_lista(
        self, saliente: Saliente, interactivo: Interactivo, credenciales: Credenciales | None
    ) -> Enviado:
        """Ver `Canal`."""
        return self._con_contenido(saliente, contenido_twilio.lista(interactivo), credenciales)

    def enviar_plantilla(
        self, saliente: Saliente, plantilla: UsoDePlantilla, credenciales: Credenciales | None
    ) -> Enviado:
        """Ver `Canal`. Sin `Body`: con él, Twilio mandaría texto libre."""
        datos = {"content_sid": plantilla.sid}
        if plantilla.variables:
            datos["content_variables"] = json.dumps(dict(plantilla.variables), ensure_ascii=False)
        return self._mandar(saliente, self._exigir(credenciales), datos)

    def enviar_medio(self, saliente: Saliente, medio: Medio, credenciales: Credenciales | None) -> Enviado:
        """Ver `Canal`. Una nota de voz no lleva texto: WhatsApp lo tiraría."""
        datos: dict[str, Any] = {"media_url": [medio.url]}
        if saliente.texto and not medio.mime.startswith("audio/"):
            datos["body"] = saliente.texto
        return self._mandar(saliente, self._exigir(credenciales), datos)

    def estado_de(self, estado: str) -> Estado | None:
        """Ver `Canal`."""
        return ESTADOS.get(estado.lower())

    def consecuencia(self, codigo: int | None) -> Consecuencia:
        """Ver `Canal`."""
        return Consecuencia(
            frase_de(codigo),
            APLAZABLES.get(codigo or 0),
            PROBLEMAS.get(codigo or 0, ""),
            cierra_ventana=codigo == FUERA_DE_VENTANA,
        )

    def plantillas(self, credenciales: Credenciales | None) -> list[PlantillaDelProveedor]:
        """Ver `Canal`. Los contenidos que Nora hace para sus botones no son plantillas de nadie."""
        cliente = self._cliente(self._exigir(credenciales))
        leidas = self._llamar(
            lambda: cliente.content.v1.content_and_approvals.list(limit=contenido_twilio.PLANTILLAS_MAXIMAS)
        )
        return [
            contenido_twilio.como_plantilla(una) for una in leidas if not contenido_twilio.es_nuestro(una)
        ]

    def _con_contenido(
        self, saliente: Saliente, forma: contenido_twilio.Forma, credenciales: Credenciales | None
    ) -> Enviado:
        llaves = self._exigir(credenciales)
        cliente = self._cliente(llaves)
        try:
            sid = contenido_twilio.sid_de(forma, cliente, (self._origen, llaves.cuenta), self._llamar)
        except (RechazoDelProveedor, EnvioAmbiguo) as error:
            # Sin el contenido no salió nada todavía: se manda como texto.
            raise NoSePuedeAsi from error
        variables = json.dumps(dict(forma.variables), ensure_ascii=False)
        try:
            return self._mandar(saliente, llaves, {"content_sid": sid, "content_variables": variables})
        except RechazoDelProveedor as error:
            if error.codigo not in contenido_twilio.RECHAZOS_DE_CONTENIDO:
                raise
            contenido_twilio.olvidar(forma, (self._origen, llaves.cuenta))
            raise NoSePuedeAsi from error

    def _mandar(self, saliente: Saliente, llaves: Credenciales, datos: dict[str, Any]) -> Enviado:
        datos = {"to": saliente.direccion_envio, **datos}
        if llaves.servicio_de_mensajes:
            datos["messaging_service_sid"] = llaves.servicio_de_mensajes
        else:
            datos["from_"] = f"whatsapp:{saliente.numero_nora}"
        if self._url_publica:
            # Con el id del buzón en la dirección, un aviso que llega antes que la respuesta de la API no se pierde.
            datos["status_callback"] = (
                f"{self._url_publica}/webhook/{saliente.nombre_nora}/estado?saliente={saliente.id}"
            )
        cliente = self._cliente(llaves)
        saliente.confirmar()
        mensaje = self._llamar(lambda: cliente.messages.create(**datos))
        if mensaje.status in ("failed", "undelivered"):
            codigo = int(mensaje.error_code) if mensaje.error_code else None
            raise RechazoDelProveedor(codigo, frase_de(codigo))
        return Enviado(sid=str(mensaje.sid), estado="enviado")

    def buscar_enviado(
        self, saliente: Saliente, credenciales: Credenciales | None, ajenos: Collection[str]
    ) -> str | None:
        """Busca entre los últimos mensajes a esa dirección uno con el mismo texto, creado desde el primer intento.

        No filtra por fecha de envío: lo que Twilio todavía tiene en fila no la lleva.
        """
        llaves = self._exigir(credenciales)
        desde = saliente.enviando_desde - MARGEN_DE_RELOJ
        ultimos = self._llamar(
            lambda: self._cliente(llaves).messages.list(to=saliente.direccion_envio, limit=BUSCAR_ULTIMOS)
        )
        hallados = [
            m
            for m in ultimos
            if m.body in saliente.cuerpos
            and m.sid not in ajenos
            and m.status not in ("failed", "undelivered", "canceled")
            and not str(m.direction or "").startswith("inbound")
            and (m.date_created is None or m.date_created.astimezone(UTC) >= desde)
        ]
        return str(hallados[-1].sid) if hallados else None

    def recibidos(
        self, credenciales: Credenciales | None, numero: str, desde: datetime
    ) -> list[dict[str, str]]:
        """Ver `Canal.recibidos`. Un número de México puede estar dado de alta con el 1 o sin él."""
        llaves = self._exigir(credenciales)
        cliente = self._cliente(llaves)
        hallados = []
        for direccion in dict.fromkeys((numero, poner_uno_a_mexico(numero))):
            filtros = {"to": f"whatsapp:{direccion}", "date_sent_after": desde, "page_size": POR_PAGINA}
            hallados += self._llamar(partial(cliente.messages.list, **filtros))
        hallados.sort(key=lambda m: m.date_sent or m.date_created or desde)
        return [_como_aviso(m) for m in hallados if str(m.direction) == "inbound"]

    def mandados(self, credenciales: Credenciales | None, numero: str, desde: datetime) -> list[Mandado]:
        """Ver `Canal.mandados`. Los que fallaron no le llegaron a nadie."""
        cliente = self._cliente(self._exigir(credenciales))
        filtros = {"from_": f"whatsapp:{numero}", "date_sent_after": desde, "page_size": POR_PAGINA}
        hallados = self._llamar(partial(cliente.messages.list, **filtros))
        return [
            Mandado(str(m.sid), str(m.to), str(m.body or ""), m.date_sent.astimezone(UTC))
            for m in hallados
            if m.date_sent is not None
            and not str(m.direction or "").startswith("inbound")
            and m.status not in ("failed", "undelivered", "canceled")
        ]

    def medios_de(self, credenciales: Credenciales | None, sid: str) -> dict[str, str]:
        """Ver `Canal.medios_de`."""
        llaves = self._exigir(credenciales)
        medios = self._llamar(lambda: self._cliente(llaves).messages(sid).media.list(limit=MEDIOS_MAXIMOS))
        campos = {"NumMedia": str(len(medios))}
        for n, medio in enumerate(medios):
            campos[f"MediaUrl{n}"] = f"{API}{str(medio.uri).removesuffix('.json')}"
            campos[f"MediaContentType{n}"] = str(medio.content_type)
        return campos

    def estado_de_cuenta(self, credenciales: Credenciales) -> str:
        """El estado de la cuenta según Twilio («active» si puede enviar); sirve para probar las llaves.

        Raises:
            RechazoDelProveedor: no aceptó las llaves. NoProcesado, EnvioAmbiguo: no se pudo preguntar.
        """
        llaves = self._exigir(credenciales)
        return str(self._llamar(lambda: self._cliente(llaves).api.accounts(llaves.cuenta).fetch()).status)

    def remitentes(self, credenciales: Credenciales) -> dict[str, str]:
        """Los números de WhatsApp de la cuenta (E.164) y la dirección a la que cada uno manda lo que recibe.

        Raises:
            RechazoDelProveedor, NoProcesado, EnvioAmbiguo: no se pudo preguntar.
        """
        llaves = self._exigir(credenciales)
        de = self._cliente(llaves).messaging.v2.channels_senders
        hallados = self._llamar(lambda: de.list(channel="whatsapp", limit=BUSCAR_ULTIMOS))
        numeros = {}
        for uno in hallados:
            aviso = uno.webhook if isinstance(uno.webhook, dict) else {}
            numeros[str(uno.sender_id or "").removeprefix("whatsapp:")] = str(aviso.get("callback_url") or "")
        return numeros

    def _exigir(self, credenciales: Credenciales | None) -> Credenciales:
        if credenciales is None or not (credenciales.cuenta and credenciales.token):
            raise RechazoDelProveedor(
                None, "Esta Nora todavía no tiene llaves de Twilio. Ponlas en su configuración."
            )
        return credenciales

    def _http(self) -> _ClienteHttp:
        # La sesión de requests no es de varios hilos a la vez.
        http: _ClienteHttp | None = getattr(self._por_hilo, "http", None)
        if http is None:
            http = self._por_hilo.http = _ClienteHttp(self._origen)
        return http

    def _cliente(self, llaves: Credenciales) -> Client:
        return Client(llaves.cuenta, llaves.token, http_client=self._http())

    def _llamar(self, llamada: Any) -> Any:
        try:
            with medidas.LLAMADAS_A_PROVEEDOR.labels("twilio").time():
                return self._llamar_sin_medir(llamada)
        except (NoProcesado, EnvioAmbiguo) as error:
            medidas.error_de_proveedor("twilio", getattr(error, "codigo", None))
            raise
        except RechazoDelProveedor as error:
            medidas.error_de_proveedor("twilio", error.codigo or "rechazo")
            raise

    def _llamar_sin_medir(self, llamada: Any) -> Any:
        try:
            return llamada()
        except TwilioRestException as error:
            raise self._traducir(error) from error
        except (ConnectTimeout, SSLError, ProxyError) as error:
            raise NoProcesado("no se llegó a Twilio") from error
        except ErrorDeConexion as error:
            causa = getattr(error.args[0] if error.args else None, "reason", None)
            if isinstance(causa, NewConnectionError):
                raise NoProcesado("no se llegó a Twilio") from error
            raise EnvioAmbiguo("se cortó la conexión con Twilio") from error
        except (RequestException, requests.exceptions.Timeout) as error:
            raise EnvioAmbiguo("Twilio no contestó a tiempo") from error
        except (TwilioException, ValueError) as error:
            if (rest := _de_una_lista(error)) is not None:
                raise self._traducir(rest) from error
            raise EnvioAmbiguo("Twilio contestó algo que no se entiende") from error

    def _traducir(self, error: TwilioRestException) -> Exception:
        codigo = int(error.code) if error.code else None
        if error.status == 429 or (codigo in PAUSAS and error.status < 500):
            espera = self._http().espera_pedida
            return NoProcesado("Twilio pidió ir más despacio", espera or PAUSAS.get(codigo or 0), codigo)
        if error.status >= 500 or error.status in (408,):
            return EnvioAmbiguo(f"Twilio contestó {error.status}")
        if codigo is None and error.status in (401, 403):
            codigo = 20003
        return RechazoDelProveedor(codigo, frase_de(codigo))


@lru_cache(maxsize=8)
def canal_twilio(origen: str, url_publica: str) -> CanalTwilio:
    """Un canal por configuración: reutiliza conexiones."""
    return CanalTwilio(origen, url_publica)
