-- Contactos y etiquetas completos: filtros, notas, campos propios, historia, importación, unión, papelera y supresión.

-- ---------------------------------------------------------------- Columnas nuevas
alter table public.contactos
  add column propios jsonb not null default '{}' check (jsonb_typeof(propios) = 'object'),
  add column bloqueado_en timestamptz,
  add column borrado_en timestamptz,
  add column suprimido_en timestamptz,
  add column actividad_en timestamptz not null generated always as (coalesce(ultimo_mensaje_en, fecha_creacion)) stored;
comment on column public.contactos.propios is 'Campos que definio esta Nora: {id del campo: valor como texto}';
comment on column public.contactos.bloqueado_en is 'Desde cuando Nora no le contesta; sus mensajes se guardan igual';
comment on column public.contactos.borrado_en is 'En la papelera desde; vuelve solo si escribe, y se purga despues';
comment on column public.contactos.suprimido_en is 'Fila sin nadie: sostiene los mensajes vacios de quien se borro, para que las cifras cuadren';
comment on column public.contactos.actividad_en is 'Por lo que se ordena la lista: su ultimo mensaje, o cuando se anoto';

create index contactos_por_actividad on public.contactos (nombre_nora, actividad_en desc, id desc)
  where borrado_en is null;
create index contactos_sin_mensajes on public.contactos (nombre_nora, actividad_en desc, id desc)
  where ultimo_mensaje_en is null and borrado_en is null;
create index contactos_bloqueados on public.contactos (nombre_nora) where bloqueado_en is not null;
create index contactos_de_baja on public.contactos (nombre_nora) where baja_en is not null;
create index contactos_borrados on public.contactos (nombre_nora, borrado_en) where borrado_en is not null;
create index contactos_por_correo on public.contactos (nombre_nora, correo) where correo <> '';

-- La misma linea de Mexico se escribe con y sin el 1 despues de +52.
create function public.llave_telefono(p_telefono text) returns text
language sql immutable strict parallel safe set search_path = ''
as $$ select regexp_replace(p_telefono, '^\+521(\d{10})$', '+52\1') $$;
comment on function public.llave_telefono(text) is 'El telefono sin el 1 de Mexico: iguales aqui, la misma persona';
create index contactos_por_telefono on public.contactos (nombre_nora, public.llave_telefono(telefono))
  where telefono is not null;

alter table public.etiquetas
  add column regla text not null default '' check (length(regla) <= 200),
  add constraint etiquetas_color check (color in ('pizarra', 'mar', 'azul', 'violeta', 'rosa', 'vino', 'arena', 'verde'));
comment on column public.etiquetas.regla is 'Cuando se usa: una frase que lee el equipo al elegirla, y Nora';

-- ---------------------------------------------------------------- Tablas nuevas
create table public.conversacion_etiquetas (
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  conversacion_id uuid not null,
  etiqueta_id uuid not null,
  primary key (nombre_nora, conversacion_id, etiqueta_id),
  foreign key (nombre_nora, conversacion_id) references public.conversaciones (nombre_nora, id)
    on update cascade on delete cascade deferrable initially deferred,
  foreign key (nombre_nora, etiqueta_id) references public.etiquetas (nombre_nora, id)
    on update cascade on delete cascade deferrable initially deferred
);
create index conversacion_etiquetas_por_etiqueta on public.conversacion_etiquetas (nombre_nora, etiqueta_id);
comment on table public.conversacion_etiquetas is 'Que etiquetas tiene cada conversacion';

create table public.campos_propios (
  id uuid primary key default gen_random_uuid(),
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  nombre text not null check (length(btrim(nombre)) between 1 and 40),
  tipo text not null default 'texto' check (tipo in ('texto', 'numero', 'fecha', 'opcion')),
  opciones text[] not null default '{}',
  orden integer not null default 0,
  unique (nombre_nora, id),
  unique (nombre_nora, nombre)
);
comment on table public.campos_propios is 'Datos de un contacto que cada Nora decide llevar';

create table public.contacto_notas (
  id uuid primary key default gen_random_uuid(),
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  contacto_id uuid not null,
  usuario_id uuid references public.usuarios on delete set null,
  texto text not null check (length(btrim(texto)) between 1 and 2000),
  fecha_creacion timestamptz not null default now(),
  unique (nombre_nora, id),
  foreign key (nombre_nora, contacto_id) references public.contactos (nombre_nora, id)
    on update cascade on delete cascade deferrable initially deferred
);
create index contacto_notas_de_contacto on public.contacto_notas (nombre_nora, contacto_id, fecha_creacion desc);
comment on table public.contacto_notas is 'Notas privadas del equipo, con quien y cuando';

create table public.contacto_cambios (
  id bigint generated always as identity primary key,
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  contacto_id uuid not null,
  usuario_id uuid references public.usuarios on delete set null,
  accion text not null,
  detalle jsonb not null default '[]',
  momento timestamptz not null default now(),
  unique (nombre_nora, id),
  foreign key (nombre_nora, contacto_id) references public.contactos (nombre_nora, id)
    on update cascade on delete cascade deferrable initially deferred
);
create index contacto_cambios_de_contacto on public.contacto_cambios (nombre_nora, contacto_id, id desc);
comment on table public.contacto_cambios is 'Historia de un contacto: que cambio, de que a que, quien';
comment on column public.contacto_cambios.detalle is '[{campo, antes, despues}]';

create table public.contacto_direcciones (
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  direccion text not null,
  contacto_id uuid not null,
  primary key (nombre_nora, direccion),
  foreign key (nombre_nora, contacto_id) references public.contactos (nombre_nora, id)
    on update cascade on delete cascade deferrable initially deferred
);
create index contacto_direcciones_de_contacto on public.contacto_direcciones (nombre_nora, contacto_id);
comment on table public.contacto_direcciones is 'Otras direcciones de la misma persona, de contactos que se unieron';

create table public.importaciones (
  id uuid primary key default gen_random_uuid(),
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  usuario_id uuid references public.usuarios on delete set null,
  archivo text not null default '',
  codificacion text not null,
  separador text not null,
  encabezados text[] not null default '{}',
  contenido text not null,
  columnas jsonb not null default '{}',
  etiquetas text[] not null default '{}',
  estado text not null default 'por_revisar' check (estado in ('por_revisar', 'corriendo', 'terminada')),
  total integer not null check (total >= 0),
  posicion integer not null default 0,
  nuevos integer not null default 0,
  actualizados integer not null default 0,
  iguales integer not null default 0,
  errores jsonb not null default '[]',
  fecha_creacion timestamptz not null default now(),
  unique (nombre_nora, id)
);
create index importaciones_recientes on public.importaciones (nombre_nora, fecha_creacion desc);
comment on table public.importaciones is 'Una hoja de contactos subida: como se lee, por donde va y que renglones no entraron';
comment on column public.importaciones.contenido is 'El archivo ya en texto; se vacia al terminar';
comment on column public.importaciones.errores is '[{linea, razon, celdas}] de los renglones que no entraron';

create table public.acciones_deshacibles (
  id uuid primary key default gen_random_uuid(),
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  usuario_id uuid references public.usuarios on delete set null,
  accion text not null check (accion in ('etiquetar', 'quitar', 'borrar', 'borrar_etiqueta')),
  datos jsonb not null,
  fecha_creacion timestamptz not null default now(),
  unique (nombre_nora, id)
);
create index acciones_deshacibles_por_fecha on public.acciones_deshacibles (nombre_nora, fecha_creacion);
comment on table public.acciones_deshacibles is 'Lo que hace falta para deshacer lo ultimo que se hizo en lote; solo guarda ids';

do $$
declare
  tabla text;
begin
  foreach tabla in array array['conversacion_etiquetas', 'campos_propios', 'contacto_notas', 'contacto_cambios',
                               'contacto_direcciones', 'importaciones', 'acciones_deshacibles'] loop
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
create policy buscador on public.contacto_etiquetas for select to nora_buscador using (true);
create policy buscador on public.conversaciones for select to nora_buscador using (true);
grant select on public.contacto_etiquetas, public.conversaciones to nora_buscador;

-- ---------------------------------------------------------------- Disparadores
-- Quien cambia lo dice cada funcion con `nora.persona`; sin ella fue el propio cliente (o Nora).
create function public.persona_del_cambio() returns uuid
language sql stable set search_path = ''
as $$ select nullif(current_setting('nora.persona', true), '')::uuid $$;
comment on function public.persona_del_cambio() is 'Quien hace el cambio de esta transaccion; nulo si no es del equipo';

