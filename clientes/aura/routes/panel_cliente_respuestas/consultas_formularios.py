"""Los formularios de una Nora y lo contestado, en la base."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from ...conversacion.consultas_menu import COLUMNAS_FORMULARIO
from ...conversacion.modelos import Formulario, Paso
from ...utils.errores import ErrorNoEncontrado
from ...utils.supabase_client import supabase_de_nora
from ...utils.supabase_helpers import PAGINA, filas, una_fila

POR_PAGINA = 50
DE_RESPUESTA = (
    "id,estado,datos,pasos,paso,fecha_creacion,terminado_en,conversacion_id,"
    "conversaciones(contactos(nombre,nombre_perfil,telefono))"
)


class FormularioDelDueno(Formulario):
    """Uno como lo edita el dueño."""

    activo: bool = True


class Contestado(BaseModel):
    """Lo que alguien contestó, con quién fue."""

    id: str
    estado: str
    datos: dict[str, str]
    pasos: list[Paso]
    paso: int
    fecha_creacion: datetime
    terminado_en: datetime | None
    conversacion_id: str
    quien: str
    telefono: str


def listar(nombre_nora: str) -> list[FormularioDelDueno]:
    """Todos, por nombre."""
    leidos = _tabla(nombre_nora, "formularios").select(f"{COLUMNAS_FORMULARIO},activo")
    orden = leidos.eq("nombre_nora", nombre_nora).order("nombre").order("id").limit(100)
    return [FormularioDelDueno.model_validate(una) for una in filas(orden)]


def leer(nombre_nora: str, formulario_id: str) -> FormularioDelDueno:
    """Uno.

    Raises:
        ErrorNoEncontrado: no existe, o es de otra Nora.
    """
    leido = _tabla(nombre_nora, "formularios").select(f"{COLUMNAS_FORMULARIO},activo")
    fila = una_fila(leido.eq("nombre_nora", nombre_nora).eq("id", formulario_id).limit(1))
    if fila is None:
        raise ErrorNoEncontrado
    return FormularioDelDueno.model_validate(fila)


def crear(nombre_nora: str, columnas: dict[str, Any]) -> str:
    """Lo guarda y devuelve su id."""
    return str(
        filas(_tabla(nombre_nora, "formularios").insert({"nombre_nora": nombre_nora, **columnas}))[0]["id"]
    )


def cambiar(nombre_nora: str, formulario_id: str, columnas: dict[str, Any]) -> None:
    """Cambia columnas de uno.

    Raises:
        ErrorNoEncontrado: no existe, o es de otra Nora.
    """
    consulta = _tabla(nombre_nora, "formularios").update(columnas).eq("nombre_nora", nombre_nora)
    if not filas(consulta.eq("id", formulario_id)):
        raise ErrorNoEncontrado


def borrar(nombre_nora: str, formulario_id: str) -> None:
    """Lo quita, con lo contestado.

    Raises:
        ErrorNoEncontrado: no existe, o es de otra Nora.
    """
    consulta = _tabla(nombre_nora, "formularios").delete().eq("nombre_nora", nombre_nora)
    if not filas(consulta.eq("id", formulario_id)):
        raise ErrorNoEncontrado


def campos_propios(nombre_nora: str) -> list[tuple[str, str]]:
    """(id, nombre) de los datos que esta Nora lleva de sus contactos."""
    leidos = _tabla(nombre_nora, "campos_propios").select("id,nombre").eq("nombre_nora", nombre_nora)
    return [(c["id"], c["nombre"]) for c in filas(leidos.order("orden").order("nombre").limit(100))]


def contestados(nombre_nora: str, formulario_id: str, desde: int = 0) -> list[Contestado]:
    """Una página de lo contestado, lo último primero; una de más dice que hay otra página.

    Args:
        desde: cuántos se saltan.
    """
    consulta = _de_respuestas(nombre_nora, formulario_id).range(desde, desde + POR_PAGINA)
    return [_contestado(una) for una in filas(consulta)]


def todos_los_contestados(nombre_nora: str, formulario_id: str) -> Iterator[Contestado]:
    """Todo lo contestado, por tramos."""
    desde = 0
    while True:
        tramo = filas(_de_respuestas(nombre_nora, formulario_id).range(desde, desde + PAGINA - 1))
        yield from (_contestado(una) for una in tramo)
        if len(tramo) < PAGINA:
            return
        desde += PAGINA


def _de_respuestas(nombre_nora: str, formulario_id: str) -> Any:
    return (
        _tabla(nombre_nora, "formulario_respuestas")
        .select(DE_RESPUESTA)
        .eq("nombre_nora", nombre_nora)
        .eq("formulario_id", formulario_id)
        .order("fecha_creacion", desc=True)
        .order("id")
    )


def _contestado(fila: dict[str, Any]) -> Contestado:
    contacto = (fila.pop("conversaciones", None) or {}).get("contactos") or {}
    telefono = contacto.get("telefono") or ""
    quien = contacto.get("nombre") or contacto.get("nombre_perfil") or telefono or "Sin nombre"
    return Contestado.model_validate({**fila, "quien": quien, "telefono": telefono})


def _tabla(nombre_nora: str, tabla: str) -> Any:
    return supabase_de_nora(nombre_nora).table(tabla)
