-- El dueño contesta desde su telefono o desde otro programa con el mismo numero: cuenta como que escribio una persona.

-- p_mensajes: [{sid, direccion, texto, fecha}], lo que el proveedor mando por este numero. Lo nuestro se reconoce por su
-- sid, y lo nuestro que aun esta en duda no se toma por ajeno. Devuelve cuantos eran de afuera y no estaban.
create function public.anotar_de_afuera(p_nombre_nora text, p_mensajes jsonb)
returns integer language plpgsql set search_path = ''
as $$
declare
  x record;
  v public.conversaciones;
  v_pausa interval;
  v_mensaje bigint;
  cuantos integer := 0;
begin
  select make_interval(mins => n.pausa_persona_minutos) into v_pausa
  from public.configuracion_bot n where n.nombre_nora = p_nombre_nora;
  for x in
    select y.* from jsonb_to_recordset(p_mensajes) as y(sid text, direccion text, texto text, fecha timestamptz)
    where not exists (select 1 from public.mensajes m where m.nombre_nora = p_nombre_nora and m.proveedor_sid = y.sid)
      and not exists (select 1 from public.mensajes_salientes s
                      where s.nombre_nora = p_nombre_nora and s.proveedor_sid = y.sid)
    order by y.fecha, y.sid
  loop
    select c.* into v from public.conversaciones c
    join public.contactos p on p.nombre_nora = c.nombre_nora and p.id = c.contacto_id
    where c.nombre_nora = p_nombre_nora and p.direccion = x.direccion for update of c;
    continue when not found;
    continue when exists (
      select 1 from public.mensajes_salientes s
      where s.nombre_nora = p_nombre_nora and s.conversacion_id = v.id
        and (x.sid = any (s.sids_descartados)
             or (s.proveedor_sid is null and s.fecha_creacion > x.fecha - interval '1 day')));
    insert into public.mensajes (nombre_nora, conversacion_id, sentido, autor, texto, decisor, proveedor_sid, fecha_creacion)
    values (p_nombre_nora, v.id, 'saliente', 'persona', coalesce(x.texto, ''), 'desde_afuera', x.sid, x.fecha)
    on conflict (nombre_nora, proveedor_sid) do nothing returning id into v_mensaje;
    continue when v_mensaje is null;
    cuantos := cuantos + 1;
    update public.mensajes m set atendido_en = now()
    where m.nombre_nora = p_nombre_nora and m.conversacion_id = v.id and m.sentido = 'entrante'
      and m.atendido_en is null and m.fecha_creacion <= x.fecha;
    update public.conversaciones c
    set humano_hasta = case when x.fecha + v_pausa > now() then greatest(c.humano_hasta, x.fecha + v_pausa)
                            else c.humano_hasta end,
        opciones = null,
        espera_persona_desde = case when c.espera_persona_desde > x.fecha then c.espera_persona_desde end,
        motivo_espera = case when c.espera_persona_desde > x.fecha then c.motivo_espera else '' end,
        ultimo_mensaje_en = greatest(c.ultimo_mensaje_en, x.fecha),
        ultimo_texto = case when x.fecha >= c.ultimo_mensaje_en then left(coalesce(x.texto, ''), 160) else c.ultimo_texto end
    where c.nombre_nora = p_nombre_nora and c.id = v.id;
  end loop;
  return cuantos;
end;
$$;
comment on function public.anotar_de_afuera is
  'Lo que alguien mando por este numero sin pasar por Nora: se ve en la platica y Nora calla un rato';
-- El proveedor dice que la ventana de 24 horas esta cerrada aunque aqui parezca abierta: manda lo que diga el.
create function public.cerrar_ventana(p_nombre_nora text, p_saliente_id bigint, p_proveedor_sid text)
returns void language sql set search_path = ''
as $$
  update public.conversaciones c set ultimo_entrante_en = least(c.ultimo_entrante_en, s.fecha_creacion - interval '24 hours')
  from public.mensajes_salientes s
  where s.nombre_nora = p_nombre_nora and c.nombre_nora = p_nombre_nora and c.id = s.conversacion_id
    and case when p_saliente_id is not null then s.id = p_saliente_id else s.proveedor_sid = p_proveedor_sid end
    and coalesce(c.ultimo_entrante_en <= s.fecha_creacion, true)
$$;
comment on function public.cerrar_ventana is 'Desde ahora en esa platica solo plantillas, hasta que el cliente vuelva a escribir';

revoke execute on function public.anotar_de_afuera(text, jsonb), public.cerrar_ventana(text, bigint, text)
  from public, anon, authenticated;
grant execute on function public.anotar_de_afuera(text, jsonb), public.cerrar_ventana(text, bigint, text) to service_role;
