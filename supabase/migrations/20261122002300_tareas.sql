-- Tareas: lo que el equipo de una Nora tiene que hacer, con su historia, sus avisos y lo que se repite.

-- ---------------------------------------------------------------- Tablas
create table public.tarea_folios (
  nombre_nora text primary key references public.configuracion_bot on update cascade on delete cascade,
  ultimo integer not null check (ultimo > 0)
);
comment on table public.tarea_folios is 'El ultimo numero de tarea de cada Nora; sin datos personales';

create table public.tarea_recurrentes (
  id uuid primary key default gen_random_uuid(),
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  titulo text not null,
  descripcion text not null default '',
  prioridad smallint not null default 2 check (prioridad between 1 and 4),
  asignada_a uuid references public.usuarios on delete set null,
  contacto_id uuid,
  etiquetas text[] not null default '{}',
  pasos text[] not null default '{}',
  recordar_minutos integer,
  con_hora boolean not null default false,
  regla text not null check (regla ~ '^FREQ='),
  inicio timestamp not null,
  siguiente timestamptz not null,
  crear_en timestamptz not null,
  activa boolean not null default true,
  creada_por uuid references public.usuarios on delete set null,
  fecha_creacion timestamptz not null default now(),
  unique (nombre_nora, id),
  foreign key (nombre_nora, contacto_id) references public.contactos (nombre_nora, id)
    on update cascade on delete set null (contacto_id) deferrable initially deferred
);
create index tarea_recurrentes_por_crear on public.tarea_recurrentes (nombre_nora, crear_en) where activa;
create index tarea_recurrentes_por_contacto on public.tarea_recurrentes (nombre_nora, contacto_id) where contacto_id is not null;
comment on table public.tarea_recurrentes is 'Molde de lo que se repite; cada ocurrencia es una tarea';
comment on column public.tarea_recurrentes.regla is 'RRULE (RFC 5545) sin DTSTART; se lee en la hora local de la Nora desde inicio';
comment on column public.tarea_recurrentes.inicio is 'DTSTART en hora local de la Nora, sin zona: «los lunes a las 9» son las 9 tambien con horario de verano';
comment on column public.tarea_recurrentes.siguiente is 'Cuando vence la proxima ocurrencia que falta por crear';
comment on column public.tarea_recurrentes.crear_en is 'Desde cuando se crea: el principio de ese dia en la zona de la Nora';

create table public.tareas (
  id uuid primary key default gen_random_uuid(),
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  numero integer not null,
  titulo text not null check (length(btrim(titulo)) between 1 and 160),
  descripcion text not null default '',
  estado text not null default 'pendiente' check (estado in ('pendiente', 'en_curso', 'en_espera', 'hecha')),
  prioridad smallint not null default 2 check (prioridad between 1 and 4),
  vence_en timestamptz,
  con_hora boolean not null default false,
  recordar_minutos integer check (recordar_minutos between 0 and 10080),
  recuerda_en timestamptz,
  recordada_en timestamptz,
  vencida_en timestamptz,
  asignada_a uuid references public.usuarios on delete set null,
  contacto_id uuid,
  etiquetas text[] not null default '{}' check (cardinality(etiquetas) <= 12),
  recurrente_id uuid,
  ocurrencia_en timestamptz,
  clave text,
  creada_por uuid references public.usuarios on delete set null,
  completada_en timestamptz,
  completada_por uuid references public.usuarios on delete set null,
  borrada_en timestamptz,
  fecha_creacion timestamptz not null default now(),
  fecha_actualizacion timestamptz not null default now(),
  vence_orden timestamptz not null generated always as (coalesce(vence_en, '9999-12-31 00:00:00+00'::timestamptz)) stored,
  busqueda text not null generated always as (
    public.normalizar('t-' || numero::text || ' ' || titulo || ' ' || descripcion)) stored,
  unique (nombre_nora, id),
  unique (nombre_nora, numero),
  unique (nombre_nora, clave),
  unique (nombre_nora, recurrente_id, ocurrencia_en),
  foreign key (nombre_nora, contacto_id) references public.contactos (nombre_nora, id)
    on update cascade on delete set null (contacto_id) deferrable initially deferred,
  foreign key (nombre_nora, recurrente_id) references public.tarea_recurrentes (nombre_nora, id)
    on update cascade on delete set null (recurrente_id) deferrable initially deferred
);
create index tareas_abiertas on public.tareas (nombre_nora, vence_orden, id)
  where borrada_en is null and estado <> 'hecha';
create index tareas_por_vencimiento on public.tareas (nombre_nora, vence_orden, id) where borrada_en is null;
create index tareas_por_estado on public.tareas (nombre_nora, estado, vence_orden, id) where borrada_en is null;
create index tareas_hechas on public.tareas (nombre_nora, completada_en desc, id desc)
  where borrada_en is null and estado = 'hecha';
create index tareas_por_persona on public.tareas (nombre_nora, asignada_a, estado, vence_orden) where borrada_en is null;
create index tareas_por_contacto on public.tareas (nombre_nora, contacto_id) where contacto_id is not null;
create index tareas_por_recordar on public.tareas (nombre_nora, recuerda_en)
  where recordada_en is null and recuerda_en is not null and borrada_en is null;
create index tareas_por_vencer on public.tareas (nombre_nora, vence_en)
  where vencida_en is null and estado <> 'hecha' and borrada_en is null;
create index tareas_borradas on public.tareas (nombre_nora, borrada_en) where borrada_en is not null;
create index tareas_busqueda on public.tareas using gin (busqueda extensions.gin_trgm_ops);
create index tareas_etiquetas on public.tareas using gin (etiquetas);
comment on table public.tareas is 'Lo que el equipo de una Nora tiene que hacer';
comment on column public.tareas.numero is 'Se ve como T-12; uno tras otro dentro de cada Nora, lo da la base';
comment on column public.tareas.prioridad is '1 baja, 2 normal, 3 alta, 4 urgente';
comment on column public.tareas.con_hora is 'Si vence a una hora; si no, vence_en es el fin de ese dia en la zona de la Nora';
comment on column public.tareas.clave is 'Con que se reconoce el mismo pedido repetido; nulo si la escribio una persona en el panel';
comment on column public.tareas.ocurrencia_en is 'Cual ocurrencia de su molde es: una tarea por molde y ocurrencia';
comment on column public.tareas.vence_orden is 'Por lo que se ordena: lo que no vence va al final';

create table public.tarea_pasos (
  id uuid primary key default gen_random_uuid(),
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  tarea_id uuid not null,
  texto text not null check (length(btrim(texto)) between 1 and 200),
  hecho boolean not null default false,
  orden integer not null default 0,
  unique (nombre_nora, id),
  foreign key (nombre_nora, tarea_id) references public.tareas (nombre_nora, id)
    on update cascade on delete cascade deferrable initially deferred
);
create index tarea_pasos_de_tarea on public.tarea_pasos (nombre_nora, tarea_id, orden, id);
comment on table public.tarea_pasos is 'La lista de pasos de una tarea';

