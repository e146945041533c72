"""El menú y los formularios que el turno necesita, con el token de la Nora."""

from __future__ import annotations

from typing import Any

from ..utils.supabase_client import supabase_de_nora
from ..utils.supabase_helpers import filas, una_fila
from .modelos import Formulario, Menu

COLUMNAS_FORMULARIO = "id,nombre,palabras,presentacion,pasos,despedida,vigencia_horas,avisar"
COLUMNAS_OPCION = "id,padre_id,titulo,descripcion,accion,texto,bloque_id,formulario_id"


def leer_menu(nombre_nora: str) -> Menu | None:
    """El menú encendido con sus opciones en orden; None si no hay."""
    fila = una_fila(
        _leer(nombre_nora, "menus", "encabezado,boton,palabras,al_saludar").eq("activo", True).limit(1)
    )
    if fila is None:
        return None
    opciones = filas(
        _leer(nombre_nora, "menu_opciones", COLUMNAS_OPCION)
        .order("orden")
        .order("fecha_creacion")
        .order("id")
        .limit(200)
    )
    return Menu.model_validate({**fila, "opciones": opciones})


def leer_formularios(nombre_nora: str) -> list[Formulario]:
    """Los encendidos."""
    leidos = _leer(nombre_nora, "formularios", COLUMNAS_FORMULARIO).eq("activo", True)
    return [Formulario.model_validate(una) for una in filas(leidos.order("nombre").order("id").limit(100))]


def leer_formulario(nombre_nora: str, formulario_id: str) -> Formulario | None:
    """Uno encendido; None si no existe, está apagado o es de otra Nora."""
    if not formulario_id:
        return None
    fila = una_fila(
        _leer(nombre_nora, "formularios", COLUMNAS_FORMULARIO)
        .eq("activo", True)
        .eq("id", formulario_id)
        .limit(1)
    )
    return Formulario.model_validate(fila) if fila else None


def _leer(nombre_nora: str, tabla: str, columnas: str) -> Any:
    """La pared es RLS; el filtro usa el índice."""
    return supabase_de_nora(nombre_nora).table(tabla).select(columnas).eq("nombre_nora", nombre_nora)
