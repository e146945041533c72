"""Cómo acaba una lectura de una red de anuncios: hecha, en pausa, detenida o fallida, y qué se deja escrito."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from ..utils.errores import ErrorNora, ErrorServicioExterno
from ..utils.logging_utils import registro

bitacora = registro(__name__)

INTENTOS_MAXIMOS = 8
ESPERA_S = 60.0
ESPERA_MAXIMA_S = 900.0


class Detenida(Exception):
    """Alguien la detuvo: no hay nada más que hacer ni que anotar."""


class Tomada(Protocol):
    """Lo que hace falta saber de una lectura en curso. `intentos`: cuántas veces se ha empezado sin avanzar."""

    @property
    def id(self) -> str: ...
    @property
    def intentos(self) -> int: ...


@dataclass(frozen=True)
class Red:
    """Lo propio de cada red.

    Args:
        nombre: para la bitácora.
        sin_permiso: errores que una persona tiene que resolver; se anotan en la conexión.
        limite: el error de ir demasiado rápido; su `en_segundos` dice cuándo volver, o None.
        latir: (nora, lectura, ahora, **cambios) guarda los cambios si la lectura sigue corriendo.
        anotar_falla: (nora, error) lo deja escrito en la conexión.
    """

    nombre: str
    sin_permiso: tuple[type[ErrorNora], ...]
    limite: type[ErrorServicioExterno]
    latir: Callable[..., bool]
    anotar_falla: Callable[[str, ErrorNora], None]


def llevar(
    red: Red, nombre_nora: str, tomada: Tomada, reloj: Callable[[], datetime], leer: Callable[[], None]
) -> str:
    """Lee hasta donde se pueda y deja anotado en qué quedó.

    Returns:
        «hecha», «pausada» (sigue sola), «detenida» (hace falta una persona) o «fallida».

    Raises:
        ErrorServicioExterno: la base no contesta; otro la retoma cuando deje de dar señal.
    """
    try:
        leer()
    except Detenida:
        return "detenida"
    except ErrorNora as error:
        return _anotar(red, nombre_nora, tomada, error, reloj())
    except Exception:
        # Venga de donde venga, quien mira la página debe saber que paró; y se relanza para que se vea en la cola.
        bitacora.exception("lectura_rota", red=red.nombre, nora=nombre_nora, sincronizacion_id=tomada.id)
        _terminar(red, nombre_nora, tomada, reloj(), "fallida", "Algo falló de nuestro lado.")
        raise
    return _terminar(red, nombre_nora, tomada, reloj(), "hecha", "")


def _anotar(red: Red, nombre_nora: str, tomada: Tomada, error: ErrorNora, ahora: datetime) -> str:
    bitacora.warning(
        "lectura_parada",
        red=red.nombre,
        nora=nombre_nora,
        sincronizacion_id=tomada.id,
        error=type(error).__name__,
    )
    frase = f"{error.mensaje} {error.que_hacer}".strip()
    if isinstance(error, red.sin_permiso):
        red.anotar_falla(nombre_nora, error)
        return _terminar(red, nombre_nora, tomada, ahora, "detenida", frase)
    limite = isinstance(error, red.limite)
    if isinstance(error, ErrorServicioExterno) and (limite or tomada.intentos < INTENTOS_MAXIMOS):
        pide = getattr(error, "en_segundos", None)
        espera = pide or min(ESPERA_S * 2 ** (tomada.intentos - 1), ESPERA_MAXIMA_S)
        red.latir(
            nombre_nora,
            tomada.id,
            ahora,
            estado="pausada",
            problema=frase,
            reintentar_en=(ahora + timedelta(seconds=espera)).isoformat(),
        )
        return "pausada"
    return _terminar(red, nombre_nora, tomada, ahora, "fallida", frase)


def _terminar(red: Red, nombre_nora: str, tomada: Tomada, ahora: datetime, estado: str, problema: str) -> str:
    red.latir(
        nombre_nora, tomada.id, ahora, estado=estado, problema=problema[:500], fin=ahora.isoformat(), paso=""
    )
    return estado
