-- Lo que se incrusta: llaves dobles, puentes, vistas, relaciones calculadas y cosas que sumar.
create table fabricas (id int primary key, nombre text not null);
create table categorias (id int primary key, nombre text not null);
create table procesos (
    id int primary key, nombre text not null, fabrica_id int references fabricas, categoria_id int references categorias
);
create table costos (proceso_id int primary key references procesos, costo numeric(7, 2));
create table supervisores (id int primary key, nombre text not null);
create table proceso_supervisor (
    proceso_id int references procesos, supervisor_id int references supervisores, turno text,
    primary key (proceso_id, supervisor_id)
);
insert into fabricas values (1, 'A'), (2, 'B'), (3, 'C');
insert into categorias values (1, 'lote'), (2, 'serie');
insert into procesos values (1, 'A1', 1, 1), (2, 'A2', 1, 2), (3, 'B1', 2, 1), (4, 'suelto', null, 2);
insert into costos values (1, 150), (2, 200), (3, 70);
insert into supervisores values (1, 'María'), (2, 'Juan'), (3, 'nadie');
insert into proceso_supervisor values (1, 1, 'día'), (2, 2, 'noche'), (3, 1, 'día'), (3, 2, 'noche');

-- Dos llaves a la misma tabla, una llave a sí misma y un puente de una tabla consigo misma.
create table direcciones (id int primary key, calle text);
create table envios (
    id int primary key, factura_id int constraint factura references direcciones,
    entrega_id int constraint entrega references direcciones
);
insert into direcciones values (1, 'Uno'), (2, 'Dos');
insert into envios values (1, 1, 2), (2, 2, 2);
create table arbol (id int primary key, nombre text, padre int references arbol);
insert into arbol values (1, 'raíz', null), (2, 'rama', 1), (3, 'hoja', 2);
create table amigos (
    uno int references arbol, otro int references arbol, primary key (uno, otro)
);
insert into amigos values (1, 3);
create table sitios (id int primary key, nombre text, principal_id int);
create table obras (id int primary key, nombre text);
alter table sitios add constraint principal foreign key (principal_id) references obras;
create table trabajos (
    sitio_id int references sitios, obra_id int references obras, primary key (sitio_id, obra_id)
);
insert into obras values (1, 'obra 1'), (2, 'obra 2');
insert into sitios values (1, 'sitio 1', 1);
insert into trabajos values (1, 2);

-- Vistas: de una tabla expuesta, de otra vista, con nombres cambiados y de una tabla que no se expone.
create view v_procesos as select id as clave, nombre, fabrica_id as fabrica from procesos where id < 100;
create view v_fabricas as select id, upper(nombre) as nombre from fabricas;
create view v_de_vista as select clave as k, fabrica as f from v_procesos;
create view v_supervision as select proceso_id, supervisor_id from proceso_supervisor;
create view v_envios as select id, factura_id as f1, factura_id as f2 from envios;
create schema oculto;
create table oculto.choferes (id int primary key, nombre text);
create table oculto.viajes (id int primary key, chofer_id int references oculto.choferes);
insert into oculto.choferes values (1, 'Chuy');
insert into oculto.viajes values (10, 1);
create table oculto.ramas (id int primary key, nombre text, padre int references oculto.ramas);
insert into oculto.ramas values (1, 'raíz', null), (2, 'rama', 1);
create view v_arbol as select * from oculto.ramas;
create view choferes as select id, nombre from oculto.choferes;
create view viajes as select id, chofer_id, 'con, (rareza) {x}' as "nom{b}re, raro" from oculto.viajes;
create view raras as
    select p.id, p.fabrica_id, (select max(c.costo) from costos c where c.proceso_id = p.id) as caro
    from procesos p left join fabricas f on f.id = p.fabrica_id group by p.id, p.fabrica_id;
grant select on choferes, viajes to anon, authenticated, service_role;

-- Relaciones calculadas: a varios, a uno, y una que toma el lugar de la que se hallaría.
create function procesos_caros(fabricas) returns setof procesos language sql stable as
    $$ select p.* from procesos p join costos c on c.proceso_id = p.id where p.fabrica_id = $1.id and c.costo > 100 $$;
create function su_fabrica(procesos) returns setof fabricas rows 1 language sql stable as
    $$ select * from fabricas where id = $1.fabrica_id $$;
create function categorias(procesos) returns setof categorias rows 1 language sql stable as
    $$ select 99, 'calculada' where $1.categoria_id is not null $$;
create function nombre_largo(procesos) returns text language sql stable as $$ select 'proceso ' || $1.nombre $$;
create function todos_los_procesos() returns setof procesos language sql stable as 'select * from procesos';

create table nulos (id int primary key, texto text);
create table con_nulos (id int primary key, nulo_id int references nulos);
insert into nulos values (1, null);
insert into con_nulos values (1, 1), (2, null);

-- Particiones, vistas materializadas, con WITH y con UNION.
create table modelos (id int, anio int, nombre text, fabrica_id int references fabricas, primary key (id, anio))
    partition by list (anio);
create table modelos_2025 partition of modelos for values in (2025);
create table modelos_2026 partition of modelos for values in (2026);
create table ventas (id int primary key, modelo_id int, anio int, foreign key (modelo_id, anio) references modelos);
insert into modelos values (1, 2025, 'vocho', 1), (2, 2026, 'combi', 2);
insert into ventas values (7, 1, 2025);
create materialized view m_procesos as select id, nombre, fabrica_id from procesos;
create view v_con_with as with x as (select id, fabrica_id from procesos) select x.id, x.fabrica_id from x;
create view v_union as select id, fabrica_id from procesos union all select id, fabrica_id from procesos where false;
create table puntos (id int primary key, lugar point, par int4range[], doc json);
create type direccion_postal as (calle text, numero int);
create table casas (id int primary key, domicilio direccion_postal, cuartos int[][]);
insert into casas values (1, row('Juárez', 5), '{{1,2},{3,4}}'), (2, row('Reforma', 9), '{{5,6},{7,8}}');
create table precios (p numeric);
insert into precios values (3.70);