create function public.anotar_cambio_de_contacto() returns trigger
language plpgsql set search_path = ''
as $$
declare
  v_detalle jsonb := '[]';
  v_accion text := coalesce(nullif(current_setting('nora.motivo', true), ''), 'datos');
  campo record;
begin
  if new.suprimido_en is not null then
    return null;
  end if;
  for campo in
    select * from (values ('nombre', old.nombre, new.nombre), ('telefono', old.telefono, new.telefono),
      ('correo', old.correo, new.correo), ('notas', old.notas, new.notas)) as v(nombre, antes, ahora)
    where v.antes is distinct from v.ahora
    union all
    select coalesce(p.nombre, 'otro'), old.propios ->> k, new.propios ->> k
    from (select jsonb_object_keys(old.propios) union select jsonb_object_keys(new.propios)) as x(k)
    left join public.campos_propios p on p.nombre_nora = new.nombre_nora and p.id::text = x.k
    where old.propios ->> k is distinct from new.propios ->> k
  loop
    v_detalle := v_detalle || jsonb_build_object('campo', campo.nombre, 'antes', coalesce(campo.antes, ''),
                                                 'despues', coalesce(campo.ahora, ''));
  end loop;
  if v_detalle <> '[]' then
    insert into public.contacto_cambios (nombre_nora, contacto_id, usuario_id, accion, detalle)
    values (new.nombre_nora, new.id, public.persona_del_cambio(), v_accion, v_detalle);
  end if;
  foreach v_accion in array array_remove(array[
      case when (old.baja_en is null) <> (new.baja_en is null)
           then case when new.baja_en is null then 'alta' else 'baja' end end,
      case when (old.bloqueado_en is null) <> (new.bloqueado_en is null)
           then case when new.bloqueado_en is null then 'desbloqueo' else 'bloqueo' end end,
      case when (old.borrado_en is null) <> (new.borrado_en is null)
           then case when new.borrado_en is null then 'recuperado' else 'borrado' end end], null) loop
    insert into public.contacto_cambios (nombre_nora, contacto_id, usuario_id, accion)
    values (new.nombre_nora, new.id, public.persona_del_cambio(), v_accion);
  end loop;
  return null;
end;
$$;
create trigger anotar_cambio after update on public.contactos
  for each row when (
    old.nombre is distinct from new.nombre or old.telefono is distinct from new.telefono
    or old.correo is distinct from new.correo or old.notas is distinct from new.notas
    or old.propios is distinct from new.propios or old.baja_en is distinct from new.baja_en
    or old.bloqueado_en is distinct from new.bloqueado_en or old.borrado_en is distinct from new.borrado_en)
  execute function public.anotar_cambio_de_contacto();

-- Quien escribe sale de la papelera: su mensaje nunca queda donde nadie lo ve ni se purga con lo demas.
create function public.recuperar_contacto_que_escribe() returns trigger
language plpgsql set search_path = ''
as $$
begin
  new.borrado_en := null;
  return new;
end;
$$;
create trigger recuperar_si_escribe before update on public.contactos
  for each row when (old.borrado_en is not null and new.suprimido_en is null
                     and new.ultimo_mensaje_en is distinct from old.ultimo_mensaje_en)
  execute function public.recuperar_contacto_que_escribe();

-- Un contacto que se unio a otro sigue llegando al que quedo: su direccion se cambia por la de el al guardar, y el
-- `on conflict` de quien recibe encuentra la fila. `direccion_envio` no se toca: se le contesta a donde escribio.
create function public.resolver_direccion() returns trigger
language plpgsql set search_path = ''
as $$
declare
  v_direccion text;
begin
  select c.direccion into v_direccion from public.contacto_direcciones d
  join public.contactos c on c.nombre_nora = d.nombre_nora and c.id = d.contacto_id
  where d.nombre_nora = new.nombre_nora and d.direccion = new.direccion;
  if found then
    new.direccion := v_direccion;
  end if;
  return new;
end;
$$;
create trigger resolver_direccion before insert on public.contactos
  for each row execute function public.resolver_direccion();

-- A quien esta bloqueado se le guarda el mensaje ya atendido: no hay turno, y Nora no contesta.
create function public.atender_bloqueado() returns trigger
language plpgsql set search_path = ''
as $$
begin
  if exists (select 1 from public.conversaciones v
             join public.contactos c on c.nombre_nora = v.nombre_nora and c.id = v.contacto_id
             where v.nombre_nora = new.nombre_nora and v.id = new.conversacion_id and c.bloqueado_en is not null) then
    new.atendido_en := now();
    new.decisor := 'bloqueado';
  end if;
  return new;
end;
$$;
create trigger atender_bloqueado before insert on public.mensajes
  for each row when (new.sentido = 'entrante' and new.atendido_en is null)
  execute function public.atender_bloqueado();

-- ---------------------------------------------------------------- Buscar y filtrar
-- El filtro vuelto condicion, con los valores citados: solo lleva lo que se pidio, para que cada plan use su indice.
-- {"texto", "etiquetas": [uuid], "estado": espera|baja|bloqueado|problema|simulacion|borrado,
--  "actividad": 7|30|90|inactivos|nunca}. p_parecido: con error de dedo, en lugar de palabras.
create function public.condicion_de_contactos(p_nora text, p_filtro jsonb, p_parecido boolean default false)
returns text language plpgsql stable set search_path = public, extensions, pg_temp
as $$
declare
  t text := public.normalizar(btrim(coalesce(p_filtro ->> 'texto', '')));
  digitos text := regexp_replace(t, '[^0-9]', '', 'g');
  estado text := coalesce(p_filtro ->> 'estado', '');
  actividad text := coalesce(p_filtro ->> 'actividad', '');
  donde text := format('c.nombre_nora = %L and c.suprimido_en is null', p_nora);
  uno text;
