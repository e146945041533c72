"""Los anuncios de Google inventados del negocio de demostración: siempre los mismos, contados desde ayer hacia atrás.

Se enseñan como «datos de ejemplo» y desaparecen al conectar una cuenta de verdad.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

SEMILLA = 20261121
DIAS = 90
CUENTA = {"externo_id": "1002003004", "nombre": "Estética Demostración"}
BUSQUEDA, FACIALES, RENDIMIENTO = "800101", "800102", "800103"
CAMPANAS = (
    (BUSQUEDA, "Estética en Hermosillo", "SEARCH", "90"),
    (FACIALES, "Faciales", "SEARCH", "60"),
    (RENDIMIENTO, "Máximo rendimiento: citas", "PERFORMANCE_MAX", "70"),
)
GRUPOS = (("800201", BUSQUEDA, "Estética cerca"), ("800202", FACIALES, "Limpieza facial"))
ANUNCIOS = (
    (
        "800301",
        "800201",
        "EXCELLENT",
        ("Estética en Hermosillo", "Cita hoy mismo", "Cortes desde $180"),
        ("Agenda por WhatsApp y llega a tu hora.", "Estacionamiento y café de cortesía."),
    ),
    ("800302", "800201", "AVERAGE", ("Corte y peinado", "Cerca de ti"), ("Atendemos de lunes a sábado.",)),
    (
        "800303",
        "800202",
        "GOOD",
        ("Limpieza facial profunda", "Facial hidratante $450"),
        ("Piel limpia en una hora.", "Cosmetóloga titulada."),
    ),
    ("800304", "800202", "POOR", ("Faciales",), ("Pregunta por promociones.",)),
)


@dataclass(frozen=True)
class PalabraDemo:
    """Una palabra clave inventada y lo que la gente escribe para llegar a ella.

    Args:
        gasto: pesos al día.
        por_conversion: pesos que cuesta cada conversión; 0 si no da ninguna.
        busquedas: (lo que se escribió, qué parte del gasto se lleva, si convierte).
    """

    id: str
    grupo: str
    campana: str
    texto: str
    concordancia: str
    calidad: int | None
    gasto: float
    por_conversion: float
    busquedas: tuple[tuple[str, float, bool], ...]


PALABRAS = (
    PalabraDemo(
        "1",
        "800201",
        BUSQUEDA,
        "estética cerca de mí",
        "PHRASE",
        8,
        46,
        62,
        (("estética cerca de mí hermosillo", 0.7, True), ("estética canina cerca de mí", 0.3, False)),
    ),
    PalabraDemo(
        "2",
        "800201",
        BUSQUEDA,
        "corte de cabello mujer",
        "EXACT",
        9,
        24,
        48,
        (("corte de cabello mujer", 1.0, True),),
    ),
    PalabraDemo(
        "3",
        "800201",
        BUSQUEDA,
        "peinados",
        "BROAD",
        3,
        17,
        0,
        (("peinados fáciles paso a paso", 0.6, False), ("curso de peinados gratis", 0.4, False)),
    ),
    PalabraDemo(
        "4",
        "800202",
        FACIALES,
        "limpieza facial",
        "PHRASE",
        7,
        38,
        85,
        (("limpieza facial profunda precio", 0.75, True), ("limpieza facial casera", 0.25, False)),
    ),
    PalabraDemo(
        "5",
        "800202",
        FACIALES,
        "facial hidratante",
        "EXACT",
        None,
        15,
        70,
        (("facial hidratante", 1.0, True),),
    ),
)
GASTO_RENDIMIENTO, POR_CONVERSION_RENDIMIENTO = 58.0, 95.0
ACCIONES = (("Clic en WhatsApp", 0.65), ("Llamada", 0.35))


def dias(hoy: date) -> Iterator[dict[str, Any]]:
    """Una fila por nivel y día de los últimos 90 días terminados; cada nivel suma lo mismo que el de arriba."""
    azar = random.Random(SEMILLA)  # noqa: S311  cifras de muestra, siempre las mismas
    for atras in range(DIAS, 0, -1):
        dia = hoy - timedelta(days=atras)
        # Entre semana se busca más, y el negocio va creciendo.
        animo = (0.7 if dia.weekday() >= 5 else 1.1) * (0.8 + 0.4 * (DIAS - atras) / DIAS)
        yield from _de_un_dia(azar, dia.isoformat(), animo)


def _de_un_dia(azar: random.Random, dia: str, animo: float) -> Iterator[dict[str, Any]]:
    totales: dict[tuple[str, str, str, str], dict[str, Any]] = {}

    def contar(nivel: str, campana: str, grupo: str, clave: str, cifras: dict[str, Any]) -> None:
        fila = totales.setdefault(
            (nivel, campana, grupo, clave),
            {
                "gasto": Decimal(0),
                "impresiones": 0,
                "clics": 0,
                "conversiones": Decimal(0),
                "valor": Decimal(0),
            },
        )
        for nombre, cuanto in cifras.items():
            fila[nombre] += cuanto

    for palabra in PALABRAS:
        anuncios = [a[0] for a in ANUNCIOS if a[1] == palabra.grupo]
        for texto, parte, convierte in palabra.busquedas:
            cifras = _cifras(
                azar, palabra.gasto * animo * parte, palabra.por_conversion if convierte else 0.0
            )
            contar("termino", palabra.campana, palabra.grupo, texto, cifras)
            contar("palabra", palabra.campana, palabra.grupo, f"{palabra.grupo}~{palabra.id}", cifras)
            contar(
                "anuncio", palabra.campana, palabra.grupo, f"{palabra.grupo}~{azar.choice(anuncios)}", cifras
            )
            contar("grupo", palabra.campana, palabra.grupo, palabra.grupo, cifras)
            contar("campana", palabra.campana, "", palabra.campana, cifras)
    contar(
        "campana",
        RENDIMIENTO,
        "",
        RENDIMIENTO,
        _cifras(azar, GASTO_RENDIMIENTO * animo, POR_CONVERSION_RENDIMIENTO),
    )
    for (nivel, campana, _, _), fila in list(totales.items()):
        if nivel == "campana" and fila["conversiones"]:
            for accion, parte in ACCIONES:
                suyas = {nombre: fila[nombre] * Decimal(str(parte)) for nombre in ("conversiones", "valor")}
                contar("conversion", campana, "", accion, suyas)
    for (nivel, campana, grupo, clave), fila in totales.items():
        de = {"dia": dia, "nivel": nivel, "campana_id": campana, "grupo_id": grupo, "clave": clave}
        yield {**de, **{nombre: str(cuanto) for nombre, cuanto in fila.items()}}


def _cifras(azar: random.Random, base: float, por_conversion: float) -> dict[str, Any]:
    gasto = base * azar.uniform(0.8, 1.2)
    clics = max(1, int(gasto / azar.uniform(4.5, 7.5)))
    esperadas = gasto / por_conversion if por_conversion else 0.0
    conversiones = int(esperadas) + (azar.random() < esperadas % 1)
    return {
        "gasto": Decimal(gasto).quantize(Decimal("0.01")),
        "impresiones": clics * azar.randint(9, 22),
        "clics": clics,
        "conversiones": Decimal(conversiones),
        "valor": Decimal(conversiones) * azar.choice((180, 450, 650)),
    }
