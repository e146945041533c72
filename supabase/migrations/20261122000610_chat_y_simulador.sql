-- Lo que piden las pantallas de chat y simulador: cada una, de una sola vez.

-- ---------------------------------------------------------------- Quien escribio
-- `usuarios` no se ve desde una Nora; de quien trabaja en ella (o la administra) si se sabe el nombre.
create policy buscador on public.usuarios for select to nora_buscador using (true);
create policy buscador on public.usuarios_noras for select to nora_buscador using (true);
grant select (id, nombre, correo, es_admin) on public.usuarios to nora_buscador;
grant select (usuario_id, nombre_nora) on public.usuarios_noras to nora_buscador;

create function public.nombre_de_persona(p_usuario_id uuid) returns text
language sql stable security definer set search_path = ''
as $$
  select coalesce(nullif(btrim(u.nombre), ''), u.correo) from public.usuarios u
  where u.id = p_usuario_id
    and (u.es_admin or exists (
      select 1 from public.usuarios_noras n
      where n.usuario_id = u.id and n.nombre_nora = (select public.nora_del_token())))
$$;
comment on function public.nombre_de_persona(uuid) is 'Como se llama alguien del equipo de la Nora del token; nulo si no es de ella';

-- ---------------------------------------------------------------- Un mensaje
create function public.mensaje_en_pantalla(m public.mensajes) returns jsonb
language sql stable set search_path = ''
as $$
  select jsonb_build_object(
    'id', m.id, 'sentido', m.sentido, 'autor', m.autor, 'tipo', m.tipo, 'texto', m.texto, 'decisor', m.decisor,
    'fuentes', m.fuentes, 'fecha_creacion', m.fecha_creacion, 'atendido', m.atendido_en is not null,
    'persona', case when m.usuario_id is not null then public.nombre_de_persona(m.usuario_id) end,
    'clave', case when m.proveedor_sid like 'panel:%' then substr(m.proveedor_sid, 7)
                  when m.proveedor_sid like 'sim:%' then substr(m.proveedor_sid, 5) end,
    'estado', s.estado, 'error_texto', coalesce(s.error_texto, ''))
  from (select 1) as uno
  left join public.mensajes_salientes s on s.nombre_nora = m.nombre_nora and s.mensaje_id = m.id
$$;
comment on function public.mensaje_en_pantalla(public.mensajes) is 'Un mensaje con su autor y el estado de su envio, como se muestra';

-- ---------------------------------------------------------------- La lista
create index conversaciones_sin_leer on public.conversaciones (nombre_nora, ultimo_mensaje_en desc, id)
  where no_leidos > 0;

create function public.listar_conversaciones(
  p_filtro text default 'todas', p_texto text default '', p_antes_en timestamptz default null,
  p_antes_id uuid default null, p_limite integer default 30)
returns jsonb language plpgsql stable set search_path = ''
as $$
declare
  nora text := public.nora_del_token();
  pagina jsonb;
begin
  select coalesce(jsonb_agg(to_jsonb(fila) order by fila.ultimo_mensaje_en desc, fila.id desc), '[]') into pagina
  from (
    select v.id, v.canal, v.ultimo_mensaje_en, v.ultimo_texto, v.no_leidos, v.espera_persona_desde,
           v.humano_hasta > now() as con_persona,
           c.nombre, c.nombre_perfil, c.telefono, c.direccion,
           (select m.autor from public.mensajes m where m.nombre_nora = nora and m.conversacion_id = v.id
            order by m.id desc limit 1) as ultimo_autor
    from public.conversaciones v
    join public.contactos c on c.nombre_nora = v.nombre_nora and c.id = v.contacto_id
    where v.nombre_nora = nora
      and (p_filtro <> 'esperan' or v.espera_persona_desde is not null)
      and (p_filtro <> 'sin_leer' or v.no_leidos > 0)
      and (btrim(p_texto) = '' or v.contacto_id in (select b.id from public.buscar_contactos(p_texto, 100) as b))
      and (p_antes_en is null or (v.ultimo_mensaje_en, v.id) < (p_antes_en, p_antes_id))
    order by v.ultimo_mensaje_en desc, v.id desc
    limit least(greatest(p_limite, 1), 100)
  ) as fila;
  return jsonb_build_object(
    'conversaciones', pagina,
    -- Con saber que son cien o mas basta.
    'esperan', (select count(*) from (
      select 1 from public.conversaciones v
      where v.nombre_nora = nora and v.espera_persona_desde is not null limit 100) as x),
    'sin_leer', (select count(*) from (
      select 1 from public.conversaciones v where v.nombre_nora = nora and v.no_leidos > 0 limit 100) as x));
end;
$$;
comment on function public.listar_conversaciones is 'Conversaciones de la Nora del token, lo mas reciente primero, y cuantas esperan o faltan por leer';

-- ---------------------------------------------------------------- Una conversacion
-- Nulo si no existe (o no es de la Nora del token). `cambiados`: los mensajes de p_ids, como estan ahora.
create function public.leer_conversacion(
  p_conversacion_id uuid, p_antes_de bigint default null, p_despues_de bigint default null,
  p_ids bigint[] default '{}', p_limite integer default 40)