begin
  donde := donde || case when estado = 'borrado' then ' and c.borrado_en is not null' else ' and c.borrado_en is null' end;
  donde := donde || case estado
    when 'espera' then format(' and c.id in (select v.contacto_id from public.conversaciones v'
                              ' where v.nombre_nora = %L and v.espera_persona_desde is not null)', p_nora)
    when 'baja' then ' and c.baja_en is not null'
    when 'bloqueado' then ' and c.bloqueado_en is not null'
    when 'problema' then ' and c.problema_envio <> '''''
    when 'simulacion' then ' and c.canal = ''simulador'''
    else '' end;
  donde := donde || case
    when actividad in ('7', '30', '90')
      then format(' and c.ultimo_mensaje_en >= now() - make_interval(days => %s) and c.actividad_en >= now() - make_interval(days => %s)', actividad, actividad)
    when actividad = 'inactivos'
      then ' and c.ultimo_mensaje_en < now() - interval ''90 days'' and c.actividad_en < now() - interval ''90 days'''
    when actividad = 'nunca' then ' and c.ultimo_mensaje_en is null'
    else '' end;
  for uno in select jsonb_array_elements_text(coalesce(p_filtro -> 'etiquetas', '[]')) loop
    donde := donde || format(' and c.id in (select e.contacto_id from public.contacto_etiquetas e'
                             ' where e.nombre_nora = %L and e.etiqueta_id = %L)', p_nora, uno::uuid);
  end loop;
  if t = '' then
    return donde;
  end if;
  if p_parecido then
    return donde || format(' and %L operator(extensions.<%%) c.busqueda', t);
  end if;
  -- Quien escribe un telefono lo escribe con espacios, guiones o el 1 de antes.
  if length(digitos) >= 4 and length(digitos) >= length(regexp_replace(t, '[ +().-]', '', 'g')) then
    return donde || format(' and c.busqueda like %L', '%' || regexp_replace(digitos, '^521(\d{10})$', '52\1') || '%');
  end if;
  for uno in select replace(replace(replace(p, '\', '\\'), '%', '\%'), '_', '\_')
             from unnest(string_to_array(t, ' ')) as p where p <> '' limit 6 loop
    -- De una o dos letras solo el principio de una palabra: en medio las tiene casi todo el mundo.
    donde := donde || case when length(uno) > 2 then format(' and c.busqueda like %L', '%' || uno || '%')
      else format(' and (c.busqueda like %L or c.busqueda like %L)', uno || '%', '% ' || uno || '%') end;
  end loop;
  return donde;
end;
$$;
comment on function public.condicion_de_contactos is 'Un filtro de contactos vuelto condicion de SQL, con sus valores citados';

create function public.contactos_filtrados(
  p_filtro jsonb default '{}', p_limite integer default 31, p_antes_de timestamptz default null,
  p_antes_id uuid default null)
returns setof public.contactos
language plpgsql stable security definer set search_path = public, extensions, pg_temp
as $$
declare
  nora text := public.nora_del_token();
  t text := public.normalizar(btrim(coalesce(p_filtro ->> 'texto', '')));
  cursor_ text := case when p_antes_de is null then '' else
    format(' and (c.actividad_en, c.id) < (%L::timestamptz, %L::uuid)', p_antes_de, p_antes_id) end;
  cuantos integer := least(greatest(p_limite, 1), 5000);
  umbral text;
begin
  return query execute 'select c.* from public.contactos c where ' || public.condicion_de_contactos(nora, p_filtro)
    || cursor_ || ' order by c.actividad_en desc, c.id desc limit ' || cuantos;
  if found or t = '' or p_antes_de is not null then
    return;
  end if;
  -- Un error de dedo de verdad se parece mucho, y con menos candidatos el indice contesta antes; si nadie, se perdona mas.
  foreach umbral in array array['0.6', '0.45'] loop
    perform set_config('pg_trgm.word_similarity_threshold', umbral, true);
    return query execute 'select c.* from public.contactos c where '
      || public.condicion_de_contactos(nora, p_filtro, true)
      || format(' order by extensions.word_similarity(%L, c.busqueda) desc, c.id limit ', t) || least(cuantos, 100);
    exit when found;
  end loop;
end;
$$;
comment on function public.contactos_filtrados is 'Contactos de la Nora del token que pasan un filtro, lo mas reciente primero; perdona acentos y errores de dedo';

-- Hasta diez mil: despues basta con saber que son muchos.
create function public.contar_contactos(p_filtro jsonb default '{}') returns integer
language plpgsql stable security definer set search_path = public, extensions, pg_temp
as $$
declare
  cuantos integer;
begin
  execute 'select count(*) from (select 1 from public.contactos c where '
    || public.condicion_de_contactos(public.nora_del_token(), p_filtro) || ' limit 10001) as x' into cuantos;
  return cuantos;
end;
$$;
comment on function public.contar_contactos is 'Cuantos contactos de la Nora del token pasan un filtro; 10001 son mas de diez mil';

-- La del chat: la misma busqueda, sin los borrados.
create or replace function public.buscar_contactos(p_texto text, p_limite integer default 30,
                                                   p_antes_de timestamptz default null, p_antes_id uuid default null)
returns setof public.contactos
language sql stable security definer set search_path = public, extensions, pg_temp
as $$
  select * from public.contactos_filtrados(jsonb_build_object('texto', coalesce(p_texto, '')), least(p_limite, 100),
                                           p_antes_de, p_antes_id)
$$;

create function public.etiquetas_con_uso() returns jsonb
language sql stable set search_path = ''
as $$
  with nora as (select public.nora_del_token() as nombre),
  de_contactos as (
    select ce.etiqueta_id, count(*) as cuantos from public.contacto_etiquetas ce, nora
    where ce.nombre_nora = nora.nombre group by 1
  ), en_papelera as (
    select ce.etiqueta_id, count(*) as cuantos from public.contactos c
    join nora on c.nombre_nora = nora.nombre
    join public.contacto_etiquetas ce on ce.nombre_nora = c.nombre_nora and ce.contacto_id = c.id
    where c.borrado_en is not null group by 1
  ), de_conversaciones as (
    select ce.etiqueta_id, count(*) as cuantos from public.conversacion_etiquetas ce, nora
    where ce.nombre_nora = nora.nombre group by 1
  )
  select coalesce(jsonb_agg(jsonb_build_object(
      'id', e.id, 'nombre', e.nombre, 'color', e.color, 'regla', e.regla,
      'contactos', coalesce(a.cuantos, 0) - coalesce(p.cuantos, 0), 'conversaciones', coalesce(v.cuantos, 0))
    order by public.normalizar(e.nombre)), '[]')
  from public.etiquetas e join nora on e.nombre_nora = nora.nombre
  left join de_contactos a on a.etiqueta_id = e.id
  left join en_papelera p on p.etiqueta_id = e.id
  left join de_conversaciones v on v.etiqueta_id = e.id
$$;
comment on function public.etiquetas_con_uso is 'Las etiquetas de la Nora del token con su regla y en cuantos contactos y conversaciones estan';

create function public.etiquetas_de_contacto(p_nora text, p_contacto_id uuid) returns jsonb
language sql stable
as $$
  select coalesce(jsonb_agg(jsonb_build_object('id', e.id, 'nombre', e.nombre, 'color', e.color, 'regla', e.regla)
                            order by public.normalizar(e.nombre)), '[]')
  from public.contacto_etiquetas ce
  join public.etiquetas e on e.nombre_nora = ce.nombre_nora and e.id = ce.etiqueta_id
  where ce.nombre_nora = p_nora and ce.contacto_id = p_contacto_id
$$;
comment on function public.etiquetas_de_contacto is 'Las etiquetas de un contacto, por nombre';

-- Sin ruta fija, como la de arriba, para que la consulta que las usa las trague y no se planeen renglon por renglon;
-- todo lo de dentro lleva su esquema.
create function public.contacto_en_lista(c public.contactos) returns jsonb
language sql stable
as $$
  select jsonb_build_object(
    'id', c.id, 'canal', c.canal, 'nombre', c.nombre, 'nombre_perfil', c.nombre_perfil, 'telefono', c.telefono,
    'correo', c.correo, 'notas', c.notas, 'propios', c.propios, 'baja_en', c.baja_en, 'bloqueado_en', c.bloqueado_en,
    'borrado_en', c.borrado_en, 'problema_envio', c.problema_envio, 'ultimo_mensaje_en', c.ultimo_mensaje_en,
    'actividad_en', c.actividad_en, 'fecha_creacion', c.fecha_creacion,
    'platica', (select jsonb_build_object('id', v.id, 'espera_persona_desde', v.espera_persona_desde)
                from public.conversaciones v where v.nombre_nora = c.nombre_nora and v.contacto_id = c.id),
    'etiquetas', public.etiquetas_de_contacto(c.nombre_nora, c.id))
$$;
comment on function public.contacto_en_lista is 'Un contacto con su conversacion y sus etiquetas, como se muestra';

-- La lista de una vez. Las cuentas solo van con la primera pagina: las siguientes se agregan a lo que ya esta.
create function public.listar_contactos(
  p_filtro jsonb default '{}', p_limite integer default 31, p_antes_de timestamptz default null,
  p_antes_id uuid default null)
returns jsonb language sql stable set search_path = ''
as $$
  select jsonb_build_object(
    'contactos', (select coalesce(jsonb_agg(public.contacto_en_lista(c)), '[]')
                  from public.contactos_filtrados(p_filtro, p_limite, p_antes_de, p_antes_id) as c))
    || case when p_antes_de is not null then '{}'::jsonb else jsonb_build_object(
      -- Sin filtro, o con una sola etiqueta, ya se cuenta abajo.
      'total', case when coalesce(p_filtro ->> 'texto', '') || coalesce(p_filtro ->> 'estado', '')
                         || coalesce(p_filtro ->> 'actividad', '') <> ''
                      or jsonb_array_length(coalesce(p_filtro -> 'etiquetas', '[]')) > 1
                    then public.contar_contactos(p_filtro) end,
      'cuentas', jsonb_build_object(
        'todos', public.contar_contactos('{}'),
        'espera', public.contar_contactos('{"estado": "espera"}'),
        'baja', public.contar_contactos('{"estado": "baja"}'),
        'bloqueado', public.contar_contactos('{"estado": "bloqueado"}'),
        'borrado', public.contar_contactos('{"estado": "borrado"}')),
      'etiquetas', public.etiquetas_con_uso()) end
$$;
comment on function public.listar_contactos is 'Una pagina de contactos de la Nora del token, con cuantos hay de cada estado y sus etiquetas';

-- ---------------------------------------------------------------- La ficha
create function public.campos_de_la_nora() returns jsonb
language sql stable set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'nombre', p.nombre, 'tipo', p.tipo, 'opciones', p.opciones)
                            order by p.orden, p.nombre), '[]')
  from public.campos_propios p where p.nombre_nora = (select public.nora_del_token())
$$;
comment on function public.campos_de_la_nora is 'Los campos propios de la Nora del token, en su orden';

