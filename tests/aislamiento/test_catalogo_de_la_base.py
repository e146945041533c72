"""La pared entre Noras, leída del catálogo de PostgreSQL: ninguna tabla nueva puede olvidarse de ella."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from clientes.aura.supabase_local import DireccionesPostgres

# Tablas que no son de una Nora, y por qué.
DE_LA_INSTALACION = {
    "modulos_disponibles": "catálogo de módulos",
    "usuarios": "una persona puede trabajar en varias Noras",
    "intentos_acceso": "se cuentan antes de saber quién es",
    "restablecimientos": "son de una cuenta",
    "ejecuciones_programadas": "trabajos de la instalación",
    "trabajos_programados": "cuáles de ellos están apagados",
}


@pytest.fixture
def catalogo(base: DireccionesPostgres) -> Iterator[psycopg.Connection[dict[str, Any]]]:
    with psycopg.connect(base.administrador, row_factory=dict_row) as conexion:
        yield conexion


TABLAS = """
select c.oid, c.relname as tabla, c.relrowsecurity as rls, c.relforcerowsecurity as forzada,
       obj_description(c.oid) as comentario,
       exists (select 1 from pg_attribute a where a.attrelid = c.oid and a.attname = 'nombre_nora') as de_nora,
       exists (select 1 from pg_policy p where p.polrelid = c.oid and p.polname = 'por_nora') as politica,
       exists (select 1 from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
               where i.indrelid = c.oid and a.attname = 'nombre_nora' and i.indpred is null)
         or exists (select 1 from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = any(i.indkey)
               where i.indrelid = c.oid and i.indisprimary and a.attname = 'nombre_nora') as indice
from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') order by 2
"""


def test_cada_tabla_de_nora_tiene_su_pared(catalogo: psycopg.Connection[dict[str, Any]]) -> None:
    faltas = []
    for t in catalogo.execute(TABLAS).fetchall():
        if not t["comentario"]:
            faltas.append(f"{t['tabla']}: sin comentario")
        if not t["rls"]:
            faltas.append(f"{t['tabla']}: sin RLS")
        if not t["de_nora"]:
            if t["tabla"] not in DE_LA_INSTALACION:
                faltas.append(f"{t['tabla']}: sin nombre_nora y fuera de la lista de la instalación")
            continue
        faltas += [f"{t['tabla']}: sin {que}" for que in ("forzada", "politica", "indice") if not t[que]]
    assert faltas == []


def test_las_llaves_entre_tablas_de_noras_llevan_la_nora(
    catalogo: psycopg.Connection[dict[str, Any]],
) -> None:
    """Una fila de una Nora no puede apuntar a la de otra: la llave foránea también compara `nombre_nora`."""
    malas = catalogo.execute(
        """
        select k.conrelid::regclass::text as de, k.confrelid::regclass::text as a, k.conname
        from pg_constraint k
        where k.contype = 'f' and k.connamespace = 'public'::regnamespace
          and exists (select 1 from pg_attribute x where x.attrelid = k.conrelid and x.attname = 'nombre_nora')
          and exists (select 1 from pg_attribute x where x.attrelid = k.confrelid and x.attname = 'nombre_nora')
          and not exists (select 1 from pg_attribute x where x.attrelid = k.conrelid and x.attnum = any (k.conkey)
                          and x.attname = 'nombre_nora')
        """
    ).fetchall()
    assert malas == []


def test_cada_tabla_de_nora_apunta_a_su_nora(catalogo: psycopg.Connection[dict[str, Any]]) -> None:
    sin_llave = catalogo.execute(
        """
        select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'nombre_nora'
        where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname <> 'configuracion_bot'
          and not exists (select 1 from pg_constraint k where k.conrelid = c.oid and k.contype = 'f'
                          and k.confrelid = 'public.configuracion_bot'::regclass)
        """
    ).fetchall()
    assert sin_llave == []


def test_las_politicas_son_un_solo_patron(catalogo: psycopg.Connection[dict[str, Any]]) -> None:
    textos = catalogo.execute(
        "select distinct pg_get_expr(polqual, polrelid) as ver, pg_get_expr(polwithcheck, polrelid) as escribir"
        " from pg_policy where polname = 'por_nora'"
    ).fetchall()
    assert len(textos) == 1
    assert "nora_del_token" in textos[0]["ver"] and textos[0]["ver"] == textos[0]["escribir"]


def test_quien_entra_no_se_salta_la_pared(catalogo: psycopg.Connection[dict[str, Any]]) -> None:
    papeles = {
        p["rolname"]: p
        for p in catalogo.execute(
            "select rolname, rolsuper, rolbypassrls, rolcanlogin from pg_roles"
        ).fetchall()
    }
    for papel in ("authenticator", "propietario", "anon", "authenticated", "nora_buscador"):
        assert not papeles[papel]["rolsuper"] and not papeles[papel]["rolbypassrls"], papel
    assert papeles["service_role"]["rolbypassrls"] and not papeles["service_role"]["rolcanlogin"]


def test_un_desconocido_no_toca_nada(catalogo: psycopg.Connection[dict[str, Any]]) -> None:
    """El papel `anon` no lee ni escribe ninguna tabla ni llama ninguna función del dominio."""
    abiertas = catalogo.execute(
        "select table_name from information_schema.role_table_grants"
        " where grantee in ('anon', 'PUBLIC') and table_schema in ('public', 'cola')"
    ).fetchall()
    funciones = catalogo.execute(
        "select proname from pg_proc where pronamespace = 'public'::regnamespace"
        " and has_function_privilege('anon', oid, 'execute')"
    ).fetchall()
    assert abiertas == [] and funciones == []


def test_las_funciones_con_permisos_prestados_fijan_su_ruta(
    catalogo: psycopg.Connection[dict[str, Any]],
) -> None:
    sueltas = catalogo.execute(
        "select oid::regprocedure::text from pg_proc where prosecdef and pronamespace in"
        " ('public'::regnamespace, 'cola'::regnamespace)"
        " and not exists (select 1 from unnest(coalesce(proconfig, '{}')) c where c like 'search_path=%')"
    ).fetchall()
    assert sueltas == []


def test_cada_columna_de_secretos_esta_fuera_del_alcance_de_una_nora(
    catalogo: psycopg.Connection[dict[str, Any]],
) -> None:
    alcanza = catalogo.execute(
        "select table_name from information_schema.role_table_grants where grantee = 'authenticated'"
        " and table_name in ('credenciales_nora', 'usuarios', 'intentos_acceso', 'restablecimientos')"
    ).fetchall()
    assert alcanza == []
