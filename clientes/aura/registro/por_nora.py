"""Lo que el programador hace en cada Nora: la falla de una no detiene a las demás."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..utils.errores import ErrorNora, ErrorServicioExterno
from ..utils.logging_utils import registro

bitacora = registro(__name__)


def en_cada_nora(
    nombres: Iterable[str], hacer: Callable[[str], int | None], *, evento: str
) -> tuple[int, int]:
    """Corre `hacer` en cada una y suma lo que devuelve.

    Args:
        evento: con qué nombre se anota en la bitácora la que falla.

    Returns:
        (suma, cuántas fallaron).

    Raises:
        ErrorServicioExterno: ninguna se pudo porque la base o el proveedor no contestan: el trabajo falló y se nota.
            Un permiso quitado es cosa de su Nora, y ella lo ve en su panel.
    """
    suma, bien = 0, 0
    fallas: list[ErrorNora] = []
    for nombre_nora in nombres:
        try:
            suma += hacer(nombre_nora) or 0
            bien += 1
        except ErrorNora as error:
            bitacora.warning(evento, nora=nombre_nora, error=type(error).__name__)
            fallas.append(error)
    if fallas and not bien and all(isinstance(falla, ErrorServicioExterno) for falla in fallas):
        raise fallas[0]
    return suma, len(fallas)
