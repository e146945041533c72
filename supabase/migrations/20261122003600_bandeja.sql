-- La bandeja completa: en que va cada conversacion, de quien es, lo que anota el equipo y lo que sale despues.

alter table public.conversaciones
  add column estado text not null default 'abierta' check (estado in ('abierta', 'pendiente', 'pospuesta', 'resuelta')),
  add column pospuesta_hasta timestamptz,
  add column asignada_a uuid references public.usuarios on delete set null,
  add constraint pospuesta_con_fecha check ((estado = 'pospuesta') = (pospuesta_hasta is not null));
create index conversaciones_por_estado on public.conversaciones (nombre_nora, estado, ultimo_mensaje_en desc, id desc);
create index conversaciones_asignadas on public.conversaciones (nombre_nora, asignada_a) where asignada_a is not null;
create index conversaciones_pospuestas on public.conversaciones (pospuesta_hasta) where pospuesta_hasta is not null;
comment on column public.conversaciones.estado is 'abierta; pendiente: falta algo del cliente; pospuesta: vuelve sola; resuelta';
comment on column public.conversaciones.pospuesta_hasta is 'Cuando vuelve a abrirse sola, si antes no escribe el cliente';
comment on column public.conversaciones.asignada_a is 'Quien del equipo la atiende; nulo: esta en la fila';
alter table public.configuracion_bot
  add column cerrar_tras_dias integer not null default 14 check (cerrar_tras_dias between 0 and 365);
comment on column public.configuracion_bot.cerrar_tras_dias is 'Dias sin mensajes para resolver sola una conversacion; 0: nunca';

-- ---------------------------------------------------------------- Lo que paso y lo que se anoto
create table public.conversacion_sucesos (
  id bigint generated always as identity primary key,
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  conversacion_id uuid not null,
  tipo text not null check (tipo in ('nota', 'estado', 'asignacion', 'mando', 'espera', 'programado')),
  texto text not null check (length(texto) between 1 and 4000),
  usuario_id uuid references public.usuarios on delete set null,
  clave uuid,
  despues_de bigint not null default 0,
  fecha_creacion timestamptz not null default now(),
  unique (nombre_nora, id),
  unique (nombre_nora, clave),
  foreign key (nombre_nora, conversacion_id) references public.conversaciones (nombre_nora, id)
    on update cascade on delete cascade deferrable initially deferred
);
create index conversacion_sucesos_en_orden on public.conversacion_sucesos (nombre_nora, conversacion_id, id desc);
comment on table public.conversacion_sucesos is 'Notas del equipo e historia de una conversacion; el cliente nunca las ve';
comment on column public.conversacion_sucesos.despues_de is 'Ultimo mensaje que habia: ahi se ensena';
comment on column public.conversacion_sucesos.clave is 'La que puso el navegador a una nota: repetirla no la duplica';

create table public.menciones (
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  suceso_id bigint not null,
  conversacion_id uuid not null,
  usuario_id uuid not null,
  vista_en timestamptz,
  primary key (nombre_nora, suceso_id, usuario_id),
  foreign key (nombre_nora, suceso_id) references public.conversacion_sucesos (nombre_nora, id)
    on update cascade on delete cascade deferrable initially deferred,
  foreign key (nombre_nora, conversacion_id) references public.conversaciones (nombre_nora, id)
    on update cascade on delete cascade deferrable initially deferred,
  foreign key (usuario_id, nombre_nora) references public.usuarios_noras (usuario_id, nombre_nora)
    on update cascade on delete cascade deferrable initially deferred
);
create index menciones_sin_ver on public.menciones (nombre_nora, usuario_id, conversacion_id) where vista_en is null;
create index menciones_de_conversacion on public.menciones (nombre_nora, conversacion_id);
comment on table public.menciones is 'A quien del equipo se nombro en una nota, y si ya la vio';

create table public.mensajes_programados (
  id uuid primary key default gen_random_uuid(),
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  conversacion_id uuid not null,
  texto text not null check (length(btrim(texto)) between 1 and 4096),
  cuando timestamptz not null,
  usuario_id uuid references public.usuarios on delete set null,
  estado text not null default 'pendiente' check (estado in ('pendiente', 'enviado', 'cancelado', 'detenido')),
  fecha_creacion timestamptz not null default now(),
  unique (nombre_nora, id),
  foreign key (nombre_nora, conversacion_id) references public.conversaciones (nombre_nora, id)
    on update cascade on delete cascade deferrable initially deferred
);
create index mensajes_programados_de_conversacion on public.mensajes_programados (nombre_nora, conversacion_id, cuando);
create index mensajes_programados_por_salir on public.mensajes_programados (cuando) where estado = 'pendiente';
comment on table public.mensajes_programados is 'Lo que una persona dejo escrito para mas tarde en una conversacion';
comment on column public.mensajes_programados.estado is 'detenido: llego su hora con la ventana de 24 horas cerrada';