create function public.leer_contacto(p_contacto_id uuid) returns jsonb
language sql stable set search_path = ''
as $$
  select public.contacto_en_lista(c) || jsonb_build_object(
    'mensajes', (
      select coalesce(jsonb_agg(jsonb_build_object('id', m.id, 'sentido', m.sentido, 'autor', m.autor, 'tipo', m.tipo,
          'texto', m.texto, 'fecha_creacion', m.fecha_creacion) order by m.id), '[]')
      from (select x.* from public.mensajes x join public.conversaciones v
              on v.nombre_nora = x.nombre_nora and v.id = x.conversacion_id
            where v.nombre_nora = c.nombre_nora and v.contacto_id = c.id
            order by x.id desc limit 6) as m),
    'mensajes_del_mes', (
      select count(*) from public.conversaciones v join public.mensajes m
        on m.nombre_nora = v.nombre_nora and m.conversacion_id = v.id
      where v.nombre_nora = c.nombre_nora and v.contacto_id = c.id and m.fecha_creacion > now() - interval '30 days'),
    'notas_del_equipo', (
      select coalesce(jsonb_agg(jsonb_build_object('id', n.id, 'texto', n.texto, 'fecha_creacion', n.fecha_creacion,
          'quien', coalesce(public.nombre_de_persona(n.usuario_id), '')) order by n.fecha_creacion desc, n.id), '[]')
      from (select * from public.contacto_notas x where x.nombre_nora = c.nombre_nora and x.contacto_id = c.id
            order by x.fecha_creacion desc limit 50) as n),
    'cambios', (
      select coalesce(jsonb_agg(jsonb_build_object('id', k.id, 'accion', k.accion, 'detalle', k.detalle,
          'momento', k.momento, 'quien', coalesce(public.nombre_de_persona(k.usuario_id), '')) order by k.id desc), '[]')
      from (select * from public.contacto_cambios x where x.nombre_nora = c.nombre_nora and x.contacto_id = c.id
            order by x.id desc limit 30) as k),
    'otras_direcciones', (
      select coalesce(jsonb_agg(d.direccion order by d.direccion), '[]') from public.contacto_direcciones d
      where d.nombre_nora = c.nombre_nora and d.contacto_id = c.id),
    'parecidos', (
      select coalesce(jsonb_agg(jsonb_build_object('id', o.id, 'nombre', o.nombre, 'nombre_perfil', o.nombre_perfil,
          'telefono', o.telefono)), '[]')
      from (select * from public.contactos x
            where x.nombre_nora = c.nombre_nora and x.id <> c.id and x.borrado_en is null and x.canal = c.canal
              and (public.llave_telefono(x.telefono) = public.llave_telefono(c.telefono)
                   or (c.correo <> '' and x.correo = c.correo)) limit 5) as o),
    'campos', public.campos_de_la_nora(),
    'todas_las_etiquetas', (
      select coalesce(jsonb_agg(jsonb_build_object('id', e.id, 'nombre', e.nombre, 'color', e.color, 'regla', e.regla)
                                order by public.normalizar(e.nombre)), '[]')
      from public.etiquetas e where e.nombre_nora = c.nombre_nora))
  from public.contactos c
  where c.nombre_nora = (select public.nora_del_token()) and c.id = p_contacto_id and c.suprimido_en is null
$$;
comment on function public.leer_contacto is 'La ficha de un contacto de la Nora del token, completa; nulo si no existe';

create function public.para_editar_contacto(p_contacto_id uuid default null) returns jsonb
language sql stable set search_path = ''
as $$
  select jsonb_build_object(
    'contacto', (select public.contacto_en_lista(c) from public.contactos c
                 where c.nombre_nora = (select public.nora_del_token()) and c.id = p_contacto_id
                   and c.suprimido_en is null),
    'campos', public.campos_de_la_nora(),
    'etiquetas', (
      select coalesce(jsonb_agg(jsonb_build_object('id', e.id, 'nombre', e.nombre, 'color', e.color, 'regla', e.regla)
                                order by public.normalizar(e.nombre)), '[]')
      from public.etiquetas e where e.nombre_nora = (select public.nora_del_token())))
$$;
comment on function public.para_editar_contacto is 'Lo que pide el formulario: el contacto (nulo al crear), los campos propios y las etiquetas';

-- ---------------------------------------------------------------- Guardar
create function public.etiquetas_por_nombre(p_nora text, p_nombres text[]) returns setof uuid
language plpgsql set search_path = ''
as $$
begin
  -- «VIP» y «vip» son la misma etiqueta: se busca sin acentos ni mayusculas.
  insert into public.etiquetas (nombre_nora, nombre)
  select distinct on (public.normalizar(btrim(n))) p_nora, btrim(n)
  from unnest(p_nombres) as n
  where btrim(n) <> '' and not exists (
    select 1 from public.etiquetas e
    where e.nombre_nora = p_nora and public.normalizar(e.nombre) = public.normalizar(btrim(n)))
  on conflict (nombre_nora, nombre) do nothing;
  return query select distinct e.id from public.etiquetas e join unnest(p_nombres) as n
    on public.normalizar(e.nombre) = public.normalizar(btrim(n))
  where e.nombre_nora = p_nora;
end;
$$;
comment on function public.etiquetas_por_nombre is 'Los ids de estas etiquetas; las que no existen se crean';

create function public.propios_con(p_antes jsonb, p_nuevos jsonb) returns jsonb
language sql immutable parallel safe set search_path = ''
as $$
  select coalesce(jsonb_object_agg(k, v), '{}')
  from jsonb_each(p_antes || coalesce(p_nuevos, '{}')) as x(k, v) where v <> '""'
$$;
comment on function public.propios_con is 'Los campos propios de antes con los nuevos encima; los vacios se quitan';

drop function public.guardar_contacto(uuid, text, text, text, text, text[]);
-- Crea (p_contacto_id nulo) o cambia un contacto de la Nora del token, y deja justo estas etiquetas. De p_propios solo
-- cambian los que trae; uno vacio se quita. Devuelve su id. Quien estaba en la papelera con ese numero, vuelve.
-- Errores: P0002 no existe; 23505 ya hay alguien con ese telefono; P0001 ya hay platica por su telefono y no se cambia.
create function public.guardar_contacto(
  p_contacto_id uuid, p_nombre text, p_telefono text, p_correo text, p_notas text, p_etiquetas text[] default '{}',
  p_propios jsonb default null, p_usuario_id uuid default null)
returns uuid language plpgsql set search_path = ''
as $$
declare
  v_nora text := public.nora_del_token();
  v_id uuid := p_contacto_id;
  v_direccion text := 'whatsapp:' || p_telefono;
  v_antes text[];
  v_despues text[];
  c public.contactos;
begin
  perform set_config('nora.persona', coalesce(p_usuario_id::text, ''), true);
  if v_id is null then
    select t.id into v_id from public.contactos t
    where t.nombre_nora = v_nora and t.direccion = v_direccion and t.borrado_en is not null for update;
  end if;
  if v_id is null then
    insert into public.contactos (nombre_nora, direccion, direccion_envio, telefono, nombre, correo, notas, propios)
    values (v_nora, v_direccion, v_direccion, p_telefono, p_nombre, p_correo, p_notas,
            public.propios_con('{}', p_propios))
    returning id into v_id;
    insert into public.contacto_cambios (nombre_nora, contacto_id, usuario_id, accion)
    values (v_nora, v_id, p_usuario_id, 'creado');
  else
    select * into c from public.contactos t
    where t.nombre_nora = v_nora and t.id = v_id and t.suprimido_en is null for update;
    if not found then
      raise exception 'contacto no encontrado' using errcode = 'P0002';
    end if;
    if p_telefono is distinct from c.telefono and p_telefono is not null then
      if exists (select 1 from public.contactos t
                 where t.nombre_nora = v_nora and t.direccion = v_direccion and t.id <> v_id)
         or exists (select 1 from public.contacto_direcciones d
                    where d.nombre_nora = v_nora and d.direccion = v_direccion and d.contacto_id <> v_id) then
        raise exception 'telefono repetido' using errcode = '23505';
      end if;
      -- Su direccion es de donde escribe: con platica abierta, cambiarla mandaria las respuestas a otra persona.
      if c.direccion = 'whatsapp:' || c.telefono then
        if exists (select 1 from public.conversaciones v where v.nombre_nora = v_nora and v.contacto_id = v_id) then
          raise exception 'el telefono tiene platica' using errcode = 'P0001';
        end if;
        c.direccion := v_direccion;
        c.direccion_envio := v_direccion;
      end if;
    end if;
    update public.contactos t
    set nombre = p_nombre, telefono = coalesce(p_telefono, t.telefono), correo = p_correo, notas = p_notas,
        propios = public.propios_con(t.propios, p_propios), direccion = c.direccion, direccion_envio = c.direccion_envio,
        borrado_en = null
    where t.nombre_nora = v_nora and t.id = v_id;
  end if;

  select coalesce(array_agg(e ->> 'nombre'), '{}') into v_antes
  from jsonb_array_elements(public.etiquetas_de_contacto(v_nora, v_id)) as e;
  with quedan as (
    select e as id from public.etiquetas_por_nombre(v_nora, p_etiquetas) as e
  ), fuera as (
    delete from public.contacto_etiquetas ce
    where ce.nombre_nora = v_nora and ce.contacto_id = v_id and ce.etiqueta_id not in (select q.id from quedan q))
  insert into public.contacto_etiquetas (nombre_nora, contacto_id, etiqueta_id)
  select v_nora, v_id, q.id from quedan q on conflict do nothing;
  select coalesce(array_agg(e ->> 'nombre'), '{}') into v_despues
  from jsonb_array_elements(public.etiquetas_de_contacto(v_nora, v_id)) as e;
  if v_antes <> v_despues then
    insert into public.contacto_cambios (nombre_nora, contacto_id, usuario_id, accion, detalle)
    values (v_nora, v_id, p_usuario_id, 'etiquetas', jsonb_build_array(jsonb_build_object(
      'campo', 'etiquetas', 'antes', array_to_string(v_antes, ', '), 'despues', array_to_string(v_despues, ', '))));
  end if;
  return v_id;
