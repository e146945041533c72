"""Un Google Ads en loopback: gRPC con TLS hecho con las clases del propio SDK, y su dirección de tokens por HTTP.

Contesta GAQL sobre cuentas sembradas: revisa el recurso, cada campo y las fechas, y rechaza con los errores de Google.
Escrito según https://developers.google.com/google-ads/api/docs/query/grammar,
https://developers.google.com/google-ads/api/reference/rpc/v26/GoogleAdsService (SearchStream),
https://developers.google.com/google-ads/api/reference/rpc/v26/GoogleAdsFailure (en el remate de la respuesta),
https://developers.google.com/google-ads/api/docs/sunset-dates (una versión retirada) y
https://developers.google.com/identity/protocols/oauth2/web-server#offline (permiso y tokens).
"""

from __future__ import annotations

import contextlib
import ipaddress
import json
import os
import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import certifi
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from dobles.cable import Cable
from dobles.cuerpo import leer_cuerpo

VERSION = "v26"
DESARROLLADOR = "desarrollador-de-prueba"
CLIENTE, SECRETO = "cliente-de-prueba", "secreto-de-prueba"
PERMISO = "https://www.googleapis.com/auth/adwords"
POR_TANDA = 50

_METRICAS = {
    "metrics.cost_micros",
    "metrics.impressions",
    "metrics.clicks",
    "metrics.conversions",
    "metrics.conversions_value",
}
_DE_CUENTA = ("id", "descriptive_name", "currency_code", "time_zone", "status", "manager")
# recurso -> campos que se pueden pedir con él
CAMPOS: dict[str, set[str]] = {
    "customer": {f"customer.{c}" for c in _DE_CUENTA},
    "customer_client": {f"customer_client.{c}" for c in (*_DE_CUENTA, "level", "hidden")},
    "campaign": {
        "campaign.id",
        "campaign.name",
        "campaign.status",
        "campaign.advertising_channel_type",
        "campaign_budget.amount_micros",
        "segments.date",
        "segments.conversion_action_name",
        *_METRICAS,
    },
    "ad_group": {
        "ad_group.id",
        "ad_group.name",
        "ad_group.status",
        "campaign.id",
        "segments.date",
        *_METRICAS,
    },
    "ad_group_ad": {
        "ad_group_ad.ad.id",
        "ad_group_ad.ad.name",
        "ad_group_ad.ad.type",
        "ad_group_ad.status",
        "ad_group_ad.ad_strength",
        "ad_group_ad.ad.responsive_search_ad.headlines",
        "ad_group_ad.ad.responsive_search_ad.descriptions",
        "ad_group_ad.policy_summary.approval_status",
        "ad_group_ad.policy_summary.policy_topic_entries",
        "ad_group.id",
        "campaign.id",
        "segments.date",
        *_METRICAS,
    },
    "keyword_view": {
        "ad_group_criterion.criterion_id",
        "ad_group_criterion.keyword.text",
        "ad_group_criterion.keyword.match_type",
        "ad_group_criterion.quality_info.quality_score",
        "ad_group_criterion.status",
        "ad_group.id",
        "campaign.id",
        "segments.date",
        *_METRICAS,
    },
    "search_term_view": {
        "search_term_view.search_term",
        "ad_group.id",
        "campaign.id",
        "segments.date",
        *_METRICAS,
    },
}


@dataclass
class Falla:
    """Lo que sale mal en una petición.

    Args:
        familia, codigo: de ErrorCode («quota_error», «RESOURCE_EXHAUSTED»); sin familia, se corta la conexión (RST).
        tras: tandas que sí salen antes.
        en: parte de la consulta en la que pasa; vacío, en la que siga.
        espera_s: retry_delay, para las de cuota.
    """

    familia: str = ""
    codigo: str = ""
    tras: int = 0
    en: str = ""
    espera_s: float = 0.0


@dataclass
class CuentaFalsa:
    """Una cuenta de anuncios, o un administrador con sus cuentas."""

    id: str
    nombre: str
    moneda: str = "MXN"
    zona: str = "America/Hermosillo"
    estado: str = "ENABLED"
    hijas: list[str] = field(default_factory=list)
    objetos: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    dias: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    conversiones: list[dict[str, Any]] = field(default_factory=list)

    @property
    def es_gerente(self) -> bool:
        return bool(self.hijas)


