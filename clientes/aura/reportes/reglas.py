"""Lo que cambió en la semana y qué hacer, dicho sin modelo: cada regla tiene nombre y mira una sola cosa.

Una regla recibe el bloque de una moneda y devuelve una `Frase` o None. `elegir` las corre todas y se queda con tres:
primero cómo fue la semana, después lo que más urge. Ninguna inventa: cada número sale de las cifras.
"""

from __future__ import annotations

from collections.abc import Callable

from . import consejos, generales
from .frases import Frase
from .informe import Bloque

CUANTAS = 3

Regla = Callable[[Bloque], Frase | None]

REGLAS: tuple[Regla, ...] = (
    generales.gasto_detenido,
    generales.sin_resultados,
    generales.costo_subio,
    generales.costo_bajo,
    generales.primera_semana,
    generales.semana_estable,
    generales.resumen,
    consejos.gasto_sin_mas_resultados,
    consejos.anuncio_sin_resultados,
    consejos.campana_cara,
    consejos.campana_estrella,
    consejos.plataforma_cara,
    consejos.clics_a_la_baja,
    consejos.se_repite,
    consejos.compras_que_no_pagan,
    consejos.todo_en_un_anuncio,
    consejos.retoma,
    consejos.mejor_anuncio,
    consejos.mejor_dia,
    consejos.contesta_pronto,
    consejos.se_vieron,
    consejos.sigue_midiendo,
)


def elegir(bloque: Bloque) -> list[Frase]:
    """Tres frases: cómo fue la semana y lo que más urge. Menos solo si no hubo nada que contar."""
    halladas = sorted((f for regla in REGLAS if (f := regla(bloque)) is not None), key=lambda f: -f.peso)
    primera = next((f for f in halladas if f.general), None)
    resto = [f for f in halladas if f is not primera]
    return ([primera] if primera else [])[:1] + resto[: CUANTAS - (1 if primera else 0)]
