-- Lo que el dueño ajusta: horario, días festivos, aviso de privacidad, y cuánto calla Nora cuando escribe una persona.

alter table public.configuracion_bot
  add column horario jsonb not null default '{}' check (jsonb_typeof(horario) = 'object'),
  add column mensaje_fuera_horario text not null default '' check (length(mensaje_fuera_horario) <= 300),
  add column aviso_privacidad text not null default '' check (length(aviso_privacidad) <= 300),
  add column pausa_persona_minutos integer not null default 30 check (pausa_persona_minutos between 5 and 1440);
comment on column public.configuracion_bot.horario is
  '{"semana": [[{"abre": "09:00", "cierra": "18:00"}], ...lunes primero], "festivos": ["2026-12-25"]}; vacio: sin horario';
comment on column public.configuracion_bot.mensaje_fuera_horario is 'Lo que se agrega al pasar a una persona estando cerrado; vacio: cuando abre';
comment on column public.configuracion_bot.aviso_privacidad is 'Va una vez, con el primer saludo a cada contacto';
comment on column public.configuracion_bot.pausa_persona_minutos is 'Minutos que Nora calla en una platica despues de que escribe una persona';

alter table public.conversaciones add column cierre_avisado_en timestamptz;
comment on column public.conversaciones.cierre_avisado_en is 'Cuando se le dijo por ultima vez que el negocio estaba cerrado';

create or replace function public.leer_turno(p_nombre_nora text, p_conversacion_id uuid)
returns jsonb language sql stable set search_path = ''
as $$
  select jsonb_build_object(
    'nora', jsonb_build_object(
      'nombre_nora', n.nombre_nora, 'nombre_visible', n.nombre_visible, 'activo', n.activo, 'ia_activa', n.ia_activa,
      'mensaje_bienvenida', n.mensaje_bienvenida, 'mensaje_fuera_tema', n.mensaje_fuera_tema,
      'modo_respuesta', n.modo_respuesta, 'silencio_segundos', n.silencio_segundos,
      'zona_horaria', n.zona_horaria, 'horario', n.horario, 'mensaje_fuera_horario', n.mensaje_fuera_horario,
      'aviso_privacidad', n.aviso_privacidad),
    'ahora', clock_timestamp(),
    'conversacion_id', v.id,
    'canal', v.canal,
    'persona_al_mando', coalesce(v.humano_hasta > now(), false),
    'espera_persona', v.espera_persona_desde is not null,
    'opciones', coalesce(v.opciones, '[]'),
    'saludada', v.saludada_en is not null,
    'de_baja', c.baja_en is not null,
    'cierre_avisado_hace_s', extract(epoch from clock_timestamp() - v.cierre_avisado_en),
    'avisado_hace_s', (
      select extract(epoch from clock_timestamp() - max(m.fecha_creacion)) from public.mensajes m
      where m.nombre_nora = p_nombre_nora and m.conversacion_id = v.id and m.sentido = 'saliente'
        and m.decisor in ('pedir_persona', 'pasar_a_persona') and m.fecha_creacion > now() - interval '1 day'),
    'pendientes', (
      select coalesce(jsonb_agg(jsonb_build_object(
          'id', m.id, 'texto', m.texto, 'tipo', m.tipo,
          'edad_s', extract(epoch from clock_timestamp() - m.fecha_creacion)) order by m.id), '[]')
      from public.mensajes m
      where m.nombre_nora = p_nombre_nora and m.conversacion_id = v.id
        and m.sentido = 'entrante' and m.atendido_en is null))
  from public.conversaciones v
  join public.configuracion_bot n on n.nombre_nora = v.nombre_nora
  join public.contactos c on c.nombre_nora = v.nombre_nora and c.id = v.contacto_id
  where v.nombre_nora = p_nombre_nora and v.id = p_conversacion_id
$$;

drop function public.responder_turno(text, uuid, bigint, text, text, jsonb, jsonb, boolean, text, boolean, boolean);
create function public.responder_turno(
  p_nombre_nora text, p_conversacion_id uuid, p_hasta_mensaje bigint, p_texto text, p_decisor text,
  p_fuentes jsonb default '[]', p_opciones jsonb default null, p_pasar_a_persona boolean default false,
  p_motivo text default '', p_saludar boolean default false, p_baja boolean default null,
  p_avisar_cierre boolean default false)
returns jsonb language plpgsql set search_path = ''
as $$
declare
  v public.conversaciones;
  v_ultimo bigint;
  v_mensaje bigint;
  v_envio text;
