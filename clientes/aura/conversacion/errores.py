"""Errores del camino de un mensaje."""

from __future__ import annotations


class Reintentar(Exception):
    """El trabajo no pudo terminar y conviene repetirlo más tarde; no es una falla nuestra.

    Args:
        en_segundos: cuánto esperar; None deja la espera creciente de la cola.
    """

    def __init__(self, razon: str, en_segundos: float | None = None) -> None:
        super().__init__(razon)
        self.en_segundos = en_segundos
