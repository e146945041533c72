"""Lo que las páginas de anuncios de Google leen y escriben en Supabase."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from ...anuncios.leidos import CuentaLeida, Sincronizacion
from ...anuncios.periodos import Periodo
from ...utils.supabase_client import supabase_de_nora
from ...utils.supabase_helpers import Fila, ejecutar, filas, una_fila, valor
from .modelos import Alrededor, Resumen, Tabla


def alrededor(nombre_nora: str) -> Alrededor:
    """Conexión, cuentas, alertas y ajustes."""
    return Alrededor.model_validate(valor(supabase_de_nora(nombre_nora).rpc("google_ads_alrededor", {})))


def _lapso(periodo: Periodo) -> dict[str, str]:
    antes = periodo.anterior
    return {
        "p_desde": periodo.desde.isoformat(),
        "p_hasta": periodo.hasta.isoformat(),
        "p_antes_desde": antes.desde.isoformat(),
        "p_antes_hasta": antes.hasta.isoformat(),
    }


def resumen(nombre_nora: str, periodo: Periodo, filtro: dict[str, str]) -> Resumen:
    """Todo lo de la primera página."""
    argumentos = {**_lapso(periodo), "p_filtro": filtro}
    return Resumen.model_validate(valor(supabase_de_nora(nombre_nora).rpc("google_ads_resumen", argumentos)))


def tabla(
    nombre_nora: str,
    nivel: str,
    periodo: Periodo,
    filtro: dict[str, str],
    *,
    solo: str,
    texto: str,
    limite: int,
    salto: int,
) -> Tabla:
    """Una página de renglones; uno más que `limite` si hay otra.

    Args:
        nivel: campana, grupo, anuncio, palabra, termino, conversion o dia.
        solo: «sin_convertir», «negativas», o vacío para todos.
    """
    argumentos = {
        "p_nivel": nivel,
        **_lapso(periodo),
        "p_filtro": filtro,
        "p_solo": solo,
        "p_texto": texto,
        "p_limite": limite,
        "p_salto": salto,
    }
    return Tabla.model_validate(valor(supabase_de_nora(nombre_nora).rpc("google_ads_tabla", argumentos)))


def contar(nombre_nora: str, periodo: Periodo, antes: Periodo) -> list[CuentaLeida]:
    """Las cuentas vinculadas en un lapso, contra otro, por nivel."""
    argumentos = {
        "p_desde": periodo.desde.isoformat(),
        "p_hasta": periodo.hasta.isoformat(),
        "p_antes_desde": antes.desde.isoformat(),
        "p_antes_hasta": antes.hasta.isoformat(),
    }
    leidas = valor(supabase_de_nora(nombre_nora).rpc("google_ads_contar", argumentos))
    return [CuentaLeida.model_validate(una) for una in leidas]


def guardar_conexion(nombre_nora: str, datos: dict[str, Any]) -> None:
    """Pone o cambia la conexión."""
    ejecutar(
        supabase_de_nora(nombre_nora)
        .table("google_ads_conexiones")
        .upsert({"nombre_nora": nombre_nora, **datos})
    )


def cambiar_conexion(nombre_nora: str, cambios: dict[str, Any]) -> bool:
    """Cambia parte de la conexión; falso si no hay."""
    return bool(
        filas(
            supabase_de_nora(nombre_nora)
            .table("google_ads_conexiones")
            .update(cambios)
            .eq("nombre_nora", nombre_nora)
        )
    )


def leer_conexion(nombre_nora: str) -> Fila | None:
    """Tipo, token cifrado y vencimiento."""
    return una_fila(
        supabase_de_nora(nombre_nora)
        .table("google_ads_conexiones")
        .select("tipo,token_cifrado,caduca_en,estado")
        .eq("nombre_nora", nombre_nora)
    )


def borrar_conexion(nombre_nora: str) -> None:
    """Quita el permiso; las cuentas y sus cifras se quedan."""
    ejecutar(
        supabase_de_nora(nombre_nora).table("google_ads_conexiones").delete().eq("nombre_nora", nombre_nora)
    )


def borrar_ejemplo(nombre_nora: str) -> None:
    """Quita las cuentas de los datos de ejemplo."""
    ejecutar(
        supabase_de_nora(nombre_nora).table("google_ads_cuentas").delete().eq("nombre_nora", nombre_nora)
    )


def leer_cuentas(nombre_nora: str) -> list[Fila]:
    """Las cuentas tal cual, para compararlas con lo que dice Google."""
    return filas(
        supabase_de_nora(nombre_nora).table("google_ads_cuentas").select("*").eq("nombre_nora", nombre_nora)
    )


def guardar_cuentas(nombre_nora: str, cuentas: Sequence[dict[str, Any]]) -> None:
    """Pone al día las cuentas por su id de Google; su uso no cambia."""
    if cuentas:
        ejecutar(
            supabase_de_nora(nombre_nora)
            .table("google_ads_cuentas")
            .upsert(
                [{"nombre_nora": nombre_nora, **c} for c in cuentas], on_conflict="nombre_nora,externo_id"
            )
        )


def usar_cuenta(nombre_nora: str, cuenta_id: str, uso: str) -> bool:
    """Falso si no es de esta Nora."""
    return bool(
        filas(
            supabase_de_nora(nombre_nora)
            .table("google_ads_cuentas")
            .update({"uso": uso})
            .eq("nombre_nora", nombre_nora)
            .eq("id", cuenta_id)
        )
    )


def borrar_cuenta(nombre_nora: str, cuenta_id: str) -> bool:
    """Quita una cuenta con todo lo leído; falso si no es de esta Nora."""
    return bool(
        filas(
            supabase_de_nora(nombre_nora)
            .table("google_ads_cuentas")
            .delete()
            .eq("nombre_nora", nombre_nora)
            .eq("id", cuenta_id)
        )
    )


def leer_cuenta(nombre_nora: str, cuenta_id: str) -> Fila | None:
    """Una cuenta; None si no es de esta Nora."""
    return una_fila(
        supabase_de_nora(nombre_nora)
        .table("google_ads_cuentas")
        .select("id,nombre,externo_id,uso,zona")
        .eq("nombre_nora", nombre_nora)
        .eq("id", cuenta_id)
    )


def pedir_sincronizacion(
    nombre_nora: str, cuenta_id: str, hoy: date, desde: date | None, primeros: int, usuario_id: str | None
) -> str:
    """El id de la sincronización viva de esa cuenta, nueva si no había.

    Raises:
        ErrorNoEncontrado: no es una cuenta vinculada de esta Nora.
    """
    argumentos = {
        "p_cuenta_id": cuenta_id,
        "p_hoy": hoy.isoformat(),
        "p_desde": desde.isoformat() if desde else None,
        "p_primeros": primeros,
        "p_usuario_id": usuario_id,
    }
    return str(valor(supabase_de_nora(nombre_nora).rpc("google_ads_pedir", argumentos)))


def leer_sincronizacion(nombre_nora: str, sincronizacion_id: str) -> Sincronizacion | None:
    """Cómo va; None si no es de esta Nora."""
    fila = una_fila(
        supabase_de_nora(nombre_nora)
        .table("google_ads_sincronizaciones")
        .select("*")
        .eq("nombre_nora", nombre_nora)
        .eq("id", sincronizacion_id)
    )
    return Sincronizacion.model_validate(fila) if fila else None


def detener_sincronizacion(nombre_nora: str, sincronizacion_id: str, ahora: datetime) -> bool:
    """La para donde va; lo guardado se queda. Falso si ya no estaba viva o no es de esta Nora."""
    return bool(
        filas(
            supabase_de_nora(nombre_nora)
            .table("google_ads_sincronizaciones")
            .update({"estado": "detenida", "problema": "La detuviste.", "fin": ahora.isoformat()})
            .eq("nombre_nora", nombre_nora)
            .eq("id", sincronizacion_id)
            .in_("estado", ["pendiente", "corriendo", "pausada"])
        )
    )


def ver_alerta(nombre_nora: str, alerta_id: str, ahora: datetime) -> bool:
    """Falso si no es de esta Nora."""
    return bool(
        filas(
            supabase_de_nora(nombre_nora)
            .table("google_ads_alertas")
            .update({"vista_en": ahora.isoformat()})
            .eq("nombre_nora", nombre_nora)
            .eq("id", alerta_id)
        )
    )


def terminos_vistos(nombre_nora: str, terminos: Sequence[str]) -> None:
    """Los da por revisados; ya no se proponen."""
    if terminos:
        ejecutar(
            supabase_de_nora(nombre_nora)
            .table("google_ads_terminos_vistos")
            .upsert([{"nombre_nora": nombre_nora, "termino": t} for t in dict.fromkeys(terminos)])
        )


def terminos_sin_ver(nombre_nora: str, terminos: Sequence[str]) -> None:
    """Se vuelven a proponer."""
    ejecutar(
        supabase_de_nora(nombre_nora)
        .table("google_ads_terminos_vistos")
        .delete()
        .eq("nombre_nora", nombre_nora)
        .in_("termino", list(terminos))
    )
