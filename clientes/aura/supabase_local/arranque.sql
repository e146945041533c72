-- Lo que Supabase pone en cada base antes de la primera migración: papeles, esquemas auth y extensions,
-- extensiones y permisos por omisión. Lo corre el superusuario; correrlo otra vez no cambia nada.
-- Las contraseñas de los papeles con LOGIN las pone quien lo corre.

do $papeles$
declare
    papel text;
begin
    foreach papel in array array['anon', 'authenticated', 'service_role'] loop
        if not exists (select from pg_catalog.pg_roles where rolname = papel) then
            execute format('create role %I nologin noinherit', papel);
        end if;
    end loop;
    if not exists (select from pg_catalog.pg_roles where rolname = 'authenticator') then
        create role authenticator login noinherit;
    end if;
    if not exists (select from pg_catalog.pg_roles where rolname = 'propietario') then
        create role propietario login noinherit nosuperuser nobypassrls createrole;
    end if;
end
$papeles$;

-- Como en Supabase, service_role pasa por encima de la seguridad por filas; el papel con el que entra
-- la aplicación (propietario) no.
alter role service_role bypassrls;
grant anon, authenticated, service_role to authenticator with inherit false, set true;
grant anon, authenticated, service_role to propietario with inherit false, set true;
-- Quien crea un papel puede tomarlo (PostgreSQL 16+): así una migración entrega una función a un papel suyo.
alter role propietario set createrole_self_grant = 'set, inherit';

do $base$
begin
    execute format('alter database %I owner to propietario', current_database());
    execute format('alter database %I set search_path = "$user", public, extensions', current_database());
end
$base$;
alter schema public owner to propietario;

create schema if not exists extensions;
create schema if not exists auth;
grant usage on schema public, extensions, auth to anon, authenticated, service_role, authenticator, propietario;
grant create on schema extensions to propietario;
-- Para que una migración pueda dejar entrar a un papel suyo, como en Supabase.
grant usage on schema extensions, auth to propietario with grant option;

do $extensiones$
declare
    extension text;
begin
    foreach extension in array array['vector', 'pg_trgm', 'unaccent', 'citext', 'pgcrypto'] loop
        if exists (select from pg_catalog.pg_available_extensions where name = extension) then
            execute format('create extension if not exists %I with schema extensions', extension);
        end if;
    end loop;
end
$extensiones$;

-- Las mismas funciones que ofrece Supabase; leen lo que la API pone en cada transacción.
create or replace function auth.jwt() returns jsonb language sql stable as $funcion$
    select coalesce(
        nullif(pg_catalog.current_setting('request.jwt.claim', true), ''),
        nullif(pg_catalog.current_setting('request.jwt.claims', true), '')
    )::jsonb
$funcion$;

