"""Una plática con archivos en el negocio de demostración: foto, nota de voz, ubicación, contacto y documento."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from ..medios import consultas as medios
from ..medios import ogg, tarjetas
from ..medios.preparar import ruta_de
from ..utils.supabase_client import supabase_de_nora
from ..utils.supabase_helpers import ejecutar, filas, una_fila
from . import contenido

NORA = contenido.NOMBRE_NORA
ARCHIVOS = Path(__file__).with_name("archivos")
# extensión -> (tipo del mensaje, tipo del archivo)
TIPOS = {
    ".jpg": ("imagen", "image/jpeg"),
    ".ogg": ("audio", "audio/ogg"),
    ".vcf": ("contacto", "text/vcard"),
    ".pdf": ("documento", "application/pdf"),
}


def hay() -> bool:
    """Si ya se cargó."""
    return (
        una_fila(supabase_de_nora(NORA).table("medios").select("id").eq("nombre_nora", NORA).limit(1))
        is not None
    )


def cargar(usuario_id: str) -> None:
    """Escribe la plática, ya atendida por esa persona, y guarda sus archivos."""
    ahora = datetime.now(UTC)
    momentos = [ahora - timedelta(minutes=minutos) for minutos, *_ in contenido.PLATICA_CON_ARCHIVOS]
    conversacion_id = _conversacion(momentos)
    renglones = [
        _mensaje(conversacion_id, momento, usuario_id, *renglon[1:])
        for momento, renglon in zip(momentos, contenido.PLATICA_CON_ARCHIVOS, strict=True)
    ]
    guardados = filas(supabase_de_nora(NORA).table("mensajes").insert(renglones))
    for guardado, (_, _, texto, archivo) in zip(
        sorted(guardados, key=lambda m: m["fecha_creacion"]), contenido.PLATICA_CON_ARCHIVOS, strict=True
    ):
        if guardado["sentido"] == "saliente":
            _saliente(guardado)
        if Path(archivo).suffix in TIPOS:
            _medio(guardado, ARCHIVOS / archivo, texto)


def _conversacion(momentos: list[datetime]) -> str:
    cliente = supabase_de_nora(NORA)
    nombre, telefono = contenido.RENATA
    contacto = filas(
        cliente.table("contactos").insert(
            {
                "nombre_nora": NORA,
                "direccion": f"whatsapp:{telefono}",
                "direccion_envio": f"whatsapp:{telefono}",
                "telefono": telefono,
                "nombre": nombre,
                "nombre_perfil": nombre.split()[0],
                "ultimo_mensaje_en": momentos[-1].isoformat(),
                "fecha_creacion": momentos[0].isoformat(),
            }
        )
    )[0]
    entrantes = [
        m
        for m, (_, autor, *_) in zip(momentos, contenido.PLATICA_CON_ARCHIVOS, strict=True)
        if autor == "contacto"
    ]
    conversacion = filas(
        cliente.table("conversaciones").insert(
            {
                "nombre_nora": NORA,
                "contacto_id": contacto["id"],
                "ultimo_mensaje_en": momentos[-1].isoformat(),
                "ultimo_entrante_en": entrantes[-1].isoformat(),
                "ultimo_texto": contenido.PLATICA_CON_ARCHIVOS[-1][2][:160],
                "saludada_en": momentos[0].isoformat(),
                "no_leidos": 0,
            }
        )
    )[0]
    return str(conversacion["id"])


def _mensaje(
    conversacion_id: str, momento: datetime, usuario_id: str, autor: str, texto: str, archivo: str
) -> dict[str, Any]:
    ubicacion = archivo == "ubicacion"
    entrante = autor == "contacto"
    return {
        "nombre_nora": NORA,
        "conversacion_id": conversacion_id,
        "sentido": "entrante" if entrante else "saliente",
        "autor": autor,
        "usuario_id": usuario_id if autor == "persona" else None,
        "tipo": "ubicacion" if ubicacion else TIPOS.get(Path(archivo).suffix, ("texto", ""))[0],
        "texto": texto,
        "decisor": {"nora": "pasar_a_persona", "persona": "persona"}.get(autor, ""),
        "crudo": contenido.UBICACION if ubicacion else {},
        "atendido_en": (momento + timedelta(seconds=6)).isoformat() if entrante else None,
        "fecha_creacion": momento.isoformat(),
    }


def _saliente(mensaje: dict[str, Any]) -> None:
    """Ya leído: no vuelve a salir."""
    ejecutar(
        supabase_de_nora(NORA)
        .table("mensajes_salientes")
        .insert(
            {
                "nombre_nora": NORA,
                "mensaje_id": mensaje["id"],
                "conversacion_id": mensaje["conversacion_id"],
                "canal": "whatsapp",
                "direccion_envio": f"whatsapp:{contenido.RENATA[1]}",
                "texto": mensaje["texto"],
                "estado": "leido",
                "fecha_creacion": mensaje["fecha_creacion"],
            }
        )
    )


def _medio(mensaje: dict[str, Any], archivo: Path, texto: str) -> None:
    mime = TIPOS[archivo.suffix][1]
    medio_id = str(uuid4())
    ruta = ruta_de(NORA, medio_id, mime)
    crudo = archivo.read_bytes()
    voz = mime == "audio/ogg"
    with archivo.open("rb") as abierto:
        medios.guardar_archivo(ruta, abierto, mime)
        segundos = ogg.segundos(abierto) if voz else None
        datos = tarjetas.leer(abierto) if mime == "text/vcard" else {}
    ejecutar(
        supabase_de_nora(NORA)
        .table("medios")
        .insert(
            {
                "id": medio_id,
                "nombre_nora": NORA,
                "conversacion_id": mensaje["conversacion_id"],
                "mensaje_id": mensaje["id"],
                "estado": "listo",
                "mime_declarado": mime,
                "mime": mime,
                "nombre": archivo.name if mime == "application/pdf" else "",
                "bytes": len(crudo),
                "ruta": ruta,
                "huella": hashlib.sha256(crudo).hexdigest(),
                "segundos": segundos,
                "voz": "lista" if voz else "",
                "transcripcion": texto if voz else "",
                "datos": datos,
                "fecha_creacion": mensaje["fecha_creacion"],
            }
        )
    )
