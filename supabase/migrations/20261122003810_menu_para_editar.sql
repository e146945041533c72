-- La pagina del menu en una lectura.
create function public.menu_para_editar()
returns jsonb language sql stable set search_path = ''
as $$
  with nora as (select public.nora_del_token() as nombre)
  select jsonb_build_object(
    'ajustes', (select to_jsonb(u) from public.menus u, nora where u.nombre_nora = nora.nombre),
    'opciones', (
      select coalesce(jsonb_agg(to_jsonb(o) order by o.orden, o.fecha_creacion, o.id), '[]')
      from public.menu_opciones o, nora where o.nombre_nora = nora.nombre),
    'bloques', (
      select coalesce(jsonb_agg(jsonb_build_array(b.id, b.titulo) order by b.titulo, b.id), '[]')
      from (select k.id, k.titulo from public.conocimiento_nora k, nora
            where k.nombre_nora = nora.nombre and k.activo order by k.titulo limit 500) b),
    'formularios', (
      select coalesce(jsonb_agg(jsonb_build_array(f.id, f.nombre) order by f.nombre, f.id), '[]')
      from public.formularios f, nora where f.nombre_nora = nora.nombre))
$$;
comment on function public.menu_para_editar is 'El menu de la Nora del token, sus opciones y a que pueden llevar';
revoke execute on function public.menu_para_editar() from public, anon, authenticated;
grant execute on function public.menu_para_editar() to authenticated, service_role;
