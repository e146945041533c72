"""Lo que el programador hace con la bandeja de todas las Noras."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from ...conversacion import consultas
from ...registro.manifiesto import Trabajo
from ...registro.por_nora import en_cada_nora
from . import consultas_bandeja


def poner_al_dia(ahora: datetime) -> str:
    """Despierta lo pospuesto, resuelve lo que lleva días callado y manda lo programado.

    Correrlo dos veces no hace nada de más. Una Nora que falla no detiene a las otras; la siguiente vuelta la retoma.

    Raises:
        ErrorServicioExterno: no se pudo en ninguna.
    """
    cuentas: Counter[str] = Counter()
    _, fallas = en_cada_nora(
        consultas.noras_con_bandeja(ahora),
        lambda nora: cuentas.update(consultas_bandeja.bandeja_al_dia(nora, ahora)),
        evento="bandeja_sin_poner_al_dia",
    )
    frase = (
        f"{cuentas['despertadas']} volvieron, {cuentas['cerradas']} resueltas solas, "
        f"{cuentas['enviados']} programados enviados, {cuentas['detenidos']} detenidos"
    )
    return f"{frase}; {fallas} Noras fallaron" if fallas else frase


TRABAJOS = (
    Trabajo(
        id="bandeja_al_dia",
        cron="* * * * *",
        zona="UTC",
        hacer=poner_al_dia,
        descripcion="Chat: despierta lo pospuesto, resuelve lo callado y manda los mensajes programados",
    ),
)
