-- Fotos, notas de voz, videos y documentos: de donde vienen, donde quedaron y que dicen.

create table public.medios (
  id uuid primary key default gen_random_uuid(),
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  conversacion_id uuid not null,
  mensaje_id bigint not null,
  orden smallint not null default 0 check (orden between 0 and 20),
  estado text not null default 'pendiente' check (estado in ('pendiente', 'listo', 'rechazado', 'fallido')),
  motivo text not null default '' check (length(motivo) <= 300),
  origen text not null default '',
  mime_declarado text not null default '',
  mime text not null default '',
  nombre text not null default '',
  bytes bigint not null default 0 check (bytes >= 0),
  ruta text not null default '',
  huella text not null default '',
  segundos integer check (segundos >= 0),
  voz text not null default '' check (voz in ('', 'pendiente', 'lista', 'sin_llave', 'fallida')),
  transcripcion text not null default '',
  datos jsonb not null default '{}' check (jsonb_typeof(datos) = 'object'),
  fecha_creacion timestamptz not null default now(),
  fecha_actualizacion timestamptz not null default now(),
  unique (nombre_nora, id),
  unique (nombre_nora, mensaje_id, orden),
  foreign key (nombre_nora, mensaje_id) references public.mensajes (nombre_nora, id)
    on update cascade on delete cascade deferrable initially deferred,
  foreign key (nombre_nora, conversacion_id) references public.conversaciones (nombre_nora, id)
    on update cascade on delete cascade deferrable initially deferred
);
create index medios_de_conversacion on public.medios (nombre_nora, conversacion_id, mensaje_id);
create index medios_por_ruta on public.medios (ruta) where ruta <> '';
create index medios_a_medias on public.medios (fecha_actualizacion) where estado = 'pendiente' or voz = 'pendiente';
comment on table public.medios is 'Cada archivo de un mensaje: se baja del proveedor una vez y se guarda en nuestro almacen';
comment on column public.medios.estado is 'pendiente: en camino; listo; rechazado: no se acepta; fallido: no se pudo y se puede repetir';
comment on column public.medios.motivo is 'Por que no esta, en palabras';
comment on column public.medios.origen is 'La direccion del proveedor; vacia si se subio aqui';
comment on column public.medios.mime is 'El tipo segun su contenido, no segun quien lo mando';
comment on column public.medios.ruta is 'Donde esta en la cubeta; vacia mientras no se guarda';
comment on column public.medios.voz is 'Como va su transcripcion; vacio si no es una nota de voz';
comment on column public.medios.datos is 'Lo que se leyo de el: las personas de una tarjeta de contacto';

create trigger fecha_actualizacion before update on public.medios
  for each row execute function public.poner_fecha_actualizacion();
alter table public.medios enable row level security;
alter table public.medios force row level security;
create policy por_nora on public.medios to authenticated
  using (nombre_nora = (select public.nora_del_token()))
  with check (nombre_nora = (select public.nora_del_token()));
revoke all on public.medios from anon, authenticated;
grant select, insert, update, delete on public.medios to authenticated;
grant all on public.medios to service_role;

-- ---------------------------------------------------------------- Con el mensaje nace su renglon
-- Lo que trae `ruta` ya esta guardado (se subio desde el panel); lo demas hay que bajarlo.
create function public.preparar_medios() returns trigger
language plpgsql set search_path = ''
as $$
begin
  insert into public.medios (id, nombre_nora, conversacion_id, mensaje_id, orden, estado, origen, mime_declarado,
                             mime, nombre, bytes, ruta, huella, segundos, voz, datos)
  select coalesce((m ->> 'id')::uuid, gen_random_uuid()), new.nombre_nora, new.conversacion_id, new.id,
         (n - 1)::smallint, case when guardado then 'listo' else 'pendiente' end,
         left(coalesce(m ->> 'url', ''), 2000), left(coalesce(m ->> 'mime', ''), 200),
         case when guardado then m ->> 'mime' else '' end, left(coalesce(m ->> 'nombre', ''), 200),
         case when guardado then (m ->> 'bytes')::bigint else 0 end, case when guardado then m ->> 'ruta' else '' end,
         case when guardado then coalesce(m ->> 'huella', '') else '' end,
         case when guardado then (m ->> 'segundos')::integer end,
         case when new.sentido = 'entrante' and coalesce(m ->> 'mime', '') like 'audio/%' then 'pendiente' else '' end,
         case when guardado then coalesce(m -> 'datos', '{}') else '{}' end
  from jsonb_array_elements(new.medios) with ordinality as x(m, n),
       lateral (select coalesce(starts_with(m ->> 'ruta', new.nombre_nora || '/'), false) as guardado) as y
  where n <= 20;
  return null;
