"""Lo de la bandeja del chat: una nota con mención, un mensaje programado, una respuesta rápida y quién está."""

from __future__ import annotations

import zlib
from typing import Any

from clientes.aura.utils.supabase_client import supabase
from clientes.aura.utils.supabase_helpers import ejecutar, filas


def sembrar_bandeja(nora: str, conversacion_id: str, usuario_id: str, sufijo: str) -> dict[str, Any]:
    """Los ids de lo sembrado. La mención y la presencia piden que la persona sea del equipo."""
    de_ella = {"nombre_nora": nora, "conversacion_id": conversacion_id}
    suceso = filas(
        supabase.table("conversacion_sucesos").insert({**de_ella, "tipo": "nota", "texto": "Ya pagó"})
    )[0]
    programado = filas(
        supabase.table("mensajes_programados").insert(
            {**de_ella, "texto": "Mañana te esperamos", "cuando": "2099-01-01T00:00:00Z"}
        )
    )[0]
    atajo = f"pago{zlib.crc32(sufijo.encode()):x}"
    rapida = filas(
        supabase.table("respuestas_rapidas").insert({"nombre_nora": nora, "atajo": atajo, "texto": "Hola"})
    )[0]
    equipo = (
        supabase.table("usuarios_noras").select("rol").eq("nombre_nora", nora).eq("usuario_id", usuario_id)
    )
    if filas(equipo):
        mencion = {**de_ella, "suceso_id": suceso["id"], "usuario_id": usuario_id}
        ejecutar(supabase.table("menciones").insert(mencion))
        ejecutar(supabase.table("presencias").upsert({"nombre_nora": nora, "usuario_id": usuario_id}))
    return {"programado_id": programado["id"], "rapida_id": rapida["id"]}
