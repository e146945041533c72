-- Lo que Prometheus lee de la base: vale igual la lea el proceso que la lea.
-- plpgsql y no sql: las tablas de la cola se crean despues de las migraciones.
create function public.metricas_de_la_instalacion() returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
  return jsonb_build_object(
    'cola', coalesce((
      select jsonb_agg(jsonb_build_object('cola', q.queue_name, 'estado', q.estado, 'cuantos', q.cuantos,
                                          'mas_viejo_s', q.mas_viejo_s))
      from (
        select j.queue_name,
               case when j.status = 'todo' and j.scheduled_at > now() then 'aplazado' when j.status = 'todo' then 'espera'
                    when j.status = 'doing' then 'corre' else 'fallido' end as estado,
               count(*) as cuantos,
               coalesce(extract(epoch from now() - min(coalesce(j.scheduled_at, e.at)) filter (
                 where j.status = 'todo' and (j.scheduled_at is null or j.scheduled_at <= now()))), 0) as mas_viejo_s
        from cola.procrastinate_jobs j
        left join lateral (
          select min(v.at) as at from cola.procrastinate_events v where v.job_id = j.id and v.type = 'deferred'
        ) e on j.status = 'todo'
        where j.status in ('todo', 'doing', 'failed') group by 1, 2) q), '[]'::jsonb),
    'trabajadores', (select count(*) from cola.procrastinate_workers w
                     where w.last_heartbeat > now() - interval '30 seconds'),
    'trabajos', coalesce((
      select jsonb_agg(jsonb_build_object('trabajo', n.trabajo, 'fin', extract(epoch from u.fin),
        'duracion_s', extract(epoch from u.fin - u.inicio), 'bien', u.estado = 'hecho'))
      from (select distinct trabajo from public.ejecuciones_programadas) n
      cross join lateral (
        select x.inicio, x.fin, x.estado from public.ejecuciones_programadas x
        where x.trabajo = n.trabajo and x.estado in ('hecho', 'fallido') order by x.periodo desc limit 1) u), '[]'::jsonb),
    'conexiones', (select d.numbackends from pg_catalog.pg_stat_database d where d.datname = current_database()),
    'conexiones_maximas', current_setting('max_connections')::integer);
end;
$$;
comment on function public.metricas_de_la_instalacion is 'Cola, trabajadores, programador y conexiones, para /metricas';
revoke execute on function public.metricas_de_la_instalacion() from public, anon, authenticated;
grant execute on function public.metricas_de_la_instalacion() to service_role;

-- Gasto del mes de toda la instalacion. Sin security definer: quien la llama es service_role, que pasa las politicas.
create function public.gasto_de_la_instalacion(p_desde timestamptz) returns jsonb
language sql stable set search_path = ''
as $$
  select jsonb_build_object('tokens_entrada', coalesce(sum(u.tokens_entrada), 0),
    'tokens_salida', coalesce(sum(u.tokens_salida), 0), 'pesos', coalesce(sum(u.costo), 0),
    'esperan_persona', (select count(*) from public.conversaciones c where c.espera_persona_desde is not null))
  from public.uso_ia u where u.fecha_creacion >= p_desde
$$;
comment on function public.gasto_de_la_instalacion is 'Tokens y pesos desde un momento, y cuantos clientes esperan a una persona';
revoke execute on function public.gasto_de_la_instalacion(timestamptz) from public, anon, authenticated;
grant execute on function public.gasto_de_la_instalacion(timestamptz) to service_role;
