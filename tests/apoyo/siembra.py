"""Una fila de una Nora en cada tabla, para pedirla desde donde no se debe."""

from __future__ import annotations

import zlib
from typing import Any

from clientes.aura.utils.supabase_client import supabase
from clientes.aura.utils.supabase_helpers import ejecutar, filas, valor


def sembrar(nora: str, usuario_id: str, sufijo: str = "") -> dict[str, Any]:
    """Contacto, conversación, mensajes, etiqueta, bloque y auditoría de esa Nora; devuelve sus ids."""
    numero = f"+52662{zlib.crc32((nora + sufijo).encode()) % 10_000_000:07d}"
    recibido = valor(
        supabase.rpc(
            "recibir_mensaje",
            {
                "p_nombre_nora": nora,
                "p_canal": "whatsapp",
                "p_proveedor_sid": f"SM-{nora}{sufijo}",
                "p_texto": "hola",
                "p_direccion": f"whatsapp:{numero}",
                "p_direccion_envio": f"whatsapp:{numero}",
                "p_telefono": numero,
                "p_nombre_perfil": f"Cliente de {nora}",
            },
        )
    )
    etiqueta = filas(
        supabase.table("etiquetas").insert({"nombre_nora": nora, "nombre": f"frecuente{sufijo}"})
    )[0]
    bloque = filas(
        supabase.table("conocimiento_nora").insert(
            {"nombre_nora": nora, "titulo": f"Horario{sufijo}", "contenido": "Abrimos a las nueve"}
        )
    )[0]
    ejecutar(
        supabase.table("contacto_etiquetas").insert(
            {"nombre_nora": nora, "contacto_id": recibido["contacto_id"], "etiqueta_id": etiqueta["id"]}
        )
    )
    saliente = filas(
        supabase.table("mensajes").insert(
            {
                "nombre_nora": nora,
                "conversacion_id": recibido["conversacion_id"],
                "sentido": "saliente",
                "autor": "nora",
                "texto": "¡Hola!",
            }
        )
    )[0]
    ejecutar(
        supabase.table("mensajes_salientes").insert(
            {
                "nombre_nora": nora,
                "mensaje_id": saliente["id"],
                "conversacion_id": recibido["conversacion_id"],
                "canal": "whatsapp",
                "direccion_envio": f"whatsapp:{numero}",
                "texto": "¡Hola!",
            }
        )
    )
    respuesta = filas(
        supabase.table("respuestas_automaticas").insert(
            {
                "nombre_nora": nora,
                "nombre": "Ubicación",
                "disparadores": ["ubicación"],
                "respuesta": "Calle Coral 5.",
            }
        )
    )[0]
    ejecutar(
        supabase.table("auditoria").insert(
            {"nombre_nora": nora, "accion": "prueba", "usuario_id": usuario_id}
        )
    )
    return {
        "contacto_id": recibido["contacto_id"],
        "conversacion_id": recibido["conversacion_id"],
        "etiqueta_id": etiqueta["id"],
        "bloque_id": bloque["id"],
        "mensaje_id": saliente["id"],
        "respuesta_id": respuesta["id"],
    }
