"""Un servidor HTTP de verdad, en loopback, que contesta como la API de mensajes y contenidos de Twilio.

Fuente: documentación de Twilio, «Messages resource», «Content API resources» y «Twilio API responses».
"""

from __future__ import annotations

import base64
import contextlib
import json
import socket
import struct
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import requests
from dobles.cuerpo import leer_cuerpo
from twilio.request_validator import RequestValidator

Modo = Literal[
    "bien", "cortar_despues", "cortar_antes", "error_despues", "error_antes", "tardar", "limite", "rechazar"
]


def firmar(token: str, url: str, campos: Mapping[str, str]) -> str:
    """La cabecera X-Twilio-Signature que Twilio mandaría."""
    return str(RequestValidator(token).compute_signature(url, campos))


@dataclass
class Respuesta:
    """Cómo contestar el siguiente envío. «despues» acepta el mensaje y luego falla; «antes» no lo acepta."""

    modo: Modo = "bien"
    codigo: int = 63016
    estado_http: int = 400
    reintentar_en: int = 1


@dataclass
class Archivo:
    """Un archivo que un cliente mandó. Como el de verdad, la API redirige a la red de entrega, que ya no pide llaves.

    Args:
        fallas: estados con que contesta antes de darlo.
        a_donde: otra dirección a la que redirige.
        trabar: suelta la mitad y espera, como una red que se quedó colgada.
    """

    contenido: bytes
    tipo: str
    fallas: list[int] = field(default_factory=list)
    a_donde: str = ""
    trabar: threading.Event | None = None
    nombre: str = ""
    sin_largo: bool = False


