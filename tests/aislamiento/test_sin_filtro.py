"""Con el filtro quitado de la consulta, la base sigue sin enseñar nada de otra Nora."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from apoyo.siembra import sembrar
from flask import Flask
from postgrest.exceptions import APIError

from clientes.aura.supabase_local import DireccionesPostgres
from clientes.aura.utils.supabase_client import supabase, supabase_de_nora
from clientes.aura.utils.supabase_helpers import ErrorDatoInvalido, ejecutar, filas, valor

TABLAS_AJENAS = (
    "configuracion_bot",
    "usuarios_noras",
    "auditoria",
    "configuracion_ia",
    "uso_ia",
    "turnos_ia",
    "acciones_ia",
    "numeros_equipo",
    "contactos",
    "etiquetas",
    "contacto_etiquetas",
    "conversaciones",
    "respuestas_automaticas",
    "mensajes",
    "mensajes_salientes",
    "conversacion_sucesos",
    "menciones",
    "mensajes_programados",
    "respuestas_rapidas",
    "presencias",
    "medios",
    "conocimiento_nora",
    "conocimiento_versiones",
    "conocimiento_importaciones",
    "conocimiento_propuestas",
    "conocimiento_descartes",
    "sinonimos_nora",
    "sinonimos_apagados",
    "preguntas_sin_respuesta",
    "conversacion_etiquetas",
    "campos_propios",
    "contacto_notas",
    "contacto_cambios",
    "contacto_direcciones",
    "importaciones",
    "acciones_deshacibles",
    "tareas",
    "tarea_adjuntos",
    "tarea_ajustes",
    "tarea_avisos",
    "tarea_cambios",
    "tarea_comentarios",
    "tarea_folios",
    "tarea_pasos",
    "tarea_preferencias",
    "tarea_recurrentes",
    "preferencias_panel",
    "suscripciones_push",
    "plantillas",
    "formularios",
    "formulario_respuestas",
    "menus",
    "menu_opciones",
    "meta_ads_conexiones",
    "meta_ads_cuentas",
    "meta_ads_campanas",
    "meta_ads_conjuntos",
    "meta_ads_anuncios",
    "meta_ads_dias",
    "meta_ads_sincronizaciones",
    "meta_ads_dias_paso",
    "meta_ads_alertas",
    "meta_ads_ajustes",
    "meta_ads_referencias",
    "google_ads_conexiones",
    "google_ads_cuentas",
    "google_ads_campanas",
    "google_ads_grupos",
    "google_ads_anuncios",
    "google_ads_palabras",
    "google_ads_dias",
    "google_ads_dias_paso",
    "google_ads_terminos_vistos",
    "google_ads_sincronizaciones",
    "google_ads_alertas",
    "reportes",
    "reportes_enlaces",
    "reportes_ajustes",
)


@dataclass
class Dos:
    """Dos Noras con una fila en cada tabla."""

    a: str
    b: str
    ids: dict[str, dict[str, Any]]


@pytest.fixture
def dos(app: Flask, crear_nora: Callable[..., str], crear_usuario: Callable[..., str]) -> Dos:
    a, b = crear_nora("marea"), crear_nora("monte")
    ids = {nora: sembrar(nora, crear_usuario(f"duena@{nora}.mx", "dueno", nora)) for nora in (a, b)}
    return Dos(a, b, ids)


def test_leer_sin_filtro_solo_da_lo_propio(dos: Dos) -> None:
    vistas = {
        tabla: {fila["nombre_nora"] for fila in filas(supabase_de_nora(dos.b).table(tabla).select("*"))}
        for tabla in TABLAS_AJENAS
    }
    assert {tabla: noras for tabla, noras in vistas.items() if noras != {dos.b}} == {}


def test_estan_todas_las_tablas_de_noras(dos: Dos, base: DireccionesPostgres) -> None:
    """La lista de arriba no se queda corta cuando llega una tabla nueva."""
    with psycopg.connect(base.administrador) as conexion:
        con_nora = {
            fila[0]
            for fila in conexion.execute(
                "select table_name from information_schema.role_table_grants join information_schema.columns"
                " using (table_schema, table_name) where table_schema = 'public' and column_name = 'nombre_nora'"
                " and grantee = 'authenticated'"
            )
        }
    assert con_nora == set(TABLAS_AJENAS)


@pytest.mark.parametrize(
    "tabla", ["contactos", "etiquetas", "conversaciones", "mensajes_salientes", "conocimiento_nora"]
)
def test_escribir_y_borrar_sin_filtro_no_toca_lo_ajeno(
    dos: Dos, tabla: str, base: DireccionesPostgres
) -> None:
    antes = filas(supabase.table(tabla).select("*").eq("nombre_nora", dos.a))
    filas(supabase_de_nora(dos.b).table(tabla).delete().neq("nombre_nora", "nadie"))
    assert filas(supabase.table(tabla).select("*").eq("nombre_nora", dos.a)) == antes
    assert filas(supabase.table(tabla).select("*").eq("nombre_nora", dos.b)) == []


def test_no_se_puede_escribir_a_nombre_de_otra(dos: Dos) -> None:
    with pytest.raises(APIError) as error:
        ejecutar(
            supabase_de_nora(dos.b)
            .table("conocimiento_nora")
            .insert({"nombre_nora": dos.a, "titulo": "Mentira", "contenido": "Todo es gratis"})
        )
    assert error.value.code == "42501"
    assert len(filas(supabase.table("conocimiento_nora").select("id").eq("nombre_nora", dos.a))) == 1


def test_no_se_puede_apuntar_a_lo_de_otra(dos: Dos) -> None:
    """Aunque la fila sea propia, su llave compuesta no alcanza una conversación ajena."""
    with pytest.raises(ErrorDatoInvalido):
        ejecutar(
            supabase_de_nora(dos.b)
            .table("mensajes")
            .insert(
                {
                    "nombre_nora": dos.b,
                    "conversacion_id": dos.ids[dos.a]["conversacion_id"],
                    "sentido": "saliente",
                    "autor": "nora",
                    "texto": "intruso",
                }
            )
        )
    assert filas(supabase.table("mensajes").select("id").eq("texto", "intruso")) == []


def test_las_busquedas_solo_ven_la_nora_del_token(dos: Dos) -> None:
    cliente = supabase_de_nora(dos.b)
    contactos = valor(cliente.rpc("buscar_contactos", {"p_texto": "cliente"}))
    bloques = valor(cliente.rpc("buscar_conocimiento", {"p_consulta": "horario", "p_vector": [0.1] * 512}))
    assert [c["nombre_nora"] for c in contactos] == [dos.b]
    assert [b["id"] for b in bloques] == [dos.ids[dos.b]["bloque_id"]]


def test_una_nora_no_recibe_mensajes_a_nombre_de_otra(dos: Dos) -> None:
    antes = len(filas(supabase.table("mensajes").select("id").eq("nombre_nora", dos.a)))
    with pytest.raises(APIError):
        ejecutar(
            supabase_de_nora(dos.b).rpc(
                "recibir_mensaje",
                {
                    "p_nombre_nora": dos.a,
                    "p_canal": "simulador",
                    "p_proveedor_sid": "sim:1",
                    "p_direccion": "simulador:x",
                    "p_direccion_envio": "simulador:x",
                    "p_texto": "hola",
                },
            )
        )
    assert len(filas(supabase.table("mensajes").select("id").eq("nombre_nora", dos.a))) == antes


def test_sin_nora_en_el_token_no_se_ve_nada(dos: Dos) -> None:
    with pytest.raises(ValueError, match="falta la Nora"):
        supabase_de_nora("")
    assert filas(supabase_de_nora("no-existe").table("contactos").select("*")) == []


def test_una_nora_no_alcanza_secretos(dos: Dos) -> None:
    for tabla in (
        "credenciales_nora",
        "usuarios",
        "restablecimientos",
        "intentos_acceso",
        "ejecuciones_programadas",
    ):
        with pytest.raises(APIError) as error:
            ejecutar(supabase_de_nora(dos.b).table(tabla).select("*"))
        assert error.value.code == "42501", tabla