end;
$$;
comment on function public.guardar_contacto is 'Crea o cambia un contacto de la Nora del token con sus etiquetas, todo o nada';

-- p_marca: baja | bloqueado. Al bloquear, lo que Nora tenia por contestar se da por atendido.
create function public.marcar_contacto(p_contacto_id uuid, p_marca text, p_activo boolean, p_usuario_id uuid default null)
returns boolean language plpgsql set search_path = ''
as $$
declare
  v_nora text := public.nora_del_token();
begin
  perform set_config('nora.persona', coalesce(p_usuario_id::text, ''), true);
  update public.contactos c
  set baja_en = case when p_marca <> 'baja' then c.baja_en when p_activo then coalesce(c.baja_en, now()) end,
      bloqueado_en = case when p_marca <> 'bloqueado' then c.bloqueado_en
                          when p_activo then coalesce(c.bloqueado_en, now()) end
  where c.nombre_nora = v_nora and c.id = p_contacto_id and c.suprimido_en is null;
  if not found then
    return false;
  end if;
  if p_marca = 'bloqueado' and p_activo then
    update public.mensajes m set atendido_en = now(), decisor = 'bloqueado'
    from public.conversaciones v
    where v.nombre_nora = v_nora and v.contacto_id = p_contacto_id and m.nombre_nora = v_nora
      and m.conversacion_id = v.id and m.sentido = 'entrante' and m.atendido_en is null;
    update public.conversaciones v set espera_persona_desde = null, motivo_espera = ''
    where v.nombre_nora = v_nora and v.contacto_id = p_contacto_id and v.espera_persona_desde is not null;
  end if;
  return true;
end;
$$;
comment on function public.marcar_contacto is 'Pone o quita la baja o el bloqueo de un contacto de la Nora del token';

-- ---------------------------------------------------------------- En lote, y deshacer
-- p_accion: etiquetar | quitar | borrar. Con p_filtro, a todos los que pasan (hasta 5,000) en lugar de p_ids.
-- Solo cuenta y solo deshace lo que de verdad cambio. {"id", "cuantos"}.
create function public.contactos_en_lote(
  p_accion text, p_ids uuid[] default '{}', p_filtro jsonb default null, p_etiqueta_id uuid default null,
  p_usuario_id uuid default null)
returns jsonb language plpgsql set search_path = ''
as $$
declare
  v_nora text := public.nora_del_token();
  v_nombre text;
  v_cambiados uuid[];
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
      returning contacto_id)
    select array_agg(contacto_id) into v_cambiados from quitadas;
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
          jsonb_build_object('contactos', v_cambiados, 'etiqueta_id', p_etiqueta_id))
  returning id into v_id;
  return jsonb_build_object('id', v_id, 'cuantos', cardinality(v_cambiados));
end;
$$;
comment on function public.contactos_en_lote is 'Etiqueta, desetiqueta o manda a la papelera a varios contactos de la Nora del token; se puede deshacer';

-- Deja las cosas como estaban. Nulo si no existe, ya se deshizo o paso una hora. Devuelve cuantas cosas volvieron.
create function public.deshacer_accion(p_id uuid, p_usuario_id uuid default null) returns integer
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
    insert into public.contacto_etiquetas (nombre_nora, contacto_id, etiqueta_id)
    select v_nora, c.id, coalesce(a.datos ->> 'etiqueta_id', a.datos ->> 'id')::uuid
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
comment on function public.deshacer_accion is 'Deshace una accion en lote de la Nora del token, una sola vez';

create function public.recuperar_contacto(p_contacto_id uuid, p_usuario_id uuid default null) returns boolean
language plpgsql set search_path = ''
as $$
begin
  perform set_config('nora.persona', coalesce(p_usuario_id::text, ''), true);
  update public.contactos c set borrado_en = null
  where c.nombre_nora = public.nora_del_token() and c.id = p_contacto_id and c.suprimido_en is null;
  return found;
end;
$$;
comment on function public.recuperar_contacto is 'Saca a un contacto de la papelera';

-- Lo que lleva mas de p_dias en la papelera se va con su conversacion, y lo deshacible de ayer se olvida.
create function public.purgar_contactos(p_dias integer default 30) returns integer
language plpgsql set search_path = ''
as $$
declare
  v_nora text := public.nora_del_token();
  cuantos integer;
  v_ids uuid[];
  llave record;
begin
  v_ids := array(select c.id from public.contactos c where c.nombre_nora = v_nora and c.suprimido_en is null
                 and c.borrado_en < now() - make_interval(days => p_dias) for update);
  -- Lo que solo suelta al contacto (una tarea) lo suelta aqui quien llama: en la llave foranea lo haria el dueño de la
  -- tabla, que no pasa las politicas de la historia que esa tabla escribe.
  for llave in
    select k.conrelid::regclass::text as tabla, a.attname as columna
    from pg_catalog.pg_constraint k
    join lateral unnest(k.conkey, k.confkey) as par(de, a) on true
    join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = par.de
    join pg_catalog.pg_attribute d on d.attrelid = k.confrelid and d.attnum = par.a and d.attname = 'id'
    where k.contype = 'f' and k.confrelid = 'public.contactos'::regclass and k.confdeltype = 'n'
      and has_table_privilege(current_user, k.conrelid, 'update')
  loop
    execute format('update %s set %I = null where nombre_nora = $1 and %I = any ($2)',
                   llave.tabla, llave.columna, llave.columna) using v_nora, v_ids;
  end loop;
  delete from public.contactos c where c.nombre_nora = v_nora and c.id = any (v_ids);
  get diagnostics cuantos = row_count;
  delete from public.acciones_deshacibles a
  where a.nombre_nora = v_nora and a.fecha_creacion < now() - interval '1 day';
  -- Una hoja a medias guarda datos de personas: no se queda para siempre.
  delete from public.importaciones i
  where i.nombre_nora = v_nora and i.fecha_creacion < now() - make_interval(days => p_dias);
  return cuantos;
end;
$$;
comment on function public.purgar_contactos is 'Vacia la papelera de la Nora del token; devuelve cuantos contactos se fueron';

-- ---------------------------------------------------------------- Unir
-- Pasa a otra fila todo lo que apunta a una, en cualquier tabla que la nombre: lo que llegue con un modulo nuevo tambien.
-- Lo que choca con una llave unica (ya lo tenia la que queda) se devuelve como JSON, para que quien une lo anote.
create function public.pasar_referencias(p_nora text, p_tabla text, p_de uuid, p_a uuid)
returns jsonb language plpgsql set search_path = ''
as $$
declare
  llave record;
  fila record;
  repetidas jsonb := '[]';
begin
  for llave in
    select k.conrelid::regclass::text as tabla, a.attname as columna
    from pg_catalog.pg_constraint k
    join lateral unnest(k.conkey, k.confkey) as par(de, a) on true
    join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = par.de
    join pg_catalog.pg_attribute d on d.attrelid = k.confrelid and d.attnum = par.a and d.attname = 'id'
    where k.contype = 'f' and k.confrelid = ('public.' || p_tabla)::regclass
      -- Lo que nadie del panel corrige (el gasto) se queda sin de quien era, y no se pierde.
      and (k.confdeltype <> 'n' or has_table_privilege(current_user, k.conrelid, 'update'))
    order by 1, 2
  loop
    begin
      execute format('update %s set %I = $1 where nombre_nora = $2 and %I = $3', llave.tabla, llave.columna, llave.columna)
        using p_a, p_nora, p_de;
    exception when unique_violation then
      for fila in execute format('select ctid, to_jsonb(t) as datos from %s t where nombre_nora = $1 and %I = $2',
                                 llave.tabla, llave.columna) using p_nora, p_de loop
        begin
          execute format('update %s set %I = $1 where ctid = $2', llave.tabla, llave.columna) using p_a, fila.ctid;
        exception when unique_violation then
          repetidas := repetidas || jsonb_build_object('tabla', llave.tabla, 'fila', fila.datos);
        end;
      end loop;
    end;
  end loop;
  return repetidas;
