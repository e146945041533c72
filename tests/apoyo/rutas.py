"""Las direcciones de la aplicación, compiladas una vez por proceso de pruebas.

Werkzeug escribe y compila una función por ruta cada vez que se arma una aplicación: dos tercios de `create_app`, y las
pruebas arman cientos iguales. La función sale solo del texto de la ruta, sus conversores y lo que trae por omisión.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule

_compilar: Callable[..., Any] = Rule._compile_builder
_compiladas: dict[tuple[Any, ...], Any] = {}


def _una_vez(regla: Any, append_unknown: bool = True) -> Any:
    conversores = tuple((nombre, type(c)) for nombre, c in sorted(regla._converters.items()))
    omision = tuple(sorted((regla.defaults or {}).items()))
    llave = (
        regla.rule,
        regla.subdomain,
        regla.host,
        append_unknown,
        conversores,
        omision,
        tuple(regla._trace),
    )
    if llave not in _compiladas:
        _compiladas[llave] = _compilar(regla, append_unknown)
    return _compiladas[llave]


def compilar_una_vez() -> None:
    """Desde aquí, cada ruta igual se compila una sola vez."""
    Rule._compile_builder = _una_vez  # type: ignore[method-assign]
