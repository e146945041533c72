-- Canales: botones, listas, plantillas y lo que espera a que se abra la ventana. Menus y formularios de cada Nora.

-- ---------------------------------------------------------------- Canales
-- Otro canal llega con solo darse de alta en el codigo: la base pide un nombre, no uno de una lista.
alter table public.contactos drop constraint contactos_canal_check;
alter table public.contactos add constraint contactos_canal_check check (canal ~ '^[a-z][a-z0-9_]{1,19}$');
alter table public.conversaciones drop constraint conversaciones_canal_check;
alter table public.conversaciones add constraint conversaciones_canal_check check (canal ~ '^[a-z][a-z0-9_]{1,19}$');

alter table public.mensajes_salientes
  add column contenido jsonb not null default '{}' check (jsonb_typeof(contenido) = 'object'),
  add column esperar_hasta timestamptz;
comment on column public.mensajes_salientes.contenido is
  'Lo que va ademas del texto: {interactivo, plantilla, medios, si_cerrada}; vacio es solo texto';
comment on column public.mensajes_salientes.esperar_hasta is
  'Con la ventana de 24 horas cerrada, hasta cuando espera a que el cliente escriba; nulo: falla al salir';

create function public.vaciar_contenido() returns trigger
language plpgsql set search_path = ''
as $$
begin
  new.contenido := '{}';
  return new;
end;
$$;
comment on function public.vaciar_contenido is 'A quien se suprime se le vacia el texto: lo demas del mensaje tambien';
create trigger vaciar_contenido before update of texto on public.mensajes_salientes
  for each row when (new.texto = '' and old.texto <> '') execute function public.vaciar_contenido();

alter table public.configuracion_bot
  add column bienvenida_dias smallint not null default 0 check (bienvenida_dias between 0 and 365),
  add column plantillas_en timestamptz,
  add column plantillas_error text not null default '' check (length(plantillas_error) <= 300);
comment on column public.configuracion_bot.bienvenida_dias is 'Dias sin escribir tras los que se vuelve a dar la bienvenida; 0: solo la primera vez';
comment on column public.configuracion_bot.plantillas_en is 'Cuando se leyeron por ultima vez las plantillas del proveedor';
comment on column public.configuracion_bot.plantillas_error is 'Por que no se pudieron leer la ultima vez; vacio si se pudo';

-- ---------------------------------------------------------------- Plantillas
create table public.plantillas (
  id uuid primary key default gen_random_uuid(),
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  proveedor_sid text not null,
  nombre text not null,
  idioma text not null default '',
  categoria text not null default '',
  tipo text not null default 'texto',
  cuerpo text not null default '',
  variables jsonb not null default '{}' check (jsonb_typeof(variables) = 'object'),
  botones text[] not null default '{}',
  estado text not null default 'sin_enviar' check (estado in ('aprobada', 'pendiente', 'rechazada', 'pausada', 'sin_enviar')),
  motivo text not null default '',
  fecha_actualizacion timestamptz not null default now(),
  unique (nombre_nora, id),
  unique (nombre_nora, proveedor_sid)
);
create index plantillas_por_nombre on public.plantillas (nombre_nora, nombre, id);
comment on table public.plantillas is 'Copia de las plantillas que cada Nora tiene con su proveedor; la verdad es la de el';
comment on column public.plantillas.variables is 'Numero de variable -> ejemplo, como las dio de alta el dueño';

-- ---------------------------------------------------------------- Formularios
create table public.formularios (
  id uuid primary key default gen_random_uuid(),
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  nombre text not null check (length(btrim(nombre)) between 1 and 60),
  palabras text[] not null default '{}' check (cardinality(palabras) <= 20),
  presentacion text not null default '' check (length(presentacion) <= 600),
  pasos jsonb not null default '[]' check (jsonb_typeof(pasos) = 'array' and jsonb_array_length(pasos) <= 20),
  despedida text not null default '' check (length(despedida) <= 600),
  vigencia_horas smallint not null default 24 check (vigencia_horas between 1 and 336),
  avisar boolean not null default true,
  activo boolean not null default true,
  fecha_creacion timestamptz not null default now(),
  fecha_actualizacion timestamptz not null default now(),
  unique (nombre_nora, id)
);
create index formularios_por_nombre on public.formularios (nombre_nora, nombre, id);
comment on table public.formularios is 'Preguntas que Nora hace una por una; lo contestado queda en formulario_respuestas';
comment on column public.formularios.pasos is
  '[{clave, pregunta, tipo: texto|numero|fecha|hora|correo|telefono|opcion|si_no, opciones, opcional, guardar_en}]';
