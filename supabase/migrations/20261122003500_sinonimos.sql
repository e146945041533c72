-- Buscar mejor: las palabras que los clientes de cada Nora cambian por otras, y un segundo vector por bloque.

-- ---------------------------------------------------------------- Segundo vector
alter table public.conocimiento_nora add column vector_segundo extensions.vector(384);
comment on column public.conocimiento_nora.vector_segundo is '384 dimensiones, del segundo codificador si modelo_vector lo nombra; nulo si no se usa';

-- ---------------------------------------------------------------- Sinonimos
create table public.sinonimos_nora (
  id uuid primary key default gen_random_uuid(),
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  palabras text[] not null check (cardinality(palabras) between 2 and 12),
  usuario_id uuid references public.usuarios on delete set null,
  fecha_creacion timestamptz not null default now(),
  fecha_actualizacion timestamptz not null default now(),
  fecha_borrado timestamptz,
  unique (nombre_nora, id)
);
create index sinonimos_recientes on public.sinonimos_nora (nombre_nora, fecha_creacion desc, id) where fecha_borrado is null;
create trigger fecha_actualizacion before update on public.sinonimos_nora
  for each row execute function public.poner_fecha_actualizacion();
comment on table public.sinonimos_nora is 'Palabras o frases que para los clientes de esta Nora son lo mismo';
comment on column public.sinonimos_nora.fecha_borrado is 'Cuando se borro: ya no se usa, y al siguiente borrado, pasado un dia, se va del todo';

create table public.sinonimos_apagados (
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  grupo text not null check (length(grupo) between 1 and 60),
  usuario_id uuid references public.usuarios on delete set null,
  fecha_creacion timestamptz not null default now(),
  primary key (nombre_nora, grupo)
);
comment on table public.sinonimos_apagados is 'Grupos de la lista de todas las Noras que esta no usa';
comment on column public.sinonimos_apagados.grupo is 'La primera palabra del grupo; «*» es la lista entera';

do $$
declare
  tabla text;
begin
  foreach tabla in array array['sinonimos_nora', 'sinonimos_apagados'] loop
    execute format('alter table public.%I enable row level security', tabla);
    execute format('alter table public.%I force row level security', tabla);
    execute format('create policy por_nora on public.%I to authenticated'
                   ' using (nombre_nora = (select public.nora_del_token()))'
                   ' with check (nombre_nora = (select public.nora_del_token()))', tabla);
    execute format('create policy buscador on public.%I for select to nora_buscador using (true)', tabla);
    execute format('revoke all on public.%I from anon, authenticated', tabla);
    execute format('grant select, insert, update, delete on public.%I to authenticated', tabla);
    execute format('grant all on public.%I to service_role', tabla);
    execute format('grant select on public.%I to nora_buscador', tabla);
  end loop;
end;
$$;

create function public.leer_sinonimos() returns jsonb
language sql stable set search_path = ''
as $$
  select jsonb_build_object(
    'grupos', coalesce((
      select jsonb_agg(jsonb_build_object('id', s.id, 'palabras', s.palabras) order by s.fecha_creacion desc, s.id)
      from public.sinonimos_nora s
      where s.nombre_nora = (select public.nora_del_token()) and s.fecha_borrado is null), '[]'::jsonb),
    'apagados', coalesce((
      select jsonb_agg(a.grupo order by a.grupo)
      from public.sinonimos_apagados a where a.nombre_nora = (select public.nora_del_token())), '[]'::jsonb))
$$;
comment on function public.leer_sinonimos is 'Los grupos de palabras de la Nora del token y los de la lista comun que apago';

-- ---------------------------------------------------------------- La busqueda los usa
drop function public.buscar_conocimiento(text, extensions.vector, integer);
create function public.buscar_conocimiento(
  p_consulta text, p_vector extensions.vector, p_limite integer default 12, p_segundo extensions.vector default null)
returns table (id uuid, titulo text, contenido text, etiquetas text[], vectorial double precision,
               lexico double precision, trigramas double precision, prioridad smallint,
               segundo double precision, sinonimos jsonb)
