"""Registro de lo que pasa: estructurado, legible en una terminal y JSON en producción.

Nunca lleva el texto de un mensaje, un teléfono completo ni un token.
"""

from __future__ import annotations

import logging
import sys

import structlog


def configurar_registro(*, json: bool, nivel: str = "INFO") -> None:
    """Prepara structlog y el registro de las bibliotecas en la salida de errores."""
    comunes: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    pintor: structlog.typing.Processor
    if json:
        comunes.append(structlog.processors.format_exc_info)
        pintor = structlog.processors.JSONRenderer(ensure_ascii=False)
    else:
        pintor = structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(),
            exception_formatter=structlog.dev.plain_traceback,  # la de rich enseña variables de alguien
        )
    structlog.configure(
        processors=[*comunes, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    manejador = logging.StreamHandler()
    manejador.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=comunes,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, pintor],
        )
    )
    raiz = logging.getLogger()
    raiz.handlers = [manejador]
    raiz.setLevel(nivel)
    for ruidoso in ("httpx", "httpcore", "twilio.http_client", "apscheduler", "procrastinate"):
        logging.getLogger(ruidoso).setLevel(logging.WARNING)


def registro(nombre: str) -> structlog.stdlib.BoundLogger:
    """Un registro con nombre: `registro(__name__).info("mensaje_recibido", nora=..., conversacion_id=...)`."""
    bitacora: structlog.stdlib.BoundLogger = structlog.get_logger(nombre)
    return bitacora


def tapar_telefono(texto: str) -> str:
    """Los últimos tres dígitos; lo demás no va a un registro."""
    return f"…{texto[-3:]}" if texto else ""