returns jsonb language sql stable set search_path = ''
as $$
  select jsonb_build_object(
    'id', v.id,
    'canal', v.canal,
    'humano_hasta', case when v.humano_hasta > now() then v.humano_hasta end,
    'tomada_por', case when v.humano_hasta > now() then v.tomada_por end,
    'tomada_por_nombre', case when v.humano_hasta > now() then public.nombre_de_persona(v.tomada_por) end,
    'espera_persona_desde', v.espera_persona_desde,
    'motivo_espera', v.motivo_espera,
    'no_leidos', v.no_leidos,
    'ventana_abierta', v.canal <> 'whatsapp' or coalesce(v.ultimo_entrante_en > now() - interval '24 hours', false),
    'ventana_hasta', case when v.canal = 'whatsapp' then v.ultimo_entrante_en + interval '24 hours' end,
    'contacto', jsonb_build_object(
      'id', c.id, 'nombre', c.nombre, 'nombre_perfil', c.nombre_perfil, 'telefono', c.telefono, 'direccion', c.direccion,
      'correo', c.correo, 'notas', c.notas, 'baja_en', c.baja_en, 'problema_envio', c.problema_envio,
      'fecha_creacion', c.fecha_creacion,
      'etiquetas', (
        select coalesce(jsonb_agg(e.nombre order by e.nombre), '[]')
        from public.contacto_etiquetas ce
        join public.etiquetas e on e.nombre_nora = ce.nombre_nora and e.id = ce.etiqueta_id
        where ce.nombre_nora = c.nombre_nora and ce.contacto_id = c.id)),
    'mensajes', (
      select coalesce(jsonb_agg(public.mensaje_en_pantalla(m) order by m.id), '[]')
      from (
        select x.* from public.mensajes x
        where x.nombre_nora = v.nombre_nora and x.conversacion_id = v.id
          and x.id < coalesce(p_antes_de, 9223372036854775807) and x.id > coalesce(p_despues_de, 0)
        order by x.id desc limit least(greatest(p_limite, 1), 200)) as m),
    'cambiados', (
      select coalesce(jsonb_agg(public.mensaje_en_pantalla(m) order by m.id), '[]')
      from public.mensajes m
      where m.nombre_nora = v.nombre_nora and m.conversacion_id = v.id and m.id = any (p_ids)))
  from public.conversaciones v
  join public.contactos c on c.nombre_nora = v.nombre_nora and c.id = v.contacto_id
  where v.nombre_nora = (select public.nora_del_token()) and v.id = p_conversacion_id
$$;
comment on function public.leer_conversacion is 'Una conversacion de la Nora del token: quien la lleva, su contacto y un tramo de mensajes';

-- ---------------------------------------------------------------- El simulador
create function public.leer_simulacion(p_direccion text, p_despues_de bigint default 0)
returns jsonb language sql stable set search_path = ''
as $$
  select jsonb_build_object(
    'ia_activa', n.ia_activa,
    'conversacion_id', v.id,
    'con_persona', coalesce(v.humano_hasta > now(), false),
    'espera_persona', v.espera_persona_desde is not null,
    'falta_atender', exists (
      select 1 from public.mensajes m
      where m.nombre_nora = n.nombre_nora and m.conversacion_id = v.id
        and m.sentido = 'entrante' and m.atendido_en is null),
    'mensajes', (
      select coalesce(jsonb_agg(public.mensaje_en_pantalla(m) order by m.id), '[]')
      from (
        select x.* from public.mensajes x
        where x.nombre_nora = n.nombre_nora and x.conversacion_id = v.id and x.id > p_despues_de
        order by x.id desc limit 100) as m),
    'titulos', (
      select coalesce(jsonb_agg(k.titulo order by k.fecha_actualizacion desc, k.id), '[]')
      from (
        select b.titulo, b.fecha_actualizacion, b.id from public.conocimiento_nora b
        where b.nombre_nora = n.nombre_nora and b.activo
        order by b.fecha_actualizacion desc, b.id limit 4) as k))
  from public.configuracion_bot n
  left join public.contactos c on c.nombre_nora = n.nombre_nora and c.direccion = p_direccion and c.canal = 'simulador'
  left join public.conversaciones v on v.nombre_nora = c.nombre_nora and v.contacto_id = c.id
  where n.nombre_nora = (select public.nora_del_token())
$$;
comment on function public.leer_simulacion is 'La prueba de una persona del equipo: sus mensajes, que la detiene y temas para preguntar';

-- ---------------------------------------------------------------- Permisos
grant create on schema public to nora_buscador;
alter function public.nombre_de_persona(uuid) owner to nora_buscador;
revoke create on schema public from nora_buscador;

revoke execute on function
  public.nombre_de_persona(uuid),
  public.mensaje_en_pantalla(public.mensajes),
  public.listar_conversaciones(text, text, timestamptz, uuid, integer),
  public.leer_conversacion(uuid, bigint, bigint, bigint[], integer),
  public.leer_simulacion(text, bigint)
from public, anon;
grant execute on function
  public.nombre_de_persona(uuid),
  public.mensaje_en_pantalla(public.mensajes),
  public.listar_conversaciones(text, text, timestamptz, uuid, integer),
  public.leer_conversacion(uuid, bigint, bigint, bigint[], integer),
  public.leer_simulacion(text, bigint)
to authenticated, service_role;