@dataclass
class TwilioFalso:
    """El estado del doble: qué aceptó y qué le pidieron."""

    url: str = ""
    cuenta: str = "AC" + "0" * 32
    token: str = "token-de-prueba"
    otras_cuentas: dict[str, str] = field(default_factory=dict)
    mensajes: list[dict[str, Any]] = field(default_factory=list)
    aceptados_en: list[float] = field(default_factory=list)  # cuándo se aceptó cada uno, en time.monotonic()
    peticiones: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    guion: list[Respuesta] = field(default_factory=list)
    folios: list[str] = field(default_factory=list)  # el X-Request-ID de cada envío
    medios: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    contenidos: list[dict[str, Any]] = field(default_factory=list)
    sin_contenidos: bool = False
    archivos: dict[str, Archivo] = field(default_factory=dict)
    soltar: threading.Event = field(default_factory=threading.Event)
    candado: threading.Lock = field(default_factory=threading.Lock)

    @property
    def envios(self) -> list[dict[str, str]]:
        """Los campos de cada POST de mensaje que llegó, se haya aceptado o no."""
        return [c for metodo, ruta, c in self.peticiones if metodo == "POST" and "/Messages" in ruta]

    def contenido(
        self, nombre: str, cuerpo: str, *, tipo: str = "twilio/text", variables: Any = None, **aprobacion: Any
    ) -> dict[str, Any]:
        """Un contenido guardado en la cuenta. `aprobacion`: `status`, `rejection_reason`, `category`."""
        sid = f"HX{len(self.contenidos) + 1:032x}"
        ahora = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        uno = {
            "sid": sid,
            "account_sid": self.cuenta,
            "friendly_name": nombre,
            "language": "es",
            "variables": variables or {},
            "types": {tipo: {"body": cuerpo}},
            "date_created": ahora,
            "date_updated": ahora,
            "url": "",
            "links": {},
            "approval_requests": {"name": nombre, "status": "unsubmitted", **aprobacion},
        }
        self.contenidos.append(uno)
        return uno

    def lleno(self, campos: Mapping[str, str]) -> str:
        """El texto como llega al teléfono: el del contenido con sus variables, o el libre."""
        hallado = next((c for c in self.contenidos if c["sid"] == campos.get("ContentSid")), None)
        if hallado is None:
            return campos.get("Body", "")
        texto = str(next(iter(hallado["types"].values())).get("body", ""))
        for numero, valor in json.loads(campos.get("ContentVariables", "{}")).items():
            texto = texto.replace(f"{{{{{numero}}}}}", valor)
        return texto

    def recibir(
        self, de: str, para: str, texto: str, *, hace_s: float = 0, medios: tuple[tuple[str, str], ...] = ()
    ) -> dict[str, Any]:
        """Un mensaje de un cliente que Twilio tiene en su lista. `medios`: (sid, tipo) de cada uno."""
        mensaje = self.aceptar({"From": de, "To": para, "Body": texto})
        momento = format_datetime(datetime.now(UTC) - timedelta(seconds=hace_s))
        mensaje.update(status="received", direction="inbound", date_created=momento, date_sent=momento)
        mensaje.update(num_media=str(len(medios)))
        self.medios[mensaje["sid"]] = medios
        return mensaje

    def guardar_archivo(self, sid: str, archivo: Archivo) -> str:
        """Lo deja en la cuenta y devuelve la dirección que vendría en `MediaUrl0`."""
        self.archivos[sid] = archivo
        return f"https://api.twilio.com/2010-04-01/Accounts/{self.cuenta}/Messages/MM1/Media/{sid}"

    @property
    def bajadas(self) -> list[str]:
        """Los archivos que se entregaron por la red de entrega, en orden."""
        return [ruta.rpartition("/")[2] for metodo, ruta, _ in self.peticiones if ruta.startswith("/cdn/")]

    def recoger(self) -> tuple[int, str, bytes]:
        """Baja el archivo del último envío, como hace Twilio: (estado, tipo, contenido)."""
        url = next(c["MediaUrl"] for c in reversed(self.envios) if "MediaUrl" in c)
        with requests.get(url, timeout=10) as respuesta:
            return respuesta.status_code, respuesta.headers.get("Content-Type", ""), respuesta.content

    def aceptar(self, campos: Mapping[str, str]) -> dict[str, Any]:
        """Anota un mensaje como lo haría Twilio y devuelve su JSON."""
        with self.candado:
            ahora = format_datetime(datetime.now(UTC))
            mensaje = {
                "sid": f"SM{len(self.mensajes) + 1:032x}",
                "account_sid": self.cuenta,
                "from": campos.get("From"),
                "to": campos.get("To"),
                "body": self.lleno(campos),
                "status": "queued",
                "direction": "outbound-api",
                "date_created": ahora,
                "date_updated": ahora,
                "date_sent": None,
                "error_code": None,
                "error_message": None,
                "messaging_service_sid": campos.get("MessagingServiceSid"),
                "num_media": "0",
                "num_segments": "1",
                "price": None,
                "price_unit": "USD",
                "api_version": "2010-04-01",
                "uri": "",
                "subresource_uris": {},
            }
            self.mensajes.append(mensaje)
            self.aceptados_en.append(time.monotonic())
            return mensaje


