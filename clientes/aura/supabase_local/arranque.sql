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
