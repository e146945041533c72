"""Ayudas para las consultas: errores de la base vueltos errores de Nora, y lecturas por páginas."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, cast

import httpx
from postgrest.exceptions import APIError

from .errores import ErrorDatoInvalido, ErrorNoEncontrado, ErrorServicioExterno
from .supabase_client import supabase_de_nora

PAGINA = 1_000  # lo más que Supabase contesta de una vez

Fila = dict[str, Any]


class ErrorDuplicado(ErrorDatoInvalido):
    """Ya existe una fila con esa llave (23505)."""

    codigo = 409
    mensaje_comun = "Eso ya existe."


class ErrorBaseSinMigrar(ErrorServicioExterno):
    """La base contesta pero no tiene nuestras tablas o funciones."""

    mensaje_comun = "A la base de datos le faltan tablas."

    def __init__(self) -> None:
        super().__init__(que_hacer="Corre «flask --app run migrar».")


def ejecutar(consulta: Any) -> Any:
    """Corre una consulta del cliente y devuelve su respuesta.

    Raises:
        ErrorServicioExterno: la base no contestó o no dejó entrar.
        ErrorDuplicado: choca con una llave única.
        ErrorDatoInvalido: la base rechazó el dato (no nulo, tipo, condición, referencia).
        ErrorNoEncontrado: se pidió una fila y no hay.
    """
    try:
        return consulta.execute()
    except httpx.HTTPError as error:
        raise ErrorServicioExterno from error
    except APIError as error:
        raise _traducir(error) from error


def _traducir(error: APIError) -> Exception:
    codigo = str(error.code or "")
    if codigo == "23505":
        return ErrorDuplicado()
    if codigo in ("PGRST116", "P0002"):
        return ErrorNoEncontrado()
    # PostgreSQL no guarda NUL: en un filtro, la API lo dice al leer la dirección y no como error 22.
    con_nul = codigo == "PGRST100" and "null characters" in str(error.details)
    if codigo[:2] in ("22", "23") or codigo == "P0001" or con_nul:
        return ErrorDatoInvalido()
    if codigo in ("PGRST202", "PGRST205", "42P01", "42883"):
        return ErrorBaseSinMigrar()
    # Conexión, recursos, intervención, deshecho por choque; y los 5xx que no traen código de PostgreSQL.
    if codigo in ("PGRST000", "PGRST001", "PGRST002", "PGRST003") or codigo[:2] in (
        "08",
        "53",
        "57",
        "40",
        "50",
    ):
        return ErrorServicioExterno()
    return error


def filas(consulta: Any) -> list[Fila]:
    """Las filas de una consulta; lista vacía si no hay."""
    datos = ejecutar(consulta).data
    return cast(list[Fila], datos or [])


def una_fila(consulta: Any) -> Fila | None:
    """La primera fila, o None. La consulta debe traer su `.limit(1)` si pudiera haber más."""
    datos = filas(consulta)
    return datos[0] if datos else None


def valor(consulta: Any) -> Any:
    """Lo que devuelve una función llamada con `.rpc()`, tal cual."""
    return ejecutar(consulta).data


def por_paginas(consulta: Callable[[], Any], orden: str, tamano: int = PAGINA) -> Iterator[Fila]:
    """Recorre todas las filas aunque pasen del tope de una respuesta.

    Args:
        consulta: hace una consulta nueva con sus filtros.
        orden: columna única por la que se avanza; nada se salta ni se repite aunque otro escriba entre tanto.
        tamano: filas por petición.
    """
    ultimo: Any = None
    while True:
        pagina = consulta().order(orden).limit(tamano)
        if ultimo is not None:
            pagina = pagina.gt(orden, ultimo)
        leidas = filas(pagina)
        yield from leidas
        if len(leidas) < tamano:
            return
        ultimo = leidas[-1][orden]


def fila_de_configuracion(nombre_nora: str, columnas: str) -> Fila | None:
    """La fila de una Nora en `configuracion_bot`, con el cliente de ella misma; None si no existe."""
    return una_fila(
        supabase_de_nora(nombre_nora)
        .table("configuracion_bot")
        .select(columnas)
        .eq("nombre_nora", nombre_nora)
    )
