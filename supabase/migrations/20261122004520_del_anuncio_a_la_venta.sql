-- Desde cuando tiene cada contacto una etiqueta, para que un cliente cuente en el lapso en que compro y no en el que llego.
-- Lo que ya estaba puesto queda sin fecha: no se sabe, y se cuenta por cuando llego la persona.

alter table public.contacto_etiquetas add column puesta_en timestamptz;
alter table public.contacto_etiquetas alter column puesta_en set default now();
comment on column public.contacto_etiquetas.puesta_en is 'Desde cuando la tiene; nulo si se puso antes de guardar la fecha';

-- ---------------------------------------------------------------- Unir, quitar y deshacer conservan la fecha
-- Las mismas de antes. Entre dos fechas queda la primera; una que no se sabe es de antes que cualquiera que si.
create or replace function public.contactos_en_lote(
  p_accion text, p_ids uuid[] default '{}', p_filtro jsonb default null, p_etiqueta_id uuid default null,
  p_usuario_id uuid default null)
returns jsonb language plpgsql set search_path = ''
as $$
declare
  v_nora text := public.nora_del_token();
  v_nombre text;
  v_cambiados uuid[];
  v_puestas jsonb;
  v_id uuid;
begin
  perform set_config('nora.persona', coalesce(p_usuario_id::text, ''), true);
  if p_filtro is not null then
    p_ids := array(select c.id from public.contactos_filtrados(p_filtro, 5000) as c);
  end if;
  if p_accion in ('etiquetar', 'quitar') then
    select e.nombre into v_nombre from public.etiquetas e where e.nombre_nora = v_nora and e.id = p_etiqueta_id;
    if not found then
      raise exception 'etiqueta no encontrada' using errcode = 'P0002';
    end if;
  end if;
  if p_accion = 'etiquetar' then
    with puestas as (
      insert into public.contacto_etiquetas (nombre_nora, contacto_id, etiqueta_id)
      select v_nora, c.id, p_etiqueta_id from public.contactos c
      where c.nombre_nora = v_nora and c.id = any (p_ids) and c.suprimido_en is null
      on conflict do nothing returning contacto_id)
    select array_agg(contacto_id) into v_cambiados from puestas;
  elsif p_accion = 'quitar' then
    with quitadas as (
      delete from public.contacto_etiquetas ce
      where ce.nombre_nora = v_nora and ce.etiqueta_id = p_etiqueta_id and ce.contacto_id = any (p_ids)
      returning contacto_id, puesta_en)
    select array_agg(contacto_id), jsonb_object_agg(contacto_id, puesta_en) into v_cambiados, v_puestas from quitadas;
  else
    with borrados as (
      update public.contactos c set borrado_en = now()
      where c.nombre_nora = v_nora and c.id = any (p_ids) and c.borrado_en is null
      returning c.id)
    select array_agg(id) into v_cambiados from borrados;
  end if;
  if v_cambiados is null then
    return jsonb_build_object('id', null, 'cuantos', 0);
  end if;
  if v_nombre is not null then
    insert into public.contacto_cambios (nombre_nora, contacto_id, usuario_id, accion, detalle)
    select v_nora, x, p_usuario_id, 'etiquetas', jsonb_build_array(jsonb_build_object('campo', 'etiqueta',
      'antes', case when p_accion = 'quitar' then v_nombre else '' end,
      'despues', case when p_accion = 'quitar' then '' else v_nombre end))
    from unnest(v_cambiados) as x;
  end if;
  insert into public.acciones_deshacibles (nombre_nora, usuario_id, accion, datos)
  values (v_nora, p_usuario_id, p_accion,
          jsonb_build_object('contactos', v_cambiados, 'etiqueta_id', p_etiqueta_id, 'puestas', v_puestas))
  returning id into v_id;
  return jsonb_build_object('id', v_id, 'cuantos', cardinality(v_cambiados));
end;
$$;

