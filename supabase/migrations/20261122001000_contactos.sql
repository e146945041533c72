-- Contactos: guardar a alguien con sus etiquetas es una sola cosa, o no pasa nada.

-- Crea (p_contacto_id nulo) o cambia un contacto de la Nora del token, y deja justo estas etiquetas; las que no existen
-- se crean. Devuelve su id.
-- Errores: P0002 no existe; 23505 ya hay alguien con ese telefono; P0001 ya hay platica por su telefono y no se cambia.
create function public.guardar_contacto(
  p_contacto_id uuid, p_nombre text, p_telefono text, p_correo text, p_notas text, p_etiquetas text[] default '{}')
returns uuid language plpgsql set search_path = ''
as $$
declare
  v_nora text := public.nora_del_token();
  v_id uuid := p_contacto_id;
  v_direccion text := 'whatsapp:' || p_telefono;
  c public.contactos;
begin
  if v_id is null then
    insert into public.contactos (nombre_nora, direccion, direccion_envio, telefono, nombre, correo, notas)
    values (v_nora, v_direccion, v_direccion, p_telefono, p_nombre, p_correo, p_notas)
    returning id into v_id;
  else
    select * into c from public.contactos t where t.nombre_nora = v_nora and t.id = v_id for update;
    if not found then
      raise exception 'contacto no encontrado' using errcode = 'P0002';
    end if;
    if p_telefono is distinct from c.telefono and p_telefono is not null then
      if exists (select 1 from public.contactos t
                 where t.nombre_nora = v_nora and t.direccion = v_direccion and t.id <> v_id) then
        raise exception 'telefono repetido' using errcode = '23505';
      end if;
      -- Su direccion es de donde escribe: con platica abierta, cambiarla mandaria las respuestas a otra persona.
      if c.direccion = 'whatsapp:' || c.telefono then
        if exists (select 1 from public.conversaciones v where v.nombre_nora = v_nora and v.contacto_id = v_id) then
          raise exception 'el telefono tiene platica' using errcode = 'P0001';
        end if;
        c.direccion := v_direccion;
        c.direccion_envio := v_direccion;
      end if;
    end if;
    update public.contactos t
    set nombre = p_nombre, telefono = coalesce(p_telefono, t.telefono), correo = p_correo, notas = p_notas,
        direccion = c.direccion, direccion_envio = c.direccion_envio
    where t.nombre_nora = v_nora and t.id = v_id;
  end if;

  -- «VIP» y «vip» son la misma etiqueta: se busca sin acentos ni mayusculas.
  insert into public.etiquetas (nombre_nora, nombre)
  select distinct on (public.normalizar(btrim(n))) v_nora, btrim(n)
  from unnest(p_etiquetas) as n
  where btrim(n) <> '' and not exists (
    select 1 from public.etiquetas e
    where e.nombre_nora = v_nora and public.normalizar(e.nombre) = public.normalizar(btrim(n)))
  on conflict (nombre_nora, nombre) do nothing;

  delete from public.contacto_etiquetas ce
  where ce.nombre_nora = v_nora and ce.contacto_id = v_id and ce.etiqueta_id not in (
    select e.id from public.etiquetas e join unnest(p_etiquetas) as n
      on public.normalizar(e.nombre) = public.normalizar(btrim(n))
    where e.nombre_nora = v_nora);
  insert into public.contacto_etiquetas (nombre_nora, contacto_id, etiqueta_id)
  select distinct v_nora, v_id, e.id from public.etiquetas e join unnest(p_etiquetas) as n
    on public.normalizar(e.nombre) = public.normalizar(btrim(n))
  where e.nombre_nora = v_nora
  on conflict do nothing;
  return v_id;
end;
$$;
comment on function public.guardar_contacto is 'Crea o cambia un contacto de la Nora del token con sus etiquetas, todo o nada';

revoke execute on function public.guardar_contacto(uuid, text, text, text, text, text[]) from public, anon;
grant execute on function public.guardar_contacto(uuid, text, text, text, text, text[]) to authenticated, service_role;
