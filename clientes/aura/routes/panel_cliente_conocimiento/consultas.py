"""Los bloques y su historia: lo que conocimiento lee y escribe; siempre con el token de la Nora."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from ...utils.supabase_client import supabase_de_nora
from ...utils.supabase_helpers import filas, una_fila, valor
from .modelos import Bloque, Cursor, Filtro, Historia, ParaRevisar, Resumen, Version

COLUMNAS = (
    "id,titulo,contenido,etiquetas,activo,prioridad,vigente_desde,vigente_hasta,fuente,fecha_actualizacion"
)


def listar(
    nombre_nora: str, filtro: Filtro, hoy: date, limite: int, despues_de: Cursor | None
) -> list[Bloque]:
    """Bloques que cumplen el filtro, el más reciente primero, desde el cursor. `hoy`: el día de la Nora."""
    consulta = (
        supabase_de_nora(nombre_nora)
        .table("conocimiento_nora")
        .select(COLUMNAS)
        .eq("nombre_nora", nombre_nora)
        .order("fecha_actualizacion", desc=True)
        .order("id")
        .limit(limite)
    )
    for palabra in filtro.palabras:
        consulta = consulta.ilike("busqueda", f"%{_sin_comodines(palabra)}%")
    if filtro.etiqueta:
        consulta = consulta.filter("etiquetas", "cs", _arreglo([filtro.etiqueta]))
    if filtro.estado == "encendidos":
        consulta = consulta.eq("activo", True).or_(f"vigente_hasta.is.null,vigente_hasta.gte.{hoy}")
    elif filtro.estado == "apagados":
        consulta = consulta.eq("activo", False)
    elif filtro.estado == "vencidos":
        consulta = consulta.eq("activo", True).lt("vigente_hasta", hoy.isoformat())
    elif filtro.estado == "preferidos":
        consulta = consulta.gt("prioridad", 0)
    elif filtro.estado == "con_fecha":
        consulta = consulta.or_("vigente_desde.not.is.null,vigente_hasta.not.is.null")
    if despues_de is not None:
        momento = f'"{despues_de.fecha_actualizacion.isoformat()}"'
        consulta = consulta.or_(
            f"fecha_actualizacion.lt.{momento},and(fecha_actualizacion.eq.{momento},id.gt.{despues_de.id})"
        )
    return [Bloque.model_validate(fila) for fila in filas(consulta)]


def resumen(nombre_nora: str) -> Resumen:
    """Cuánto sabe la Nora."""
    return Resumen.model_validate(valor(supabase_de_nora(nombre_nora).rpc("resumen_conocimiento", {})))


def leer(nombre_nora: str, bloque_id: str) -> Bloque | None:
    """Un bloque, esté encendido o no; None si no es de esta Nora."""
    fila = una_fila(
        supabase_de_nora(nombre_nora)
        .table("conocimiento_nora")
        .select(COLUMNAS)
        .eq("nombre_nora", nombre_nora)
        .eq("id", bloque_id)
    )
    return Bloque.model_validate(fila) if fila else None


def guardar(
    nombre_nora: str,
    bloque_id: str | None,
    cambios: dict[str, Any],
    usuario_id: str,
    grupo: str | None = None,
) -> str | None:
    """Crea (sin id) o cambia un bloque; devuelve su id, o None si no es de esta Nora.

    Args:
        cambios: columnas; las que faltan no cambian.
        grupo: las preguntas sin respuesta que este bloque contesta; quedan cerradas.
    """
    argumentos = {
        "p_bloque_id": bloque_id,
        "p_cambios": cambios,
        "p_usuario_id": usuario_id,
        "p_grupo": grupo,
    }
    guardado = valor(supabase_de_nora(nombre_nora).rpc("guardar_bloque", argumentos))
    return str(guardado) if guardado else None


def borrar(nombre_nora: str, bloque_id: str, usuario_id: str) -> str | None:
    """Borra un bloque y devuelve su título; None si no es de esta Nora."""
    argumentos = {"p_bloque_id": bloque_id, "p_usuario_id": usuario_id}
    titulo = valor(supabase_de_nora(nombre_nora).rpc("borrar_bloque", argumentos))
    return str(titulo) if titulo else None


def historia(nombre_nora: str, bloque_id: str) -> Historia:
    """Las versiones de un bloque, aunque se haya borrado; ninguna si no es de esta Nora."""
    argumentos = {"p_bloque_id": bloque_id}
    return Historia.model_validate(valor(supabase_de_nora(nombre_nora).rpc("historia_bloque", argumentos)))


def borrados(nombre_nora: str) -> list[Version]:
    """Los bloques borrados que se pueden recuperar, el último primero."""
    return [
        Version.model_validate(fila)
        for fila in valor(supabase_de_nora(nombre_nora).rpc("bloques_borrados", {}))
    ]


def restaurar(nombre_nora: str, version_id: int, usuario_id: str) -> str | None:
    """Regresa un bloque a una versión; devuelve su id, o None si no es de esta Nora."""
    argumentos = {"p_version_id": version_id, "p_usuario_id": usuario_id}
    restaurado = valor(supabase_de_nora(nombre_nora).rpc("restaurar_version", argumentos))
    return str(restaurado) if restaurado else None


def para_revisar(nombre_nora: str) -> ParaRevisar:
    """Los bloques en uso (los 1,500 más recientes) y las parejas ya revisadas."""
    return ParaRevisar.model_validate(valor(supabase_de_nora(nombre_nora).rpc("revisar_conocimiento", {})))


def descartar_pareja(nombre_nora: str, clave: str, usuario_id: str) -> None:
    """Anota que dos bloques, con el texto que hoy tienen, no se estorban."""
    filas(
        supabase_de_nora(nombre_nora)
        .table("conocimiento_descartes")
        .upsert({"nombre_nora": nombre_nora, "clave": clave, "usuario_id": usuario_id})
    )


def _sin_comodines(palabra: str) -> str:
    return palabra.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_").replace("*", "")


def _arreglo(textos: Sequence[str]) -> str:
    """Un arreglo de PostgreSQL como texto; con comillas, para que una coma o una llave sean texto."""
    citados = ('"' + texto.replace("\\", "\\\\").replace('"', '\\"') + '"' for texto in textos)
    return "{" + ",".join(citados) + "}"
