-- Motor: lo frenado se da por visto al contestar, lo viejo se olvida con sus mensajes, y un freno del proveedor detiene
-- a todo el numero y no a un solo mensaje.

-- ---------------------------------------------------------------- Lo frenado
create function public.dar_por_visto_lo_frenado() returns trigger
language plpgsql set search_path = ''
as $$
begin
  update public.turnos_ia t set revisado_en = now()
  where t.nombre_nora = new.nombre_nora and t.conversacion_id = new.conversacion_id
    and t.resultado = 'frenado' and t.revisado_en is null;
  return null;
end;
$$;
comment on function public.dar_por_visto_lo_frenado is 'Una persona ya contesto: el borrador que Nora no mando deja de estar pendiente';
create trigger dar_por_visto_lo_frenado after insert on public.mensajes
  for each row when (new.sentido = 'saliente' and new.autor = 'persona') execute function public.dar_por_visto_lo_frenado();
create index turnos_ia_frenados_de_conversacion on public.turnos_ia (nombre_nora, conversacion_id)
  where resultado = 'frenado' and revisado_en is null;

-- ---------------------------------------------------------------- Retencion
-- Lo que el modelo leyo y quiso decir, lo que hizo y lo contestado en formularios se van con los mensajes de su epoca.
create function public.olvidar_con_los_mensajes() returns trigger
language plpgsql set search_path = ''
as $$
begin
  delete from public.turnos_ia t using viejos v
  where t.nombre_nora = v.nombre_nora and t.conversacion_id = v.conversacion_id and t.hasta_mensaje = v.id;
  with hasta as (
    select v.nombre_nora, v.conversacion_id, max(v.fecha_creacion) as fecha from viejos v group by 1, 2)
  delete from public.acciones_ia a using hasta h
  where a.nombre_nora = h.nombre_nora and a.conversacion_id = h.conversacion_id and a.fecha_creacion <= h.fecha
    and a.estado not in ('haciendo', 'por_aprobar');
  with hasta as (
    select v.nombre_nora, v.conversacion_id, max(v.fecha_creacion) as fecha from viejos v group by 1, 2)
  delete from public.formulario_respuestas f using hasta h
  where f.nombre_nora = h.nombre_nora and f.conversacion_id = h.conversacion_id and f.fecha_creacion <= h.fecha
    and f.estado <> 'en_curso';
  return null;
end;
$$;
comment on function public.olvidar_con_los_mensajes is 'Al borrar mensajes por su edad se borra tambien lo que salio de ellos';
create trigger olvidar_con_los_mensajes after delete on public.mensajes
  referencing old table as viejos for each statement execute function public.olvidar_con_los_mensajes();

-- ---------------------------------------------------------------- El freno del proveedor
alter table public.configuracion_bot
  add column envios_pausados_hasta timestamptz,
  add column envios_pausa_codigo integer;
comment on column public.configuracion_bot.envios_pausados_hasta is
  'El proveedor freno a este numero: nada suyo sale hasta entonces; pasado, no significa nada';
comment on column public.configuracion_bot.envios_pausa_codigo is 'El error con que lo freno';

create function public.pausar_envios(p_nombre_nora text, p_segundos integer, p_codigo integer)
returns void language sql set search_path = ''
as $$
  update public.configuracion_bot n
  set envios_pausados_hasta = greatest(n.envios_pausados_hasta, now() + make_interval(secs => least(p_segundos, 3600))),
      envios_pausa_codigo = p_codigo
  where n.nombre_nora = p_nombre_nora
    and coalesce(n.envios_pausados_hasta, '-infinity') < now() + make_interval(secs => least(p_segundos, 3600) - 1)
$$;
comment on function public.pausar_envios is 'El proveedor freno a este numero: lo demas que iba a salir espera, en vez de gastar un rechazo cada uno';

