-- Noras, modulos, personas y puertas. Vale igual para Supabase y para el PostgreSQL embebido.

create schema if not exists extensions;
create extension if not exists vector with schema extensions;
create extension if not exists pg_trgm with schema extensions;
create extension if not exists unaccent with schema extensions;

-- El esquema de la cola lo llena la biblioteca (procrastinate) desde `flask migrar`.
create schema if not exists cola;

-- Rol dueño de las busquedas: tiene su propia politica y ninguna puerta de entrada.
do $$
begin
  if not exists (select 1 from pg_roles where rolname = 'nora_buscador') then
    create role nora_buscador nologin;
  end if;
end;
$$;
grant nora_buscador to current_user;
grant usage on schema public, extensions to nora_buscador;

-- Texto sin acentos ni mayusculas, para buscar. `unaccent` es estable solo porque su diccionario podria cambiar;
-- el nuestro se nombra completo y no cambia, por eso aqui puede ser inmutable y servir a un indice.
create function public.normalizar(texto text) returns text
language sql immutable strict parallel safe set search_path = ''
as $$ select lower(extensions.unaccent('extensions.unaccent'::regdictionary, texto)) $$;
comment on function public.normalizar(text) is 'Texto en minusculas y sin acentos, para comparar y buscar';

-- Lee lo mismo que auth.jwt(): en Supabase hospedado el esquema auth no se puede prestar a nora_buscador.
create function public.nora_del_token() returns text
language sql stable parallel safe set search_path = ''
as $$ select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'nombre_nora' $$;
comment on function public.nora_del_token() is 'La Nora que nombra el token de quien pregunta; nulo si no nombra ninguna';

create function public.poner_fecha_actualizacion() returns trigger
language plpgsql set search_path = ''
as $$
begin
  new.fecha_actualizacion := now();
  return new;
end;
$$;

-- ---------------------------------------------------------------- Noras
create table public.modulos_disponibles (
  nombre text primary key check (nombre ~ '^[a-z][a-z0-9_]{0,39}$'),
  titulo text not null,
  descripcion text not null default '',
  icono text not null default 'box',
  orden integer not null default 100,
  solo_para text,
  fecha_actualizacion timestamptz not null default now()
);
comment on table public.modulos_disponibles is 'Catalogo de modulos que esta instalacion sabe montar; se llena desde los manifiestos';
comment on column public.modulos_disponibles.solo_para is 'Nombre de la unica Nora que puede tenerlo; nulo si es de todas';

create table public.configuracion_bot (
  nombre_nora text primary key
    constraint nombre_nora_valido check (nombre_nora ~ '^[a-z0-9][a-z0-9_-]{0,38}[a-z0-9]$')
    constraint nombre_nora_libre check (
      nombre_nora not in ('admin', 'estado', 'login', 'logout', 'metricas', 'restablecer', 'salud', 'static', 'webhook')
      and nombre_nora not like 'panel\_cliente%'),
  nombre_visible text not null check (length(btrim(nombre_visible)) between 1 and 80),
  numero_nora text not null unique check (numero_nora ~ '^\+[1-9][0-9]{7,14}$'),
  modulos jsonb not null default '[]' check (jsonb_typeof(modulos) = 'array'),
  ia_activa boolean not null default true,
  personalidad text not null default '',
  instrucciones text not null default '',
  mensaje_bienvenida text not null default '',
  modo_respuesta text not null default 'estricto' check (modo_respuesta in ('flexible', 'estricto')),
  mensaje_fuera_tema text not null default '',
  zona_horaria text not null default 'America/Hermosillo',
  silencio_segundos smallint not null default 4 check (silencio_segundos between 0 and 20),
  activo boolean not null default true,
  fecha_creacion timestamptz not null default now(),
  fecha_actualizacion timestamptz not null default now()
);
comment on table public.configuracion_bot is 'Una fila por Nora: como se llama, que tiene encendido y como responde';
comment on column public.configuracion_bot.numero_nora is 'Numero de WhatsApp de la Nora, E.164';
comment on column public.configuracion_bot.modulos is 'Nombres de los modulos encendidos';
comment on column public.configuracion_bot.silencio_segundos is 'Segundos de silencio del cliente antes de responder';

