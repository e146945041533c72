"""Bases que se vacían y se vuelven a prestar: clonar una por prueba y llenar sus cachés costaba más que la prueba."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
from apoyo.vivo import esperar
from psycopg import sql

from clientes.aura.supabase_local import DireccionesPostgres, ServidorPostgres

from .postgres import base_temporal

# Sin autovacuum, lo borrado se acumula; y una base llena tarda más en vaciarse que en clonarse.
PRESTAMOS_MAXIMOS = 30
TAMANO_MAXIMO = 40 * 2**20

# Lo que cambia con cualquier DDL o permiso: una prueba que tocó el esquema no deja su base a las demás.
HUELLA = """
select (select array[count(*), max(xmin::text::bigint)] from pg_catalog.pg_class),
       (select array[count(*), max(xmin::text::bigint)] from pg_catalog.pg_proc),
       (select array[count(*), max(xmin::text::bigint)] from pg_catalog.pg_trigger),
       (select array[count(*), max(xmin::text::bigint)] from pg_catalog.pg_policy),
       (select array[count(*), max(xmin::text::bigint)] from pg_catalog.pg_constraint),
       (select array[count(*), max(xmin::text::bigint)] from pg_catalog.pg_namespace)
"""
# Una tabla en la que nunca se escribió no ocupa ni una página.
ESCRITAS = """
select n.nspname, c.relname from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' and n.nspname !~ '^(pg_|information_schema)' and pg_relation_size(c.oid) > 0
"""
SECUENCIAS = "select schemaname, sequencename, last_value from pg_catalog.pg_sequences order by 1, 2"


@dataclass
class BasesPrestadas:
    """Las de un proceso de pytest: una a la vez, la misma mientras nadie le cambie el esquema."""

    servidor: ServidorPostgres
    plantilla: str
    _libre: _Base | None = None

    @contextmanager
    def prestar(self) -> Iterator[DireccionesPostgres]:
        """Una base como recién clonada, solo de quien la pide."""
        base = self._libre or _Base.nueva(self.servidor, self.plantilla)
        self._libre = None
        try:
            yield base.direcciones
        finally:
            if base.quedo_como_nueva():
                self._libre = base
            else:
                base.borrar()

    def cerrar(self) -> None:
        """Borra la que quede."""
        if self._libre is not None:
            self._libre.borrar()
            self._libre = None


@dataclass
class _Base:
    direcciones: DireccionesPostgres
    _prestada: object  # el contexto que la borra al salir
    _huella: tuple[object, ...] = ()
    _semilla: dict[tuple[str, str], tuple[object, bytes]] = field(default_factory=dict)
    _secuencias: dict[tuple[str, str], int | None] = field(default_factory=dict)
    _prestamos: int = 0

    @classmethod
    def nueva(cls, servidor: ServidorPostgres, plantilla: str) -> _Base:
        contexto = base_temporal(servidor, plantilla)
        base = cls(contexto.__enter__(), contexto)
        with psycopg.connect(base.direcciones.administrador, autocommit=True) as conexion:
            base._huella = _huella(conexion)
            base._secuencias = {(e, n): v for e, n, v in conexion.execute(SECUENCIAS)}
            for esquema, nombre in conexion.execute(ESCRITAS).fetchall():
                tabla = sql.Identifier(esquema, nombre)
                base._semilla[esquema, nombre] = (_marca(conexion, tabla), _copiar(conexion, tabla))
        return base

    def quedo_como_nueva(self) -> bool:
        """La vacía, si se puede; False si hay que borrarla."""
        self._prestamos += 1
        if self._prestamos >= PRESTAMOS_MAXIMOS:
            return False
        try:
            with psycopg.connect(self.direcciones.administrador, autocommit=True) as conexion:
                _echar_a_los_demas(conexion)
                if _huella(conexion) != self._huella or _tamano(conexion) > TAMANO_MAXIMO:
                    return False
                with conexion.transaction():
                    self._vaciar(conexion)
        except (psycopg.Error, AssertionError):
            return False
        return True

    def _vaciar(self, conexion: psycopg.Connection) -> None:
        # Sin disparadores ni llaves foráneas: se borra todo, y nada debe reaccionar.
        conexion.execute("set local session_replication_role = replica")
        for esquema, nombre in conexion.execute(ESCRITAS).fetchall():
            tabla = sql.Identifier(esquema, nombre)
            marca, filas = self._semilla.get((esquema, nombre), (None, b""))
            if marca is not None and _marca(conexion, tabla) == marca:
                continue
            conexion.execute(sql.SQL("delete from {}").format(tabla))
            if marca is not None:
                with conexion.cursor().copy(sql.SQL("copy {} from stdin").format(tabla)) as copia:
                    copia.write(filas)
                self._semilla[esquema, nombre] = (_marca(conexion, tabla), filas)
        for esquema, nombre, valor in conexion.execute(SECUENCIAS).fetchall():
            antes = self._secuencias[esquema, nombre]
            if valor != antes:
                conexion.execute(
                    "select setval(format('%%I.%%I', %s::text, %s::text)::regclass, %s, %s)",
                    (esquema, nombre, antes or 1, antes is not None),
                )

    def borrar(self) -> None:
        self._prestada.__exit__(None, None, None)  # type: ignore[attr-defined]


def _huella(conexion: psycopg.Connection) -> tuple[object, ...]:
    fila = conexion.execute(HUELLA).fetchone()
    assert fila is not None
    return fila


def _marca(conexion: psycopg.Connection, tabla: sql.Identifier) -> tuple[object, ...]:
    """Cuántas filas y cuál fue su último cambio: si es igual, nadie la tocó."""
    consulta = sql.SQL("select count(*), max(xmin::text::bigint) from {}").format(tabla)
    fila = conexion.execute(consulta).fetchone()
    assert fila is not None
    return fila


def _copiar(conexion: psycopg.Connection, tabla: sql.Identifier) -> bytes:
    with conexion.cursor().copy(sql.SQL("copy {} to stdout").format(tabla)) as copia:
        return b"".join(bytes(parte) for parte in copia)


def _tamano(conexion: psycopg.Connection) -> int:
    fila = conexion.execute("select pg_database_size(current_database())").fetchone()
    assert fila is not None
    return int(fila[0])


def _echar_a_los_demas(conexion: psycopg.Connection) -> None:
    """Nadie de la prueba anterior sigue conectado."""
    otros = (
        "select count(pg_terminate_backend(pid)) from pg_stat_activity"
        " where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'"
    )
    esperar(lambda: conexion.execute(otros).fetchone() == (0,), "solos en la base", segundos=5, cada=0.002)
