"""Lo que el registro lee y escribe de la base. Con service_role: ve a todas las Noras, que es su trabajo."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from ..utils.supabase_client import supabase
from ..utils.supabase_helpers import ejecutar, filas, por_paginas, una_fila, valor
from .catalogo import Catalogo

COLUMNAS = (
    "nombre_nora,nombre_visible,zona_horaria,ia_activa,modulos,pausa_persona_minutos,envios_pausados_hasta,"
    "envios_pausa_codigo"
)


def leer_noras_activas() -> Iterator[dict[str, Any]]:
    """Las filas de todas las Noras activas."""
    return por_paginas(
        lambda: supabase.table("configuracion_bot").select(COLUMNAS).eq("activo", True), orden="nombre_nora"
    )


def leer_nora_activa(nombre_nora: str) -> dict[str, Any] | None:
    """La fila de una Nora, o None si no existe o está suspendida."""
    return una_fila(
        supabase.table("configuracion_bot").select(COLUMNAS).eq("nombre_nora", nombre_nora).eq("activo", True)
    )


def guardar_catalogo(catalogo: Catalogo) -> None:
    """Deja en `modulos_disponibles` lo que dicen los manifiestos."""
    ejecutar(
        supabase.table("modulos_disponibles").upsert(
            [
                {
                    "nombre": m.nombre,
                    "titulo": m.manifiesto.titulo,
                    "descripcion": m.manifiesto.descripcion,
                    "icono": m.manifiesto.icono,
                    "orden": m.manifiesto.orden,
                    "solo_para": m.solo_para,
                }
                for m in catalogo.en_orden()
            ]
        )
    )


def contestar() -> None:
    """La lectura más barata que pasa por toda la cadena; lanza ErrorServicioExterno si la base no contesta."""
    filas(supabase.table("modulos_disponibles").select("nombre").limit(1))


def reclamar_ejecucion(trabajo: str, periodo: datetime, ahora: datetime, proceso: str) -> bool:
    """Reclama un disparo del programador y deja su trabajo en la cola; falso si ya era de otro proceso."""
    argumentos = {
        "p_trabajo": trabajo,
        "p_periodo": periodo.isoformat(),
        "p_ahora": ahora.isoformat(),
        "p_proceso": proceso,
    }
    return bool(valor(supabase.rpc("reclamar_ejecucion", argumentos)))


def recuperar_ejecucion(trabajo: str, periodo: datetime, ahora: datetime, proceso: str) -> bool:
    """Reclama tarde un periodo que nadie tomó; falso si ya corrió, está apagado o la instalación es más nueva."""
    argumentos = {
        "p_trabajo": trabajo,
        "p_periodo": periodo.isoformat(),
        "p_ahora": ahora.isoformat(),
        "p_proceso": proceso,
    }
    return bool(valor(supabase.rpc("recuperar_ejecucion", argumentos)))


def limpiar_ejecuciones(dias: int) -> int:
    """Olvida las ejecuciones del programador de hace más de `dias`; la última de cada trabajo se queda."""
    return int(valor(supabase.rpc("limpiar_ejecuciones", {"p_dias": dias})) or 0)