create table public.tarea_comentarios (
  id uuid primary key default gen_random_uuid(),
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  tarea_id uuid not null,
  usuario_id uuid references public.usuarios on delete set null,
  texto text not null check (length(btrim(texto)) between 1 and 2000),
  fecha_creacion timestamptz not null default now(),
  unique (nombre_nora, id),
  foreign key (nombre_nora, tarea_id) references public.tareas (nombre_nora, id)
    on update cascade on delete cascade deferrable initially deferred
);
create index tarea_comentarios_de_tarea on public.tarea_comentarios (nombre_nora, tarea_id, fecha_creacion);
comment on table public.tarea_comentarios is 'Lo que el equipo comenta en una tarea';

create table public.tarea_cambios (
  id bigint generated always as identity primary key,
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  tarea_id uuid not null,
  usuario_id uuid references public.usuarios on delete set null,
  campo text not null,
  antes text not null default '',
  despues text not null default '',
  fecha_creacion timestamptz not null default now(),
  foreign key (nombre_nora, tarea_id) references public.tareas (nombre_nora, id)
    on update cascade on delete cascade deferrable initially deferred
);
create index tarea_cambios_de_tarea on public.tarea_cambios (nombre_nora, tarea_id, id desc);
comment on table public.tarea_cambios is 'Historia: que cambio, quien y cuando; la escribe un disparador';

create table public.tarea_preferencias (
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  usuario_id uuid not null references public.usuarios on delete cascade,
  por_whatsapp boolean not null default false,
  resumenes boolean not null default true,
  telefono text check (telefono ~ '^\+[1-9][0-9]{7,14}$'),
  primary key (nombre_nora, usuario_id)
);
comment on table public.tarea_preferencias is 'Como quiere enterarse cada persona del equipo; sin fila, solo por el panel';

create table public.tarea_avisos (
  id bigint generated always as identity primary key,
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  usuario_id uuid not null references public.usuarios on delete cascade,
  tarea_id uuid,
  tipo text not null check (tipo in ('asignada', 'recordatorio', 'vencida', 'manana', 'cierre')),
  texto text not null,
  clave text not null,
  whatsapp text not null default '' check (whatsapp in ('', 'enviado', 'sin_ventana')),
  leido_en timestamptz,
  fecha_creacion timestamptz not null default now(),
  unique (nombre_nora, usuario_id, clave),
  foreign key (nombre_nora, tarea_id) references public.tareas (nombre_nora, id)
    on update cascade on delete cascade deferrable initially deferred
);
create index tarea_avisos_de_persona on public.tarea_avisos (nombre_nora, usuario_id, id desc);
create index tarea_avisos_de_tarea on public.tarea_avisos (nombre_nora, tarea_id) where tarea_id is not null;
comment on table public.tarea_avisos is 'Lo que se le aviso a cada persona, en el panel y por WhatsApp';
comment on column public.tarea_avisos.clave is 'Hace que el mismo aviso se de una vez aunque lo intenten dos procesos';
comment on column public.tarea_avisos.whatsapp is 'Si salio por WhatsApp, o por que no: fuera de las 24 horas no se puede escribir libre';

-- ---------------------------------------------------------------- Paredes
do $$
declare
  tabla text;
begin
  foreach tabla in array array['tareas', 'tarea_folios', 'tarea_recurrentes', 'tarea_pasos', 'tarea_comentarios',
                               'tarea_cambios', 'tarea_preferencias', 'tarea_avisos'] loop
    execute format('alter table public.%I enable row level security', tabla);
    execute format('alter table public.%I force row level security', tabla);
    execute format('create policy por_nora on public.%I to authenticated'
                   ' using (nombre_nora = (select public.nora_del_token()))'
                   ' with check (nombre_nora = (select public.nora_del_token()))', tabla);
    execute format('revoke all on public.%I from anon', tabla);
    execute format('grant select, insert, update, delete on public.%I to authenticated', tabla);
    execute format('grant all on public.%I to service_role', tabla);
  end loop;
end;
$$;
create policy buscador on public.tareas for select to nora_buscador using (true);
grant select on public.tareas to nora_buscador;

-- ---------------------------------------------------------------- Numero, fechas e historia
-- El renglon de la Nora se aparta hasta el fin de la transaccion: dos tareas a la vez hacen fila y no chocan.
create function public.numerar_tarea() returns trigger
language plpgsql set search_path = ''
as $$
begin
  insert into public.tarea_folios as f (nombre_nora, ultimo) values (new.nombre_nora, 1)
  on conflict (nombre_nora) do update set ultimo = f.ultimo + 1
  returning f.ultimo into new.numero;
  return new;
end;
$$;
create trigger a_numerar before insert on public.tareas for each row execute function public.numerar_tarea();

create function public.poner_fechas_de_tarea() returns trigger
language plpgsql set search_path = ''
as $$
begin
  new.recuerda_en := new.vence_en - make_interval(mins => new.recordar_minutos);
  if tg_op = 'UPDATE' then
    new.fecha_actualizacion := now();
    if new.vence_en is distinct from old.vence_en then
      new.vencida_en := null;
    end if;
    if new.recuerda_en is distinct from old.recuerda_en then
      new.recordada_en := null;
    end if;
  end if;
  if new.estado = 'hecha' and (tg_op = 'INSERT' or old.estado <> 'hecha') then
    new.completada_en := coalesce(case when tg_op = 'INSERT' then new.completada_en end, now());
    new.completada_por := coalesce(nullif(current_setting('nora.persona', true), '')::uuid, new.completada_por);
  elsif new.estado <> 'hecha' then
    new.completada_en := null;
    new.completada_por := null;
  end if;
  return new;
end;
$$;
create trigger b_fechas before insert or update on public.tareas
  for each row execute function public.poner_fechas_de_tarea();

create function public.anotar_cambio_de_tarea() returns trigger
language plpgsql set search_path = ''
as $$
declare
  v_persona uuid := nullif(current_setting('nora.persona', true), '')::uuid;