create table public.respuestas_rapidas (
  id uuid primary key default gen_random_uuid(),
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  atajo text not null check (atajo ~ '^[a-z0-9_-]{1,30}$'),
  texto text not null check (length(btrim(texto)) between 1 and 2000),
  fecha_creacion timestamptz not null default now(),
  unique (nombre_nora, id),
  unique (nombre_nora, atajo)
);
comment on table public.respuestas_rapidas is 'Lo que el equipo escribe seguido: se pone con «/» y su atajo';

create table public.presencias (
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  usuario_id uuid not null,
  visto_en timestamptz not null default now(),
  asignada_en timestamptz,
  primary key (nombre_nora, usuario_id),
  foreign key (usuario_id, nombre_nora) references public.usuarios_noras (usuario_id, nombre_nora)
    on update cascade on delete cascade deferrable initially deferred
);
comment on table public.presencias is 'Quien del equipo tiene el chat abierto, y cuando le toco la ultima';

do $$
declare
  tabla text;
begin
  foreach tabla in array array['conversacion_sucesos', 'menciones', 'mensajes_programados', 'respuestas_rapidas',
                               'presencias'] loop
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

-- ---------------------------------------------------------------- La historia se escribe sola
create function public.anotar_suceso(p_nora text, p_conversacion_id uuid, p_tipo text, p_texto text, p_usuario_id uuid)
returns bigint language sql set search_path = ''
as $$
  insert into public.conversacion_sucesos (nombre_nora, conversacion_id, tipo, texto, usuario_id, despues_de)
  values (p_nora, p_conversacion_id, p_tipo, left(p_texto, 4000), p_usuario_id, coalesce((
    select max(m.id) from public.mensajes m where m.nombre_nora = p_nora and m.conversacion_id = p_conversacion_id), 0))
  returning id
$$;
comment on function public.anotar_suceso is 'Un renglon en la historia de una conversacion, despues de su ultimo mensaje';

-- Lo resuelto, pospuesto o pendiente vuelve a abrirse cuando el cliente escribe.
create function public.reabrir_conversacion() returns trigger
language plpgsql set search_path = ''
as $$
begin
  if new.estado in ('pospuesta', 'resuelta') then
    perform public.anotar_suceso(new.nombre_nora, new.id, 'estado', 'Volvió a abrirse: escribió el cliente', null);
  end if;
  new.estado := 'abierta';
  new.pospuesta_hasta := null;
  return new;
end;
$$;
create trigger reabrir_conversacion before update of ultimo_entrante_en on public.conversaciones
  for each row when (new.estado <> 'abierta' and old.ultimo_entrante_en is distinct from new.ultimo_entrante_en)
  execute function public.reabrir_conversacion();

create function public.contar_la_historia() returns trigger
language plpgsql set search_path = ''
as $$
begin
  if old.tomada_por is distinct from new.tomada_por and new.tomada_por is not null then
    perform public.anotar_suceso(new.nombre_nora, new.id, 'mando', 'tomó la conversación', new.tomada_por);
  elsif old.humano_hasta > now() and new.humano_hasta is null then
    perform public.anotar_suceso(new.nombre_nora, new.id, 'mando', 'La conversación volvió a Nora', null);
  end if;
  if old.espera_persona_desde is null and new.espera_persona_desde is not null then
    perform public.anotar_suceso(new.nombre_nora, new.id, 'espera',
      'Pasó a una persona' || case when btrim(new.motivo_espera) <> '' then ': ' || new.motivo_espera else '' end, null);
  end if;
  return null;
end;
$$;
create trigger contar_la_historia after update of tomada_por, humano_hasta, espera_persona_desde on public.conversaciones
  for each row when (old.tomada_por is distinct from new.tomada_por or old.humano_hasta is distinct from new.humano_hasta
                     or old.espera_persona_desde is distinct from new.espera_persona_desde)
  execute function public.contar_la_historia();
create trigger avisar_estado after update on public.conversaciones
  for each row when (old.estado is distinct from new.estado or old.asignada_a is distinct from new.asignada_a)
  execute function public.avisar_cambio();

