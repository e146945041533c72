"""La semana pasada de cada Nora: leer, hacer los reportes y avisar. Lo corren el programador y el script.

Correrlo dos veces no hace nada de más: cada reporte es uno por semana y alcance, y cada aviso tiene su clave.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from ..anuncios.fuente import FuenteDeAnuncios
from ..utils.errores import ErrorNora
from ..utils.logging_utils import registro
from . import consultas, servicio
from .semanas import Semana, semana_de, semana_pasada

bitacora = registro(__name__)
MODULO = "reportes"
HORA = time(9)


def fuentes_de(
    modulos_de_la_nora: Sequence[str], todas: Sequence[FuenteDeAnuncios]
) -> list[FuenteDeAnuncios]:
    """Las redes que esa Nora tiene encendidas."""
    return [fuente for fuente in todas if fuente.red in modulos_de_la_nora]


def toca(fila: dict[str, Any], ahora: datetime) -> bool:
    """Si en su zona ya pasaron las nueve del lunes y su reporte no se ha hecho desde entonces."""
    local = ahora.astimezone(ZoneInfo(fila["zona_horaria"]))
    lunes = semana_de(local.date()).lunes
    a_las_nueve = datetime.combine(lunes, HORA, tzinfo=local.tzinfo)
    pasada = semana_pasada(fila["zona_horaria"], ahora)
    return local >= a_las_nueve and not consultas.hecho_desde(fila["nombre_nora"], pasada.lunes, a_las_nueve)


def una(
    fila: dict[str, Any],
    todas: Sequence[FuenteDeAnuncios],
    semana: Semana | None,
    ahora: datetime,
    al_avanzar: Callable[[str, int], None] = lambda _que, _avance: None,
) -> servicio.Hecho:
    """La semana de una Nora; sin decir cuál, la última terminada en su zona. Lo que falle queda en `fallas`."""
    nombre_nora = fila["nombre_nora"]
    cual = semana or semana_pasada(fila["zona_horaria"], ahora)
    try:
        hecho = servicio.hacer(
            nombre_nora, cual, fuentes_de(fila["modulos"], todas), ahora, al_avanzar=al_avanzar
        )
        if hecho.reportes and semana is None:
            hecho.aviso = servicio.avisar(nombre_nora, hecho.reportes[0], ahora, pedido=False)
    except ErrorNora as error:
        hecho = servicio.Hecho(fallas=[error.mensaje])
    except Exception as error:
        # La falla de una Nora, sea cual sea, no deja sin reporte a las demás; queda en la bitácora y en el resultado.
        bitacora.exception("reporte_roto", nora=nombre_nora)
        hecho = servicio.Hecho(fallas=[f"Falla inesperada ({type(error).__name__})."])
    for falla in hecho.fallas:
        bitacora.warning("reporte_con_falla", nora=nombre_nora, semana=cual.clave, falla=falla)
    return hecho