create table public.credenciales_nora (
  nombre_nora text primary key references public.configuracion_bot on update cascade on delete cascade,
  twilio_account_sid text check (twilio_account_sid ~ '^AC[0-9a-fA-F]{32}$'),
  twilio_token_cifrado text,
  twilio_messaging_service_sid text unique check (twilio_messaging_service_sid ~ '^MG[0-9a-fA-F]{32}$'),
  fecha_actualizacion timestamptz not null default now()
);
comment on table public.credenciales_nora is 'Llaves de cada Nora ante sus proveedores; los secretos van cifrados (Fernet)';

-- ---------------------------------------------------------------- Personas
create table public.usuarios (
  id uuid primary key default gen_random_uuid(),
  correo text not null unique check (correo = lower(btrim(correo)) and correo like '%_@_%'),
  nombre text not null default '',
  contrasena_hash text not null,
  es_admin boolean not null default false,
  activo boolean not null default true,
  version_sesion integer not null default 1,
  ultimo_acceso timestamptz,
  fecha_creacion timestamptz not null default now()
);
comment on table public.usuarios is 'Personas que entran a la instalacion';
comment on column public.usuarios.contrasena_hash is 'argon2id';
comment on column public.usuarios.version_sesion is 'Sube al cambiar la contrasena o cerrar todo: las sesiones con otra version ya no valen';

create table public.usuarios_noras (
  usuario_id uuid not null references public.usuarios on delete cascade,
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  rol text not null check (rol in ('dueno', 'agente')),
  fecha_creacion timestamptz not null default now(),
  primary key (usuario_id, nombre_nora)
);
create index usuarios_noras_por_nora on public.usuarios_noras (nombre_nora, usuario_id);
comment on table public.usuarios_noras is 'En que Noras trabaja cada persona y como que';

create table public.intentos_acceso (
  id bigint generated always as identity primary key,
  clave text not null,
  momento timestamptz not null default now()
);
create index intentos_acceso_por_clave on public.intentos_acceso (clave, momento desc);
create index intentos_acceso_por_momento on public.intentos_acceso (momento);
comment on table public.intentos_acceso is 'Entradas fallidas por cuenta y por direccion, para frenar a quien adivina';
comment on column public.intentos_acceso.clave is 'HMAC de la cuenta o de la direccion; nunca el texto';

create table public.restablecimientos (
  id uuid primary key default gen_random_uuid(),
  usuario_id uuid not null references public.usuarios on delete cascade,
  caduca timestamptz not null,
  usado_en timestamptz,
  fecha_creacion timestamptz not null default now()
);
create index restablecimientos_por_usuario on public.restablecimientos (usuario_id);
comment on table public.restablecimientos is 'Enlaces para cambiar la contrasena: de un solo uso y con caducidad';

create table public.auditoria (
  id bigint generated always as identity primary key,
  momento timestamptz not null default now(),
  usuario_id uuid references public.usuarios on delete set null,
  correo text not null default '',
  nombre_nora text references public.configuracion_bot on update cascade on delete set null,
  accion text not null,
  objeto text not null default '',
  detalle jsonb not null default '{}'
);
create index auditoria_por_nora on public.auditoria (nombre_nora, id desc);
create index auditoria_por_usuario on public.auditoria (usuario_id, id desc);
comment on table public.auditoria is 'Quien hizo que, cuando y a que';

create table public.ejecuciones_programadas (
  trabajo text not null,
  periodo timestamptz not null,
  reclamado_en timestamptz not null default now(),
  proceso text not null default '',
  estado text not null default 'en_cola' check (estado in ('en_cola', 'corriendo', 'hecho', 'fallido')),
  inicio timestamptz,
  fin timestamptz,
  resultado text not null default '',
  primary key (trabajo, periodo)
);
comment on table public.ejecuciones_programadas is 'Cada disparo del programador, reclamado una sola vez entre todos los procesos';

