-- Tres paginas que con decenas de miles de contactos y medio millon de mensajes tardaban mas de 150 ms.

-- El tablero cuenta por dia sin leer los mensajes: al indice solo le faltaba de quien es cada uno.
drop index public.mensajes_por_fecha;
create index mensajes_por_fecha on public.mensajes (nombre_nora, fecha_creacion desc, autor);

-- Primero por hora, que es barato; la zona solo se aplica a las 720 que quedan. Las de Mexico son de horas enteras.
create or replace function public.resumen_panel(p_zona text default 'America/Hermosillo')
returns jsonb language sql stable set search_path = ''
as $$
  with limites as materialized (
    select (date_trunc('day', now() at time zone p_zona)) at time zone p_zona as hoy,
           (date_trunc('day', now() at time zone p_zona) - interval '29 days') at time zone p_zona as desde
  ), horas as (
    select date_bin('1 hour', m.fecha_creacion, '2000-01-01 00:00:00+00'::timestamptz) as hora, m.autor, count(*) as cuantos
    from public.mensajes m
    where m.nombre_nora = (select public.nora_del_token()) and m.fecha_creacion >= (select desde from limites)
    group by 1, 2
  ), dias as (
    select (h.hora at time zone p_zona)::date as dia,
           sum(h.cuantos) filter (where h.autor = 'contacto') as recibidos,
           sum(h.cuantos) filter (where h.autor = 'nora') as de_nora,
           sum(h.cuantos) filter (where h.autor = 'persona') as de_personas
    from horas h group by 1
  ), esperan as (
    select v.espera_persona_desde from public.conversaciones v
    join public.contactos c on c.nombre_nora = v.nombre_nora and c.id = v.contacto_id and c.borrado_en is null
    where v.nombre_nora = (select public.nora_del_token()) and v.espera_persona_desde is not null
  )
  select jsonb_build_object(
    'conversaciones_hoy', (select count(distinct m.conversacion_id) from public.mensajes m
        where m.nombre_nora = (select public.nora_del_token()) and m.sentido = 'entrante'
          and m.fecha_creacion >= (select hoy from limites)),
    'sin_responder', (select count(distinct m.conversacion_id) from public.mensajes m
        where m.nombre_nora = (select public.nora_del_token()) and m.sentido = 'entrante' and m.atendido_en is null),
    'esperan_persona', (select count(*) from esperan),
    'espera_desde', (select min(e.espera_persona_desde) from esperan e),
    'contactos', (select count(*) from public.contactos c
        where c.nombre_nora = (select public.nora_del_token()) and c.borrado_en is null),
    'bloques', (select count(*) from public.conocimiento_nora k
        where k.nombre_nora = (select public.nora_del_token()) and k.activo),
    'dias', (select jsonb_agg(jsonb_build_object('dia', d::date, 'recibidos', coalesce(x.recibidos, 0),
                'de_nora', coalesce(x.de_nora, 0), 'de_personas', coalesce(x.de_personas, 0)) order by d)
        from generate_series((now() at time zone p_zona)::date - 29, (now() at time zone p_zona)::date,
                             interval '1 day') as d
        left join dias x on x.dia = d::date))
$$;

-- Lo mismo sin expresion regular: asi se puede comparar toda la agenda. La columna solo deja entrar "+" y digitos.
create or replace function public.llave_telefono(p_telefono text) returns text
language sql immutable parallel safe
as $$
  select case when p_telefono like '+521__________' then '+52' || right(p_telefono, 10) else p_telefono end
$$;