create function public.avisar_de_conversacion() returns trigger
language plpgsql set search_path = ''
as $$
begin
  perform pg_notify('nora_cambios', jsonb_build_object('tipo', 'conversacion', 'nora', new.nombre_nora,
    'conversacion_id', new.conversacion_id)::text);
  return null;
end;
$$;
create trigger avisar_suceso after insert on public.conversacion_sucesos
  for each row execute function public.avisar_de_conversacion();
create trigger avisar_programado after insert or update of estado on public.mensajes_programados
  for each row execute function public.avisar_de_conversacion();

create function public.encolar_mencion() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform cola.encolar('mensajes', 'avisar_mencion', 'mencion:' || new.usuario_id,
    jsonb_build_object('nombre_nora', new.nombre_nora, 'suceso_id', new.suceso_id, 'usuario_id', new.usuario_id), null);
  return null;
end;
$$;
create trigger encolar_mencion after insert on public.menciones
  for each row when (new.vista_en is null) execute function public.encolar_mencion();

-- ---------------------------------------------------------------- Estado y asignacion, de una o de muchas
-- p_cambio: {"estado", "pospuesta_hasta"} y/o {"asignada_a"} (nulo: a la fila). Devuelve como estaban, para deshacer.
-- Errores: P0002 alguna no existe; P0001 la persona no es del equipo.
create function public.cambiar_conversaciones(p_ids uuid[], p_cambio jsonb, p_usuario_id uuid) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  v_nora text := public.nora_del_token();
  v_persona uuid := (p_cambio ->> 'asignada_a')::uuid;
  v_estado text := p_cambio ->> 'estado';
  v_hasta timestamptz := (p_cambio ->> 'pospuesta_hasta')::timestamptz;
  v_antes jsonb := '[]';
  v public.conversaciones;
begin
  if v_persona is not null and not public.es_del_equipo(v_persona) then
    raise exception 'no es del equipo' using errcode = 'P0001';
  end if;
  for v in select c.* from public.conversaciones c
           where c.nombre_nora = v_nora and c.id = any (p_ids) order by c.id for update loop
    v_antes := v_antes || jsonb_build_object('id', v.id, 'estado', v.estado, 'pospuesta_hasta', v.pospuesta_hasta,
                                             'asignada_a', v.asignada_a);
    if v_estado is not null and (v_estado, v_hasta) is distinct from (v.estado, v.pospuesta_hasta) then
      update public.conversaciones c
      set estado = v_estado, pospuesta_hasta = case when v_estado = 'pospuesta' then v_hasta end,
          no_leidos = case when v_estado in ('resuelta', 'pospuesta') then 0 else c.no_leidos end,
          espera_persona_desde = case when v_estado in ('resuelta', 'pospuesta') then null else c.espera_persona_desde end,
          motivo_espera = case when v_estado in ('resuelta', 'pospuesta') then '' else c.motivo_espera end
      where c.nombre_nora = v_nora and c.id = v.id;
      perform public.anotar_suceso(v_nora, v.id, 'estado', case v_estado
        when 'resuelta' then 'la marcó como resuelta' when 'pendiente' then 'la dejó pendiente'
        when 'pospuesta' then 'la pospuso' else 'la abrió de nuevo' end, p_usuario_id);
    end if;
    if p_cambio ? 'asignada_a' and v_persona is distinct from v.asignada_a then
      update public.conversaciones c set asignada_a = v_persona where c.nombre_nora = v_nora and c.id = v.id;
      perform public.anotar_suceso(v_nora, v.id, 'asignacion', case
        when v_persona is null then 'la devolvió a la fila' when v_persona = p_usuario_id then 'se la asignó'
        else 'la asignó a ' || coalesce(public.nombre_de_persona(v_persona), 'otra persona') end, p_usuario_id);
    end if;
  end loop;
  if jsonb_array_length(v_antes) < (select count(distinct x) from unnest(p_ids) as x) then
    raise exception 'conversacion no encontrada' using errcode = 'P0002';
  end if;
  return v_antes;
end;
$$;
comment on function public.cambiar_conversaciones is 'Cambia estado o encargado de conversaciones de la Nora del token; devuelve como estaban';

create function public.restaurar_conversaciones(p_antes jsonb, p_usuario_id uuid) returns integer
language plpgsql set search_path = ''
as $$
declare
  v_una jsonb;
  v_cuantas integer := 0;
