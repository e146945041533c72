"""Las hojas de contactos que se suben: guardarlas, leerlas y pasarlas por tramos."""

from __future__ import annotations

from typing import Any

from ...utils.supabase_client import supabase_de_nora
from ...utils.supabase_helpers import ejecutar, filas, una_fila, valor
from .modelos import Avance, Importacion

SIN_CONTENIDO = (
    "id,archivo,codificacion,separador,estado,total,posicion,nuevos,actualizados,iguales,errores,"
    "fecha_creacion"
)


def crear(
    nombre_nora: str,
    *,
    archivo: str,
    codificacion: str,
    separador: str,
    encabezados: list[str],
    contenido: str,
    total: int,
    usuario_id: str,
) -> str:
    """Guarda una hoja recién subida; devuelve su id."""
    fila = filas(
        supabase_de_nora(nombre_nora)
        .table("importaciones")
        .insert(
            {
                "nombre_nora": nombre_nora,
                "archivo": archivo,
                "codificacion": codificacion,
                "separador": separador,
                "encabezados": encabezados,
                "contenido": contenido,
                "total": total,
                "usuario_id": usuario_id,
            }
        )
    )[0]
    return str(fila["id"])


def leer(nombre_nora: str, importacion_id: str) -> Importacion | None:
    """Una hoja completa; None si no es de esta Nora."""
    fila = una_fila(
        supabase_de_nora(nombre_nora)
        .table("importaciones")
        .select("*")
        .eq("nombre_nora", nombre_nora)
        .eq("id", importacion_id)
    )
    return Importacion.model_validate(fila) if fila else None


def ultimas(nombre_nora: str, cuantas: int) -> list[Importacion]:
    """Las más nuevas, sin su contenido."""
    consulta = (
        supabase_de_nora(nombre_nora)
        .table("importaciones")
        .select(SIN_CONTENIDO)
        .eq("nombre_nora", nombre_nora)
        .order("fecha_creacion", desc=True)
        .limit(cuantas)
    )
    return [Importacion.model_validate(fila) for fila in filas(consulta)]


def empezar(nombre_nora: str, importacion_id: str, columnas: dict[str, str], etiquetas: list[str]) -> bool:
    """Deja dicho a dónde va cada columna y la pone a correr; falso si ya corría o no es de esta Nora."""
    return bool(
        filas(
            supabase_de_nora(nombre_nora)
            .table("importaciones")
            .update({"columnas": columnas, "etiquetas": etiquetas, "estado": "corriendo"})
            .eq("nombre_nora", nombre_nora)
            .eq("id", importacion_id)
            .eq("estado", "por_revisar")
        )
    )


def descartar(nombre_nora: str, importacion_id: str) -> None:
    """Olvida una hoja que no se llegó a importar."""
    ejecutar(
        supabase_de_nora(nombre_nora)
        .table("importaciones")
        .delete()
        .eq("nombre_nora", nombre_nora)
        .eq("id", importacion_id)
        .eq("estado", "por_revisar")
    )


def importar_tramo(
    nombre_nora: str,
    importacion_id: str,
    desde: int,
    hasta: int,
    renglones: list[dict[str, Any]],
    errores: list[dict[str, Any]],
    usuario_id: str,
) -> Avance:
    """Guarda los renglones [desde, hasta) una sola vez y dice por dónde va la hoja."""
    argumentos = {
        "p_importacion_id": importacion_id,
        "p_desde": desde,
        "p_hasta": hasta,
        "p_filas": renglones,
        "p_errores": errores,
        "p_usuario_id": usuario_id,
    }
    return Avance.model_validate(valor(supabase_de_nora(nombre_nora).rpc("importar_tramo", argumentos)))
