-- Avisos a un telefono bloqueado (Web Push) cuando un cliente espera a una persona.

create table public.suscripciones_push (
  id uuid primary key default gen_random_uuid(),
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  usuario_id uuid not null,
  endpoint text not null check (length(endpoint) between 10 and 2000),
  p256dh text not null check (length(p256dh) between 80 and 100),
  auth text not null check (length(auth) between 20 and 40),
  aparato text not null default '',
  ultimo_aviso_en timestamptz,
  fecha_creacion timestamptz not null default now(),
  unique (nombre_nora, id),
  unique (nombre_nora, endpoint),
  -- Quien deja de trabajar en la Nora deja de recibir sus avisos.
  foreign key (usuario_id, nombre_nora) references public.usuarios_noras (usuario_id, nombre_nora)
    on update cascade on delete cascade deferrable initially deferred
);
create index suscripciones_push_de_persona on public.suscripciones_push (nombre_nora, usuario_id);
comment on table public.suscripciones_push is 'Aparatos que pidieron aviso cuando un cliente espera, por persona y Nora';
comment on column public.suscripciones_push.endpoint is 'Direccion del servicio de avisos del navegador (RFC 8030); es un secreto';
comment on column public.suscripciones_push.p256dh is 'Llave publica del aparato, base64url (RFC 8291)';
comment on column public.suscripciones_push.ultimo_aviso_en is 'Ultimo aviso que acepto su servicio';
alter table public.suscripciones_push enable row level security;
alter table public.suscripciones_push force row level security;
create policy por_nora on public.suscripciones_push to authenticated
  using (nombre_nora = (select public.nora_del_token())) with check (nombre_nora = (select public.nora_del_token()));
revoke all on public.suscripciones_push from anon, authenticated;
grant all on public.suscripciones_push to service_role;
grant select, insert, update, delete on public.suscripciones_push to authenticated;

-- Una conversacion empieza a esperar: su aviso queda en la cola en la misma transaccion.
create function public.encolar_aviso() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform cola.encolar('mensajes', 'avisar_espera', 'aviso:' || new.id,
    jsonb_build_object('nombre_nora', new.nombre_nora, 'conversacion_id', new.id), null);
  return null;
end;
$$;
create trigger encolar_aviso after update of espera_persona_desde on public.conversaciones
  for each row when (old.espera_persona_desde is null and new.espera_persona_desde is not null
                     and new.canal = 'whatsapp')
  execute function public.encolar_aviso();

-- Lo que el trabajo necesita: a quien falta avisar de esta espera. Nulo si ya nadie espera.
create function public.leer_espera(p_nombre_nora text, p_conversacion_id uuid) returns jsonb
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
        and (s.ultimo_aviso_en is null or s.ultimo_aviso_en < c.espera_persona_desde)), '[]'))
  from public.conversaciones c
  join public.contactos k on k.nombre_nora = c.nombre_nora and k.id = c.contacto_id
  join public.configuracion_bot n on n.nombre_nora = c.nombre_nora and n.activo
  where c.nombre_nora = p_nombre_nora and c.id = p_conversacion_id and c.espera_persona_desde is not null
$$;
comment on function public.leer_espera(text, uuid) is 'Quien espera y a que aparatos falta avisarles; nulo si ya nadie espera';

-- Un aviso de prueba a los aparatos de una persona, tambien por la cola.
create function public.pedir_aviso_de_prueba(p_usuario_id uuid) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  perform cola.encolar('mensajes', 'avisar_prueba', 'aviso:' || p_usuario_id,
    jsonb_build_object('nombre_nora', public.nora_del_token(), 'usuario_id', p_usuario_id), null);
end;
$$;
comment on function public.pedir_aviso_de_prueba(uuid) is 'Encola un aviso de prueba para los aparatos de una persona en la Nora del token';

revoke execute on function
  public.encolar_aviso(), public.leer_espera(text, uuid), public.pedir_aviso_de_prueba(uuid)
from public, anon, authenticated;
grant execute on function public.leer_espera(text, uuid), public.pedir_aviso_de_prueba(uuid) to service_role;
grant execute on function public.pedir_aviso_de_prueba(uuid) to authenticated;
