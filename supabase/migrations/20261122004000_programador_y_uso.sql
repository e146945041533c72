-- El programador a la vista: encender, apagar, correr ahora y ponerse al dia; y lo que gasta cada Nora.

-- ---------------------------------------------------------------- Programador
create table public.trabajos_programados (
  trabajo text primary key,
  activo boolean not null default true,
  desde timestamptz not null default now()
);
comment on table public.trabajos_programados is 'Que trabajos del programador estan apagados; el que no tiene fila corre';
comment on column public.trabajos_programados.desde is 'Cuando se encendio o apago: lo que no corrio estando apagado no se recupera';
alter table public.trabajos_programados enable row level security;
revoke all on public.trabajos_programados from anon, authenticated;
grant all on public.trabajos_programados to service_role;

alter table public.ejecuciones_programadas
  add column motivo text not null default 'hora' check (motivo in ('hora', 'tarde', 'a_mano'));
comment on column public.ejecuciones_programadas.motivo is 'Por que corrio: le tocaba, se recupero tarde, o alguien lo pidio';

-- Apagado no se reclama: la fila es la misma para todos los procesos, asi que apagarlo vale en todos a la vez.
create or replace function public.reclamar_ejecucion(p_trabajo text, p_periodo timestamptz, p_ahora timestamptz, p_proceso text)
returns boolean language plpgsql security definer set search_path = ''
as $$
begin
  if public.trabajo_apagado(p_trabajo) then
    return false;
  end if;
  insert into public.ejecuciones_programadas (trabajo, periodo, reclamado_en, proceso)
  values (p_trabajo, p_periodo, p_ahora, p_proceso)
  on conflict (trabajo, periodo) do nothing;
  if not found then
    return false;
  end if;
  perform cola.encolar('programador', 'ejecutar_trabajo', 'trabajo:' || p_trabajo,
    jsonb_build_object('trabajo', p_trabajo, 'periodo', p_periodo), null);
  return true;
end;
$$;

create function public.trabajo_apagado(p_trabajo text) returns boolean
language sql stable security definer set search_path = ''
as $$ select exists (select 1 from public.trabajos_programados t where t.trabajo = p_trabajo and not t.activo) $$;

-- Corre tarde, una vez, un periodo que nadie tomo porque todo estaba abajo. Una instalacion nueva no tiene pasado que
-- recuperar, y lo que toco mientras estaba apagado tampoco se recupera.
create function public.recuperar_ejecucion(p_trabajo text, p_periodo timestamptz, p_ahora timestamptz, p_proceso text)
returns boolean language plpgsql security definer set search_path = ''
as $$
begin
  if public.trabajo_apagado(p_trabajo)
     or not exists (select 1 from public.ejecuciones_programadas e
                    where e.trabajo = p_trabajo and e.motivo <> 'a_mano' and e.periodo < p_periodo)
     or exists (select 1 from public.ejecuciones_programadas e
                where e.trabajo = p_trabajo and e.motivo <> 'a_mano' and e.periodo > p_periodo)
     or exists (select 1 from public.trabajos_programados t where t.trabajo = p_trabajo and t.desde >= p_periodo) then
    return false;
  end if;
  insert into public.ejecuciones_programadas (trabajo, periodo, reclamado_en, proceso, motivo)
  values (p_trabajo, p_periodo, p_ahora, p_proceso, 'tarde')
  on conflict (trabajo, periodo) do nothing;
  if not found then
    return false;
  end if;
  perform cola.encolar('programador', 'ejecutar_trabajo', 'trabajo:' || p_trabajo,
    jsonb_build_object('trabajo', p_trabajo, 'periodo', p_periodo), null);
  return true;
end;
$$;
comment on function public.recuperar_ejecucion is 'Reclama tarde un periodo que nadie tomo; falso si ya corrio, si esta apagado o si no hay pasado';

-- «Ejecutar ahora» vale tambien apagado: quien lo pide lo quiere. Falso: uno ya espera o corre.
create function public.admin_correr_trabajo(p_trabajo text, p_ahora timestamptz, p_quien text)
returns boolean language plpgsql security definer set search_path = ''
as $$
begin
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('trabajo:' || p_trabajo));
  if cola.tiene_trabajo('trabajo:' || p_trabajo) then
    return false;
  end if;
  insert into public.ejecuciones_programadas (trabajo, periodo, reclamado_en, proceso, motivo)
  values (p_trabajo, p_ahora, p_ahora, p_quien, 'a_mano')
  on conflict (trabajo, periodo) do nothing;
  if not found then
    return false;
  end if;
  perform cola.encolar('programador', 'ejecutar_trabajo', 'trabajo:' || p_trabajo,
    jsonb_build_object('trabajo', p_trabajo, 'periodo', p_ahora), null);
  return true;
end;
$$;
comment on function public.admin_correr_trabajo is 'Deja en la cola un trabajo del programador fuera de su hora; falso si ya espera o corre';

-- La ultima ejecucion de cada uno con su estado, y cuales estan apagados, en una lectura.
create function public.admin_programador() returns jsonb
language sql stable set search_path = ''
as $$
  select jsonb_build_object(
    'apagados', coalesce((select jsonb_object_agg(t.trabajo, t.desde) from public.trabajos_programados t
                          where not t.activo), '{}'::jsonb),
    'ultimas', coalesce((select jsonb_agg(to_jsonb(e)) from (
      select u.* from (
        select distinct trabajo from public.ejecuciones_programadas
      ) nombres cross join lateral (
        select x.trabajo, x.periodo, x.estado, x.inicio, x.fin, x.resultado, x.motivo
        from public.ejecuciones_programadas x where x.trabajo = nombres.trabajo order by x.periodo desc limit 1
      ) u) e), '[]'::jsonb))
