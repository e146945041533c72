-- Anuncios de Meta: lo que sus paginas leen. Los montos van como texto: un flotante no guarda centavos.

-- Sumas de un lapso por lo que se pida (total, dia, plataforma, cuenta, campana, conjunto, anuncio), siempre separadas por
-- moneda. p_filtro: cuenta, campana, conjunto, anuncio, plataforma; lo que falta no filtra. Solo cuentas vinculadas.
create function public.meta_ads_sumar(p_por text, p_desde date, p_hasta date, p_filtro jsonb)
returns table (clave text, moneda text, cifras jsonb, gasto numeric) language sql stable set search_path = ''
as $$
  select case p_por when 'dia' then d.dia::text when 'plataforma' then d.plataforma when 'cuenta' then d.cuenta_id::text
           when 'campana' then a.campana_id when 'conjunto' then a.conjunto_id when 'anuncio' then d.anuncio_id else '' end,
    c.moneda,
    jsonb_build_object('gasto', sum(d.gasto)::text, 'impresiones', sum(d.impresiones), 'alcance', sum(d.alcance),
      'clics', sum(d.clics), 'clics_enlace', sum(d.clics_enlace), 'conversaciones', sum(d.conversaciones),
      'prospectos', sum(d.prospectos), 'compras', sum(d.compras)::text, 'valor', sum(d.valor)::text),
    sum(d.gasto)
  from public.meta_ads_dias d
  join public.meta_ads_cuentas c on c.nombre_nora = d.nombre_nora and c.id = d.cuenta_id
  left join public.meta_ads_anuncios a on a.nombre_nora = d.nombre_nora and a.anuncio_id = d.anuncio_id
  where d.nombre_nora = (select public.nora_del_token()) and d.dia between p_desde and p_hasta and c.uso = 'vinculada'
    and (p_filtro ->> 'cuenta' is null or d.cuenta_id = (p_filtro ->> 'cuenta')::uuid)
    and (p_filtro ->> 'plataforma' is null or d.plataforma = p_filtro ->> 'plataforma')
    and (p_filtro ->> 'campana' is null or a.campana_id = p_filtro ->> 'campana')
    and (p_filtro ->> 'conjunto' is null or a.conjunto_id = p_filtro ->> 'conjunto')
    and (p_filtro ->> 'anuncio' is null or d.anuncio_id = p_filtro ->> 'anuncio')
  group by 1, 2
$$;
comment on function public.meta_ads_sumar is 'Sumas de la Nora del token en un lapso, por lo que se pida y por moneda';

create function public.meta_ads_sumas_json(p_por text, p_desde date, p_hasta date, p_filtro jsonb) returns jsonb
language sql stable set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('clave', s.clave, 'moneda', s.moneda, 'cifras', s.cifras)
                            order by s.clave, s.gasto desc, s.moneda), '[]')
  from public.meta_ads_sumar(p_por, p_desde, p_hasta, p_filtro) as s
$$;
comment on function public.meta_ads_sumas_json is 'meta_ads_sumar como lista';

-- Lo que esta alrededor de toda pagina: la conexion sin su token, las cuentas con su ultima sincronizacion, las alertas y
-- los ajustes.
create function public.meta_ads_alrededor() returns jsonb
language sql stable set search_path = ''
as $$
  select jsonb_build_object(
    'conexion', (select to_jsonb(k) - 'nombre_nora' - 'token_cifrado' from public.meta_ads_conexiones k
                 where k.nombre_nora = (select public.nora_del_token())),
    'ajustes', (select to_jsonb(j) - 'nombre_nora' from public.meta_ads_ajustes j
                where j.nombre_nora = (select public.nora_del_token())),
    'cuentas', (select coalesce(jsonb_agg(to_jsonb(c) - 'nombre_nora' || jsonb_build_object('sincronizacion', (
          select to_jsonb(s) - 'nombre_nora' from public.meta_ads_sincronizaciones s
          where s.nombre_nora = c.nombre_nora and s.cuenta_id = c.id order by s.fecha_creacion desc limit 1))
        order by c.uso = 'vinculada' desc, c.uso = 'excluida', c.nombre), '[]')
      from public.meta_ads_cuentas c where c.nombre_nora = (select public.nora_del_token())),
    'alertas', (select coalesce(jsonb_agg(to_jsonb(a) - 'nombre_nora' order by a.nivel = 'grave' desc, a.fecha_creacion desc), '[]')
      from (select * from public.meta_ads_alertas x where x.nombre_nora = (select public.nora_del_token())
            and x.resuelta_en is null and x.vista_en is null order by x.fecha_creacion desc limit 50) as a))