comment on column public.formularios.avisar is 'Al terminarlo, la platica queda esperando a una persona';
create trigger fecha_actualizacion before update on public.formularios
  for each row execute function public.poner_fecha_actualizacion();

create table public.formulario_respuestas (
  id uuid primary key default gen_random_uuid(),
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  formulario_id uuid not null,
  conversacion_id uuid not null,
  estado text not null default 'en_curso' check (estado in ('en_curso', 'terminado', 'cancelado', 'vencido')),
  paso smallint not null default 0 check (paso >= 0),
  pasos jsonb not null default '[]',
  datos jsonb not null default '{}' check (jsonb_typeof(datos) = 'object'),
  preguntado_en timestamptz not null default now(),
  vence_en timestamptz not null,
  terminado_en timestamptz,
  fecha_creacion timestamptz not null default now(),
  unique (nombre_nora, id),
  foreign key (nombre_nora, formulario_id) references public.formularios (nombre_nora, id)
    on update cascade on delete cascade deferrable initially deferred,
  foreign key (nombre_nora, conversacion_id) references public.conversaciones (nombre_nora, id)
    on update cascade on delete cascade deferrable initially deferred
);
create unique index formulario_en_curso on public.formulario_respuestas (nombre_nora, conversacion_id)
  where estado = 'en_curso';
create index formulario_respuestas_recientes on public.formulario_respuestas (nombre_nora, formulario_id, fecha_creacion desc, id);
create index formulario_respuestas_de_conversacion on public.formulario_respuestas (nombre_nora, conversacion_id);
comment on table public.formulario_respuestas is 'Un formulario que alguien contesta o contesto; uno en curso por platica';
comment on column public.formulario_respuestas.pasos is 'Copia de los pasos al empezar: editarlo a la mitad no descuadra a nadie';
comment on column public.formulario_respuestas.datos is 'Clave del paso -> lo contestado, como texto ya validado';

-- ---------------------------------------------------------------- Menu
create table public.menus (
  nombre_nora text primary key references public.configuracion_bot on update cascade on delete cascade,
  activo boolean not null default true,
  encabezado text not null default '¿En qué te ayudo?' check (length(btrim(encabezado)) between 1 and 600),
  boton text not null default 'Ver opciones' check (length(btrim(boton)) between 1 and 20),
  palabras text[] not null default '{menú,opciones}' check (cardinality(palabras) <= 20),
  al_saludar boolean not null default true,
  fecha_actualizacion timestamptz not null default now()
);
comment on table public.menus is 'Como se ofrece el menu de una Nora y con que palabras se abre';
create trigger fecha_actualizacion before update on public.menus
  for each row execute function public.poner_fecha_actualizacion();

create table public.menu_opciones (
  id uuid primary key default gen_random_uuid(),
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  padre_id uuid,
  orden smallint not null default 0,
  titulo text not null check (length(btrim(titulo)) between 1 and 60),
  descripcion text not null default '' check (length(descripcion) <= 72),
  accion text not null check (accion in ('texto', 'bloque', 'formulario', 'persona', 'submenu')),
  texto text not null default '' check (length(texto) <= 1200),
  bloque_id uuid,
  formulario_id uuid,
  fecha_creacion timestamptz not null default now(),
  unique (nombre_nora, id),
  foreign key (nombre_nora, padre_id) references public.menu_opciones (nombre_nora, id)
    on update cascade on delete cascade deferrable initially deferred,
  foreign key (nombre_nora, bloque_id) references public.conocimiento_nora (nombre_nora, id)
    on update cascade on delete set null (bloque_id) deferrable initially deferred,
  foreign key (nombre_nora, formulario_id) references public.formularios (nombre_nora, id)
    on update cascade on delete set null (formulario_id) deferrable initially deferred
);
create index menu_opciones_en_orden on public.menu_opciones (nombre_nora, orden, fecha_creacion, id);
create index menu_opciones_por_padre on public.menu_opciones (nombre_nora, padre_id);
create index menu_opciones_por_bloque on public.menu_opciones (nombre_nora, bloque_id) where bloque_id is not null;
create index menu_opciones_por_formulario on public.menu_opciones (nombre_nora, formulario_id) where formulario_id is not null;
comment on table public.menu_opciones is 'Las opciones del menu; las de un submenu apuntan a la suya con padre_id';
comment on column public.menu_opciones.texto is 'Lo que se contesta; en un submenu, lo que se pregunta';