begin
  for v_una in select x from jsonb_array_elements(p_antes) as x loop
    perform public.cambiar_conversaciones(array[(v_una ->> 'id')::uuid], v_una - 'id', p_usuario_id);
    v_cuantas := v_cuantas + 1;
  end loop;
  return v_cuantas;
end;
$$;
comment on function public.restaurar_conversaciones is 'Deshace cambiar_conversaciones con lo que devolvio';

-- A quien tiene el chat abierto y lleva mas tiempo sin que le toque una. Nulo si no hay nadie.
create function public.asignar_por_turno(p_conversacion_id uuid, p_usuario_id uuid) returns uuid
language plpgsql set search_path = ''
as $$
declare
  v_nora text := public.nora_del_token();
  v_persona uuid;
begin
  select p.usuario_id into v_persona from public.presencias p
  where p.nombre_nora = v_nora and p.visto_en > now() - interval '3 minutes'
  order by p.asignada_en nulls first, p.usuario_id limit 1 for update;
  if v_persona is not null then
    perform public.cambiar_conversaciones(array[p_conversacion_id], jsonb_build_object('asignada_a', v_persona), p_usuario_id);
    update public.presencias p set asignada_en = clock_timestamp() where p.nombre_nora = v_nora and p.usuario_id = v_persona;
  end if;
  return v_persona;
end;
$$;
comment on function public.asignar_por_turno is 'Asigna una conversacion a quien le toca de los presentes; nulo si no hay nadie';

create function public.estoy_en_el_chat(p_usuario_id uuid) returns void
language sql set search_path = ''
as $$
  insert into public.presencias (nombre_nora, usuario_id)
  select public.nora_del_token(), p_usuario_id where public.es_del_equipo(p_usuario_id)
  on conflict (nombre_nora, usuario_id) do update set visto_en = now()
$$;
comment on function public.estoy_en_el_chat is 'Alguien del equipo tiene el chat abierto; de quien no es del equipo no se anota nada';

-- ---------------------------------------------------------------- Notas
create function public.anotar_en_conversacion(
  p_conversacion_id uuid, p_texto text, p_usuario_id uuid, p_menciones uuid[], p_clave uuid) returns bigint
language plpgsql set search_path = ''
as $$
declare
  v_nora text := public.nora_del_token();
  v_id bigint;
begin
  perform 1 from public.conversaciones c where c.nombre_nora = v_nora and c.id = p_conversacion_id for update;
  if not found then
    raise exception 'conversacion no encontrada' using errcode = 'P0002';
  end if;
  select s.id into v_id from public.conversacion_sucesos s where s.nombre_nora = v_nora and s.clave = p_clave;
  if found then
    return v_id;
  end if;
  v_id := public.anotar_suceso(v_nora, p_conversacion_id, 'nota', p_texto, p_usuario_id);
  update public.conversacion_sucesos s set clave = p_clave where s.nombre_nora = v_nora and s.id = v_id;
  insert into public.menciones (nombre_nora, suceso_id, conversacion_id, usuario_id)
  select distinct v_nora, v_id, p_conversacion_id, x from unnest(p_menciones) as x
  where public.es_del_equipo(x) and x is distinct from p_usuario_id;
  return v_id;
end;
$$;
comment on function public.anotar_en_conversacion is 'Una nota que solo ve el equipo, con a quien nombra; la misma clave es la misma nota';

create function public.ver_conversacion(p_conversacion_id uuid, p_usuario_id uuid) returns boolean
language plpgsql set search_path = ''
as $$
begin
  update public.conversaciones c set no_leidos = 0
  where c.nombre_nora = (select public.nora_del_token()) and c.id = p_conversacion_id;
  if not found then
    raise exception 'conversacion no encontrada' using errcode = 'P0002';
  end if;
  update public.menciones x set vista_en = now()
  where x.nombre_nora = (select public.nora_del_token()) and x.conversacion_id = p_conversacion_id
    and x.usuario_id = p_usuario_id and x.vista_en is null;
  return true;
end;
$$;
comment on function public.ver_conversacion is 'Nada por leer, y vistas las notas que nombran a esa persona';

-- Lo que el aviso de una mencion necesita; nulo si ya la vio.
create function public.leer_mencion(p_nombre_nora text, p_suceso_id bigint, p_usuario_id uuid) returns jsonb
language sql stable set search_path = ''
as $$
  select jsonb_build_object('negocio', n.nombre_visible, 'conversacion_id', x.conversacion_id,
    'autor', coalesce((select coalesce(nullif(btrim(u.nombre), ''), u.correo) from public.usuarios u where u.id = s.usuario_id), ''))
  from public.menciones x
  join public.conversacion_sucesos s on s.nombre_nora = x.nombre_nora and s.id = x.suceso_id
  join public.configuracion_bot n on n.nombre_nora = x.nombre_nora and n.activo
  where x.nombre_nora = p_nombre_nora and x.suceso_id = p_suceso_id and x.usuario_id = p_usuario_id and x.vista_en is null
