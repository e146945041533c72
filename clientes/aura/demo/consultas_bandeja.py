"""La bandeja del negocio de demostración: estados, una nota con mención, un mensaje programado y respuestas rápidas."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from ..utils.supabase_client import supabase_de_nora
from ..utils.supabase_helpers import ejecutar, filas, una_fila
from . import contenido

NORA = contenido.NOMBRE_NORA


def hay() -> bool:
    """Si ya se cargó."""
    return (
        una_fila(
            supabase_de_nora(NORA).table("respuestas_rapidas").select("id").eq("nombre_nora", NORA).limit(1)
        )
        is not None
    )


def cargar(duena: str, agente: str) -> None:
    """Escribe todo en las conversaciones más recientes que no esperan a nadie."""
    cliente = supabase_de_nora(NORA)
    recientes = filas(
        cliente.table("conversaciones")
        .select("id")
        .eq("nombre_nora", NORA)
        .eq("canal", "whatsapp")
        .is_("espera_persona_desde", "null")
        .order("ultimo_mensaje_en", desc=True)
        .limit(5)
    )
    ejecutar(
        cliente.table("respuestas_rapidas").insert(
            [{"nombre_nora": NORA, "atajo": atajo, "texto": texto} for atajo, texto in contenido.RAPIDAS]
        )
    )
    if len(recientes) < 5:
        return
    con_nota, programada, pendiente, pospuesta, resuelta = (fila["id"] for fila in recientes)
    ahora = datetime.now(UTC)
    ejecutar(
        cliente.rpc(
            "anotar_en_conversacion",
            {
                "p_conversacion_id": con_nota,
                "p_texto": contenido.NOTA,
                "p_usuario_id": agente,
                "p_menciones": [duena],
                "p_clave": str(uuid4()),
            },
        )
    )
    ejecutar(
        cliente.table("mensajes_programados").insert(
            {
                "nombre_nora": NORA,
                "conversacion_id": programada,
                "texto": contenido.PROGRAMADO,
                "cuando": (ahora + timedelta(hours=18)).isoformat(),
                "usuario_id": duena,
            }
        )
    )
    vuelve = (ahora + timedelta(days=2)).isoformat()
    for cual, cambio in (
        (con_nota, {"asignada_a": duena}),
        (pendiente, {"estado": "pendiente", "asignada_a": agente}),
        (pospuesta, {"estado": "pospuesta", "pospuesta_hasta": vuelve}),
        (resuelta, {"estado": "resuelta"}),
    ):
        ejecutar(
            cliente.rpc(
                "cambiar_conversaciones", {"p_ids": [cual], "p_cambio": cambio, "p_usuario_id": agente}
            )
        )