-- ---------------------------------------------------------------- Paredes
do $$
declare
  tabla text;
begin
  foreach tabla in array array['plantillas', 'formularios', 'formulario_respuestas', 'menus', 'menu_opciones'] loop
    execute format('alter table public.%I enable row level security', tabla);
    execute format('alter table public.%I force row level security', tabla);
    execute format('create policy por_nora on public.%I to authenticated'
                   ' using (nombre_nora = (select public.nora_del_token()))'
                   ' with check (nombre_nora = (select public.nora_del_token()))', tabla);
    execute format('revoke all on public.%I from anon, authenticated', tabla);
    execute format('grant select, insert, update, delete on public.%I to authenticated', tabla);
    execute format('grant all on public.%I to service_role', tabla);
  end loop;
end;
$$;

-- Una persona que toma la platica detiene el formulario: el plazo se mide desde que la suelta.
create function public.pausar_formulario() returns trigger
language plpgsql set search_path = ''
as $$
begin
  update public.formulario_respuestas r set vence_en = r.vence_en + (new.humano_hasta - greatest(old.humano_hasta, now()))
  where r.nombre_nora = new.nombre_nora and r.conversacion_id = new.id and r.estado = 'en_curso';
  return null;
end;
$$;
create trigger pausar_formulario after update of humano_hasta on public.conversaciones
  for each row when (new.humano_hasta > coalesce(old.humano_hasta, '-infinity') and new.humano_hasta < 'infinity')
  execute function public.pausar_formulario();

-- ---------------------------------------------------------------- El turno
create or replace function public.leer_turno(p_nombre_nora text, p_conversacion_id uuid)
returns jsonb language sql stable set search_path = ''
as $$
  select jsonb_build_object(
    'nora', jsonb_build_object(
      'nombre_nora', n.nombre_nora, 'nombre_visible', n.nombre_visible, 'activo', n.activo, 'ia_activa', n.ia_activa,
      'mensaje_bienvenida', n.mensaje_bienvenida, 'mensaje_fuera_tema', n.mensaje_fuera_tema,
      'modo_respuesta', n.modo_respuesta, 'silencio_segundos', n.silencio_segundos,
      'zona_horaria', n.zona_horaria, 'horario', n.horario, 'mensaje_fuera_horario', n.mensaje_fuera_horario,
      'aviso_privacidad', n.aviso_privacidad, 'modulos', n.modulos),
    'ahora', clock_timestamp(),
    'conversacion_id', v.id,
    'contacto_id', c.id,
    'canal', v.canal,
    'es_empleado', v.canal <> 'simulador' and c.telefono is not null and exists (
      select 1 from public.numeros_equipo e
      where e.nombre_nora = p_nombre_nora
        and e.telefono in (c.telefono, public.llave_telefono(c.telefono))),
    'persona_al_mando', coalesce(v.humano_hasta > now(), false),
    'espera_persona', v.espera_persona_desde is not null,
    'opciones', coalesce(v.opciones, '[]'),
    'primera_vez', v.saludada_en is null,
    'saludada', v.saludada_en is not null and not (n.bienvenida_dias > 0 and coalesce((
      select m.fecha_creacion < now() - make_interval(days => n.bienvenida_dias) from public.mensajes m
      where m.nombre_nora = p_nombre_nora and m.conversacion_id = v.id
        and (m.sentido = 'saliente' or m.atendido_en is not null)
      order by m.id desc limit 1), false)),
    'de_baja', c.baja_en is not null,
    'cierre_avisado_hace_s', extract(epoch from clock_timestamp() - v.cierre_avisado_en),
    'avisado_hace_s', (
      select extract(epoch from clock_timestamp() - max(m.fecha_creacion)) from public.mensajes m
      where m.nombre_nora = p_nombre_nora and m.conversacion_id = v.id and m.sentido = 'saliente'
        and m.decisor in ('pedir_persona', 'pasar_a_persona') and m.fecha_creacion > now() - interval '1 day'),
    'hay_menu', exists (select 1 from public.menus u where u.nombre_nora = p_nombre_nora and u.activo)
      and exists (select 1 from public.menu_opciones o where o.nombre_nora = p_nombre_nora),
    'hay_formularios', exists (select 1 from public.formularios f where f.nombre_nora = p_nombre_nora and f.activo),
    'formulario', (
      select jsonb_build_object(
        'id', r.id, 'formulario_id', r.formulario_id, 'nombre', f.nombre, 'despedida', f.despedida,
        'avisar', f.avisar, 'vigencia_horas', f.vigencia_horas, 'paso', r.paso, 'pasos', r.pasos, 'datos', r.datos,
        'vencido', r.vence_en <= clock_timestamp(),
        'interrumpido', exists (
          select 1 from public.mensajes m
          where m.nombre_nora = p_nombre_nora and m.conversacion_id = v.id and m.sentido = 'saliente'
            and m.autor = 'persona' and m.fecha_creacion > r.preguntado_en))
      from public.formulario_respuestas r
      join public.formularios f on f.nombre_nora = r.nombre_nora and f.id = r.formulario_id
      where r.nombre_nora = p_nombre_nora and r.conversacion_id = v.id and r.estado = 'en_curso'),
    'pendientes', (
      select coalesce(jsonb_agg(jsonb_build_object(
          'id', m.id, 'texto', m.texto, 'tipo', m.tipo,
          'toque', coalesce(nullif(m.crudo ->> 'ButtonPayload', ''), m.crudo ->> 'ListId', ''),
          'edad_s', extract(epoch from clock_timestamp() - m.fecha_creacion)) order by m.id), '[]')
      from public.mensajes m
      where m.nombre_nora = p_nombre_nora and m.conversacion_id = v.id
        and m.sentido = 'entrante' and m.atendido_en is null))
  from public.conversaciones v
  join public.configuracion_bot n on n.nombre_nora = v.nombre_nora
  join public.contactos c on c.nombre_nora = v.nombre_nora and c.id = v.contacto_id
  where v.nombre_nora = p_nombre_nora and v.id = p_conversacion_id