$$;
comment on function public.admin_programador is 'Que trabajos estan apagados y la ultima ejecucion de cada uno';

create function public.admin_encender_trabajo(p_trabajo text, p_activo boolean) returns boolean
language sql security definer set search_path = ''
as $$
  insert into public.trabajos_programados (trabajo, activo) values (p_trabajo, p_activo)
  on conflict (trabajo) do update set activo = excluded.activo, desde = now()
    where trabajos_programados.activo <> excluded.activo
  returning activo
$$;
comment on function public.admin_encender_trabajo is 'Enciende o apaga un trabajo del programador en todos los procesos';

-- Un trabajo de cada minuto deja 1,440 filas al dia: de lo terminado se guarda lo reciente y lo ultimo de cada uno.
create function public.limpiar_ejecuciones(p_dias integer) returns integer
language sql set search_path = ''
as $$
  with borradas as (
    delete from public.ejecuciones_programadas e
    where e.periodo < now() - make_interval(days => p_dias) and e.estado in ('hecho', 'fallido')
      and exists (select 1 from public.ejecuciones_programadas n where n.trabajo = e.trabajo and n.periodo > e.periodo)
    returning 1)
  select count(*)::integer from borradas
$$;
comment on function public.limpiar_ejecuciones is 'Olvida las ejecuciones viejas; la ultima de cada trabajo se queda';

-- ---------------------------------------------------------------- El id de la peticion viaja a la cola
-- PostgREST deja los encabezados en request.headers; el de la peticion que origino el trabajo se queda en sus argumentos.
create or replace function cola.encolar(p_cola text, p_tarea text, p_candado text, p_argumentos jsonb,
                                        p_cuando timestamptz default null)
returns bigint language plpgsql security definer set search_path = ''
as $$
declare
  encabezados text := nullif(current_setting('request.headers', true), '');
  peticion text := case when encabezados is not null then encabezados::jsonb ->> 'x-request-id' end;
begin
  return (cola.procrastinate_defer_jobs_v1(array[
    row(p_cola, p_tarea, 0, p_candado, null,
        case when peticion ~ '^[0-9a-f]{12}$' then p_argumentos || jsonb_build_object('peticion', peticion)
             else p_argumentos end,
        p_cuando)::cola.procrastinate_job_to_defer_v1]))[1];
end;
$$;

-- ---------------------------------------------------------------- Uso y costo por Nora
-- p_desde y p_hasta: el mes en la zona de la instalacion, como instantes.
create function public.admin_uso(p_desde timestamptz, p_hasta timestamptz) returns jsonb
language sql stable set search_path = ''
as $$
  with ia as (
    select u.nombre_nora, count(*) as llamadas, sum(u.tokens_entrada) as entrada, sum(u.tokens_salida) as salida,
           sum(u.costo) as costo
    from public.uso_ia u where u.fecha_creacion >= p_desde and u.fecha_creacion < p_hasta group by 1
  ), mensajes as (
    select m.nombre_nora, count(*) filter (where m.sentido = 'entrante') as recibidos,
           count(*) filter (where m.sentido = 'saliente' and m.autor = 'nora') as de_nora,
           count(*) filter (where m.sentido = 'saliente' and m.autor = 'persona') as de_personas
    from public.mensajes m where m.fecha_creacion >= p_desde and m.fecha_creacion < p_hasta group by 1
  )
  select coalesce(jsonb_agg(jsonb_build_object(
      'nombre_nora', n.nombre_nora, 'nombre_visible', n.nombre_visible, 'activo', n.activo,
      'recibidos', coalesce(m.recibidos, 0), 'de_nora', coalesce(m.de_nora, 0), 'de_personas', coalesce(m.de_personas, 0),
      'llamadas', coalesce(i.llamadas, 0), 'tokens_entrada', coalesce(i.entrada, 0),
      'tokens_salida', coalesce(i.salida, 0), 'costo', coalesce(i.costo, 0),
      'tope', coalesce(c.tope_mensual, 300)) order by coalesce(i.costo, 0) desc, m.recibidos desc nulls last, n.nombre_nora),
    '[]'::jsonb)
  from public.configuracion_bot n
  left join ia i on i.nombre_nora = n.nombre_nora
  left join mensajes m on m.nombre_nora = n.nombre_nora
  left join public.configuracion_ia c on c.nombre_nora = n.nombre_nora
$$;
comment on function public.admin_uso is 'Mensajes, tokens y pesos de cada Nora en un mes, con su tope';

revoke execute on function
  public.trabajo_apagado(text), public.recuperar_ejecucion(text, timestamptz, timestamptz, text),
  public.admin_correr_trabajo(text, timestamptz, text), public.admin_programador(),
  public.admin_encender_trabajo(text, boolean), public.limpiar_ejecuciones(integer),
  public.admin_uso(timestamptz, timestamptz)
from public, anon, authenticated;
grant execute on function
  public.trabajo_apagado(text), public.recuperar_ejecucion(text, timestamptz, timestamptz, text),
  public.admin_correr_trabajo(text, timestamptz, text), public.admin_programador(),
  public.admin_encender_trabajo(text, boolean), public.limpiar_ejecuciones(integer),
  public.admin_uso(timestamptz, timestamptz)
to service_role;