$$;
comment on function public.leer_mencion is 'De quien y en que conversacion es una mencion sin ver';

-- ---------------------------------------------------------------- Lo que se hace con el tiempo
create function public.noras_con_bandeja(p_ahora timestamptz) returns jsonb
language sql stable set search_path = ''
as $$
  select coalesce(jsonb_agg(n.nombre_nora order by n.nombre_nora), '[]') from public.configuracion_bot n
  where n.activo and (
    exists (select 1 from public.mensajes_programados p
            where p.nombre_nora = n.nombre_nora and p.estado = 'pendiente' and p.cuando <= p_ahora)
    or exists (select 1 from public.conversaciones c where c.nombre_nora = n.nombre_nora and c.pospuesta_hasta <= p_ahora)
    or (n.cerrar_tras_dias > 0 and exists (
      select 1 from public.conversaciones c
      where c.nombre_nora = n.nombre_nora and c.estado in ('abierta', 'pendiente') and c.espera_persona_desde is null
        and c.ultimo_mensaje_en < p_ahora - make_interval(days => n.cerrar_tras_dias))))
$$;
comment on function public.noras_con_bandeja is 'Las Noras con algo que mandar, despertar o cerrar a esa hora';

-- Despierta lo pospuesto, resuelve lo callado y manda lo programado. Correrla dos veces no hace nada de mas.
create function public.bandeja_al_dia(p_ahora timestamptz) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  v_nora text := public.nora_del_token();
  v_dias integer;
  v public.conversaciones;
  p public.mensajes_programados;
  v_mensaje bigint;
  v_cuentas integer[] := array[0, 0, 0, 0];
begin
  for v in select c.* from public.conversaciones c
           where c.nombre_nora = v_nora and c.pospuesta_hasta <= p_ahora order by c.id for update skip locked loop
    update public.conversaciones c set estado = 'abierta', pospuesta_hasta = null, no_leidos = greatest(c.no_leidos, 1)
    where c.nombre_nora = v_nora and c.id = v.id;
    perform public.anotar_suceso(v_nora, v.id, 'estado', 'Volvió: era para hoy', null);
    v_cuentas[1] := v_cuentas[1] + 1;
  end loop;

  select n.cerrar_tras_dias into v_dias from public.configuracion_bot n where n.nombre_nora = v_nora;
  if v_dias > 0 then
    for v in select c.* from public.conversaciones c
             where c.nombre_nora = v_nora and c.estado in ('abierta', 'pendiente') and c.espera_persona_desde is null
               and c.ultimo_mensaje_en < p_ahora - make_interval(days => v_dias)
               and not exists (select 1 from public.mensajes_programados x where x.nombre_nora = v_nora
                               and x.conversacion_id = c.id and x.estado = 'pendiente')
             order by c.id limit 500 for update skip locked loop
      update public.conversaciones c set estado = 'resuelta' where c.nombre_nora = v_nora and c.id = v.id;
      perform public.anotar_suceso(v_nora, v.id, 'estado', format('Se resolvió sola: %s días sin mensajes', v_dias), null);
      v_cuentas[2] := v_cuentas[2] + 1;
    end loop;
  end if;

  for p in select x.* from public.mensajes_programados x
           where x.nombre_nora = v_nora and x.estado = 'pendiente' and x.cuando <= p_ahora
           order by x.cuando, x.id limit 200 for update skip locked loop
    select c.* into v from public.conversaciones c where c.nombre_nora = v_nora and c.id = p.conversacion_id for update;
    if v.canal = 'whatsapp' and not coalesce(v.ultimo_entrante_en > p_ahora - interval '24 hours', false) then
      update public.mensajes_programados x set estado = 'detenido' where x.nombre_nora = v_nora and x.id = p.id;
      perform public.anotar_suceso(v_nora, v.id, 'programado',
        'No salió lo programado: pasaron 24 horas desde su último mensaje. Manda una plantilla. Decía: ' || p.texto, p.usuario_id);
      update public.conversaciones c
      set estado = 'abierta', pospuesta_hasta = null, espera_persona_desde = coalesce(c.espera_persona_desde, now()),
          motivo_espera = coalesce(nullif(c.motivo_espera, ''), 'No salió un mensaje programado: elige una plantilla.')
      where c.nombre_nora = v_nora and c.id = v.id;
      v_cuentas[4] := v_cuentas[4] + 1;
      continue;
    end if;
    insert into public.mensajes (nombre_nora, conversacion_id, sentido, autor, usuario_id, texto, decisor, proveedor_sid)
    values (v_nora, v.id, 'saliente', 'persona', p.usuario_id, p.texto, 'programado', 'panel:' || p.id)
    returning id into v_mensaje;
    insert into public.mensajes_salientes (nombre_nora, mensaje_id, conversacion_id, canal, direccion_envio, texto)
    select v_nora, v_mensaje, v.id, v.canal, k.direccion_envio, p.texto
    from public.contactos k where k.nombre_nora = v_nora and k.id = v.contacto_id;
    update public.conversaciones c set ultimo_mensaje_en = now(), ultimo_texto = left(p.texto, 160)
    where c.nombre_nora = v_nora and c.id = v.id;
    update public.mensajes_programados x set estado = 'enviado' where x.nombre_nora = v_nora and x.id = p.id;
    v_cuentas[3] := v_cuentas[3] + 1;
  end loop;
  return jsonb_build_object('despertadas', v_cuentas[1], 'cerradas', v_cuentas[2], 'enviados', v_cuentas[3],
                            'detenidos', v_cuentas[4]);
