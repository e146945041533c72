"""Un archivo guardado de cada Nora."""

from __future__ import annotations

import tempfile
from typing import Any
from uuid import uuid4

from apoyo.archivos import png

from clientes.aura.medios import consultas
from clientes.aura.utils.supabase_client import supabase
from clientes.aura.utils.supabase_helpers import ejecutar


def sembrar_medio(nora: str, recibido: dict[str, Any]) -> str:
    """Una foto en el primer mensaje; devuelve su id."""
    medio_id = str(uuid4())
    ruta = f"{nora}/{medio_id}.png"
    with tempfile.TemporaryFile() as archivo:
        archivo.write(png())
        archivo.flush()
        consultas.guardar_archivo(ruta, archivo, "image/png")
    fila = {
        "id": medio_id,
        "nombre_nora": nora,
        "conversacion_id": recibido["conversacion_id"],
        "mensaje_id": recibido["mensaje_id"],
        "estado": "listo",
        "mime": "image/png",
        "bytes": len(png()),
        "ruta": ruta,
    }
    ejecutar(supabase.table("medios").insert(fila))
    return medio_id