begin
  if tg_op = 'INSERT' then
    insert into public.tarea_cambios (nombre_nora, tarea_id, usuario_id, campo, despues)
    values (new.nombre_nora, new.id, coalesce(v_persona, new.creada_por), 'creada', new.titulo);
    return new;
  end if;
  -- Lo que cambia una llave foranea (se borro el contacto o la cuenta) corre, desde PostgreSQL 18, como dueño de la tabla,
  -- que no pasa la pared: eso no se anota.
  if current_user = (select pg_catalog.pg_get_userbyid(c.relowner) from pg_catalog.pg_class c where c.oid = tg_relid) then
    return new;
  end if;
  insert into public.tarea_cambios (nombre_nora, tarea_id, usuario_id, campo, antes, despues)
  select new.nombre_nora, new.id, v_persona, c.campo, coalesce(c.antes, ''), coalesce(c.despues, '')
  from (values
    ('titulo', old.titulo, new.titulo),
    ('descripcion', left(old.descripcion, 300), left(new.descripcion, 300)),
    ('estado', old.estado, new.estado),
    ('prioridad', old.prioridad::text, new.prioridad::text),
    ('vence_en', to_char(old.vence_en at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"'),
                 to_char(new.vence_en at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"')),
    ('asignada_a', old.asignada_a::text, new.asignada_a::text),
    ('contacto_id', old.contacto_id::text, new.contacto_id::text),
    ('etiquetas', array_to_string(old.etiquetas, ', '), array_to_string(new.etiquetas, ', ')),
    ('borrada', case when old.borrada_en is not null then 'si' end, case when new.borrada_en is not null then 'si' end)
  ) as c(campo, antes, despues)
  where c.antes is distinct from c.despues;
  return new;
end;
$$;
create trigger c_historia after insert or update on public.tareas
  for each row execute function public.anotar_cambio_de_tarea();

-- ---------------------------------------------------------------- Avisos
create function public.codigo_de_tarea(p_numero integer) returns text
language sql immutable parallel safe set search_path = ''
as $$ select 'T-' || p_numero $$;
comment on function public.codigo_de_tarea is 'Como se nombra una tarea';

-- A quien le toca se entera; quien se la asigna a si mismo, ya lo sabe. En lote se avisa una sola vez, aparte.
create function public.avisar_asignacion() returns trigger
language plpgsql set search_path = ''
as $$
begin
  if new.asignada_a is null or new.estado = 'hecha' or current_setting('nora.sin_avisos', true) = 'si'
     or new.asignada_a::text = coalesce(current_setting('nora.persona', true), '')
     or (tg_op = 'UPDATE' and new.asignada_a is not distinct from old.asignada_a) then
    return new;
  end if;
  insert into public.tarea_avisos (nombre_nora, usuario_id, tarea_id, tipo, texto, clave)
  values (new.nombre_nora, new.asignada_a, new.id, 'asignada',
          'Te toca ' || public.codigo_de_tarea(new.numero) || ': ' || new.titulo,
          'asignada:' || new.id || ':' || extract(epoch from clock_timestamp()))
  on conflict do nothing;
  return new;
end;
$$;
create trigger d_avisar after insert or update of asignada_a on public.tareas
  for each row execute function public.avisar_asignacion();

-- El aviso sale tambien por WhatsApp a quien lo pidio, por el buzon de salida y solo dentro de las 24 horas de su ultimo
-- mensaje: fuera de ellas WhatsApp pide una plantilla aprobada.
create function public.mandar_aviso_de_tarea() returns trigger
language plpgsql set search_path = ''
as $$
declare
  v_telefono text;
  v_platica uuid;
  v_direccion text;
  v_mensaje bigint;
begin
  select p.telefono into v_telefono from public.tarea_preferencias p
  where p.nombre_nora = new.nombre_nora and p.usuario_id = new.usuario_id
    and p.por_whatsapp and p.telefono is not null and (p.resumenes or new.tipo not in ('manana', 'cierre'));
  if v_telefono is null then
    return new;
  end if;
  select v.id, c.direccion_envio into v_platica, v_direccion
  from public.contactos c
  join public.conversaciones v on v.nombre_nora = c.nombre_nora and v.contacto_id = c.id
  where c.nombre_nora = new.nombre_nora and c.direccion = 'whatsapp:' || v_telefono and c.baja_en is null
    and v.canal = 'whatsapp' and v.ultimo_entrante_en > now() - interval '24 hours';
  if not found then
    update public.tarea_avisos a set whatsapp = 'sin_ventana' where a.nombre_nora = new.nombre_nora and a.id = new.id;
    return new;
  end if;
  insert into public.mensajes (nombre_nora, conversacion_id, sentido, autor, texto, decisor, proveedor_sid)
  values (new.nombre_nora, v_platica, 'saliente', 'nora', new.texto, 'tareas', 'tareas:' || new.id)
  returning id into v_mensaje;
  insert into public.mensajes_salientes (nombre_nora, mensaje_id, conversacion_id, canal, direccion_envio, texto)
  values (new.nombre_nora, v_mensaje, v_platica, 'whatsapp', v_direccion, new.texto);
  update public.tarea_avisos a set whatsapp = 'enviado' where a.nombre_nora = new.nombre_nora and a.id = new.id;
  return new;
end;
$$;
create trigger mandar after insert on public.tarea_avisos
  for each row execute function public.mandar_aviso_de_tarea();

-- ---------------------------------------------------------------- Personas, y una tarea como se ve
create function public.equipo_de_la_nora() returns jsonb
language sql stable security definer set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('id', u.id, 'nombre', coalesce(nullif(btrim(u.nombre), ''), u.correo))
                            order by public.normalizar(coalesce(nullif(btrim(u.nombre), ''), u.correo)), u.id), '[]')
  from public.usuarios_noras n join public.usuarios u on u.id = n.usuario_id
  where n.nombre_nora = (select public.nora_del_token())
$$;
comment on function public.equipo_de_la_nora is 'Quienes trabajan en la Nora del token: [{id, nombre}]';

create function public.es_del_equipo(p_usuario_id uuid) returns boolean
language sql stable security definer set search_path = ''
as $$
  select exists (select 1 from public.usuarios_noras n
                 where n.nombre_nora = (select public.nora_del_token()) and n.usuario_id = p_usuario_id)
$$;
comment on function public.es_del_equipo is 'Si alguien trabaja en la Nora del token';

create function public.tarea_en_pantalla(t public.tareas) returns jsonb
language sql stable set search_path = ''
as $$
  select jsonb_build_object(
    'id', t.id, 'numero', t.numero, 'titulo', t.titulo, 'descripcion', t.descripcion, 'estado', t.estado,
    'prioridad', t.prioridad, 'vence_en', t.vence_en, 'con_hora', t.con_hora, 'recordar_minutos', t.recordar_minutos,
    'asignada_a', t.asignada_a,
    'persona', case when t.asignada_a is not null then coalesce(public.nombre_de_persona(t.asignada_a), 'Ya no está') end,
    'contacto_id', t.contacto_id,
    'contacto', (select coalesce(nullif(c.nombre, ''), nullif(c.nombre_perfil, ''), c.telefono, 'Sin nombre')
                 from public.contactos c where c.nombre_nora = t.nombre_nora and c.id = t.contacto_id),
    'etiquetas', to_jsonb(t.etiquetas), 'recurrente_id', t.recurrente_id, 'completada_en', t.completada_en,
    'borrada_en', t.borrada_en, 'fecha_creacion', t.fecha_creacion, 'vence_orden', t.vence_orden,
    'pasos_total', p.total, 'pasos_hechos', p.hechos,
    'comentarios_total', (select count(*) from public.tarea_comentarios k
                          where k.nombre_nora = t.nombre_nora and k.tarea_id = t.id))
  from (select count(*) as total, count(*) filter (where s.hecho) as hechos from public.tarea_pasos s
        where s.nombre_nora = t.nombre_nora and s.tarea_id = t.id) as p
$$;
comment on function public.tarea_en_pantalla is 'Una tarea con los nombres y cuentas que muestra la lista';

-- ---------------------------------------------------------------- Buscar y filtrar
-- Una condicion de SQL con los filtros de la direccion; todo texto entra citado.
create function public.condicion_de_tareas(p_nora text, p_filtro jsonb) returns text
language plpgsql stable set search_path = ''
as $$
declare
  c text := format('t.nombre_nora = %L and t.borrada_en is null', p_nora);
  v_estado text := coalesce(p_filtro ->> 'estado', '');
  v_vence text := coalesce(p_filtro ->> 'vence', '');
begin
  if v_estado = 'abiertas' then
    c := c || ' and t.estado <> ''hecha''';
  elsif v_estado not in ('', 'todas') then
    c := c || format(' and t.estado = %L', v_estado);
  end if;
  if p_filtro ->> 'persona' = 'nadie' then
    c := c || ' and t.asignada_a is null';
  elsif coalesce(p_filtro ->> 'persona', '') <> '' then
    c := c || format(' and t.asignada_a = %L::uuid', p_filtro ->> 'persona');
  end if;
  if coalesce(p_filtro ->> 'prioridad', '') <> '' then
    c := c || format(' and t.prioridad = %L::smallint', p_filtro ->> 'prioridad');
  end if;
  if coalesce(p_filtro ->> 'etiqueta', '') <> '' then
    c := c || format(' and t.etiquetas @> array[%L]', p_filtro ->> 'etiqueta');
  end if;
  if coalesce(p_filtro ->> 'contacto', '') <> '' then
    c := c || format(' and t.contacto_id = %L::uuid', p_filtro ->> 'contacto');
  end if;
  if v_vence = 'vencidas' then
    c := c || format(' and t.estado <> ''hecha'' and t.vence_orden < %L::timestamptz', p_filtro ->> 'ahora');
  elsif v_vence in ('hoy', 'semana') then
    c := c || format(' and t.vence_orden >= %L::timestamptz and t.vence_orden < %L::timestamptz',
                     p_filtro ->> 'desde', p_filtro ->> 'hasta');
  elsif v_vence = 'sin_fecha' then
    c := c || ' and t.vence_en is null';
  end if;
  if coalesce(p_filtro ->> 'texto', '') <> '' then
    c := c || format(' and t.busqueda like %L', '%' || replace(replace(replace(
      public.normalizar(p_filtro ->> 'texto'), '\', '\\'), '%', '\%'), '_', '\_') || '%');
  end if;
  return c;
end;
$$;
comment on function public.condicion_de_tareas is 'Los filtros de tareas como condicion de SQL; solo la usan las busquedas';

-- p_orden: «vence» o «completada». Corre como nora_buscador: bajo RLS `like` no puede usar su indice de trigramas.
create function public.tareas_filtradas(p_filtro jsonb, p_orden text, p_limite integer,
                                        p_despues_en timestamptz default null, p_despues_id uuid default null)
returns setof public.tareas
language plpgsql stable security definer set search_path = public, extensions, pg_temp
as $$
declare
  v_condicion text := public.condicion_de_tareas(public.nora_del_token(), p_filtro);
begin
  if p_orden = 'completada' then
    return query execute format(
      'select t.* from public.tareas t where %s and t.estado = ''hecha'' %s order by t.completada_en desc, t.id desc limit %s',
      v_condicion, case when p_despues_id is not null then
        format('and (t.completada_en, t.id) < (%L::timestamptz, %L::uuid)', p_despues_en, p_despues_id) else '' end, p_limite);
  else
    return query execute format(
      'select t.* from public.tareas t where %s %s order by t.vence_orden, t.id limit %s',
      v_condicion, case when p_despues_id is not null then
        format('and (t.vence_orden, t.id) > (%L::timestamptz, %L::uuid)', p_despues_en, p_despues_id) else '' end, p_limite);
  end if;
end;
$$;
comment on function public.tareas_filtradas is 'Las tareas de la Nora del token que pasan un filtro, desde un cursor';

create function public.contar_tareas(p_filtro jsonb, p_ahora timestamptz) returns jsonb
language plpgsql stable security definer set search_path = public, extensions, pg_temp
as $$
declare
  v_cuentas jsonb;
begin
  execute format('select jsonb_build_object(''pendiente'', count(*) filter (where t.estado = ''pendiente''),'
    ' ''en_curso'', count(*) filter (where t.estado = ''en_curso''),'
    ' ''en_espera'', count(*) filter (where t.estado = ''en_espera''),'
    ' ''hecha'', count(*) filter (where t.estado = ''hecha''),'
    ' ''vencidas'', count(*) filter (where t.estado <> ''hecha'' and t.vence_orden < %L::timestamptz))'
    ' from public.tareas t where %s', p_ahora,
    public.condicion_de_tareas(public.nora_del_token(), p_filtro - 'estado')) into v_cuentas;
  return v_cuentas;
end;
$$;
comment on function public.contar_tareas is 'Cuantas tareas hay por estado, y cuantas vencidas, con un filtro';

-- ---------------------------------------------------------------- Las paginas
create function public.alrededor_de_tareas(p_usuario_id uuid) returns jsonb
language sql stable set search_path = ''
as $$
  select jsonb_build_object(
    'personas', public.equipo_de_la_nora(),
    'etiquetas', (select coalesce(jsonb_agg(e order by public.normalizar(e)), '[]') from (
        select distinct unnest(r.etiquetas) as e from (
          select t.etiquetas from public.tareas t where t.nombre_nora = (select public.nora_del_token())
          order by t.numero desc limit 1000) as r) as x),
    'sin_leer', (select count(*) from public.tarea_avisos a
                 where a.nombre_nora = (select public.nora_del_token()) and a.usuario_id = p_usuario_id
                   and a.leido_en is null),
    'hay', exists (select 1 from public.tareas t
                   where t.nombre_nora = (select public.nora_del_token()) and t.borrada_en is null))
$$;
comment on function public.alrededor_de_tareas is 'Lo que rodea a la lista: equipo, avisos sin leer y las etiquetas de las ultimas mil tareas';

create function public.listar_tareas(p_filtro jsonb, p_orden text, p_limite integer, p_despues_en timestamptz,
                                     p_despues_id uuid, p_usuario_id uuid, p_ahora timestamptz) returns jsonb
language sql stable set search_path = ''
as $$
  select jsonb_build_object(
    'tareas', coalesce((select jsonb_agg(public.tarea_en_pantalla(f.t) order by f.n) from (
        select t, row_number() over () as n
        from public.tareas_filtradas(p_filtro, p_orden, p_limite, p_despues_en, p_despues_id) as t) as f), '[]'),
    'cuentas', case when p_despues_id is null then public.contar_tareas(p_filtro, p_ahora) end)
    || case when p_despues_id is null then public.alrededor_de_tareas(p_usuario_id) else '{}' end
$$;
comment on function public.listar_tareas is 'Una pagina de la lista; la primera trae cuentas, equipo y etiquetas';

create function public.tablero_tareas(p_filtro jsonb, p_por_columna integer, p_usuario_id uuid, p_ahora timestamptz)
returns jsonb language sql stable set search_path = ''
as $$
  select jsonb_build_object(
    'columnas', (select jsonb_object_agg(e.estado, coalesce((
        select jsonb_agg(public.tarea_en_pantalla(f.t) order by f.n) from (
          select t, row_number() over () as n from public.tareas_filtradas(
            p_filtro || jsonb_build_object('estado', e.estado),
            case when e.estado = 'hecha' then 'completada' else 'vence' end, p_por_columna) as t) as f), '[]'))
      from unnest(array['pendiente', 'en_curso', 'en_espera', 'hecha']) as e(estado)),
    'cuentas', public.contar_tareas(p_filtro, p_ahora)) || public.alrededor_de_tareas(p_usuario_id)
$$;
comment on function public.tablero_tareas is 'El tablero: las primeras tareas de cada columna, con sus cuentas';

create function public.leer_tarea(p_tarea_id uuid, p_usuario_id uuid) returns jsonb
language sql stable set search_path = ''
as $$
  select jsonb_build_object(
    'tarea', public.tarea_en_pantalla(t),
    'creada_por', public.nombre_de_persona(t.creada_por),
    'regla', r.regla, 'repite_activa', r.activa, 'siguiente', r.siguiente,
    'pasos', coalesce((select jsonb_agg(jsonb_build_object('id', s.id, 'texto', s.texto, 'hecho', s.hecho)
                                        order by s.orden, s.id)
                       from public.tarea_pasos s where s.nombre_nora = t.nombre_nora and s.tarea_id = t.id), '[]'),
    'comentarios', coalesce((select jsonb_agg(jsonb_build_object('id', k.id, 'texto', k.texto, 'usuario_id', k.usuario_id,
                               'persona', coalesce(public.nombre_de_persona(k.usuario_id), 'Alguien que ya no está'),
                               'fecha_creacion', k.fecha_creacion) order by k.fecha_creacion, k.id)
                             from public.tarea_comentarios k
                             where k.nombre_nora = t.nombre_nora and k.tarea_id = t.id), '[]'),
    'cambios', coalesce((select jsonb_agg(jsonb_build_object('campo', h.campo,
                           'antes', case when h.campo = 'asignada_a' then coalesce(public.nombre_de_persona(nullif(h.antes, '')::uuid), '') else h.antes end,
                           'despues', case when h.campo = 'asignada_a' then coalesce(public.nombre_de_persona(nullif(h.despues, '')::uuid), '') else h.despues end,
                           'persona', public.nombre_de_persona(h.usuario_id), 'fecha_creacion', h.fecha_creacion)
                           order by h.id desc)
                         from (select * from public.tarea_cambios x where x.nombre_nora = t.nombre_nora
                               and x.tarea_id = t.id order by x.id desc limit 50) as h), '[]'))
    || public.alrededor_de_tareas(p_usuario_id)
  from public.tareas t
  left join public.tarea_recurrentes r on r.nombre_nora = t.nombre_nora and r.id = t.recurrente_id
  where t.nombre_nora = (select public.nora_del_token()) and t.id = p_tarea_id and t.borrada_en is null
$$;
comment on function public.leer_tarea is 'Una tarea con pasos, comentarios e historia; nulo si no es de la Nora del token';

-- ---------------------------------------------------------------- Guardar
-- Crea (p_tarea_id nulo) o cambia. p_datos.pasos y p_datos.repite solo valen al crear. Devuelve {id, numero, nueva}.
-- Errores: P0002 no existe; P0001 la persona no es del equipo; 23503 el contacto no es de la Nora.
create function public.guardar_tarea(p_tarea_id uuid, p_datos jsonb, p_usuario_id uuid) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  v_nora text := public.nora_del_token();
  v_persona uuid := nullif(p_datos ->> 'asignada_a', '')::uuid;
  v_contacto uuid := nullif(p_datos ->> 'contacto_id', '')::uuid;
  v_etiquetas text[] := array(select jsonb_array_elements_text(coalesce(p_datos -> 'etiquetas', '[]')));
  v_repite jsonb := p_datos -> 'repite';
  v_molde uuid;
  t public.tareas;
begin
  perform set_config('nora.persona', coalesce(p_usuario_id::text, ''), true);
  if p_tarea_id is not null then
    select * into t from public.tareas x
    where x.nombre_nora = v_nora and x.id = p_tarea_id and x.borrada_en is null for update;
    if not found then
      raise exception 'tarea no encontrada' using errcode = 'P0002';
    end if;
  elsif p_datos ->> 'clave' is not null then
    select * into t from public.tareas x where x.nombre_nora = v_nora and x.clave = p_datos ->> 'clave';
    if found then
      return jsonb_build_object('id', t.id, 'numero', t.numero, 'nueva', false);
    end if;
  end if;
  if v_persona is distinct from t.asignada_a and v_persona is not null and not public.es_del_equipo(v_persona) then
    raise exception 'no es del equipo' using errcode = 'P0001';
  end if;
  if v_contacto is not null and not exists (
      select 1 from public.contactos c where c.nombre_nora = v_nora and c.id = v_contacto) then
    raise exception 'contacto no encontrado' using errcode = '23503';
  end if;
  if p_tarea_id is not null then
    update public.tareas x
    set titulo = p_datos ->> 'titulo', descripcion = p_datos ->> 'descripcion', estado = p_datos ->> 'estado',
        prioridad = (p_datos ->> 'prioridad')::smallint, vence_en = (p_datos ->> 'vence_en')::timestamptz,
        con_hora = (p_datos ->> 'con_hora')::boolean, recordar_minutos = (p_datos ->> 'recordar_minutos')::integer,
        asignada_a = v_persona, contacto_id = v_contacto, etiquetas = v_etiquetas
    where x.nombre_nora = v_nora and x.id = p_tarea_id;
    return jsonb_build_object('id', t.id, 'numero', t.numero, 'nueva', false);
  end if;
  if v_repite is not null and jsonb_typeof(v_repite) = 'object' then
    insert into public.tarea_recurrentes (nombre_nora, titulo, descripcion, prioridad, asignada_a, contacto_id, etiquetas,
      pasos, recordar_minutos, con_hora, regla, inicio, siguiente, crear_en, creada_por)
    values (v_nora, p_datos ->> 'titulo', p_datos ->> 'descripcion', (p_datos ->> 'prioridad')::smallint, v_persona,
      v_contacto, v_etiquetas, array(select jsonb_array_elements_text(coalesce(p_datos -> 'pasos', '[]'))),
      (p_datos ->> 'recordar_minutos')::integer, (p_datos ->> 'con_hora')::boolean, v_repite ->> 'regla',
      (v_repite ->> 'inicio')::timestamp, (v_repite ->> 'siguiente')::timestamptz, (v_repite ->> 'crear_en')::timestamptz,
      p_usuario_id)
    returning id into v_molde;
  end if;
  insert into public.tareas (nombre_nora, titulo, descripcion, estado, prioridad, vence_en, con_hora, recordar_minutos,
    asignada_a, contacto_id, etiquetas, recurrente_id, ocurrencia_en, clave, creada_por)
  values (v_nora, p_datos ->> 'titulo', p_datos ->> 'descripcion', coalesce(p_datos ->> 'estado', 'pendiente'),
    (p_datos ->> 'prioridad')::smallint, (p_datos ->> 'vence_en')::timestamptz, (p_datos ->> 'con_hora')::boolean,
    (p_datos ->> 'recordar_minutos')::integer, v_persona, v_contacto, v_etiquetas, v_molde,
    case when v_molde is not null then (p_datos ->> 'vence_en')::timestamptz end, p_datos ->> 'clave', p_usuario_id)
  returning * into t;
  insert into public.tarea_pasos (nombre_nora, tarea_id, texto, orden)
  select v_nora, t.id, p.texto, p.n
  from jsonb_array_elements_text(coalesce(p_datos -> 'pasos', '[]')) with ordinality as p(texto, n);
  return jsonb_build_object('id', t.id, 'numero', t.numero, 'nueva', true);
end;
$$;
comment on function public.guardar_tarea is 'Crea o cambia una tarea de la Nora del token, con sus pasos y lo que se repite';

-- p_accion: estado | asignar | prioridad | etiqueta | borrar | restaurar. Devuelve los ids que cambiaron.
-- Se restaura lo borrado hace menos de p_segundos. Errores: P0001 la persona no es del equipo.
create function public.tareas_en_lote(p_ids uuid[], p_accion text, p_valor text, p_usuario_id uuid,
                                      p_segundos integer default 60) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  v_nora text := public.nora_del_token();
  v_hechas uuid[];
  v_persona uuid;
begin
  perform set_config('nora.persona', coalesce(p_usuario_id::text, ''), true);
  if p_accion = 'estado' then
    with c as (update public.tareas t set estado = p_valor where t.nombre_nora = v_nora and t.id = any (p_ids)
               and t.borrada_en is null and t.estado <> p_valor returning t.id) select array_agg(c.id) into v_hechas from c;
  elsif p_accion = 'prioridad' then
    with c as (update public.tareas t set prioridad = p_valor::smallint where t.nombre_nora = v_nora and t.id = any (p_ids)
               and t.borrada_en is null and t.prioridad <> p_valor::smallint returning t.id) select array_agg(c.id) into v_hechas from c;
  elsif p_accion = 'etiqueta' then
    with c as (update public.tareas t set etiquetas = t.etiquetas || p_valor where t.nombre_nora = v_nora and t.id = any (p_ids)
               and t.borrada_en is null and not t.etiquetas @> array[p_valor] and cardinality(t.etiquetas) < 12
               returning t.id) select array_agg(c.id) into v_hechas from c;
  elsif p_accion = 'asignar' then
    v_persona := nullif(p_valor, '')::uuid;
    if v_persona is not null and not public.es_del_equipo(v_persona) then
      raise exception 'no es del equipo' using errcode = 'P0001';
    end if;
    perform set_config('nora.sin_avisos', case when cardinality(p_ids) > 1 then 'si' else '' end, true);
    with c as (update public.tareas t set asignada_a = v_persona where t.nombre_nora = v_nora and t.id = any (p_ids)
               and t.borrada_en is null and t.asignada_a is distinct from v_persona returning t.id)
      select array_agg(c.id) into v_hechas from c;
    if cardinality(p_ids) > 1 and cardinality(v_hechas) > 0 and v_persona is not null and v_persona is distinct from p_usuario_id then
      insert into public.tarea_avisos (nombre_nora, usuario_id, tipo, texto, clave)
      values (v_nora, v_persona, 'asignada', 'Te tocan ' || cardinality(v_hechas) || ' tareas más.',
              'lote:' || gen_random_uuid());
    end if;
  elsif p_accion = 'borrar' then
    with c as (update public.tareas t set borrada_en = now() where t.nombre_nora = v_nora and t.id = any (p_ids)
               and t.borrada_en is null returning t.id) select array_agg(c.id) into v_hechas from c;
  elsif p_accion = 'restaurar' then
    with c as (update public.tareas t set borrada_en = null where t.nombre_nora = v_nora and t.id = any (p_ids)
               and t.borrada_en > now() - make_interval(secs => p_segundos) returning t.id)
      select array_agg(c.id) into v_hechas from c;
  else
    raise exception 'accion desconocida' using errcode = 'P0001';
  end if;
  return jsonb_build_object('ids', coalesce(to_jsonb(v_hechas), '[]'),
    'existen', (select count(*) from public.tareas t where t.nombre_nora = v_nora and t.id = any (p_ids)));
end;
$$;
comment on function public.tareas_en_lote is 'Cambia, borra o restaura varias tareas de la Nora del token';

create function public.agregar_paso(p_tarea_id uuid, p_texto text) returns uuid
language plpgsql set search_path = ''
as $$
declare
  v_nora text := public.nora_del_token();
  v_id uuid;
begin
  perform 1 from public.tareas t where t.nombre_nora = v_nora and t.id = p_tarea_id and t.borrada_en is null for update;
  if not found then
    raise exception 'tarea no encontrada' using errcode = 'P0002';
  end if;
  insert into public.tarea_pasos (nombre_nora, tarea_id, texto, orden)
  select v_nora, p_tarea_id, p_texto, coalesce(max(s.orden), 0) + 1 from public.tarea_pasos s
  where s.nombre_nora = v_nora and s.tarea_id = p_tarea_id having count(*) < 50
  returning id into v_id;
  if v_id is null then
    raise exception 'demasiados pasos' using errcode = 'P0001';
  end if;
  return v_id;
end;
$$;
comment on function public.agregar_paso is 'Un paso al final de una tarea de la Nora del token; cincuenta como mucho';

create function public.comentar_tarea(p_tarea_id uuid, p_texto text, p_usuario_id uuid) returns uuid
language plpgsql set search_path = ''
as $$
declare
  v_nora text := public.nora_del_token();
  v_id uuid;
begin
  perform 1 from public.tareas t where t.nombre_nora = v_nora and t.id = p_tarea_id and t.borrada_en is null;
  if not found then
    raise exception 'tarea no encontrada' using errcode = 'P0002';
  end if;
  insert into public.tarea_comentarios (nombre_nora, tarea_id, usuario_id, texto)
  values (v_nora, p_tarea_id, p_usuario_id, p_texto) returning id into v_id;
  return v_id;
end;
$$;
comment on function public.comentar_tarea is 'Un comentario en una tarea de la Nora del token';

-- ---------------------------------------------------------------- Cifras por persona
create function public.estadisticas_tareas(p_desde timestamptz, p_ahora timestamptz) returns jsonb
language sql stable set search_path = ''
as $$
  with suyas as (
    select t.asignada_a,
      count(*) filter (where t.estado <> 'hecha') as abiertas,
      count(*) filter (where t.estado <> 'hecha' and t.vence_en < p_ahora) as vencidas,
      count(*) filter (where t.estado = 'hecha' and t.completada_en >= p_desde) as hechas,
      count(*) filter (where t.estado = 'hecha' and t.completada_en >= p_desde and t.vence_en is not null) as con_fecha,
      count(*) filter (where t.estado = 'hecha' and t.completada_en >= p_desde and t.completada_en <= t.vence_en) as a_tiempo,
      extract(epoch from percentile_cont(0.5) within group (order by t.completada_en - t.fecha_creacion)
        filter (where t.estado = 'hecha' and t.completada_en >= p_desde)) / 3600 as horas
    from public.tareas t
    where t.nombre_nora = (select public.nora_del_token()) and t.borrada_en is null
      and (t.estado <> 'hecha' or t.completada_en >= p_desde)
    group by t.asignada_a)
  select coalesce(jsonb_agg(jsonb_build_object(
    'persona_id', s.asignada_a,
    'persona', case when s.asignada_a is null then 'Sin asignar' else coalesce(public.nombre_de_persona(s.asignada_a), 'Ya no está') end,
    'abiertas', s.abiertas, 'vencidas', s.vencidas, 'hechas', s.hechas, 'con_fecha', s.con_fecha,
    'a_tiempo', s.a_tiempo, 'horas', s.horas) order by s.hechas desc, s.abiertas desc), '[]')
  from suyas s
$$;
comment on function public.estadisticas_tareas is 'Por persona: abiertas, vencidas y lo que termino desde p_desde; horas es la mediana de crear a terminar';

create function public.resumen_tareas(p_usuario_id uuid, p_ahora timestamptz, p_fin_de_hoy timestamptz) returns jsonb
language sql stable set search_path = ''
as $$
  select jsonb_build_object('abiertas', count(*), 'vencidas', count(*) filter (where t.vence_en < p_ahora),
    'hoy', count(*) filter (where t.vence_en >= p_ahora and t.vence_en < p_fin_de_hoy))
  from public.tareas t
  where t.nombre_nora = (select public.nora_del_token()) and t.borrada_en is null and t.estado <> 'hecha'
    and (p_usuario_id is null or t.asignada_a = p_usuario_id)
$$;
comment on function public.resumen_tareas is 'Para la tarjeta del tablero: abiertas, vencidas y las de hoy';

create function public.avisos_de_tareas(p_usuario_id uuid) returns jsonb
language sql stable set search_path = ''
as $$
  select jsonb_build_object(
    'avisos', coalesce((select jsonb_agg(to_jsonb(a) - 'nombre_nora' - 'clave' order by a.id desc) from (
        select * from public.tarea_avisos x where x.nombre_nora = (select public.nora_del_token())
          and x.usuario_id = p_usuario_id order by x.id desc limit 60) as a), '[]'),
    'preferencias', (select to_jsonb(p) - 'nombre_nora' - 'usuario_id' from public.tarea_preferencias p
        where p.nombre_nora = (select public.nora_del_token()) and p.usuario_id = p_usuario_id))
$$;
comment on function public.avisos_de_tareas is 'Los ultimos avisos de una persona y como quiere recibirlos';

-- ---------------------------------------------------------------- Lo que hace el programador
-- Recuerda, marca lo vencido, escribe los resumenes del dia y vacia la papelera de la Nora del token. Cada aviso se da una
-- vez: lo cuida su clave. Devuelve cuantos, y los moldes a los que les toca crear una tarea.
create function public.tareas_al_dia(p_ahora timestamptz) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  v_nora text := public.nora_del_token();
  v_zona text;
  v_local timestamp;
  v_fin_de_hoy timestamptz;
  v_recordadas integer;
  v_vencidas integer;
  v_resumenes integer := 0;
begin
  select c.zona_horaria into v_zona from public.configuracion_bot c where c.nombre_nora = v_nora;
  v_local := p_ahora at time zone v_zona;
  v_fin_de_hoy := (date_trunc('day', v_local) + interval '1 day') at time zone v_zona;

  with r as (
    update public.tareas t set recordada_en = p_ahora
    where t.nombre_nora = v_nora and t.borrada_en is null and t.recordada_en is null and t.recuerda_en <= p_ahora
    returning t.*)
  insert into public.tarea_avisos (nombre_nora, usuario_id, tarea_id, tipo, texto, clave)
  select v_nora, coalesce(r.asignada_a, r.creada_por), r.id, 'recordatorio',
    'Recuerda ' || public.codigo_de_tarea(r.numero) || ': ' || r.titulo || ' ('
      || to_char(r.vence_en at time zone v_zona, case when r.con_hora then 'DD/MM HH24:MI' else 'DD/MM' end) || ')',
    'recordatorio:' || r.id || ':' || extract(epoch from r.recuerda_en)
  from r where r.estado <> 'hecha' and r.vence_en > p_ahora - interval '1 day' and coalesce(r.asignada_a, r.creada_por) is not null
  on conflict do nothing;
  get diagnostics v_recordadas = row_count;

  with r as (
    update public.tareas t set vencida_en = p_ahora
    where t.nombre_nora = v_nora and t.borrada_en is null and t.estado <> 'hecha' and t.vencida_en is null
      and t.vence_en < p_ahora
    returning t.*)
  insert into public.tarea_avisos (nombre_nora, usuario_id, tarea_id, tipo, texto, clave)
  select v_nora, coalesce(r.asignada_a, r.creada_por), r.id, 'vencida',
    'Venció ' || public.codigo_de_tarea(r.numero) || ': ' || r.titulo,
    'vencida:' || r.id || ':' || extract(epoch from r.vence_en)
  from r where coalesce(r.asignada_a, r.creada_por) is not null
  on conflict do nothing;
  get diagnostics v_vencidas = row_count;

  if extract(hour from v_local) between 8 and 11 then
    insert into public.tarea_avisos (nombre_nora, usuario_id, tipo, texto, clave)
    select v_nora, x.persona, 'manana',
      'Buenos días. Hoy te ' || case when x.hoy = 1 then 'toca 1 tarea' else 'tocan ' || x.hoy || ' tareas' end
        || case when x.vencidas > 0 then ' y tienes ' || x.vencidas || ' sin terminar de antes' else '' end || '.',
      'manana:' || v_local::date
    from (select t.asignada_a as persona, count(*) filter (where t.vence_en >= p_ahora and t.vence_en < v_fin_de_hoy) as hoy,
                 count(*) filter (where t.vence_en < p_ahora) as vencidas
          from public.tareas t where t.nombre_nora = v_nora and t.borrada_en is null and t.estado <> 'hecha'
            and t.asignada_a is not null and t.vence_en < v_fin_de_hoy group by 1) as x
    left join public.tarea_preferencias p on p.nombre_nora = v_nora and p.usuario_id = x.persona
    where coalesce(p.resumenes, true) and public.es_del_equipo(x.persona)
    on conflict do nothing;
    get diagnostics v_resumenes = row_count;
  elsif extract(hour from v_local) between 18 and 21 then
    insert into public.tarea_avisos (nombre_nora, usuario_id, tipo, texto, clave)
    select v_nora, x.persona, 'cierre',
      'Cierre del día: ' || case when x.hechas = 1 then 'terminaste 1 tarea' else 'terminaste ' || x.hechas || ' tareas' end
        || case when x.faltan = 0 then '. No te queda nada para hoy.'
                when x.faltan = 1 then ' y queda 1 para hoy o de antes.'
                else ' y quedan ' || x.faltan || ' para hoy o de antes.' end,
      'cierre:' || v_local::date
    from (select t.asignada_a as persona,
                 count(*) filter (where t.estado = 'hecha') as hechas,
                 count(*) filter (where t.estado <> 'hecha') as faltan
          from public.tareas t where t.nombre_nora = v_nora and t.borrada_en is null and t.asignada_a is not null
            and ((t.estado <> 'hecha' and t.vence_en < v_fin_de_hoy)
                 or (t.estado = 'hecha' and t.completada_en >= v_fin_de_hoy - interval '1 day')) group by 1) as x
    left join public.tarea_preferencias p on p.nombre_nora = v_nora and p.usuario_id = x.persona
    where coalesce(p.resumenes, true) and public.es_del_equipo(x.persona)
    on conflict do nothing;
    get diagnostics v_resumenes = row_count;
  end if;

  delete from public.tareas t where t.nombre_nora = v_nora and t.borrada_en < p_ahora - interval '30 days';
  delete from public.tarea_avisos a where a.nombre_nora = v_nora and a.fecha_creacion < p_ahora - interval '90 days';
  return jsonb_build_object('recordadas', v_recordadas, 'vencidas', v_vencidas, 'resumenes', v_resumenes,
    'moldes', coalesce((select jsonb_agg(jsonb_build_object('id', r.id, 'regla', r.regla, 'inicio', r.inicio,
                          'siguiente', r.siguiente, 'con_hora', r.con_hora) order by r.crear_en)
                        from (select * from public.tarea_recurrentes m where m.nombre_nora = v_nora and m.activa
                              and m.crear_en <= p_ahora order by m.crear_en limit 200) as r), '[]'));
end;
$$;
comment on function public.tareas_al_dia is 'Lo que el programador hace con las tareas de la Nora del token';

-- Crea la ocurrencia que toca y deja apuntada la que sigue. Quien llega segundo ya no encuentra `siguiente` igual y no
-- hace nada: cada ocurrencia se crea una vez. Devuelve la tarea, o nulo si otro la creo.
create function public.crear_de_recurrente(p_id uuid, p_esperada timestamptz, p_ocurrencia timestamptz,
                                           p_siguiente timestamptz, p_crear_en timestamptz) returns uuid
language plpgsql set search_path = ''
as $$
declare
  v_nora text := public.nora_del_token();
  r public.tarea_recurrentes;
  v_tarea uuid;
begin
  update public.tarea_recurrentes m
  set siguiente = coalesce(p_siguiente, m.siguiente), crear_en = coalesce(p_crear_en, m.crear_en),
      activa = p_siguiente is not null
  where m.nombre_nora = v_nora and m.id = p_id and m.activa and m.siguiente = p_esperada
  returning * into r;
  if not found then
    return null;
  end if;
  insert into public.tareas (nombre_nora, titulo, descripcion, prioridad, vence_en, con_hora, recordar_minutos, asignada_a,
    contacto_id, etiquetas, recurrente_id, ocurrencia_en, creada_por)
  values (v_nora, r.titulo, r.descripcion, r.prioridad, p_ocurrencia, r.con_hora, r.recordar_minutos, r.asignada_a,
    r.contacto_id, r.etiquetas, r.id, p_ocurrencia, r.creada_por)
  on conflict do nothing returning id into v_tarea;
  insert into public.tarea_pasos (nombre_nora, tarea_id, texto, orden)
  select v_nora, v_tarea, p.texto, p.n from unnest(r.pasos) with ordinality as p(texto, n) where v_tarea is not null;
  return v_tarea;
end;
$$;
comment on function public.crear_de_recurrente is 'Crea una ocurrencia de un molde de la Nora del token, una sola vez';

create function public.moldes_de_tareas() returns jsonb
language sql stable set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'titulo', r.titulo, 'regla', r.regla, 'inicio', r.inicio,
    'con_hora', r.con_hora, 'siguiente', r.siguiente, 'activa', r.activa,
    'persona', case when r.asignada_a is not null then public.nombre_de_persona(r.asignada_a) end,
    'abiertas', (select count(*) from public.tareas t where t.nombre_nora = r.nombre_nora and t.recurrente_id = r.id
                 and t.borrada_en is null and t.estado <> 'hecha')) order by r.activa desc, r.siguiente, r.id), '[]')
  from (select * from public.tarea_recurrentes m where m.nombre_nora = (select public.nora_del_token())
        order by m.activa desc, m.siguiente limit 200) as r
$$;
comment on function public.moldes_de_tareas is 'Lo que se repite en la Nora del token';

-- ---------------------------------------------------------------- Permisos
grant create on schema public to nora_buscador;
alter function public.equipo_de_la_nora() owner to nora_buscador;
alter function public.es_del_equipo(uuid) owner to nora_buscador;
alter function public.tareas_filtradas(jsonb, text, integer, timestamptz, uuid) owner to nora_buscador;
alter function public.contar_tareas(jsonb, timestamptz) owner to nora_buscador;
revoke create on schema public from nora_buscador;

do $$
declare
  funcion text;
begin
  foreach funcion in array array[
    'codigo_de_tarea(integer)', 'equipo_de_la_nora()', 'es_del_equipo(uuid)', 'tarea_en_pantalla(public.tareas)',
    'condicion_de_tareas(text, jsonb)', 'tareas_filtradas(jsonb, text, integer, timestamptz, uuid)',
    'contar_tareas(jsonb, timestamptz)', 'alrededor_de_tareas(uuid)',
    'listar_tareas(jsonb, text, integer, timestamptz, uuid, uuid, timestamptz)',
    'tablero_tareas(jsonb, integer, uuid, timestamptz)', 'leer_tarea(uuid, uuid)', 'guardar_tarea(uuid, jsonb, uuid)',
    'tareas_en_lote(uuid[], text, text, uuid, integer)', 'agregar_paso(uuid, text)', 'comentar_tarea(uuid, text, uuid)',
    'estadisticas_tareas(timestamptz, timestamptz)', 'resumen_tareas(uuid, timestamptz, timestamptz)',
    'avisos_de_tareas(uuid)', 'tareas_al_dia(timestamptz)',
    'crear_de_recurrente(uuid, timestamptz, timestamptz, timestamptz, timestamptz)', 'moldes_de_tareas()'] loop
    execute format('revoke execute on function public.%s from public, anon', funcion);
    execute format('grant execute on function public.%s to authenticated, service_role', funcion);
  end loop;
end;
$$;
grant execute on function public.condicion_de_tareas(text, jsonb) to nora_buscador;
revoke execute on function public.numerar_tarea(), public.poner_fechas_de_tarea(), public.anotar_cambio_de_tarea(),
  public.avisar_asignacion(), public.mandar_aviso_de_tarea() from public, anon, authenticated;