$$;
comment on function public.meta_ads_alrededor is 'Conexion (sin token), cuentas, alertas abiertas y ajustes de la Nora del token';

-- Del anuncio a la venta, por anuncio: conversaciones que llegaron de el, y de ellas las de contactos con la etiqueta de
-- venta y lo que dice su campo de monto. Un contacto cuenta una vez.
create function public.meta_ads_embudo(p_desde date, p_hasta date, p_filtro jsonb) returns jsonb
language sql stable set search_path = ''
as $$
  with zona as (
    select n.zona_horaria as z from public.configuracion_bot n where n.nombre_nora = (select public.nora_del_token())
  ), llegadas as (
    select r.anuncio_id, v.contacto_id,
      exists (select 1 from public.contacto_etiquetas e where e.nombre_nora = r.nombre_nora and e.contacto_id = v.contacto_id
              and e.etiqueta_id = j.etiqueta_venta_id) as compro,
      regexp_replace(coalesce(o.propios ->> j.campo_monto_id::text, ''), '[^0-9.]', '', 'g') as monto
    from public.meta_ads_referencias r
    join public.conversaciones v on v.nombre_nora = r.nombre_nora and v.id = r.conversacion_id
    join public.contactos o on o.nombre_nora = v.nombre_nora and o.id = v.contacto_id
    left join public.meta_ads_ajustes j on j.nombre_nora = r.nombre_nora
    left join public.meta_ads_anuncios a on a.nombre_nora = r.nombre_nora and a.anuncio_id = r.anuncio_id
    where r.nombre_nora = (select public.nora_del_token())
      and r.fecha_creacion >= p_desde::timestamp at time zone (select z from zona)
      and r.fecha_creacion < (p_hasta + 1)::timestamp at time zone (select z from zona)
      and (p_filtro ->> 'cuenta' is null or a.cuenta_id = (p_filtro ->> 'cuenta')::uuid)
      and (p_filtro ->> 'campana' is null or a.campana_id = p_filtro ->> 'campana')
      and (p_filtro ->> 'conjunto' is null or a.conjunto_id = p_filtro ->> 'conjunto')
      and (p_filtro ->> 'anuncio' is null or r.anuncio_id = p_filtro ->> 'anuncio')
  ), por_anuncio as (
    select l.anuncio_id, count(distinct l.contacto_id) as conversaciones,
      count(distinct l.contacto_id) filter (where l.compro) as ventas,
      coalesce(sum(case when l.compro and l.monto ~ '^[0-9]{1,10}(\.[0-9]+)?$' then l.monto::numeric end), 0) as monto
    from llegadas l group by l.anuncio_id
  )
  select coalesce(jsonb_agg(jsonb_build_object('anuncio_id', p.anuncio_id, 'nombre', a.nombre, 'cuenta_id', a.cuenta_id,
      'moneda', c.moneda, 'conversaciones', p.conversaciones, 'ventas', p.ventas, 'monto', p.monto::text,
      'gasto', coalesce(g.gasto, 0)::text) order by p.ventas desc, p.conversaciones desc, p.anuncio_id), '[]')
  from por_anuncio p
  left join public.meta_ads_anuncios a on a.nombre_nora = (select public.nora_del_token()) and a.anuncio_id = p.anuncio_id
  left join public.meta_ads_cuentas c on c.nombre_nora = a.nombre_nora and c.id = a.cuenta_id
  left join public.meta_ads_sumar('anuncio', p_desde, p_hasta, p_filtro) as g on g.clave = p.anuncio_id
$$;
-- El resumen en una peticion.
create function public.meta_ads_resumen(p_desde date, p_hasta date, p_antes_desde date, p_antes_hasta date,
                                        p_filtro jsonb, p_hoy date) returns jsonb
