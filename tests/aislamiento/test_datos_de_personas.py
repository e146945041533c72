"""Suprimir a una persona alcanza cada tabla: se lee del catálogo, así una tabla nueva no se olvida.

Una tabla de una Nora o se va con la persona (por sus llaves foráneas), o dice aquí por qué no tiene nada suyo. Que al
suprimir no quede ni un dato lo prueba además, buscándolo en toda la base, `tests/modulos/contactos/test_personas.py`.
"""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from clientes.aura.supabase_local import DireccionesPostgres
from clientes.aura.utils.supabase_client import supabase
from clientes.aura.utils.supabase_helpers import filas

PERSONA = frozenset({"contactos", "conversaciones", "mensajes"})
# Tablas de una Nora que no guardan nada de sus clientes, y por qué.
SIN_PERSONA = {
    "acciones_deshacibles": "solo ids, por un día",
    "auditoria": "quién hizo qué; de una persona, su id y la huella de lo borrado",
    "barridos": "hasta cuándo se le preguntó al proveedor",
    "campos_propios": "qué campos hay, no sus valores",
    "configuracion_bot": "el negocio",
    "configuracion_ia": "el negocio",
    "conocimiento_descartes": "pares de bloques que el dueño ya revisó",
    "conocimiento_importaciones": "documentos que el dueño sube",
    "conocimiento_nora": "lo que el dueño enseña",
    "conocimiento_propuestas": "lo que el dueño sube",
    "conocimiento_versiones": "lo que el dueño enseñó",
    "credenciales_nora": "llaves del negocio",
    "etiquetas": "nombres de grupos",
    "formularios": "las preguntas, no las respuestas",
    "importaciones": "el disparador olvidar_en_hojas le quita los renglones de quien se borra",
    "menu_opciones": "lo que el dueño escribe",
    "menus": "lo que el dueño escribe",
    "numeros_equipo": "teléfonos de quien trabaja en el negocio",
    "plantillas": "textos aprobados, con huecos",
    "preferencias_panel": "de quien usa el panel",
    "presencias": "quién del equipo está",
    "respuestas_automaticas": "lo que el dueño escribe",
    "respuestas_rapidas": "lo que el dueño escribe",
    "sinonimos_apagados": "palabras",
    "sinonimos_nora": "palabras",
    "suscripciones_push": "teléfonos de quien usa el panel",
    "tarea_ajustes": "el negocio",
    "tarea_folios": "un número",
    "tarea_preferencias": "de quien usa el panel",
    "usuarios_noras": "quien usa el panel",
    "google_ads_alertas": "cifras de anuncios",
    "google_ads_anuncios": "anuncios",
    "google_ads_campanas": "anuncios",
    "google_ads_conexiones": "permisos del negocio",
    "google_ads_cuentas": "cuentas del negocio",
    "google_ads_dias": "cifras por día; lo que se buscó en Google, de nadie",
    "google_ads_dias_paso": "cifras por día",
    "google_ads_grupos": "anuncios",
    "google_ads_palabras": "anuncios",
    "google_ads_sincronizaciones": "cuándo se leyó",
    "google_ads_terminos_vistos": "lo que se buscó en Google, de nadie",
    "meta_ads_ajustes": "el negocio",
    "meta_ads_alertas": "cifras de anuncios",
    "meta_ads_anuncios": "anuncios",
    "meta_ads_campanas": "anuncios",
    "meta_ads_conexiones": "permisos del negocio",
    "meta_ads_conjuntos": "anuncios",
    "meta_ads_cuentas": "cuentas del negocio",
    "meta_ads_dias": "cifras por día",
    "meta_ads_dias_paso": "cifras por día",
    "meta_ads_sincronizaciones": "cuándo se leyó",
    "reportes": "cifras de la semana",
    "reportes_ajustes": "el negocio",
    "reportes_enlaces": "enlaces a un reporte",
    "google_ads_": "anuncios: cifras y permisos del negocio",
}
# Apuntan a una plática y se quedan sin decir de quién eran.
SE_QUEDA_SIN_NOMBRE = {"uso_ia": "cuánto se gastó, sin texto"}
LLAVES = """
select k.conrelid::regclass::text as hija, k.confrelid::regclass::text as padre, k.confdeltype::text as al_borrar
from pg_constraint k where k.contype = 'f' and k.connamespace = 'public'::regnamespace
"""
TABLAS = """
select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'nombre_nora'
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') order by 1
"""


