"""Escribe un árbol como los parámetros de una dirección: lo contrario del analizador.

``leer_consulta(imprimir(consulta)) == consulta`` para todo árbol que la gramática puede escribir; lo que no
puede (una lista ``in`` con un solo texto vacío es la lista vacía) lo dice cada función.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from .arbol import (
    Campo,
    Columna,
    Condicion,
    Consulta,
    Elemento,
    Filtro,
    Incrustado,
    Operacion,
    Orden,
    Ruta,
    Todo,
)

_SIMPLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# Sin comillas, la gramática les da otro sentido en algún lugar.
_RESERVADOS = frozenset(
    {
        "not",
        "and",
        "or",
        "inner",
        "left",
        "count",
        "order",
        "limit",
        "offset",
        "select",
        "columns",
        "on_conflict",
    }
)


def imprimir(consulta: Consulta) -> list[tuple[str, str]]:
    """Los pares de la dirección que dicen lo mismo que ``consulta`` (sin los argumentos de un RPC)."""
    pares = [("select", imprimir_select(consulta.seleccion))]
    for ruta, condicion in consulta.condiciones:
        if isinstance(condicion, Filtro):
            clave = _en_ruta(ruta, imprimir_campo(condicion.campo))
            pares.append((clave, imprimir_operacion(condicion.operacion)))
        else:
            operador = f"not.{condicion.operador}" if condicion.negado else condicion.operador
            hijos = ",".join(map(imprimir_condicion, condicion.hijos))
            pares.append((_en_ruta(ruta, operador), f"({hijos})"))
    for ruta, ordenes in consulta.ordenes:
        pares.append((_en_ruta(ruta, "order"), imprimir_orden(ordenes)))
    for ruta, rango in consulta.rangos:
        if rango.cuantas is not None:
            pares.append((_en_ruta(ruta, "limit"), str(rango.cuantas)))
        if rango.desde or rango.cuantas is None:
            pares.append((_en_ruta(ruta, "offset"), str(rango.desde)))
    if consulta.columnas is not None:
        pares.append(("columns", ",".join(map(imprimir_nombre, consulta.columnas))))
    if consulta.en_conflicto:
        pares.append(("on_conflict", ",".join(map(imprimir_nombre, consulta.en_conflicto))))
    return pares


def _en_ruta(ruta: Ruta, final: str) -> str:
    return ".".join([*map(imprimir_nombre, ruta), final])


def imprimir_nombre(nombre: str) -> str:
    """Un nombre, entre comillas si no es una palabra simple."""
    if _SIMPLE.fullmatch(nombre) and nombre not in _RESERVADOS:
        return nombre
    return _citado(nombre)


def _citado(texto: str) -> str:
    escapado = texto.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escapado}"'


def imprimir_campo(campo: Campo) -> str:
    """``columna->clave->>0``."""
    pasos = (
        f"{'->>' if paso.texto else '->'}"
        f"{paso.clave if isinstance(paso.clave, int) else imprimir_nombre(paso.clave)}"
        for paso in campo.pasos
    )
    return imprimir_nombre(campo.nombre) + "".join(pasos)


def imprimir_select(elementos: Sequence[Elemento]) -> str:
    """El valor de ``select``."""
    return ",".join(map(_elemento, elementos))


def _elemento(elemento: Elemento) -> str:
    if isinstance(elemento, Todo):
        return "*"
    if isinstance(elemento, Columna):
        return _columna(elemento)
    return _incrustado(elemento)


def _columna(columna: Columna) -> str:
    partes = [f"{imprimir_nombre(columna.alias)}:" if columna.alias is not None else ""]
    if columna.campo.nombre == "*" and columna.agregado == "count":
        partes.append("count()")
    else:
        partes.append(imprimir_campo(columna.campo))
        partes.append(f"::{columna.conversion}" if columna.conversion is not None else "")
        partes.append(f".{columna.agregado}()" if columna.agregado is not None else "")
    partes.append(f"::{columna.conversion_agregado}" if columna.conversion_agregado is not None else "")
    return "".join(partes)


def _incrustado(pedido: Incrustado) -> str:
    frente = "..." if pedido.extendido else ""
    alias = f"{imprimir_nombre(pedido.alias)}:" if pedido.alias is not None else ""
    pista = f"!{imprimir_nombre(pedido.pista)}" if pedido.pista is not None else ""
    union = f"!{pedido.union}" if pedido.union is not None else ""
    return f"{frente}{alias}{imprimir_nombre(pedido.nombre)}{pista}{union}({imprimir_select(pedido.hijos)})"


def imprimir_operacion(operacion: Operacion, *, en_logica: bool = False) -> str:
    """``not.eq.5``; dentro de ``and``/``or`` el valor va entre comillas."""
    negado = "not." if operacion.negado else ""
    extra = operacion.cuantificador or operacion.idioma
    parentesis = f"({extra})" if extra is not None else ""
    if isinstance(operacion.valor, tuple):
        valor = f"({','.join(map(_citado, operacion.valor))})"
    elif en_logica and operacion.operador != "is":
        valor = _citado(operacion.valor)
    else:
        valor = operacion.valor
    return f"{negado}{operacion.operador}{parentesis}.{valor}"


def imprimir_condicion(condicion: Condicion) -> str:
    """Una condición como va dentro de ``and(...)`` u ``or(...)``."""
    if isinstance(condicion, Filtro):
        operacion = imprimir_operacion(condicion.operacion, en_logica=True)
        return f"{imprimir_campo(condicion.campo)}.{operacion}"
    negado = "not." if condicion.negado else ""
    return f"{negado}{condicion.operador}({','.join(map(imprimir_condicion, condicion.hijos))})"


def imprimir_orden(ordenes: Sequence[Orden]) -> str:
    """El valor de ``order``."""
    return ",".join(map(_termino, ordenes))


def _termino(orden: Orden) -> str:
    campo = imprimir_campo(orden.campo)
    termino = campo if orden.relacion is None else f"{imprimir_nombre(orden.relacion)}({campo})"
    return ".".join(filter(None, (termino, orden.sentido, orden.nulos)))