end;
$$;
comment on function public.pasar_referencias is 'Cambia a que contacto o conversacion apunta cada tabla; devuelve lo que ya tenia el que queda';

-- p_se_va desaparece y todo lo suyo pasa a p_queda; sus datos distintos quedan en una nota y en la historia.
-- Errores: P0002 alguno no existe; P0001 son el mismo, o uno es una simulacion.
create function public.unir_contactos(p_queda uuid, p_se_va uuid, p_usuario_id uuid default null)
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

  insert into public.contacto_etiquetas (nombre_nora, contacto_id, etiqueta_id)
  select v_nora, q.id, e.etiqueta_id from public.contacto_etiquetas e
  where e.nombre_nora = v_nora and e.contacto_id = s.id on conflict do nothing;
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
comment on function public.unir_contactos is 'Dos contactos que son la misma persona quedan en uno, sin perder nada de ninguno';

create function public.contactos_repetidos(p_limite integer default 50) returns jsonb
language sql stable set search_path = ''
as $$
  with nora as (select public.nora_del_token() as nombre),
  grupos as (
    select 'telefono' as razon, public.llave_telefono(c.telefono) as llave, array_agg(c.id order by c.fecha_creacion, c.id) as ids
    from public.contactos c, nora
    where c.nombre_nora = nora.nombre and c.telefono is not null and c.borrado_en is null and c.canal = 'whatsapp'
    group by 2 having count(*) > 1
    union all
    select 'correo', c.correo, array_agg(c.id order by c.fecha_creacion, c.id)
    from public.contactos c, nora
    where c.nombre_nora = nora.nombre and c.correo <> '' and c.borrado_en is null and c.canal = 'whatsapp'
    group by 2 having count(*) between 2 and 5)
  select coalesce(jsonb_agg(jsonb_build_object('razon', g.razon, 'llave', g.llave, 'contactos', (
      select jsonb_agg(public.contacto_en_lista(c) order by c.fecha_creacion, c.id)
      from public.contactos c, nora where c.nombre_nora = nora.nombre and c.id = any (g.ids)))
    order by g.razon desc, g.llave), '[]')
  from (select * from grupos order by razon desc, llave limit p_limite) as g
$$;
comment on function public.contactos_repetidos is 'Grupos de contactos de la Nora del token con el mismo telefono (con o sin el 1 de Mexico) o correo';

-- ---------------------------------------------------------------- Importar
-- Un tramo de la hoja, todo o nada. Repetirlo no hace nada: si la hoja ya va en otro renglon, solo dice por donde va.
-- p_filas: [{telefono, nombre, correo, notas, propios, etiquetas}]; p_errores: [{linea, razon, celdas}].
create function public.importar_tramo(
  p_importacion_id uuid, p_desde integer, p_hasta integer, p_filas jsonb, p_errores jsonb, p_usuario_id uuid default null)
returns jsonb language plpgsql set search_path = ''
as $$
declare
  v_nora text := public.nora_del_token();
  i public.importaciones;
  fila jsonb;
  v_contacto uuid;
  v_nuevo boolean;
  v_antes timestamptz;
  v_cuantas integer;
  v_puestas integer;
begin
  perform set_config('nora.persona', coalesce(p_usuario_id::text, ''), true);
  perform set_config('nora.motivo', 'importacion', true);
  select * into i from public.importaciones x where x.nombre_nora = v_nora and x.id = p_importacion_id for update;
  if not found then
    raise exception 'importacion no encontrada' using errcode = 'P0002';
  end if;
  if i.estado = 'corriendo' and i.posicion = p_desde then
    perform public.etiquetas_por_nombre(v_nora, i.etiquetas || array(
      select distinct e from jsonb_array_elements(p_filas) as f, jsonb_array_elements_text(f -> 'etiquetas') as e));
    for fila in select * from jsonb_array_elements(p_filas) loop
      select c.fecha_actualizacion into v_antes from public.contactos c
      where c.nombre_nora = v_nora and c.direccion = 'whatsapp:' || (fila ->> 'telefono');
      insert into public.contactos as c (nombre_nora, direccion, direccion_envio, telefono, nombre, correo, notas, propios)
      values (v_nora, 'whatsapp:' || (fila ->> 'telefono'), 'whatsapp:' || (fila ->> 'telefono'), fila ->> 'telefono',
              fila ->> 'nombre', fila ->> 'correo', fila ->> 'notas', fila -> 'propios')
      on conflict (nombre_nora, direccion) do update
        set nombre = coalesce(nullif(excluded.nombre, ''), c.nombre),
            correo = coalesce(nullif(excluded.correo, ''), c.correo),
            notas = case when excluded.notas = '' or position(excluded.notas in c.notas) > 0 then c.notas
                         when c.notas = '' then excluded.notas else c.notas || E'\n' || excluded.notas end,
            propios = c.propios || excluded.propios,
            borrado_en = null
        where (coalesce(nullif(excluded.nombre, ''), c.nombre), coalesce(nullif(excluded.correo, ''), c.correo),
               c.propios || excluded.propios) is distinct from (c.nombre, c.correo, c.propios)
          or (excluded.notas <> '' and position(excluded.notas in c.notas) = 0) or c.borrado_en is not null
      returning c.id, c.xmax = 0 into v_contacto, v_nuevo;
      v_cuantas := case when v_contacto is null then 0 else 1 end;
      if v_contacto is null then
        -- Por su direccion, o por la de un contacto que se unio a otro.
        select c.id into v_contacto from public.contactos c
        where c.nombre_nora = v_nora and c.direccion = 'whatsapp:' || (fila ->> 'telefono');
        if v_contacto is null then
          select d.contacto_id into v_contacto from public.contacto_direcciones d
          where d.nombre_nora = v_nora and d.direccion = 'whatsapp:' || (fila ->> 'telefono');
        end if;
      end if;
      insert into public.contacto_etiquetas (nombre_nora, contacto_id, etiqueta_id)
      select v_nora, v_contacto, e.id from public.etiquetas e
      where e.nombre_nora = v_nora and public.normalizar(e.nombre) in (
        select public.normalizar(btrim(x)) from unnest(i.etiquetas || array(
          select jsonb_array_elements_text(fila -> 'etiquetas'))) as x)
      on conflict do nothing;
      get diagnostics v_puestas = row_count;
      if v_cuantas = 1 and v_nuevo then
        i.nuevos := i.nuevos + 1;
        insert into public.contacto_cambios (nombre_nora, contacto_id, usuario_id, accion)
        values (v_nora, v_contacto, p_usuario_id, 'importado');
      elsif v_cuantas + v_puestas > 0 then
        i.actualizados := i.actualizados + 1;
      else
        i.iguales := i.iguales + 1;
      end if;
    end loop;
    update public.importaciones x
    set posicion = p_hasta, nuevos = i.nuevos, actualizados = i.actualizados, iguales = i.iguales,
        errores = x.errores || p_errores,
        estado = case when p_hasta >= x.total then 'terminada' else x.estado end,
        contenido = case when p_hasta >= x.total then '' else x.contenido end
    where x.nombre_nora = v_nora and x.id = p_importacion_id
    returning * into i;
  end if;
  return jsonb_build_object('estado', i.estado, 'posicion', i.posicion, 'total', i.total, 'nuevos', i.nuevos,
    'actualizados', i.actualizados, 'iguales', i.iguales, 'errores', jsonb_array_length(i.errores));
end;
$$;
comment on function public.importar_tramo is 'Guarda un tramo de una hoja de contactos una sola vez y dice por donde va';

-- ---------------------------------------------------------------- Todo lo de una persona
-- Todo lo que se guarda de alguien, con cada tabla que lo nombra. `huella`: SHA-256 de `datos` como los escribe la base.
create function public.todo_de_contacto(p_contacto_id uuid) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
  v_nora text := public.nora_del_token();
  v_datos jsonb;
  v_filas jsonb;
  v_conversacion uuid;
  llave record;