class _Manejador(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    doble: TwilioFalso

    def log_message(self, *_: object) -> None:
        """Sin ruido en la salida de las pruebas."""

    def do_POST(self) -> None:
        cuerpo = leer_cuerpo(self).decode()
        if not self._entra():
            return
        if urlsplit(self.path).path == "/v1/Content":
            self._crear_contenido(json.loads(cuerpo))
            return
        campos = dict(parse_qsl(cuerpo, keep_blank_values=True))
        with self.doble.candado:
            self.doble.peticiones.append(("POST", self.path, campos))
            self.doble.folios.append(self.headers.get("X-Request-ID", ""))
            paso = self.doble.guion.pop(0) if self.doble.guion else Respuesta()
        if paso.modo == "limite":
            self._error(429, 20429, "Too Many Requests", {"Retry-After": str(paso.reintentar_en)})
        elif paso.modo == "rechazar":
            self._error(paso.estado_http, paso.codigo, "no")
        elif paso.modo == "cortar_antes":
            self._cortar()
        elif paso.modo == "error_antes":
            self._error(503, 20503, "Service unavailable")
        else:
            mensaje = self.doble.aceptar(campos)
            if paso.modo == "cortar_despues":
                self._cortar()
            elif paso.modo == "error_despues":
                self._error(500, 20500, "Internal error")
            elif paso.modo == "tardar":
                self.doble.soltar.wait(30)
                self._cortar()
            else:
                self._json(201, mensaje)

    def do_GET(self) -> None:
        if self.path.startswith("/cdn/"):
            self._dar_archivo(self.path.rpartition("/")[2])
            return
        if not self._entra():
            return
        if "/Media/ME" in self.path:
            self._redirigir_archivo(self.path.rpartition("/")[2])
            return
        filtros = {nombre: valores[0] for nombre, valores in parse_qs(urlsplit(self.path).query).items()}
        with self.doble.candado:
            self.doble.peticiones.append(("GET", self.path, filtros))
            if self.doble.guion and self.doble.guion[0].modo == "error_antes":
                self.doble.guion.pop(0)
                self._error(503, 20503, "Service unavailable")
                return
            if urlsplit(self.path).path in ("/v1/Content", "/v1/ContentAndApprovals"):
                meta = {
                    "key": "contents",
                    "next_page_url": None,
                    "page": 0,
                    "page_size": 50,
                    "url": self.path,
                }
                self._json(200, {"contents": self.doble.contenidos, "meta": meta})
                return
            partes = urlsplit(self.path).path.split("/")
            if partes[-1] == "Media.json":
                self._json(200, self._media(partes[-2]))
                return
            desde = datetime.fromisoformat(filtros["DateSent>"]) if "DateSent>" in filtros else None
            hallados = [
                m
                for m in reversed(self.doble.mensajes)
                if filtros.get("To") in (None, m["to"])
                and filtros.get("From") in (None, m["from"])
                and (desde is None or (m["date_sent"] and parsedate_to_datetime(m["date_sent"]) >= desde))
            ]
        tamano, pagina = min(int(filtros.get("PageSize", 50)), 1_000), int(filtros.get("Page", 0))
        quedan = len(hallados) > (pagina + 1) * tamano
        siguiente = (
            f"{urlsplit(self.path).path}?{urlencode({**filtros, 'Page': pagina + 1})}" if quedan else None
        )
        self._json(
            200,
            {
                "messages": hallados[pagina * tamano : (pagina + 1) * tamano],
                "page": pagina,
                "page_size": tamano,
                "next_page_uri": siguiente,
                "uri": self.path,
            },
        )

    def _redirigir_archivo(self, sid: str) -> None:
        """Fuente: «Media subresource»: 307 a una dirección firmada de la red de entrega."""
        with self.doble.candado:
            self.doble.peticiones.append(("GET", self.path, {}))
            archivo = self.doble.archivos.get(sid)
            falla = archivo.fallas.pop(0) if archivo and archivo.fallas else None
        if archivo is None or falla is not None:
            self._error(falla or 404, 20404, "no", {"Retry-After": "1"})
            return
        self.send_response(307)
        self.send_header("Location", archivo.a_donde or f"/cdn/{sid}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _dar_archivo(self, sid: str) -> None:
        llaves = {"llaves": self.headers.get("Authorization", "")}
        with self.doble.candado:
            self.doble.peticiones.append(("GET", self.path, llaves))
        archivo = self.doble.archivos[sid]
        self.send_response(200)
        self.send_header("Content-Type", archivo.tipo)
        if archivo.nombre:
            self.send_header("Content-Disposition", f'inline; filename="{archivo.nombre}"')
        if archivo.sin_largo:
            self.send_header("Connection", "close")
            self.close_connection = True
        else:
            self.send_header("Content-Length", str(len(archivo.contenido)))
        self.end_headers()
        with contextlib.suppress(OSError):  # quien pide puede colgar antes
            mitad = len(archivo.contenido) // 2
            self.wfile.write(archivo.contenido[:mitad])
            self.wfile.flush()
            if archivo.trabar is not None:
                archivo.trabar.wait(30)
            self.wfile.write(archivo.contenido[mitad:])

    def _crear_contenido(self, pedido: dict[str, Any]) -> None:
        """Fuente: «Content API resources»; los límites, de «twilio/quick-reply» y «twilio/list-picker»."""
        with self.doble.candado:
            self.doble.peticiones.append(("POST", self.path, {"nombre": pedido["friendly_name"]}))
            if self.doble.sin_contenidos:
                self._error(403, 20403, "Content API not enabled")
                return
            tipo, partes = next(iter(pedido["types"].items()))
            if len(partes.get("actions", ())) > 10 or len(partes.get("items", ())) > 10:
                self._error(400, 70004, "too many")
                return
            hecho = self.doble.contenido(
                pedido["friendly_name"], "", tipo=tipo, variables=pedido["variables"]
            )
            hecho["types"] = pedido["types"]
        self._json(201, hecho)

    def _media(self, sid: str) -> dict[str, Any]:
        """Fuente: «Message Media subresource»."""
        base = f"/2010-04-01/Accounts/{self.doble.cuenta}/Messages/{sid}/Media"
        lista = [
            {
                "sid": medio,
                "account_sid": self.doble.cuenta,
                "parent_sid": sid,
                "content_type": tipo,
                "date_created": format_datetime(datetime.now(UTC)),
                "date_updated": format_datetime(datetime.now(UTC)),
                "uri": f"{base}/{medio}.json",
            }
            for medio, tipo in self.doble.medios.get(sid, ())
        ]
        return {"media_list": lista, "page": 0, "page_size": 50, "next_page_uri": None, "uri": f"{base}.json"}

    def _entra(self) -> bool:
        conocidas = ("/Messages.json", "/Media.json", "/v1/Content", "/v1/ContentAndApprovals")
        if not urlsplit(self.path).path.endswith(conocidas) and "/Media/ME" not in self.path:
            self._error(404, 20404, "not found")
            return False
        cuentas = {self.doble.cuenta: self.doble.token, **self.doble.otras_cuentas}
        validas = {"Basic " + base64.b64encode(f"{c}:{t}".encode()).decode() for c, t in cuentas.items()}
        if self.headers.get("Authorization") not in validas:
            self._error(401, 20003, "Authenticate")
            return False
        return True

    def _cortar(self) -> None:
        # SO_LINGER en cero: el cliente ve un RST, no un cierre limpio.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def _error(
        self, estado: int, codigo: int, texto: str, cabeceras: Mapping[str, str] | None = None
    ) -> None:
        cuerpo = {"code": codigo, "message": texto, "more_info": "", "status": estado}
        self._json(estado, cuerpo, cabeceras)

    def _json(self, estado: int, cuerpo: Any, cabeceras: Mapping[str, str] | None = None) -> None:
        datos = json.dumps(cuerpo).encode()
        self.send_response(estado)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(datos)))
        for nombre, valor in (cabeceras or {}).items():
            self.send_header(nombre, valor)
        self.end_headers()
        self.wfile.write(datos)


class _Servidor(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Una conexión que cortamos a propósito no es un error."""


@contextlib.contextmanager
def twilio_falso() -> Iterator[TwilioFalso]:
    """Levanta el doble en un puerto libre."""
    doble = TwilioFalso()
    manejador = type("Manejador", (_Manejador,), {"doble": doble})
    servidor = _Servidor(("127.0.0.1", 0), manejador)
    doble.url = f"http://127.0.0.1:{servidor.server_address[1]}"
    hilo = threading.Thread(target=servidor.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    hilo.start()
    try:
        yield doble
    finally:
        doble.soltar.set()
        servidor.shutdown()
        servidor.server_close()
        hilo.join(5)
