-- Un solo codificador: el segundo no pagaba lo que tardaba, y un vector solo se compara con los de su mismo modelo.

-- Los vectores del primero no cambian: basta con su nombre, sin calcularlos otra vez.
-- La tabla obliga sus paredes tambien a quien la creo: para renombrar el de todas hay que quitarselas un momento.
alter table public.conocimiento_nora no force row level security;
update public.conocimiento_nora set modelo_vector = split_part(modelo_vector, '+', 1) where modelo_vector like '%+e5';
alter table public.conocimiento_nora force row level security;

drop function public.buscar_conocimiento(text, extensions.vector, integer, extensions.vector);
alter table public.conocimiento_nora drop column vector_segundo;

create function public.buscar_conocimiento(
  p_consulta text, p_vector extensions.vector, p_limite integer default 12, p_modelo text default null)
returns table (id uuid, titulo text, contenido text, etiquetas text[], vectorial double precision,
               lexico double precision, trigramas double precision, prioridad smallint, sinonimos jsonb)
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
           -- El de otro modelo no se puede comparar: mientras se vuelve a calcular, ese bloque va por su texto.
           case when p_modelo is null or k.modelo_vector = p_modelo
                then coalesce(1 - (k.vector <=> p_vector), 0) else 0 end as vectorial,
           ts_rank_cd('{0.1, 0.2, 0.6, 1.0}', k.texto_busqueda, q.palabras, 1)::double precision as lexico,
           word_similarity(q.texto, k.busqueda)::double precision as trigramas,
           k.prioridad
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
  select c.id, c.titulo, c.contenido, c.etiquetas, c.vectorial, c.lexico, c.trigramas, c.prioridad,
         -- Una vez basta: viajan con el primero.
         case when c.lugar = 1 then jsonb_build_object(
           'grupos', coalesce((select jsonb_agg(p.palabras order by p.palabras) from propios p), '[]'::jsonb),
           'apagados', coalesce((
             select jsonb_agg(a.grupo order by a.grupo) from public.sinonimos_apagados a
             where a.nombre_nora = (select public.nora_del_token())), '[]'::jsonb)) end
  from cercanos c
  order by c.lugar
$$;
comment on function public.buscar_conocimiento is 'Bloques vigentes de la Nora del token cercanos a una pregunta, con sus medidas (vector del modelo dicho, palabras y trigramas); el primero trae los sinonimos';
grant create on schema public to nora_buscador;
alter function public.buscar_conocimiento(text, extensions.vector, integer, text) owner to nora_buscador;
revoke create on schema public from nora_buscador;
revoke execute on function public.buscar_conocimiento(text, extensions.vector, integer, text) from public, anon, authenticated;
grant execute on function public.buscar_conocimiento(text, extensions.vector, integer, text) to authenticated, service_role;
