-- Quien tomo un mensaje y tardo en llegar al proveedor (un proceso sin procesador, un disco lento) puede haber sido dado
-- por muerto y su mensaje, tomado por otro. Cada toma sube `intentos`: si ya no es el suyo, no lo manda; si lo es, la
-- espera de lo dudoso vuelve a contar desde ahora, que es cuando de verdad va a salir.
create function public.confirmar_saliente(p_nombre_nora text, p_saliente_id bigint, p_intentos integer)
returns boolean language plpgsql set search_path = ''
as $$
begin
  update public.mensajes_salientes s set enviando_desde = clock_timestamp()
  where s.nombre_nora = p_nombre_nora and s.id = p_saliente_id and s.estado = 'enviando' and s.intentos = p_intentos;
  return found;
end;
$$;
comment on function public.confirmar_saliente is 'Si un mensaje tomado hace rato sigue siendo de quien lo tomo, justo antes de mandarlo';
revoke execute on function public.confirmar_saliente(text, bigint, integer) from public, anon, authenticated;
grant execute on function public.confirmar_saliente(text, bigint, integer) to service_role;