end;
$$;
comment on function public.bandeja_al_dia is 'Despierta, resuelve y manda lo que toca a la Nora del token a esa hora';

-- ---------------------------------------------------------------- Buscar en lo dicho
create index mensajes_busqueda on public.mensajes
  using gin (to_tsvector('pg_catalog.spanish'::regconfig, public.normalizar(left(texto, 4000)))) where texto <> '';
create policy buscador on public.mensajes for select to nora_buscador using (true);
grant select (id, nombre_nora, conversacion_id, texto) on public.mensajes to nora_buscador;

create function public.buscar_en_mensajes(p_texto text, p_limite integer default 100)
returns table (conversacion_id uuid, mensaje_id bigint, texto text)
language sql stable security definer set search_path = ''
as $$
  select distinct on (h.conversacion_id) h.conversacion_id, h.id, left(h.texto, 160)
  from (
    select m.conversacion_id, m.id, m.texto from public.mensajes m
    where m.texto <> ''
      and to_tsvector('pg_catalog.spanish'::regconfig, public.normalizar(left(m.texto, 4000)))
          @@ websearch_to_tsquery('pg_catalog.spanish'::regconfig, public.normalizar(p_texto))
      and m.nombre_nora = (select public.nora_del_token())
    order by m.id desc limit 500) as h
  order by h.conversacion_id, h.id desc
  limit least(greatest(p_limite, 1), 200)
$$;
comment on function public.buscar_en_mensajes is 'Lo dicho en la Nora del token, sin acentos: de cada conversacion, lo mas reciente que casa';

-- ---------------------------------------------------------------- La lista
drop function public.listar_conversaciones(text, text, timestamptz, uuid, integer);
create function public.listar_conversaciones(
  p_filtro text default 'todas', p_texto text default '', p_antes_en timestamptz default null,
  p_antes_id uuid default null, p_limite integer default 30, p_usuario_id uuid default null)
returns jsonb language plpgsql stable set search_path = ''
as $$
declare
  nora text := public.nora_del_token();
  busca boolean := btrim(p_texto) <> '';
  estados text[] := case when p_filtro in ('pendientes', 'pospuestas', 'resueltas') then array[left(p_filtro, -1)]
    when busca then array['abierta', 'pendiente', 'pospuesta', 'resuelta'] else array['abierta', 'pendiente'] end;
  de_contactos uuid[];
  hallados jsonb;
  nombradas uuid[];
  pagina jsonb;
