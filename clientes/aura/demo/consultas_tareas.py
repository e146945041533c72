"""Las tareas del negocio de demostración: lo que de verdad se anota en una estética, en todos los estados."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ..utils.supabase_client import supabase_de_nora
from ..utils.supabase_helpers import ejecutar, filas, una_fila, valor
from .contenido import NOMBRE_NORA

ZONA = ZoneInfo("America/Hermosillo")
FIN_DE_DIA = time(23, 59)

# (título, estado, prioridad, días desde hoy o None, hora o None, quién: 0 dueña 1 agente None nadie, etiquetas, pasos,
#  si lleva contacto)
TAREAS: tuple[
    tuple[str, str, int, int | None, time | None, int | None, tuple[str, ...], tuple[str, ...], bool], ...
] = (
    ("Llamar por el tinte que quedó mal", "pendiente", 4, 0, time(20), 0, ("clientes",), (), True),
    (
        "Confirmar las citas del sábado",
        "pendiente",
        3,
        1,
        time(12),
        1,
        ("citas",),
        ("Sacar la lista", "Escribir a cada quien", "Apartar el lugar de quien no conteste"),
        False,
    ),
    (
        "Pedir tinte castaño y peróxido",
        "pendiente",
        2,
        2,
        None,
        1,
        ("compras",),
        ("Revisar lo que queda", "Pedir a la distribuidora"),
        False,
    ),
    ("Cobrar la tarjeta de regalo", "pendiente", 3, -2, None, 0, ("pagos", "clientes"), (), True),
    ("Cambiar el foco de la entrada", "pendiente", 1, None, None, None, (), (), False),
    ("Publicar la promoción de facial", "pendiente", 2, 5, None, 0, ("promociones",), (), False),
    (
        "Armar el paquete de novia de diciembre",
        "en_curso",
        3,
        4,
        time(18),
        0,
        ("eventos", "citas"),
        ("Prueba de peinado", "Prueba de maquillaje", "Cobrar el anticipo"),
        True,
    ),
    ("Ordenar el mueble de uñas", "en_curso", 2, 1, None, 1, (), (), False),
    (
        "Reparación de la secadora",
        "en_espera",
        3,
        -1,
        time(13),
        1,
        ("equipo",),
        ("Llamar al técnico", "Recogerla"),
        False,
    ),
    ("Factura de la renta", "en_espera", 2, 6, None, 0, ("pagos",), (), False),
    ("Comprar toallas", "hecha", 2, -3, None, 1, ("compras",), (), False),
    ("Subir el horario de diciembre", "hecha", 2, 3, None, 0, (), (), False),
    ("Responder la reseña de Google", "hecha", 2, None, None, 0, ("clientes",), (), False),
)


def hay() -> bool:
    """Si el negocio de demostración ya tuvo tareas."""
    return (
        una_fila(
            supabase_de_nora(NOMBRE_NORA)
            .table("tarea_folios")
            .select("ultimo")
            .eq("nombre_nora", NOMBRE_NORA)
        )
        is not None
    )


def cargar(duena_id: str, agente_id: str) -> None:
    """Las tareas de muestra, con una que se repite; las fechas se cuentan desde hoy."""
    hoy = datetime.now(ZONA).date()
    personas = (duena_id, agente_id)
    contactos = [
        fila["id"]
        for fila in filas(
            supabase_de_nora(NOMBRE_NORA)
            .table("contactos")
            .select("id")
            .eq("nombre_nora", NOMBRE_NORA)
            .order("telefono")
            .limit(5)
        )
    ]
    for numero, (titulo, estado, prioridad, dias, hora, quien, etiquetas, pasos, con) in enumerate(TAREAS):
        dia = None if dias is None else hoy + timedelta(days=dias)
        _guardar(
            personas[0],
            titulo=titulo,
            estado=estado,
            prioridad=prioridad,
            vence_en=_instante(dia, hora),
            con_hora=hora is not None,
            asignada_a=personas[quien] if quien is not None else "",
            etiquetas=list(etiquetas),
            pasos=list(pasos),
            contacto_id=contactos[numero % len(contactos)] if con and contactos else "",
        )
    # El lunes es lunes: la que se repite empieza en el próximo.
    lunes = hoy + timedelta(days=7 - hoy.weekday())
    siguiente = lunes + timedelta(days=7)
    repetida = _guardar(
        personas[0],
        titulo="Abrir la caja y contar el cambio",
        vence_en=_instante(lunes, time(9)),
        con_hora=True,
        asignada_a=agente_id,
        pasos=["Contar el cambio", "Anotar la diferencia"],
        repite={
            "regla": "FREQ=WEEKLY;BYDAY=MO",
            "inicio": datetime.combine(lunes, time(9)).isoformat(),
            "siguiente": _instante(siguiente, time(9)),
            "crear_en": _instante(siguiente, time()),
        },
    )
    valor(
        supabase_de_nora(NOMBRE_NORA).rpc(
            "comentar_tarea",
            {
                "p_tarea_id": repetida,
                "p_texto": "El cambio está en el cajón de abajo.",
                "p_usuario_id": duena_id,
            },
        )
    )
    # Lo que empezó ya lleva un paso palomeado.
    ejecutar(
        supabase_de_nora(NOMBRE_NORA)
        .table("tarea_pasos")
        .update({"hecho": True})
        .eq("nombre_nora", NOMBRE_NORA)
        .eq("texto", "Prueba de peinado")
    )


def _instante(dia: date | None, hora: time | None) -> str | None:
    if dia is None:
        return None
    return datetime.combine(dia, hora or FIN_DE_DIA, ZONA).astimezone(UTC).isoformat()


def _guardar(quien: str, **campos: Any) -> str:
    datos = {
        "descripcion": "",
        "estado": "pendiente",
        "prioridad": 2,
        "con_hora": False,
        "recordar_minutos": None,
        "contacto_id": "",
        "etiquetas": [],
        **campos,
    }
    argumentos = {"p_tarea_id": None, "p_datos": datos, "p_usuario_id": quien}
    return str(valor(supabase_de_nora(NOMBRE_NORA).rpc("guardar_tarea", argumentos))["id"])
