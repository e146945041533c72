"""Un servidor HTTP de verdad, en loopback, que contesta como la API de Meta: Graph, Insights y OAuth.

Cada respuesta se escribió leyendo, de https://developers.facebook.com/docs:
- /graph-api/results (páginas con `paging.cursors` y `next`), /graph-api/guides/error-handling (errores);
- /marketing-api/reference/ad-account, /ad-campaign-group, /ad-campaign, /adgroup (campos de cada objeto);
- /marketing-api/insights y /marketing-api/insights/best-practices (filas, y reportes asíncronos);
- /graph-api/overview/rate-limiting (X-Business-Use-Case-Usage);
- /facebook-login/guides/advanced/manual-flow y /guides/access-tokens/get-long-lived (OAuth, debug_token).
Lo que no conoce (versión, campo, parámetro, token) lo rechaza con el error de Meta.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from dobles.cuerpo import leer_cuerpo

VERSIONES = ("v25.0", "v26.0")
CAMPOS = {
    "cuenta": {
        "id",
        "name",
        "account_status",
        "disable_reason",
        "currency",
        "timezone_name",
        "business_name",
    },
    "campaigns": {"id", "name", "effective_status", "objective", "daily_budget", "lifetime_budget"},
    "adsets": {"id", "name", "campaign_id", "effective_status", "daily_budget", "lifetime_budget"},
    "ads": {"id", "name", "adset_id", "campaign_id", "effective_status", "ad_review_feedback"},
    "me": {"id", "name"},
    "reporte": {"id", "async_status", "async_percent_completion", "error_code", "error_message"},
    "insights": {
        "ad_id",
        "ad_name",
        "adset_id",
        "adset_name",
        "campaign_id",
        "campaign_name",
        "spend",
        "impressions",
        "reach",
        "clicks",
        "inline_link_clicks",
        "actions",
        "action_values",
        "frequency",
        "date_start",
        "date_stop",
    },
}
TIPOS = {"cuenta": "AdAccount", "campaigns": "Campaign", "adsets": "AdSet", "ads": "Ad", "me": "User"}


@dataclass(frozen=True)
class Fila:
    """Lo que pasó con un anuncio en un día y una plataforma. `gasto` en la moneda de la cuenta."""

    anuncio: str
    dia: date
    plataforma: str
    gasto: Decimal
    impresiones: int
    alcance: int
    clics: int
    clics_enlace: int
    conversaciones: int = 0
    prospectos: int = 0
    compras: int = 0
    valor: Decimal = Decimal(0)


@dataclass
class Cuenta:
    """Una cuenta publicitaria con lo suyo."""

    id: str
    name: str = "Estética Marea"
    account_status: int = 1
    disable_reason: int = 0
    currency: str = "MXN"
    timezone_name: str = "America/Hermosillo"
    business_name: str = "Marea SA"
    campaigns: list[dict[str, Any]] = field(default_factory=list)
    adsets: list[dict[str, Any]] = field(default_factory=list)
    ads: list[dict[str, Any]] = field(default_factory=list)
    filas: list[Fila] = field(default_factory=list)

    def nodo(self) -> dict[str, Any]:
        return {clave: getattr(self, clave) for clave in CAMPOS["cuenta"]}


@dataclass
class Token:
    """Un token de acceso. `vence`: segundos desde 1970; 0 si no se vence."""

    usuario: str = "Rosa Peralta"
    permisos: tuple[str, ...] = ("ads_read", "business_management")
    vence: int = 0
    revocado: int = 0  # subcódigo de 190, o 0


@dataclass(frozen=True)
class Falla:
    """Cómo contesta mal la siguiente petición que cumpla.

    Args:
        que: «error» (código de Meta), «cortar» (media página y se corta), «html» (un 502 que no es JSON).
        cabeceras: además de las de siempre.
    """

    que: str = "error"
    codigo: int = 0
    subcodigo: int = 0
    estado: int = 400
    cabeceras: tuple[tuple[str, str], ...] = ()


@dataclass
class MetaFalso:
    """El estado del doble.

    Args:
        fallas: (qué petición, cuántas veces, falla). Reciben (método, ruta, parámetros).
        antes: se llama con cada petición, para cambiar el mundo entre dos páginas.
        repetir_filas: cada página de insights repite su última fila.
        sondeos: cuántas veces un reporte dice que va a la mitad antes de estar listo.
    """

    url: str = ""
    app_id: str = "1234567890"
    app_secret: str = "secreto-de-la-app"
    cuentas: dict[str, Cuenta] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    codigos: dict[str, str] = field(default_factory=dict)
    fallas: list[list[Any]] = field(default_factory=list)
    antes: Callable[[str, str, dict[str, str]], None] = lambda metodo, ruta, parametros: None
    uso: int = 10
    repetir_filas: bool = False
    por_pagina: int = 500
    sondeos: int = 1
    peticiones: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    reportes: dict[str, dict[str, Any]] = field(default_factory=dict)
    candado: threading.Lock = field(default_factory=threading.Lock)

    def fallar(
        self, si: Callable[[str, str, dict[str, str]], bool], falla: Falla, veces: int = 1, saltar: int = 0
    ) -> None:
        """Falla las próximas `veces` peticiones que cumplan, después de dejar pasar `saltar`."""
        self.fallas.append([si, veces, falla, saltar])

    def pedidas(self, fin: str) -> list[dict[str, str]]:
        """Los parámetros de cada petición cuya ruta termina así."""
        return [parametros for _, ruta, parametros in self.peticiones if ruta.endswith(fin)]


def sembrar(
    falso: MetaFalso,
    desde: date,
    dias: int,
    anuncios: int = 6,
    cuenta: str = "act_1001",
    plataformas: tuple[str, ...] = ("facebook", "instagram"),
    **de_la_cuenta: Any,
) -> Cuenta:
    """Una cuenta con campañas, conjuntos, anuncios y cifras de cada día; siempre las mismas para los mismos datos."""
    numero = cuenta.removeprefix("act_")
    nueva = Cuenta(cuenta, **de_la_cuenta)
    campanas = max(1, anuncios // 4)
    for n in range(campanas):
        nueva.campaigns.append(
            {
                "id": f"{numero}10{n}",
                "name": f"Campaña {n + 1}",
                "effective_status": "ACTIVE",
                "objective": "OUTCOME_ENGAGEMENT",
                "daily_budget": "50000",
            }
        )
        nueva.adsets.append(
            {
                "id": f"{numero}20{n}",
                "name": f"Conjunto {n + 1}",
                "campaign_id": f"{numero}10{n}",
                "effective_status": "ACTIVE",
            }
        )
    for n in range(anuncios):
        anuncio = f"{numero}30{n}"
        nueva.ads.append(
            {
                "id": anuncio,
                "name": f"Anuncio {n + 1}",
                "adset_id": f"{numero}20{n % campanas}",
                "campaign_id": f"{numero}10{n % campanas}",
                "effective_status": "ACTIVE",
            }
        )
        for d in range(dias):
            for p, plataforma in enumerate(plataformas):
                azar = int(hashlib.sha256(f"{anuncio}|{d}|{plataforma}".encode()).hexdigest()[:8], 16)
                alcance = 200 + azar % 400
                nueva.filas.append(
                    Fila(
                        anuncio,
                        desde + timedelta(days=d),
                        plataforma,
                        Decimal(1000 + azar % 9000) / 100,
                        alcance + azar % 90,
                        alcance,
                        azar % 40,
                        azar % 25,
                        conversaciones=azar % 6,
                        prospectos=azar % 2 if p == 0 else 0,
                        compras=azar % 3 if p == 1 else 0,
                        valor=Decimal(azar % 50_000) / 100 if p == 1 and azar % 3 else Decimal(0),
                    )
                )
    falso.cuentas[cuenta] = nueva
    return nueva


class _Error(Exception):
    def __init__(
        self, codigo: int, mensaje: str, subcodigo: int = 0, estado: int = 400, tipo: str = "OAuthException"
    ) -> None:
        self.estado = estado
        self.cuerpo: dict[str, Any] = {
            "error": {
                "message": mensaje,
                "type": tipo,
                "code": codigo,
                "fbtrace_id": "AbCdEfGhIjK",
                **({"error_subcode": subcodigo} if subcodigo else {}),
            }
        }


class _Manejador(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    doble: MetaFalso

    def log_message(self, *_: object) -> None:
        """Sin ruido en la salida de las pruebas."""

    def do_GET(self) -> None:
        self._atender("GET", {})

    def do_POST(self) -> None:
        cuerpo = leer_cuerpo(self).decode()
        self._atender("POST", {k: v[-1] for k, v in parse_qs(cuerpo, keep_blank_values=True).items()})

    def _atender(self, metodo: str, cuerpo: dict[str, str]) -> None:
        partes = urlsplit(self.path)
        parametros = {
            **{k: v[-1] for k, v in parse_qs(partes.query, keep_blank_values=True).items()},
            **cuerpo,
        }
        with self.doble.candado:
            self.doble.peticiones.append((metodo, partes.path, parametros))
            self.doble.antes(metodo, partes.path, parametros)
            falla = self._falla_que_toca(metodo, partes.path, parametros)
            try:
                if falla is not None and falla.que == "error":
                    raise _Error(falla.codigo, "falla a propósito", falla.subcodigo, falla.estado)
                salida = self._contestar(metodo, partes.path, parametros)
                estado = 200
            except _Error as error:
                salida, estado = error.cuerpo, error.estado
        if isinstance(salida, str):
            self.send_response(302)
            self.send_header("Location", salida)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self._mandar(estado, salida, falla)

    def _falla_que_toca(self, metodo: str, ruta: str, parametros: dict[str, str]) -> Falla | None:
        for una in self.doble.fallas:
            if una[1] > 0 and una[0](metodo, ruta, parametros):
                if una[3] > 0:
                    una[3] -= 1
                    continue
                una[1] -= 1
                falla: Falla = una[2]
                return falla
        return None

    def _mandar(self, estado: int, salida: Any, falla: Falla | None) -> None:
        datos = json.dumps(salida).encode()
        if falla is not None and falla.que == "html":
            estado, datos = 502, b"<html><body>error 502 Bad Gateway</body></html>"
        medida = {
            "type": "ads_insights",
            "call_count": self.doble.uso,
            "total_cputime": 5,
            "total_time": 5,
            "estimated_time_to_regain_access": 0,
            "ads_api_access_tier": "standard_access",
        }
        cabeceras = {
            "Content-Type": "application/json; charset=UTF-8",
            "X-Business-Use-Case-Usage": json.dumps({"1001": [medida]}),
            **dict(falla.cabeceras if falla else ()),
        }
        self.send_response(estado)
        for nombre, valor in cabeceras.items():
            self.send_header(nombre, valor)
        self.send_header("Content-Length", str(len(datos)))
        self.end_headers()
        if falla is not None and falla.que == "cortar":
            self.wfile.write(datos[: len(datos) // 2])
            self.close_connection = True
            self.connection.close()
            return
        self.wfile.write(datos)

    def _contestar(self, metodo: str, ruta: str, p: dict[str, str]) -> Any:
        pedazos = ruta.strip("/").split("/")
        if pedazos[0] not in VERSIONES:
            raise _Error(2635, f"(#2635) You are calling a deprecated version of the Ads API: {pedazos[0]}")
        if pedazos[1:] == ["dialog", "oauth"]:
            return self._dialogo(p)
        if pedazos[1:] == ["oauth", "access_token"]:
            return self._token_nuevo(p)
        token = self._token(p)
        match pedazos[1:]:
            case ["me"]:
                return self._campos({"id": "9001", "name": token.usuario}, "me", p)
            case ["me", "permissions"]:
                return self._pagina([{"permission": x, "status": "granted"} for x in token.permisos], p)
            case ["debug_token"]:
                return {"data": self._revision(p.get("input_token", ""))}
            case ["me", "adaccounts"]:
                self._permiso(token, "ads_read")
                return self._pagina(
                    [self._campos(c.nodo(), "cuenta", p) for c in self.doble.cuentas.values()], p
                )
            case [cuenta, "insights"] if metodo == "POST" and cuenta in self.doble.cuentas:
                return self._pedir_reporte(token, cuenta, p)
            case [cuenta, "insights"] if cuenta in self.doble.cuentas:
                return self._insights(token, cuenta, p, p)
            case [cuenta, borde] if cuenta in self.doble.cuentas and borde in ("campaigns", "adsets", "ads"):
                self._permiso(token, "ads_read")
                lista = getattr(self.doble.cuentas[cuenta], borde)
                return self._pagina([self._campos(dato, borde, p) for dato in lista], p)
            case [cuenta] if cuenta in self.doble.cuentas:
                self._permiso(token, "ads_read")
                return self._campos(self.doble.cuentas[cuenta].nodo(), "cuenta", p)
            case [reporte] if reporte in self.doble.reportes:
                return self._reporte(reporte, p)
            case [reporte, "insights"] if reporte in self.doble.reportes:
                guardado = self.doble.reportes[reporte]
                return self._insights(token, guardado["cuenta"], guardado["parametros"], p)
            case [nodo, *_]:
                raise _Error(
                    100,
                    f"Unsupported {metodo.lower()} request. Object with ID '{nodo}' does not exist, cannot be loaded "
                    "due to missing permissions, or does not support this operation.",
                    33,
                    tipo="GraphMethodException",
                )
        raise _Error(2500, "Unknown path components")

    # ------------------------------------------------------------ permisos
    def _token(self, p: dict[str, str]) -> Token:
        texto = p.get("access_token", "")
        if not texto:
            raise _Error(
                2500, "An active access token must be used to query information about the current user."
            )
        token = self.doble.tokens.get(texto)
        if token is None:
            raise _Error(190, "Invalid OAuth access token - Cannot parse access token", estado=401)
        if token.revocado:
            raise _Error(190, "Error validating access token", token.revocado, 401)
        if token.vence and token.vence < time.time():
            raise _Error(190, "Error validating access token: Session has expired", 463, 401)
        prueba = p.get("appsecret_proof")
        buena = hmac.new(self.doble.app_secret.encode(), texto.encode(), hashlib.sha256).hexdigest()
        if prueba is not None and prueba != buena:
            raise _Error(
                100, "Invalid appsecret_proof provided in the API argument", tipo="GraphMethodException"
            )
        return token

    def _permiso(self, token: Token, permiso: str) -> None:
        if permiso not in token.permisos:
            raise _Error(200, f"(#200) Ad account owner has NOT grant {permiso} permission", estado=403)

    def _revision(self, texto: str) -> dict[str, Any]:
        token = self.doble.tokens.get(texto)
        if token is None:
            return {"is_valid": False, "error": {"code": 190, "message": "Invalid OAuth access token."}}
        return {
            "app_id": self.doble.app_id,
            "type": "SYSTEM_USER" if not token.vence else "USER",
            "is_valid": not token.revocado,
            "expires_at": token.vence,
            "scopes": list(token.permisos),
            "user_id": "9001",
        }

    def _dialogo(self, p: dict[str, str]) -> str:
        """Como si la persona dijera que sí."""
        if p.get("client_id") != self.doble.app_id:
            raise _Error(101, "Error validating application. Invalid application ID.")
        codigo = hashlib.sha256(p["redirect_uri"].encode()).hexdigest()[:16]
        self.doble.codigos[codigo] = p["redirect_uri"]
        return f"{p['redirect_uri']}?{urlencode({'code': codigo, 'state': p['state']})}"

    def _token_nuevo(self, p: dict[str, str]) -> dict[str, Any]:
        if (p.get("client_id"), p.get("client_secret")) != (self.doble.app_id, self.doble.app_secret):
            raise _Error(1, "Error validating client secret.")
        if p.get("grant_type") == "fb_exchange_token":
            viejo = self.doble.tokens.get(p.get("fb_exchange_token", ""))
            if viejo is None or viejo.revocado:
                raise _Error(190, "Error validating access token", viejo.revocado if viejo else 0, 401)
            nombre, segundos = f"EAA-largo-{len(self.doble.tokens)}", 60 * 86_400
            self.doble.tokens[nombre] = Token(viejo.usuario, viejo.permisos, int(time.time()) + segundos)
        else:
            if self.doble.codigos.pop(p.get("code", ""), None) != p.get("redirect_uri"):
                raise _Error(100, "Error validating verification code.", 36008)
            nombre, segundos = f"EAA-corto-{len(self.doble.tokens)}", 3600
            self.doble.tokens[nombre] = Token(vence=int(time.time()) + segundos)
        return {"access_token": nombre, "token_type": "bearer", "expires_in": segundos}

    # ------------------------------------------------------------ listas
    def _campos(self, dato: dict[str, Any], tipo: str, p: dict[str, str]) -> dict[str, Any]:
        pedidos = [c for c in p.get("fields", "id").split(",") if c]
        for campo in pedidos:
            if campo not in CAMPOS[tipo]:
                raise _Error(
                    100, f"(#100) Tried accessing nonexisting field ({campo}) on node type ({TIPOS[tipo]})"
                )
        return {c: dato[c] for c in pedidos if dato.get(c) is not None}

    def _pagina(self, datos: list[dict[str, Any]], p: dict[str, str]) -> dict[str, Any]:
        inicio = int(p.get("after") or 0)
        limite = min(int(p.get("limit") or 25), self.doble.por_pagina)
        tramo = datos[inicio : inicio + limite]
        salida: dict[str, Any] = {"data": tramo}
        if tramo:
            salida["paging"] = {"cursors": {"before": str(inicio), "after": str(inicio + len(tramo))}}
            if inicio + len(tramo) < len(datos):
                # Como Meta: el enlace lleva el token; nadie debe seguirlo ni guardarlo.
                salida["paging"]["next"] = (
                    f"{self.doble.url}{urlsplit(self.path).path}?after={inicio + len(tramo)}"
                )
        return salida

    # ------------------------------------------------------------ insights
    def _insights(self, token: Token, cuenta: str, p: dict[str, str], paginado: dict[str, str]) -> Any:
        self._permiso(token, "ads_read")
        for campo in p.get("fields", "").split(","):
            if campo not in CAMPOS["insights"]:
                raise _Error(100, f"(#100) {campo} is not valid for fields param.")
        if p.get("breakdowns") not in (None, "publisher_platform"):
            raise _Error(100, f"(#100) breakdowns[0] must be one of the following values: {p['breakdowns']}")
        if p.get("level") != "ad":
            raise _Error(
                100, "(#100) level must be one of the following values: ad, adset, campaign, account"
            )
        lapso = json.loads(p["time_range"])
        desde, hasta = date.fromisoformat(lapso["since"]), date.fromisoformat(lapso["until"])
        suyas = [f for f in self.doble.cuentas[cuenta].filas if desde <= f.dia <= hasta]
        datos = (
            [self._por_dia(self.doble.cuentas[cuenta], f) for f in suyas]
            if p.get("time_increment") == "1"
            else self._del_lapso(suyas, desde, hasta)
        )
        salida = self._pagina(datos, paginado)
        if self.doble.repetir_filas and salida["data"]:
            salida["data"] = [*salida["data"], salida["data"][-1]]
        return salida

    def _por_dia(self, cuenta: Cuenta, f: Fila) -> dict[str, Any]:
        anuncio = next((a for a in cuenta.ads if a["id"] == f.anuncio), None)
        numero = cuenta.id.removeprefix("act_")
        campana = anuncio["campaign_id"] if anuncio else f"{numero}100"
        conjunto = anuncio["adset_id"] if anuncio else f"{numero}200"
        acciones = [
            {"action_type": tipo, "value": str(valor)}
            for tipo, valor in (
                ("onsite_conversion.messaging_conversation_started_7d", f.conversaciones),
                ("link_click", f.clics_enlace),
                ("lead", f.prospectos),
                # Meta repite el mismo hecho con varios nombres.
                ("onsite_conversion.lead_grouped", f.prospectos),
                ("omni_purchase", f.compras),
                ("purchase", f.compras),
            )
            if valor
        ]
        valores = [
            {"action_type": t, "value": str(f.valor)} for t in ("omni_purchase", "purchase") if f.valor
        ]
        return {
            "ad_id": f.anuncio,
            "ad_name": anuncio["name"] if anuncio else "Anuncio que ya no está",
            "adset_id": conjunto,
            "adset_name": "Conjunto",
            "campaign_id": campana,
            "campaign_name": "Campaña",
            "spend": str(f.gasto),
            "impressions": str(f.impresiones),
            "reach": str(f.alcance),
            "clicks": str(f.clics),
            "inline_link_clicks": str(f.clics_enlace),
            **({"actions": acciones} if acciones else {}),
            **({"action_values": valores} if valores else {}),
            "date_start": f.dia.isoformat(),
            "date_stop": f.dia.isoformat(),
            "publisher_platform": f.plataforma,
        }

    def _del_lapso(self, suyas: list[Fila], desde: date, hasta: date) -> list[dict[str, Any]]:
        """Sin día ni plataforma: aquí nadie ve un anuncio dos días, y el alcance del lapso es la suma."""
        salida = []
        for anuncio in dict.fromkeys(f.anuncio for f in suyas):
            de_el = [f for f in suyas if f.anuncio == anuncio]
            alcance = sum(f.alcance for f in de_el)
            veces = sum(f.impresiones for f in de_el) / alcance if alcance else 0
            salida.append(
                {
                    "ad_id": anuncio,
                    "frequency": f"{veces:.6f}",
                    "date_start": desde.isoformat(),
                    "date_stop": hasta.isoformat(),
                }
            )
        return salida

    def _pedir_reporte(self, token: Token, cuenta: str, p: dict[str, str]) -> dict[str, Any]:
        self._insights(token, cuenta, p, {"limit": "1"})
        reporte = str(6_000_000 + len(self.doble.reportes))
        self.doble.reportes[reporte] = {"cuenta": cuenta, "parametros": p, "sondeos": self.doble.sondeos}
        return {"report_run_id": reporte}

    def _reporte(self, reporte: str, p: dict[str, str]) -> dict[str, Any]:
        guardado = self.doble.reportes[reporte]
        guardado["sondeos"] -= 1
        listo = guardado["sondeos"] < 0
        nodo = {
            "id": reporte,
            "async_status": "Job Completed" if listo else "Job Running",
            "async_percent_completion": 100 if listo else 50,
        }
        return {"id": reporte, **self._campos(nodo, "reporte", p)}


@contextlib.contextmanager
def meta_falso() -> Iterator[MetaFalso]:
    """Arranca el doble en un puerto libre; `.url` es su dirección."""
    doble = MetaFalso(tokens={"EAA-bueno": Token()})
    manejador = type("_Este", (_Manejador,), {"doble": doble})
    servidor = ThreadingHTTPServer(("127.0.0.1", 0), manejador)
    servidor.daemon_threads = True
    doble.url = f"http://127.0.0.1:{servidor.server_port}"
    hilo = threading.Thread(target=servidor.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    hilo.start()
    try:
        yield doble
    finally:
        servidor.shutdown()
        servidor.server_close()
        hilo.join(5)
