-- Lo que la administracion lee y escribe de una vez. Solo la llama service_role.

create index auditoria_por_correo on public.auditoria (correo, id desc);
create index auditoria_por_accion on public.auditoria (accion, id desc);

-- Una pagina de Noras: primero se eligen las de la pagina y solo de ellas se cuenta lo de 24 horas.
create function public.admin_noras(
  p_texto text default '', p_estado text default '', p_desde integer default 0, p_cuantas integer default 50)
returns jsonb language sql stable set search_path = ''
as $$
  with buscadas as materialized (
    select c.* from public.configuracion_bot c
    where p_texto = ''
       or position(public.normalizar(p_texto) in public.normalizar(c.nombre_nora || ' ' || c.nombre_visible)) > 0
       or (regexp_replace(p_texto, '[^0-9]', '', 'g') <> ''
           and position(regexp_replace(p_texto, '[^0-9]', '', 'g') in c.numero_nora) > 0)
  ), esperan as materialized (
    select v.nombre_nora, count(*) as cuantos from public.conversaciones v
    where v.espera_persona_desde is not null group by 1
  ), halladas as materialized (
    select b.*, coalesce(e.cuantos, 0) as esperan_persona
    from buscadas b left join esperan e using (nombre_nora)
    where case p_estado
            when 'activa' then b.activo
            when 'suspendida' then not b.activo
            when 'espera' then e.cuantos is not null
            else true end
  ), pagina as (
    select * from halladas order by nombre_nora offset p_desde limit p_cuantas
  )
  select jsonb_build_object(
    'total', (select count(*) from halladas),
    'todas', (select count(*) from buscadas),
    'activas', (select count(*) from buscadas b where b.activo),
    'suspendidas', (select count(*) from buscadas b where not b.activo),
    'con_espera', (select count(*) from buscadas b join esperan e using (nombre_nora)),
    'noras', coalesce((
      select jsonb_agg(jsonb_build_object(
        'nombre_nora', p.nombre_nora, 'nombre_visible', p.nombre_visible, 'numero_nora', p.numero_nora,
        'modulos', p.modulos, 'activo', p.activo, 'ia_activa', p.ia_activa, 'zona_horaria', p.zona_horaria,
        'esperan_persona', p.esperan_persona, 'fecha_creacion', p.fecha_creacion,
        'tiene_credenciales', exists (select 1 from public.credenciales_nora k
          where k.nombre_nora = p.nombre_nora and k.twilio_token_cifrado is not null),
        'bloques', (select count(*) from public.conocimiento_nora k
          where k.nombre_nora = p.nombre_nora and k.activo),
        'mensajes_24h', (select count(*) from public.mensajes m
          where m.nombre_nora = p.nombre_nora and m.fecha_creacion > now() - interval '24 hours'))
        order by p.nombre_nora) from pagina p), '[]'::jsonb))
$$;
comment on function public.admin_noras is 'Una pagina de la lista de Noras, con lo que paso en 24 horas y cuantas hay de cada estado';

create function public.admin_nora(p_nombre_nora text) returns jsonb
language sql stable set search_path = ''
as $$
  select to_jsonb(c) || jsonb_build_object(
    'twilio_account_sid', coalesce(k.twilio_account_sid, ''),
    'twilio_messaging_service_sid', coalesce(k.twilio_messaging_service_sid, ''),
    'tiene_token', k.twilio_token_cifrado is not null,
    'credenciales_guardadas', k.fecha_actualizacion,
    'bloques', (select count(*) from public.conocimiento_nora b where b.nombre_nora = c.nombre_nora and b.activo),
    'ultimo_entrante', (select max(v.ultimo_entrante_en) from public.conversaciones v
      where v.nombre_nora = c.nombre_nora and v.canal = 'whatsapp'),
    'personas', coalesce((select jsonb_agg(jsonb_build_object('id', u.id, 'correo', u.correo, 'nombre', u.nombre,
        'rol', n.rol, 'activo', u.activo) order by n.rol desc, u.correo)
      from public.usuarios_noras n join public.usuarios u on u.id = n.usuario_id
      where n.nombre_nora = c.nombre_nora), '[]'::jsonb))
  from public.configuracion_bot c left join public.credenciales_nora k using (nombre_nora)
  where c.nombre_nora = p_nombre_nora
$$;
comment on function public.admin_nora is 'Una Nora como la edita un admin; del token de Twilio solo si lo hay';

