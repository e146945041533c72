"""Cuando cambia el modelo de vectores, lo que las Noras saben se vuelve a calcular por detrás, de poco en poco."""

from __future__ import annotations

import time

from ..utils.errores import ErrorServicioExterno
from ..utils.logging_utils import registro
from . import consultas_vectores as consultas
from .indexar import indexar_faltantes, modelo_actual

bitacora = registro(__name__)

PRESUPUESTO_S = 50.0  # el siguiente toca a los 60


def reindexar(presupuesto_s: float = PRESUPUESTO_S) -> str:
    """Calcula vectores que faltan, una tanda por Nora y vuelta, para que una grande no haga esperar a las demás.

    Args:
        presupuesto_s: segundos; lo que no quepa sigue la próxima vez.

    Returns:
        Una frase con el avance.
    """
    limite = time.monotonic() + presupuesto_s
    pendientes = consultas.vectores_por_hacer(modelo_actual())
    debian = sum(p.faltan for p in pendientes)
    if not debian:
        return "todo al día"
    hechos, fallaron = 0, set[str]()
    vivas = [p.nombre_nora for p in pendientes]
    while vivas and time.monotonic() < limite:
        for nombre in list(vivas):
            try:
                nuevos = indexar_faltantes(nombre)
            except ErrorServicioExterno as error:
                bitacora.warning("vectores_sin_hacer", nora=nombre, error=type(error).__name__)
                fallaron.add(nombre)
                nuevos = 0
            hechos += nuevos
            if not nuevos:
                vivas.remove(nombre)
            if time.monotonic() > limite:
                break
    frase = f"{hechos} de {debian} bloques de {len(pendientes)} Noras con vectores del modelo de hoy"
    return frase + (f"; {len(fallaron)} no se pudieron" if fallaron else "")
