-- Un mensaje entrante cuesta menos: la conversacion se escribe una vez, y avisa una vez.
-- La conversacion se toca una vez y no dos: cada cambio suyo reescribe sus indices.
create or replace function public.recibir_mensaje(
  p_nombre_nora text, p_canal text, p_proveedor_sid text, p_direccion text, p_direccion_envio text,
  p_telefono text default null, p_nombre_perfil text default '', p_texto text default '', p_tipo text default 'texto',
  p_medios jsonb default '[]', p_crudo jsonb default null)
returns jsonb language plpgsql set search_path = ''
as $$
declare
  v_contacto uuid;
  v_conversacion uuid;
  v_mensaje bigint;
begin
  select m.id, m.conversacion_id into v_mensaje, v_conversacion
  from public.mensajes m where m.nombre_nora = p_nombre_nora and m.proveedor_sid = p_proveedor_sid;
  if found then
    return jsonb_build_object('nuevo', false, 'mensaje_id', v_mensaje, 'conversacion_id', v_conversacion);
  end if;

  insert into public.contactos as c (nombre_nora, canal, direccion, direccion_envio, telefono, nombre_perfil,
                                     ultimo_mensaje_en)
  values (p_nombre_nora, p_canal, p_direccion, p_direccion_envio, p_telefono, coalesce(p_nombre_perfil, ''), now())
  on conflict (nombre_nora, direccion) do update
    set direccion_envio = excluded.direccion_envio,
        nombre_perfil = case when excluded.nombre_perfil <> '' then excluded.nombre_perfil else c.nombre_perfil end,
        problema_envio = '',
        ultimo_mensaje_en = now()
  returning c.id into v_contacto;

  insert into public.conversaciones as v (nombre_nora, contacto_id, canal, ultimo_mensaje_en, ultimo_entrante_en,
                                          no_leidos, ultimo_texto)
  values (p_nombre_nora, v_contacto, p_canal, now(), now(), 1,
          left(case when coalesce(p_texto, '') <> '' then p_texto else '[' || p_tipo || ']' end, 160))
  on conflict (nombre_nora, contacto_id) do update
    set canal = excluded.canal, ultimo_mensaje_en = now(), ultimo_entrante_en = now(), no_leidos = v.no_leidos + 1,
        ultimo_texto = excluded.ultimo_texto
  returning v.id into v_conversacion;

  insert into public.mensajes (nombre_nora, conversacion_id, sentido, autor, tipo, texto, medios, proveedor_sid, crudo)
  values (p_nombre_nora, v_conversacion, 'entrante', 'contacto', p_tipo, coalesce(p_texto, ''),
          coalesce(p_medios, '[]'), p_proveedor_sid, p_crudo)
  on conflict (nombre_nora, proveedor_sid) do nothing
  returning id into v_mensaje;
  if v_mensaje is null then  -- otro proceso lo guardo entre tanto, y ya lo conto
    update public.conversaciones v set no_leidos = greatest(v.no_leidos - 1, 0)
    where v.nombre_nora = p_nombre_nora and v.id = v_conversacion;
    select m.id, m.conversacion_id into v_mensaje, v_conversacion
    from public.mensajes m where m.nombre_nora = p_nombre_nora and m.proveedor_sid = p_proveedor_sid;
    return jsonb_build_object('nuevo', false, 'mensaje_id', v_mensaje, 'conversacion_id', v_conversacion);
  end if;
  return jsonb_build_object('nuevo', true, 'mensaje_id', v_mensaje, 'conversacion_id', v_conversacion,
                            'contacto_id', v_contacto);
end;
$$;

-- Un mensaje nuevo ya avisa por si mismo: la cuenta de no leidos avisa solo cuando baja, porque alguien leyo.
drop trigger avisar_conversacion on public.conversaciones;
create trigger avisar_conversacion after update on public.conversaciones
  for each row when (old.humano_hasta is distinct from new.humano_hasta
                     or old.espera_persona_desde is distinct from new.espera_persona_desde
                     or old.no_leidos > new.no_leidos)
  execute function public.avisar_cambio();
