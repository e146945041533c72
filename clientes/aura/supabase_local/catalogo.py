"""Arma la foto del catálogo con lo que contestan las consultas de ``esquema_consultas``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from .esquema import Argumento, ColumnaTabla, Esquema, Funcion, NombreCompleto, Tabla
from .relaciones import armar_relaciones, leer_llaves, primarias_de_vistas


def armar_esquema(respuestas: Sequence[bytes]) -> Esquema:
    """Arma la foto; ``respuestas`` son las de ``CONSULTAS``, en su orden."""
    filas, llaves_json, funciones_json, vistas, columnas, calculadas = map(json.loads, respuestas)
    llaves = leer_llaves(llaves_json, vistas, columnas, calculadas)
    heredadas = primarias_de_vistas(llaves)
    tablas = {
        tabla.nombre: replace(tabla, primaria=heredadas.get(tabla.nombre, ())) if tabla.es_vista else tabla
        for tabla in map(_tabla, filas)
    }
    funciones: dict[NombreCompleto, list[Funcion]] = {}
    for fila in funciones_json:
        funcion = _funcion(fila)
        funciones.setdefault(funcion.nombre, []).append(funcion)
    return Esquema(
        tablas,
        armar_relaciones(
            llaves, {nombre: tabla.primaria for nombre, tabla in tablas.items()}, frozenset(tablas)
        ),
        {nombre: tuple(varias) for nombre, varias in funciones.items()},
    )


def _tabla(fila: Mapping[str, Any]) -> Tabla:
    columnas = {
        c["nombre"]: ColumnaTabla(
            c["nombre"], NombreCompleto(c["tipo_esquema"], c["tipo"]), c["base"], c["generada"], c["omision"]
        )
        for c in fila["columnas"]
    }
    return Tabla(
        NombreCompleto(fila["esquema"], fila["nombre"]),
        columnas,
        tuple(fila["primaria"]),
        fila["es_vista"],
        fila["insertable"],
        fila["actualizable"],
        fila["borrable"],
    )


def _funcion(fila: Mapping[str, Any]) -> Funcion:
    argumentos = tuple(
        Argumento(a["nombre"], NombreCompleto(a["tipo_esquema"], a["tipo"]), a["visible"],
                  a["obligatorio"], a["variadico"])
        for a in fila["argumentos"]
    )  # fmt: skip
    tabla = NombreCompleto(fila["tabla_esquema"], fila["tabla"]) if fila["tabla"] else None
    return Funcion(
        NombreCompleto(fila["esquema"], fila["nombre"]), argumentos, fila["volatil"], fila["conjunto"],
        bool(fila["compuesta"]), fila["nada"], tabla, fila["medio"], fila["base"],
    )  # fmt: skip
