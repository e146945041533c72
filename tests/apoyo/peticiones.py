"""Cuántas veces se le pregunta a Supabase."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx

from clientes.aura.utils.supabase_client import conexion_actual


def contar_peticiones(hacer: Callable[[], Any]) -> list[str]:
    """Lo que se le pide a Supabase mientras corre.

    Sin contar lo que el registro de Noras relee por su cuenta cuando, como aquí, no hay quien escuche los avisos.
    """
    pedidas: list[str] = []

    def anotar(peticion: httpx.Request) -> None:
        if not peticion.url.path.endswith("/configuracion_bot"):
            pedidas.append(f"{peticion.method} {peticion.url.path}")

    ganchos = conexion_actual().http.event_hooks
    conexion_actual().http.event_hooks = {**ganchos, "request": [*ganchos["request"], anotar]}
    try:
        hacer()
    finally:
        conexion_actual().http.event_hooks = ganchos
    return pedidas
