"""El catálogo de la base tal como la API lo usa: tablas, columnas, llaves y funciones, leídos de una vez."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from psycopg import sql

# Cada consulta regresa un solo JSON; $1 es el arreglo de esquemas expuestos (text[]).
CONSULTA_TABLAS = sql.SQL("""
select coalesce(json_agg(json_build_object(
    'esquema', n.nspname, 'nombre', c.relname, 'es_vista', c.relkind in ('v', 'm'),
    'columnas', (
        select coalesce(json_agg(json_build_object(
            'nombre', a.attname, 'tipo_esquema', tn.nspname, 'tipo', t.typname,
            'base', coalesce(bt.typname, t.typname), 'obligatoria', a.attnotnull,
            'generada', a.attgenerated <> '', 'omision', case
                when a.attidentity <> '' then format('nextval(%L::regclass)',
                    pg_get_serial_sequence(format('%I.%I', n.nspname, c.relname), a.attname))
                when a.attgenerated = '' then pg_get_expr(d.adbin, d.adrelid) end
        ) order by a.attnum), '[]')
        from pg_catalog.pg_attribute a
        join pg_catalog.pg_type t on t.oid = a.atttypid
        join pg_catalog.pg_namespace tn on tn.oid = t.typnamespace
        left join pg_catalog.pg_type bt on bt.oid = t.typbasetype
        left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    ),
    'unicas', (
        select coalesce(json_agg(json_build_object('primaria', i.indisprimary, 'columnas', (
            select json_agg(a.attname order by k.orden)
            from unnest(i.indkey::int2[]) with ordinality as k (num, orden)
            join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = k.num
        ))), '[]')
        from pg_catalog.pg_index i
        where i.indrelid = c.oid and i.indisunique and i.indpred is null and i.indexprs is null
    )
)), '[]')
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition and n.nspname = any ($1::text[])
""")

CONSULTA_LLAVES = sql.SQL("""
select coalesce(json_agg(json_build_object(
    'nombre', r.conname, 'esquema', n1.nspname, 'tabla', c1.relname,
    'otro_esquema', n2.nspname, 'otra_tabla', c2.relname,
    'columnas', (
        select json_agg(json_build_array(a1.attname, a2.attname) order by k.orden)
        from unnest(r.conkey, r.confkey) with ordinality as k (propia, ajena, orden)
        join pg_catalog.pg_attribute a1 on a1.attrelid = r.conrelid and a1.attnum = k.propia
        join pg_catalog.pg_attribute a2 on a2.attrelid = r.confrelid and a2.attnum = k.ajena
    )
) order by r.conname), '[]')
from pg_catalog.pg_constraint r
join pg_catalog.pg_class c1 on c1.oid = r.conrelid
join pg_catalog.pg_namespace n1 on n1.oid = c1.relnamespace
join pg_catalog.pg_class c2 on c2.oid = r.confrelid
join pg_catalog.pg_namespace n2 on n2.oid = c2.relnamespace
where r.contype = 'f' and r.conparentid = 0
  and n1.nspname = any ($1::text[]) and n2.nspname = any ($1::text[])
""")

CONSULTA_FUNCIONES = sql.SQL("""
select coalesce(json_agg(json_build_object(
    'esquema', n.nspname, 'nombre', p.proname, 'volatil', p.provolatile = 'v', 'conjunto', p.proretset,
    'variadica', p.provariadic <> 0,
    'nada', p.prorettype = 'void'::regtype,
    'compuesta', coalesce(p.proargmodes::text[] && '{t,b,o}'::text[], false)
        or coalesce(bt.typtype, t.typtype) = 'c',
    'tabla_esquema', case when rel.relkind in ('r', 'p', 'v', 'm', 'f') then reln.nspname end,
    'tabla', case when rel.relkind in ('r', 'p', 'v', 'm', 'f') then rel.relname end,
    'argumentos', (
        select coalesce(json_agg(json_build_object(
            'nombre', coalesce(p.proargnames[x.orden], ''), 'tipo_esquema', an.nspname, 'tipo', at.typname,
            'visible', format_type(at.oid, null),
            'obligatorio', x.entrada <= p.pronargs - p.pronargdefaults,
            'variadico', p.provariadic <> 0 and x.modo = 'v'
        ) order by x.entrada), '[]')
        from (
            select u.tipo, u.orden, coalesce(p.proargmodes[u.orden]::text, 'i') as modo,
                row_number() over (order by u.orden) as entrada
            from unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) with ordinality as u (tipo, orden)
            where coalesce(p.proargmodes[u.orden]::text, 'i') in ('i', 'b', 'v')
        ) as x
        join pg_catalog.pg_type at on at.oid = x.tipo
        join pg_catalog.pg_namespace an on an.oid = at.typnamespace
    )
)), '[]')
from pg_catalog.pg_proc p
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
join pg_catalog.pg_type t on t.oid = p.prorettype
left join pg_catalog.pg_type bt on bt.oid = t.typbasetype
left join pg_catalog.pg_class rel on rel.oid = t.typrelid
left join pg_catalog.pg_namespace reln on reln.oid = rel.relnamespace
where p.prokind = 'f' and n.nspname = any ($1::text[])
  and p.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype)
