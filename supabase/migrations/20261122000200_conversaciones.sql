-- Contactos, conversaciones, mensajes y conocimiento: lo que cada Nora sabe y lo que se ha dicho.

create table public.contactos (
  id uuid primary key default gen_random_uuid(),
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  canal text not null default 'whatsapp' check (canal in ('whatsapp', 'simulador')),
  direccion text not null,
  direccion_envio text not null,
  telefono text check (telefono ~ '^\+[1-9][0-9]{7,14}$'),
  nombre text not null default '',
  nombre_perfil text not null default '',
  correo text not null default '',
  notas text not null default '',
  baja_en timestamptz,
  problema_envio text not null default '' check (problema_envio in ('', 'invalido', 'bloqueado')),
  ultimo_mensaje_en timestamptz,
  fecha_creacion timestamptz not null default now(),
  fecha_actualizacion timestamptz not null default now(),
  busqueda text not null generated always as (
    public.normalizar(nombre || ' ' || nombre_perfil || ' ' || coalesce(telefono, '') || ' ' || correo)) stored,
  unique (nombre_nora, id),
  unique (nombre_nora, direccion)
);
create index contactos_recientes on public.contactos (nombre_nora, fecha_creacion desc, id);
create index contactos_por_nombre on public.contactos (nombre_nora, nombre, id);
create index contactos_busqueda on public.contactos using gin (busqueda extensions.gin_trgm_ops);
comment on table public.contactos is 'Clientes de cada Nora; la llave es su direccion en el canal';
comment on column public.contactos.direccion is 'Direccion canonica en el canal: +52 y +521 son la misma persona';
comment on column public.contactos.direccion_envio is 'La direccion exacta con que escribio por ultima vez; ahi se le contesta';
comment on column public.contactos.telefono is 'E.164; nulo si escribe con nombre de usuario de WhatsApp';
comment on column public.contactos.problema_envio is 'Por que no se le puede enviar, segun el proveedor; vacio si se puede';
comment on column public.contactos.baja_en is 'Cuando pidio no recibir mas mensajes; nulo si los acepta';

create table public.etiquetas (
  id uuid primary key default gen_random_uuid(),
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  nombre text not null check (length(btrim(nombre)) between 1 and 40),
  color text not null default 'pizarra',
  unique (nombre_nora, id),
  unique (nombre_nora, nombre)
);
comment on table public.etiquetas is 'Etiquetas de una Nora';

create table public.contacto_etiquetas (
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  contacto_id uuid not null,
  etiqueta_id uuid not null,
  primary key (nombre_nora, contacto_id, etiqueta_id),
  foreign key (nombre_nora, contacto_id) references public.contactos (nombre_nora, id)
    on update cascade on delete cascade deferrable initially deferred,
  foreign key (nombre_nora, etiqueta_id) references public.etiquetas (nombre_nora, id)
    on update cascade on delete cascade deferrable initially deferred
);
create index contacto_etiquetas_por_etiqueta on public.contacto_etiquetas (nombre_nora, etiqueta_id);
comment on table public.contacto_etiquetas is 'Que etiquetas tiene cada contacto';

create table public.conversaciones (
  id uuid primary key default gen_random_uuid(),
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  contacto_id uuid not null,
  canal text not null default 'whatsapp' check (canal in ('whatsapp', 'simulador')),
  humano_hasta timestamptz,
  tomada_por uuid references public.usuarios on delete set null,
  espera_persona_desde timestamptz,
  motivo_espera text not null default '',
  opciones jsonb,
  saludada_en timestamptz,
  no_leidos integer not null default 0 check (no_leidos >= 0),
  ultimo_mensaje_en timestamptz not null default now(),
  ultimo_texto text not null default '',
  ultimo_entrante_en timestamptz,
  fecha_creacion timestamptz not null default now(),
  unique (nombre_nora, id),
  unique (nombre_nora, contacto_id),
  foreign key (nombre_nora, contacto_id) references public.contactos (nombre_nora, id)
    on update cascade on delete cascade deferrable initially deferred
);
create index conversaciones_recientes on public.conversaciones (nombre_nora, ultimo_mensaje_en desc, id);
create index conversaciones_que_esperan on public.conversaciones (nombre_nora, espera_persona_desde)
  where espera_persona_desde is not null;
comment on table public.conversaciones is 'La platica con un contacto: quien la lleva y que espera';
comment on column public.conversaciones.humano_hasta is 'Hasta cuando manda una persona (Nora callada); nulo si la lleva Nora';
comment on column public.conversaciones.espera_persona_desde is 'Desde cuando el cliente espera a una persona; nulo si nadie espera';
comment on column public.conversaciones.opciones is 'Temas que Nora ofrecio y el cliente todavia no elige';
comment on column public.conversaciones.ultimo_entrante_en is 'Ultimo mensaje del cliente: de ahi corren las 24 horas de WhatsApp';

create table public.mensajes (
  id bigint generated always as identity primary key,
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  conversacion_id uuid not null,
  sentido text not null check (sentido in ('entrante', 'saliente')),
  autor text not null check (autor in ('contacto', 'nora', 'persona')),
  usuario_id uuid references public.usuarios on delete set null,
  tipo text not null default 'texto'
    check (tipo in ('texto', 'imagen', 'audio', 'video', 'documento', 'ubicacion', 'contacto', 'sticker', 'otro')),
  texto text not null default '',
  medios jsonb not null default '[]',
  proveedor_sid text,
  decisor text not null default '',
  fuentes jsonb not null default '[]',
  atendido_en timestamptz,
  crudo jsonb,
  fecha_creacion timestamptz not null default now(),
  unique (nombre_nora, id),
  unique (nombre_nora, proveedor_sid),
  foreign key (nombre_nora, conversacion_id) references public.conversaciones (nombre_nora, id)
    on update cascade on delete cascade deferrable initially deferred
);
create index mensajes_de_conversacion on public.mensajes (nombre_nora, conversacion_id, id desc);
create index mensajes_por_fecha on public.mensajes (nombre_nora, fecha_creacion desc);
create index mensajes_sin_atender on public.mensajes (nombre_nora, conversacion_id, id)
  where sentido = 'entrante' and atendido_en is null;