end;
$$;
create trigger preparar_medios after insert on public.mensajes
  for each row when (new.medios <> '[]') execute function public.preparar_medios();

-- Con permisos del dueño: nadie mas toca la cola.
create function public.encolar_medio() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform cola.encolar('medios', 'preparar_medio', 'medio:' || new.id,
    jsonb_build_object('nombre_nora', new.nombre_nora, 'medio_id', new.id));
  return null;
end;
$$;
create trigger encolar_medio after insert on public.medios
  for each row when (new.estado = 'pendiente' or new.voz = 'pendiente') execute function public.encolar_medio();
create trigger encolar_medio_otra_vez after update on public.medios
  for each row when (new.estado = 'pendiente' and old.estado in ('fallido', 'rechazado')) execute function public.encolar_medio();

-- El turno espera a que lo mandado se pueda ver y oir: al estarlo, se le llama. Y la pantalla se entera.
create function public.avisar_medio() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform pg_notify('nora_cambios', jsonb_build_object('tipo', 'mensaje', 'nora', new.nombre_nora,
    'conversacion_id', new.conversacion_id, 'mensaje_id', new.mensaje_id)::text);
  if (old.estado = 'pendiente' or old.voz = 'pendiente') and new.estado <> 'pendiente' and new.voz <> 'pendiente' then
    perform cola.encolar('mensajes', 'atender_conversacion', 'turno:' || new.conversacion_id,
      jsonb_build_object('nombre_nora', new.nombre_nora, 'conversacion_id', new.conversacion_id));
  end if;
  return null;
end;
$$;
create trigger avisar_medio after update on public.medios
  for each row when (old.estado is distinct from new.estado or old.voz is distinct from new.voz)
  execute function public.avisar_medio();

-- Se borre por lo que se borre (retencion, supresion, la Nora entera), su archivo se va con el renglon. El trabajo no
-- nombra a la Nora: al borrarla se quitan de la cola los suyos, y este debe quedar.
create function public.soltar_archivos() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  tanda jsonb;
begin
  for tanda in
    select jsonb_agg(t.ruta) from (
      select v.ruta, (row_number() over () - 1) / 200 as cual from viejos v where v.ruta <> '') as t
    group by t.cual
  loop
    perform cola.encolar('medios', 'borrar_archivos', null, jsonb_build_object('rutas', tanda));
  end loop;
  return null;
end;
$$;
create trigger soltar_archivos after delete on public.medios
  referencing old table as viejos for each statement execute function public.soltar_archivos();

-- ---------------------------------------------------------------- El trabajo
create function public.anotar_voz(p_medio_id uuid, p_voz text, p_texto text default '', p_segundos integer default null)
returns void language plpgsql set search_path = ''
as $$
declare
  v_mensaje bigint;
begin
  -- Primero lo dicho y despues el estado: quien espera al estado ya lo encuentra.
  select d.mensaje_id into v_mensaje from public.medios d
  where d.nombre_nora = (select public.nora_del_token()) and d.id = p_medio_id;
  if p_texto <> '' then
    update public.mensajes m set texto = p_texto
    where m.nombre_nora = (select public.nora_del_token()) and m.id = v_mensaje and m.texto = '';
    -- En la lista tambien se lee, si no se ha dicho otra cosa.
    update public.conversaciones c set ultimo_texto = left('Nota de voz: ' || p_texto, 160)
    from public.mensajes m
    where m.nombre_nora = (select public.nora_del_token()) and m.id = v_mensaje
      and c.nombre_nora = m.nombre_nora and c.id = m.conversacion_id and c.ultimo_texto = '[audio]';
  end if;
  update public.medios d
  set voz = p_voz, transcripcion = p_texto, segundos = coalesce(p_segundos, d.segundos)
  where d.nombre_nora = (select public.nora_del_token()) and d.id = p_medio_id;
end;
$$;
comment on function public.anotar_voz is 'Lo que dice una nota de voz pasa a ser el texto de su mensaje';

alter table public.configuracion_bot add column al_recibir_archivos text not null default 'preguntar'
  check (al_recibir_archivos in ('preguntar', 'pasar'));
comment on column public.configuracion_bot.al_recibir_archivos is
  'Lo que Nora hace con un archivo que no puede abrir: pedirlo por escrito, o pasarlo a una persona';