$$;

drop function public.responder_turno(text, uuid, bigint, text, text, jsonb, jsonb, boolean, text, boolean, boolean, boolean);
create function public.responder_turno(
  p_nombre_nora text, p_conversacion_id uuid, p_hasta_mensaje bigint, p_texto text, p_decisor text,
  p_fuentes jsonb default '[]', p_opciones jsonb default null, p_pasar_a_persona boolean default false,
  p_motivo text default '', p_saludar boolean default false, p_baja boolean default null,
  p_avisar_cierre boolean default false, p_contenido jsonb default '{}', p_formulario jsonb default null)
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
    insert into public.mensajes_salientes (nombre_nora, mensaje_id, conversacion_id, canal, direccion_envio, texto, contenido)
    values (p_nombre_nora, v_mensaje, p_conversacion_id, v.canal, v_envio, p_texto, coalesce(p_contenido, '{}'));
  end if;

  if p_formulario is not null then
    perform public.avanzar_formulario(p_nombre_nora, p_conversacion_id, v.contacto_id, p_formulario);
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

-- Mueve el formulario de una platica. p_cambio: {id (nulo: empieza), formulario_id, estado, paso, pasos, datos,
-- vigencia_horas, ficha: {nombre, correo}, propios: {id de campo: valor}}.
create function public.avanzar_formulario(p_nombre_nora text, p_conversacion_id uuid, p_contacto_id uuid, p_cambio jsonb)
returns void language plpgsql set search_path = ''
as $$
begin
  update public.formulario_respuestas r
  set estado = case when r.vence_en <= now() then 'vencido' else 'cancelado' end
  where r.nombre_nora = p_nombre_nora and r.conversacion_id = p_conversacion_id and r.estado = 'en_curso'
    and r.id is distinct from (p_cambio ->> 'id')::uuid;
  if p_cambio ->> 'id' is null then
    insert into public.formulario_respuestas (nombre_nora, formulario_id, conversacion_id, pasos, vence_en)
    values (p_nombre_nora, (p_cambio ->> 'formulario_id')::uuid, p_conversacion_id, p_cambio -> 'pasos',
            now() + make_interval(hours => (p_cambio ->> 'vigencia_horas')::integer));
    return;
  end if;
  update public.formulario_respuestas r
  set estado = p_cambio ->> 'estado', paso = (p_cambio ->> 'paso')::integer, datos = p_cambio -> 'datos',
      preguntado_en = now(),
      vence_en = case when p_cambio ->> 'estado' = 'en_curso'
                      then now() + make_interval(hours => (p_cambio ->> 'vigencia_horas')::integer) else r.vence_en end,
      terminado_en = case when p_cambio ->> 'estado' = 'terminado' then now() end
  where r.nombre_nora = p_nombre_nora and r.id = (p_cambio ->> 'id')::uuid and r.estado = 'en_curso';
  if found and p_cambio ->> 'estado' = 'terminado' then
    -- Solo los campos que aun existen, y cada uno como su tipo lo guarda: lo que no cabe se queda en el formulario.
    update public.contactos c
    set nombre = coalesce(nullif(left(p_cambio -> 'ficha' ->> 'nombre', 120), ''), c.nombre),
        correo = coalesce(nullif(left(p_cambio -> 'ficha' ->> 'correo', 254), ''), c.correo),
        propios = c.propios || coalesce((
          select jsonb_object_agg(k.key, case p.tipo when 'fecha' then regexp_replace(k.value, '^(\d\d)/(\d\d)/(\d{4})$', '\3-\2-\1')
                                                     else left(k.value, 200) end)
          from jsonb_each_text(p_cambio -> 'propios') as k
          join public.campos_propios p on p.nombre_nora = p_nombre_nora and p.id::text = k.key
          where case p.tipo when 'fecha' then k.value ~ '^\d\d/\d\d/\d{4}$'
                            when 'numero' then k.value ~ '^-?\d+(\.\d+)?$'
                            when 'opcion' then k.value = any (p.opciones)
                            else true end), '{}')
    where c.nombre_nora = p_nombre_nora and c.id = p_contacto_id;
  end if;
