-- El camino de un mensaje: recibir, atender, enviar. Lo que va junto es una sola funcion.

-- ---------------------------------------------------------------- Cola
-- Aplaza un trabajo en la misma transaccion que lo origina. Formato de procrastinate 3 (procrastinate_defer_jobs_v1).
create function cola.encolar(p_cola text, p_tarea text, p_candado text, p_argumentos jsonb,
                             p_cuando timestamptz default null)
returns bigint language plpgsql security definer set search_path = ''
as $$
begin
  return (cola.procrastinate_defer_jobs_v1(array[
    row(p_cola, p_tarea, 0, p_candado, null, p_argumentos, p_cuando)::cola.procrastinate_job_to_defer_v1]))[1];
end;
$$;
revoke execute on function cola.encolar(text, text, text, jsonb, timestamptz) from public;
comment on function cola.encolar(text, text, text, jsonb, timestamptz) is 'Aplaza un trabajo de la cola dentro de la transaccion de quien llama';

-- El dueño del esquema no pasa las politicas (RLS forzada): el silencio lo lee el papel buscador, que tiene la suya.
create policy buscador on public.configuracion_bot for select to nora_buscador using (true);
grant select (nombre_nora, silencio_segundos) on public.configuracion_bot to nora_buscador;
create function public.silencio_de(p_nombre_nora text) returns smallint
language sql stable security definer set search_path = ''
as $$ select c.silencio_segundos from public.configuracion_bot c where c.nombre_nora = p_nombre_nora $$;

-- Para el barrido de lo que quedo sin trabajo: si algo con ese candado espera o corre.
create function cola.tiene_trabajo(p_candado text) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return exists (select 1 from cola.procrastinate_jobs j
                 where j.lock = p_candado and j.status in ('todo', 'doing'));
end;
$$;
revoke execute on function cola.tiene_trabajo(text) from public;
grant usage on schema cola to service_role;
grant execute on function cola.tiene_trabajo(text), cola.encolar(text, text, text, jsonb, timestamptz) to service_role;

-- Los disparadores encolan con permisos del dueño: nadie mas puede tocar la cola, y no hay mensaje sin su trabajo.
create function public.encolar_turno() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform cola.encolar('mensajes', 'atender_conversacion', 'turno:' || new.conversacion_id,
    jsonb_build_object('nombre_nora', new.nombre_nora, 'conversacion_id', new.conversacion_id),
    clock_timestamp() + make_interval(secs => coalesce(public.silencio_de(new.nombre_nora), 4)));
  return new;
end;
$$;

create function public.encolar_envio() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform cola.encolar('mensajes', 'enviar_saliente', 'salida:' || new.conversacion_id,
    jsonb_build_object('nombre_nora', new.nombre_nora, 'saliente_id', new.id), null);
  return new;
end;
$$;

create function public.avisar_cambio() returns trigger
language plpgsql set search_path = ''
as $$
declare
  aviso jsonb;
begin
  if tg_table_name = 'mensajes' then
    aviso := jsonb_build_object('tipo', 'mensaje', 'nora', new.nombre_nora,
      'conversacion_id', new.conversacion_id, 'mensaje_id', new.id);
  elsif tg_table_name = 'mensajes_salientes' then
    aviso := jsonb_build_object('tipo', 'envio', 'nora', new.nombre_nora,
      'conversacion_id', new.conversacion_id, 'mensaje_id', new.mensaje_id);
  else
    aviso := jsonb_build_object('tipo', 'conversacion', 'nora', new.nombre_nora, 'conversacion_id', new.id);
  end if;
  perform pg_notify('nora_cambios', aviso::text);
  return new;
end;
$$;

create trigger encolar_turno after insert on public.mensajes
  for each row when (new.sentido = 'entrante' and new.atendido_en is null) execute function public.encolar_turno();
create trigger encolar_envio after insert on public.mensajes_salientes
  for each row when (new.estado = 'pendiente') execute function public.encolar_envio();
create trigger avisar_mensaje after insert on public.mensajes
  for each row execute function public.avisar_cambio();
