"""Lo que los reportes leen y escriben en Supabase, siempre con el token de la Nora."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ..ia.consultas_asistente import AjustesIA
from ..utils.supabase_client import supabase_de_nora
from ..utils.supabase_helpers import ejecutar, filas, una_fila, valor
from .informe import DE_NORA
from .modelos import Plantilla, PlaticaDelEquipo, Reporte


def ajustes_ia(nombre_nora: str) -> tuple[AjustesIA, Decimal]:
    """Cómo usa la Nora un modelo, y lo gastado en el mes."""
    cliente = supabase_de_nora(nombre_nora)
    fila = una_fila(cliente.table("configuracion_ia").select("*").eq("nombre_nora", nombre_nora)) or {}
    limpia = {clave: v for clave, v in fila.items() if v is not None}
    return AjustesIA.model_validate(limpia), Decimal(str(valor(cliente.rpc("gasto_ia", {})) or 0))


def guardar(
    nombre_nora: str,
    semana: date,
    alcance: str,
    titulo: str,
    datos: dict[str, Any],
    frases: list[str],
    por: str,
) -> str:
    """Pone o pone al día el reporte de esa semana y ese alcance; devuelve su id."""
    argumentos = {
        "p_semana": semana.isoformat(),
        "p_alcance": alcance,
        "p_titulo": titulo,
        "p_datos": datos,
        "p_frases": frases,
        "p_hecho_por": por,
    }
    return str(valor(supabase_de_nora(nombre_nora).rpc("reportes_guardar", argumentos)))


def hecho_desde(nombre_nora: str, semana: date, desde: datetime) -> bool:
    """Si el reporte de toda la Nora para esa semana se hizo, o se puso al día, desde ese momento."""
    return (
        una_fila(
            supabase_de_nora(nombre_nora)
            .table("reportes")
            .select("id")
            .eq("nombre_nora", nombre_nora)
            .eq("semana", semana.isoformat())
            .eq("alcance", DE_NORA)
            .gte("fecha_actualizacion", desde.isoformat())
        )
        is not None
    )


def leer(nombre_nora: str, reporte_id: str) -> Reporte | None:
    """Un reporte con sus enlaces; None si no es de esta Nora."""
    leido = valor(supabase_de_nora(nombre_nora).rpc("reportes_leer", {"p_reporte_id": reporte_id}))
    return Reporte.model_validate(leido) if leido else None


def crear_enlace(
    nombre_nora: str,
    reporte_id: str,
    huella: str,
    cifrado: str,
    caduca_en: datetime,
    usuario_id: str | None,
) -> None:
    """Guarda un enlace público.

    Raises:
        ErrorDatoInvalido: el reporte no es de esta Nora.
    """
    fila = {
        "nombre_nora": nombre_nora,
        "reporte_id": reporte_id,
        "huella": huella,
        "token_cifrado": cifrado,
        "caduca_en": caduca_en.isoformat(),
        "creado_por": usuario_id,
    }
    ejecutar(supabase_de_nora(nombre_nora).table("reportes_enlaces").insert(fila))


def retirar_enlace(nombre_nora: str, reporte_id: str, enlace_id: str, ahora: datetime) -> bool:
    """Deja de servir desde ya; falso si no es de ese reporte de esta Nora."""
    return bool(
        filas(
            supabase_de_nora(nombre_nora)
            .table("reportes_enlaces")
            .update({"retirado_en": ahora.isoformat()})
            .eq("nombre_nora", nombre_nora)
            .eq("reporte_id", reporte_id)
            .eq("id", enlace_id)
        )
    )


def clientes(nombre_nora: str, desde: date, hasta: date) -> tuple[int | None, Decimal]:
    """De quienes llegaron en esos días, cuántos compraron y cuánto; (None, 0) si no se ha dicho quién compró."""
    argumentos = {"p_desde": desde.isoformat(), "p_hasta": hasta.isoformat()}
    leido: dict[str, Any] = valor(supabase_de_nora(nombre_nora).rpc("reportes_clientes", argumentos))
    return (int(leido["clientes"]) if leido["hay_etiqueta"] else None), Decimal(leido["monto"])


def plantillas(nombre_nora: str) -> list[Plantilla]:
    """Las plantillas aprobadas de la Nora."""
    leidas = filas(
        supabase_de_nora(nombre_nora)
        .table("plantillas")
        .select("id,nombre,proveedor_sid,cuerpo,variables")
        .eq("nombre_nora", nombre_nora)
        .eq("estado", "aprobada")
        .order("nombre")
        .limit(200)
    )
    return [Plantilla.model_validate(una) for una in leidas]


def platica(nombre_nora: str, telefono: str) -> PlaticaDelEquipo:
    """La plática por WhatsApp con ese teléfono; se abre si no había."""
    leida = valor(supabase_de_nora(nombre_nora).rpc("platica_del_equipo", {"p_telefono": telefono}))
    return PlaticaDelEquipo.model_validate(leida)


def anotar_aviso(nombre_nora: str, reporte_id: str, ahora: datetime) -> None:
    """Deja escrito cuándo se mandó el resumen."""
    ejecutar(
        supabase_de_nora(nombre_nora)
        .table("reportes")
        .update({"avisado_en": ahora.isoformat()})
        .eq("nombre_nora", nombre_nora)
        .eq("id", reporte_id)
    )
