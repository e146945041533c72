"""El menú, un formulario con respuestas y unas plantillas de muestra del negocio de demostración."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from ..utils.supabase_client import supabase_de_nora
from ..utils.supabase_helpers import filas, una_fila
from . import contenido

NORA = contenido.NOMBRE_NORA


def hay() -> bool:
    """Si ya se cargaron."""
    return (
        una_fila(supabase_de_nora(NORA).table("menus").select("nombre_nora").eq("nombre_nora", NORA).limit(1))
        is not None
    )


def cargar() -> None:
    """Los escribe."""
    formulario = _poner("formularios", contenido.FORMULARIO)[0]["id"]
    bloques = filas(
        supabase_de_nora(NORA).table("conocimiento_nora").select("id,titulo").eq("nombre_nora", NORA)
    )
    por_titulo = {b["titulo"]: b["id"] for b in bloques}
    _poner("menus", {"encabezado": contenido.MENU_PREGUNTA})
    precios = ""
    for orden, opcion in enumerate(contenido.MENU, start=1):
        titulo, descripcion, accion, dato = opcion
        columnas: dict[str, Any] = {
            "titulo": titulo,
            "descripcion": descripcion,
            "accion": accion,
            "orden": orden,
        }
        if accion == "bloque":
            columnas["bloque_id"] = por_titulo[dato]
        elif accion == "formulario":
            columnas["formulario_id"] = formulario
        else:
            columnas["texto"] = dato
        hecha = _poner("menu_opciones", columnas)[0]["id"]
        precios = hecha if accion == "submenu" else precios
    for orden, titulo in enumerate(contenido.MENU_PRECIOS, start=1):
        _poner(
            "menu_opciones",
            {
                "titulo": titulo[:24],
                "accion": "bloque",
                "bloque_id": por_titulo[titulo],
                "padre_id": precios,
                "orden": orden,
            },
        )
    _respuestas(formulario)
    for n, plantilla in enumerate(contenido.PLANTILLAS, start=1):
        _poner("plantillas", {"proveedor_sid": f"HXdemo{n}", "idioma": "es_MX", **plantilla})


def _respuestas(formulario_id: str) -> None:
    platicas = filas(
        supabase_de_nora(NORA)
        .table("conversaciones")
        .select("id")
        .eq("nombre_nora", NORA)
        .order("ultimo_mensaje_en")
        .limit(2)
    )
    for dias, (platica, datos) in enumerate(
        zip(platicas, contenido.FORMULARIO_RESPUESTAS, strict=False), start=1
    ):
        momento = datetime.now(UTC) - timedelta(days=dias, hours=3)
        _poner(
            "formulario_respuestas",
            {
                "formulario_id": formulario_id,
                "conversacion_id": platica["id"],
                "estado": "terminado",
                "paso": len(datos),
                "pasos": contenido.FORMULARIO["pasos"],
                "datos": datos,
                "vence_en": (momento + timedelta(days=1)).isoformat(),
                "terminado_en": momento.isoformat(),
                "fecha_creacion": (momento - timedelta(minutes=4)).isoformat(),
            },
        )


def _poner(tabla: str, columnas: dict[str, Any]) -> list[dict[str, Any]]:
    return filas(supabase_de_nora(NORA).table(tabla).insert({"nombre_nora": NORA, **columnas}))