comment on table public.mensajes is 'Todo lo dicho, en orden; lo entrante se guarda una sola vez por su id del proveedor';
comment on column public.mensajes.atendido_en is 'Cuando se decidio que hacer con este mensaje entrante; nulo: falta';
comment on column public.mensajes.decisor is 'Que parte de Nora decidio esta respuesta';
comment on column public.mensajes.fuentes is 'Bloques de conocimiento en que se apoya: [{id, titulo, puntaje}]';
comment on column public.mensajes.crudo is 'Lo que mando el proveedor, completo';

create table public.mensajes_salientes (
  id bigint generated always as identity primary key,
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  mensaje_id bigint not null,
  conversacion_id uuid not null,
  canal text not null,
  direccion_envio text not null,
  texto text not null,
  estado text not null default 'pendiente'
    check (estado in ('pendiente', 'enviando', 'enviado', 'entregado', 'leido', 'fallido')),
  proveedor_sid text,
  sids_descartados text[] not null default '{}',
  error_codigo integer,
  error_texto text not null default '',
  intentos integer not null default 0,
  enviando_desde timestamptz,
  fecha_creacion timestamptz not null default now(),
  fecha_actualizacion timestamptz not null default now(),
  unique (nombre_nora, id),
  unique (nombre_nora, mensaje_id),
  unique (nombre_nora, proveedor_sid),
  foreign key (nombre_nora, mensaje_id) references public.mensajes (nombre_nora, id)
    on update cascade on delete cascade deferrable initially deferred,
  foreign key (nombre_nora, conversacion_id) references public.conversaciones (nombre_nora, id)
    on update cascade on delete cascade deferrable initially deferred
);
create index mensajes_salientes_en_camino on public.mensajes_salientes (nombre_nora, id)
  where estado in ('pendiente', 'enviando');
create index mensajes_salientes_de_conversacion on public.mensajes_salientes (nombre_nora, conversacion_id, id);
comment on column public.mensajes_salientes.sids_descartados is 'Intentos que el proveedor freno sin entregar: sus avisos tardios ya no cuentan';
comment on table public.mensajes_salientes is 'Buzon de salida: cada mensaje sale una vez y su estado solo avanza';

create table public.conocimiento_nora (
  id uuid primary key default gen_random_uuid(),
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  titulo text not null check (length(btrim(titulo)) between 1 and 120),
  contenido text not null check (length(btrim(contenido)) between 1 and 4000),
  etiquetas text[] not null default '{}',
  activo boolean not null default true,
  vector extensions.vector(512),
  modelo_vector text not null default '',
  fecha_creacion timestamptz not null default now(),
  fecha_actualizacion timestamptz not null default now(),
  busqueda text not null generated always as (public.normalizar(titulo || ' ' || contenido)) stored,
  texto_busqueda tsvector not null generated always as (
    setweight(to_tsvector('pg_catalog.spanish'::regconfig, public.normalizar(titulo)), 'A')
    || setweight(to_tsvector('pg_catalog.spanish'::regconfig, public.normalizar(contenido)), 'B')) stored,
  unique (nombre_nora, id)
);
create index conocimiento_recientes on public.conocimiento_nora (nombre_nora, fecha_actualizacion desc, id);
create index conocimiento_sin_vector on public.conocimiento_nora (nombre_nora) where vector is null;
comment on table public.conocimiento_nora is 'Lo que el dueño le enseño a su Nora, en bloques';
comment on column public.conocimiento_nora.vector is '512 dimensiones, del modelo que dice modelo_vector; nulo mientras no se calcula';

create trigger fecha_actualizacion before update on public.contactos
  for each row execute function public.poner_fecha_actualizacion();
create trigger fecha_actualizacion before update on public.mensajes_salientes
  for each row execute function public.poner_fecha_actualizacion();

create function public.cuidar_bloque() returns trigger
language plpgsql set search_path = ''
as $$
begin
  if new.titulo <> old.titulo or new.contenido <> old.contenido then
    new.fecha_actualizacion := now();
    -- Un vector del texto anterior responderia con lo que ya no dice el bloque.
    -- Como texto: sin ruta de busqueda, el igual de los vectores no se encuentra.
    if new.vector::text is not distinct from old.vector::text then
      new.vector := null;
      new.modelo_vector := '';
    end if;
  end if;
  return new;
end;
$$;
create trigger cuidar_bloque before update on public.conocimiento_nora
  for each row execute function public.cuidar_bloque();

-- ---------------------------------------------------------------- Paredes, con un solo patron
do $$
declare
  tabla text;
begin
  foreach tabla in array array['contactos', 'etiquetas', 'contacto_etiquetas', 'conversaciones', 'mensajes',
                               'mensajes_salientes', 'conocimiento_nora'] loop
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
create policy buscador on public.contactos for select to nora_buscador using (true);
create policy buscador on public.conocimiento_nora for select to nora_buscador using (true);
grant select on public.contactos, public.conocimiento_nora to nora_buscador;