begin
  if busca then
    select array_agg(b.id) into de_contactos from public.buscar_contactos(p_texto, 100) as b;
    select coalesce(jsonb_object_agg(b.conversacion_id, b.texto), '{}') into hallados
    from public.buscar_en_mensajes(p_texto, 100) as b;
  end if;
  select coalesce(array_agg(distinct x.conversacion_id), '{}') into nombradas from public.menciones x
  where x.nombre_nora = nora and x.usuario_id = p_usuario_id and x.vista_en is null;
  select coalesce(jsonb_agg(to_jsonb(fila) order by fila.ultimo_mensaje_en desc, fila.id desc), '[]') into pagina
  from (
    select v.id, v.canal, v.ultimo_mensaje_en, v.ultimo_texto, v.no_leidos, v.espera_persona_desde,
           v.humano_hasta > now() as con_persona, v.estado, v.pospuesta_hasta,
           v.id = any (nombradas) as te_nombran,
           case when v.asignada_a is not null then public.nombre_de_persona(v.asignada_a) end as asignada_nombre,
           hallados ->> v.id::text as hallado,
           c.nombre, c.nombre_perfil, c.telefono, c.direccion,
           (select m.autor from public.mensajes m where m.nombre_nora = nora and m.conversacion_id = v.id
            order by m.id desc limit 1) as ultimo_autor
    from public.conversaciones v
    join public.contactos c on c.nombre_nora = v.nombre_nora and c.id = v.contacto_id
    where v.nombre_nora = nora and c.borrado_en is null
      and (p_filtro in ('esperan', 'mencionan') or v.estado = any (estados))
      and (p_filtro <> 'esperan' or v.espera_persona_desde is not null)
      and (p_filtro <> 'sin_leer' or v.no_leidos > 0)
      and (p_filtro <> 'mias' or v.asignada_a = p_usuario_id)
      and (p_filtro <> 'sin_asignar' or v.asignada_a is null)
      and (p_filtro <> 'mencionan' or v.id = any (nombradas))
      and (not busca or v.contacto_id = any (de_contactos) or hallados ? v.id::text)
      and (p_antes_en is null or (v.ultimo_mensaje_en, v.id) < (p_antes_en, p_antes_id))
    order by v.ultimo_mensaje_en desc, v.id desc
    limit least(greatest(p_limite, 1), 100)
  ) as fila;
  return jsonb_build_object(
    'conversaciones', pagina,
    -- Con saber que son cien o mas basta.
    'esperan', (select count(*) from (
      select 1 from public.conversaciones v
      join public.contactos c on c.nombre_nora = v.nombre_nora and c.id = v.contacto_id and c.borrado_en is null
      where v.nombre_nora = nora and v.espera_persona_desde is not null limit 100) as x),
    'sin_leer', (select count(*) from (
      select 1 from public.conversaciones v
      join public.contactos c on c.nombre_nora = v.nombre_nora and c.id = v.contacto_id and c.borrado_en is null
      where v.nombre_nora = nora and v.no_leidos > 0 and v.estado in ('abierta', 'pendiente') limit 100) as x),
    'mias', (select count(*) from (
      select 1 from public.conversaciones v
      join public.contactos c on c.nombre_nora = v.nombre_nora and c.id = v.contacto_id and c.borrado_en is null
      where v.nombre_nora = nora and v.asignada_a = p_usuario_id and v.estado in ('abierta', 'pendiente') limit 100) as x),
    'mencionan', cardinality(nombradas));
end;
$$;
comment on function public.listar_conversaciones is 'Conversaciones de la Nora del token, lo mas reciente primero, con las cuentas de sus filtros';

-- ---------------------------------------------------------------- Una conversacion
create or replace function public.leer_conversacion(
  p_conversacion_id uuid, p_antes_de bigint default null, p_despues_de bigint default null,
  p_ids bigint[] default '{}', p_limite integer default 40)
