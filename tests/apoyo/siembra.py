"""Una fila de una Nora en cada tabla, para pedirla desde donde no se debe."""

from __future__ import annotations

import zlib
from typing import Any
from uuid import uuid4

from apoyo.siembra_bandeja import sembrar_bandeja
from apoyo.siembra_canales import sembrar_canales
from apoyo.siembra_google import sembrar_google
from apoyo.siembra_medios import sembrar_medio
from apoyo.siembra_meta import sembrar_meta
from apoyo.siembra_reportes import sembrar_reportes
from apoyo.siembra_tareas import sembrar_tareas

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
    turno = filas(
        supabase.table("turnos_ia").insert(
            {
                "nombre_nora": nora,
                "conversacion_id": recibido["conversacion_id"],
                "hasta_mensaje": recibido["mensaje_id"],
                "resultado": "frenado",
                "borrador": "Cuesta $1.",
            }
        )
    )[0]
    accion = filas(
        supabase.table("acciones_ia").insert(
            {
                "nombre_nora": nora,
                "conversacion_id": recibido["conversacion_id"],
                "clave": f"siembra{sufijo}",
                "herramienta": "una_que_no_existe",
                "estado": "por_aprobar",
            }
        )
    )[0]
    for tabla, fila in (
        ("configuracion_ia", {"tope_mensual": 100}),
        ("uso_ia", {"modelo": "m", "tokens_entrada": 1, "tokens_salida": 1, "costo": 0.01}),
    ):
        ejecutar(supabase.table(tabla).upsert({"nombre_nora": nora, **fila}))
    nota = filas(
        supabase.table("contacto_notas").insert(
            {"nombre_nora": nora, "contacto_id": recibido["contacto_id"], "texto": "Prefiere las tardes"}
        )
    )[0]
    campo = filas(supabase.table("campos_propios").insert({"nombre_nora": nora, "nombre": f"Talla{sufijo}"}))[
        0
    ]
    importacion = filas(
        supabase.table("importaciones").insert(
            {
                "nombre_nora": nora,
                "codificacion": "utf-8",
                "separador": ",",
                "contenido": "telefono\n6621234567\n",
                "total": 1,
            }
        )
    )[0]
    deshacer = filas(
        supabase.table("acciones_deshacibles").insert(
            {
                "nombre_nora": nora,
                "accion": "borrar_etiqueta",
                "datos": {
                    "id": str(uuid4()),
                    "nombre": f"De antes{sufijo}",
                    "color": "mar",
                    "regla": "",
                    "contactos": [],
                },
            }
        )
    )[0]
    de_contacto = {"nombre_nora": nora, "contacto_id": recibido["contacto_id"]}
    ejecutar(supabase.table("contacto_cambios").insert({**de_contacto, "accion": "creado"}))
    ejecutar(
        supabase.table("contacto_direcciones").insert(
            {**de_contacto, "direccion": f"whatsapp:otra-{nora}{sufijo}"}
        )
    )
    ejecutar(
        supabase.table("conversacion_etiquetas").insert(
            {
                "nombre_nora": nora,
                "conversacion_id": recibido["conversacion_id"],
                "etiqueta_id": etiqueta["id"],
            }
        )
    )
    del_equipo = filas(
        supabase.table("numeros_equipo").insert(
            {"nombre_nora": nora, "nombre": "Ana", "telefono": f"{numero[:-1]}9"}
        )
    )[0]
    _sembrar_panel(nora, usuario_id, sufijo)
    return {
        **_sembrar_conocimiento(nora, recibido, usuario_id),
        "numero_id": del_equipo["id"],
        **sembrar_tareas(nora, usuario_id, recibido["contacto_id"]),
        "medio_id": sembrar_medio(nora, recibido),
        **sembrar_bandeja(nora, recibido["conversacion_id"], usuario_id, sufijo),
        **sembrar_canales(nora, recibido["conversacion_id"], sufijo),
        **sembrar_meta(nora, recibido["conversacion_id"], sufijo),
        **sembrar_google(nora, sufijo),
        **sembrar_reportes(nora, sufijo),
        "nota_id": nota["id"],
        "campo_id": campo["id"],
        "importacion_id": importacion["id"],
        "deshacer_id": deshacer["id"],
        "turno_id": turno["id"],
        "accion_id": accion["id"],
        "contacto_id": recibido["contacto_id"],
        "conversacion_id": recibido["conversacion_id"],
        "etiqueta_id": etiqueta["id"],
        "bloque_id": bloque["id"],
        "mensaje_id": saliente["id"],
        "respuesta_id": respuesta["id"],
    }


def _sembrar_panel(nora: str, usuario_id: str, sufijo: str) -> None:
    """La guía de esa persona y un aparato suyo con avisos; solo quien trabaja en la Nora puede tenerlo."""
    preferencia = {"nombre_nora": nora, "usuario_id": usuario_id}
    ejecutar(supabase.table("preferencias_panel").upsert(preferencia))
    equipo = (
        supabase.table("usuarios_noras").select("rol").eq("nombre_nora", nora).eq("usuario_id", usuario_id)
    )
    if filas(equipo):
        llaves = {
            "p256dh": "A" * 87,
            "auth": "A" * 22,
            "endpoint": f"https://fcm.googleapis.com/{nora}{sufijo}",
        }
        ejecutar(supabase.table("suscripciones_push").insert({**preferencia, **llaves}))


def _sembrar_conocimiento(nora: str, recibido: dict[str, Any], usuario_id: str) -> dict[str, Any]:
    """Una pregunta sin respuesta, una importación a medias, una pareja revisada y la historia de un bloque."""
    pregunta = filas(
        supabase.table("preguntas_sin_respuesta").insert(
            {
                "nombre_nora": nora,
                "conversacion_id": recibido["conversacion_id"],
                "mensaje_id": recibido["mensaje_id"],
                "pregunta": "¿Hacen envíos?",
            }
        )
    )[0]
    importacion = filas(
        supabase.table("conocimiento_importaciones").insert(
            {"nombre_nora": nora, "archivo": "menú.pdf", "tipo": "pdf", "total": 1, "usuario_id": usuario_id}
        )
    )[0]
    ejecutar(
        supabase.table("conocimiento_propuestas").insert(
            {
                "nombre_nora": nora,
                "importacion_id": importacion["id"],
                "orden": 1,
                "titulo": "Envíos",
                "contenido": "Sí, a toda la ciudad.",
            }
        )
    )
    ejecutar(supabase.table("conocimiento_descartes").upsert({"nombre_nora": nora, "clave": "0" * 40}))
    sinonimos = {"nombre_nora": nora, "palabras": ["guajolota", "torta de tamal"]}
    grupo_de_sinonimos = filas(supabase.table("sinonimos_nora").insert(sinonimos))[0]
    ejecutar(supabase.table("sinonimos_apagados").upsert({"nombre_nora": nora, "grupo": "alberca"}))
    version = filas(supabase.table("conocimiento_versiones").select("id").eq("nombre_nora", nora))[0]
    return {
        "grupo": pregunta["id"],
        "grupo_id": grupo_de_sinonimos["id"],
        "version_id": version["id"],
        "carga_id": importacion["id"],
    }