-- Como las busquedas: con seguridad por filas, una condicion con funcion propia no puede usar su indice.
create function public.contactos_parecidos(p_contacto_id uuid, p_limite integer default 5)
returns setof public.contactos
language sql stable security definer set search_path = public, pg_temp
as $$
  with c as materialized (
    select x.id, x.canal, public.llave_telefono(x.telefono) as llave, x.correo from public.contactos x
    where x.nombre_nora = (select public.nora_del_token()) and x.id = p_contacto_id)
  select x.* from public.contactos x
  where x.nombre_nora = (select public.nora_del_token()) and x.borrado_en is null
    and x.id in (
      select o.id from c join public.contactos o on o.nombre_nora = (select public.nora_del_token())
        and o.telefono is not null and public.llave_telefono(o.telefono) = c.llave and o.canal = c.canal and o.id <> c.id
      union
      select o.id from c join public.contactos o on o.nombre_nora = (select public.nora_del_token())
        and c.correo <> '' and o.correo <> '' and o.correo = c.correo and o.canal = c.canal and o.id <> c.id)
  order by x.fecha_creacion, x.id limit p_limite
$$;
comment on function public.contactos_parecidos is 'Otros contactos de la Nora del token con el telefono (con o sin el 1 de Mexico) o el correo de este';

create function public.llaves_repetidas(p_limite integer default 50)
returns table (razon text, llave text, ids uuid[])
language sql stable security definer set search_path = public, pg_temp
as $$
  select * from (
    select 'telefono' as razon, public.llave_telefono(c.telefono) as llave, array_agg(c.id order by c.fecha_creacion, c.id) as ids
    from public.contactos c
    where c.nombre_nora = (select public.nora_del_token()) and c.telefono is not null and c.borrado_en is null
      and c.canal = 'whatsapp'
    group by public.llave_telefono(c.telefono) having count(*) > 1
    union all
    select 'correo', c.correo, array_agg(c.id order by c.fecha_creacion, c.id)
    from public.contactos c
    where c.nombre_nora = (select public.nora_del_token()) and c.correo <> '' and c.borrado_en is null
      and c.canal = 'whatsapp'
    group by c.correo having count(*) between 2 and 5) as g
  order by g.razon desc, g.llave limit p_limite
$$;
comment on function public.llaves_repetidas is 'Telefonos y correos que tienen varios contactos de la Nora del token, con quienes';

create or replace function public.contactos_repetidos(p_limite integer default 50) returns jsonb
language sql stable set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('razon', g.razon, 'llave', g.llave, 'contactos', (
      select jsonb_agg(public.contacto_en_lista(c) order by c.fecha_creacion, c.id)
      from public.contactos c where c.nombre_nora = (select public.nora_del_token()) and c.id = any (g.ids)))
    order by g.razon desc, g.llave), '[]')
  from public.llaves_repetidas(p_limite) as g
$$;

create or replace function public.leer_contacto(p_contacto_id uuid) returns jsonb
language sql stable set search_path = ''
as $$
  select public.contacto_en_lista(c) || jsonb_build_object(
    'mensajes', (
      select coalesce(jsonb_agg(jsonb_build_object('id', m.id, 'sentido', m.sentido, 'autor', m.autor, 'tipo', m.tipo,
          'texto', m.texto, 'fecha_creacion', m.fecha_creacion) order by m.id), '[]')
      from (select x.* from public.mensajes x join public.conversaciones v
              on v.nombre_nora = x.nombre_nora and v.id = x.conversacion_id
            where v.nombre_nora = c.nombre_nora and v.contacto_id = c.id
            order by x.id desc limit 6) as m),
    'mensajes_del_mes', (
      select count(*) from public.conversaciones v join public.mensajes m
        on m.nombre_nora = v.nombre_nora and m.conversacion_id = v.id
      where v.nombre_nora = c.nombre_nora and v.contacto_id = c.id and m.fecha_creacion > now() - interval '30 days'),
    'notas_del_equipo', (
      select coalesce(jsonb_agg(jsonb_build_object('id', n.id, 'texto', n.texto, 'fecha_creacion', n.fecha_creacion,
          'quien', coalesce(public.nombre_de_persona(n.usuario_id), '')) order by n.fecha_creacion desc, n.id), '[]')
      from (select * from public.contacto_notas x where x.nombre_nora = c.nombre_nora and x.contacto_id = c.id
            order by x.fecha_creacion desc limit 50) as n),
    'cambios', (
      select coalesce(jsonb_agg(jsonb_build_object('id', k.id, 'accion', k.accion, 'detalle', k.detalle,
          'momento', k.momento, 'quien', coalesce(public.nombre_de_persona(k.usuario_id), '')) order by k.id desc), '[]')
      from (select * from public.contacto_cambios x where x.nombre_nora = c.nombre_nora and x.contacto_id = c.id
            order by x.id desc limit 30) as k),
    'otras_direcciones', (
      select coalesce(jsonb_agg(d.direccion order by d.direccion), '[]') from public.contacto_direcciones d
      where d.nombre_nora = c.nombre_nora and d.contacto_id = c.id),
    'parecidos', (
      select coalesce(jsonb_agg(jsonb_build_object('id', o.id, 'nombre', o.nombre, 'nombre_perfil', o.nombre_perfil,
          'telefono', o.telefono)), '[]')
      from public.contactos_parecidos(c.id) as o),
    'campos', public.campos_de_la_nora(),
    'todas_las_etiquetas', (
      select coalesce(jsonb_agg(jsonb_build_object('id', e.id, 'nombre', e.nombre, 'color', e.color, 'regla', e.regla)
                                order by public.normalizar(e.nombre)), '[]')
      from public.etiquetas e where e.nombre_nora = c.nombre_nora))
  from public.contactos c
  where c.nombre_nora = (select public.nora_del_token()) and c.id = p_contacto_id and c.suprimido_en is null