-- Lo mismo de antes, con lo que le pasa al contacto; y con el numero en pausa no se reclama: devuelve {pausa_s} y sigue
-- pendiente.
create or replace function public.tomar_saliente(p_nombre_nora text, p_saliente_id bigint)
returns jsonb language plpgsql set search_path = ''
as $$
declare
  s public.mensajes_salientes;
  anterior text;
  pausa numeric;
begin
  select * into s from public.mensajes_salientes t
  where t.nombre_nora = p_nombre_nora and t.id = p_saliente_id for update;
  if not found or s.estado not in ('pendiente', 'enviando') then
    return null;
  end if;
  anterior := s.estado;
  if anterior = 'pendiente' and s.canal <> 'simulador' then
    select extract(epoch from n.envios_pausados_hasta - clock_timestamp()) into pausa
    from public.configuracion_bot n where n.nombre_nora = p_nombre_nora;
    if pausa > 0 then
      return jsonb_build_object('pausa_s', pausa);
    end if;
  end if;
  update public.mensajes_salientes t
  set estado = 'enviando', intentos = t.intentos + 1, enviando_desde = coalesce(t.enviando_desde, now())
  where t.nombre_nora = p_nombre_nora and t.id = p_saliente_id
  returning * into s;
  return to_jsonb(s) || jsonb_build_object(
    'estado_anterior', anterior,
    'enviando_hace_s', extract(epoch from clock_timestamp() - s.enviando_desde),
    'ventana_abierta', coalesce((
      select c.ultimo_entrante_en > clock_timestamp() - interval '24 hours' from public.conversaciones c
      where c.nombre_nora = p_nombre_nora and c.id = s.conversacion_id), false),
    'numero_nora', (select n.numero_nora from public.configuracion_bot n where n.nombre_nora = p_nombre_nora),
    'problema', coalesce((
      select p.problema_envio from public.conversaciones c
      join public.contactos p on p.nombre_nora = c.nombre_nora and p.id = c.contacto_id
      where c.nombre_nora = p_nombre_nora and c.id = s.conversacion_id), ''),
    'nora_activa', (select n.activo from public.configuracion_bot n where n.nombre_nora = p_nombre_nora));
end;
$$;

revoke execute on function public.pausar_envios(text, integer, integer), public.dar_por_visto_lo_frenado(),
  public.olvidar_con_los_mensajes() from public, anon, authenticated;
grant execute on function public.pausar_envios(text, integer, integer), public.dar_por_visto_lo_frenado(),
  public.olvidar_con_los_mensajes() to service_role;

-- ---------------------------------------------------------------- Vectores de otro modelo
create function public.vectores_por_hacer(p_modelo text)
returns jsonb language sql stable set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('nombre_nora', x.nombre_nora, 'faltan', x.faltan, 'hay', x.hay)
                            order by x.faltan, x.nombre_nora), '[]')
  from (
    select k.nombre_nora, count(*) filter (where k.modelo_vector <> p_modelo) as faltan, count(*) as hay
    from public.conocimiento_nora k
    join public.configuracion_bot n on n.nombre_nora = k.nombre_nora and n.activo
    group by 1) x
  where x.faltan > 0
$$;
comment on function public.vectores_por_hacer is
  'Por Nora, cuantos bloques no tienen vector del modelo actual y cuantos hay; las que menos deben, primero';

create function public.avance_de_vectores(p_modelo text)
returns jsonb language sql stable set search_path = ''
as $$
  select jsonb_build_object('faltan', count(*) filter (where k.modelo_vector <> p_modelo), 'hay', count(*))
  from public.conocimiento_nora k where k.nombre_nora = (select public.nora_del_token())
$$;
comment on function public.avance_de_vectores is 'Lo mismo, de la Nora del token';
revoke execute on function public.vectores_por_hacer(text), public.avance_de_vectores(text) from public, anon, authenticated;
grant execute on function public.vectores_por_hacer(text) to service_role;
grant execute on function public.avance_de_vectores(text) to authenticated, service_role;