create or replace function auth.uid() returns uuid language sql stable as $funcion$
    select coalesce(
        nullif(pg_catalog.current_setting('request.jwt.claim.sub', true), ''),
        nullif(pg_catalog.current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'
    )::uuid
$funcion$;

create or replace function auth.role() returns text language sql stable as $funcion$
    select coalesce(
        nullif(pg_catalog.current_setting('request.jwt.claim.role', true), ''),
        nullif(pg_catalog.current_setting('request.jwt.claims', true), '')::jsonb ->> 'role'
    )
$funcion$;

create or replace function auth.email() returns text language sql stable as $funcion$
    select coalesce(
        nullif(pg_catalog.current_setting('request.jwt.claim.email', true), ''),
        nullif(pg_catalog.current_setting('request.jwt.claims', true), '')::jsonb ->> 'email'
    )
$funcion$;

grant execute on all functions in schema auth to anon, authenticated, service_role, authenticator, propietario;

alter default privileges for role propietario in schema public
    grant all on tables to anon, authenticated, service_role;
alter default privileges for role propietario in schema public
    grant all on functions to anon, authenticated, service_role;
alter default privileges for role propietario in schema public
    grant all on sequences to anon, authenticated, service_role;

-- Un cambio de esquema avisa a la API, que vuelve a leer el catálogo.
create or replace function extensions.avisar_cambio_ddl() returns event_trigger language plpgsql as $funcion$
begin
    notify pgrst, 'reload schema';
end
$funcion$;

do $disparadores$
begin
    if not exists (select from pg_catalog.pg_event_trigger where evtname = 'avisar_ddl') then
        create event trigger avisar_ddl on ddl_command_end execute function extensions.avisar_cambio_ddl();
    end if;
    if not exists (select from pg_catalog.pg_event_trigger where evtname = 'avisar_drop') then
        create event trigger avisar_drop on sql_drop execute function extensions.avisar_cambio_ddl();
    end if;
end
$disparadores$;

-- El almacén de archivos: las tablas y funciones que ofrece Supabase Storage. Cada fila dice en `version` qué archivo
-- guarda sus bytes. Decide la seguridad por filas, con el papel y los datos de quien pide.
create schema if not exists storage;
alter schema storage owner to propietario;
grant usage on schema storage to anon, authenticated, service_role, authenticator;

do $tipos$
begin
    if to_regtype('storage.buckettype') is null then
        create type storage.buckettype as enum ('STANDARD', 'ANALYTICS', 'VECTOR');
        alter type storage.buckettype owner to propietario;
    end if;
end
$tipos$;

create table if not exists storage.buckets (
    id text primary key,
    name text not null check (char_length(name) <= 100),
    owner uuid,
    created_at timestamptz default now(),
    updated_at timestamptz default now(),
    public boolean default false,
    avif_autodetection boolean default false,
    file_size_limit bigint,
    allowed_mime_types text[],
    owner_id text,
    type storage.buckettype not null default 'STANDARD'
);
create unique index if not exists bname on storage.buckets (name);

create table if not exists storage.objects (
    id uuid primary key default gen_random_uuid(),
    bucket_id text references storage.buckets (id),
    name text,
    owner uuid,
    created_at timestamptz default now(),
    updated_at timestamptz default now(),
    last_accessed_at timestamptz default now(),
    metadata jsonb,
    path_tokens text[] generated always as (string_to_array(name, '/')) stored,
    version text,
    owner_id text,
    user_metadata jsonb
);
create unique index if not exists bucketid_objname on storage.objects (bucket_id, name collate "C");
create index if not exists objects_bucket_lower_name on storage.objects (bucket_id, lower(name) collate "C");
-- Una fila escrita por fuera no puede nombrar el archivo de otra.
create unique index if not exists objects_version_unica on storage.objects (version);
drop index if exists storage.objects_version;

alter table storage.buckets owner to propietario;
alter table storage.objects owner to propietario;
alter table storage.buckets enable row level security;
alter table storage.objects enable row level security;
grant all on storage.buckets, storage.objects to anon, authenticated, service_role;

create or replace function storage.foldername(name text) returns text[] language sql immutable as $funcion$
    select partes[1:array_length(partes, 1) - 1] from string_to_array(name, '/') as partes
$funcion$;
create or replace function storage.filename(name text) returns text language sql immutable as $funcion$
    select partes[array_length(partes, 1)] from string_to_array(name, '/') as partes
$funcion$;
create or replace function storage.extension(name text) returns text language sql immutable as $funcion$
    select reverse(split_part(reverse(storage.filename(name)), '.', 1))
$funcion$;

create or replace function storage.update_updated_at_column() returns trigger language plpgsql as $funcion$
begin
    new.updated_at = now();
    return new;
end
$funcion$;
create or replace trigger update_objects_updated_at before update on storage.objects
    for each row execute function storage.update_updated_at_column();

-- Una fila borrada por fuera dejaría su archivo sin dueño: solo borra quien también borra el archivo.
create or replace function storage.protect_delete() returns trigger language plpgsql as $funcion$
begin
    if coalesce(pg_catalog.current_setting('storage.allow_delete_query', true), '') <> 'true' then
        raise exception 'Direct deletion from storage tables is not allowed. Use the Storage API instead.'
            using errcode = '42501', hint = 'This prevents accidental data loss from orphaned objects.';
    end if;
    return null;
end
$funcion$;
create or replace trigger protect_buckets_delete before delete on storage.buckets
    for each statement execute function storage.protect_delete();
create or replace trigger protect_objects_delete before delete on storage.objects
    for each statement execute function storage.protect_delete();

grant execute on all functions in schema storage to anon, authenticated, service_role, propietario;