end;
$$;
comment on function public.avanzar_formulario is 'Empieza, avanza o cierra el formulario de una platica; al terminar guarda en la ficha lo elegido';

-- ---------------------------------------------------------------- Salir
-- Lo que un trabajo quiere decir sin que el cliente acabe de escribir. Con la ventana cerrada sale la plantilla de
-- si_cerrada, o espera. p_clave: el mismo pedido repetido es un solo mensaje. Devuelve el id del mensaje; nulo si no hay platica.
create function public.escribir_como_nora(
  p_nombre_nora text, p_conversacion_id uuid, p_texto text, p_clave text, p_decisor text,
  p_contenido jsonb default '{}', p_esperar_horas integer default 0)
returns bigint language plpgsql set search_path = ''
as $$
declare
  v public.conversaciones;
  v_mensaje bigint;
begin
  select * into v from public.conversaciones c
  where c.nombre_nora = p_nombre_nora and c.id = p_conversacion_id for update;
  if not found then
    return null;
  end if;
  insert into public.mensajes (nombre_nora, conversacion_id, sentido, autor, texto, decisor, proveedor_sid)
  values (p_nombre_nora, v.id, 'saliente', 'nora', p_texto, p_decisor, 'nora:' || p_clave)
  on conflict (nombre_nora, proveedor_sid) do nothing returning id into v_mensaje;
  if v_mensaje is null then
    select m.id into v_mensaje from public.mensajes m
    where m.nombre_nora = p_nombre_nora and m.proveedor_sid = 'nora:' || p_clave;
    return v_mensaje;
  end if;
  insert into public.mensajes_salientes (nombre_nora, mensaje_id, conversacion_id, canal, direccion_envio, texto,
                                         contenido, esperar_hasta)
  select p_nombre_nora, v_mensaje, v.id, v.canal, c.direccion_envio, p_texto, coalesce(p_contenido, '{}'),
         case when p_esperar_horas > 0 then now() + make_interval(hours => p_esperar_horas) end
  from public.contactos c where c.nombre_nora = p_nombre_nora and c.id = v.contacto_id;
  update public.conversaciones c set ultimo_mensaje_en = now(), ultimo_texto = left(p_texto, 160)
  where c.nombre_nora = p_nombre_nora and c.id = v.id;
  return v_mensaje;