create trigger avisar_envio after update of estado on public.mensajes_salientes
  for each row when (old.estado is distinct from new.estado) execute function public.avisar_cambio();
create trigger avisar_conversacion after update on public.conversaciones
  for each row when (old.humano_hasta is distinct from new.humano_hasta
                     or old.espera_persona_desde is distinct from new.espera_persona_desde
                     or old.no_leidos is distinct from new.no_leidos)
  execute function public.avisar_cambio();

-- ---------------------------------------------------------------- Recibir
-- Guarda un mensaje entrante una sola vez (por su id del proveedor), con su contacto y su conversacion.
-- Devuelve {"nuevo": bool, "mensaje_id": n, "conversacion_id": uuid, "contacto_id": uuid}.
create function public.recibir_mensaje(
  p_nombre_nora text, p_canal text, p_proveedor_sid text, p_direccion text, p_direccion_envio text,
  p_telefono text default null, p_nombre_perfil text default '', p_texto text default '', p_tipo text default 'texto',
  p_medios jsonb default '[]', p_crudo jsonb default null)
returns jsonb language plpgsql set search_path = ''
as $$
declare
  v_contacto uuid;
  v_conversacion uuid;
  v_mensaje bigint;
begin
  select m.id, m.conversacion_id into v_mensaje, v_conversacion
  from public.mensajes m where m.nombre_nora = p_nombre_nora and m.proveedor_sid = p_proveedor_sid;
  if found then
    return jsonb_build_object('nuevo', false, 'mensaje_id', v_mensaje, 'conversacion_id', v_conversacion);
  end if;

  insert into public.contactos as c (nombre_nora, canal, direccion, direccion_envio, telefono, nombre_perfil,
                                     ultimo_mensaje_en)
  values (p_nombre_nora, p_canal, p_direccion, p_direccion_envio, p_telefono, coalesce(p_nombre_perfil, ''), now())
  on conflict (nombre_nora, direccion) do update
    set direccion_envio = excluded.direccion_envio,
        nombre_perfil = case when excluded.nombre_perfil <> '' then excluded.nombre_perfil else c.nombre_perfil end,
        problema_envio = '',
        ultimo_mensaje_en = now()
  returning c.id into v_contacto;

  insert into public.conversaciones as v (nombre_nora, contacto_id, canal)
  values (p_nombre_nora, v_contacto, p_canal)
  on conflict (nombre_nora, contacto_id) do update set canal = excluded.canal
  returning v.id into v_conversacion;

  insert into public.mensajes (nombre_nora, conversacion_id, sentido, autor, tipo, texto, medios, proveedor_sid, crudo)
  values (p_nombre_nora, v_conversacion, 'entrante', 'contacto', p_tipo, coalesce(p_texto, ''),
          coalesce(p_medios, '[]'), p_proveedor_sid, p_crudo)
  on conflict (nombre_nora, proveedor_sid) do nothing
  returning id into v_mensaje;
  if v_mensaje is null then  -- otro proceso lo guardo entre tanto
    select m.id, m.conversacion_id into v_mensaje, v_conversacion
    from public.mensajes m where m.nombre_nora = p_nombre_nora and m.proveedor_sid = p_proveedor_sid;
    return jsonb_build_object('nuevo', false, 'mensaje_id', v_mensaje, 'conversacion_id', v_conversacion);
  end if;

  update public.conversaciones v
  set ultimo_mensaje_en = now(), ultimo_entrante_en = now(), no_leidos = v.no_leidos + 1,
      ultimo_texto = left(case when coalesce(p_texto, '') <> '' then p_texto else '[' || p_tipo || ']' end, 160)
  where v.nombre_nora = p_nombre_nora and v.id = v_conversacion;

  return jsonb_build_object('nuevo', true, 'mensaje_id', v_mensaje, 'conversacion_id', v_conversacion,
                            'contacto_id', v_contacto);
end;
$$;
comment on function public.recibir_mensaje is 'Guarda un mensaje entrante una sola vez y deja su trabajo en la cola, todo o nada';

