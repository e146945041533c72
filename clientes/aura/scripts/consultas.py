"""Lo que los scripts de mantenimiento leen y escriben. Con service_role: son de toda la instalación."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from postgrest import CountMethod
from pydantic import BaseModel

from ..utils.supabase_client import supabase
from ..utils.supabase_helpers import Fila, ejecutar, filas, por_paginas, valor


class ColumnaCifrada(BaseModel):
    """Una columna con secretos. `llave`: la columna única con que se recorre su tabla."""

    tabla: str
    columna: str
    llave: str


class Retencion(BaseModel):
    """Cuántos días guarda una Nora sus mensajes."""

    nombre_nora: str
    retencion_dias: int


def reloj_de_la_base() -> datetime:
    """Qué hora es en la base."""
    return datetime.fromisoformat(valor(supabase.rpc("reloj", {})))


def columnas_cifradas() -> list[ColumnaCifrada]:
    """Las columnas que guardan secretos: las que terminan en `_cifrado` o `_cifrada`."""
    return [ColumnaCifrada.model_validate(una) for una in valor(supabase.rpc("columnas_cifradas", {}))]


def secretos(columna: ColumnaCifrada) -> Iterator[Fila]:
    """Cada fila con un secreto en esa columna: su llave y el secreto cifrado."""
    yield from por_paginas(
        lambda: (
            supabase.table(columna.tabla)
            .select(f"{columna.llave},{columna.columna}")
            .not_.is_(columna.columna, "null")
            .neq(columna.columna, "")
        ),
        columna.llave,
    )


def cambiar_secreto(columna: ColumnaCifrada, llave: str, anterior: str, nuevo: str) -> bool:
    """Guarda el secreto con otra clave; falso si alguien lo cambió entre tanto, y entonces ya es nuevo."""
    cambiadas = filas(
        supabase.table(columna.tabla)
        .update({columna.columna: nuevo})
        .eq(columna.llave, llave)
        .eq(columna.columna, anterior)
    )
    return bool(cambiadas)


def retenciones() -> list[Retencion]:
    """Las Noras que no guardan sus mensajes para siempre."""
    leidas = filas(
        supabase.table("configuracion_bot")
        .select("nombre_nora,retencion_dias")
        .not_.is_("retencion_dias", "null")
        .order("nombre_nora")
    )
    return [Retencion.model_validate(una) for una in leidas]


def contar_mensajes_viejos(nombre_nora: str, dias: int) -> int:
    """Cuántos mensajes de una Nora pasan de esos días."""
    return int(valor(supabase.rpc("contar_mensajes_viejos", {"p_nombre_nora": nombre_nora, "p_dias": dias})))


def borrar_mensajes_viejos(nombre_nora: str, dias: int, cuantos: int) -> int:
    """Borra hasta `cuantos` mensajes de una Nora que pasan de esos días, los más viejos primero. Devuelve cuántos."""
    argumentos = {"p_nombre_nora": nombre_nora, "p_dias": dias, "p_cuantos": cuantos}
    return int(valor(supabase.rpc("borrar_mensajes_viejos", argumentos)))


def borrar_rastros_viejos(nombre_nora: str, dias: int) -> int:
    """Borra lo que otras tablas guardan de mensajes de hace más de esos días. Devuelve cuántas filas."""
    return int(valor(supabase.rpc("borrar_rastros_viejos", {"p_nombre_nora": nombre_nora, "p_dias": dias})))


def contar_auditoria_vieja(antes_de: datetime) -> int:
    """Cuántos renglones de auditoría son de antes de ese momento."""
    consulta = supabase.table("auditoria").select("id", count=CountMethod.exact)
    return int(ejecutar(consulta.lt("momento", antes_de.isoformat()).limit(1)).count or 0)


def borrar_auditoria_vieja(antes_de: datetime, cuantos: int) -> int:
    """Borra hasta `cuantos` renglones de auditoría de antes de ese momento. Devuelve cuántos."""
    argumentos = {"p_antes_de": antes_de.isoformat(), "p_cuantos": cuantos}
    return int(valor(supabase.rpc("borrar_auditoria_vieja", argumentos)))


def duenos_de(nombre_nora: str) -> list[str]:
    """Los ids de quienes son dueños de una Nora."""
    leidas = filas(
        supabase.table("usuarios_noras")
        .select("usuario_id")
        .eq("nombre_nora", nombre_nora)
        .eq("rol", "dueno")
    )
    return [str(una["usuario_id"]) for una in leidas]
