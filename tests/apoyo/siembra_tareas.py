"""Una fila de una Nora en cada tabla de tareas, para pedirla desde donde no se debe."""

from __future__ import annotations

import tempfile
from typing import Any

from clientes.aura.medios.consultas import guardar_archivo
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
    ruta = f"{nora}/recibo-{tarea['id']}.pdf"
    with tempfile.TemporaryFile() as archivo:
        archivo.write(b"%PDF-1.4")
        guardar_archivo(ruta, archivo, "application/pdf")
    adjunto = filas(
        supabase.table("tarea_adjuntos").insert(
            {
                **de_la_tarea,
                "nombre": "recibo.pdf",
                "mime": "application/pdf",
                "bytes": 12_000,
                "ruta": ruta,
            }
        )
    )[0]
    ejecutar(supabase.table("tarea_ajustes").upsert(comunes))
    return {
        "tarea_id": tarea["id"],
        "paso_id": paso["id"],
        "molde_id": molde["id"],
        "adjunto_id": adjunto["id"],
    }