begin
  select * into v from public.conversaciones c
  where c.nombre_nora = p_nombre_nora and c.id = p_conversacion_id for update;
  if not found then
    return jsonb_build_object('hecho', false, 'razon', 'cambio');
  end if;
  select max(m.id) into v_ultimo from public.mensajes m
  where m.nombre_nora = p_nombre_nora and m.conversacion_id = p_conversacion_id
    and m.sentido = 'entrante' and m.atendido_en is null;
  if v_ultimo is distinct from p_hasta_mensaje then
    return jsonb_build_object('hecho', false, 'razon', 'cambio');
  end if;
  if v.humano_hasta > now() and p_texto <> '' and p_baja is null then
    return jsonb_build_object('hecho', false, 'razon', 'persona');
  end if;

  update public.mensajes m set atendido_en = now()
  where m.nombre_nora = p_nombre_nora and m.conversacion_id = p_conversacion_id
    and m.sentido = 'entrante' and m.atendido_en is null;

  if p_texto <> '' then
    insert into public.mensajes (nombre_nora, conversacion_id, sentido, autor, texto, decisor, fuentes)
    values (p_nombre_nora, p_conversacion_id, 'saliente', 'nora', p_texto, p_decisor, coalesce(p_fuentes, '[]'))
    returning id into v_mensaje;
    select c.direccion_envio into v_envio from public.contactos c
    where c.nombre_nora = p_nombre_nora and c.id = v.contacto_id;
    insert into public.mensajes_salientes (nombre_nora, mensaje_id, conversacion_id, canal, direccion_envio, texto)
    values (p_nombre_nora, v_mensaje, p_conversacion_id, v.canal, v_envio, p_texto);
  end if;

  update public.conversaciones c
  set opciones = p_opciones,
      saludada_en = case when p_saludar then now() else c.saludada_en end,
      cierre_avisado_en = case when p_avisar_cierre then now() else c.cierre_avisado_en end,
      espera_persona_desde = case when p_pasar_a_persona then coalesce(c.espera_persona_desde, now())
                                  else c.espera_persona_desde end,
      motivo_espera = case when p_pasar_a_persona then p_motivo else c.motivo_espera end,
      ultimo_mensaje_en = case when p_texto <> '' then now() else c.ultimo_mensaje_en end,
      ultimo_texto = case when p_texto <> '' then left(p_texto, 160) else c.ultimo_texto end
  where c.nombre_nora = p_nombre_nora and c.id = p_conversacion_id;

  if p_baja is not null then
    update public.contactos c set baja_en = case when p_baja then coalesce(c.baja_en, now()) end
    where c.nombre_nora = p_nombre_nora and c.id = v.contacto_id;
  end if;
  return jsonb_build_object('hecho', true, 'mensaje_id', v_mensaje);
end;
$$;
comment on function public.responder_turno is 'Escribe lo que Nora decidio en un turno, una sola vez, o dice por que ya no procede';
revoke execute on function public.responder_turno(text, uuid, bigint, text, text, jsonb, jsonb, boolean, text, boolean, boolean, boolean) from public, anon, authenticated;
grant execute on function public.responder_turno(text, uuid, bigint, text, text, jsonb, jsonb, boolean, text, boolean, boolean, boolean) to service_role;

-- Sin decir cuanto, Nora calla lo que el dueño ajusto.
create or replace function public.responder_como_persona(
  p_conversacion_id uuid, p_texto text, p_usuario_id uuid, p_clave text, p_minutos integer default null)
returns jsonb language plpgsql set search_path = ''
as $$
declare
  v public.conversaciones;
  v_mensaje bigint;
  v_envio text;
begin
  select * into v from public.conversaciones c
  where c.nombre_nora = (select public.nora_del_token()) and c.id = p_conversacion_id for update;
  if not found then
    raise exception 'conversacion no encontrada' using errcode = 'P0002';
  end if;
  select m.id into v_mensaje from public.mensajes m
  where m.nombre_nora = v.nombre_nora and m.proveedor_sid = 'panel:' || p_clave;
  if found then
    return jsonb_build_object('nuevo', false, 'mensaje_id', v_mensaje);
  end if;

  insert into public.mensajes (nombre_nora, conversacion_id, sentido, autor, usuario_id, texto, decisor, proveedor_sid)
  values (v.nombre_nora, v.id, 'saliente', 'persona', p_usuario_id, p_texto, 'persona', 'panel:' || p_clave)
  returning id into v_mensaje;
  select c.direccion_envio into v_envio from public.contactos c
  where c.nombre_nora = v.nombre_nora and c.id = v.contacto_id;
  insert into public.mensajes_salientes (nombre_nora, mensaje_id, conversacion_id, canal, direccion_envio, texto)
  values (v.nombre_nora, v_mensaje, v.id, v.canal, v_envio, p_texto);
  update public.mensajes m set atendido_en = now()
  where m.nombre_nora = v.nombre_nora and m.conversacion_id = v.id
    and m.sentido = 'entrante' and m.atendido_en is null;
  update public.conversaciones c
  set humano_hasta = now() + make_interval(mins => coalesce(p_minutos, (
        select n.pausa_persona_minutos from public.configuracion_bot n where n.nombre_nora = v.nombre_nora), 30)), tomada_por = p_usuario_id, opciones = null,
      espera_persona_desde = null, motivo_espera = '', no_leidos = 0,
      ultimo_mensaje_en = now(), ultimo_texto = left(p_texto, 160)
  where c.nombre_nora = v.nombre_nora and c.id = v.id;
  return jsonb_build_object('nuevo', true, 'mensaje_id', v_mensaje);
end;
$$;
