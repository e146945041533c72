"""Lo que la sincronización con Google lee y escribe en Supabase."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from postgrest.types import ReturnMethod

from ...utils.supabase_client import supabase_de_nora
from ...utils.supabase_helpers import ejecutar, filas, valor
from .modelos import CasoLeido, Tomada

POR_TANDA = 500
_LLAVE = {
    "google_ads_campanas": "campana_id",
    "google_ads_grupos": "grupo_id",
    "google_ads_anuncios": "anuncio_id",
    "google_ads_palabras": "palabra_id",
}


def tomar(nombre_nora: str, ahora: datetime, sincronizacion_id: str | None = None) -> Tomada | None:
    """La que toca, ya marcada como corriendo; None si no hay. Con un id, esa aunque esté en pausa."""
    argumentos = {"p_ahora": ahora.isoformat(), "p_id": sincronizacion_id}
    tomada = valor(supabase_de_nora(nombre_nora).rpc("google_ads_tomar", argumentos))
    return Tomada.model_validate(tomada) if tomada else None


def latir(nombre_nora: str, sincronizacion_id: str, ahora: datetime, **cambios: Any) -> bool:
    """Da señal de vida; falso si alguien la detuvo y hay que dejarla."""
    return bool(
        filas(
            supabase_de_nora(nombre_nora)
            .table("google_ads_sincronizaciones")
            .update({"latido_en": ahora.isoformat(), **cambios})
            .eq("nombre_nora", nombre_nora)
            .eq("id", sincronizacion_id)
            .eq("estado", "corriendo")
        )
    )


def guardar_pagina(nombre_nora: str, sincronizacion_id: str, leidas: Sequence[dict[str, Any]]) -> None:
    """Una tanda de un tramo a medias. Una fila repetida deja la última."""
    llave = ("dia", "nivel", "campana_id", "grupo_id", "clave")
    unicas = list({tuple(f[parte] for parte in llave): f for f in leidas}.values())
    for inicio in range(0, len(unicas), POR_TANDA):
        ejecutar(
            supabase_de_nora(nombre_nora)
            .table("google_ads_dias_paso")
            .upsert(
                [
                    {"nombre_nora": nombre_nora, "sincronizacion_id": sincronizacion_id, **fila}
                    for fila in unicas[inicio : inicio + POR_TANDA]
                ],
                returning=ReturnMethod.minimal,
            )
        )


def tirar_paginas(nombre_nora: str, sincronizacion_id: str) -> None:
    """Olvida el tramo a medias."""
    ejecutar(
        supabase_de_nora(nombre_nora)
        .table("google_ads_dias_paso")
        .delete(returning=ReturnMethod.minimal)
        .eq("nombre_nora", nombre_nora)
        .eq("sincronizacion_id", sincronizacion_id)
    )


def cerrar_tramo(nombre_nora: str, sincronizacion_id: str, desde: date, hasta: date, ahora: datetime) -> int:
    """Cambia esos días por lo leído, de una vez. Devuelve cuántas filas.

    Raises:
        ErrorNoEncontrado: alguien la detuvo.
    """
    argumentos = {
        "p_id": sincronizacion_id,
        "p_desde": desde.isoformat(),
        "p_hasta": hasta.isoformat(),
        "p_ahora": ahora.isoformat(),
    }
    return int(valor(supabase_de_nora(nombre_nora).rpc("google_ads_cerrar_tramo", argumentos)))


def guardar_objetos(
    nombre_nora: str, tabla: str, cuenta_id: str, leidos: Sequence[dict[str, Any]], ahora: datetime
) -> None:
    """Campañas, grupos, anuncios o palabras de una cuenta."""
    comunes = {"nombre_nora": nombre_nora, "cuenta_id": cuenta_id, "vista_en": ahora.isoformat()}
    # Dos veces el mismo id en una tanda sería un error de la base: queda el último.
    unicos = list({fila[_LLAVE[tabla]]: fila for fila in leidos}.values())
    for inicio in range(0, len(unicos), POR_TANDA):
        ejecutar(
            supabase_de_nora(nombre_nora)
            .table(tabla)
            .upsert(
                [{**comunes, **fila} for fila in unicos[inicio : inicio + POR_TANDA]],
                returning=ReturnMethod.minimal,
            )
        )


def marcar_ausentes(nombre_nora: str, cuenta_id: str, desde: datetime) -> None:
    """Deja como borrado lo que no se vio desde ese instante."""
    argumentos = {"p_cuenta_id": cuenta_id, "p_desde": desde.isoformat()}
    valor(supabase_de_nora(nombre_nora).rpc("google_ads_marcar_ausentes", argumentos))


def casos(nombre_nora: str, cuenta_id: str, hasta: date) -> list[CasoLeido]:
    """Los anuncios con sus últimos siete días y los siete de antes."""
    argumentos = {"p_cuenta_id": cuenta_id, "p_hasta": hasta.isoformat()}
    leidos = valor(supabase_de_nora(nombre_nora).rpc("google_ads_casos", argumentos))
    return [CasoLeido.model_validate(uno) for uno in leidos]


def poner_alertas(
    nombre_nora: str, cuenta_id: str, alertas: Sequence[dict[str, Any]], ahora: datetime
) -> int:
    """Las alertas de anuncios de una cuenta son estas. Devuelve cuántas son nuevas."""
    argumentos = {"p_cuenta_id": cuenta_id, "p_alertas": list(alertas), "p_ahora": ahora.isoformat()}
    return int(valor(supabase_de_nora(nombre_nora).rpc("google_ads_poner_alertas", argumentos)))


def alerta_de_cuenta(nombre_nora: str, alerta: dict[str, Any]) -> None:
    """Una alerta de la cuenta misma, no de un anuncio."""
    ejecutar(
        supabase_de_nora(nombre_nora)
        .table("google_ads_alertas")
        .upsert({"nombre_nora": nombre_nora, **alerta}, on_conflict="nombre_nora,clave")
    )


def resolver_de_cuenta(nombre_nora: str, cuenta_id: str, ahora: datetime) -> None:
    """La cuenta volvió a estar bien."""
    ejecutar(
        supabase_de_nora(nombre_nora)
        .table("google_ads_alertas")
        .update({"resuelta_en": ahora.isoformat()})
        .eq("nombre_nora", nombre_nora)
        .eq("cuenta_id", cuenta_id)
        .eq("tipo", "cuenta")
        .is_("resuelta_en", "null")
    )