-- ---------------------------------------------------------------- Avisos a los procesos
create function public.avisar_registro() returns trigger
language plpgsql set search_path = ''
as $$
begin
  if tg_op = 'DELETE' then
    perform pg_notify('nora_registro', old.nombre_nora);
    return old;
  end if;
  if tg_op = 'UPDATE' and old.nombre_nora <> new.nombre_nora then
    perform pg_notify('nora_registro', old.nombre_nora);
  end if;
  perform pg_notify('nora_registro', new.nombre_nora);
  return new;
end;
$$;
create trigger avisar_registro after insert or update or delete on public.configuracion_bot
  for each row execute function public.avisar_registro();
create trigger fecha_actualizacion before update on public.configuracion_bot
  for each row execute function public.poner_fecha_actualizacion();
create trigger fecha_actualizacion before update on public.credenciales_nora
  for each row execute function public.poner_fecha_actualizacion();

-- ---------------------------------------------------------------- Entrada con freno
-- Cuenta los fallos recientes y dice cuantos segundos hay que esperar: crece con los fallos, tope 15 minutos,
-- y se olvida sola, para que nadie quede fuera para siempre.
create function public.espera_de_acceso(p_claves text[], p_limites integer[], p_ventana interval default '15 minutes')
returns integer language sql stable set search_path = ''
as $$
  select coalesce(max(ceil(extract(epoch from (ultimo + least(interval '15 minutes',
           (interval '2 seconds') * power(2, least(veces - limite, 9))) - now())))), 0)::integer
  from (
    select c.limite, count(*) as veces, max(i.momento) as ultimo
    from unnest(p_claves, p_limites) as c(clave, limite)
    join public.intentos_acceso i on i.clave = c.clave and i.momento > now() - p_ventana
    group by c.clave, c.limite
  ) as fallos
  where veces >= limite and ultimo + least(interval '15 minutes',
           (interval '2 seconds') * power(2, least(veces - limite, 9))) > now()
$$;
comment on function public.espera_de_acceso(text[], integer[], interval) is 'Segundos que faltan para poder intentar entrar otra vez; 0 si ya se puede';

-- ---------------------------------------------------------------- Paredes
alter table public.configuracion_bot enable row level security;
alter table public.configuracion_bot force row level security;
create policy por_nora on public.configuracion_bot to authenticated
  using (nombre_nora = (select public.nora_del_token())) with check (nombre_nora = (select public.nora_del_token()));
alter table public.credenciales_nora enable row level security;
alter table public.credenciales_nora force row level security;
create policy por_nora on public.credenciales_nora to authenticated
  using (nombre_nora = (select public.nora_del_token())) with check (nombre_nora = (select public.nora_del_token()));
alter table public.usuarios_noras enable row level security;
alter table public.usuarios_noras force row level security;
create policy por_nora on public.usuarios_noras to authenticated
  using (nombre_nora = (select public.nora_del_token())) with check (nombre_nora = (select public.nora_del_token()));
alter table public.auditoria enable row level security;
alter table public.auditoria force row level security;
create policy por_nora on public.auditoria to authenticated
  using (nombre_nora = (select public.nora_del_token())) with check (nombre_nora = (select public.nora_del_token()));

alter table public.modulos_disponibles enable row level security;
create policy lectura on public.modulos_disponibles for select to authenticated using (true);
alter table public.usuarios enable row level security;
alter table public.usuarios force row level security;
alter table public.intentos_acceso enable row level security;
alter table public.restablecimientos enable row level security;
alter table public.ejecuciones_programadas enable row level security;

revoke all on all tables in schema public from anon, authenticated;
grant all on all tables in schema public to service_role;
grant select, update on public.configuracion_bot to authenticated;
grant select on public.modulos_disponibles, public.usuarios_noras to authenticated;
grant insert, select on public.auditoria to authenticated;
revoke execute on all functions in schema public from public, anon, authenticated;
grant execute on all functions in schema public to service_role;
grant execute on function public.normalizar(text), public.nora_del_token() to authenticated, nora_buscador;
