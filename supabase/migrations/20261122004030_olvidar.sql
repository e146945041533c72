-- Las hojas subidas guardan renglones de personas: los que no entraron, y la hoja entera mientras nadie la confirma.
-- Al borrarse un contacto se va de ellas lo que lleve su numero; una hoja sin confirmar que lo trae se va completa.
create function public.olvidar_en_hojas() returns trigger
language plpgsql set search_path = ''
as $$
declare
  digitos text := right(regexp_replace(coalesce(old.telefono, ''), '\D', '', 'g'), 10);
begin
  if length(digitos) < 10 then
    return null;
  end if;
  delete from public.importaciones i
  where i.nombre_nora = old.nombre_nora and i.estado = 'por_revisar'
    and position(digitos in regexp_replace(i.contenido, '\D', '', 'g')) > 0;
  update public.importaciones i
  set errores = (select coalesce(jsonb_agg(x.e order by x.n), '[]'::jsonb)
                 from jsonb_array_elements(i.errores) with ordinality as x(e, n)
                 where position(digitos in regexp_replace(x.e::text, '\D', '', 'g')) = 0)
  where i.nombre_nora = old.nombre_nora
    and position(digitos in regexp_replace(i.errores::text, '\D', '', 'g')) > 0;
  return null;
end;
$$;
comment on function public.olvidar_en_hojas is 'Quita de las hojas subidas los renglones con el numero del contacto que se borra';
revoke execute on function public.olvidar_en_hojas() from public, anon;
create trigger olvidar_en_hojas after delete on public.contactos
  for each row when (old.telefono is not null) execute function public.olvidar_en_hojas();

-- La retencion de una Nora no es solo de sus mensajes: tambien de lo que quedo dicho de ellos en otras tablas.
create function public.borrar_rastros_viejos(p_nombre_nora text, p_dias integer) returns integer
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
  update public.conversaciones c set ultimo_texto = ''
  where c.nombre_nora = p_nombre_nora and c.ultimo_mensaje_en < limite and c.ultimo_texto <> ''
    and not exists (select 1 from public.mensajes m where m.nombre_nora = c.nombre_nora and m.conversacion_id = c.id);
  get diagnostics cuantos = row_count;
  return borrados + cuantos;
end;
$$;
comment on function public.borrar_rastros_viejos is 'Borra lo que otras tablas guardan de mensajes fuera de la retencion; devuelve cuantas filas';
revoke execute on function public.borrar_rastros_viejos(text, integer) from public, anon, authenticated;
grant execute on function public.borrar_rastros_viejos(text, integer) to service_role;

-- Cuenta lo mismo que se borraria: lo que falta por atender o esta por salir no se borra.
create or replace function public.contar_mensajes_viejos(p_nombre_nora text, p_dias integer) returns bigint
language sql stable set search_path = ''
as $$
  select count(*) from public.mensajes v
  where v.nombre_nora = p_nombre_nora and v.fecha_creacion < now() - make_interval(days => p_dias)
    and (v.sentido = 'saliente' or v.atendido_en is not null)
    and not exists (select 1 from public.mensajes_salientes s
      where s.nombre_nora = v.nombre_nora and s.mensaje_id = v.id and s.estado in ('pendiente', 'enviando'))
$$;
