"""La API de Meta por su SDK (`facebook-business`), con lo que el SDK no cuida: plazos, esperas, límites y errores.

Fuentes: https://developers.facebook.com/docs/graph-api/guides/error-handling (códigos),
https://developers.facebook.com/docs/graph-api/overview/rate-limiting (X-Business-Use-Case-Usage) y
https://developers.facebook.com/docs/graph-api/results (páginas con cursor).
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import requests

from ...utils import medidas
from ...utils.errores import ErrorServicioExterno
from ...utils.supabase_client import conexion_actual
from .errores import (
    ErrorCuentaMeta,
    ErrorDemasiado,
    ErrorLimiteMeta,
    ErrorNoExisteMeta,
    ErrorPermisoMeta,
    ErrorTokenMeta,
)

PLAZO_S = (5, 60)  # conectar, leer; el SDK no pone ninguno
REINTENTOS = 3
ESPERA_INICIAL_S = 1.0
ESPERA_AQUI_S = 20.0  # más que esto no se espera con un hilo ocupado: se deja para después
USO_CON_CALMA = 75  # por ciento del límite desde el que se baja el paso
USO_LLENO = 95
SIN_CUANDO_S = 300.0  # lo que se espera cuando Meta no dice cuánto

LIMITES = frozenset({4, 17, 32, 613, 80000, 80001, 80002, 80003, 80004, 80005, 80006, 80008, 80009, 80014})
PASAJEROS = frozenset({1, 2})
TOKEN = frozenset({102, 190, 463, 467})
DEMASIADOS_DATOS = frozenset({1487534, 1504018, 99})  # «reduce the amount of data», «request timed out»
VERSION_RETIRADA = 2635  # «You are calling a deprecated version of the Ads API»
CUENTA_CERRADA = frozenset({1487124, 2446079})


class Graph:
    """Una sesión con Meta para un token. Importa el SDK al crearse, no antes.

    Args:
        token: de usuario o de usuario del sistema.
        esperar: recibe segundos; las pruebas dan una que no espera.
    """

    def __init__(self, token: str, esperar: Callable[[float], None] = time.sleep) -> None:
        from facebook_business.api import FacebookAdsApi
        from facebook_business.session import FacebookSession

        config = conexion_actual().config
        # Con el secreto de la aplicación, el SDK firma cada petición (appsecret_proof); uno ajeno la haría rechazar.
        secreto = config.META_APP_SECRET if config.META_APP_ID else None
        sesion = FacebookSession(config.META_APP_ID or None, secreto or None, token, timeout=PLAZO_S)
        sesion.GRAPH = config.META_GRAPH_URL
        self.api = FacebookAdsApi(sesion)
        self._esperar = esperar
        self._descanso_s = 0.0

    def leer(self, nodo: str, campos: str = "", **mas: Any) -> dict[str, Any]:
        """Un objeto por su id.

        Raises:
            ErrorNora: los hijos de este módulo, según lo que Meta diga.
        """
        return self._pedir("GET", (nodo,), {**({"fields": campos} if campos else {}), **mas})

    def mandar(self, nodo: str, borde: str, datos: Mapping[str, Any]) -> dict[str, Any]:
        """Un POST."""
        return self._pedir("POST", (nodo, borde), dict(datos))

    def paginas(
        self, nodo: str, borde: str, parametros: Mapping[str, Any], tamano: int = 200
    ) -> Iterator[list[dict[str, Any]]]:
        """Cada página de una lista, de una en una: nunca hay más de una en memoria.

        No usa el iterador del SDK: se acaba en la primera página vacía aunque haya otra después.
        """
        despues = ""
        while True:
            cuerpo = self._pedir(
                "GET",
                (nodo, borde),
                {**parametros, "limit": tamano, **({"after": despues} if despues else {})},
            )
            datos = cuerpo.get("data")
            if not isinstance(datos, list):
                raise ErrorServicioExterno("Meta contestó algo que no se entiende.")
            yield datos
            paginado = cuerpo.get("paging") or {}
            siguiente = str((paginado.get("cursors") or {}).get("after") or "")
            if "next" not in paginado or not siguiente:
                return
            if siguiente == despues:
                raise ErrorServicioExterno("Meta repite la misma página.")
            despues = siguiente

    def _pedir(self, metodo: str, ruta: tuple[str, ...], parametros: dict[str, Any]) -> dict[str, Any]:
        self._descansar()
        for intento in range(REINTENTOS + 1):
            try:
                return self._una_vez(metodo, ruta, parametros)
            except ErrorServicioExterno as error:
                # Un POST puede haber llegado; el único que hay (pedir un reporte) se puede repetir sin daño.
                if isinstance(error, ErrorLimiteMeta) or intento == REINTENTOS:
                    raise
                self._esperar(ESPERA_INICIAL_S * 2**intento)
        raise AssertionError("no se llega aquí")

    def _una_vez(self, metodo: str, ruta: tuple[str, ...], parametros: dict[str, Any]) -> dict[str, Any]:
        from facebook_business.exceptions import FacebookError, FacebookRequestError

        try:
            with medidas.LLAMADAS_A_PROVEEDOR.labels("meta").time():
                respuesta = self.api.call(metodo, ruta, params=parametros)
        except FacebookRequestError as error:
            # Sin la causa: el texto del SDK lleva los parámetros.
            raise traducir(error.http_status(), error.body(), error.http_headers() or {}) from None
        except (requests.RequestException, FacebookError, TypeError):
            # Sin la causa: el texto de requests lleva la dirección, con el token. TypeError es del SDK ante un error
            # que no es JSON.
            raise ErrorServicioExterno("Meta no contesta.") from None
        cuerpo = respuesta.json()
        # El SDK da por bueno lo que no es JSON, también con estado 500.
        if not isinstance(cuerpo, dict) or int(respuesta.status()) >= 400:
            raise traducir(int(respuesta.status()), cuerpo, respuesta.headers())
        self._descanso_s = descanso(respuesta.headers())
        return cuerpo

    def _descansar(self) -> None:
        segundos, self._descanso_s = self._descanso_s, 0.0
        if segundos > ESPERA_AQUI_S:
            raise ErrorLimiteMeta(segundos)
        if segundos:
            self._esperar(segundos)


def uso(cabeceras: Mapping[str, str]) -> tuple[int, float]:
    """(mayor por ciento del límite que va usado, segundos para volver a entrar) según X-Business-Use-Case-Usage."""
    try:
        por_negocio = json.loads(cabeceras.get("X-Business-Use-Case-Usage") or "{}")
        medidas = [medida for lista in por_negocio.values() for medida in lista]
        lleno = max(
            (int(m.get(n) or 0) for m in medidas for n in ("call_count", "total_cputime", "total_time")),
            default=0,
        )
        # La cabecera lo da en minutos.
        espera = 60.0 * max(
            (float(m.get("estimated_time_to_regain_access") or 0) for m in medidas), default=0.0
        )
    except (ValueError, AttributeError, TypeError):
        return 0, 0.0
    return lleno, espera


def descanso(cabeceras: Mapping[str, str]) -> float:
    """Segundos que conviene esperar antes de la siguiente petición."""
    lleno, espera = uso(cabeceras)
    if espera or lleno >= USO_LLENO:
        return espera or SIN_CUANDO_S
    if lleno < USO_CON_CALMA:
        return 0.0
    return ESPERA_AQUI_S * (lleno - USO_CON_CALMA) / (USO_LLENO - USO_CON_CALMA)


def traducir(estado: int | None, cuerpo: Any, cabeceras: Mapping[str, str]) -> Exception:
    """El error de Nora que corresponde a lo que Meta contestó."""
    detalle = cuerpo.get("error") if isinstance(cuerpo, dict) else None
    detalle = detalle if isinstance(detalle, dict) else {}
    codigo, sub = int(detalle.get("code") or 0), int(detalle.get("error_subcode") or 0)
    medidas.error_de_proveedor("meta", codigo or estado)
    if estado == 429 or codigo in LIMITES:
        return ErrorLimiteMeta(uso(cabeceras)[1] or None, codigo)
    if codigo in TOKEN:
        return ErrorTokenMeta(sub)
    if sub in DEMASIADOS_DATOS:
        return ErrorDemasiado()
    if sub in CUENTA_CERRADA:
        return ErrorCuentaMeta()
    if codigo in (3, 10) or 200 <= codigo <= 299:
        return ErrorPermisoMeta()
    if codigo == VERSION_RETIRADA:
        return ErrorPermisoMeta(
            "Meta retiró la versión de su API que usa esta instalación.",
            "Avísale a quien la administra: hay que actualizar Nora.",
        )
    if (codigo, sub) == (100, 33) or codigo == 803:
        return ErrorNoExisteMeta()
    if codigo in PASAJEROS or detalle.get("is_transient") or estado is None or estado >= 500 or not codigo:
        return ErrorServicioExterno("Meta no contesta bien ahora.")
    return ErrorCuentaMeta(f"Meta no aceptó lo que se le pidió (código {codigo}).")
