-- Anuncios de Google: lo que piden las paginas y los reportes.

-- Sumas de un lapso de un nivel, por lo que se pida (clave, dia o nada), siempre separadas por moneda. p_filtro: cuenta,
-- campana, grupo; lo que falta no filtra. Solo cuentas vinculadas.
create function public.google_ads_sumar(p_nivel text, p_por text, p_desde date, p_hasta date, p_filtro jsonb)
returns table (clave text, moneda text, cifras jsonb, gasto numeric, clics numeric, conversiones numeric)
language sql stable set search_path = ''
as $$
  select case p_por when 'dia' then d.dia::text when 'clave' then d.clave else '' end,
    c.moneda,
    jsonb_build_object('gasto', sum(d.gasto)::text, 'impresiones', sum(d.impresiones), 'clics', sum(d.clics),
      'conversiones', sum(d.conversiones)::text, 'valor', sum(d.valor)::text),
    sum(d.gasto), sum(d.clics), sum(d.conversiones)
  from public.google_ads_dias d
  join public.google_ads_cuentas c on c.nombre_nora = d.nombre_nora and c.id = d.cuenta_id
  where d.nombre_nora = (select public.nora_del_token()) and d.nivel = p_nivel and d.dia between p_desde and p_hasta
    and c.uso = 'vinculada'
    and (p_filtro ->> 'cuenta' is null or d.cuenta_id = (p_filtro ->> 'cuenta')::uuid)
    and (p_filtro ->> 'campana' is null or d.campana_id = p_filtro ->> 'campana')
    and (p_filtro ->> 'grupo' is null or d.grupo_id = p_filtro ->> 'grupo')
  group by 1, 2
$$;
comment on function public.google_ads_sumar is 'Sumas de la Nora del token en un lapso, de un nivel, por lo que se pida y por moneda';

create function public.google_ads_sumas_json(p_nivel text, p_por text, p_desde date, p_hasta date, p_filtro jsonb)
returns jsonb language sql stable set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('clave', s.clave, 'moneda', s.moneda, 'cifras', s.cifras)
                            order by s.clave, s.gasto desc, s.moneda), '[]')
  from public.google_ads_sumar(p_nivel, p_por, p_desde, p_hasta, p_filtro) as s
$$;
comment on function public.google_ads_sumas_json is 'google_ads_sumar como lista';

-- De que nivel sale el total: el de campaña es el unico completo; por grupo solo cuando se filtra por uno.
create function public.google_ads_nivel_del_total(p_filtro jsonb) returns text
language sql immutable set search_path = ''
as $$ select case when p_filtro ->> 'grupo' is null then 'campana' else 'grupo' end $$;
comment on function public.google_ads_nivel_del_total is 'El nivel cuyas cifras suman el total con ese filtro';

create function public.google_ads_alrededor() returns jsonb
language sql stable set search_path = ''
as $$
  select jsonb_build_object(
    'conexion', (select to_jsonb(k) - 'nombre_nora' - 'token_cifrado' from public.google_ads_conexiones k
                 where k.nombre_nora = (select public.nora_del_token())),
    'cuentas', (select coalesce(jsonb_agg(to_jsonb(c) - 'nombre_nora' || jsonb_build_object('sincronizacion', (
          select to_jsonb(s) - 'nombre_nora' from public.google_ads_sincronizaciones s
          where s.nombre_nora = c.nombre_nora and s.cuenta_id = c.id order by s.fecha_creacion desc limit 1))
        order by c.uso = 'vinculada' desc, c.uso = 'excluida', c.nombre), '[]')
      from public.google_ads_cuentas c where c.nombre_nora = (select public.nora_del_token())),
    'alertas', (select coalesce(jsonb_agg(to_jsonb(a) - 'nombre_nora' order by a.nivel = 'grave' desc, a.fecha_creacion desc), '[]')
      from (select * from public.google_ads_alertas x where x.nombre_nora = (select public.nora_del_token())
            and x.resuelta_en is null and x.vista_en is null order by x.fecha_creacion desc limit 50) as a))
$$;
comment on function public.google_ads_alrededor is 'Conexion (sin token), cuentas y alertas abiertas de la Nora del token';

