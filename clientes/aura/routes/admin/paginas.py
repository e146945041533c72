"""Lo que comparten las listas."""

from __future__ import annotations

from flask import request

PAGINA_MAXIMA = 100_000


def numero_de_pagina() -> int:
    """La página que se pide, desde 1; lo que no se entiende es la primera."""
    pedida = request.args.get("pagina", "1")
    return (
        min(max(int(pedida), 1), PAGINA_MAXIMA)
        if pedida.isascii() and pedida.isdigit() and len(pedida) < 8
        else 1
    )
