"""Las consultas que leen el catálogo de PostgreSQL: tablas, llaves, vistas y funciones."""

from __future__ import annotations

from psycopg import sql

# Cada consulta regresa un solo JSON; $1 es el arreglo de esquemas expuestos (text[]).
CONSULTA_TABLAS = sql.SQL("""
select coalesce(json_agg(json_build_object(
    'esquema', n.nspname, 'nombre', c.relname, 'es_vista', c.relkind in ('v', 'm'),
    'insertable', c.relkind in ('r', 'p') or pg_relation_is_updatable(c.oid, true) & 8 = 8,
    'actualizable', c.relkind in ('r', 'p') or pg_relation_is_updatable(c.oid, true) & 4 = 4,
    'borrable', c.relkind in ('r', 'p') or pg_relation_is_updatable(c.oid, true) & 16 = 16,
    'columnas', (
        select coalesce(json_agg(json_build_object(
            'nombre', a.attname, 'tipo_esquema', tn.nspname, 'tipo', t.typname,
            'base', coalesce(bt.typname, t.typname), 'obligatoria', a.attnotnull,
            'generada', a.attgenerated <> '', 'omision', case
                when a.attidentity <> '' then format('nextval(%L::regclass)',
                    pg_get_serial_sequence(format('%I.%I', n.nspname, c.relname), a.attname))
                when a.attgenerated = ''
                    then coalesce(pg_get_expr(d.adbin, d.adrelid), pg_get_expr(t.typdefaultbin, 0)) end
        ) order by a.attnum), '[]')
        from pg_catalog.pg_attribute a
        join pg_catalog.pg_type t on t.oid = a.atttypid
        join pg_catalog.pg_namespace tn on tn.oid = t.typnamespace
        left join pg_catalog.pg_type bt on bt.oid = t.typbasetype
        left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    ),
    'primaria', (
        select coalesce(json_agg(a.attname order by k.orden), '[]')
        from pg_catalog.pg_constraint r, unnest(r.conkey) with ordinality as k (num, orden)
        join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = k.num
        where r.conrelid = c.oid and r.contype = 'p'
    )
)), '[]')
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition and n.nspname = any ($1::text[])
""")

# Todas las llaves, también las de tablas que no se exponen: por ellas se llega a una vista expuesta.
CONSULTA_LLAVES = sql.SQL("""
select json_build_object(
    'foraneas', coalesce((
        select json_agg(json_build_object(
            'nombre', r.conname, 'tabla', r.conrelid::int8, 'otra', r.confrelid::int8,
            'esquema', n1.nspname, 'nombre_tabla', c1.relname,
            'otro_esquema', n2.nspname, 'nombre_otra', c2.relname,
            'columnas', (
                select json_agg(json_build_array(a1.attname, a2.attname) order by k.orden)
                from unnest(r.conkey, r.confkey) with ordinality as k (propia, ajena, orden)
                join pg_catalog.pg_attribute a1 on a1.attrelid = r.conrelid and a1.attnum = k.propia
                join pg_catalog.pg_attribute a2 on a2.attrelid = r.confrelid and a2.attnum = k.ajena
            ),
            'es_unica', exists (
                select from pg_catalog.pg_constraint u
                where u.conrelid = r.conrelid and u.contype in ('p', 'u')
                    and u.conkey @> r.conkey and u.conkey <@ r.conkey
            )
        ) order by r.conname)
        from pg_catalog.pg_constraint r
        join pg_catalog.pg_class c1 on c1.oid = r.conrelid
        join pg_catalog.pg_namespace n1 on n1.oid = c1.relnamespace
        join pg_catalog.pg_class c2 on c2.oid = r.confrelid
        join pg_catalog.pg_namespace n2 on n2.oid = c2.relnamespace
        where r.contype = 'f' and r.conparentid = 0
    ), '[]'),
    'primarias', coalesce((
        select json_agg(json_build_object(
            'tabla', r.conrelid::int8,
            'columnas', (
                select json_agg(a.attname order by k.orden)
                from unnest(r.conkey) with ordinality as k (num, orden)
                join pg_catalog.pg_attribute a on a.attrelid = r.conrelid and a.attnum = k.num
            )
        ))
        from pg_catalog.pg_constraint r
        join pg_catalog.pg_class c on c.oid = r.conrelid
        where r.contype = 'p'
            and c.relnamespace <> all (array['pg_catalog'::regnamespace, 'information_schema'::regnamespace])
    ), '[]')
)
where $1::text[] is not null
""")

