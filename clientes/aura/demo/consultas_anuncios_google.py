"""Escribe los anuncios de Google inventados del negocio de demostración."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ..utils.supabase_client import supabase_de_nora
from ..utils.supabase_helpers import Fila, filas, una_fila
from . import anuncios_google
from .contenido import NOMBRE_NORA

ZONA = "America/Hermosillo"
POR_TANDA = 500


def hay() -> bool:
    """Si el negocio de demostración ya tiene conexión o cuentas, de ejemplo o de verdad."""
    tablas = ("google_ads_conexiones", "google_ads_cuentas")
    return any(
        una_fila(_tabla(tabla).select("nombre_nora").eq("nombre_nora", NOMBRE_NORA).limit(1)) is not None
        for tabla in tablas
    )


def cargar() -> None:
    """Una cuenta con 90 días y una alerta."""
    ahora = datetime.now(UTC)
    hoy = ahora.astimezone(ZoneInfo(ZONA)).date()
    cuenta = _insertar(
        "google_ads_cuentas",
        [
            {
                **anuncios_google.CUENTA,
                "moneda": "MXN",
                "zona": ZONA,
                "estado": "ENABLED",
                "uso": "vinculada",
                "ultimo_dia": (hoy - timedelta(days=1)).isoformat(),
                "sincronizada_en": ahora.isoformat(),
                "revisada_en": ahora.isoformat(),
            }
        ],
    )[0]["id"]
    _objetos(cuenta)
    leidas = [{"cuenta_id": cuenta, **fila} for fila in anuncios_google.dias(hoy)]
    for inicio in range(0, len(leidas), POR_TANDA):
        _insertar("google_ads_dias", leidas[inicio : inicio + POR_TANDA])
    anuncio = anuncios_google.ANUNCIOS[3]
    _insertar(
        "google_ads_alertas",
        [
            {
                "cuenta_id": cuenta,
                "clave": f"rechazado:{anuncio[1]}~{anuncio[0]}",
                "tipo": "rechazado",
                "nivel": "grave",
                "anuncio_id": f"{anuncio[1]}~{anuncio[0]}",
                "titulo": "Anuncio rechazado",
                "texto": f"«{anuncio[3][0]}» no se está mostrando. Motivo: la página a la que lleva no abre. "
                "Corrígelo o pide otra revisión.",
            }
        ],
    )
    # La conexión al final: si algo falla antes, la siguiente carga se topa con la cuenta y no la repite.
    _insertar("google_ads_conexiones", [{"tipo": "demo", "revisada_en": ahora.isoformat()}])


def _objetos(cuenta: str) -> None:
    comunes = {"cuenta_id": cuenta, "estado": "ENABLED"}
    campana_de = {grupo: campana for grupo, campana, _ in anuncios_google.GRUPOS}
    _insertar(
        "google_ads_campanas",
        [
            {**comunes, "campana_id": id_, "nombre": nombre, "tipo": tipo, "presupuesto_diario": diario}
            for id_, nombre, tipo, diario in anuncios_google.CAMPANAS
        ],
    )
    _insertar(
        "google_ads_grupos",
        [
            {**comunes, "grupo_id": id_, "campana_id": campana, "nombre": nombre}
            for id_, campana, nombre in anuncios_google.GRUPOS
        ],
    )
    rechazado = anuncios_google.ANUNCIOS[3][0]
    _insertar(
        "google_ads_anuncios",
        [
            {
                **comunes,
                "anuncio_id": f"{grupo}~{id_}",
                "grupo_id": grupo,
                "campana_id": campana_de[grupo],
                "nombre": titulos[0],
                "estado": "DISAPPROVED" if id_ == rechazado else "ENABLED",
                "motivo_rechazo": "la página a la que lleva no abre" if id_ == rechazado else "",
                "tipo": "RESPONSIVE_SEARCH_AD",
                "titulos": list(titulos),
                "descripciones": list(descripciones),
                "fuerza": fuerza,
            }
            for id_, grupo, fuerza, titulos, descripciones in anuncios_google.ANUNCIOS
        ],
    )
    _insertar(
        "google_ads_palabras",
        [
            {
                **comunes,
                "palabra_id": f"{p.grupo}~{p.id}",
                "grupo_id": p.grupo,
                "campana_id": p.campana,
                "nombre": p.texto,
                "concordancia": p.concordancia,
                "calidad": p.calidad,
            }
            for p in anuncios_google.PALABRAS
        ],
    )


def _tabla(tabla: str) -> Any:
    return supabase_de_nora(NOMBRE_NORA).table(tabla)


def _insertar(tabla: str, nuevas: list[dict[str, Any]]) -> list[Fila]:
    return filas(_tabla(tabla).insert([{"nombre_nora": NOMBRE_NORA, **una} for una in nuevas]))