""")


@dataclass(frozen=True, slots=True)
class NombreCompleto:
    """Esquema y nombre de una tabla o función."""

    esquema: str
    nombre: str

    def __str__(self) -> str:
        return f"{self.esquema}.{self.nombre}"


@dataclass(frozen=True, slots=True)
class ColumnaTabla:
    """Una columna; ``omision`` es la expresión SQL de su valor por omisión, tal como la da el catálogo."""

    nombre: str
    tipo: NombreCompleto
    base: str
    generada: bool
    omision: str | None

    @property
    def es_json(self) -> bool:
        """Si guarda json o jsonb."""
        return self.base in ("json", "jsonb")


@dataclass(frozen=True)
class Tabla:
    """Una tabla o vista expuesta."""

    nombre: NombreCompleto
    columnas: Mapping[str, ColumnaTabla]
    primaria: tuple[str, ...]
    unicas: frozenset[frozenset[str]]
    es_vista: bool


@dataclass(frozen=True)
class Argumento:
    """Un argumento de entrada de una función."""

    nombre: str
    tipo: NombreCompleto
    visible: str
    obligatorio: bool
    variadico: bool


@dataclass(frozen=True)
class Funcion:
    """Una función expuesta."""

    nombre: NombreCompleto
    argumentos: tuple[Argumento, ...]
    volatil: bool
    conjunto: bool
    compuesta: bool
    nada: bool
    tabla: NombreCompleto | None


Cardinalidad = Literal["m2o", "o2m", "o2o", "m2m"]


@dataclass(frozen=True)
class Puente:
    """La tabla intermedia de un muchos a muchos, con sus dos llaves."""

    tabla: NombreCompleto
    restriccion_origen: str
    restriccion_destino: str
    columnas_origen: tuple[tuple[str, str], ...]
    """Pares (columna del origen, columna del puente)."""
    columnas_destino: tuple[tuple[str, str], ...]
    """Pares (columna del destino, columna del puente)."""


@dataclass(frozen=True)
class Relacion:
    """Cómo se llega de ``origen`` a ``destino``; ``columnas`` son pares (del origen, del destino)."""

    origen: NombreCompleto
    destino: NombreCompleto
    cardinalidad: Cardinalidad
    restriccion: str
    columnas: tuple[tuple[str, str], ...]
    puente: Puente | None = None

    @property
    def a_uno(self) -> bool:
        """Si del otro lado hay a lo más una fila."""
        return self.cardinalidad in ("m2o", "o2o")


@dataclass(frozen=True)
class Esquema:
    """Una foto del catálogo."""

    tablas: Mapping[NombreCompleto, Tabla] = field(default_factory=dict)
    relaciones: Mapping[NombreCompleto, tuple[Relacion, ...]] = field(default_factory=dict)
    funciones: Mapping[NombreCompleto, tuple[Funcion, ...]] = field(default_factory=dict)


def armar_esquema(tablas_json: bytes, llaves_json: bytes, funciones_json: bytes) -> Esquema:
    """Arma la foto con la respuesta de las tres consultas."""
    tablas = {tabla.nombre: tabla for tabla in map(_tabla, json.loads(tablas_json))}
    funciones: dict[NombreCompleto, list[Funcion]] = {}
    for fila in json.loads(funciones_json):
        funcion = _funcion(fila)
        funciones.setdefault(funcion.nombre, []).append(funcion)
    return Esquema(
        tablas,
        _relaciones(tablas, json.loads(llaves_json)),
        {nombre: tuple(varias) for nombre, varias in funciones.items()},
    )


def _tabla(fila: Mapping[str, Any]) -> Tabla:
    columnas = {
        c["nombre"]: ColumnaTabla(
            c["nombre"], NombreCompleto(c["tipo_esquema"], c["tipo"]), c["base"], c["generada"], c["omision"]
        )
        for c in fila["columnas"]
    }
    unicas = [u for u in fila["unicas"] if u["columnas"]]
    primaria = next((tuple(u["columnas"]) for u in unicas if u["primaria"]), ())
    return Tabla(
        NombreCompleto(fila["esquema"], fila["nombre"]),
        columnas,
        primaria,
        frozenset(frozenset(u["columnas"]) for u in unicas),
        fila["es_vista"],
    )


def _funcion(fila: Mapping[str, Any]) -> Funcion:
    argumentos = tuple(
        Argumento(a["nombre"], NombreCompleto(a["tipo_esquema"], a["tipo"]), a["visible"],
                  a["obligatorio"] and not a["variadico"], a["variadico"])
        for a in fila["argumentos"]
    )  # fmt: skip
    tabla = NombreCompleto(fila["tabla_esquema"], fila["tabla"]) if fila["tabla"] else None
    return Funcion(
        NombreCompleto(fila["esquema"], fila["nombre"]), argumentos, fila["volatil"], fila["conjunto"],
        bool(fila["compuesta"]), fila["nada"], tabla,
    )  # fmt: skip


def _relaciones(
    tablas: Mapping[NombreCompleto, Tabla], llaves: Sequence[Mapping[str, Any]]
) -> dict[NombreCompleto, tuple[Relacion, ...]]:
    directas: list[Relacion] = []
    inversas: list[Relacion] = []
    for llave in llaves:
        propia = NombreCompleto(llave["esquema"], llave["tabla"])
        ajena = NombreCompleto(llave["otro_esquema"], llave["otra_tabla"])
        if propia not in tablas or ajena not in tablas:
            continue
        pares = tuple((a, b) for a, b in llave["columnas"])
        es_unica = frozenset(a for a, _ in pares) in tablas[propia].unicas
        directas.append(Relacion(propia, ajena, "o2o" if es_unica else "m2o", llave["nombre"], pares))
        inversas.append(
            Relacion(
                ajena, propia, "o2o" if es_unica else "o2m", llave["nombre"], tuple((b, a) for a, b in pares)
            )
        )
    salida: dict[NombreCompleto, list[Relacion]] = {}
    for relacion in (*directas, *inversas, *_muchos_a_muchos(tablas, directas)):
        salida.setdefault(relacion.origen, []).append(relacion)
    return {nombre: tuple(varias) for nombre, varias in salida.items()}


def _muchos_a_muchos(tablas: Mapping[NombreCompleto, Tabla], directas: Sequence[Relacion]) -> list[Relacion]:
    """Una tabla es puente cuando las columnas de dos de sus llaves están en su llave primaria."""
    por_tabla: dict[NombreCompleto, list[Relacion]] = {}
    for relacion in directas:
        primaria = set(tablas[relacion.origen].primaria)
        if {propia for propia, _ in relacion.columnas} <= primaria:
            por_tabla.setdefault(relacion.origen, []).append(relacion)
    salida: list[Relacion] = []
    for puente, llaves in por_tabla.items():
        for una in llaves:
            for otra in llaves:
                if una.restriccion == otra.restriccion:
                    continue
                salida.append(
                    Relacion(
                        una.destino, otra.destino, "m2m", f"{una.restriccion} {otra.restriccion}", (),
                        Puente(
                            puente, una.restriccion, otra.restriccion,
                            tuple((ajena, propia) for propia, ajena in una.columnas),
                            tuple((ajena, propia) for propia, ajena in otra.columnas),
                        ),
                    )
                )  # fmt: skip
    return salida
