"""Registro de lo que pasa: estructurado, legible en una terminal y JSON en producción.

Nunca lleva el texto de un mensaje, un teléfono completo ni un token. Quien escribe un renglón ya no los pone; lo que
pueda venir de una biblioteca o en el texto de una excepción se tapa aquí, en un solo lugar.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any

import structlog

RUIDOSOS = ("httpx", "httpcore", "twilio.http_client", "apscheduler", "procrastinate", "openai", "urllib3")
TAPADO = "[tapado]"
_Falla = tuple[type[BaseException], BaseException, TracebackType | None]

# Lo que no va a un registro, venga de donde venga.
_SECRETOS = (
    # Llaves y tokens con prefijo conocido: OpenAI, Fernet, JWT, Meta, Google.
    re.compile(
        r"\b(?:sk-[\w-]{8,}|gAAAA[\w=-]{20,}|eyJ[\w-]{8,}\.[\w.-]+|EAA[A-Za-z0-9]{20,}|ya29\.[\w-]{10,}|1//[\w-]{20,})"
    ),
    re.compile(r"(?i)\b(?:bearer|basic)\s+[\w.+/=-]{6,}"),
    re.compile(
        r"(?i)((?:token|secret|password|contrasena|api_?key)[\"']?\s*[:=]\s*[\"']?)(?!\[)[^\s\"',;)&]{4,}"
    ),
    re.compile(r"://[^/\s:@]+:[^/\s@]+@"),  # usuario y contraseña en una dirección
    re.compile(r"(?<![0-9A-Za-z])[0-9a-f]{32}(?![0-9A-Za-z])"),  # el token de Twilio
)
_TELEFONO = re.compile(r"(?<![\w.:-])(?:whatsapp:)?\+?\d(?:[ -]?\d){9,14}(?![.:-]?\w)")
_CORREO = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def configurar_registro(*, json: bool, nivel: str = "INFO") -> None:
    """Prepara structlog y el registro de las bibliotecas en la salida de errores."""
    structlog.configure(
        processors=[*_comunes(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    raiz = logging.getLogger()
    raiz.handlers = [manejador_de_registro(json=json)]
    raiz.setLevel(nivel)
    for ruidoso in RUIDOSOS:
        logging.getLogger(ruidoso).setLevel(logging.WARNING)


def manejador_de_registro(*, json: bool) -> logging.Handler:
    """A la salida de errores: un objeto JSON por renglón, o legible en una terminal. Sin datos de nadie."""
    pintor: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    manejador = logging.StreamHandler()
    manejador.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_comunes(),
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, pintor],
        )
    )
    return manejador


def _comunes() -> list[structlog.typing.Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _avisar_falla,
        structlog.processors.ExceptionRenderer(traza_sin_datos),
        tapar_datos,
    ]


_oyente: Callable[[Mapping[str, Any], BaseException], None] | None = None


def al_fallar(oyente: Callable[[Mapping[str, Any], BaseException], None] | None) -> None:
    """A quién se le pasa cada renglón de error que trae una excepción; None, a nadie."""
    global _oyente
    _oyente = oyente


def _avisar_falla(_registro: Any, _metodo: str, renglon: Any) -> Any:
    """Procesador: antes de volver texto la excepción."""
    if _oyente is not None and renglon.get("exc_info") and renglon.get("level") in ("error", "critical"):
        error = _excepcion(renglon["exc_info"])
        if error is not None:
            _oyente(renglon, error)
    return renglon


def _excepcion(dada: Any) -> BaseException | None:
    if isinstance(dada, BaseException):
        return dada
    return dada[1] if isinstance(dada, tuple) else sys.exc_info()[1]


def registro(nombre: str) -> structlog.stdlib.BoundLogger:
    """Un registro con nombre: `registro(__name__).info("mensaje_repetido", nora=..., conversacion_id=...)`."""
    bitacora: structlog.stdlib.BoundLogger = structlog.get_logger(nombre)
    return bitacora


@contextmanager
def contexto_de_registro(**datos: str) -> Iterator[None]:
    """Lo que se anote adentro lleva estos datos; los vacíos no se ponen."""
    with structlog.contextvars.bound_contextvars(**{clave: dato for clave, dato in datos.items() if dato}):
        yield


def empezar_peticion(peticion: str) -> None:
    """Todo lo que este hilo anote lleva el id de la petición; lo de la anterior se olvida (los hilos se reúsan)."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(peticion=peticion)


def peticion_actual() -> str:
    """El id de la petición o del trabajo que corre en este hilo; vacío fuera de ellos."""
    return str(structlog.contextvars.get_contextvars().get("peticion", ""))


def tapar_telefono(texto: str) -> str:
    """Los últimos tres dígitos; lo demás no va a un registro."""
    return f"…{texto[-3:]}" if texto else ""


def tapar_texto(texto: str) -> str:
    """Sin teléfonos, correos, llaves ni tokens."""
    for secreto in _SECRETOS:
        texto = secreto.sub(lambda m: (m.group(1) if m.re.groups else "") + TAPADO, texto)
    return _CORREO.sub(TAPADO, _TELEFONO.sub(TAPADO, texto))


def tapar_datos(_registro: Any, _metodo: str, renglon: Any) -> Any:
    """Procesador de structlog: tapa lo que venga en cualquier texto del renglón, a cualquier hondura."""
    for clave, dato in renglon.items():
        if clave not in ("timestamp", "level") and not clave.startswith("_"):
            renglon[clave] = _tapar(dato)
    return renglon


def _tapar(dato: Any) -> Any:
    if isinstance(dato, str):
        return tapar_texto(dato)
    if isinstance(dato, dict):
        return {clave: _tapar(valor) for clave, valor in dato.items()}
    if isinstance(dato, (list, tuple)):
        return [_tapar(valor) for valor in dato]
    return dato if dato is None or isinstance(dato, (bool, int, float)) else tapar_texto(str(dato))


def traza_sin_datos(exc_info: _Falla) -> str:
    """La traza con archivos, renglones y clases, sin el texto de ninguna excepción ni el valor de ninguna variable.

    El texto de una excepción puede traer lo que alguien escribió: la fila que no cupo, el campo que no se entendió.
    """
    renglones = ["Traceback (sin datos):"]
    _agregar_traza(renglones, exc_info[1], 0)
    return "\n".join(renglones)


def _agregar_traza(renglones: list[str], error: BaseException, hondura: int) -> None:
    previa = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if previa is not None and hondura < 5:
        _agregar_traza(renglones, previa, hondura + 1)
        renglones.append("— y por eso —")
    for cuadro in traceback.extract_tb(error.__traceback__)[-25:]:
        renglones.append(f'  File "{cuadro.filename}", line {cuadro.lineno}, in {cuadro.name}')
    renglones.append(f"{type(error).__module__}.{type(error).__qualname__}")
