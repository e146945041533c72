-- De que esperas ya se aviso a cada aparato. La fecha del ultimo aviso no lo dice: con dos clientes esperando a la vez, o
-- una mencion en medio, el aviso de uno callaba el del otro.
alter table public.suscripciones_push
  add column avisadas jsonb not null default '{}' check (jsonb_typeof(avisadas) = 'object');
comment on column public.suscripciones_push.avisadas is 'Conversacion -> desde cuando esperaba cuando se le aviso; se olvidan a los dos dias';

create or replace function public.leer_espera(p_nombre_nora text, p_conversacion_id uuid) returns jsonb
language sql stable set search_path = ''
as $$
  select jsonb_build_object(
    'negocio', n.nombre_visible,
    'cliente', coalesce(nullif(btrim(k.nombre), ''), nullif(btrim(k.nombre_perfil), ''), k.telefono, ''),
    'desde', c.espera_persona_desde,
    'aparatos', coalesce((
      select jsonb_agg(jsonb_build_object('id', s.id, 'endpoint', s.endpoint, 'p256dh', s.p256dh, 'auth', s.auth)
                       order by s.fecha_creacion)
      from public.suscripciones_push s join public.usuarios u on u.id = s.usuario_id and u.activo
      where s.nombre_nora = c.nombre_nora
        and coalesce((s.avisadas ->> c.id::text)::timestamptz < c.espera_persona_desde, true)), '[]'))
  from public.conversaciones c
  join public.contactos k on k.nombre_nora = c.nombre_nora and k.id = c.contacto_id
  join public.configuracion_bot n on n.nombre_nora = c.nombre_nora and n.activo
  where c.nombre_nora = p_nombre_nora and c.id = p_conversacion_id and c.espera_persona_desde is not null
$$;

create function public.anotar_espera_avisada(p_nombre_nora text, p_aparato_id uuid, p_conversacion_id uuid,
                                             p_desde timestamptz) returns void
language sql set search_path = ''
as $$
  update public.suscripciones_push s
  set ultimo_aviso_en = now(),
      avisadas = (select coalesce(jsonb_object_agg(a.key, a.value), '{}') from jsonb_each(s.avisadas) a
                  where (a.value #>> '{}')::timestamptz > now() - interval '2 days')
                 || jsonb_build_object(p_conversacion_id::text, p_desde)
  where s.nombre_nora = p_nombre_nora and s.id = p_aparato_id
$$;
comment on function public.anotar_espera_avisada is 'A este aparato ya se le aviso de esta espera';
revoke execute on function public.anotar_espera_avisada(text, uuid, uuid, timestamptz) from public, anon, authenticated;
grant execute on function public.anotar_espera_avisada(text, uuid, uuid, timestamptz) to service_role;
