-- Varios mensajes entrantes de una Nora en una sola orden: una confirmacion, y una sola fila para los avisos.
-- p_mensajes: [{canal, proveedor_sid, direccion, direccion_envio, telefono, nombre_perfil, texto, tipo, medios, crudo}].
-- Devuelve lo que recibir_mensaje de cada uno, en el mismo orden.
create function public.recibir_mensajes(p_nombre_nora text, p_mensajes jsonb) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  v_mensaje record;
  v_guardados jsonb := '{}';
begin
  -- Siempre en el mismo orden de contactos: dos procesos con los mismos clientes no se traban uno al otro.
  for v_mensaje in
    select m.valor, m.lugar from jsonb_array_elements(p_mensajes) with ordinality as m (valor, lugar)
    order by m.valor ->> 'direccion', m.lugar
  loop
    v_guardados := v_guardados || jsonb_build_object(v_mensaje.lugar::text, public.recibir_mensaje(
      p_nombre_nora => p_nombre_nora,
      p_canal => v_mensaje.valor ->> 'canal',
      p_proveedor_sid => v_mensaje.valor ->> 'proveedor_sid',
      p_direccion => v_mensaje.valor ->> 'direccion',
      p_direccion_envio => v_mensaje.valor ->> 'direccion_envio',
      p_telefono => v_mensaje.valor ->> 'telefono',
      p_nombre_perfil => v_mensaje.valor ->> 'nombre_perfil',
      p_texto => v_mensaje.valor ->> 'texto',
      p_tipo => v_mensaje.valor ->> 'tipo',
      p_medios => v_mensaje.valor -> 'medios',
      p_crudo => v_mensaje.valor -> 'crudo'));
  end loop;
  return (select jsonb_agg(v_guardados -> lugar::text order by lugar)
          from generate_series(1, jsonb_array_length(p_mensajes)) lugar);
end;
$$;
comment on function public.recibir_mensajes is 'Guarda varios mensajes entrantes de una Nora, todos o ninguno, cada uno una sola vez';
revoke execute on function public.recibir_mensajes(text, jsonb) from public, anon, authenticated;
grant execute on function public.recibir_mensajes(text, jsonb) to authenticated, service_role;