end;
$$;
comment on function public.escribir_como_nora is 'Deja en el buzon de salida algo que dice un trabajo, una sola vez';

-- La ventana se cerro antes de salir: el mensaje pasa a ser la plantilla que llevaba para ese caso.
create function public.cambiar_a_plantilla(p_nombre_nora text, p_saliente_id bigint)
returns void language sql set search_path = ''
as $$
  with s as (
    update public.mensajes_salientes t
    set texto = t.contenido -> 'si_cerrada' ->> 'texto',
        contenido = jsonb_build_object('plantilla', t.contenido -> 'si_cerrada')
    where t.nombre_nora = p_nombre_nora and t.id = p_saliente_id and t.contenido ? 'si_cerrada'
    returning t.mensaje_id, t.texto)
  update public.mensajes m set texto = s.texto from s where m.nombre_nora = p_nombre_nora and m.id = s.mensaje_id
$$;
comment on function public.cambiar_a_plantilla is 'Vuelve plantilla un mensaje libre que ya no cabe en la ventana de 24 horas';

-- Una persona manda una plantilla aprobada. Lo demas, como al contestar: Nora calla un rato. P0002 si algo no existe.
create function public.enviar_plantilla(
  p_conversacion_id uuid, p_plantilla_id uuid, p_texto text, p_variables jsonb, p_usuario_id uuid, p_clave text)
returns jsonb language plpgsql set search_path = ''
as $$
declare
  v public.conversaciones;
  t public.plantillas;
  v_mensaje bigint;
begin
  select * into v from public.conversaciones c
  where c.nombre_nora = (select public.nora_del_token()) and c.id = p_conversacion_id for update;
  if not found then
    raise exception 'conversacion no encontrada' using errcode = 'P0002';
  end if;
  select * into t from public.plantillas x
  where x.nombre_nora = v.nombre_nora and x.id = p_plantilla_id and x.estado = 'aprobada';
  if not found then
    raise exception 'plantilla no encontrada' using errcode = 'P0002';
  end if;
  insert into public.mensajes (nombre_nora, conversacion_id, sentido, autor, usuario_id, texto, decisor, proveedor_sid)
  values (v.nombre_nora, v.id, 'saliente', 'persona', p_usuario_id, p_texto, 'plantilla', 'panel:' || p_clave)
  on conflict (nombre_nora, proveedor_sid) do nothing returning id into v_mensaje;
  if v_mensaje is null then
    select m.id into v_mensaje from public.mensajes m
    where m.nombre_nora = v.nombre_nora and m.proveedor_sid = 'panel:' || p_clave;
    return jsonb_build_object('nuevo', false, 'mensaje_id', v_mensaje);
  end if;
  insert into public.mensajes_salientes (nombre_nora, mensaje_id, conversacion_id, canal, direccion_envio, texto, contenido)
  select v.nombre_nora, v_mensaje, v.id, v.canal, c.direccion_envio, p_texto,
         jsonb_build_object('plantilla', jsonb_build_object('sid', t.proveedor_sid, 'variables', p_variables))
  from public.contactos c where c.nombre_nora = v.nombre_nora and c.id = v.contacto_id;
  update public.conversaciones c
  set humano_hasta = now() + make_interval(mins => (
        select n.pausa_persona_minutos from public.configuracion_bot n where n.nombre_nora = v.nombre_nora)),
      tomada_por = p_usuario_id, opciones = null, espera_persona_desde = null, motivo_espera = '', no_leidos = 0,
      ultimo_mensaje_en = now(), ultimo_texto = left(p_texto, 160)
  where c.nombre_nora = v.nombre_nora and c.id = v.id;
  return jsonb_build_object('nuevo', true, 'mensaje_id', v_mensaje);
end;
$$;
comment on function public.enviar_plantilla is 'Una persona manda una plantilla aprobada desde el panel, una sola vez por clave';

-- Lo que el proveedor tiene hoy; lo que ya no tiene se quita.
create function public.guardar_plantillas(p_nombre_nora text, p_plantillas jsonb)
returns integer language plpgsql set search_path = ''
as $$
declare
  cuantas integer;