$$;

-- Perdonar un error de dedo ya no revisa a todos los que se parecen.
create or replace function public.contactos_filtrados(
  p_filtro jsonb default '{}', p_limite integer default 31, p_antes_de timestamptz default null,
  p_antes_id uuid default null)
returns setof public.contactos
language plpgsql stable security definer set search_path = public, extensions, pg_temp
  -- El tope de candidatos haria creer al planeador que recorrer la tabla acaba pronto.
  set enable_seqscan = off
as $$
declare
  nora text := public.nora_del_token();
  t text := public.normalizar(btrim(coalesce(p_filtro ->> 'texto', '')));
  cursor_ text := case when p_antes_de is null then '' else
    format(' and (c.actividad_en, c.id) < (%L::timestamptz, %L::uuid)', p_antes_de, p_antes_id) end;
  cuantos integer := least(greatest(p_limite, 1), 5000);
  umbral text;
begin
  return query execute 'select c.* from public.contactos c where ' || public.condicion_de_contactos(nora, p_filtro)
    || cursor_ || ' order by c.actividad_en desc, c.id desc limit ' || cuantos;
  if found or t = '' or p_antes_de is not null then
    return;
  end if;
  -- Un error de dedo de verdad se parece mucho, y con menos candidatos el indice contesta antes; si nadie, se perdona mas.
  foreach umbral in array array['0.6', '0.45'] loop
    perform set_config('pg_trgm.word_similarity_threshold', umbral, true);
    -- De un apellido muy comun basta con unos cientos de candidatos: revisarlos todos es lo que tarda.
    return query execute 'select (x.c).* from (select c from public.contactos c where '
      || public.condicion_de_contactos(nora, p_filtro, true) || ' limit 500) as x'
      || format(' order by extensions.word_similarity(%L, (x.c).busqueda) desc, (x.c).id limit ', t) || least(cuantos, 100);
    exit when found;
  end loop;
end;
$$;

grant create on schema public to nora_buscador;
alter function public.contactos_parecidos(uuid, integer) owner to nora_buscador;
alter function public.llaves_repetidas(integer) owner to nora_buscador;
revoke create on schema public from nora_buscador;
revoke execute on function public.contactos_parecidos(uuid, integer), public.llaves_repetidas(integer) from public, anon;
grant execute on function public.contactos_parecidos(uuid, integer), public.llaves_repetidas(integer)
  to authenticated, service_role;
grant execute on function public.llave_telefono(text) to nora_buscador;