create or replace function public.deshacer_accion(p_id uuid, p_usuario_id uuid default null) returns integer
language plpgsql set search_path = ''
as $$
declare
  v_nora text := public.nora_del_token();
  a public.acciones_deshacibles;
  cuantos integer := 0;
  otros integer := 0;
begin
  perform set_config('nora.persona', coalesce(p_usuario_id::text, ''), true);
  delete from public.acciones_deshacibles x
  where x.nombre_nora = v_nora and x.id = p_id and x.fecha_creacion > now() - interval '1 hour' returning * into a;
  if not found then
    return null;
  end if;
  if a.accion = 'borrar_etiqueta' then
    insert into public.etiquetas (id, nombre_nora, nombre, color, regla)
    values ((a.datos ->> 'id')::uuid, v_nora, a.datos ->> 'nombre', a.datos ->> 'color', a.datos ->> 'regla');
  end if;
  if a.accion in ('quitar', 'borrar_etiqueta') then
    insert into public.contacto_etiquetas (nombre_nora, contacto_id, etiqueta_id, puesta_en)
    select v_nora, c.id, coalesce(a.datos ->> 'etiqueta_id', a.datos ->> 'id')::uuid,
      (a.datos -> 'puestas' ->> c.id::text)::timestamptz
    from jsonb_array_elements_text(a.datos -> 'contactos') as x
    join public.contactos c on c.nombre_nora = v_nora and c.id = x::uuid
    where exists (select 1 from public.etiquetas e where e.nombre_nora = v_nora
                  and e.id = coalesce(a.datos ->> 'etiqueta_id', a.datos ->> 'id')::uuid)
    on conflict do nothing;
    get diagnostics cuantos = row_count;
    insert into public.conversacion_etiquetas (nombre_nora, conversacion_id, etiqueta_id)
    select v_nora, v.id, (a.datos ->> 'id')::uuid
    from jsonb_array_elements_text(coalesce(a.datos -> 'conversaciones', '[]')) as x
    join public.conversaciones v on v.nombre_nora = v_nora and v.id = x::uuid
    on conflict do nothing;
    get diagnostics otros = row_count;
    if a.accion = 'borrar_etiqueta' then
      return greatest(cuantos + otros, 1);
    end if;
  elsif a.accion = 'etiquetar' then
    delete from public.contacto_etiquetas ce
    where ce.nombre_nora = v_nora and ce.etiqueta_id = (a.datos ->> 'etiqueta_id')::uuid
      and ce.contacto_id in (select x::uuid from jsonb_array_elements_text(a.datos -> 'contactos') as x);
    get diagnostics cuantos = row_count;
  else
    update public.contactos c set borrado_en = null
    where c.nombre_nora = v_nora and c.borrado_en is not null and c.suprimido_en is null
      and c.id in (select x::uuid from jsonb_array_elements_text(a.datos -> 'contactos') as x);
    get diagnostics cuantos = row_count;
  end if;
  if a.accion in ('etiquetar', 'quitar') then
    insert into public.contacto_cambios (nombre_nora, contacto_id, usuario_id, accion, detalle)
    select v_nora, c.id, p_usuario_id, 'etiquetas', '[{"campo": "etiqueta", "antes": "", "despues": "se deshizo"}]'
    from jsonb_array_elements_text(a.datos -> 'contactos') as x
    join public.contactos c on c.nombre_nora = v_nora and c.id = x::uuid;
  end if;
  return cuantos;
end;
$$;

create or replace function public.unir_contactos(p_queda uuid, p_se_va uuid, p_usuario_id uuid default null)
returns uuid language plpgsql set search_path = ''
as $$
declare
  v_nora text := public.nora_del_token();
  q public.contactos;
  s public.contactos;
  vq public.conversaciones;
  vs public.conversaciones;
  v_otros text;
  v_repetidas jsonb := '[]';
