"""Ata las extensiones de Flask: sesiones, CSRF, cabeceras y sockets."""

from __future__ import annotations

from datetime import timedelta

from cachelib import FileSystemCache
from flask import Flask

from app_config import Config
from extensiones import csrf, session_ext, socketio, talisman

DIAS_DE_SESION = 14
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
