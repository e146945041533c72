"""Lo que solo este módulo escribe de las etiquetas; lo que todos usan está en `utils/consultas_etiquetas.py`."""

from __future__ import annotations

from ...utils.consultas_etiquetas import Etiqueta
from ...utils.supabase_client import supabase_de_nora
from ...utils.supabase_helpers import ejecutar, una_fila, valor


def leer(nombre_nora: str, etiqueta_id: str) -> Etiqueta | None:
    """Una etiqueta; None si no es de esta Nora."""
    fila = una_fila(
        supabase_de_nora(nombre_nora)
        .table("etiquetas")
        .select("id,nombre,color,regla")
        .eq("nombre_nora", nombre_nora)
        .eq("id", etiqueta_id)
    )
    return Etiqueta.model_validate(fila) if fila else None


def guardar(nombre_nora: str, etiqueta_id: str | None, nombre: str, color: str, regla: str) -> str:
    """Crea (sin id) o cambia; devuelve su id.

    Raises:
        ErrorNoEncontrado: no es de esta Nora.
        ErrorDuplicado: ya hay otra que se llama igual, sin contar acentos ni mayúsculas.
    """
    argumentos = {"p_id": etiqueta_id, "p_nombre": nombre, "p_color": color, "p_regla": regla}
    return str(valor(supabase_de_nora(nombre_nora).rpc("guardar_etiqueta", argumentos)))


def borrar(nombre_nora: str, etiqueta_id: str, usuario_id: str) -> str:
    """La borra y la quita de donde esté; devuelve con qué se deshace.

    Raises:
        ErrorNoEncontrado: no es de esta Nora.
    """
    argumentos = {"p_id": etiqueta_id, "p_usuario_id": usuario_id}
    return str(valor(supabase_de_nora(nombre_nora).rpc("borrar_etiqueta", argumentos)))


def unir(nombre_nora: str, queda: str, se_va: str) -> None:
    """Lo que tenía una pasa a la otra.

    Raises:
        ErrorNoEncontrado: alguna no es de esta Nora.
        ErrorDatoInvalido: son la misma.
    """
    ejecutar(supabase_de_nora(nombre_nora).rpc("unir_etiquetas", {"p_queda": queda, "p_se_va": se_va}))
