"""Los anuncios inventados del negocio de demostración: siempre los mismos, contados desde ayer hacia atrás.

Se enseñan como «datos de ejemplo» y desaparecen al conectar una cuenta de verdad.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

SEMILLA = 20261120
DIAS = 90
CUENTA = {"externo_id": "act_100200300", "nombre": "Estética Demostración", "negocio": "Datos de ejemplo"}
CAMPANAS = (
    ("900101", "Citas por WhatsApp", "OUTCOME_ENGAGEMENT", "80"),
    ("900102", "Facial de noviembre", "OUTCOME_SALES", "50"),
)
CONJUNTOS = (
    ("900201", "900101", "Mujeres 25 a 45, Hermosillo"),
    ("900202", "900101", "Quien ya nos escribió"),
    ("900203", "900102", "Parecidas a clientas"),
)
PLATAFORMAS = (("instagram", 0.55), ("facebook", 0.38), ("messenger", 0.05), ("audience_network", 0.02))


@dataclass(frozen=True)
class AnuncioDemo:
    """Un anuncio inventado.

    Args:
        gasto: pesos al día.
        por_conversacion: pesos que cuesta cada conversación.
        compra: cuántas compras por cada cien pesos.
        falla: qué se quiere enseñar: «nada», «sin_resultados», «sube» o «rechazado».
    """

    id: str
    conjunto: str
    campana: str
    nombre: str
    gasto: float
    por_conversacion: float
    compra: float = 0.0
    falla: str = "nada"
    frecuencia: str | None = "1.8"


ANUNCIOS = (
    AnuncioDemo("900301", "900201", "900101", "Video: antes y después", 35, 18),
    AnuncioDemo("900302", "900201", "900101", "Carrusel de cortes", 22, 24, falla="sube"),
    AnuncioDemo("900303", "900202", "900101", "Te extrañamos: 15% en tu cita", 15, 14, frecuencia="4.6"),
    AnuncioDemo("900304", "900203", "900102", "Facial hidratante, precio de noviembre", 28, 32, 0.6),
    AnuncioDemo("900305", "900203", "900102", "Foto del estudio", 16, 40, falla="sin_resultados"),
    AnuncioDemo(
        "900306", "900203", "900102", "Piel perfecta en 3 días", 0, 1, falla="rechazado", frecuencia=None
    ),
)


def dias(hoy: date) -> Iterator[dict[str, Any]]:
    """Una fila por anuncio, día y plataforma, de los últimos 90 días terminados."""
    azar = random.Random(SEMILLA)  # noqa: S311  cifras de muestra, siempre las mismas
    for atras in range(DIAS, 0, -1):
        dia = hoy - timedelta(days=atras)
        # Los fines de semana se gasta más, y el negocio va creciendo.
        animo = (1.25 if dia.weekday() >= 4 else 1.0) * (0.8 + 0.4 * (DIAS - atras) / DIAS)
        for anuncio in ANUNCIOS:
            if not anuncio.gasto or (anuncio.falla == "sin_resultados" and atras > 12):
                continue
            for plataforma, parte in PLATAFORMAS:
                yield _fila(azar, anuncio, plataforma, dia, anuncio.gasto * animo * parte, atras)


def _fila(
    azar: random.Random, anuncio: AnuncioDemo, plataforma: str, dia: date, base: float, atras: int
) -> dict[str, Any]:
    gasto = base * azar.uniform(0.8, 1.2)
    alcance = int(gasto * azar.uniform(14, 20))
    impresiones = int(alcance * azar.uniform(1.05, 1.3))
    clics = int(impresiones * azar.uniform(0.012, 0.03))
    costo = anuncio.por_conversacion * (2.1 if anuncio.falla == "sube" and atras <= 7 else 1.0)
    esperadas = 0.0 if anuncio.falla == "sin_resultados" else gasto / costo
    conversaciones = int(esperadas) + (azar.random() < esperadas % 1)
    compras = int(azar.random() < gasto / 100 * anuncio.compra)
    return {
        "dia": dia.isoformat(),
        "anuncio_id": anuncio.id,
        "plataforma": plataforma,
        "gasto": str(Decimal(gasto).quantize(Decimal("0.01"))),
        "impresiones": impresiones,
        "alcance": alcance,
        "clics": clics,
        "clics_enlace": int(clics * 0.7),
        "conversaciones": conversaciones,
        "prospectos": 0,
        "compras": compras,
        "valor": str(Decimal(compras) * azar.choice((450, 650, 890))),
    }