returns jsonb language sql stable set search_path = ''
as $$
  with elegidos as (
    select x.* from public.mensajes x
    where x.nombre_nora = (select public.nora_del_token()) and x.conversacion_id = p_conversacion_id
      and x.id < coalesce(p_antes_de, 9223372036854775807) and x.id > coalesce(p_despues_de, 0)
    order by x.id desc limit least(greatest(p_limite, 1), 200)
  )
  select jsonb_build_object(
    'id', v.id,
    'canal', v.canal,
    'humano_hasta', case when v.humano_hasta > now() then v.humano_hasta end,
    'tomada_por', case when v.humano_hasta > now() then v.tomada_por end,
    'tomada_por_nombre', case when v.humano_hasta > now() then public.nombre_de_persona(v.tomada_por) end,
    'espera_persona_desde', v.espera_persona_desde,
    'motivo_espera', v.motivo_espera,
    'no_leidos', v.no_leidos,
    'estado', v.estado,
    'pospuesta_hasta', v.pospuesta_hasta,
    'asignada_a', v.asignada_a,
    'asignada_nombre', case when v.asignada_a is not null then public.nombre_de_persona(v.asignada_a) end,
    'equipo', public.equipo_de_la_nora(),
    'nombrados', (select coalesce(jsonb_agg(distinct x.usuario_id), '[]') from public.menciones x
                  where x.nombre_nora = v.nombre_nora and x.conversacion_id = v.id and x.vista_en is null),
    'programados', (
      select coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'texto', p.texto, 'cuando', p.cuando,
        'persona', public.nombre_de_persona(p.usuario_id)) order by p.cuando, p.id), '[]')
      from public.mensajes_programados p
      where p.nombre_nora = v.nombre_nora and p.conversacion_id = v.id and p.estado = 'pendiente'),
    'sucesos', (
      select coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'tipo', s.tipo, 'texto', s.texto, 'despues_de', s.despues_de,
        'persona', public.nombre_de_persona(s.usuario_id), 'fecha_creacion', s.fecha_creacion) order by s.id), '[]')
      from (
        select y.* from public.conversacion_sucesos y
        where y.nombre_nora = v.nombre_nora and y.conversacion_id = v.id
          and y.despues_de < coalesce(p_antes_de, 9223372036854775807)
          and (p_despues_de is not null
               or y.despues_de >= coalesce((select min(e.id) from elegidos e), 0))
        order by y.id desc limit case when p_despues_de is null then 200 else 30 end) as s),
    'ventana_abierta', v.canal <> 'whatsapp' or coalesce(v.ultimo_entrante_en > now() - interval '24 hours', false),
    'ventana_hasta', case when v.canal = 'whatsapp' then v.ultimo_entrante_en + interval '24 hours' end,
    'contacto', jsonb_build_object(
      'id', c.id, 'nombre', c.nombre, 'nombre_perfil', c.nombre_perfil, 'telefono', c.telefono, 'direccion', c.direccion,
      'correo', c.correo, 'notas', c.notas, 'baja_en', c.baja_en, 'problema_envio', c.problema_envio,
      'fecha_creacion', c.fecha_creacion,
      'etiquetas', (
        select coalesce(jsonb_agg(e.nombre order by e.nombre), '[]')
        from public.contacto_etiquetas ce
        join public.etiquetas e on e.nombre_nora = ce.nombre_nora and e.id = ce.etiqueta_id
        where ce.nombre_nora = c.nombre_nora and ce.contacto_id = c.id)),
    'mensajes', (select coalesce(jsonb_agg(public.mensaje_en_pantalla(m.*::public.mensajes) order by m.id), '[]') from elegidos as m),
    'cambiados', (
      select coalesce(jsonb_agg(public.mensaje_en_pantalla(m) order by m.id), '[]')
      from public.mensajes m
      where m.nombre_nora = v.nombre_nora and m.conversacion_id = v.id and m.id = any (p_ids)))
  from public.conversaciones v
  join public.contactos c on c.nombre_nora = v.nombre_nora and c.id = v.contacto_id
  where v.nombre_nora = (select public.nora_del_token()) and v.id = p_conversacion_id
$$;

-- ---------------------------------------------------------------- Permisos
grant create on schema public to nora_buscador;
alter function public.buscar_en_mensajes(text, integer) owner to nora_buscador;
revoke create on schema public from nora_buscador;
do $$
declare
  funcion text;
begin
  foreach funcion in array array[
    'anotar_suceso(text, uuid, text, text, uuid)', 'cambiar_conversaciones(uuid[], jsonb, uuid)',
    'restaurar_conversaciones(jsonb, uuid)', 'asignar_por_turno(uuid, uuid)', 'estoy_en_el_chat(uuid)',
    'anotar_en_conversacion(uuid, text, uuid, uuid[], uuid)', 'ver_conversacion(uuid, uuid)',
    'bandeja_al_dia(timestamptz)', 'buscar_en_mensajes(text, integer)',
    'listar_conversaciones(text, text, timestamptz, uuid, integer, uuid)'] loop
    execute format('revoke execute on function public.%s from public, anon', funcion);
    execute format('grant execute on function public.%s to authenticated, service_role', funcion);
  end loop;
  foreach funcion in array array['noras_con_bandeja(timestamptz)', 'leer_mencion(text, bigint, uuid)'] loop
    execute format('revoke execute on function public.%s from public, anon, authenticated', funcion);
    execute format('grant execute on function public.%s to service_role', funcion);
  end loop;
end;
$$;
revoke execute on function public.reabrir_conversacion(), public.contar_la_historia(), public.avisar_de_conversacion(),
  public.encolar_mencion() from public, anon, authenticated;
