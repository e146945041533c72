"""Frenos por minuto: a quien pide sin parar y a quien prueba firmas. La entrada tiene el suyo, en la base."""

from __future__ import annotations

from flask import Flask, current_app, g, request, session
from werkzeug.exceptions import TooManyRequests
from werkzeug.middleware.proxy_fix import ProxyFix

from app_config import Config

from ..utils import medidas
from ..utils.freno import Freno

# Lo que no cuenta: lo que sirve el navegador de su memoria, lo que pregunta quien vigila, y los webhooks, que tienen
# el suyo.
SIN_FRENO = ("static", "salud.vive", "salud.listo", "salud.metricas", "webhook.", "instalable.")
FIRMAS_MALAS_POR_MINUTO = 30


def preparar(app: Flask, config: Config) -> None:
    """Pone el freno general antes de cada vista y cree en la dirección que digan los proxies de enfrente."""
    redis = app.config.get("SESSION_REDIS")
    app.extensions["nora_freno"] = Freno(redis)
    if config.proxies:
        # Sin esto la dirección de todos sería la del proxy y el freno de uno sería el de todos.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=config.proxies, x_proto=config.proxies)  # type: ignore[method-assign]
    if config.limite_de_peticiones:
        app.before_request(_frenar)


def _frenar() -> None:
    endpoint = request.endpoint or ""
    if endpoint.startswith(SIN_FRENO):
        return
    config: Config = current_app.extensions["nora_config"]
    freno: Freno = current_app.extensions["nora_freno"]
    # Por persona si entró; si no, por dirección: en un negocio todos salen por la misma.
    quien = session.get("usuario_id") or f"ip:{request.remote_addr}"
    if freno.contar(f"pide:{quien}") > config.limite_de_peticiones:
        _negar(freno, "peticiones")


def revisar_firmas(origen: str) -> None:
    """Con una firma mala: quien lleva muchas en este minuto no gasta ni una lectura.

    Raises:
        TooManyRequests: espere; Twilio firma bien y no llega aquí.
    """
    freno: Freno = current_app.extensions["nora_freno"]
    if freno.van(f"firma:{origen}") >= FIRMAS_MALAS_POR_MINUTO:
        _negar(freno, "firmas")


def anotar_firma_mala(origen: str) -> None:
    """Cuenta una firma que no es, para ese origen."""
    freno: Freno = current_app.extensions["nora_freno"]
    medidas.FRENOS.labels("firma_mala").inc()
    freno.contar(f"firma:{origen}")


def _negar(freno: Freno, cual: str) -> None:
    medidas.FRENOS.labels(cual).inc()
    g.freno = cual
    raise TooManyRequests(retry_after=freno.faltan())