@pytest.fixture
def catalogo(base: DireccionesPostgres) -> tuple[list[str], list[tuple[str, str, str]]]:
    with psycopg.connect(base.administrador) as conexion:
        return [t for (t,) in conexion.execute(TABLAS).fetchall()], conexion.execute(LLAVES).fetchall()


def declarada(tabla: str) -> bool:
    return tabla in SIN_PERSONA or any(tabla.startswith(p) for p in SIN_PERSONA if p.endswith("_"))


def test_cada_tabla_se_va_con_la_persona_o_dice_por_que_no(
    catalogo: tuple[list[str], list[tuple[str, str, str]]],
) -> None:
    tablas, llaves = catalogo
    # `suprimir_contacto` borra lo que apunta a contactos aunque su llave solo lo suelte; lo demás cae en cascada.
    se_van = set(PERSONA) | {hija for hija, padre, _ in llaves if padre == "contactos"}
    while nuevas := {h for h, p, que in llaves if que == "c" and p in se_van and h != p} - se_van:
        se_van |= nuevas
    sueltas = {h for h, p, que in llaves if que != "c" and p in {"conversaciones", "mensajes"}} - se_van
    assert sueltas == set(SE_QUEDA_SIN_NOMBRE)
    faltan = [t for t in tablas if t not in se_van and t not in SE_QUEDA_SIN_NOMBRE and not declarada(t)]
    assert faltan == [], (
        "que caigan con contactos o conversaciones, o que digan aquí por qué no guardan de nadie"
    )
    assert not [t for t in se_van if t in SIN_PERSONA], "dice que no tiene a nadie y sí apunta a una persona"


def test_lo_que_dice_no_tener_a_nadie_no_tiene_telefonos(base: DireccionesPostgres) -> None:
    """Una columna que se llama como un dato de una persona, en una tabla que dijo que no: hay que mirarla."""
    with psycopg.connect(base.administrador) as conexion:
        columnas = conexion.execute(
            "select table_name, column_name from information_schema.columns where table_schema = 'public'"
            " and column_name ~ '(telefono|direccion|perfil|contacto|cliente|nombre_de)'"
        ).fetchall()
    sospechosas = {f"{t}.{c}" for t, c in columnas if declarada(t)}
    del_equipo = {"numeros_equipo.telefono", "reportes_ajustes.telefono", "tarea_preferencias.telefono"}
    assert sospechosas <= del_equipo, sospechosas - del_equipo


def test_al_borrarse_alguien_se_va_tambien_de_las_hojas_subidas(crear_nora: Any) -> None:
    nora, otra = crear_nora("marea"), crear_nora("duna")
    errores = [
        {"linea": 2, "razon": "correo", "celdas": ["Ana", "662 123 4567", "ana@"]},
        {"linea": 3, "razon": "correo", "celdas": ["Beto", "6629999999", "beto@"]},
    ]
    hoja = {"codificacion": "utf-8", "separador": ",", "total": 2, "errores": errores}
    sin_confirmar = {**hoja, "errores": [], "contenido": "Ana,(662) 123-4567"}
    for una in (nora, otra):
        for columnas in ({**hoja, "contenido": "", "estado": "terminada"}, sin_confirmar):
            filas(supabase.table("importaciones").insert({"nombre_nora": una, **columnas}))
    contacto = filas(
        supabase.table("contactos").insert(
            {
                "nombre_nora": nora,
                "canal": "whatsapp",
                "direccion": "whatsapp:+526621234567",
                "direccion_envio": "whatsapp:+5216621234567",
                "telefono": "+526621234567",
            }
        )
    )[0]
    filas(supabase.table("contactos").delete().eq("id", contacto["id"]))
    quedan = filas(supabase.table("importaciones").select("*").eq("nombre_nora", nora))
    assert [[e["linea"] for e in una["errores"]] for una in quedan] == [[3]]
    assert len(filas(supabase.table("importaciones").select("*").eq("nombre_nora", otra))) == 2
