"""Aplica `supabase/migrations/*.sql` en orden, cada una una vez, en su transacción.

Lleva la cuenta en `supabase_migrations.schema_migrations`, la misma tabla que usa la herramienta de Supabase: lo que
aplicó una no lo repite la otra.
"""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
from psycopg import sql

from app_config import RAIZ, Config, ErrorConfiguracion

from .utils.logging_utils import registro

CARPETA = RAIZ / "supabase" / "migrations"
ARRANQUE = Path(__file__).parent / "supabase_local" / "arranque.sql"
CONECTAR_S = 10
CANDADO = 7_201_934_518  # un número cualquiera, siempre el mismo: dos `migrar` a la vez hacen fila
NOMBRE_DE_ARCHIVO = re.compile(r"(\d{14})_([a-z0-9_]+)\.sql")
bitacora = registro(__name__)


def archivos(carpeta: Path = CARPETA) -> list[tuple[str, str, Path]]:
    """(versión, nombre, ruta) de cada migración, en orden."""
    encontrados = []
    for ruta in sorted(carpeta.glob("*.sql")):
        partes = NOMBRE_DE_ARCHIVO.fullmatch(ruta.name)
        if partes is None:
            raise ErrorConfiguracion(
                [f"{ruta.name} no se llama como una migración: AAAAMMDDHHMMSS_nombre.sql."]
            )
        encontrados.append((partes[1], partes[2], ruta))
    return encontrados


def migrar(config: Config) -> list[str]:
    """Deja la base al día: papeles (si es un PostgreSQL recién hecho), migraciones y cola.

    Returns:
        Los nombres de las migraciones aplicadas ahora.
    """
    from .arranque import db_uri_de
    from .conversacion.cola import instalar_cola

    db_uri = db_uri_de(config)
    if config.modo_supabase == "sobre_postgres":
        _preparar_papeles(db_uri)
    aplicadas = aplicar(db_uri)
    instalar_cola(db_uri)
    return aplicadas


def aplicar(db_uri: str, carpeta: Path = CARPETA) -> list[str]:
    """Aplica las migraciones que falten."""
    aplicadas = []
    with psycopg.connect(db_uri, autocommit=True, connect_timeout=CONECTAR_S) as conexion:
        conexion.execute("select pg_advisory_lock(%s)", (CANDADO,))
        conexion.execute("create schema if not exists supabase_migrations")
        conexion.execute(
            "create table if not exists supabase_migrations.schema_migrations"
            " (version text primary key, statements text[], name text)"
        )
        hechas = {
            fila[0] for fila in conexion.execute("select version from supabase_migrations.schema_migrations")
        }
        for version, nombre, ruta in archivos(carpeta):
            if version in hechas:
                continue
            texto = ruta.read_text(encoding="utf-8")
            with conexion.transaction():
                conexion.execute(sql.SQL(texto))
                conexion.execute(
                    "insert into supabase_migrations.schema_migrations (version, name, statements)"
                    " values (%s, %s, array[%s])",
                    (version, nombre, texto),
                )
            bitacora.info("migracion_aplicada", nombre=nombre)
            aplicadas.append(nombre)
        if aplicadas:
            conexion.execute("notify pgrst, 'reload schema'")
    return aplicadas


def pendientes(db_uri: str, carpeta: Path = CARPETA) -> list[str]:
    """Las migraciones que la base todavía no tiene."""
    with psycopg.connect(db_uri, autocommit=True, connect_timeout=CONECTAR_S) as conexion:
        existe = conexion.execute("select to_regclass('supabase_migrations.schema_migrations')").fetchone()
        hechas: set[str] = set()
        if existe and existe[0]:
            hechas = {
                fila[0]
                for fila in conexion.execute("select version from supabase_migrations.schema_migrations")
            }
    return [nombre for version, nombre, _ in archivos(carpeta) if version not in hechas]


def _preparar_papeles(db_uri: str) -> None:
    """En un PostgreSQL que no es de Supabase faltan sus papeles y su esquema `auth`; los pone un superusuario."""
    with psycopg.connect(db_uri, autocommit=True, connect_timeout=CONECTAR_S) as conexion:
        listo = conexion.execute(
            "select to_regprocedure('auth.jwt()') is not null"
            " and exists (select 1 from pg_roles where rolname = 'service_role')"
        ).fetchone()
        if listo and listo[0]:
            return
        soy = conexion.execute("select rolsuper from pg_roles where rolname = current_user").fetchone()
        if not soy or not soy[0]:
            raise ErrorConfiguracion(
                [
                    "A este PostgreSQL le faltan los papeles de Supabase (anon, authenticated, service_role). "
                    "Corre una vez «flask --app run migrar» con SUPABASE_DB_URL de un superusuario."
                ]
            )
        conexion.execute(sql.SQL(ARRANQUE.read_text(encoding="utf-8")))