# La definición de cada vista, como árbol de análisis: de ahí sale de qué columna viene cada una de las suyas.
CONSULTA_VISTAS = sql.SQL("""
select coalesce(json_agg(json_build_object(
    'oid', c.oid::int8, 'esquema', n.nspname, 'nombre', c.relname, 'arbol', r.ev_action::text,
    'columnas', (
        select json_object_agg(a.attnum, a.attname) from pg_catalog.pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    )
)), '[]')
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_rewrite r on r.ev_class = c.oid and r.rulename = '_RETURN'
where c.relkind in ('v', 'm') and (n.nspname = any ($1::text[]) or n.nspname in ('public', 'extensions'))
""")

# Las columnas de las tablas de las que salen las vistas, por número.
CONSULTA_COLUMNAS = sql.SQL("""
select coalesce(json_object_agg(t.tabla, t.columnas), '{}')
from (
    select a.attrelid::int8 as tabla, json_object_agg(a.attnum, a.attname) as columnas
    from pg_catalog.pg_attribute a
    join pg_catalog.pg_class c on c.oid = a.attrelid
    where c.relkind in ('r', 'p', 'v', 'm', 'f') and a.attnum > 0 and not a.attisdropped
        and c.relnamespace <> all (array['pg_catalog'::regnamespace, 'information_schema'::regnamespace])
        and $1::text[] is not null
    group by a.attrelid
) as t
""")

# Relaciones calculadas: funciones de un renglón de una tabla que regresan renglones de otra.
CONSULTA_CALCULADAS = sql.SQL("""
select coalesce(json_agg(json_build_object(
    'esquema', n.nspname, 'nombre', p.proname, 'de_esquema', n1.nspname, 'de', c1.relname,
    'a_esquema', n2.nspname, 'a', c2.relname, 'a_uno', not p.proretset or p.prorows = 1
) order by p.proname), '[]')
from pg_catalog.pg_proc p
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
join pg_catalog.pg_class c1 on c1.reltype = p.proargtypes[0] and c1.relkind in ('r', 'p', 'v', 'm', 'f')
join pg_catalog.pg_namespace n1 on n1.oid = c1.relnamespace
join pg_catalog.pg_class c2 on c2.reltype = p.prorettype and c2.relkind in ('r', 'p', 'v', 'm', 'f')
join pg_catalog.pg_namespace n2 on n2.oid = c2.relnamespace
where p.pronargs = 1 and n.nspname = any ($1::text[])
""")

CONSULTA_FUNCIONES = sql.SQL("""
select coalesce(json_agg(json_build_object(
    'esquema', n.nspname, 'nombre', p.proname, 'volatil', p.provolatile = 'v', 'conjunto', p.proretset,
    'medio', case when t.typtype = 'd' and position('/' in t.typname) > 0 then t.typname end,
    'base', coalesce(bt.typname, t.typname),
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
left join pg_catalog.pg_class rel on rel.oid = coalesce(nullif(t.typrelid, 0), bt.typrelid)
left join pg_catalog.pg_namespace reln on reln.oid = rel.relnamespace
where p.prokind = 'f' and n.nspname = any ($1::text[])
  and p.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype)
""")

CONSULTAS = (
    CONSULTA_TABLAS,
    CONSULTA_LLAVES,
    CONSULTA_FUNCIONES,
    CONSULTA_VISTAS,
    CONSULTA_COLUMNAS,
    CONSULTA_CALCULADAS,
)
"""Las que se corren, en el orden en que ``armar_esquema`` espera sus respuestas."""
