-- Pedir un lapso corto cuando la cuenta lleva tiempo sin leerse dejaba dias sin leer entre lo ultimo que habia y ese lapso,
-- y ultimo_dia los daba por leidos. Ahora siempre se empieza, a mas tardar, siete dias antes de lo ultimo que hay.
create or replace function public.meta_ads_pedir(p_cuenta_id uuid, p_hoy date, p_desde date, p_primeros integer, p_usuario_id uuid)
returns uuid language plpgsql set search_path = ''
as $$
declare
  c public.meta_ads_cuentas;
  v_id uuid;
begin
  select * into c from public.meta_ads_cuentas x
  where x.nombre_nora = (select public.nora_del_token()) and x.id = p_cuenta_id and x.uso = 'vinculada';
  if not found then
    raise exception 'cuenta no encontrada' using errcode = 'P0002';
  end if;
  insert into public.meta_ads_sincronizaciones (nombre_nora, cuenta_id, desde, hasta, pedida_por)
  values (c.nombre_nora, c.id, least(p_hoy, coalesce(least(p_desde, c.ultimo_dia - 6), p_hoy - p_primeros + 1)), p_hoy, p_usuario_id)
  on conflict do nothing returning id into v_id;
  if v_id is null then
    select s.id into v_id from public.meta_ads_sincronizaciones s
    where s.nombre_nora = c.nombre_nora and s.cuenta_id = c.id and s.estado in ('pendiente', 'corriendo', 'pausada');
  end if;
  return v_id;
end;
$$;
comment on column public.meta_ads_cuentas.estado is
  'account_status de Meta: 1 activa, 2 desactivada, 3 con adeudo, 101 cerrada...; -1 si dejo de verse con este permiso';
