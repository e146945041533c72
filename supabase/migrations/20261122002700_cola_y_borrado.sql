-- La cola a la vista de un admin, y borrar una Nora entera. Solo lo llama service_role.

-- Los trabajos son de la biblioteca (procrastinate): aqui se leen sus tablas, que existen despues de `flask migrar`.
create function public.admin_cola(p_fallidos integer default 50) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (
    select jsonb_build_object(
      'esperan', count(*) filter (where j.status = 'todo' and coalesce(j.scheduled_at, now()) <= now()),
      'aplazados', count(*) filter (where j.status = 'todo' and j.scheduled_at > now()),
      'corren', count(*) filter (where j.status = 'doing'),
      'fallidos', count(*) filter (where j.status = 'failed'))
    from cola.procrastinate_jobs j where j.status in ('todo', 'doing', 'failed')
  ) || jsonb_build_object(
    'mas_viejo', (
      select min(greatest(e.at, coalesce(j.scheduled_at, e.at)))
      from cola.procrastinate_jobs j
      join cola.procrastinate_events e on e.job_id = j.id and e.type = 'deferred'
      where j.status = 'todo' and coalesce(j.scheduled_at, now()) <= now()),
    'trabajadores', (
      select count(*) from cola.procrastinate_workers w where w.last_heartbeat > now() - interval '30 seconds'),
    'tareas', coalesce((
      select jsonb_agg(to_jsonb(t) order by t.tarea) from (
        select j.task_name as tarea,
               count(*) filter (where j.status = 'todo' and coalesce(j.scheduled_at, now()) <= now()) as esperan,
               count(*) filter (where j.status = 'todo' and j.scheduled_at > now()) as aplazados,
               count(*) filter (where j.status = 'doing') as corren,
               count(*) filter (where j.status = 'failed') as fallidos
        from cola.procrastinate_jobs j where j.status in ('todo', 'doing', 'failed') group by 1) t), '[]'::jsonb),
    'ultimos_fallidos', coalesce((
      select jsonb_agg(to_jsonb(f) order by f.momento desc) from (
        select j.id, j.task_name as tarea, j.attempts as intentos, j.args ->> 'nombre_nora' as nombre_nora,
               j.args ->> 'trabajo' as trabajo,
               (select max(e.at) from cola.procrastinate_events e where e.job_id = j.id) as momento
        from cola.procrastinate_jobs j where j.status = 'failed' order by j.id desc limit p_fallidos) f), '[]'::jsonb));
end;
$$;
comment on function public.admin_cola is 'Cuanto espera, corre y fallo en la cola, quien la atiende y los ultimos trabajos fallidos';

create function public.admin_reintentar(p_id bigint default null) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  cuantos integer;
begin
  update cola.procrastinate_jobs
  set status = 'todo', attempts = 0, scheduled_at = null, worker_id = null
  where status = 'failed' and (p_id is null or id = p_id);
  get diagnostics cuantos = row_count;
  return cuantos;
end;
$$;
comment on function public.admin_reintentar is 'Vuelve a encolar un trabajo fallido, o todos si no se dice cual; devuelve cuantos';

-- Lo que se ofrece antes de borrar: cada tabla suya y cuanto tiene. Los secretos no salen.
create function public.admin_tablas_de_nora(p_nombre_nora text) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
  tabla record;
  cuantas bigint;
  todas jsonb := '[]';
begin
  for tabla in
    select c.relname as nombre,
           (select array_agg(a.attname::text order by k.orden)
            from pg_catalog.pg_index i
            cross join lateral unnest(i.indkey::smallint[]) with ordinality k (columna, orden)
            join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = k.columna
            where i.indrelid = c.oid and i.indisprimary) as llave
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attname = 'nombre_nora' and not a.attisdropped
    where n.nspname = 'public' and c.relkind = 'r' and c.relname <> 'credenciales_nora'
    order by c.relname
  loop
    execute format('select count(*) from public.%I where nombre_nora = $1', tabla.nombre)
      into cuantas using p_nombre_nora;
    todas := todas || jsonb_build_object('tabla', tabla.nombre, 'llave', to_jsonb(tabla.llave), 'filas', cuantas);
  end loop;
  return todas;
end;
$$;
comment on function public.admin_tablas_de_nora is 'Las tablas con datos de una Nora, su llave y cuantas filas tienen; sin las credenciales';

create function cola.quitar_trabajos(p_nombre_nora text) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  delete from cola.procrastinate_jobs j
  where j.status in ('todo', 'failed') and j.args ->> 'nombre_nora' = p_nombre_nora;
end;
$$;
comment on function cola.quitar_trabajos(text) is 'Quita de la cola lo que espera o fallo de una Nora';
revoke execute on function cola.quitar_trabajos(text) from public;
grant execute on function cola.quitar_trabajos(text) to service_role;

-- Solo suspendida: nadie borra de un clic una que esta contestando. Lo demas se va en cascada.
create function public.admin_borrar_nora(p_nombre_nora text) returns boolean
language plpgsql volatile set search_path = ''
as $$
begin
  delete from public.configuracion_bot where nombre_nora = p_nombre_nora and not activo;
  if not found then
    return false;
  end if;
  perform cola.quitar_trabajos(p_nombre_nora);
  return true;
end;
$$;
comment on function public.admin_borrar_nora is 'Borra una Nora suspendida con todo lo suyo y sus trabajos en cola; falso si no esta o sigue activa';

revoke execute on function
  public.admin_cola(integer), public.admin_reintentar(bigint), public.admin_tablas_de_nora(text),
  public.admin_borrar_nora(text)
from public, anon, authenticated;
grant execute on function
  public.admin_cola(integer), public.admin_reintentar(bigint), public.admin_tablas_de_nora(text),
  public.admin_borrar_nora(text)
to service_role;
