"""Nombre y argumentos dados -> la función que se llama.

Fuente: documentación de PostgREST 14, "Functions as RPC" (sobrecarga y un solo argumento sin nombre).
"""

from __future__ import annotations

from collections.abc import Sequence

from . import errores
from .carga import CRUDOS, JSON
from .esquema import Esquema, Funcion, NombreCompleto
from .parecidos import mejor

# PostgREST sugiere nombres con un parecido de 0.75; listas de argumentos, con el de siempre.
PARECIDO_NOMBRE = 0.75


def buscar_funcion(
    esquema: Esquema, nombre: NombreCompleto, dados: frozenset[str], *, medio: str | None
) -> tuple[Funcion, bool]:
    """La función que acepta exactamente esos argumentos; el segundo valor dice si el cuerpo va entero.

    Args:
        medio: el del cuerpo, o ``None`` si la petición no trae (GET, HEAD, OPTIONS).

    Raises:
        ErrorApi: PGRST202 (404) si ninguna, PGRST203 (300) si varias.
    """
    todas = esquema.funciones.get(nombre, ())
    halladas = [f for f in todas if _acepta(f, dados, medio)]
    enteras = [f for f in todas if _acepta_entero(f, medio)] if not halladas else []
    if len(halladas) == 1 or (not halladas and len(enteras) == 1):
        elegida = (halladas or enteras)[0]
        return elegida, bool(elegida.argumentos) and not elegida.argumentos[0].nombre
    if halladas or enteras:
        firmas = ", ".join(
            f"{f.nombre}({', '.join(f'{a.nombre} => {a.visible}' for a in f.argumentos)})"
            for f in halladas or enteras
        )
        raise errores.ErrorApi(
            300, "PGRST203", f"Could not choose the best candidate function between: {firmas}", None,
            "Try renaming the parameters or the function itself in the database so function overloading "
            "can be resolved",
        )  # fmt: skip
    raise _sin_funcion(esquema, nombre, dados, todas, medio)


def _acepta(funcion: Funcion, dados: frozenset[str], medio: str | None) -> bool:
    if not funcion.argumentos:
        return not dados and medio not in CRUDOS
    nombres = {a.nombre for a in funcion.argumentos}
    obligatorios = {a.nombre for a in funcion.argumentos if a.obligatorio}
    return obligatorios <= dados <= nombres and ("" not in nombres or "" in dados)


def _acepta_entero(funcion: Funcion, medio: str | None) -> bool:
    if len(funcion.argumentos) != 1 or funcion.argumentos[0].nombre:
        return False
    tipo = funcion.argumentos[0].visible
    return tipo in ("json", "jsonb") if medio == JSON else medio is not None and CRUDOS.get(medio) == tipo


def _sin_funcion(
    esquema: Esquema,
    nombre: NombreCompleto,
    dados: frozenset[str],
    todas: Sequence[Funcion],
    medio: str | None,
) -> errores.ErrorApi:
    if medio in CRUDOS:
        tipo = CRUDOS[medio or ""]
        return _pgrst202(nombre, "", f" with a single unnamed {tipo} parameter", None)
    orden = sorted(dados)
    lista = ", ".join(orden)
    forma = f"({lista})" if orden else " without parameters"
    detalle = f" with parameter{'s' if len(orden) > 1 else ''} {lista}" if orden else " without parameters"
    if medio == JSON:
        detalle += " or with a single unnamed json/jsonb parameter"
    if todas:
        firmas = [f"({', '.join(sorted(a.nombre for a in f.argumentos))})" for f in todas]
        parecida = mejor(f"({lista})", firmas)
        pista = f"{nombre}{parecida}" if parecida else None
    else:
        vecinas = [f.nombre for f in esquema.funciones if f.esquema == nombre.esquema]
        parecida = mejor(nombre.nombre, vecinas, PARECIDO_NOMBRE)
        pista = f"{nombre.esquema}.{parecida}" if parecida else None
    return _pgrst202(nombre, forma, detalle, pista)


def _pgrst202(nombre: NombreCompleto, forma: str, detalle: str, pista: str | None) -> errores.ErrorApi:
    return errores.ErrorApi(
        404,
        "PGRST202",
        f"Could not find the function {nombre}{forma} in the schema cache",
        f"Searched for the function {nombre}{detalle}, but no matches were found in the schema cache.",
        f"Perhaps you meant to call the function {pista}" if pista else None,
    )
