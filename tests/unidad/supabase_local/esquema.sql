-- Lo que las pruebas de la API leen y escriben.
create table negocios (nombre text primary key, ciudad text, abierto boolean);
create table clientes (
    negocio text not null references negocios, id int, nombre text not null, edad int, alta timestamptz,
    datos jsonb not null default '{}', gustos text[] not null default '{}', ref uuid,
    vector vector(3), horas int4range,
    primary key (negocio, id), unique (negocio, nombre)
);
create table fichas (negocio text, cliente_id int, nota text,
    primary key (negocio, cliente_id), foreign key (negocio, cliente_id) references clientes (negocio, id));
create table etiquetas (negocio text not null references negocios, id int, titulo text, primary key (negocio, id));
create table cliente_etiquetas (
    negocio text, cliente_id int, etiqueta_id int, primary key (negocio, cliente_id, etiqueta_id),
    foreign key (negocio, cliente_id) references clientes (negocio, id) on delete cascade,
    foreign key (negocio, etiqueta_id) references etiquetas (negocio, id)
);
create table pedidos (
    negocio text not null, id int generated always as identity primary key, cliente_id int, paga_id int,
    total numeric(10, 2) not null default 0 check (total >= 0), creado timestamptz not null default now(),
    estado text not null default 'nuevo',
    constraint pedidos_cliente foreign key (negocio, cliente_id) references clientes (negocio, id),
    constraint pedidos_paga foreign key (negocio, paga_id) references clientes (negocio, id)
);
create table personas (id int primary key, nombre text, jefe_id int references personas);
create table privado (id int generated always as identity primary key, duenio text not null, texto text);
alter table privado enable row level security;
alter table privado force row level security;
create policy propio on privado using (duenio = (select auth.jwt() ->> 'quien'))
    with check (duenio = (select auth.jwt() ->> 'quien'));
create table diferida (id int primary key, padre int references diferida deferrable initially deferred);
create table "Tábla ""rara""" ("Columna, (x)" text, "select" int, "ñandú" int);
create table textos (id int primary key, cuerpo text, tsv tsvector generated always as (to_tsvector('spanish', cuerpo)) stored);
create table generada (a int, doble int generated always as (a * 2) stored);
create table secreta (id int);
revoke all on secreta from anon, authenticated;
create view clientes_mayores as select * from clientes where edad >= 40;

insert into negocios values ('luna', 'Hermosillo', true), ('sol', null, false), ('vacio', 'Nogales', null);
insert into clientes (negocio, id, nombre, edad, alta, datos, gustos, vector, horas) values
    ('luna', 1, 'Ana', 30, '2026-01-01T00:00:00Z', '{"ciudad": {"cp": [83000, 83010]}, "vip": true}', '{café,"pan, dulce"}', '[1,0,0]', '[1,5)'),
    ('luna', 2, 'Beto "el güero"', 45, '2026-02-01T00:00:00Z', '{"vip": false}', '{té}', '[0,1,0]', '[5,9)'),
    ('luna', 3, 'Carla, (la de ventas)', null, null, '{}', '{}', null, null),
    ('sol', 1, 'Ana', 51, '2026-03-01T00:00:00Z', '{"vip": true}', '{café}', '[0,0,1]', '[2,3)');
insert into fichas values ('luna', 1, 'alérgica');
insert into etiquetas values ('luna', 1, 'vip'), ('luna', 2, 'nuevo'), ('sol', 1, 'vip');
insert into cliente_etiquetas values ('luna', 1, 1), ('luna', 1, 2), ('luna', 2, 2), ('sol', 1, 1);
insert into pedidos (negocio, cliente_id, paga_id, total, estado) values
    ('luna', 1, 2, 10.50, 'nuevo'), ('luna', 1, 1, 99, 'listo'), ('luna', 2, 2, 7, 'nuevo'), ('sol', 1, null, 5, 'nuevo');
insert into personas values (1, 'Jefa', null), (2, 'Uno', 1), (3, 'Dos', 1);
insert into "Tábla ""rara""" values ('hola', 1, 2);
insert into textos (id, cuerpo) values (1, 'Los gatos duermen'), (2, 'Un perro corre');

create function suma(a int, b int default 2) returns int language sql immutable as 'select a + b';
create function escalares(n int) returns setof int language sql as 'select generate_series(1, n)';
create function lista_clientes(p_negocio text) returns setof clientes language sql stable
    as 'select * from clientes where negocio = p_negocio';
create function un_cliente(p_id int) returns clientes language sql stable
    as 'select * from clientes where negocio = ''luna'' and id = p_id';
create function tabla_chica() returns table (x int, y text) language sql as $$ values (1, 'a'), (2, 'b') $$;
create function cerca(v vector, k int) returns table (id int, distancia float8) language sql stable
    as $$ select id, vector <-> v from clientes where negocio = 'luna' and vector is not null order by 2 limit k $$;
create function nada() returns void language plpgsql as 'begin end';
create function eco(json) returns json language sql as 'select $1';
create function eco_jsonb(dato jsonb) returns jsonb language sql as 'select dato';
create function junta(variadic partes text[]) returns text language sql as $$ select array_to_string(partes, '-') $$;
create function ambigua(a int) returns text language sql as $$ select 'int' $$;
create function ambigua(a text) returns text language sql as $$ select 'text' $$;
create function falla(codigo text) returns void language plpgsql as $$
    begin raise exception 'algo pasó' using errcode = codigo, detail = 'detalle', hint = 'pista'; end $$;
create function falla_entera() returns void language plpgsql as $$
    begin raise sqlstate 'PGRST' using
        message = '{"code":"123","message":"tetera","details":"d","hint":"h"}',
        detail = '{"status":418,"headers":{"X-Tetera":"si"}}'; end $$;
create function con_encabezados() returns text language plpgsql as $$
    begin
        perform set_config('response.headers', '[{"X-Hola": "mundo"}]', true);
        perform set_config('response.status', '202', true);
        return 'ok';
    end $$;
create function quien_soy() returns json language sql stable as $$
    select json_build_object('rol', current_user, 'quien', auth.jwt() ->> 'quien', 'uid', auth.uid(),
        'agente', current_setting('request.headers', true)::json ->> 'user-agent',
        'metodo', current_setting('request.method', true)) $$;
create function duerme(s float8) returns int language sql as $$ select 1 from pg_sleep(s) $$;
create function insertar_volatil() returns int language sql as $$ insert into negocios values ('x') returning 1 $$;
create function nombre_mayusculas(clientes) returns text language sql stable as $$ select upper($1.nombre) $$;
