"""Ata las extensiones de Flask: sesiones, CSRF, cabeceras y sockets."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from cachelib import FileSystemCache
from flask import Flask, Request, g, request

from app_config import Config
from extensiones import csrf, session_ext, socketio, talisman

from ..utils.errores import ErrorServicioExterno
from ..utils.logging_utils import registro

bitacora = registro(__name__)
DIAS_DE_SESION = 14
NO_USAN_SESION = ("static", "salud.", "webhook.", "instalable.")
# Segundos. Sin ellos, un Redis congelado se queda con todos los hilos, también los de los webhooks.
PLAZOS_DE_REDIS = {"socket_connect_timeout": 1.0, "socket_timeout": 2.0}
CSP: dict[str, str | list[str]] = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    "font-src": "'self'",
    "connect-src": ["'self'", "ws:", "wss:"],
    "frame-ancestors": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "object-src": "'none'",
    "report-uri": "/informe-de-politica",
}


def politica_de_contenido(config: Config) -> dict[str, str | list[str]]:
    """Todo de este origen; con Supabase hospedado, además las imágenes, el sonido y el video de su almacén."""
    de_fuera = [config.SUPABASE_URL] if config.modo_supabase == "hospedado" else []
    return {**CSP, "img-src": ["'self'", "data:", *de_fuera], "media-src": ["'self'", *de_fuera]}


def atar_extensiones(app: Flask, config: Config) -> None:
    """Configura y ata cada extensión."""
    app.config.update(
        PERMANENT_SESSION_LIFETIME=timedelta(days=DIAS_DE_SESION),
        SESSION_PERMANENT=True,
        SESSION_REFRESH_EACH_REQUEST=False,
    )
    if config.REDIS_URL:
        from redis import Redis

        app.config.update(
            SESSION_TYPE="redis", SESSION_REDIS=Redis.from_url(config.REDIS_URL, **PLAZOS_DE_REDIS)
        )
    else:
        # threshold=0: el desalojo por cantidad sacaba a gente con sesión; limpia el programador por fecha.
        carpeta = config.NORA_DATOS / "sesiones"
        app.config.update(
            SESSION_TYPE="cachelib",
            SESSION_CACHELIB=FileSystemCache(str(carpeta), threshold=0, mode=0o600),
        )
    session_ext.init_app(app)
    if config.REDIS_URL:
        _cuidar_las_sesiones(app)
    csrf.init_app(app)
    talisman.init_app(
        app,
        force_https=False,  # lo termina el servidor de enfrente; con https se activa HSTS
        strict_transport_security=config.URL_PUBLICA.startswith("https://"),
        content_security_policy=politica_de_contenido(config),
        content_security_policy_nonce_in=["script-src"],
        session_cookie_secure=config.SESSION_COOKIE_SECURE,
        referrer_policy="same-origin",
        frame_options="DENY",
    )
    socketio.init_app(
        app,
        async_mode="threading",
        transports=["websocket"],
        manage_session=False,
        cors_allowed_origins=config.URL_PUBLICA or None,
        ping_interval=20,
        ping_timeout=20,
    )


def _cuidar_las_sesiones(app: Flask) -> None:
    """Si Redis no contesta, la página lo dice y la cookie se queda: al volver, la persona sigue dentro.

    Sin esto la falla sale al abrir la sesión, antes de que haya con qué pintar un error.
    """
    from redis.exceptions import RedisError

    interfaz: Any = app.session_interface
    abrir, guardar = interfaz.open_session, interfaz.save_session

    def abrir_si_se_puede(aplicacion: Flask, peticion: Request) -> Any:
        try:
            return abrir(aplicacion, peticion)
        except RedisError as error:
            bitacora.warning("sesiones_sin_redis", error=type(error).__name__)
            g.sin_sesiones = True
            return abrir(aplicacion, SimpleNamespace(cookies={}))

    def guardar_si_se_puede(*argumentos: Any) -> None:
        try:
            guardar(*argumentos)
        except RedisError as error:
            bitacora.warning("sesion_sin_guardar", error=type(error).__name__)

    def exigir_sesiones() -> None:
        if g.get("sin_sesiones") and not (request.endpoint or "").startswith(NO_USAN_SESION):
            raise ErrorServicioExterno(
                "No pudimos abrir tu sesión.",
                que_hacer="Espera un momento y recarga: no tienes que volver a entrar.",
            )

    interfaz.open_session, interfaz.save_session = abrir_si_se_puede, guardar_si_se_puede
    app.before_request_funcs.setdefault(None, []).insert(0, exigir_sesiones)