-- Lo que un turno necesita saber de los archivos de lo pendiente.
create function public.medios_del_turno(p_conversacion_id uuid, p_mensajes bigint[])
returns jsonb language sql stable set search_path = ''
as $$
  select jsonb_build_object(
    'falta', exists (
      select 1 from public.medios d
      where d.nombre_nora = (select public.nora_del_token()) and d.mensaje_id = any (p_mensajes)
        and (d.estado = 'pendiente' or d.voz = 'pendiente')),
    'medios', (
      select coalesce(jsonb_agg(jsonb_build_object('id', d.id, 'mensaje_id', d.mensaje_id, 'estado', d.estado,
          'mime', d.mime, 'bytes', d.bytes, 'ruta', d.ruta, 'voz', d.voz) order by d.mensaje_id, d.orden), '[]')
      from public.medios d
      where d.nombre_nora = (select public.nora_del_token()) and d.mensaje_id = any (p_mensajes)),
    'al_recibir', (
      select n.al_recibir_archivos from public.configuracion_bot n where n.nombre_nora = (select public.nora_del_token())),
    'ya_se_pidio', exists (
      select 1 from public.mensajes m
      where m.nombre_nora = (select public.nora_del_token()) and m.conversacion_id = p_conversacion_id
        and m.sentido = 'saliente' and m.decisor = 'medios' and m.fecha_creacion > now() - interval '1 day'))
$$;
comment on function public.medios_del_turno is 'Los archivos de unos mensajes, si falta alguno, y si ya se pidio lo mismo por escrito';

-- ---------------------------------------------------------------- Las pantallas
create function public.adjuntos_de(p_mensajes bigint[]) returns jsonb
language sql stable set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object(
      'mensaje_id', m.id,
      'lugar', case when m.tipo = 'ubicacion' then jsonb_build_object(
        'latitud', m.crudo ->> 'Latitude', 'longitud', m.crudo ->> 'Longitude',
        'nombre', coalesce(m.crudo ->> 'Label', ''), 'direccion', coalesce(m.crudo ->> 'Address', '')) end,
      'medios', (
        select coalesce(jsonb_agg(jsonb_build_object('id', d.id, 'estado', d.estado, 'motivo', d.motivo,
            'mime', case when d.mime <> '' then d.mime else d.mime_declarado end, 'nombre', d.nombre,
            'bytes', d.bytes, 'segundos', d.segundos, 'voz', d.voz, 'transcripcion', d.transcripcion,
            'datos', d.datos) order by d.orden), '[]')
        from public.medios d where d.nombre_nora = m.nombre_nora and d.mensaje_id = m.id)) order by m.id), '[]')
  from public.mensajes m
  where m.nombre_nora = (select public.nora_del_token()) and m.id = any (p_mensajes)
$$;
comment on function public.adjuntos_de is 'Los archivos y el lugar que llevan unos mensajes de la Nora del token';

create function public.con_adjuntos(p_leida jsonb) returns jsonb
language sql stable set search_path = ''
as $$
  select p_leida || jsonb_build_object('adjuntos', public.adjuntos_de(array(
    select (m ->> 'id')::bigint
    from jsonb_array_elements(coalesce(p_leida -> 'mensajes', '[]') || coalesce(p_leida -> 'cambiados', '[]')) as m
    where m ->> 'tipo' <> 'texto')))
$$;
comment on function public.con_adjuntos is 'Lo que leyo una pantalla, con los adjuntos de sus mensajes';

create function public.leer_conversacion_con_adjuntos(
  p_conversacion_id uuid, p_antes_de bigint default null, p_despues_de bigint default null,
  p_ids bigint[] default '{}', p_limite integer default 40)
returns jsonb language sql stable set search_path = ''
as $$
  select public.con_adjuntos(public.leer_conversacion(p_conversacion_id, p_antes_de, p_despues_de, p_ids, p_limite))
$$;
comment on function public.leer_conversacion_con_adjuntos is 'leer_conversacion, con los adjuntos de sus mensajes';

create function public.leer_simulacion_con_adjuntos(p_direccion text, p_despues_de bigint default 0)
returns jsonb language sql stable set search_path = ''
as $$ select public.con_adjuntos(public.leer_simulacion(p_direccion, p_despues_de)) $$;
comment on function public.leer_simulacion_con_adjuntos is 'leer_simulacion, con los adjuntos de sus mensajes';

-- Una persona manda un archivo: lo mismo que cuando escribe, y ademas el archivo.
create function public.responder_con_archivo(
  p_conversacion_id uuid, p_texto text, p_usuario_id uuid, p_clave text, p_tipo text, p_medio jsonb)
returns jsonb language plpgsql set search_path = ''
as $$
declare
  v_nora text := public.nora_del_token();
  v_hecho jsonb;
  v_mensaje bigint;