-- De quien es un aviso que llega sin nombre: por su servicio de mensajes; si no, por la cuenta y el numero.
create function public.nora_de_twilio(p_servicio text, p_cuenta text, p_numero text, p_cuenta_comun text)
returns text language sql stable set search_path = ''
as $$
  select c.nombre_nora
  from public.configuracion_bot c left join public.credenciales_nora k on k.nombre_nora = c.nombre_nora
  where c.activo
    and ((p_servicio <> '' and k.twilio_messaging_service_sid = p_servicio)
         or (c.numero_nora = p_numero and p_cuenta <> ''
             and p_cuenta = coalesce(k.twilio_account_sid, nullif(p_cuenta_comun, ''))))
  order by (p_servicio <> '' and k.twilio_messaging_service_sid is not distinct from p_servicio) desc
  limit 1
$$;
comment on function public.nora_de_twilio is 'La Nora activa a la que Twilio le habla cuando la direccion no la nombra';

-- Todo lo que un turno necesita saber, de una vez y con el reloj de la base. Nulo si la platica ya no existe.
create function public.leer_turno(p_nombre_nora text, p_conversacion_id uuid)
returns jsonb language sql stable set search_path = ''
as $$
  select jsonb_build_object(
    'nora', jsonb_build_object(
      'nombre_nora', n.nombre_nora, 'nombre_visible', n.nombre_visible, 'activo', n.activo, 'ia_activa', n.ia_activa,
      'mensaje_bienvenida', n.mensaje_bienvenida, 'mensaje_fuera_tema', n.mensaje_fuera_tema,
      'modo_respuesta', n.modo_respuesta, 'silencio_segundos', n.silencio_segundos),
    'conversacion_id', v.id,
    'canal', v.canal,
    'persona_al_mando', coalesce(v.humano_hasta > now(), false),
    'espera_persona', v.espera_persona_desde is not null,
    'opciones', coalesce(v.opciones, '[]'),
    'saludada', v.saludada_en is not null,
    'de_baja', c.baja_en is not null,
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
comment on function public.leer_turno is 'Lo que un turno necesita: la Nora, la platica y lo que falta por atender';

-- ---------------------------------------------------------------- Atender
-- Deja la decision de un turno: marca lo atendido, escribe la respuesta y la pone en el buzon de salida.
-- Si llego algo mas, o alguien mas ya atendio, o una persona tomo la platica, no escribe nada y lo dice:
-- {"hecho": false, "razon": "cambio" | "persona"}.
create function public.responder_turno(
  p_nombre_nora text, p_conversacion_id uuid, p_hasta_mensaje bigint, p_texto text, p_decisor text,
  p_fuentes jsonb default '[]', p_opciones jsonb default null, p_pasar_a_persona boolean default false,
  p_motivo text default '', p_saludar boolean default false, p_baja boolean default null)
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

-- Una persona contesta desde el panel: Nora calla en esa platica durante p_minutos.
-- p_clave hace que el mismo envio del navegador, repetido, sea un solo mensaje.
create function public.responder_como_persona(
  p_conversacion_id uuid, p_texto text, p_usuario_id uuid, p_clave text, p_minutos integer default 30)
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
  set humano_hasta = now() + make_interval(mins => p_minutos), tomada_por = p_usuario_id, opciones = null,
      espera_persona_desde = null, motivo_espera = '', no_leidos = 0,
      ultimo_mensaje_en = now(), ultimo_texto = left(p_texto, 160)
  where c.nombre_nora = v.nombre_nora and c.id = v.id;
  return jsonb_build_object('nuevo', true, 'mensaje_id', v_mensaje);
end;
$$;
comment on function public.responder_como_persona is 'Respuesta escrita por una persona en el panel; calla a Nora un rato';

-- ---------------------------------------------------------------- Enviar
-- pendiente -> enviando, una sola vez. Devuelve la fila tomada, o la que ya estaba enviando (para conciliarla).
create function public.tomar_saliente(p_nombre_nora text, p_saliente_id bigint)
returns jsonb language plpgsql set search_path = ''
as $$
declare
  s public.mensajes_salientes;
  anterior text;
begin
  select * into s from public.mensajes_salientes t
  where t.nombre_nora = p_nombre_nora and t.id = p_saliente_id for update;
  if not found or s.estado not in ('pendiente', 'enviando') then
    return null;
  end if;
  anterior := s.estado;
  update public.mensajes_salientes t
  set estado = 'enviando', intentos = t.intentos + 1, enviando_desde = coalesce(t.enviando_desde, now())
  where t.nombre_nora = p_nombre_nora and t.id = p_saliente_id
  returning * into s;
  return to_jsonb(s) || jsonb_build_object(
    'estado_anterior', anterior,
    'enviando_hace_s', extract(epoch from clock_timestamp() - s.enviando_desde),
    'ventana_abierta', coalesce((
      select c.ultimo_entrante_en > clock_timestamp() - interval '24 hours' from public.conversaciones c
      where c.nombre_nora = p_nombre_nora and c.id = s.conversacion_id), false),
    'numero_nora', (select n.numero_nora from public.configuracion_bot n where n.nombre_nora = p_nombre_nora),
    'nora_activa', (select n.activo from public.configuracion_bot n where n.nombre_nora = p_nombre_nora));
end;
$$;
comment on function public.tomar_saliente is 'Reclama un mensaje del buzon de salida; estado_anterior = enviando pide conciliar antes de repetir';

create function public.rango_de_estado(p_estado text) returns integer
language sql immutable parallel safe set search_path = ''
as $$ select array_position(array['pendiente', 'enviando', 'enviado', 'entregado', 'leido', 'fallido'], p_estado) $$;

-- Avanza el estado de un envio; nunca lo regresa. Se nombra por su id, por su SID, o por los dos.
create function public.avanzar_envio(
  p_nombre_nora text, p_estado text, p_saliente_id bigint default null, p_proveedor_sid text default null,
  p_error_codigo integer default null, p_error_texto text default '')
returns boolean language plpgsql set search_path = ''
as $$
declare
  cambiadas integer;
begin
  update public.mensajes_salientes s
  set estado = case when public.rango_de_estado(p_estado) > public.rango_de_estado(s.estado) then p_estado
                    else s.estado end,
      proveedor_sid = coalesce(s.proveedor_sid, p_proveedor_sid),
      error_codigo = coalesce(p_error_codigo, s.error_codigo),
      error_texto = case when p_error_texto <> '' then p_error_texto else s.error_texto end
  where s.nombre_nora = p_nombre_nora
    and case when p_saliente_id is not null
             then s.id = p_saliente_id and coalesce(s.proveedor_sid = p_proveedor_sid, true)
             else s.proveedor_sid = p_proveedor_sid end
    and coalesce(p_proveedor_sid <> all (s.sids_descartados), true)
    and not (p_estado = 'fallido' and s.estado in ('entregado', 'leido'));
  get diagnostics cambiadas = row_count;
  if cambiadas > 0 and p_error_codigo in (63003, 63014, 63024) then
    -- A quien no tiene WhatsApp o nos bloqueo no se le insiste; se borra solo cuando vuelve a escribir.
    update public.contactos c
    set problema_envio = case when p_error_codigo = 63014 then 'bloqueado' else 'invalido' end
    from public.mensajes_salientes s join public.conversaciones v
      on v.nombre_nora = s.nombre_nora and v.id = s.conversacion_id
    where s.nombre_nora = p_nombre_nora
      and case when p_saliente_id is not null then s.id = p_saliente_id else s.proveedor_sid = p_proveedor_sid end
      and c.nombre_nora = v.nombre_nora and c.id = v.contacto_id;
  end if;
  return cambiadas > 0;
end;
$$;
comment on function public.avanzar_envio is 'Mueve el estado de un envio hacia adelante (los avisos del proveedor llegan en cualquier orden)';

-- Devuelve un envio a pendiente cuando se sabe que el proveedor no lo proceso.
create function public.soltar_saliente(p_nombre_nora text, p_saliente_id bigint, p_error_codigo integer default null,
                                       p_error_texto text default '')
returns void language sql set search_path = ''
as $$
  update public.mensajes_salientes s
  set estado = 'pendiente', enviando_desde = null, error_codigo = p_error_codigo, error_texto = p_error_texto
  where s.nombre_nora = p_nombre_nora and s.id = p_saliente_id and s.estado = 'enviando'
$$;

-- Twilio acepto el mensaje y luego dijo que iba de mas (63017, 63018): no salio, y se puede mandar despues.
-- Falso si ya no procede (llego, o ya se intento muchas veces): entonces es un envio fallido.
create function public.aplazar_saliente(p_nombre_nora text, p_proveedor_sid text, p_segundos integer,
                                        p_error_codigo integer, p_intentos_maximos integer default 5,
                                        p_saliente_id bigint default null)
returns boolean language plpgsql set search_path = ''
as $$
declare
  s public.mensajes_salientes;
begin
  update public.mensajes_salientes t
  set estado = 'pendiente', proveedor_sid = null, enviando_desde = null, error_codigo = p_error_codigo,
      sids_descartados = t.sids_descartados || p_proveedor_sid
  where t.nombre_nora = p_nombre_nora and t.estado in ('enviando', 'enviado') and t.intentos < p_intentos_maximos
    and case when p_saliente_id is not null
             then t.id = p_saliente_id and coalesce(t.proveedor_sid = p_proveedor_sid, true)
             else t.proveedor_sid = p_proveedor_sid end
    and p_proveedor_sid <> all (t.sids_descartados)
  returning * into s;
  if not found then
    return false;
  end if;
  perform cola.encolar('mensajes', 'enviar_saliente', 'salida:' || s.conversacion_id,
    jsonb_build_object('nombre_nora', s.nombre_nora, 'saliente_id', s.id),
    clock_timestamp() + make_interval(secs => p_segundos));
  return true;
end;
$$;
comment on function public.aplazar_saliente is 'Vuelve a poner en el buzon, para mas tarde, lo que el proveedor freno por ir de mas';

-- Barrido: lo que falta por atender o por enviar y no tiene trabajo vivo (se borro la cola, la Nora cambio de nombre).
create function public.repescar_mensajes(p_segundos integer default 60)
returns integer language plpgsql set search_path = ''
as $$
declare
  fila record;
  cuantos integer := 0;
begin
  for fila in
    select m.nombre_nora, m.conversacion_id from public.mensajes m
    join public.configuracion_bot n on n.nombre_nora = m.nombre_nora and n.activo
    where m.sentido = 'entrante' and m.atendido_en is null
    group by 1, 2
    having max(m.fecha_creacion) < now() - make_interval(secs => p_segundos)
    limit 500
  loop
    if not cola.tiene_trabajo('turno:' || fila.conversacion_id) then
      perform cola.encolar('mensajes', 'atender_conversacion', 'turno:' || fila.conversacion_id,
        jsonb_build_object('nombre_nora', fila.nombre_nora, 'conversacion_id', fila.conversacion_id));
      cuantos := cuantos + 1;
    end if;
  end loop;
  for fila in
    select s.nombre_nora, s.conversacion_id, s.id from public.mensajes_salientes s
    join public.configuracion_bot n on n.nombre_nora = s.nombre_nora and n.activo
    where s.estado in ('pendiente', 'enviando') and s.fecha_actualizacion < now() - make_interval(secs => p_segundos)
    order by s.id limit 500
  loop
    if not cola.tiene_trabajo('salida:' || fila.conversacion_id) then
      perform cola.encolar('mensajes', 'enviar_saliente', 'salida:' || fila.conversacion_id,
        jsonb_build_object('nombre_nora', fila.nombre_nora, 'saliente_id', fila.id));
      cuantos := cuantos + 1;
    end if;
  end loop;
  return cuantos;
end;
$$;
comment on function public.repescar_mensajes is 'Encola de nuevo lo que falta por atender o enviar y se quedo sin trabajo';

-- ---------------------------------------------------------------- Programador
-- Reclama un disparo y deja su trabajo en la cola, en la misma transaccion. Falso: ya era de otro.
create function public.reclamar_ejecucion(p_trabajo text, p_periodo timestamptz, p_ahora timestamptz, p_proceso text)
returns boolean language plpgsql security definer set search_path = ''
as $$
begin
  insert into public.ejecuciones_programadas (trabajo, periodo, reclamado_en, proceso)
  values (p_trabajo, p_periodo, p_ahora, p_proceso)
  on conflict (trabajo, periodo) do nothing;
  if not found then
    return false;
  end if;
  perform cola.encolar('programador', 'ejecutar_trabajo', 'trabajo:' || p_trabajo,
    jsonb_build_object('trabajo', p_trabajo, 'periodo', p_periodo), null);
  return true;
end;
$$;

-- ---------------------------------------------------------------- Buscar
create function public.buscar_conocimiento(p_consulta text, p_vector extensions.vector, p_limite integer default 12)
returns table (id uuid, titulo text, contenido text, etiquetas text[], vectorial double precision,
               lexico double precision, trigramas double precision)
language sql stable security definer set search_path = public, extensions, pg_temp
as $$
  with consulta as (
    select public.normalizar(coalesce(p_consulta, '')) as texto
  ), preguntas as (
    -- Se une con «o»: quien pregunta usa palabras que el bloque no tiene.
    -- Los lexemas ya son raices: pasarlos otra vez por el diccionario los cambiaria.
    select texto, coalesce((
      select string_agg('''' || replace(replace(lexema, '\', '\\'), '''', '''''') || '''', ' | ')
      from unnest(tsvector_to_array(to_tsvector('pg_catalog.spanish'::regconfig, texto))) as lexema), '')::tsquery as palabras
    from consulta
  )
  select k.id, k.titulo, k.contenido, k.etiquetas,
         coalesce(1 - (k.vector <=> p_vector), 0) as vectorial,
         ts_rank_cd('{0.1, 0.2, 0.6, 1.0}', k.texto_busqueda, q.palabras, 1)::double precision as lexico,
         word_similarity(q.texto, k.busqueda)::double precision as trigramas
  from public.conocimiento_nora k cross join preguntas q
  where k.nombre_nora = (select public.nora_del_token()) and k.activo
  order by coalesce(1 - (k.vector <=> p_vector), 0) + ts_rank_cd('{0.1, 0.2, 0.6, 1.0}', k.texto_busqueda, q.palabras, 1)
           + word_similarity(q.texto, k.busqueda) desc, k.id
  limit least(greatest(p_limite, 1), 50)
$$;
comment on function public.buscar_conocimiento is 'Bloques de la Nora del token cercanos a una pregunta, con tres medidas: vectores, palabras y trigramas';

-- Contactos por nombre, telefono o correo; perdona acentos y errores de dedo. Sin texto: los mas recientes.
create function public.buscar_contactos(p_texto text, p_limite integer default 30,
                                        p_antes_de timestamptz default null, p_antes_id uuid default null)
returns setof public.contactos
language plpgsql stable security definer set search_path = public, extensions, pg_temp
as $$
declare
  t text := public.normalizar(btrim(coalesce(p_texto, '')));
  digitos text := regexp_replace(t, '[^0-9]', '', 'g');
  nora text := public.nora_del_token();
  patron text := '%' || replace(replace(replace(t, '\', '\\'), '%', '\%'), '_', '\_') || '%';
begin
  if t = '' then
    return query select c.* from public.contactos c
      where c.nombre_nora = nora
        and (p_antes_de is null or (c.fecha_creacion, c.id) < (p_antes_de, coalesce(p_antes_id, c.id)))
      order by c.fecha_creacion desc, c.id desc limit least(p_limite, 100);
    return;
  end if;
  -- Quien escribe un telefono lo escribe con espacios o guiones.
  if length(digitos) >= 4 and length(digitos) >= length(regexp_replace(t, '[ +()-]', '', 'g')) then
    patron := '%' || digitos || '%';
  end if;
  return query select c.* from public.contactos c
    where c.nombre_nora = nora and c.busqueda like patron
    order by c.ultimo_mensaje_en desc nulls last, c.id limit least(p_limite, 100);
  if not found then
    perform set_config('pg_trgm.word_similarity_threshold', '0.45', true);
    return query select c.* from public.contactos c
      where c.nombre_nora = nora and t operator(extensions.<%) c.busqueda
      order by extensions.word_similarity(t, c.busqueda) desc, c.id limit least(p_limite, 100);
  end if;
end;
$$;
comment on function public.buscar_contactos is 'Contactos de la Nora del token que se parecen a un texto';

-- ---------------------------------------------------------------- Tablero
create function public.resumen_panel(p_zona text default 'America/Hermosillo')
returns jsonb language sql stable set search_path = ''
as $$
  with limites as (
    select (date_trunc('day', now() at time zone p_zona)) at time zone p_zona as hoy,
           (date_trunc('day', now() at time zone p_zona) - interval '29 days') at time zone p_zona as desde
  ), dias as (
    select (m.fecha_creacion at time zone p_zona)::date as dia,
           count(*) filter (where m.sentido = 'entrante') as recibidos,
           count(*) filter (where m.sentido = 'saliente' and m.autor = 'nora') as de_nora,
           count(*) filter (where m.sentido = 'saliente' and m.autor = 'persona') as de_personas
    from public.mensajes m, limites l
    where m.nombre_nora = (select public.nora_del_token()) and m.fecha_creacion >= l.desde
    group by 1
  )
  select jsonb_build_object(
    'conversaciones_hoy', (select count(distinct m.conversacion_id) from public.mensajes m, limites l
        where m.nombre_nora = (select public.nora_del_token()) and m.sentido = 'entrante' and m.fecha_creacion >= l.hoy),
    'sin_responder', (select count(distinct m.conversacion_id) from public.mensajes m
        where m.nombre_nora = (select public.nora_del_token()) and m.sentido = 'entrante' and m.atendido_en is null),
    'esperan_persona', (select count(*) from public.conversaciones c
        where c.nombre_nora = (select public.nora_del_token()) and c.espera_persona_desde is not null),
    'espera_desde', (select min(c.espera_persona_desde) from public.conversaciones c
        where c.nombre_nora = (select public.nora_del_token()) and c.espera_persona_desde is not null),
    'contactos', (select count(*) from public.contactos c where c.nombre_nora = (select public.nora_del_token())),
    'bloques', (select count(*) from public.conocimiento_nora k
        where k.nombre_nora = (select public.nora_del_token()) and k.activo),
    'dias', (select jsonb_agg(jsonb_build_object('dia', d::date, 'recibidos', coalesce(x.recibidos, 0),
                'de_nora', coalesce(x.de_nora, 0), 'de_personas', coalesce(x.de_personas, 0)) order by d)
        from limites l, generate_series((now() at time zone p_zona)::date - 29, (now() at time zone p_zona)::date,
                                        interval '1 day') as d
        left join dias x on x.dia = d::date))
$$;
comment on function public.resumen_panel is 'Cifras del tablero de una Nora: hoy, sin responder y 30 dias';

-- ---------------------------------------------------------------- Permisos
grant create on schema public to nora_buscador;
alter function public.silencio_de(text) owner to nora_buscador;
alter function public.buscar_conocimiento(text, extensions.vector, integer) owner to nora_buscador;
alter function public.buscar_contactos(text, integer, timestamptz, uuid) owner to nora_buscador;
revoke create on schema public from nora_buscador;

revoke execute on all functions in schema public from public, anon, authenticated;
grant execute on all functions in schema public to service_role;
grant execute on function public.normalizar(text), public.nora_del_token() to authenticated, nora_buscador;
grant execute on function
  public.recibir_mensaje(text, text, text, text, text, text, text, text, text, jsonb, jsonb),
  public.responder_como_persona(uuid, text, uuid, text, integer),
  public.buscar_conocimiento(text, extensions.vector, integer),
  public.buscar_contactos(text, integer, timestamptz, uuid),
  public.resumen_panel(text)
to authenticated;
