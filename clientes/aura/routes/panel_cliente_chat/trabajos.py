"""Lo que el programador hace con la bandeja de todas las Noras."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from ...conversacion import consultas
from ...registro.manifiesto import Trabajo
from ...utils.errores import ErrorNora
from ...utils.logging_utils import registro
from . import consultas_bandeja

bitacora = registro(__name__)


def poner_al_dia(ahora: datetime) -> str:
    """Despierta lo pospuesto, resuelve lo que lleva días callado y manda lo programado.

    Correrlo dos veces no hace nada de más. Una Nora que falla no detiene a las otras; la siguiente vuelta la retoma.

    Raises:
        ErrorNora: falló en todas.
    """
    cuentas: Counter[str] = Counter()
    fallas: list[ErrorNora] = []
    nombres = consultas.noras_con_bandeja(ahora)
    for nombre_nora in nombres:
        try:
            cuentas.update(consultas_bandeja.bandeja_al_dia(nombre_nora, ahora))
        except ErrorNora as error:
            bitacora.warning("bandeja_sin_poner_al_dia", nora=nombre_nora, error=type(error).__name__)
            fallas.append(error)
    if fallas and len(fallas) == len(nombres):
        raise fallas[0]
    frase = (
        f"{cuentas['despertadas']} volvieron, {cuentas['cerradas']} resueltas solas, "
        f"{cuentas['enviados']} programados enviados, {cuentas['detenidos']} detenidos"
    )
    return f"{frase}; {len(fallas)} Noras fallaron" if fallas else frase


TRABAJOS = (
    Trabajo(
        id="bandeja_al_dia",
        cron="* * * * *",
        zona="UTC",
        hacer=poner_al_dia,
        descripcion="Chat: despierta lo pospuesto, resuelve lo callado y manda los mensajes programados",
    ),
)