begin
  perform set_config('nora.persona', coalesce(p_usuario_id::text, ''), true);
  perform set_config('nora.motivo', 'union', true);
  perform 1 from public.contactos c where c.nombre_nora = v_nora and c.id in (p_queda, p_se_va) order by c.id for update;
  select * into q from public.contactos c where c.nombre_nora = v_nora and c.id = p_queda and c.suprimido_en is null;
  select * into s from public.contactos c where c.nombre_nora = v_nora and c.id = p_se_va and c.suprimido_en is null;
  if q.id is null or s.id is null then
    raise exception 'contacto no encontrado' using errcode = 'P0002';
  end if;
  if q.id = s.id or q.canal <> s.canal then
    raise exception 'no se pueden unir' using errcode = 'P0001';
  end if;

  select * into vq from public.conversaciones v where v.nombre_nora = v_nora and v.contacto_id = q.id for update;
  select * into vs from public.conversaciones v where v.nombre_nora = v_nora and v.contacto_id = s.id for update;
  if vq.id is not null and vs.id is not null then
    insert into public.conversacion_etiquetas (nombre_nora, conversacion_id, etiqueta_id)
    select v_nora, vq.id, e.etiqueta_id from public.conversacion_etiquetas e
    where e.nombre_nora = v_nora and e.conversacion_id = vs.id on conflict do nothing;
    delete from public.conversacion_etiquetas e where e.nombre_nora = v_nora and e.conversacion_id = vs.id;
    v_repetidas := public.pasar_referencias(v_nora, 'conversaciones', vs.id, vq.id);
    delete from public.conversaciones v where v.nombre_nora = v_nora and v.id = vs.id;
    update public.conversaciones v
    set no_leidos = vq.no_leidos + vs.no_leidos,
        espera_persona_desde = least(vq.espera_persona_desde, vs.espera_persona_desde),
        motivo_espera = coalesce(nullif(vq.motivo_espera, ''), vs.motivo_espera),
        humano_hasta = greatest(vq.humano_hasta, vs.humano_hasta),
        tomada_por = coalesce(vq.tomada_por, vs.tomada_por),
        saludada_en = least(vq.saludada_en, vs.saludada_en),
        ultimo_entrante_en = greatest(vq.ultimo_entrante_en, vs.ultimo_entrante_en),
        ultimo_texto = case when vs.ultimo_mensaje_en > vq.ultimo_mensaje_en then vs.ultimo_texto else vq.ultimo_texto end,
        opciones = case when vs.ultimo_mensaje_en > vq.ultimo_mensaje_en then vs.opciones else vq.opciones end,
        ultimo_mensaje_en = greatest(vq.ultimo_mensaje_en, vs.ultimo_mensaje_en),
        fecha_creacion = least(vq.fecha_creacion, vs.fecha_creacion)
    where v.nombre_nora = v_nora and v.id = vq.id;
  end if;

  insert into public.contacto_etiquetas as ce (nombre_nora, contacto_id, etiqueta_id, puesta_en)
  select v_nora, q.id, e.etiqueta_id, e.puesta_en from public.contacto_etiquetas e
  where e.nombre_nora = v_nora and e.contacto_id = s.id
  on conflict (nombre_nora, contacto_id, etiqueta_id) do update
    set puesta_en = case when ce.puesta_en is not null and excluded.puesta_en is not null
                         then least(ce.puesta_en, excluded.puesta_en) end;
  delete from public.contacto_etiquetas e where e.nombre_nora = v_nora and e.contacto_id = s.id;
  v_repetidas := v_repetidas || public.pasar_referencias(v_nora, 'contactos', s.id, q.id);

  select string_agg(dato, E'\n') into v_otros from (
    select 'Nombre: ' || s.nombre as dato where s.nombre <> '' and q.nombre <> '' and s.nombre <> q.nombre
    union all select 'Teléfono: ' || s.telefono where s.telefono <> coalesce(q.telefono, s.telefono)
    union all select 'Correo: ' || s.correo where s.correo <> '' and q.correo <> '' and s.correo <> q.correo
    union all
    select p.nombre || ': ' || (s.propios ->> p.id::text) from public.campos_propios p
    where p.nombre_nora = v_nora and s.propios ? p.id::text and q.propios ? p.id::text
      and s.propios ->> p.id::text <> q.propios ->> p.id::text) as x;
  if v_otros is not null then
    insert into public.contacto_notas (nombre_nora, contacto_id, usuario_id, texto)
    values (v_nora, q.id, p_usuario_id, left(E'Del contacto que se unió a este:\n' || v_otros, 2000));
  end if;
  delete from public.contactos c where c.nombre_nora = v_nora and c.id = s.id;
  -- Lo que le escriba a la direccion que se fue, llega a quien quedo.
  insert into public.contacto_direcciones (nombre_nora, direccion, contacto_id) values (v_nora, s.direccion, q.id)
  on conflict (nombre_nora, direccion) do update set contacto_id = excluded.contacto_id;
  update public.contactos c
  set nombre = case when q.nombre <> '' then q.nombre else s.nombre end,
      nombre_perfil = case when q.nombre_perfil <> '' then q.nombre_perfil else s.nombre_perfil end,
      telefono = coalesce(public.llave_telefono(q.telefono), public.llave_telefono(s.telefono)),
      correo = case when q.correo <> '' then q.correo else s.correo end,
      notas = case when s.notas = '' or s.notas = q.notas then q.notas when q.notas = '' then s.notas
                   else q.notas || E'\n' || s.notas end,
      propios = s.propios || q.propios,
      baja_en = least(q.baja_en, s.baja_en),
      bloqueado_en = least(q.bloqueado_en, s.bloqueado_en),
      direccion_envio = case when s.ultimo_mensaje_en > coalesce(q.ultimo_mensaje_en, '-infinity')
                             then s.direccion_envio else q.direccion_envio end,
      problema_envio = case when s.ultimo_mensaje_en > coalesce(q.ultimo_mensaje_en, '-infinity')
                            then s.problema_envio else q.problema_envio end,
      ultimo_mensaje_en = greatest(q.ultimo_mensaje_en, s.ultimo_mensaje_en),
      fecha_creacion = least(q.fecha_creacion, s.fecha_creacion),
      borrado_en = null
  where c.nombre_nora = v_nora and c.id = q.id;
  insert into public.contacto_cambios (nombre_nora, contacto_id, usuario_id, accion, detalle)
  values (v_nora, q.id, p_usuario_id, 'union', jsonb_build_array(jsonb_build_object(
    'campo', 'contacto', 'antes', coalesce(nullif(s.nombre, ''), nullif(s.nombre_perfil, ''), s.telefono, ''), 'despues', '',
    'datos', to_jsonb(s) - 'busqueda', 'repetidas', v_repetidas)));
  return q.id;
