"""Una fila de una Nora en cada tabla de tareas, para pedirla desde donde no se debe."""

from __future__ import annotations

from typing import Any

from clientes.aura.utils.supabase_client import supabase
from clientes.aura.utils.supabase_helpers import ejecutar, filas


def sembrar_tareas(nora: str, usuario_id: str, contacto_id: str) -> dict[str, Any]:
    """Una tarea que se repite, con paso, comentario, aviso y preferencias de quien la tiene."""
    comunes = {"nombre_nora": nora}
    molde = filas(
        supabase.table("tarea_recurrentes").insert(
            {
                **comunes,
                "titulo": "Abrir la caja",
                "regla": "FREQ=WEEKLY;BYDAY=MO",
                "inicio": "2026-11-23T09:00:00",
                "siguiente": "2100-11-29T16:00:00+00:00",
                "crear_en": "2100-11-29T07:00:00+00:00",
            }
        )
    )[0]
    tarea = filas(
        supabase.table("tareas").insert(
            {
                **comunes,
                "titulo": "Confirmar la cita",
                "contacto_id": contacto_id,
                "asignada_a": usuario_id,
                "recurrente_id": molde["id"],
            }
        )
    )[0]
    de_la_tarea = {**comunes, "tarea_id": tarea["id"]}
    paso = filas(supabase.table("tarea_pasos").insert({**de_la_tarea, "texto": "Llamar"}))[0]
    ejecutar(supabase.table("tarea_comentarios").insert({**de_la_tarea, "texto": "No contesta"}))
    ejecutar(
        supabase.table("tarea_preferencias").upsert({**comunes, "usuario_id": usuario_id, "resumenes": True})
    )
    return {"tarea_id": tarea["id"], "paso_id": paso["id"], "molde_id": molde["id"]}