def cuenta_con_datos(numero: str, nombre: str, hasta: date, dias: int = 40, **mas: Any) -> CuentaFalsa:
    """Dos campañas de búsqueda y una de Máximo rendimiento (sin grupos), con cifras distintas cada día."""
    cuenta = CuentaFalsa(numero, nombre, **mas)
    base = int(numero[-3:]) * 1000
    campanas = {base + 1: "SEARCH", base + 2: "SEARCH", base + 3: "PERFORMANCE_MAX"}
    cuenta.objetos = {r: [] for r in ("campaign", "ad_group", "ad_group_ad", "keyword_view")}
    cuenta.dias = {r: [] for r in ("campaign", "ad_group", "ad_group_ad", "keyword_view", "search_term_view")}
    for campana, tipo in campanas.items():
        cuenta.objetos["campaign"].append(
            {
                "campaign.id": campana,
                "campaign.name": f"Campaña {campana}",
                "campaign.status": "ENABLED",
                "campaign.advertising_channel_type": tipo,
                "campaign_budget.amount_micros": 150_000_000,
            }
        )
    for campana in (base + 1, base + 2):
        _sembrar_grupo(cuenta, campana)
    for n in range(dias):
        _sembrar_dia(cuenta, hasta - timedelta(days=n), campanas, n)
    return cuenta


def _sembrar_grupo(cuenta: CuentaFalsa, campana: int) -> None:
    grupo = campana * 10
    arriba = {"ad_group.id": grupo, "campaign.id": campana}
    cuenta.objetos["ad_group"].append(
        {**arriba, "ad_group.name": f"Grupo {grupo}", "ad_group.status": "ENABLED"}
    )
    for n, fuerza in enumerate(("EXCELLENT", "POOR"), start=1):
        rechazado = n == 2 and campana % 2 == 0
        cuenta.objetos["ad_group_ad"].append(
            {
                **arriba,
                "ad_group_ad.ad.id": grupo * 10 + n,
                "ad_group_ad.ad.name": "",
                "ad_group_ad.ad.type": "RESPONSIVE_SEARCH_AD",
                "ad_group_ad.status": "ENABLED",
                "ad_group_ad.ad_strength": fuerza,
                "ad_group_ad.ad.responsive_search_ad.headlines": [
                    {"text": f"Título {n}"},
                    {"text": "Envío gratis"},
                ],
                "ad_group_ad.ad.responsive_search_ad.descriptions": [{"text": "Entrega el mismo día"}],
                "ad_group_ad.policy_summary.approval_status": "DISAPPROVED" if rechazado else "APPROVED",
                "ad_group_ad.policy_summary.policy_topic_entries": [{"topic": "ALCOHOL"}]
                if rechazado
                else [],
            }
        )
    for n, (texto, concordancia, calidad) in enumerate(
        (("plomero cerca", "PHRASE", 8), ("plomero", "BROAD", 3), ("plomero urgente", "EXACT", 0)), start=1
    ):
        cuenta.objetos["keyword_view"].append(
            {
                **arriba,
                "ad_group_criterion.criterion_id": n,
                "ad_group_criterion.keyword.text": texto,
                "ad_group_criterion.keyword.match_type": concordancia,
                "ad_group_criterion.quality_info.quality_score": calidad,
                "ad_group_criterion.status": "ENABLED",
            }
        )


