"""Quién hizo qué: cada vista que cambia o se lleva algo lo declara, y el renglón se escribe solo."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from uuid import UUID

from flask import Flask, g, make_response, request
from werkzeug.wrappers import Response

from ..personas.acciones import ACCIONES
from ..personas.servicio import anotar
from ..utils.auth_utils import identidad_actual
from .accesos import ErrorRegistro

Vista = TypeVar("Vista", bound=Callable[..., Any])


def audita(*acciones: str, aparte: bool = False) -> Callable[[Vista], Vista]:
    """Declara qué acción deja una vista en la auditoría.

    El renglón se escribe si la vista terminó bien: contestó con una redirección, JSON o un archivo, y no con la página
    de un formulario por corregir. Lleva lo que la vista diga con `apuntar`; sin eso, el id que viene en la dirección.
    Si no se puede escribir, la petición falla: nada se entrega sin su renglón.

    Args:
        acciones: de `ACCIONES`; varias solo con `aparte`.
        aparte: el renglón lo escribe el servicio con `anotar`, porque solo él sabe si cambió algo y qué era.

    Raises:
        ErrorRegistro: una acción sin palabras para leerla, o ninguna.
    """
    if not acciones or not set(acciones) <= set(ACCIONES) or (len(acciones) > 1 and not aparte):
        raise ErrorRegistro(f"{acciones}: cada acción va en `personas/acciones.py`, y varias piden `aparte`.")

    def decorar(vista: Vista) -> Vista:
        @wraps(vista)
        def con_renglon(*args: Any, **valores: Any) -> Any:
            respuesta = make_response(vista(*args, **valores))
            apunte = g.get("apunte", ("", {}))
            if not aparte and apunte is not None and _termino_bien(respuesta):
                _escribir(acciones[0], valores, *apunte)
            return respuesta

        con_renglon.acciones_auditadas = acciones  # type: ignore[attr-defined]
        return con_renglon  # type: ignore[return-value]

    return decorar


def apuntar(objeto: str = "", **detalle: Any) -> None:
    """Lo que dirá el renglón de esta petición: a qué se le hizo, y lo demás. Ni secretos ni datos de un cliente."""
    g.apunte = (objeto, detalle)


def sin_cambio() -> None:
    """Esta petición terminó bien sin cambiar nada: no hay qué escribir."""
    g.apunte = None


def acciones_de(app: Flask, endpoint: str) -> tuple[str, ...]:
    """Las que declara una dirección; vacía si ninguna."""
    acciones: tuple[str, ...] = getattr(app.view_functions[endpoint], "acciones_auditadas", ())
    return acciones


def _termino_bien(respuesta: Response) -> bool:
    es_archivo = "attachment" in respuesta.headers.get("Content-Disposition", "")
    if request.method != "POST":
        return es_archivo and respuesta.status_code < 400
    return 300 <= respuesta.status_code < 400 or (
        respuesta.status_code < 300 and (es_archivo or respuesta.mimetype != "text/html")
    )


def _escribir(accion: str, valores: dict[str, Any], objeto: str, detalle: dict[str, Any]) -> None:
    """`valores`: los de la dirección; el último id es el de lo que se cambió."""
    ids = [str(valor) for valor in valores.values() if isinstance(valor, UUID | int)]
    anotar(
        identidad_actual(),
        accion,
        nombre_nora=valores.get("nombre_nora"),
        objeto=objeto or "".join(ids[-1:]),
        **detalle,
    )
