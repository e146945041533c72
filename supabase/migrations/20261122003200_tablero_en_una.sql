-- El tablero en una sola peticion aunque haya mas modulos con tarjeta: cada uno pone lo suyo si esta encendido.

create or replace function public.tablero_panel(p_zona text, p_usuario_id uuid) returns jsonb
language sql stable set search_path = ''
as $$
  select public.resumen_panel(p_zona) || jsonb_build_object(
    'pasos', public.primeros_pasos(p_usuario_id),
    'tareas', case when n.modulos ? 'tareas' then public.resumen_tareas(null, now(),
      (date_trunc('day', now() at time zone p_zona) + interval '1 day') at time zone p_zona) end,
    'ia', case when n.modulos ? 'ia' then public.resumen_ia() end)
  from public.configuracion_bot n where n.nombre_nora = (select public.nora_del_token())
$$;
