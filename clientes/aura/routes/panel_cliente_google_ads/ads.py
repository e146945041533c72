"""La API de Google Ads por su SDK (`google-ads`), con lo que el SDK no cuida: plazos, esperas, límites y errores.

Fuentes: https://developers.google.com/google-ads/api/docs/query/overview (GAQL),
https://developers.google.com/google-ads/api/docs/best-practices/quotas (RESOURCE_EXHAUSTED y retry_delay),
https://developers.google.com/google-ads/api/docs/concepts/call-structure (login-customer-id) y
https://developers.google.com/google-ads/api/docs/get-started/handle-errors.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import requests

from ...utils import medidas
from ...utils.errores import ErrorServicioExterno
from ...utils.supabase_client import conexion_actual
from .errores import (
    ErrorCuentaCerrada,
    ErrorCuentaGoogle,
    ErrorLimiteGoogle,
    ErrorPermisoGoogle,
    ErrorTokenGoogle,
)

VERSION = "v26"  # la más nueva del SDK instalado; una prueba lo compara
PLAZO_S = 120.0
PLAZO_TOKEN_S = (5, 20)
REINTENTOS = 3
ESPERA_INICIAL_S = 1.0

TOKEN = frozenset(
    {
        "OAUTH_TOKEN_INVALID",
        "OAUTH_TOKEN_EXPIRED",
        "OAUTH_TOKEN_DISABLED",
        "OAUTH_TOKEN_REVOKED",
        "GOOGLE_ACCOUNT_DELETED",
        "GOOGLE_ACCOUNT_AUTHENTICATION_FAILED",
        "AUTHENTICATION_ERROR",
    }
)
APLICACION = frozenset(
    {
        "DEVELOPER_TOKEN_NOT_APPROVED",
        "DEVELOPER_TOKEN_PROHIBITED",
        "DEVELOPER_TOKEN_NOT_ON_ALLOWLIST",
        "DEVELOPER_TOKEN_INVALID",
        "PROJECT_DISABLED",
        "CLOUD_PROJECT_NOT_APPROVED_FOR_PRODUCTION",
    }
)
VERSION_RETIRADA = "UNSUPPORTED_VERSION"
CERRADA = "CUSTOMER_NOT_ENABLED"
CUENTA = frozenset({"CUSTOMER_NOT_FOUND", "ACTION_NOT_PERMITTED_FOR_SUSPENDED_ACCOUNT"})
SIN_CUENTAS = "NOT_ADS_USER"

T = TypeVar("T")


class Ads:
    """Una sesión con Google Ads para un permiso. Importa el SDK al crearse, no antes.

    Args:
        token: el de renovación (refresh token).
        esperar: recibe segundos; las pruebas dan una que no espera.

    Raises:
        ErrorPermisoGoogle: a la instalación le falta su aplicación de Google.
    """

    def __init__(self, token: str, esperar: Callable[[float], None] = time.sleep) -> None:
        from google.oauth2.credentials import Credentials

        config = conexion_actual().config
        if not config.GOOGLE_ADS_DEVELOPER_TOKEN:
            raise ErrorPermisoGoogle(
                "Esta instalación no tiene su token de desarrollador de Google Ads.",
                "Avísale a quien la administra.",
            )
        # La dirección del token no se puede dar por diccionario: por eso las credenciales se arman aparte.
        self._credenciales = Credentials(  # type: ignore[no-untyped-call]
            None,
            refresh_token=token,
            token_uri=config.GOOGLE_ADS_TOKEN_URL,
            client_id=config.GOOGLE_ADS_CLIENT_ID,
            client_secret=config.GOOGLE_ADS_CLIENT_SECRET,
        )
        self._config = config
        self._servicios: dict[tuple[str, str], Any] = {}
        self._esperar = esperar

    def cuentas_visibles(self) -> list[str]:
        """Los ids de las cuentas a las que este permiso entra directo; vacía si no usa Google Ads."""

        def pedir() -> list[str]:
            respuesta = self._servicio("", "CustomerService").list_accessible_customers(
                timeout=PLAZO_S, retry=None
            )
            return [nombre.rsplit("/", 1)[-1] for nombre in respuesta.resource_names]

        return self._con_reintentos(pedir)

    def buscar(self, cuenta: str, gerente: str, consulta: str) -> Iterator[list[Any]]:
        """Las filas de una consulta GAQL, por tandas: nunca hay más de una en memoria.

        Args:
            gerente: por qué cuenta de administrador se entra; vacío si directo.

        Raises:
            ErrorNora: los hijos de este módulo, según lo que Google diga. Lo ya entregado no se repite: quien llama
                vuelve a empezar.
        """
        tandas = self._con_reintentos(lambda: self._abrir(cuenta, gerente, consulta))
        while True:
            try:
                tanda = next(tandas)
            except StopIteration:
                return
            except Exception as error:
                raise _traducido(error) from None
            yield list(tanda.results)

    def _abrir(self, cuenta: str, gerente: str, consulta: str) -> Iterator[Any]:
        servicio = self._servicio(gerente, "GoogleAdsService")
        with medidas.LLAMADAS_A_PROVEEDOR.labels("google").time():
            abierto: Iterator[Any] = iter(
                servicio.search_stream(customer_id=cuenta, query=consulta, timeout=PLAZO_S, retry=None)
            )
        return abierto

    def _servicio(self, gerente: str, nombre: str) -> Any:
        """El servicio con su canal abierto: si se suelta a media lectura, gRPC la corta."""
        from google.ads.googleads.client import GoogleAdsClient

        self._renovar()
        if (gerente, nombre) not in self._servicios:
            cliente = GoogleAdsClient(
                credentials=self._credenciales,
                developer_token=self._config.GOOGLE_ADS_DEVELOPER_TOKEN,
                endpoint=self._config.GOOGLE_ADS_ENDPOINT,
                login_customer_id=gerente or self._config.GOOGLE_ADS_LOGIN_CUSTOMER_ID or None,
                version=VERSION,
                use_proto_plus=True,
            )
            self._servicios[gerente, nombre] = cliente.get_service(nombre)
        return self._servicios[gerente, nombre]

    def _renovar(self) -> None:
        """Un token de acceso que valga; si lo pidiera gRPC, un permiso quitado parecería una red caída."""
        if self._credenciales.valid:
            return
        from google.auth.exceptions import GoogleAuthError, RefreshError
        from google.auth.transport.requests import Request

        with requests.Session() as sesion:
            pedir = Request(sesion)

            def con_plazo(*args: Any, **kwargs: Any) -> Any:
                return pedir(*args, **{**kwargs, "timeout": PLAZO_TOKEN_S})

            try:
                self._credenciales.refresh(con_plazo)  # type: ignore[no-untyped-call]
            except RefreshError as error:
                medidas.error_de_proveedor("google", "token")
                if error.retryable or not error.args:
                    raise ErrorServicioExterno("Google no contesta.") from None
                raise ErrorTokenGoogle("Se quitó o se venció el permiso en Google.") from None
            except (GoogleAuthError, requests.RequestException):
                raise ErrorServicioExterno("Google no contesta.") from None

    def _con_reintentos(self, pedir: Callable[[], T]) -> T:
        for intento in range(REINTENTOS + 1):
            try:
                return pedir()
            except Exception as error:
                traducido = _traducido(error)
                limite = isinstance(traducido, ErrorLimiteGoogle)
                if limite or not isinstance(traducido, ErrorServicioExterno) or intento == REINTENTOS:
                    raise traducido from None
                self._esperar(ESPERA_INICIAL_S * 2**intento)
        raise AssertionError("no se llega aquí")


def _traducido(error: Exception) -> Exception:
    """El error de Nora que corresponde; lo que no sea de la red se devuelve igual."""
    import grpc
    from google.ads.googleads.errors import GoogleAdsException
    from google.api_core.exceptions import GoogleAPICallError

    if isinstance(error, GoogleAdsException):
        # Sin la causa: su texto lleva la petición.
        return de_falla(list(error.failure.errors))
    if isinstance(error, GoogleAPICallError | grpc.RpcError):
        if falla := _falla_del_remate(error):
            return de_falla(falla)
        codigo = getattr(error, "grpc_status_code", None)
        medidas.error_de_proveedor("google", getattr(codigo, "name", "grpc"))
        if codigo is grpc.StatusCode.RESOURCE_EXHAUSTED:
            return ErrorLimiteGoogle()
        if codigo is grpc.StatusCode.UNAUTHENTICATED:
            return ErrorTokenGoogle()
        if codigo is grpc.StatusCode.PERMISSION_DENIED:
            return ErrorPermisoGoogle()
        return ErrorServicioExterno("Google no contesta bien ahora.")
    return error


def _falla_del_remate(error: Exception) -> list[Any]:
    """Los errores del remate de la respuesta: el SDK no los lee cuando el estado es INTERNAL o RESOURCE_EXHAUSTED."""
    from google.ads.googleads.v26.errors.types.errors import GoogleAdsFailure

    for uno in (error, *getattr(error, "errors", ())):
        remate = uno.trailing_metadata() if hasattr(uno, "trailing_metadata") else None
        for nombre, valor in remate or ():
            if nombre.endswith("googleadsfailure-bin"):
                return list(GoogleAdsFailure.deserialize(valor).errors)
    return []


def de_falla(errores: list[Any]) -> Exception:
    """El error de Nora para los errores de un GoogleAdsFailure; manda el que pide esperar, y luego el del permiso."""
    nombres = [_nombre(uno.error_code) for uno in errores]
    familias = [familia for familia, _ in nombres]
    codigos = {codigo for _, codigo in nombres}
    for codigo in codigos:
        medidas.error_de_proveedor("google", codigo)
    if "quota_error" in familias:
        esperas = [
            uno.details.quota_error_details.retry_delay.total_seconds()
            for uno in errores
            if uno.details.quota_error_details.retry_delay
        ]
        return ErrorLimiteGoogle(max(esperas) if esperas else None)
    if codigos & TOKEN:
        return ErrorTokenGoogle()
    if SIN_CUENTAS in codigos:
        return ErrorPermisoGoogle(
            "Esa cuenta de Google no usa Google Ads.", "Conecta con la que entra a tus anuncios."
        )
    if codigos & APLICACION:
        return ErrorPermisoGoogle(
            "Google no deja leer a esta instalación: su token de desarrollador no está aprobado.",
            "Avísale a quien la administra.",
        )
    if VERSION_RETIRADA in codigos:
        return ErrorPermisoGoogle(
            f"Google retiró la versión de su API que usa esta instalación ({VERSION}).",
            "Avísale a quien la administra: hay que actualizar Nora.",
        )
    if CERRADA in codigos:
        return ErrorCuentaCerrada()
    if codigos & CUENTA:
        return ErrorCuentaGoogle()
    if "authorization_error" in familias:
        return ErrorPermisoGoogle()
    if "internal_error" in familias:
        return ErrorServicioExterno("Google no contesta bien ahora.")
    return ErrorCuentaGoogle(
        f"Google no aceptó lo que se le pidió ({', '.join(sorted(codigos)) or 'sin código'})."
    )


def _nombre(codigo: Any) -> tuple[str, str]:
    """(familia, nombre) del error: el único campo puesto de ErrorCode."""
    crudo = type(codigo).pb(codigo)
    familia = crudo.WhichOneof("error_code") or ""
    return familia, getattr(codigo, familia).name if familia else ""
