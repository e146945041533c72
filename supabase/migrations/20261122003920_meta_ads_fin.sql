-- Anuncios de Meta: lo que piden los reportes semanales.

-- Cada cuenta vinculada en un lapso y en el anterior: total y por campaña, conjunto, anuncio, plataforma y dia. De cada
-- nivel, los que mas gastaron entre los dos lapsos.
create function public.meta_ads_contar(p_desde date, p_hasta date, p_antes_desde date, p_antes_hasta date,
                                       p_por_nivel integer default 200) returns jsonb
language sql stable set search_path = ''
as $$
  with cuentas as (
    select c.* from public.meta_ads_cuentas c
    where c.nombre_nora = (select public.nora_del_token()) and c.uso = 'vinculada'
  ), sumas as (
    select c.id as cuenta_id, n.nivel, u.clave, u.cifras, u.antes, u.gasto,
      row_number() over (partition by c.id, n.nivel order by u.gasto desc, u.gasto_antes desc, u.clave) as lugar
    from cuentas c
    cross join unnest(array['total', 'campana', 'conjunto', 'anuncio', 'plataforma', 'dia']) as n (nivel)
    cross join lateral (
      select coalesce(x.clave, y.clave) as clave, x.cifras, y.cifras as antes,
        coalesce(x.gasto, 0) as gasto, coalesce(y.gasto, 0) as gasto_antes
      from public.meta_ads_sumar(n.nivel, p_desde, p_hasta, jsonb_build_object('cuenta', c.id)) as x
      full join public.meta_ads_sumar(n.nivel, p_antes_desde, p_antes_hasta, jsonb_build_object('cuenta', c.id)) as y
        on y.clave = x.clave
      where n.nivel <> 'dia' or x.clave is not null
    ) as u
  )
  select coalesce(jsonb_agg(jsonb_build_object(
      'cuenta_id', c.id, 'nombre', c.nombre, 'moneda', c.moneda, 'hasta', c.ultimo_dia,
      'ejemplo', exists (select 1 from public.meta_ads_conexiones k where k.nombre_nora = c.nombre_nora and k.tipo = 'demo'),
      'renglones', (select coalesce(jsonb_agg(jsonb_build_object(
            'nivel', s.nivel, 'clave', s.clave, 'nombre', coalesce(a.nombre, j.nombre, o.nombre, s.clave),
            'actual', coalesce(s.cifras, '{}'), 'antes', coalesce(s.antes, '{}')) order by s.nivel, s.lugar), '[]')
          from sumas s
          left join public.meta_ads_campanas a
            on s.nivel = 'campana' and a.nombre_nora = c.nombre_nora and a.campana_id = s.clave
          left join public.meta_ads_conjuntos j
            on s.nivel = 'conjunto' and j.nombre_nora = c.nombre_nora and j.conjunto_id = s.clave
          left join public.meta_ads_anuncios o
            on s.nivel = 'anuncio' and o.nombre_nora = c.nombre_nora and o.anuncio_id = s.clave
          where s.cuenta_id = c.id and s.lugar <= p_por_nivel)) order by c.nombre, c.id), '[]')
  from cuentas c
$$;
comment on function public.meta_ads_contar is 'Las cuentas vinculadas de la Nora del token en un lapso, contra el anterior, por nivel';
revoke execute on function public.meta_ads_contar(date, date, date, date, integer) from public, anon;
grant execute on function public.meta_ads_contar(date, date, date, date, integer) to authenticated, service_role;
