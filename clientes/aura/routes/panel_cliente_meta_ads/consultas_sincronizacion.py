"""Lo que la sincronización con Meta lee y escribe en Supabase."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from postgrest.types import ReturnMethod

from ...utils.supabase_client import supabase_de_nora
from ...utils.supabase_helpers import ejecutar, filas, valor
from .modelos import CasoLeido, Tomada

POR_TANDA = 100  # con 500, una lectura de 90 días pasaba de 200 MB: cada orden se arma entera en memoria
_LLAVE = {
    "meta_ads_campanas": "campana_id",
    "meta_ads_conjuntos": "conjunto_id",
    "meta_ads_anuncios": "anuncio_id",
}


def tomar(nombre_nora: str, ahora: datetime, sincronizacion_id: str | None = None) -> Tomada | None:
    """La que toca, ya marcada como corriendo; None si no hay. Con un id, esa aunque esté en pausa."""
    argumentos = {"p_ahora": ahora.isoformat(), "p_id": sincronizacion_id}
    tomada = valor(supabase_de_nora(nombre_nora).rpc("meta_ads_tomar", argumentos))
    return Tomada.model_validate(tomada) if tomada else None


def latir(nombre_nora: str, sincronizacion_id: str, ahora: datetime, **cambios: Any) -> bool:
    """Da señal de vida; falso si alguien la detuvo y hay que dejarla."""
    return bool(
        filas(
            supabase_de_nora(nombre_nora)
            .table("meta_ads_sincronizaciones")
            .update({"latido_en": ahora.isoformat(), **cambios})
            .eq("nombre_nora", nombre_nora)
            .eq("id", sincronizacion_id)
            .eq("estado", "corriendo")
        )
    )


def guardar_pagina(nombre_nora: str, sincronizacion_id: str, leidas: Sequence[dict[str, Any]]) -> None:
    """Una página de un tramo a medias. Una fila repetida deja la última."""
    unicas = list({(f["dia"], f["anuncio_id"], f["plataforma"]): f for f in leidas}.values())
    for inicio in range(0, len(unicas), POR_TANDA):
        ejecutar(
            supabase_de_nora(nombre_nora)
            .table("meta_ads_dias_paso")
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
        .table("meta_ads_dias_paso")
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
    return int(valor(supabase_de_nora(nombre_nora).rpc("meta_ads_cerrar_tramo", argumentos)))


def guardar_objetos(
    nombre_nora: str, tabla: str, cuenta_id: str, leidos: Sequence[dict[str, Any]], ahora: datetime
) -> None:
    """Campañas, conjuntos o anuncios de una cuenta."""
    comunes = {"nombre_nora": nombre_nora, "cuenta_id": cuenta_id, "vista_en": ahora.isoformat()}
    # Dos veces el mismo id en una página sería un error de la base: queda el último.
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
    valor(supabase_de_nora(nombre_nora).rpc("meta_ads_marcar_ausentes", argumentos))


def casos(nombre_nora: str, cuenta_id: str, hasta: date) -> list[CasoLeido]:
    """Los anuncios con sus últimos siete días y los siete de antes."""
    argumentos = {"p_cuenta_id": cuenta_id, "p_hasta": hasta.isoformat()}
    leidos = valor(supabase_de_nora(nombre_nora).rpc("meta_ads_casos", argumentos))
    return [CasoLeido.model_validate(uno) for uno in leidos]


def poner_alertas(
    nombre_nora: str, cuenta_id: str, alertas: Sequence[dict[str, Any]], ahora: datetime
) -> int:
    """Las alertas de anuncios de una cuenta son estas. Devuelve cuántas son nuevas."""
    argumentos = {"p_cuenta_id": cuenta_id, "p_alertas": list(alertas), "p_ahora": ahora.isoformat()}
    return int(valor(supabase_de_nora(nombre_nora).rpc("meta_ads_poner_alertas", argumentos)))


def alerta_de_cuenta(nombre_nora: str, alerta: dict[str, Any]) -> None:
    """Una alerta de la cuenta misma, no de un anuncio."""
    ejecutar(
        supabase_de_nora(nombre_nora)
        .table("meta_ads_alertas")
        .upsert({"nombre_nora": nombre_nora, **alerta}, on_conflict="nombre_nora,clave")
    )


def resolver_de_cuenta(nombre_nora: str, cuenta_id: str, ahora: datetime) -> None:
    """La cuenta volvió a estar bien."""
    ejecutar(
        supabase_de_nora(nombre_nora)
        .table("meta_ads_alertas")
        .update({"resuelta_en": ahora.isoformat()})
        .eq("nombre_nora", nombre_nora)
        .eq("cuenta_id", cuenta_id)
        .eq("tipo", "cuenta")
        .is_("resuelta_en", "null")
    )
