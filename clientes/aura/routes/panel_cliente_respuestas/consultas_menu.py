"""El menú de una Nora en la base, para editarlo."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from ...conversacion.modelos import OpcionDeMenu
from ...utils.errores import ErrorNoEncontrado
from ...utils.supabase_client import supabase_de_nora
from ...utils.supabase_helpers import ejecutar, filas, valor


class AjustesDeMenu(BaseModel):
    """Cómo se ofrece. Los valores de aquí son los de un menú que nadie ha guardado."""

    activo: bool = True
    encabezado: str = "¿En qué te ayudo?"
    boton: str = "Ver opciones"
    palabras: list[str] = ["menú", "opciones"]
    al_saludar: bool = True


class Renglon(OpcionDeMenu):
    """Una opción con su lugar."""

    orden: int


class Destinos(BaseModel):
    """A qué puede llevar una opción: (id, nombre)."""

    bloques: list[tuple[str, str]] = []
    formularios: list[tuple[str, str]] = []


class TodoElMenu(BaseModel):
    """La página del menú en una lectura."""

    ajustes: AjustesDeMenu
    opciones: list[Renglon]
    destinos: Destinos


def leer(nombre_nora: str) -> TodoElMenu:
    """Los ajustes guardados (o los de empezar), las opciones en orden y a qué pueden llevar."""
    leido = valor(supabase_de_nora(nombre_nora).rpc("menu_para_editar"))
    return TodoElMenu(
        ajustes=AjustesDeMenu.model_validate(leido["ajustes"] or {}),
        opciones=[Renglon.model_validate(una) for una in leido["opciones"]],
        destinos=Destinos(bloques=leido["bloques"], formularios=leido["formularios"]),
    )


def guardar_ajustes(nombre_nora: str, ajustes: AjustesDeMenu) -> None:
    """Los guarda, haya o no antes."""
    ejecutar(_tabla(nombre_nora, "menus").upsert({"nombre_nora": nombre_nora, **ajustes.model_dump()}))


def crear(nombre_nora: str, columnas: dict[str, Any]) -> None:
    """La guarda al final de su nivel.

    Raises:
        ErrorDatoInvalido: el padre, el bloque o el formulario no es de esta Nora.
    """
    ejecutar(_tabla(nombre_nora, "menu_opciones").insert({"nombre_nora": nombre_nora, **columnas}))


def cambiar(nombre_nora: str, opcion_id: str, columnas: dict[str, Any]) -> None:
    """Cambia columnas de una.

    Raises:
        ErrorNoEncontrado: no existe, o es de otra Nora.
    """
    consulta = _tabla(nombre_nora, "menu_opciones").update(columnas).eq("nombre_nora", nombre_nora)
    if not filas(consulta.eq("id", opcion_id)):
        raise ErrorNoEncontrado


def borrar(nombre_nora: str, opcion_id: str) -> None:
    """La quita, con las de su submenú.

    Raises:
        ErrorNoEncontrado: no existe, o es de otra Nora.
    """
    consulta = _tabla(nombre_nora, "menu_opciones").delete().eq("nombre_nora", nombre_nora)
    if not filas(consulta.eq("id", opcion_id)):
        raise ErrorNoEncontrado


def _tabla(nombre_nora: str, tabla: str) -> Any:
    return supabase_de_nora(nombre_nora).table(tabla)
