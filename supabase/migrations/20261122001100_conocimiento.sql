-- Conocimiento: cuanto sabe una Nora y con que etiquetas, en una sola lectura.

create function public.resumen_conocimiento()
returns jsonb language sql stable set search_path = ''
as $$
  select jsonb_build_object(
    'total', count(*),
    'apagados', count(*) filter (where not k.activo),
    'etiquetas', (
      select coalesce(jsonb_agg(jsonb_build_object('nombre', u.nombre, 'cuantos', u.cuantos) order by u.nombre), '[]')
      from (
        select e as nombre, count(*) as cuantos
        from public.conocimiento_nora b, unnest(b.etiquetas) as e
        where b.nombre_nora = (select public.nora_del_token())
        group by e order by count(*) desc, e limit 40) as u))
  from public.conocimiento_nora k
  where k.nombre_nora = (select public.nora_del_token())
$$;
comment on function public.resumen_conocimiento is 'Cuantos bloques tiene la Nora del token, cuantos apagados, y sus 40 etiquetas mas usadas';

revoke execute on function public.resumen_conocimiento() from public, anon;
grant execute on function public.resumen_conocimiento() to authenticated, service_role;