language sql stable set search_path = ''
as $$
  select public.meta_ads_alrededor() || jsonb_build_object(
    'totales', public.meta_ads_sumas_json('total', p_desde, p_hasta, p_filtro),
    'antes', public.meta_ads_sumas_json('total', p_antes_desde, p_antes_hasta, p_filtro),
    'dias', public.meta_ads_sumas_json('dia', p_desde, p_hasta, p_filtro),
    'plataformas', public.meta_ads_sumas_json('plataforma', p_desde, p_hasta, p_filtro),
    'mes', public.meta_ads_sumas_json('total', date_trunc('month', p_hoy)::date, p_hoy - 1, '{}'),
    'hoy', public.meta_ads_sumas_json('total', p_hoy, p_hoy, '{}'),
    'embudo', public.meta_ads_embudo(p_desde, p_hasta, p_filtro))
$$;

comment on function public.meta_ads_embudo is 'Por anuncio: conversaciones que llegaron de el, ventas y monto';
comment on function public.meta_ads_resumen is 'Todo lo del resumen: sumas, lo de antes, por dia, por plataforma, el mes y del anuncio a la venta';

-- Una tabla por nivel (campana, conjunto, anuncio, plataforma, dia), con lo del lapso anterior al lado.
create function public.meta_ads_tabla(p_nivel text, p_desde date, p_hasta date, p_antes_desde date, p_antes_hasta date,
                                      p_filtro jsonb, p_texto text, p_limite integer, p_salto integer) returns jsonb
language sql stable set search_path = ''
as $$
  with ahora as (
    select * from public.meta_ads_sumar(p_nivel, p_desde, p_hasta, p_filtro)
  ), antes as (
    select * from public.meta_ads_sumar(p_nivel, p_antes_desde, p_antes_hasta, p_filtro)
  ), nombres as (
    select x.campana_id as clave, x.nombre, x.estado, x.cuenta_id, '' as arriba, coalesce(x.presupuesto_diario, x.presupuesto_total) as presupuesto
    from public.meta_ads_campanas x where p_nivel = 'campana' and x.nombre_nora = (select public.nora_del_token())
    union all
    select x.conjunto_id, x.nombre, x.estado, x.cuenta_id, x.campana_id, coalesce(x.presupuesto_diario, x.presupuesto_total)
    from public.meta_ads_conjuntos x where p_nivel = 'conjunto' and x.nombre_nora = (select public.nora_del_token())
    union all
    select x.anuncio_id, x.nombre, x.estado, x.cuenta_id, x.conjunto_id, null
    from public.meta_ads_anuncios x where p_nivel = 'anuncio' and x.nombre_nora = (select public.nora_del_token())
  ), juntas as (
    select a.clave, a.moneda, a.cifras, b.cifras as antes, a.gasto, coalesce(n.nombre, a.clave) as nombre,
      coalesce(n.estado, '') as estado, n.arriba, n.presupuesto::text as presupuesto
    from ahora a
    left join antes b on b.clave is not distinct from a.clave and b.moneda = a.moneda
    left join nombres n on n.clave = a.clave
    where coalesce(p_texto, '') = '' or public.normalizar(coalesce(n.nombre, a.clave)) like
      '%' || replace(replace(replace(public.normalizar(p_texto), '\', '\\'), '%', '\%'), '_', '\_') || '%'
  ), pagina as (
    select * from juntas j
    order by case when p_nivel = 'dia' then j.clave end desc, j.gasto desc, j.clave, j.moneda
    limit p_limite + 1 offset p_salto
  )
  select public.meta_ads_alrededor() || jsonb_build_object(
    'renglones', (select coalesce(jsonb_agg(to_jsonb(p) - 'gasto'
        order by case when p_nivel = 'dia' then p.clave end desc, p.gasto desc, p.clave, p.moneda), '[]') from pagina p),
    'totales', public.meta_ads_sumas_json('total', p_desde, p_hasta, p_filtro),
    'campanas', (select coalesce(jsonb_agg(jsonb_build_object('id', x.campana_id, 'nombre', x.nombre) order by x.nombre), '[]')
      from (select * from public.meta_ads_campanas y where y.nombre_nora = (select public.nora_del_token())
            and (p_filtro ->> 'cuenta' is null or y.cuenta_id = (p_filtro ->> 'cuenta')::uuid)
            order by y.nombre limit 200) as x),
    'plataformas', (select coalesce(jsonb_agg(distinct s.clave), '[]')
      from public.meta_ads_sumar('plataforma', p_desde, p_hasta, p_filtro - 'plataforma') as s))
$$;
comment on function public.meta_ads_tabla is 'Una pagina de renglones de un nivel, con lo de antes, y con que filtrar';

-- Lo que revisan las reglas de aviso: cada anuncio de una cuenta con su semana y la anterior.
create function public.meta_ads_casos(p_cuenta_id uuid, p_hasta date) returns jsonb
language sql stable set search_path = ''
as $$
  with ahora as (select * from public.meta_ads_sumar('anuncio', p_hasta - 6, p_hasta, jsonb_build_object('cuenta', p_cuenta_id))),
       antes as (select * from public.meta_ads_sumar('anuncio', p_hasta - 13, p_hasta - 7, jsonb_build_object('cuenta', p_cuenta_id)))
  select coalesce(jsonb_agg(jsonb_build_object('anuncio_id', a.anuncio_id, 'nombre', a.nombre, 'estado', a.estado,
      'motivo_rechazo', a.motivo_rechazo, 'frecuencia', a.frecuencia_7::text, 'moneda', c.moneda,
      'actual', coalesce(x.cifras, '{}'), 'anterior', coalesce(y.cifras, '{}')) order by a.anuncio_id), '[]')
  from public.meta_ads_anuncios a
  join public.meta_ads_cuentas c on c.nombre_nora = a.nombre_nora and c.id = a.cuenta_id
  left join ahora x on x.clave = a.anuncio_id
  left join antes y on y.clave = a.anuncio_id
  where a.nombre_nora = (select public.nora_del_token()) and a.cuenta_id = p_cuenta_id
    and (x.clave is not null or a.estado in ('DISAPPROVED', 'WITH_ISSUES') or a.frecuencia_7 is not null)
$$;
comment on function public.meta_ads_casos is 'Los anuncios de una cuenta con sus ultimos siete dias y los siete de antes';

-- Lo que pide la pagina de ajustes.
create function public.meta_ads_para_ajustes() returns jsonb
language sql stable set search_path = ''
as $$
  select jsonb_build_object(
    'ajustes', (select to_jsonb(j) - 'nombre_nora' from public.meta_ads_ajustes j
                where j.nombre_nora = (select public.nora_del_token())),
    'etiquetas', (select coalesce(jsonb_agg(jsonb_build_object('id', e.id, 'nombre', e.nombre) order by e.nombre), '[]')
                  from public.etiquetas e where e.nombre_nora = (select public.nora_del_token())),
    'campos', (select coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'nombre', p.nombre) order by p.orden, p.nombre), '[]')
               from public.campos_propios p where p.nombre_nora = (select public.nora_del_token())
                 and p.tipo in ('numero', 'texto')))