end;
$$;

create or replace function public.borrar_etiqueta(p_id uuid, p_usuario_id uuid default null) returns uuid
language plpgsql set search_path = ''
as $$
declare
  v_nora text := public.nora_del_token();
  v_datos jsonb;
  v_accion uuid;
begin
  select jsonb_build_object('id', e.id, 'nombre', e.nombre, 'color', e.color, 'regla', e.regla,
    'contactos', coalesce((select jsonb_agg(x.contacto_id) from public.contacto_etiquetas x
                           where x.nombre_nora = v_nora and x.etiqueta_id = e.id), '[]'),
    'puestas', coalesce((select jsonb_object_agg(x.contacto_id, x.puesta_en) from public.contacto_etiquetas x
                         where x.nombre_nora = v_nora and x.etiqueta_id = e.id), '{}'),
    'conversaciones', coalesce((select jsonb_agg(x.conversacion_id) from public.conversacion_etiquetas x
                                where x.nombre_nora = v_nora and x.etiqueta_id = e.id), '[]'))
  into v_datos from public.etiquetas e where e.nombre_nora = v_nora and e.id = p_id for update;
  if not found then
    raise exception 'etiqueta no encontrada' using errcode = 'P0002';
  end if;
  delete from public.etiquetas e where e.nombre_nora = v_nora and e.id = p_id;
  insert into public.acciones_deshacibles (nombre_nora, usuario_id, accion, datos)
  values (v_nora, p_usuario_id, 'borrar_etiqueta', v_datos) returning id into v_accion;
  return v_accion;