begin
  insert into public.plantillas as t (nombre_nora, proveedor_sid, nombre, idioma, categoria, tipo, cuerpo, variables,
                                      botones, estado, motivo, fecha_actualizacion)
  select p_nombre_nora, x.proveedor_sid, x.nombre, x.idioma, x.categoria, x.tipo, x.cuerpo, x.variables,
         coalesce(x.botones, '{}'), x.estado, x.motivo, now()
  from jsonb_to_recordset(p_plantillas) as x(proveedor_sid text, nombre text, idioma text, categoria text, tipo text,
    cuerpo text, variables jsonb, botones text[], estado text, motivo text)
  on conflict (nombre_nora, proveedor_sid) do update
    set nombre = excluded.nombre, idioma = excluded.idioma, categoria = excluded.categoria, tipo = excluded.tipo,
        cuerpo = excluded.cuerpo, variables = excluded.variables, botones = excluded.botones,
        estado = excluded.estado, motivo = excluded.motivo, fecha_actualizacion = now();
  get diagnostics cuantas = row_count;
  delete from public.plantillas t where t.nombre_nora = p_nombre_nora
    and not exists (select 1 from jsonb_array_elements(p_plantillas) as x where x ->> 'proveedor_sid' = t.proveedor_sid);
  update public.configuracion_bot n set plantillas_en = now(), plantillas_error = '' where n.nombre_nora = p_nombre_nora;
  return cuantas;
end;
$$;
comment on function public.guardar_plantillas is 'Deja las plantillas de una Nora como las tiene su proveedor';

-- Que le pasa a un contacto segun lo que dijo el proveedor; se quita solo cuando vuelve a escribir.
create function public.anotar_problema(p_nombre_nora text, p_saliente_id bigint, p_proveedor_sid text, p_problema text)
returns void language sql set search_path = ''
as $$
  update public.contactos c set problema_envio = p_problema
  from public.mensajes_salientes s join public.conversaciones v
    on v.nombre_nora = s.nombre_nora and v.id = s.conversacion_id
  where s.nombre_nora = p_nombre_nora and c.nombre_nora = p_nombre_nora and c.id = v.contacto_id
    and case when p_saliente_id is not null then s.id = p_saliente_id else s.proveedor_sid = p_proveedor_sid end
$$;
comment on function public.anotar_problema is 'Marca a un contacto que no puede recibir, sea cual sea el canal que lo dijo';

-- Lo mismo de antes, y lo que espera a que el cliente escriba no da vueltas mientras la ventana siga cerrada.
create or replace function public.repescar_mensajes(p_segundos integer default 60)
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
    join public.conversaciones v on v.nombre_nora = s.nombre_nora and v.id = s.conversacion_id
    where s.estado in ('pendiente', 'enviando') and s.fecha_actualizacion < now() - make_interval(secs => p_segundos)
      and not (coalesce(s.esperar_hasta > now(), false)
               and coalesce(v.ultimo_entrante_en < now() - interval '24 hours', true))
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

-- ---------------------------------------------------------------- Permisos
revoke execute on function
  public.responder_turno(text, uuid, bigint, text, text, jsonb, jsonb, boolean, text, boolean, boolean, boolean, jsonb, jsonb),
  public.avanzar_formulario(text, uuid, uuid, jsonb),
  public.escribir_como_nora(text, uuid, text, text, text, jsonb, integer),
  public.cambiar_a_plantilla(text, bigint),
  public.enviar_plantilla(uuid, uuid, text, jsonb, uuid, text),
  public.guardar_plantillas(text, jsonb),
  public.anotar_problema(text, bigint, text, text),
  public.vaciar_contenido(), public.pausar_formulario()
from public, anon, authenticated;
grant execute on function
  public.responder_turno(text, uuid, bigint, text, text, jsonb, jsonb, boolean, text, boolean, boolean, boolean, jsonb, jsonb),
  public.avanzar_formulario(text, uuid, uuid, jsonb),
  public.escribir_como_nora(text, uuid, text, text, text, jsonb, integer),
  public.cambiar_a_plantilla(text, bigint),
  public.enviar_plantilla(uuid, uuid, text, jsonb, uuid, text),
  public.guardar_plantillas(text, jsonb),
  public.anotar_problema(text, bigint, text, text),
  public.vaciar_contenido(), public.pausar_formulario()
to service_role;
grant execute on function public.enviar_plantilla(uuid, uuid, text, jsonb, uuid, text) to authenticated;