begin
  select jsonb_build_object('contacto', to_jsonb(c) - 'busqueda') into v_datos from public.contactos c
  where c.nombre_nora = v_nora and c.id = p_contacto_id and c.suprimido_en is null;
  if not found then
    return null;
  end if;
  select v.id into v_conversacion from public.conversaciones v where v.nombre_nora = v_nora and v.contacto_id = p_contacto_id;
  for llave in
    select k.conrelid::regclass::text as tabla, a.attname as columna, r.nombre as padre, c.relname
    from (values ('contactos'), ('conversaciones')) as r(nombre)
    join pg_catalog.pg_constraint k on k.contype = 'f' and k.confrelid = ('public.' || r.nombre)::regclass
    join pg_catalog.pg_class c on c.oid = k.conrelid
    join lateral unnest(k.conkey, k.confkey) as par(de, a) on true
    join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = par.de
    join pg_catalog.pg_attribute d on d.attrelid = k.confrelid and d.attnum = par.a and d.attname = 'id'
    order by 1, 2
  loop
    execute format('select jsonb_agg(to_jsonb(t) order by to_jsonb(t)) from %s t where nombre_nora = $1 and %I = $2',
                   llave.tabla, llave.columna)
      into v_filas using v_nora, case llave.padre when 'contactos' then p_contacto_id else v_conversacion end;
    if v_filas is not null then
      v_datos := v_datos || jsonb_build_object(llave.relname, coalesce(v_datos -> llave.relname, '[]') || v_filas);
    end if;
  end loop;
  if v_datos ? 'contacto_etiquetas' then
    v_datos := v_datos || jsonb_build_object('etiquetas', (
      select jsonb_agg(e -> 'nombre') from jsonb_array_elements(public.etiquetas_de_contacto(v_nora, p_contacto_id)) as e));
  end if;
  return jsonb_build_object('datos', v_datos,
    'huella', encode(sha256(convert_to(v_datos::text, 'UTF8')), 'hex'));
end;
$$;
comment on function public.todo_de_contacto is 'Todo lo que se guarda de una persona, de cualquier tabla, con su huella; nulo si no existe';

-- Borra a una persona. Sus mensajes pasan, vacios, a una conversacion sin nadie, para que las cifras sigan cuadrando; lo
-- demas se va con su fila por las llaves foraneas, y lo que estas solo sueltan (`set null` sobre el contacto: sus tareas)
-- se borra antes. El gasto, que solo apunta a la conversacion, se queda sin decir de quien era.
-- Queda en la auditoria cuanto se borro y la huella de lo que habia. Devuelve esa prueba. Error: P0002 no existe.
create function public.suprimir_contacto(p_contacto_id uuid, p_usuario_id uuid, p_correo text)
returns jsonb language plpgsql set search_path = ''
as $$
declare
  v_nora text := public.nora_del_token();
  v_todo jsonb;
  v_cuentas jsonb := '{}';
  v_conversacion uuid;
  v_nadie uuid := gen_random_uuid();
  v_vacia uuid;
  v_prueba jsonb;
  llave record;
begin
  perform 1 from public.contactos c where c.nombre_nora = v_nora and c.id = p_contacto_id for update;
  v_todo := public.todo_de_contacto(p_contacto_id);
  if v_todo is null then
    raise exception 'contacto no encontrado' using errcode = 'P0002';
  end if;
  select v.id into v_conversacion from public.conversaciones v where v.nombre_nora = v_nora and v.contacto_id = p_contacto_id;
  select coalesce(jsonb_object_agg(k, jsonb_array_length(v)), '{}') into v_cuentas
  from jsonb_each(v_todo -> 'datos') as x(k, v) where jsonb_typeof(v) = 'array' and k <> 'etiquetas';
  select v_cuentas || jsonb_build_object('medios', coalesce(sum(jsonb_array_length(m.medios)), 0)) into v_cuentas
  from public.mensajes m where m.nombre_nora = v_nora and m.conversacion_id = v_conversacion;

  if v_conversacion is not null then
    insert into public.contactos (id, nombre_nora, canal, direccion, direccion_envio, ultimo_mensaje_en, fecha_creacion,
                                  borrado_en, suprimido_en)
    select v_nadie, v_nora, c.canal, 'suprimido:' || v_nadie, 'suprimido:' || v_nadie, c.ultimo_mensaje_en,
           c.fecha_creacion, now(), now()
    from public.contactos c where c.nombre_nora = v_nora and c.id = p_contacto_id;
    insert into public.conversaciones (nombre_nora, contacto_id, canal, ultimo_mensaje_en, ultimo_entrante_en,
                                       saludada_en, fecha_creacion)
    select v_nora, v_nadie, v.canal, v.ultimo_mensaje_en, v.ultimo_entrante_en, v.saludada_en, v.fecha_creacion
    from public.conversaciones v where v.nombre_nora = v_nora and v.id = v_conversacion
    returning id into v_vacia;
    update public.mensajes m
    set conversacion_id = v_vacia, texto = '', medios = '[]', crudo = null, fuentes = '[]',
        atendido_en = coalesce(m.atendido_en, now())
    where m.nombre_nora = v_nora and m.conversacion_id = v_conversacion;
    update public.mensajes_salientes s
    set conversacion_id = v_vacia, texto = '', direccion_envio = '', error_texto = '',
        estado = case when s.estado in ('pendiente', 'enviando') then 'fallido' else s.estado end
    where s.nombre_nora = v_nora and s.conversacion_id = v_conversacion;
  end if;
  for llave in
    select k.conrelid::regclass::text as tabla, a.attname as columna, r.nombre as padre
    from (values ('contactos'), ('mensajes')) as r(nombre)
    join pg_catalog.pg_constraint k on k.contype = 'f' and k.confrelid = ('public.' || r.nombre)::regclass
    join lateral unnest(k.conkey, k.confkey) as par(de, a) on true
    join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = par.de
    join pg_catalog.pg_attribute d on d.attrelid = k.confrelid and d.attnum = par.a and d.attname = 'id'
    where k.conrelid not in ('public.conversaciones'::regclass, 'public.mensajes_salientes'::regclass)
      and (k.confdeltype = 'c') = (r.nombre = 'mensajes')
      and has_table_privilege(current_user, k.conrelid, 'delete')
  loop
    if llave.padre = 'mensajes' then
      execute format('delete from %s where nombre_nora = $1 and %I in (select m.id from public.mensajes m'
                     ' where m.nombre_nora = $1 and m.conversacion_id = $2)', llave.tabla, llave.columna)
        using v_nora, v_vacia;
    else
      execute format('delete from %s where nombre_nora = $1 and %I = $2', llave.tabla, llave.columna)
        using v_nora, p_contacto_id;
    end if;
  end loop;
  delete from public.contactos c where c.nombre_nora = v_nora and c.id = p_contacto_id;
  v_prueba := jsonb_build_object('borrado', v_cuentas, 'huella', v_todo -> 'huella');
  insert into public.auditoria (usuario_id, correo, nombre_nora, accion, objeto, detalle)
  values (p_usuario_id, p_correo, v_nora, 'suprimir_contacto', p_contacto_id::text, v_prueba);
  return v_prueba;
end;
$$;
comment on function public.suprimir_contacto is 'Borra todo lo que dice algo de una persona y deja la prueba en la auditoria';

-- ---------------------------------------------------------------- Etiquetas
-- Crea (p_id nulo) o cambia. Errores: P0002 no existe; 23505 ya hay otra que se llama igual (sin acentos ni mayusculas).
create function public.guardar_etiqueta(p_id uuid, p_nombre text, p_color text, p_regla text) returns uuid
language plpgsql set search_path = ''
as $$
declare
  v_nora text := public.nora_del_token();
  v_id uuid := p_id;
begin
  if exists (select 1 from public.etiquetas e where e.nombre_nora = v_nora and e.id is distinct from p_id
             and public.normalizar(e.nombre) = public.normalizar(p_nombre)) then
    raise exception 'etiqueta repetida' using errcode = '23505';
  end if;
  if v_id is null then
    insert into public.etiquetas (nombre_nora, nombre, color, regla) values (v_nora, p_nombre, p_color, p_regla)
    returning id into v_id;
  else
    update public.etiquetas e set nombre = p_nombre, color = p_color, regla = p_regla
    where e.nombre_nora = v_nora and e.id = v_id;
    if not found then
      raise exception 'etiqueta no encontrada' using errcode = 'P0002';
    end if;
  end if;
  return v_id;
end;
$$;
comment on function public.guardar_etiqueta is 'Crea o cambia una etiqueta de la Nora del token';

create function public.borrar_etiqueta(p_id uuid, p_usuario_id uuid default null) returns uuid
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
comment on function public.borrar_etiqueta is 'Borra una etiqueta de la Nora del token; devuelve con que se deshace';