language sql stable security definer set search_path = public, extensions, pg_temp
as $$
  with consulta as (
    select public.normalizar(coalesce(p_consulta, '')) as texto
  ), propios as (
    select s.palabras from public.sinonimos_nora s
    where s.nombre_nora = (select public.nora_del_token()) and s.fecha_borrado is null
  ), ampliada as (
    -- Lo que para sus clientes es lo mismo que algo de la pregunta tambien se busca.
    select c.texto, c.texto || ' ' || coalesce((
      select string_agg(public.normalizar(array_to_string(p.palabras, ' ')), ' ')
      from propios p
      where exists (
        select 1 from unnest(p.palabras) palabra
        where to_tsvector('pg_catalog.spanish'::regconfig, c.texto)
              @@ phraseto_tsquery('pg_catalog.spanish'::regconfig, public.normalizar(palabra)))), '') as con_sinonimos
    from consulta c
  ), preguntas as (
    -- Se une con «o»: quien pregunta usa palabras que el bloque no tiene.
    -- Los lexemas ya son raices: pasarlos otra vez por el diccionario los cambiaria.
    select texto, coalesce((
      select string_agg('''' || replace(replace(lexema, '\', '\\'), '''', '''''') || '''', ' | ')
      from unnest(tsvector_to_array(to_tsvector('pg_catalog.spanish'::regconfig, con_sinonimos))) as lexema), '')::tsquery as palabras
    from ampliada
  ), hoy as (
    select public.dia_de_la_nora() as dia
  ), medidos as (
    select k.id, k.titulo, k.contenido, k.etiquetas,
           coalesce(1 - (k.vector <=> p_vector), 0) as vectorial,
           ts_rank_cd('{0.1, 0.2, 0.6, 1.0}', k.texto_busqueda, q.palabras, 1)::double precision as lexico,
           word_similarity(q.texto, k.busqueda)::double precision as trigramas,
           k.prioridad,
           1 - (k.vector_segundo <=> p_segundo) as segundo
    from public.conocimiento_nora k cross join preguntas q cross join hoy h
    where k.nombre_nora = (select public.nora_del_token()) and k.activo
      and (k.vigente_desde is null or k.vigente_desde <= h.dia)
      and (k.vigente_hasta is null or k.vigente_hasta >= h.dia)
  ), cercanos as (
    select m.*, row_number() over (order by m.vectorial + m.lexico + m.trigramas desc, m.id) as lugar
    from medidos m
    order by lugar
    limit least(greatest(p_limite, 1), 50)
  )
  select c.id, c.titulo, c.contenido, c.etiquetas, c.vectorial, c.lexico, c.trigramas, c.prioridad, c.segundo,
         -- Una vez basta: viajan con el primero.
         case when c.lugar = 1 then jsonb_build_object(
           'grupos', coalesce((select jsonb_agg(p.palabras order by p.palabras) from propios p), '[]'::jsonb),
           'apagados', coalesce((
             select jsonb_agg(a.grupo order by a.grupo) from public.sinonimos_apagados a
             where a.nombre_nora = (select public.nora_del_token())), '[]'::jsonb)) end
  from cercanos c
  order by c.lugar
$$;
comment on function public.buscar_conocimiento is 'Bloques vigentes de la Nora del token cercanos a una pregunta, con sus medidas (dos vectores, palabras y trigramas); el primero trae los sinonimos';
grant create on schema public to nora_buscador;
alter function public.buscar_conocimiento(text, extensions.vector, integer, extensions.vector) owner to nora_buscador;
revoke create on schema public from nora_buscador;

revoke execute on function
  public.buscar_conocimiento(text, extensions.vector, integer, extensions.vector), public.leer_sinonimos()
from public, anon, authenticated;
grant execute on function
  public.buscar_conocimiento(text, extensions.vector, integer, extensions.vector), public.leer_sinonimos()
to authenticated, service_role;