create function public.admin_resumen(p_hay_llaves_comunes boolean) returns jsonb
language sql stable set search_path = ''
as $$
  with horas as (
    select h as hora from generate_series(date_trunc('hour', now()) - interval '23 hours',
                                          date_trunc('hour', now()), interval '1 hour') h
  ), recientes as materialized (
    select date_trunc('hour', m.fecha_creacion) as hora, m.autor
    from public.configuracion_bot c
    cross join lateral (select fecha_creacion, autor from public.mensajes
      where nombre_nora = c.nombre_nora
        and fecha_creacion >= date_trunc('hour', now()) - interval '23 hours') m
  ), por_hora as (
    select h.hora, count(*) filter (where r.autor = 'contacto') as recibidos,
           count(*) filter (where r.autor = 'nora') as de_nora,
           count(*) filter (where r.autor = 'persona') as de_personas
    from horas h left join recientes r using (hora) group by 1
  ), esperan as materialized (
    select v.nombre_nora, count(*) as cuantos, min(v.espera_persona_desde) as desde from public.conversaciones v
    where v.espera_persona_desde is not null group by 1
  ), faltas as (
    select c.nombre_nora, c.nombre_visible, c.ia_activa, coalesce(e.cuantos, 0) as esperan_persona, e.desde,
           p_hay_llaves_comunes or exists (select 1 from public.credenciales_nora k
             where k.nombre_nora = c.nombre_nora and k.twilio_token_cifrado is not null) as con_llaves,
           exists (select 1 from public.conocimiento_nora k
             where k.nombre_nora = c.nombre_nora and k.activo) as con_conocimiento
    from public.configuracion_bot c left join esperan e using (nombre_nora) where c.activo
  ), con_falta as (
    select * from faltas
    where esperan_persona > 0 or not con_llaves or not con_conocimiento or not ia_activa
    order by desde nulls last, con_llaves, con_conocimiento, nombre_nora limit 8
  )
  select jsonb_build_object(
    'activas', (select count(*) from public.configuracion_bot where activo),
    'suspendidas', (select count(*) from public.configuracion_bot where not activo),
    'usuarios', (select count(*) from public.usuarios where activo),
    'esperan_persona', (select coalesce(sum(cuantos), 0) from esperan),
    'atorados', (select count(*) from public.mensajes_salientes
      where estado in ('pendiente', 'enviando') and fecha_creacion < now() - interval '5 minutes'),
    'horas', (select jsonb_agg(to_jsonb(p) order by p.hora) from por_hora p),
    'necesitan', coalesce((select jsonb_agg(to_jsonb(f)) from con_falta f), '[]'::jsonb))
$$;
comment on function public.admin_resumen is 'Las cifras de toda la instalacion y las Noras que necesitan algo';

-- En la base y no en Python: dos clics seguidos en la rejilla no deben pisarse.
create function public.admin_cambiar_modulos(p_nombre_nora text, p_encender text[], p_apagar text[]) returns jsonb
language sql volatile set search_path = ''
as $$
  update public.configuracion_bot
  set modulos = (modulos - p_encender - p_apagar) || to_jsonb(p_encender)
  where nombre_nora = p_nombre_nora
  returning modulos
$$;
comment on function public.admin_cambiar_modulos is 'Enciende y apaga modulos de una Nora de una sola vez; devuelve los que quedan, nulo si no existe';

create function public.admin_usuarios(p_texto text default '', p_desde integer default 0, p_cuantas integer default 50)
returns jsonb language sql stable set search_path = ''
as $$
  with hallados as materialized (
    select u.id, u.correo, u.nombre, u.es_admin, u.activo, u.ultimo_acceso from public.usuarios u
    where p_texto = '' or position(public.normalizar(p_texto) in public.normalizar(u.correo || ' ' || u.nombre)) > 0
  ), pagina as (
    select * from hallados order by correo offset p_desde limit p_cuantas
  )
  select jsonb_build_object('total', (select count(*) from hallados), 'usuarios', coalesce((
    select jsonb_agg(to_jsonb(p) || jsonb_build_object('lugares', coalesce((
        select jsonb_agg(jsonb_build_object('nombre_nora', n.nombre_nora, 'rol', n.rol) order by n.nombre_nora)
        from public.usuarios_noras n where n.usuario_id = p.id), '[]'::jsonb))
      order by p.correo) from pagina p), '[]'::jsonb))
$$;
comment on function public.admin_usuarios is 'Una pagina de cuentas con su lugar en cada Nora';

create function public.admin_ultimas_ejecuciones() returns jsonb
language sql stable set search_path = ''
as $$
  select coalesce(jsonb_agg(to_jsonb(e)), '[]'::jsonb) from (
    select distinct on (trabajo) trabajo, periodo, estado, inicio, fin, resultado, proceso
    from public.ejecuciones_programadas order by trabajo, periodo desc
  ) e
$$;
comment on function public.admin_ultimas_ejecuciones is 'El ultimo disparo de cada trabajo del programador';

revoke execute on function
  public.admin_noras(text, text, integer, integer), public.admin_nora(text), public.admin_resumen(boolean),
  public.admin_cambiar_modulos(text, text[], text[]), public.admin_usuarios(text, integer, integer),
  public.admin_ultimas_ejecuciones()
from public, anon, authenticated;
grant execute on function
  public.admin_noras(text, text, integer, integer), public.admin_nora(text), public.admin_resumen(boolean),
  public.admin_cambiar_modulos(text, text[], text[]), public.admin_usuarios(text, integer, integer),
  public.admin_ultimas_ejecuciones()
to service_role;
