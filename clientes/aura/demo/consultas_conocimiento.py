"""Lo que hace falta para que cada página de conocimiento enseñe algo: fechas, historia, preguntas sin respuesta."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from ..ia.conocimiento import texto_de_temas
from ..utils.supabase_client import supabase_de_nora
from ..utils.supabase_helpers import ejecutar, filas
from .contenido import NOMBRE_NORA, PLATICAS

ZONA = ZoneInfo("America/Hermosillo")
# (título, contenido, etiquetas, preferido, días desde hoy en que empieza y termina, de dónde salió)
BLOQUES: tuple[tuple[str, str, tuple[str, ...], bool, int | None, int | None, str], ...] = (
    (
        "Promoción de tinte",
        "Este mes el tinte completo lleva corte de puntas gratis. Solo con cita.",
        ("promociones",),
        True,
        -10,
        5,
        "",
    ),
    (
        "Promoción de facial",
        "Limpieza facial con 20 % de descuento pagando en efectivo.",
        ("promociones",),
        False,
        -40,
        -9,
        "",
    ),
    (
        "Posada de diciembre",
        "El 18 de diciembre hay rifa de un paquete de uñas entre clientas.",
        (),
        False,
        12,
        26,
        "",
    ),
    ("Depilación de ceja", "La depilación de ceja cuesta $90.", ("precios",), False, None, None, ""),
    (
        "Ceja y bigote",
        "Depilación de ceja $110, depilación de bigote $70.",
        ("precios",),
        False,
        None,
        None,
        "lista de precios.pdf, página 2",
    ),
    (
        "Alaciado permanente",
        "El alaciado dura de cuatro a seis meses. El precio se da al ver el cabello.",
        ("cabello",),
        False,
        None,
        None,
        "lista de precios.pdf, página 1",
    ),
)
# Cómo estaba antes un bloque: (título, contenido de antes).
ANTES = ("Manicure", "El manicure sencillo cuesta $160 y con gel $290. El gel dura de dos a tres semanas.")
DUDOSA = "precio del corte"
TEMAS_DE_LA_DUDOSA = ("Corte de cabello dama", "Corte de cabello caballero", "Corte para niños")


def hay() -> bool:
    """Si ya se cargó."""
    return bool(
        filas(
            supabase_de_nora(NOMBRE_NORA)
            .table("preguntas_sin_respuesta")
            .select("id")
            .eq("nombre_nora", NOMBRE_NORA)
            .limit(1)
        )
    )


def cargar(usuario_id: str) -> None:
    """Escribe lo de ejemplo; `usuario_id`: la dueña, que hizo los cambios."""
    ahora = datetime.now(UTC)
    cliente = supabase_de_nora(NOMBRE_NORA)
    _bloques(ahora)
    bloques = {
        fila["titulo"]: fila["id"]
        for fila in filas(
            cliente.table("conocimiento_nora").select("id,titulo").eq("nombre_nora", NOMBRE_NORA)
        )
    }
    _historia(bloques[ANTES[0]], usuario_id, ahora)
    mensajes = filas(
        cliente.table("mensajes")
        .select("id,conversacion_id,sentido,texto,fecha_creacion")
        .eq("nombre_nora", NOMBRE_NORA)
        .order("id")
    )
    _preguntas(mensajes)
    _dudosas(mensajes, bloques)


def _bloques(ahora: datetime) -> None:
    hoy = ahora.astimezone(ZONA).date()
    nuevos: list[dict[str, Any]] = [
        {
            "nombre_nora": NOMBRE_NORA,
            "titulo": titulo,
            "contenido": contenido,
            "etiquetas": list(etiquetas),
            "prioridad": int(preferido),
            "vigente_desde": (hoy + timedelta(days=desde)).isoformat() if desde is not None else None,
            "vigente_hasta": (hoy + timedelta(days=hasta)).isoformat() if hasta is not None else None,
            "fuente": fuente,
        }
        for titulo, contenido, etiquetas, preferido, desde, hasta, fuente in BLOQUES
    ]
    cliente = supabase_de_nora(NOMBRE_NORA)
    ejecutar(cliente.table("conocimiento_nora").insert(nuevos))
    hace_tiempo = (ahora - timedelta(days=45)).isoformat()
    for tabla in ("conocimiento_nora", "conocimiento_versiones"):
        ejecutar(cliente.table(tabla).update({"fecha_creacion": hace_tiempo}).eq("nombre_nora", NOMBRE_NORA))


def _historia(bloque_id: str, usuario_id: str, ahora: datetime) -> None:
    cliente = supabase_de_nora(NOMBRE_NORA)
    de_bloque = (
        cliente.table("conocimiento_versiones")
        .select("*")
        .eq("nombre_nora", NOMBRE_NORA)
        .eq("bloque_id", bloque_id)
    )
    actual = {clave: v for clave, v in filas(de_bloque)[0].items() if clave != "id"}
    ejecutar(
        cliente.table("conocimiento_versiones")
        .update({"contenido": ANTES[1]})
        .eq("nombre_nora", NOMBRE_NORA)
        .eq("bloque_id", bloque_id)
    )
    editado = {
        **actual,
        "accion": "editado",
        "usuario_id": usuario_id,
        "fecha_creacion": (ahora - timedelta(days=12)).isoformat(),
    }
    ejecutar(cliente.table("conocimiento_versiones").insert(editado))


def _preguntas(mensajes: list[dict[str, Any]]) -> None:
    """Lo que en la demostración contestó una persona porque Nora no lo sabía, y lo que todavía espera."""
    grupos: dict[str, str] = {}
    respuestas = {pregunta: respuesta for pregunta, titulo, respuesta in PLATICAS if not titulo}
    sin_respuesta = []
    for n, mensaje in enumerate(mensajes):
        texto = mensaje["texto"]
        siguiente = mensajes[n + 1] if n + 1 < len(mensajes) else None
        if mensaje["sentido"] != "entrante" or "hablar con" in texto or "quedó mal" in texto:
            continue
        if texto not in respuestas and not (siguiente and "pasarte con una persona" in siguiente["texto"]):
            continue
        respuesta = respuestas.get(texto, "")
        sin_respuesta.append(
            {
                "nombre_nora": NOMBRE_NORA,
                "conversacion_id": mensaje["conversacion_id"],
                "mensaje_id": mensaje["id"],
                "pregunta": texto,
                "grupo": grupos.setdefault(_tema(texto), str(uuid4())),
                "respuesta": respuesta,
                "respondida_en": mensaje["fecha_creacion"] if respuesta else None,
                "fecha_creacion": mensaje["fecha_creacion"],
            }
        )
    if sin_respuesta:
        ejecutar(supabase_de_nora(NOMBRE_NORA).table("preguntas_sin_respuesta").insert(sin_respuesta))


def _tema(pregunta: str) -> str:
    """Lo que pregunta, para juntarla con las que piden lo mismo."""
    return next((clave for clave in ("extension", "factura") if clave in pregunta.lower()), pregunta)


def _dudosas(mensajes: list[dict[str, Any]], bloques: dict[str, str]) -> None:
    """A «precio del corte» Nora pregunta a cuál se refiere, en el chat y en su envío."""
    fuentes = [{"id": bloques[t], "titulo": t, "puntaje": 0.3} for t in TEMAS_DE_LA_DUDOSA]
    texto = texto_de_temas(list(TEMAS_DE_LA_DUDOSA))
    conversaciones: dict[str, bool] = {}
    ids = []
    for mensaje in mensajes:
        platica = mensaje["conversacion_id"]
        if mensaje["sentido"] == "entrante":
            conversaciones[platica] = mensaje["texto"] == DUDOSA
        elif conversaciones.pop(platica, False):
            ids.append(mensaje["id"])
    if not ids:
        return
    cliente = supabase_de_nora(NOMBRE_NORA)
    ejecutar(
        cliente.table("mensajes")
        .update({"texto": texto, "fuentes": fuentes})
        .eq("nombre_nora", NOMBRE_NORA)
        .in_("id", ids)
    )
    ejecutar(
        cliente.table("mensajes_salientes")
        .update({"texto": texto})
        .eq("nombre_nora", NOMBRE_NORA)
        .in_("mensaje_id", ids)
    )
