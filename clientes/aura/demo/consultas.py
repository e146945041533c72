"""Escribe el negocio de demostración. Con service_role: corre antes de que la Nora exista."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ..utils.supabase_client import supabase
from ..utils.supabase_helpers import ejecutar, filas, una_fila
from . import contenido

NORA = contenido.NOMBRE_NORA
HANDOVER = "Déjame pasarte con una persona del equipo; en un momento te responde por aquí."


@dataclass(frozen=True)
class ContactoDemo:
    """Un cliente inventado; teléfono en E.164."""

    nombre: str
    telefono: str


@dataclass(frozen=True)
class PlaticaDemo:
    """Una plática: vueltas (momento, pregunta, título del bloque o vacío, respuesta de una persona)."""

    contacto: ContactoDemo
    vueltas: list[tuple[datetime, str, str, str]]
    espera: bool


def existe(nombre_nora: str) -> bool:
    return (
        una_fila(supabase.table("configuracion_bot").select("nombre_nora").eq("nombre_nora", nombre_nora))
        is not None
    )


def id_de_cuenta(correo: str) -> str | None:
    fila = una_fila(supabase.table("usuarios").select("id").eq("correo", correo))
    return str(fila["id"]) if fila else None


def cargar_actividad(ahora: datetime) -> None:
    """Lo que la dueña y su agente hicieron estos días, para que la página Actividad tenga qué enseñar."""
    quienes = {correo: id_de_cuenta(correo) for correo in ("duena@demo.mx", "agente@demo.mx")}
    ejecutar(
        supabase.table("auditoria").insert(
            [
                {
                    "nombre_nora": NORA,
                    "usuario_id": quienes[correo],
                    "correo": correo,
                    "accion": accion,
                    "objeto": objeto,
                    "detalle": detalle,
                    "momento": (ahora - timedelta(hours=horas)).isoformat(),
                }
                for horas, correo, accion, objeto, detalle in contenido.ACTIVIDAD
            ]
        )
    )


def crear_nora(modulos: list[str]) -> None:
    """La Nora de demostración, con todos los módulos."""
    ejecutar(
        supabase.table("configuracion_bot").insert(
            {
                "nombre_nora": NORA,
                "nombre_visible": contenido.NOMBRE_VISIBLE,
                "numero_nora": contenido.NUMERO,
                "modulos": modulos,
                "mensaje_bienvenida": contenido.BIENVENIDA,
                "silencio_segundos": 2,
            }
        )
    )


def guardar_bloques() -> dict[str, str]:
    """Título -> id de cada bloque de conocimiento, escritos a lo largo de los últimos meses."""
    ahora = datetime.now(UTC)
    renglones = []
    for n, (titulo, texto, etiquetas) in enumerate(contenido.BLOQUES):
        escrito = (ahora - timedelta(days=9 * (len(contenido.BLOQUES) - n), hours=n)).isoformat()
        renglones.append(
            {
                "nombre_nora": NORA,
                "titulo": titulo,
                "contenido": texto,
                "etiquetas": list(etiquetas),
                "fecha_creacion": escrito,
                "fecha_actualizacion": escrito,
            }
        )
    guardados = filas(supabase.table("conocimiento_nora").insert(renglones))
    return {fila["titulo"]: fila["id"] for fila in guardados}


def guardar_platicas(platicas: list[PlaticaDemo], bloques: dict[str, str]) -> None:
    """Contactos, conversaciones, mensajes y envíos, ya atendidos: nada de esto vuelve a salir."""
    contactos = filas(
        supabase.table("contactos").insert(
            [
                {
                    "nombre_nora": NORA,
                    "direccion": f"whatsapp:{p.contacto.telefono}",
                    "direccion_envio": f"whatsapp:{p.contacto.telefono}",
                    "telefono": p.contacto.telefono,
                    "nombre": p.contacto.nombre,
                    "nombre_perfil": p.contacto.nombre.split()[0],
                    "ultimo_mensaje_en": p.vueltas[-1][0].isoformat(),
                    "fecha_creacion": p.vueltas[0][0].isoformat(),
                }
                for p in platicas
            ]
        )
    )
    por_telefono = {fila["telefono"]: fila["id"] for fila in contactos}
    conversaciones = filas(
        supabase.table("conversaciones").insert(
            [_conversacion(p, por_telefono[p.contacto.telefono]) for p in platicas]
        )
    )
    por_contacto = {fila["contacto_id"]: fila["id"] for fila in conversaciones}
    textos = {titulo: texto for titulo, texto, _ in contenido.BLOQUES}
    renglones: list[dict[str, Any]] = []
    for platica in platicas:
        conversacion_id = por_contacto[por_telefono[platica.contacto.telefono]]
        for momento, pregunta, titulo, respuesta in platica.vueltas:
            renglones += _mensajes(
                conversacion_id, momento, pregunta, titulo, textos.get(titulo, respuesta), bloques
            )
    renglones.sort(key=lambda r: r["fecha_creacion"])
    guardados = filas(supabase.table("mensajes").insert(renglones))
    direcciones = {por_contacto[por_telefono[p.contacto.telefono]]: p.contacto.telefono for p in platicas}
    ejecutar(
        supabase.table("mensajes_salientes").insert(
            [
                {
                    "nombre_nora": NORA,
                    "mensaje_id": fila["id"],
                    "conversacion_id": fila["conversacion_id"],
                    "canal": "whatsapp",
                    "direccion_envio": f"whatsapp:{direcciones[fila['conversacion_id']]}",
                    "texto": fila["texto"],
                    "estado": "leido",
                    "fecha_creacion": fila["fecha_creacion"],
                }
                for fila in guardados
                if fila["sentido"] == "saliente"
            ]
        )
    )


def _conversacion(platica: PlaticaDemo, contacto_id: str) -> dict[str, Any]:
    momento, pregunta, titulo, respuesta = platica.vueltas[-1]
    textos = {t: texto for t, texto, _ in contenido.BLOQUES}
    ultimo = HANDOVER if platica.espera else textos.get(titulo, respuesta)
    return {
        "nombre_nora": NORA,
        "contacto_id": contacto_id,
        "ultimo_mensaje_en": (momento + timedelta(seconds=40)).isoformat(),
        "ultimo_entrante_en": momento.isoformat(),
        "ultimo_texto": ultimo[:160],
        "saludada_en": platica.vueltas[0][0].isoformat(),
        "no_leidos": 1 if platica.espera else 0,
        "espera_persona_desde": momento.isoformat() if platica.espera else None,
        "motivo_espera": "Nora no encontró la respuesta" if platica.espera else "",
    }


def _mensajes(
    conversacion_id: str,
    momento: datetime,
    pregunta: str,
    titulo: str,
    respuesta: str,
    bloques: dict[str, str],
) -> list[dict[str, Any]]:
    autor = "nora" if titulo or not respuesta else "persona"
    decisor = "conocimiento" if titulo else ("persona" if respuesta else "pasar_a_persona")
    comunes = {"nombre_nora": NORA, "conversacion_id": conversacion_id}
    entrante = {
        **comunes,
        "sentido": "entrante",
        "autor": "contacto",
        "texto": pregunta,
        "decisor": "",
        "fuentes": [],
        "atendido_en": (momento + timedelta(seconds=6)).isoformat(),
        "fecha_creacion": momento.isoformat(),
    }
    saliente = {
        **comunes,
        "sentido": "saliente",
        "autor": autor,
        "texto": respuesta or HANDOVER,
        "decisor": decisor,
        "fuentes": [{"id": bloques[titulo], "titulo": titulo, "puntaje": 0.9}] if titulo else [],
        "atendido_en": None,
        "fecha_creacion": (momento + timedelta(seconds=40 if autor == "persona" else 7)).isoformat(),
    }
    return [entrante, saliente]


def ordenar_contactos(azar: random.Random) -> None:
    """Etiquetas con color, campos propios y notas en los contactos que ya están."""
    etiquetas = filas(
        supabase.table("etiquetas").insert(
            [
                {"nombre_nora": NORA, "nombre": nombre, "color": color, "regla": regla}
                for nombre, color, regla in contenido.ETIQUETAS
            ]
        )
    )
    campos = filas(
        supabase.table("campos_propios").insert(
            [
                {
                    "nombre_nora": NORA,
                    "nombre": nombre,
                    "tipo": tipo,
                    "opciones": list(opciones),
                    "orden": orden,
                }
                for orden, (nombre, tipo, opciones) in enumerate(contenido.CAMPOS)
            ]
        )
    )
    cumple, estilista, tono = (campo["id"] for campo in campos)
    puestas: list[dict[str, Any]] = []
    notas: list[dict[str, Any]] = []
    contactos = filas(supabase.table("contactos").select("id").eq("nombre_nora", NORA).order("telefono"))
    for contacto in contactos:
        elegidas = azar.sample(etiquetas, azar.choice((0, 1, 1, 2, 3)))
        puestas += [
            {"nombre_nora": NORA, "contacto_id": contacto["id"], "etiqueta_id": etiqueta["id"]}
            for etiqueta in elegidas
        ]
        if azar.random() < 0.4:
            notas.append(
                {
                    "nombre_nora": NORA,
                    "contacto_id": contacto["id"],
                    "texto": azar.choice(contenido.NOTAS),
                    "fecha_creacion": (datetime.now(UTC) - timedelta(days=2 + len(notas) % 9)).isoformat(),
                }
            )
        propios = {
            cumple: f"19{azar.randint(65, 99)}-{azar.randint(1, 12):02d}-{azar.randint(1, 28):02d}",
            estilista: azar.choice(contenido.CAMPOS[1][2]),
            tono: azar.choice(contenido.TONOS),
        }
        ejecutar(
            supabase.table("contactos")
            .update({"propios": propios})
            .eq("nombre_nora", NORA)
            .eq("id", contacto["id"])
        )
    ejecutar(supabase.table("contacto_etiquetas").insert(puestas))
    ejecutar(supabase.table("contacto_notas").insert(notas))
    # Lo de ejemplo no lo cambió nadie: la historia empieza cuando alguien lo use.
    ejecutar(supabase.table("contacto_cambios").delete().eq("nombre_nora", NORA))


def firmar_notas(usuario_id: str) -> None:
    """Las notas se escriben antes de que haya cuentas; después son de alguien."""
    notas = supabase.table("contacto_notas").update({"usuario_id": usuario_id})
    ejecutar(notas.eq("nombre_nora", NORA).is_("usuario_id", "null"))
