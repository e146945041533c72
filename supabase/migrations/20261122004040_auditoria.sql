-- La auditoria se busca por fecha y se guarda un plazo; la retencion de una Nora alcanza lo que se anoto y se programo
-- en sus conversaciones; y lo que gasta cada Nora se ve sin leer todos los mensajes.

create index auditoria_por_momento on public.auditoria (momento);

-- Quienes salen en la auditoria de la Nora del token, para elegir a una.
create function public.personas_de_auditoria() returns jsonb
language sql stable set search_path = ''
as $$
  select coalesce(jsonb_agg(p.correo order by p.correo), '[]'::jsonb)
  from (select distinct a.correo from public.auditoria a
        where a.nombre_nora = public.nora_del_token() and a.correo <> '') p
$$;
comment on function public.personas_de_auditoria is 'Los correos de quienes hicieron algo en la Nora del token';
revoke execute on function public.personas_de_auditoria() from public, anon;
grant execute on function public.personas_de_auditoria() to authenticated;

create function public.borrar_auditoria_vieja(p_antes_de timestamptz, p_cuantos integer) returns integer
language sql volatile set search_path = ''
as $$
  with borradas as (
    delete from public.auditoria a
    where a.id in (select v.id from public.auditoria v where v.momento < p_antes_de order by v.momento limit p_cuantos)
    returning 1)
  select count(*)::integer from borradas
$$;
comment on function public.borrar_auditoria_vieja is 'Borra por partes los renglones de auditoria de antes de una fecha';
revoke execute on function public.borrar_auditoria_vieja(timestamptz, integer) from public, anon, authenticated;
grant execute on function public.borrar_auditoria_vieja(timestamptz, integer) to service_role;

-- La retencion de una Nora no es solo de sus mensajes: tambien de lo que quedo dicho de ellos en otras tablas.
create or replace function public.borrar_rastros_viejos(p_nombre_nora text, p_dias integer) returns integer
language plpgsql volatile set search_path = ''
as $$
declare
  limite timestamptz := now() - make_interval(days => p_dias);
  borrados integer := 0;
  cuantos integer;
begin
  -- Lo que el modelo quiso decir y las herramientas que uso, menos lo que espera a que alguien decida.
  delete from public.turnos_ia t where t.nombre_nora = p_nombre_nora and t.fecha_creacion < limite;
  get diagnostics cuantos = row_count;
  borrados := borrados + cuantos;
  delete from public.acciones_ia a
  where a.nombre_nora = p_nombre_nora and a.fecha_creacion < limite and a.estado not in ('haciendo', 'por_aprobar');
  get diagnostics cuantos = row_count;
  borrados := borrados + cuantos;
  delete from public.formulario_respuestas f
  where f.nombre_nora = p_nombre_nora and f.fecha_creacion < limite and f.estado <> 'en_curso';
  get diagnostics cuantos = row_count;
  borrados := borrados + cuantos;
  -- Las notas del equipo y la historia de la platica; las menciones se van con su nota.
  delete from public.conversacion_sucesos s where s.nombre_nora = p_nombre_nora and s.fecha_creacion < limite;
  get diagnostics cuantos = row_count;
  borrados := borrados + cuantos;
  -- Lo programado que ya salio, se cancelo o se detuvo; lo que esta por salir, nunca.
  delete from public.mensajes_programados m
  where m.nombre_nora = p_nombre_nora and m.cuando < limite and m.estado <> 'pendiente';
  get diagnostics cuantos = row_count;
  borrados := borrados + cuantos;
  update public.conversaciones c set ultimo_texto = ''
  where c.nombre_nora = p_nombre_nora and c.ultimo_mensaje_en < limite and c.ultimo_texto <> ''
    and not exists (select 1 from public.mensajes m where m.nombre_nora = c.nombre_nora and m.conversacion_id = c.id);
  get diagnostics cuantos = row_count;
  return borrados + cuantos;
end;
$$;

-- ---------------------------------------------------------------- Uso y costo
-- Lo de una Nora, con la forma de un renglon de admin_uso.
create function public.admin_uso_de_nora(p_nombre_nora text, p_desde timestamptz, p_hasta timestamptz) returns jsonb
language sql stable set search_path = ''
as $$
  select jsonb_build_object('nombre_nora', n.nombre_nora, 'nombre_visible', n.nombre_visible, 'activo', n.activo,
    'tope', coalesce(c.tope_mensual, 300)) || to_jsonb(i) || to_jsonb(m)
  from public.configuracion_bot n
  left join public.configuracion_ia c on c.nombre_nora = n.nombre_nora
  cross join lateral (
    select count(*) as llamadas, coalesce(sum(u.tokens_entrada), 0) as tokens_entrada,
           coalesce(sum(u.tokens_salida), 0) as tokens_salida, coalesce(sum(u.costo), 0) as costo
    from public.uso_ia u
    where u.nombre_nora = n.nombre_nora and u.fecha_creacion >= p_desde and u.fecha_creacion < p_hasta) i
  cross join lateral (
    select count(*) filter (where v.autor = 'contacto') as recibidos, count(*) filter (where v.autor = 'nora') as de_nora,
           count(*) filter (where v.autor = 'persona') as de_personas
    from public.mensajes v
    where v.nombre_nora = n.nombre_nora and v.fecha_creacion >= p_desde and v.fecha_creacion < p_hasta) m
  where n.nombre_nora = p_nombre_nora
$$;
comment on function public.admin_uso_de_nora is 'Mensajes, tokens y pesos de una Nora en un plazo, con su tope; nulo si no existe';

create function public.admin_gasto(p_desde timestamptz, p_hasta timestamptz, p_cuantas integer) returns jsonb
language sql stable set search_path = ''
as $$
  with gasto as materialized (
    select n.nombre_nora, n.nombre_visible, sum(u.costo) as costo, coalesce(max(c.tope_mensual), 300) as tope
    from public.configuracion_bot n
    join public.uso_ia u on u.nombre_nora = n.nombre_nora and u.fecha_creacion >= p_desde and u.fecha_creacion < p_hasta
    left join public.configuracion_ia c on c.nombre_nora = n.nombre_nora
    group by n.nombre_nora
  )
  select jsonb_build_object(
    'costo', (select coalesce(sum(g.costo), 0) from gasto g),
    'en_tope', (select count(*) from gasto g where g.costo >= 0.8 * g.tope),
    'mas', coalesce((select jsonb_agg(to_jsonb(t)) from (
      select * from gasto g where g.costo > 0 order by g.costo desc, g.nombre_nora limit p_cuantas) t), '[]'::jsonb))
$$;
comment on function public.admin_gasto is 'Lo gastado en modelos por todas las Noras en un plazo, cuantas van en 80% de su tope y las que mas';

revoke execute on function
  public.admin_uso_de_nora(text, timestamptz, timestamptz), public.admin_gasto(timestamptz, timestamptz, integer)
from public, anon, authenticated;
grant execute on function
  public.admin_uso_de_nora(text, timestamptz, timestamptz), public.admin_gasto(timestamptz, timestamptz, integer)
to service_role;