$$;
comment on function public.meta_ads_para_ajustes is 'Los ajustes de anuncios, y las etiquetas y campos entre los que se elige';

do $$
declare
  funcion text;
begin
  foreach funcion in array array[
    'meta_ads_rescatar_referencias()', 'meta_ads_pedir(uuid, date, date, integer, uuid)', 'meta_ads_tomar(timestamptz, uuid)',
    'meta_ads_cerrar_tramo(uuid, date, date, timestamptz)', 'meta_ads_marcar_ausentes(uuid, timestamptz)',
    'meta_ads_poner_alertas(uuid, jsonb, timestamptz)', 'meta_ads_sumar(text, date, date, jsonb)',
    'meta_ads_sumas_json(text, date, date, jsonb)', 'meta_ads_alrededor()',
    'meta_ads_resumen(date, date, date, date, jsonb, date)', 'meta_ads_embudo(date, date, jsonb)',
    'meta_ads_tabla(text, date, date, date, date, jsonb, text, integer, integer)', 'meta_ads_casos(uuid, date)',
    'meta_ads_para_ajustes()'] loop
    execute format('revoke execute on function public.%s from public, anon', funcion);
    execute format('grant execute on function public.%s to authenticated, service_role', funcion);
  end loop;
end;
$$;
revoke execute on function public.anotar_referencia_de_anuncio(), public.encolar_sincronizacion_meta()
  from public, anon, authenticated;