def _sembrar_dia(cuenta: CuentaFalsa, dia: date, campanas: dict[int, str], n: int) -> None:
    def cifras(gasto: int, clics: int, conversiones: float) -> dict[str, Any]:
        return {
            "segments.date": dia.isoformat(),
            "metrics.cost_micros": gasto,
            "metrics.impressions": clics * 20,
            "metrics.clicks": clics,
            "metrics.conversions": conversiones,
            "metrics.conversions_value": conversiones * 350,
        }

    for orden, (campana, tipo) in enumerate(campanas.items()):
        gasto, clics, conversiones = (
            40_000_000 + n * 1_370_000 + orden * 10_010_000,
            8 + orden,
            1.5 if n % 2 else 0.0,
        )
        cuenta.dias["campaign"].append({"campaign.id": campana, **cifras(gasto, clics, conversiones)})
        if conversiones:
            cuenta.conversiones.append(
                {
                    "campaign.id": campana,
                    "segments.conversion_action_name": "Llamada" if orden else "Formulario",
                    "segments.date": dia.isoformat(),
                    "metrics.conversions": conversiones,
                    "metrics.conversions_value": conversiones * 350,
                }
            )
        if tipo != "SEARCH":
            continue
        arriba = {"campaign.id": campana, "ad_group.id": campana * 10}
        cuenta.dias["ad_group"].append({**arriba, **cifras(gasto, clics, conversiones)})
        cuenta.dias["ad_group_ad"].append(
            {**arriba, "ad_group_ad.ad.id": campana * 100 + 1, **cifras(gasto, clics, conversiones)}
        )
        cuenta.dias["keyword_view"] += [
            {**arriba, "ad_group_criterion.criterion_id": 1, **cifras(gasto // 2, clics // 2, conversiones)},
            {**arriba, "ad_group_criterion.criterion_id": 2, **cifras(gasto // 2, clics // 2, 0.0)},
        ]
        cuenta.dias["search_term_view"] += [
            {
                **arriba,
                "search_term_view.search_term": "plomero cerca de mi",
                **cifras(gasto // 4, 2, conversiones),
            },
            {
                **arriba,
                "search_term_view.search_term": "curso de plomería gratis",
                **cifras(gasto // 4, 2, 0.0),
            },
        ]


class _Rechazo(Exception):
    def __init__(self, familia: str, codigo: str, espera_s: float = 0.0) -> None:
        super().__init__(codigo)
        self.familia, self.codigo, self.espera_s = familia, codigo, espera_s


@dataclass
class GoogleFalso:
    """Lo que el doble sabe y lo que le pidieron. `antes` ve cada consulta antes de que se conteste."""

    endpoint: str = ""
    token_url: str = ""
    oauth_url: str = ""
    antes: Callable[[str], None] = lambda _consulta: None
    cable: Cable = field(default_factory=Cable)
    cuentas: dict[str, CuentaFalsa] = field(default_factory=dict)
    directas: list[str] = field(default_factory=list)
    fallas: list[Falla] = field(default_factory=list)
    consultas: list[tuple[str, str, str]] = field(default_factory=list)
    renovaciones: set[str] = field(default_factory=lambda: {"renovacion-1"})
    permisos: str = PERMISO
    token_mudo: bool = False

    def poner(self, *cuentas: CuentaFalsa) -> None:
        """Agrega cuentas; entra directo a las que no son de un administrador."""
        self.cuentas |= {c.id: c for c in cuentas}
        hijas = {h for c in self.cuentas.values() for h in c.hijas}
        self.directas = [c for c in self.cuentas if c not in hijas]

    # -------------------------------------------------------------- GAQL
    def filas(self, cuenta: CuentaFalsa, consulta: str) -> Iterator[dict[str, Any]]:
        """Las filas que pide una consulta, solo con lo pedido."""
        partes = re.fullmatch(r"SELECT (.+?) FROM (\w+)(?: WHERE (.+))?", consulta)
        if partes is None:
            raise _Rechazo("query_error", "EXPECTED_SELECT")
        campos = [c.strip() for c in partes[1].split(",")]
        recurso, donde = partes[2], partes[3] or ""
        if recurso not in CAMPOS:
            raise _Rechazo("query_error", "BAD_RESOURCE_TYPE_IN_FROM_CLAUSE")
        if set(campos) - CAMPOS[recurso]:
            raise _Rechazo("query_error", "UNRECOGNIZED_FIELD")
        por_accion = "segments.conversion_action_name" in campos
        if por_accion and {"metrics.cost_micros", "metrics.clicks", "metrics.impressions"} & set(campos):
            raise _Rechazo("query_error", "PROHIBITED_SEGMENT_WITH_METRIC_IN_SELECT_OR_WHERE_CLAUSE")
        if "segments.date" in campos and "segments.date" not in donde:
            raise _Rechazo("query_error", "EXPECTED_FILTERS_ON_DATE_RANGE")
        if cuenta.es_gerente and set(campos) & _METRICAS:
            raise _Rechazo("query_error", "REQUESTED_METRICS_FOR_MANAGER")
        vale = _condicion(donde)
        for fila in self._crudas(cuenta, recurso, con_dias="segments.date" in campos, por_accion=por_accion):
            if vale(fila):
                yield {c: fila[c] for c in campos if c in fila}

    def _crudas(
        self, cuenta: CuentaFalsa, recurso: str, *, con_dias: bool, por_accion: bool
    ) -> list[dict[str, Any]]:
        if recurso == "customer":
            return [_como_cuenta(cuenta, "customer")]
        if recurso == "customer_client":
            return [
                {**_como_cuenta(self.cuentas[c], "customer_client"), "customer_client.level": n}
                for n, c in [(0, cuenta.id), *((1, h) for h in cuenta.hijas)]
            ]
        if por_accion:
            return cuenta.conversiones
        return (cuenta.dias if con_dias else cuenta.objetos).get(recurso, [])


def _como_cuenta(cuenta: CuentaFalsa, prefijo: str) -> dict[str, Any]:
    valores = (int(cuenta.id), cuenta.nombre, cuenta.moneda, cuenta.zona, cuenta.estado, cuenta.es_gerente)
    return {f"{prefijo}.{campo}": valor for campo, valor in zip(_DE_CUENTA, valores, strict=True)}


def _condicion(donde: str) -> Callable[[dict[str, Any]], bool]:
    if not donde:
        return lambda _fila: True
    if fechas := re.fullmatch(r"segments\.date BETWEEN '(\S{10})' AND '(\S{10})'", donde):
        return lambda fila: fechas[1] <= fila["segments.date"] <= fechas[2]
    if nivel := re.fullmatch(r"customer_client\.level <= (\d+)", donde):
        return lambda fila: fila["customer_client.level"] <= int(nivel[1])
    raise _Rechazo("query_error", "BAD_OPERATOR")


# ------------------------------------------------------------------ gRPC
def _servidor_grpc(doble: GoogleFalso, llave: bytes, certificado: bytes) -> Any:
    import grpc
    from google.ads.googleads.v26.services.types.customer_service import (
        ListAccessibleCustomersRequest,
        ListAccessibleCustomersResponse,
    )
    from google.ads.googleads.v26.services.types.google_ads_service import (
        SearchGoogleAdsStreamRequest,
        SearchGoogleAdsStreamResponse,
    )

    def revisar(contexto: Any) -> str:
        """La cuenta por la que se entra."""
        datos = dict(contexto.invocation_metadata())
        if datos.get("developer-token") != DESARROLLADOR:
            _rechazar(contexto, _Rechazo("authentication_error", "DEVELOPER_TOKEN_INVALID"))
        if not str(datos.get("authorization", "")).startswith("Bearer acceso-"):
            _rechazar(contexto, _Rechazo("authentication_error", "OAUTH_TOKEN_INVALID"))
        return str(datos.get("login-customer-id", ""))

    def listar(_peticion: Any, contexto: Any) -> Any:
        revisar(contexto)
        doble.consultas.append(("", "", "ListAccessibleCustomers"))
        if falla := _toca(doble, "ListAccessibleCustomers"):
            _fallar(doble, contexto, falla)
        return ListAccessibleCustomersResponse(resource_names=[f"customers/{c}" for c in doble.directas])

    def buscar(peticion: Any, contexto: Any) -> Iterator[Any]:
        por = revisar(contexto)
        doble.consultas.append((peticion.customer_id, por, peticion.query))
        doble.antes(peticion.query)
        cuenta = doble.cuentas.get(peticion.customer_id)
        if cuenta is None:
            _rechazar(contexto, _Rechazo("authorization_error", "USER_PERMISSION_DENIED"))
            return
        if cuenta.id not in doble.directas and (
            por not in doble.cuentas or cuenta.id not in doble.cuentas[por].hijas
        ):
            _rechazar(contexto, _Rechazo("authorization_error", "USER_PERMISSION_DENIED"))
        if cuenta.estado == "CANCELED":
            _rechazar(contexto, _Rechazo("authorization_error", "CUSTOMER_NOT_ENABLED"))
        falla = _toca(doble, peticion.query)
        try:
            filas = [_fila(f) for f in doble.filas(cuenta, peticion.query)]
        except _Rechazo as rechazo:
            _rechazar(contexto, rechazo)
        for n in range(0, len(filas), POR_TANDA):
            if falla and n // POR_TANDA == falla.tras:
                _fallar(doble, contexto, falla)
            yield SearchGoogleAdsStreamResponse(results=filas[n : n + POR_TANDA])
        if falla:
            _fallar(doble, contexto, falla)

    servicio = f"google.ads.googleads.{VERSION}.services"
    servidor = grpc.server(ThreadPoolExecutor(8), options=[("grpc.so_reuseport", 0)])
    servidor.add_generic_rpc_handlers(
        (
            grpc.method_handlers_generic_handler(
                f"{servicio}.CustomerService",
                {
                    "ListAccessibleCustomers": grpc.unary_unary_rpc_method_handler(
                        listar,
                        request_deserializer=ListAccessibleCustomersRequest.deserialize,
                        response_serializer=ListAccessibleCustomersResponse.serialize,
                    )
                },
            ),
            grpc.method_handlers_generic_handler(
                f"{servicio}.GoogleAdsService",
                {
                    "SearchStream": grpc.unary_stream_rpc_method_handler(
                        buscar,
                        request_deserializer=SearchGoogleAdsStreamRequest.deserialize,
                        response_serializer=SearchGoogleAdsStreamResponse.serialize,
                    )
                },
            ),
        )
    )
    servidor.add_generic_rpc_handlers((_OtrasVersiones(),))
    credenciales = grpc.ssl_server_credentials([(llave, certificado)])
    doble.cable.tender(servidor.add_secure_port("127.0.0.1:0", credenciales))
    doble.endpoint = f"localhost:{doble.cable.puerto}"
    servidor.start()
    return servidor


class _OtrasVersiones:
    """Lo que se pide a una versión que no es la de hoy se rechaza como una retirada."""

    def service(self, llamada: Any) -> Any:
        import grpc

        if not re.match(r"/google\.ads\.googleads\.v\d+\.", llamada.method):
            return None

        def rechazar(_peticion: bytes, contexto: Any) -> None:
            _rechazar(contexto, _Rechazo("request_error", "UNSUPPORTED_VERSION"))

        return grpc.unary_unary_rpc_method_handler(rechazar)


def _toca(doble: GoogleFalso, consulta: str) -> Falla | None:
    for n, falla in enumerate(doble.fallas):
        if falla.en in consulta:
            return doble.fallas.pop(n)
    return None


def _fallar(doble: GoogleFalso, contexto: Any, falla: Falla) -> None:
    import grpc

    if not falla.familia:
        doble.cable.cortar()
        contexto.abort(grpc.StatusCode.UNAVAILABLE, "a esta respuesta ya nadie la espera")
    _rechazar(contexto, _Rechazo(falla.familia, falla.codigo, falla.espera_s))


def _rechazar(contexto: Any, rechazo: _Rechazo) -> None:
    import grpc
    from google.ads.googleads.v26.errors.types.errors import ErrorCode, GoogleAdsError, GoogleAdsFailure

    error = GoogleAdsError(
        error_code=ErrorCode({rechazo.familia: rechazo.codigo}), message="Como lo diría Google."
    )
    if rechazo.espera_s:
        error.details.quota_error_details.retry_delay = timedelta(seconds=rechazo.espera_s)
    falla = GoogleAdsFailure(errors=[error], request_id="peticion-de-prueba")
    contexto.set_trailing_metadata(
        (
            (
                f"google.ads.googleads.{VERSION}.errors.googleadsfailure-bin",
                GoogleAdsFailure.serialize(falla),
            ),
            ("request-id", "peticion-de-prueba"),
        )
    )
    codigos = {
        "quota_error": grpc.StatusCode.RESOURCE_EXHAUSTED,
        "authentication_error": grpc.StatusCode.UNAUTHENTICATED,
        "authorization_error": grpc.StatusCode.PERMISSION_DENIED,
        "internal_error": grpc.StatusCode.INTERNAL,
    }
    contexto.abort(
        codigos.get(rechazo.familia, grpc.StatusCode.INVALID_ARGUMENT), "Request contains an error."
    )


def _fila(valores: dict[str, Any]) -> Any:
    from google.ads.googleads.v26.services.types.google_ads_service import GoogleAdsRow

    anidado: dict[str, Any] = {}
    for ruta, valor in valores.items():
        *carpetas, ultimo = ["type_" if parte == "type" else parte for parte in ruta.split(".")]
        en = anidado
        for carpeta in carpetas:
            en = en.setdefault(carpeta, {})
        en[ultimo] = valor
    return GoogleAdsRow(anidado)


# ------------------------------------------------------------------ Tokens
class _Tokens(BaseHTTPRequestHandler):
    doble: GoogleFalso

    def log_message(self, *_: object) -> None:
        """Sin ruido en la salida de las pruebas."""

    def do_GET(self) -> None:
        """La pantalla de permiso, con la persona que dice que sí."""
        pedido = dict(parse_qsl(urlsplit(self.path).query))
        bien = pedido.get("client_id") == CLIENTE and pedido.get("response_type") == "code"
        if not bien or PERMISO not in pedido.get("scope", "").split():
            self._contestar(400, {"error": "invalid_request"})
            return
        de_vuelta = {"state": pedido.get("state", ""), "code": "codigo-bueno", "scope": pedido["scope"]}
        self.send_response(302)
        self.send_header("Location", f"{pedido['redirect_uri']}?{urlencode(de_vuelta)}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_POST(self) -> None:
        campos = dict(parse_qsl(leer_cuerpo(self).decode()))
        if self.doble.token_mudo:
            self._contestar(503, {"error": "internal_failure"})
        elif (campos.get("client_id"), campos.get("client_secret")) != (CLIENTE, SECRETO):
            self._contestar(401, {"error": "invalid_client"})
        elif campos.get("grant_type") == "authorization_code" and campos.get("code") == "codigo-bueno":
            self._contestar(200, {**self._acceso(), "refresh_token": "renovacion-1"})
        elif (
            campos.get("grant_type") == "refresh_token"
            and campos.get("refresh_token") in self.doble.renovaciones
        ):
            self._contestar(200, self._acceso())
        else:
            self._contestar(
                400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
            )

    def _acceso(self) -> dict[str, Any]:
        return {
            "access_token": "acceso-1",
            "expires_in": 3599,
            "scope": self.doble.permisos,
            "token_type": "Bearer",
        }

    def _contestar(self, estado: int, cuerpo: dict[str, Any]) -> None:
        crudo = json.dumps(cuerpo).encode()
        self.send_response(estado)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(crudo)))
        self.end_headers()
        self.wfile.write(crudo)


def certificado_de_prueba(carpeta: Path) -> tuple[bytes, bytes]:
    """(llave, certificado) para localhost; deja en `carpeta` las raíces del sistema y este, y se las dice a gRPC.

    gRPC lee `GRPC_DEFAULT_SSL_ROOTS_FILE_PATH` una vez por proceso, al abrir su primer canal.
    """
    llave = ec.generate_private_key(ec.SECP256R1())
    nombre = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    ahora = datetime.now(UTC)
    certificado = (
        x509.CertificateBuilder()
        .subject_name(nombre)
        .issuer_name(nombre)
        .public_key(llave.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(ahora - timedelta(days=1))
        .not_valid_after(ahora + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
            ),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(llave, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )
    raices = carpeta / "raices.pem"
    raices.write_bytes(Path(certifi.where()).read_bytes() + b"\n" + certificado)
    os.environ["GRPC_DEFAULT_SSL_ROOTS_FILE_PATH"] = str(raices)
    privada = llave.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return privada, certificado


@contextlib.contextmanager
def google_falso(llave: bytes, certificado: bytes) -> Iterator[GoogleFalso]:
    """Los dos servidores, en hilos."""
    doble = GoogleFalso()
    manejador = type("Tokens", (_Tokens,), {"doble": doble})
    tokens = ThreadingHTTPServer(("127.0.0.1", 0), manejador)
    doble.token_url = f"http://127.0.0.1:{tokens.server_address[1]}/token"
    doble.oauth_url = f"http://127.0.0.1:{tokens.server_address[1]}/auth"
    hilo = threading.Thread(target=tokens.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    hilo.start()
    servidor = _servidor_grpc(doble, llave, certificado)
    try:
        yield doble
    finally:
        servidor.stop(None).wait()
        doble.cable.recoger()
        tokens.shutdown()
        tokens.server_close()
        hilo.join()