end;
$$;

create or replace function public.unir_etiquetas(p_queda uuid, p_se_va uuid) returns void
language plpgsql set search_path = ''
as $$
declare
  v_nora text := public.nora_del_token();
  v_regla text;
begin
  if p_queda = p_se_va then
    raise exception 'son la misma' using errcode = 'P0001';
  end if;
  select e.regla into v_regla from public.etiquetas e where e.nombre_nora = v_nora and e.id = p_se_va for update;
  if not found or not exists (select 1 from public.etiquetas e where e.nombre_nora = v_nora and e.id = p_queda) then
    raise exception 'etiqueta no encontrada' using errcode = 'P0002';
  end if;
  insert into public.contacto_etiquetas as ce (nombre_nora, contacto_id, etiqueta_id, puesta_en)
  select v_nora, x.contacto_id, p_queda, x.puesta_en from public.contacto_etiquetas x
  where x.nombre_nora = v_nora and x.etiqueta_id = p_se_va
  on conflict (nombre_nora, contacto_id, etiqueta_id) do update
    set puesta_en = case when ce.puesta_en is not null and excluded.puesta_en is not null
                         then least(ce.puesta_en, excluded.puesta_en) end;
  insert into public.conversacion_etiquetas (nombre_nora, conversacion_id, etiqueta_id)
  select v_nora, x.conversacion_id, p_queda from public.conversacion_etiquetas x
  where x.nombre_nora = v_nora and x.etiqueta_id = p_se_va on conflict do nothing;
  update public.etiquetas e set regla = v_regla where e.nombre_nora = v_nora and e.id = p_queda and e.regla = '';
  delete from public.etiquetas e where e.nombre_nora = v_nora and e.id = p_se_va;
end;
$$;

