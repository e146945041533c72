"""Mandar las fallas a Sentry, si hay `SENTRY_DSN`: dónde y de qué clase, nunca qué decía ni de quién.

Lo que sale se arma con una lista de lo permitido; lo que el SDK agregue mañana no sale solo.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from app_config import Config

from . import logging_utils

if TYPE_CHECKING:
    from sentry_sdk.types import Event, Hint

PLAZO_DE_SALIDA_S = 2
_DEL_EVENTO = (
    "event_id",
    "timestamp",
    "level",
    "platform",
    "environment",
    "release",
    "sdk",
    "tags",
    "logger",
)
_DEL_CUADRO = (
    "filename",
    "function",
    "module",
    "lineno",
    "in_app",
    "context_line",
    "pre_context",
    "post_context",
)
_ETIQUETAS = ("event", "peticion", "nora", "trabajo", "conversacion_id")


def preparar(config: Config) -> None:
    """Desde aquí, cada renglón de error con excepción se manda también a Sentry. Sin `SENTRY_DSN` no hace nada."""
    if not config.SENTRY_DSN:
        return
    import sentry_sdk  # cuesta 0.1 s: solo quien lo usa

    sentry_sdk.init(
        dsn=config.SENTRY_DSN,
        environment=config.ENTORNO,
        before_send=solo_lo_permitido,
        before_breadcrumb=lambda _miga, _pista: None,
        default_integrations=False,
        auto_enabling_integrations=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        server_name="nora",
        shutdown_timeout=PLAZO_DE_SALIDA_S,
    )
    logging_utils.al_fallar(_mandar)


def dejar() -> None:
    """Espera lo que falte por mandar y se apaga."""
    import sentry_sdk

    logging_utils.al_fallar(None)
    sentry_sdk.get_client().close(timeout=PLAZO_DE_SALIDA_S)


def _mandar(renglon: Mapping[str, Any], error: BaseException) -> None:
    import sentry_sdk

    with sentry_sdk.new_scope() as marco:
        for etiqueta in _ETIQUETAS:
            if renglon.get(etiqueta):
                marco.set_tag(etiqueta, logging_utils.tapar_texto(str(renglon[etiqueta])))
        sentry_sdk.capture_exception((type(error), error, error.__traceback__ or sys.exc_info()[2]))


def solo_lo_permitido(evento: Event, _pista: Hint) -> Event | None:
    """El evento con la traza y las clases, sin el texto de ninguna excepción, variables, petición ni persona."""
    limpio: Any = {clave: evento[clave] for clave in _DEL_EVENTO if clave in evento}  # type: ignore[literal-required]
    excepciones: Any = evento.get("exception") or {}
    limpio["exception"] = {"values": [_sin_texto(una) for una in excepciones.get("values") or []]}
    salida: Event = limpio
    return salida


def _sin_texto(excepcion: Mapping[str, Any]) -> dict[str, Any]:
    cuadros = (excepcion.get("stacktrace") or {}).get("frames") or []
    return {
        "type": excepcion.get("type"),
        "module": excepcion.get("module"),
        "value": logging_utils.TAPADO,
        "stacktrace": {
            "frames": [
                {clave: cuadro[clave] for clave in _DEL_CUADRO if clave in cuadro} for cuadro in cuadros
            ]
        },
    }