begin
  if not coalesce(starts_with(p_medio ->> 'ruta', v_nora || '/'), false) then
    raise exception 'el archivo no es de esta Nora' using errcode = 'P0001';
  end if;
  v_hecho := public.responder_como_persona(p_conversacion_id, p_texto, p_usuario_id, p_clave);
  v_mensaje := (v_hecho ->> 'mensaje_id')::bigint;
  if not (v_hecho ->> 'nuevo')::boolean then
    return v_hecho;
  end if;
  update public.mensajes m
  set tipo = p_tipo,
      medios = jsonb_build_array(jsonb_build_object(
        'id', p_medio ->> 'id', 'mime', p_medio ->> 'mime', 'nombre', p_medio ->> 'nombre'))
  where m.nombre_nora = v_nora and m.id = v_mensaje;
  insert into public.medios (id, nombre_nora, conversacion_id, mensaje_id, estado, mime_declarado, mime, nombre, bytes,
                             ruta, huella, segundos)
  values ((p_medio ->> 'id')::uuid, v_nora, p_conversacion_id, v_mensaje, 'listo', p_medio ->> 'mime',
          p_medio ->> 'mime', p_medio ->> 'nombre', (p_medio ->> 'bytes')::bigint, p_medio ->> 'ruta',
          p_medio ->> 'huella', (p_medio ->> 'segundos')::integer);
  update public.mensajes_salientes s
  set contenido = s.contenido || jsonb_build_object('medios', jsonb_build_array(jsonb_build_object(
    'ruta', p_medio ->> 'ruta', 'mime', p_medio ->> 'mime', 'bytes', (p_medio ->> 'bytes')::bigint,
    'nombre', p_medio ->> 'nombre')))
  where s.nombre_nora = v_nora and s.mensaje_id = v_mensaje;
  if p_texto = '' then
    update public.conversaciones c set ultimo_texto = '[' || p_tipo || ']'
    where c.nombre_nora = v_nora and c.id = p_conversacion_id;
  end if;
  return v_hecho;
end;
$$;
comment on function public.responder_con_archivo is 'Una persona manda un archivo desde el panel, una sola vez por clave';

-- ---------------------------------------------------------------- Mantenimiento
-- De unas rutas guardadas, las que ya no son de nadie.
create function public.rutas_sin_dueno(p_rutas text[]) returns jsonb
language sql stable set search_path = ''
as $$
  select coalesce(jsonb_agg(r), '[]') from unnest(p_rutas) as r
  where not exists (select 1 from public.medios d where d.ruta = r)
$$;
comment on function public.rutas_sin_dueno is 'De unos archivos guardados, los que ningun renglon nombra';

-- Los que se quedaron sin trabajo (se borro la cola, se restauro un respaldo) vuelven a ella.
create function public.repescar_medios(p_segundos integer default 120) returns integer
language plpgsql set search_path = ''
as $$
declare
  fila record;
  cuantos integer := 0;
begin
  for fila in
    select d.nombre_nora, d.id from public.medios d
    join public.configuracion_bot n on n.nombre_nora = d.nombre_nora and n.activo
    where (d.estado = 'pendiente' or d.voz = 'pendiente')
      and d.fecha_actualizacion < now() - make_interval(secs => p_segundos)
    limit 500
  loop
    if not cola.tiene_trabajo('medio:' || fila.id) then
      perform cola.encolar('medios', 'preparar_medio', 'medio:' || fila.id,
        jsonb_build_object('nombre_nora', fila.nombre_nora, 'medio_id', fila.id));
      cuantos := cuantos + 1;
    end if;
  end loop;
  return cuantos;
end;
$$;
comment on function public.repescar_medios is 'Vuelve a encolar los archivos a medias que se quedaron sin trabajo';

-- ---------------------------------------------------------------- Permisos
revoke execute on function
  public.preparar_medios(), public.encolar_medio(), public.avisar_medio(), public.soltar_archivos(),
  public.anotar_voz(uuid, text, text, integer), public.medios_del_turno(uuid, bigint[]), public.adjuntos_de(bigint[]),
  public.con_adjuntos(jsonb),
  public.leer_conversacion_con_adjuntos(uuid, bigint, bigint, bigint[], integer),
  public.leer_simulacion_con_adjuntos(text, bigint),
  public.responder_con_archivo(uuid, text, uuid, text, text, jsonb),
  public.rutas_sin_dueno(text[]), public.repescar_medios(integer)
from public, anon, authenticated;
grant execute on function
  public.anotar_voz(uuid, text, text, integer), public.medios_del_turno(uuid, bigint[]), public.adjuntos_de(bigint[]),
  public.con_adjuntos(jsonb),
  public.leer_conversacion_con_adjuntos(uuid, bigint, bigint, bigint[], integer),
  public.leer_simulacion_con_adjuntos(text, bigint),
  public.responder_con_archivo(uuid, text, uuid, text, text, jsonb)
to authenticated, service_role;
grant execute on function public.rutas_sin_dueno(text[]), public.repescar_medios(integer),
  public.preparar_medios(), public.encolar_medio(), public.avisar_medio(), public.soltar_archivos()
to service_role;