-- Los renglones de un nivel con lo suyo y lo de antes. p_solo: «sin_convertir» (gastan y no dan), o «negativas» (busquedas
-- con tres clics o mas y sin conversion, que no son una palabra clave ni se han revisado).
create function public.google_ads_renglones(p_nivel text, p_desde date, p_hasta date, p_antes_desde date, p_antes_hasta date,
                                            p_filtro jsonb, p_solo text, p_texto text, p_limite integer, p_salto integer)
returns jsonb language sql stable set search_path = ''
as $$
  with yo as (
    select public.nora_del_token() as nora
  ), ahora as (
    select * from public.google_ads_sumar(
      case when p_nivel = 'dia' then public.google_ads_nivel_del_total(p_filtro) else p_nivel end,
      case when p_nivel = 'dia' then 'dia' else 'clave' end, p_desde, p_hasta, p_filtro)
  ), antes as (
    select * from public.google_ads_sumar(p_nivel, 'clave', p_antes_desde, p_antes_hasta, p_filtro) where p_nivel <> 'dia'
  ), nombres as (
    select x.campana_id as clave, x.nombre, x.estado, jsonb_build_object('tipo', x.tipo, 'presupuesto', x.presupuesto_diario::text) as suyo
    from public.google_ads_campanas x, yo where p_nivel = 'campana' and x.nombre_nora = yo.nora
    union all
    select x.grupo_id, x.nombre, x.estado, jsonb_build_object('campana', k.nombre)
    from yo join public.google_ads_grupos x on x.nombre_nora = yo.nora
    left join public.google_ads_campanas k on k.nombre_nora = x.nombre_nora and k.campana_id = x.campana_id
    where p_nivel = 'grupo'
    union all
    select x.anuncio_id, x.nombre, x.estado, jsonb_build_object('grupo', g.nombre, 'fuerza', x.fuerza, 'titulos', x.titulos,
      'descripciones', x.descripciones, 'motivo_rechazo', x.motivo_rechazo)
    from yo join public.google_ads_anuncios x on x.nombre_nora = yo.nora
    left join public.google_ads_grupos g on g.nombre_nora = x.nombre_nora and g.grupo_id = x.grupo_id
    where p_nivel = 'anuncio'
    union all
    select x.palabra_id, x.nombre, x.estado, jsonb_build_object('grupo', g.nombre, 'concordancia', x.concordancia, 'calidad', x.calidad)
    from yo join public.google_ads_palabras x on x.nombre_nora = yo.nora
    left join public.google_ads_grupos g on g.nombre_nora = x.nombre_nora and g.grupo_id = x.grupo_id
    where p_nivel = 'palabra'
    union all
    select v.termino, v.termino, '', jsonb_build_object('visto', true)
    from public.google_ads_terminos_vistos v, yo where p_nivel = 'termino' and v.nombre_nora = yo.nora
  ), ya_son_palabras as (
    select distinct lower(w.nombre) as clave from public.google_ads_palabras w, yo
    where p_solo = 'negativas' and w.nombre_nora = yo.nora and w.estado <> 'REMOVED'
      and (p_filtro ->> 'cuenta' is null or w.cuenta_id = (p_filtro ->> 'cuenta')::uuid)
  ), juntas as (
    select a.clave, a.moneda, a.cifras, b.cifras as antes, a.gasto, coalesce(n.nombre, a.clave) as nombre,
      coalesce(n.estado, '') as estado, coalesce(n.suyo, '{}') as suyo
    from ahora a
    left join antes b on b.clave = a.clave and b.moneda = a.moneda
    left join nombres n on n.clave = a.clave
    left join ya_son_palabras y on y.clave = lower(a.clave)
    where (coalesce(p_texto, '') = '' or public.normalizar(coalesce(n.nombre, a.clave)) like
        '%' || replace(replace(replace(public.normalizar(p_texto), '\', '\\'), '%', '\%'), '_', '\_') || '%')
      and (p_solo is null or p_solo = '' or (a.gasto > 0 and a.conversiones = 0 and (p_solo = 'sin_convertir' or (
        a.clics >= 3 and n.clave is null and y.clave is null))))
  ), pagina as (
    select * from juntas j
    order by case when p_nivel = 'dia' then j.clave end desc, j.gasto desc, j.clave, j.moneda
    limit p_limite offset p_salto
  )
  select coalesce(jsonb_agg(jsonb_strip_nulls(p.suyo) || jsonb_build_object('clave', p.clave, 'moneda', p.moneda, 'cifras', p.cifras,
      'antes', p.antes, 'nombre', p.nombre, 'estado', p.estado)
    order by case when p_nivel = 'dia' then p.clave end desc, p.gasto desc, p.clave, p.moneda), '[]')
  from pagina p
$$;
comment on function public.google_ads_renglones is 'Los renglones de un nivel, con lo de antes; p_solo los que gastan sin convertir o los propuestos como negativos';

-- El resumen en una peticion.
create function public.google_ads_resumen(p_desde date, p_hasta date, p_antes_desde date, p_antes_hasta date, p_filtro jsonb)
returns jsonb language sql stable set search_path = ''
as $$
  select public.google_ads_alrededor() || jsonb_build_object(
    'totales', public.google_ads_sumas_json(public.google_ads_nivel_del_total(p_filtro), '', p_desde, p_hasta, p_filtro),
    'antes', public.google_ads_sumas_json(public.google_ads_nivel_del_total(p_filtro), '', p_antes_desde, p_antes_hasta, p_filtro),
    'dias', public.google_ads_sumas_json(public.google_ads_nivel_del_total(p_filtro), 'dia', p_desde, p_hasta, p_filtro),
    'conversiones', public.google_ads_sumas_json('conversion', 'clave', p_desde, p_hasta, p_filtro - 'grupo'),
    'campanas', public.google_ads_renglones('campana', p_desde, p_hasta, p_antes_desde, p_antes_hasta, p_filtro - 'grupo', '', '', 5, 0),
    'sin_convertir', public.google_ads_renglones('palabra', p_desde, p_hasta, p_antes_desde, p_antes_hasta, p_filtro, 'sin_convertir', '', 5, 0),
    'negativas', public.google_ads_renglones('termino', p_desde, p_hasta, p_antes_desde, p_antes_hasta, p_filtro, 'negativas', '', 5, 0))
$$;
comment on function public.google_ads_resumen is 'Todo lo del resumen: sumas, lo de antes, por dia, por campaña, conversiones, y lo que gasta sin dar';

create function public.google_ads_tabla(p_nivel text, p_desde date, p_hasta date, p_antes_desde date, p_antes_hasta date,
                                        p_filtro jsonb, p_solo text, p_texto text, p_limite integer, p_salto integer)
returns jsonb language sql stable set search_path = ''
as $$
  select public.google_ads_alrededor() || jsonb_build_object(
    'renglones', public.google_ads_renglones(p_nivel, p_desde, p_hasta, p_antes_desde, p_antes_hasta, p_filtro, p_solo, p_texto,
                                             p_limite + 1, p_salto),
    'totales', public.google_ads_sumas_json(
        case when p_nivel in ('campana', 'dia') then public.google_ads_nivel_del_total(p_filtro) else p_nivel end,
        '', p_desde, p_hasta, p_filtro),
    'campanas', (select coalesce(jsonb_agg(jsonb_build_object('id', x.campana_id, 'nombre', x.nombre) order by x.nombre), '[]')
      from (select * from public.google_ads_campanas y where y.nombre_nora = (select public.nora_del_token())
            and (p_filtro ->> 'cuenta' is null or y.cuenta_id = (p_filtro ->> 'cuenta')::uuid)
            order by y.nombre limit 200) as x))
$$;
comment on function public.google_ads_tabla is 'Una pagina de renglones de un nivel, con su total y con que filtrar';

-- Lo que revisan las reglas de aviso: cada anuncio de una cuenta con su semana y la anterior.
create function public.google_ads_casos(p_cuenta_id uuid, p_hasta date) returns jsonb
language sql stable set search_path = ''
as $$
  with ahora as (select * from public.google_ads_sumar('anuncio', 'clave', p_hasta - 6, p_hasta, jsonb_build_object('cuenta', p_cuenta_id))),
       antes as (select * from public.google_ads_sumar('anuncio', 'clave', p_hasta - 13, p_hasta - 7, jsonb_build_object('cuenta', p_cuenta_id)))
  select coalesce(jsonb_agg(jsonb_build_object('anuncio_id', a.anuncio_id, 'nombre', a.nombre, 'estado', a.estado,
      'motivo_rechazo', a.motivo_rechazo, 'moneda', c.moneda, 'actual', coalesce(x.cifras, '{}'),
      'anterior', coalesce(y.cifras, '{}')) order by a.anuncio_id), '[]')
  from public.google_ads_anuncios a
  join public.google_ads_cuentas c on c.nombre_nora = a.nombre_nora and c.id = a.cuenta_id
  left join ahora x on x.clave = a.anuncio_id
  left join antes y on y.clave = a.anuncio_id
  where a.nombre_nora = (select public.nora_del_token()) and a.cuenta_id = p_cuenta_id
    and (x.clave is not null or a.estado = 'DISAPPROVED')
$$;
comment on function public.google_ads_casos is 'Los anuncios de una cuenta con sus ultimos siete dias y los siete de antes';

-- Cada cuenta vinculada en un lapso y en el anterior, por nivel: los que mas gastaron entre los dos lapsos.
create function public.google_ads_contar(p_desde date, p_hasta date, p_antes_desde date, p_antes_hasta date,
                                         p_por_nivel integer default 200) returns jsonb
language sql stable set search_path = ''
as $$
  with cuentas as (
    select c.* from public.google_ads_cuentas c
    where c.nombre_nora = (select public.nora_del_token()) and c.uso = 'vinculada'
  ), sumas as (
    select c.id as cuenta_id, n.nivel, u.clave, u.cifras, u.antes,
      row_number() over (partition by c.id, n.nivel order by u.gasto desc, u.gasto_antes desc, u.clave) as lugar
    from cuentas c
    cross join (values ('total', 'campana', ''), ('campana', 'campana', 'clave'), ('grupo', 'grupo', 'clave'),
                       ('anuncio', 'anuncio', 'clave'), ('dia', 'campana', 'dia')) as n (nivel, de, por)
    cross join lateral (
      select coalesce(x.clave, y.clave) as clave, x.cifras, y.cifras as antes,
        coalesce(x.gasto, 0) as gasto, coalesce(y.gasto, 0) as gasto_antes
      from public.google_ads_sumar(n.de, n.por, p_desde, p_hasta, jsonb_build_object('cuenta', c.id)) as x
      full join public.google_ads_sumar(n.de, n.por, p_antes_desde, p_antes_hasta, jsonb_build_object('cuenta', c.id)) as y
        on y.clave = x.clave
      where n.nivel <> 'dia' or x.clave is not null
    ) as u
  )
  select coalesce(jsonb_agg(jsonb_build_object(
      'cuenta_id', c.id, 'nombre', c.nombre, 'moneda', c.moneda, 'hasta', c.ultimo_dia,
      'ejemplo', exists (select 1 from public.google_ads_conexiones k where k.nombre_nora = c.nombre_nora and k.tipo = 'demo'),
      'renglones', (select coalesce(jsonb_agg(jsonb_build_object(
            'nivel', s.nivel, 'clave', s.clave, 'nombre', coalesce(a.nombre, g.nombre, o.nombre, s.clave),
            'actual', coalesce(s.cifras, '{}'), 'antes', coalesce(s.antes, '{}')) order by s.nivel, s.lugar), '[]')
          from sumas s
          left join public.google_ads_campanas a
            on s.nivel = 'campana' and a.nombre_nora = c.nombre_nora and a.campana_id = s.clave
          left join public.google_ads_grupos g
            on s.nivel = 'grupo' and g.nombre_nora = c.nombre_nora and g.grupo_id = s.clave
          left join public.google_ads_anuncios o
            on s.nivel = 'anuncio' and o.nombre_nora = c.nombre_nora and o.anuncio_id = s.clave
          where s.cuenta_id = c.id and s.lugar <= p_por_nivel)) order by c.nombre, c.id), '[]')
  from cuentas c
$$;
comment on function public.google_ads_contar is 'Las cuentas vinculadas de la Nora del token en un lapso, contra el anterior, por nivel';

do $$
declare
  funcion text;
begin
  foreach funcion in array array[
    'google_ads_sumar(text, text, date, date, jsonb)', 'google_ads_sumas_json(text, text, date, date, jsonb)',
    'google_ads_nivel_del_total(jsonb)', 'google_ads_alrededor()',
    'google_ads_renglones(text, date, date, date, date, jsonb, text, text, integer, integer)',
    'google_ads_resumen(date, date, date, date, jsonb)',
    'google_ads_tabla(text, date, date, date, date, jsonb, text, text, integer, integer)', 'google_ads_casos(uuid, date)',
    'google_ads_contar(date, date, date, date, integer)'] loop
    execute format('revoke execute on function public.%s from public, anon', funcion);
    execute format('grant execute on function public.%s to authenticated, service_role', funcion);
  end loop;
end;
$$;