create function public.unir_etiquetas(p_queda uuid, p_se_va uuid) returns void
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
  insert into public.contacto_etiquetas (nombre_nora, contacto_id, etiqueta_id)
  select v_nora, x.contacto_id, p_queda from public.contacto_etiquetas x
  where x.nombre_nora = v_nora and x.etiqueta_id = p_se_va on conflict do nothing;
  insert into public.conversacion_etiquetas (nombre_nora, conversacion_id, etiqueta_id)
  select v_nora, x.conversacion_id, p_queda from public.conversacion_etiquetas x
  where x.nombre_nora = v_nora and x.etiqueta_id = p_se_va on conflict do nothing;
  update public.etiquetas e set regla = v_regla where e.nombre_nora = v_nora and e.id = p_queda and e.regla = '';
  delete from public.etiquetas e where e.nombre_nora = v_nora and e.id = p_se_va;
end;
$$;
comment on function public.unir_etiquetas is 'Todo lo que tenia una etiqueta pasa a otra';

-- Deja justo estas etiquetas. Errores: P0002 la conversacion no existe; 23503 alguna etiqueta no es de la Nora.
create function public.etiquetar_conversacion(p_conversacion_id uuid, p_etiquetas uuid[]) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  v_nora text := public.nora_del_token();
begin
  perform 1 from public.conversaciones v where v.nombre_nora = v_nora and v.id = p_conversacion_id for update;
  if not found then
    raise exception 'conversacion no encontrada' using errcode = 'P0002';
  end if;
  if exists (select 1 from unnest(p_etiquetas) as x where not exists (
      select 1 from public.etiquetas e where e.nombre_nora = v_nora and e.id = x)) then
    raise exception 'etiqueta no encontrada' using errcode = 'P0002';
  end if;
  delete from public.conversacion_etiquetas x
  where x.nombre_nora = v_nora and x.conversacion_id = p_conversacion_id and x.etiqueta_id <> all (p_etiquetas);
  insert into public.conversacion_etiquetas (nombre_nora, conversacion_id, etiqueta_id)
  select distinct v_nora, p_conversacion_id, x from unnest(p_etiquetas) as x on conflict do nothing;
  return public.etiquetas_de_conversacion(p_conversacion_id);
end;
$$;
comment on function public.etiquetar_conversacion is 'Deja una conversacion de la Nora del token con justo estas etiquetas; devuelve como quedaron';

create function public.etiquetas_de_conversacion(p_conversacion_id uuid) returns jsonb
language sql stable set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('id', e.id, 'nombre', e.nombre, 'color', e.color, 'regla', e.regla)
                            order by public.normalizar(e.nombre)), '[]')
  from public.conversacion_etiquetas x
  join public.etiquetas e on e.nombre_nora = x.nombre_nora and e.id = x.etiqueta_id
  where x.nombre_nora = (select public.nora_del_token()) and x.conversacion_id = p_conversacion_id
$$;
comment on function public.etiquetas_de_conversacion is 'Las etiquetas de una conversacion de la Nora del token, por nombre';

-- ---------------------------------------------------------------- Lo de la papelera no se ve
-- Las mismas de antes, sin quien esta en la papelera: ni en el chat, ni en las cifras del tablero.
create or replace function public.listar_conversaciones(
  p_filtro text default 'todas', p_texto text default '', p_antes_en timestamptz default null,
  p_antes_id uuid default null, p_limite integer default 30)
returns jsonb language plpgsql stable set search_path = ''
as $$
declare
  nora text := public.nora_del_token();
  pagina jsonb;
begin
  select coalesce(jsonb_agg(to_jsonb(fila) order by fila.ultimo_mensaje_en desc, fila.id desc), '[]') into pagina
  from (
    select v.id, v.canal, v.ultimo_mensaje_en, v.ultimo_texto, v.no_leidos, v.espera_persona_desde,
           v.humano_hasta > now() as con_persona,
           c.nombre, c.nombre_perfil, c.telefono, c.direccion,
           (select m.autor from public.mensajes m where m.nombre_nora = nora and m.conversacion_id = v.id
            order by m.id desc limit 1) as ultimo_autor
    from public.conversaciones v
    join public.contactos c on c.nombre_nora = v.nombre_nora and c.id = v.contacto_id
    where v.nombre_nora = nora and c.borrado_en is null
      and (p_filtro <> 'esperan' or v.espera_persona_desde is not null)
      and (p_filtro <> 'sin_leer' or v.no_leidos > 0)
      and (btrim(p_texto) = '' or v.contacto_id in (select b.id from public.buscar_contactos(p_texto, 100) as b))
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
      where v.nombre_nora = nora and v.no_leidos > 0 limit 100) as x));
end;
$$;

create or replace function public.resumen_panel(p_zona text default 'America/Hermosillo')
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
  ), esperan as (
    select v.espera_persona_desde from public.conversaciones v
    join public.contactos c on c.nombre_nora = v.nombre_nora and c.id = v.contacto_id and c.borrado_en is null
    where v.nombre_nora = (select public.nora_del_token()) and v.espera_persona_desde is not null
  )
  select jsonb_build_object(
    'conversaciones_hoy', (select count(distinct m.conversacion_id) from public.mensajes m, limites l
        where m.nombre_nora = (select public.nora_del_token()) and m.sentido = 'entrante' and m.fecha_creacion >= l.hoy),
    'sin_responder', (select count(distinct m.conversacion_id) from public.mensajes m
        where m.nombre_nora = (select public.nora_del_token()) and m.sentido = 'entrante' and m.atendido_en is null),
    'esperan_persona', (select count(*) from esperan),
    'espera_desde', (select min(e.espera_persona_desde) from esperan e),
    'contactos', (select count(*) from public.contactos c
        where c.nombre_nora = (select public.nora_del_token()) and c.borrado_en is null),
    'bloques', (select count(*) from public.conocimiento_nora k
        where k.nombre_nora = (select public.nora_del_token()) and k.activo),
    'dias', (select jsonb_agg(jsonb_build_object('dia', d::date, 'recibidos', coalesce(x.recibidos, 0),
                'de_nora', coalesce(x.de_nora, 0), 'de_personas', coalesce(x.de_personas, 0)) order by d)
        from limites l, generate_series((now() at time zone p_zona)::date - 29, (now() at time zone p_zona)::date,
                                        interval '1 day') as d
        left join dias x on x.dia = d::date))
$$;

-- ---------------------------------------------------------------- Permisos
grant execute on function public.condicion_de_contactos(text, jsonb, boolean) to nora_buscador;
grant create on schema public to nora_buscador;
alter function public.contactos_filtrados(jsonb, integer, timestamptz, uuid) owner to nora_buscador;
alter function public.contar_contactos(jsonb) owner to nora_buscador;
revoke create on schema public from nora_buscador;

do $$
declare
  funcion text;
begin
  foreach funcion in array array[
    'llave_telefono(text)', 'propios_con(jsonb, jsonb)', 'persona_del_cambio()', 'condicion_de_contactos(text, jsonb, boolean)',
    'contactos_filtrados(jsonb, integer, timestamptz, uuid)', 'contar_contactos(jsonb)', 'etiquetas_con_uso()',
    'etiquetas_de_contacto(text, uuid)', 'contacto_en_lista(public.contactos)',
    'listar_contactos(jsonb, integer, timestamptz, uuid)', 'leer_contacto(uuid)', 'campos_de_la_nora()',
    'para_editar_contacto(uuid)', 'etiquetas_por_nombre(text, text[])',
    'guardar_contacto(uuid, text, text, text, text, text[], jsonb, uuid)',
    'marcar_contacto(uuid, text, boolean, uuid)', 'contactos_en_lote(text, uuid[], jsonb, uuid, uuid)',
    'deshacer_accion(uuid, uuid)', 'recuperar_contacto(uuid, uuid)', 'purgar_contactos(integer)',
    'pasar_referencias(text, text, uuid, uuid)', 'unir_contactos(uuid, uuid, uuid)',
    'contactos_repetidos(integer)', 'importar_tramo(uuid, integer, integer, jsonb, jsonb, uuid)',
    'todo_de_contacto(uuid)', 'suprimir_contacto(uuid, uuid, text)', 'guardar_etiqueta(uuid, text, text, text)',
    'borrar_etiqueta(uuid, uuid)', 'unir_etiquetas(uuid, uuid)', 'etiquetar_conversacion(uuid, uuid[])',
    'etiquetas_de_conversacion(uuid)'] loop
    execute format('revoke execute on function public.%s from public, anon', funcion);
    execute format('grant execute on function public.%s to authenticated, service_role', funcion);
  end loop;
end;
$$;
revoke execute on function public.anotar_cambio_de_contacto(), public.recuperar_contacto_que_escribe(),
  public.resolver_direccion(), public.atender_bloqueado() from public, anon, authenticated;
