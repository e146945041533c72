"""Lo que el programador hace con las tareas de todas las Noras."""

from __future__ import annotations

from datetime import datetime

from ...registro.consultas import leer_noras_activas
from ...registro.manifiesto import Trabajo
from ...registro.por_nora import en_cada_nora
from . import consultas, repeticion
from .modelos import Molde


def poner_al_dia(ahora: datetime) -> str:
    """Recordatorios, vencidas, resúmenes de las 8:00 y las 18:00 de cada zona, y lo que se repite.

    Correrlo dos veces no hace nada de más: cada aviso tiene su clave y cada ocurrencia se crea una vez. Una Nora que
    falla no detiene a las otras; la siguiente vuelta la retoma.

    Raises:
        ErrorServicioExterno: no se pudo en ninguna.
    """
    cuentas = {"recordadas": 0, "vencidas": 0, "resumenes": 0, "creadas": 0}
    zonas = {f["nombre_nora"]: f["zona_horaria"] for f in leer_noras_activas() if "tareas" in f["modulos"]}
    _, fallas = en_cada_nora(
        zonas, lambda nora: _una_nora(nora, zonas[nora], ahora, cuentas), evento="tareas_sin_poner_al_dia"
    )
    frase = (
        f"{cuentas['recordadas']} recordatorios, {cuentas['vencidas']} vencidas, "
        f"{cuentas['resumenes']} resúmenes, {cuentas['creadas']} que se repiten"
    )
    return f"{frase}; {fallas} Noras fallaron" if fallas else frase


def _una_nora(nombre_nora: str, zona: str, ahora: datetime, cuentas: dict[str, int]) -> None:
    hecho = consultas.al_dia(nombre_nora, ahora)
    cuentas["recordadas"] += hecho.recordadas
    cuentas["vencidas"] += hecho.vencidas
    cuentas["resumenes"] += hecho.resumenes
    cuentas["creadas"] += sum(crear_siguiente(nombre_nora, molde, zona, ahora) for molde in hecho.moldes)


def crear_siguiente(nombre_nora: str, molde: Molde, zona: str, ahora: datetime) -> bool:
    """Crea la tarea que toca de un molde y apunta la que sigue; falso si otro proceso ya lo hizo."""
    inicio = molde.inicio.replace(tzinfo=None)
    actual, proxima = repeticion.que_crear(molde.regla, inicio, molde.siguiente, zona, ahora)
    return consultas.crear_de_recurrente(
        nombre_nora,
        molde,
        repeticion.a_instante(actual, zona),
        repeticion.a_instante(proxima, zona) if proxima else None,
        repeticion.principio_del_dia(proxima, zona) if proxima else None,
    )


TRABAJOS = (
    Trabajo(
        id="tareas_al_dia",
        cron="*/5 * * * *",
        zona="UTC",
        hacer=poner_al_dia,
        descripcion="Tareas: recordatorios, vencidas, resúmenes de la mañana y del cierre, y lo que se repite",
    ),
)