-- ---------------------------------------------------------------- Clientes de un lapso
-- Del anuncio a la venta, por anuncio: conversaciones que llegaron de el en el lapso, y contactos que llegaron de el, cuando
-- fuera, a quienes se les puso la etiqueta de venta en el lapso, con lo que dice su campo de monto.
create or replace function public.meta_ads_embudo(p_desde date, p_hasta date, p_filtro jsonb) returns jsonb
language sql stable set search_path = ''
as $$
  with zona as (
    select n.zona_horaria as z from public.configuracion_bot n where n.nombre_nora = (select public.nora_del_token())
  ), lapso as (
    select p_desde::timestamp at time zone z as desde, (p_hasta + 1)::timestamp at time zone z as antes_de from zona
  ), de_anuncio as (
    select r.anuncio_id, v.contacto_id, r.fecha_creacion as llego_en,
      case when e.contacto_id is not null then coalesce(e.puesta_en, r.fecha_creacion) end as compro_en,
      regexp_replace(coalesce(o.propios ->> j.campo_monto_id::text, ''), '[^0-9.]', '', 'g') as monto
    from public.meta_ads_referencias r
    join public.conversaciones v on v.nombre_nora = r.nombre_nora and v.id = r.conversacion_id
    join public.contactos o on o.nombre_nora = v.nombre_nora and o.id = v.contacto_id
    left join public.meta_ads_ajustes j on j.nombre_nora = r.nombre_nora
    left join public.contacto_etiquetas e on e.nombre_nora = r.nombre_nora and e.contacto_id = v.contacto_id
      and e.etiqueta_id = j.etiqueta_venta_id
    left join public.meta_ads_anuncios a on a.nombre_nora = r.nombre_nora and a.anuncio_id = r.anuncio_id
    where r.nombre_nora = (select public.nora_del_token())
      and (p_filtro ->> 'cuenta' is null or a.cuenta_id = (p_filtro ->> 'cuenta')::uuid)
      and (p_filtro ->> 'campana' is null or a.campana_id = p_filtro ->> 'campana')
      and (p_filtro ->> 'conjunto' is null or a.conjunto_id = p_filtro ->> 'conjunto')
      and (p_filtro ->> 'anuncio' is null or r.anuncio_id = p_filtro ->> 'anuncio')
  ), llegadas as (
    select d.anuncio_id, d.contacto_id, d.monto,
      d.llego_en >= l.desde and d.llego_en < l.antes_de as llego,
      coalesce(d.compro_en >= l.desde and d.compro_en < l.antes_de, false) as compro
    from de_anuncio d, lapso l
    where (d.llego_en >= l.desde and d.llego_en < l.antes_de) or (d.compro_en >= l.desde and d.compro_en < l.antes_de)
  ), por_anuncio as (
    select l.anuncio_id, count(distinct l.contacto_id) filter (where l.llego) as conversaciones,
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
comment on function public.meta_ads_embudo is 'Por anuncio: conversaciones que llegaron de el, y ventas y monto del lapso';

-- De quienes compraron en un lapso (vinieran de donde vinieran), cuantos son y cuanto pagaron.
create or replace function public.reportes_clientes(p_desde date, p_hasta date) returns jsonb
language sql stable set search_path = ''
as $$
  with zona as (
    select n.zona_horaria as z from public.configuracion_bot n where n.nombre_nora = (select public.nora_del_token())
  ), suyos as (
    select regexp_replace(coalesce(o.propios ->> j.campo_monto_id::text, ''), '[^0-9.]', '', 'g') as monto
    from public.meta_ads_ajustes j
    join public.contacto_etiquetas t on t.nombre_nora = j.nombre_nora and t.etiqueta_id = j.etiqueta_venta_id
    join public.contactos o on o.nombre_nora = t.nombre_nora and o.id = t.contacto_id
    where j.nombre_nora = (select public.nora_del_token())
      and coalesce(t.puesta_en, o.fecha_creacion) >= p_desde::timestamp at time zone (select z from zona)
      and coalesce(t.puesta_en, o.fecha_creacion) < (p_hasta + 1)::timestamp at time zone (select z from zona)
  )
  select jsonb_build_object(
    'hay_etiqueta', exists (select 1 from public.meta_ads_ajustes j where j.nombre_nora = (select public.nora_del_token())
                            and j.etiqueta_venta_id is not null),
    'clientes', (select count(*) from suyos),
    'monto', (select coalesce(sum(case when s.monto ~ '^[0-9]{1,10}(\.[0-9]+)?$' then s.monto::numeric end), 0)::text
              from suyos s))
$$;
comment on function public.reportes_clientes is 'Clientes y monto de quienes compraron en un lapso, de la Nora del token';

-- ---------------------------------------------------------------- Las dos redes en una peticion
create function public.anuncios_juntos(p_desde date, p_hasta date, p_antes_desde date, p_antes_hasta date) returns jsonb
language sql stable set search_path = ''
as $$
  select jsonb_build_object(
    'cuentas', jsonb_build_object(
      'meta_ads', public.meta_ads_contar(p_desde, p_hasta, p_antes_desde, p_antes_hasta, 400),
      'google_ads', public.google_ads_contar(p_desde, p_hasta, p_antes_desde, p_antes_hasta, 400)),
    'embudo', public.meta_ads_embudo(p_desde, p_hasta, '{}'),
    'clientes', public.reportes_clientes(p_desde, p_hasta))
$$;
comment on function public.anuncios_juntos is 'Las cuentas de Meta y de Google, quien llego de un anuncio y quien compro, en un lapso';
revoke execute on function public.anuncios_juntos(date, date, date, date) from public, anon;
grant execute on function public.anuncios_juntos(date, date, date, date) to authenticated, service_role;
