-- Los primeros pasos de una dueña: que le falta a su Nora, y si ya guardo la guia.

create table public.preferencias_panel (
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  usuario_id uuid not null references public.usuarios on delete cascade,
  guia_oculta boolean not null default false,
  fecha_actualizacion timestamptz not null default now(),
  primary key (nombre_nora, usuario_id)
);
comment on table public.preferencias_panel is 'Como quiere ver el panel de una Nora cada persona';
create trigger fecha_actualizacion before update on public.preferencias_panel
  for each row execute function public.poner_fecha_actualizacion();
alter table public.preferencias_panel enable row level security;
alter table public.preferencias_panel force row level security;
create policy por_nora on public.preferencias_panel to authenticated
  using (nombre_nora = (select public.nora_del_token())) with check (nombre_nora = (select public.nora_del_token()));
revoke all on public.preferencias_panel from anon, authenticated;
grant all on public.preferencias_panel to service_role;
grant select, insert, update on public.preferencias_panel to authenticated;

create index conversaciones_de_simulador on public.conversaciones (nombre_nora)
  where canal = 'simulador' and ultimo_entrante_en is not null;
create index conversaciones_que_escribieron on public.conversaciones (nombre_nora)
  where canal = 'whatsapp' and ultimo_entrante_en is not null;

-- Una Nora no ve sus llaves; solo si las tiene.
create policy buscador on public.credenciales_nora for select to nora_buscador using (true);
grant select (nombre_nora, twilio_account_sid) on public.credenciales_nora to nora_buscador;
create function public.tiene_llaves() returns boolean
language sql stable security definer set search_path = ''
as $$
  select exists (select 1 from public.credenciales_nora c
                 where c.nombre_nora = (select public.nora_del_token()) and c.twilio_account_sid is not null)
$$;
comment on function public.tiene_llaves() is 'Si la Nora del token tiene llaves de WhatsApp propias';

create function public.primeros_pasos(p_usuario_id uuid) returns jsonb
language sql stable set search_path = ''
as $$
  select jsonb_build_object(
    'simulo', exists (select 1 from public.conversaciones c where c.nombre_nora = (select public.nora_del_token())
                      and c.canal = 'simulador' and c.ultimo_entrante_en is not null),
    'escribieron', exists (select 1 from public.conversaciones c where c.nombre_nora = (select public.nora_del_token())
                           and c.canal = 'whatsapp' and c.ultimo_entrante_en is not null),
    'llaves', public.tiene_llaves(),
    'equipo', (select count(*) from public.usuarios_noras u where u.nombre_nora = (select public.nora_del_token())),
    'oculta', coalesce((select p.guia_oculta from public.preferencias_panel p
                        where p.nombre_nora = (select public.nora_del_token()) and p.usuario_id = p_usuario_id), false))
$$;
comment on function public.primeros_pasos(uuid) is 'Que ha hecho ya la Nora del token de los primeros pasos, y si esa persona guardo la guia';

-- El tablero lo pide todo de una vez.
create function public.tablero_panel(p_zona text, p_usuario_id uuid) returns jsonb
language sql stable set search_path = ''
as $$
  select public.resumen_panel(p_zona) || jsonb_build_object('pasos', public.primeros_pasos(p_usuario_id))
$$;
comment on function public.tablero_panel(text, uuid) is 'Las cifras del tablero de la Nora del token y sus primeros pasos, como los ve esa persona';

grant create on schema public to nora_buscador;
alter function public.tiene_llaves() owner to nora_buscador;
revoke create on schema public from nora_buscador;
revoke execute on function public.tiene_llaves(), public.primeros_pasos(uuid), public.tablero_panel(text, uuid) from public, anon, authenticated;
grant execute on function public.tiene_llaves(), public.primeros_pasos(uuid), public.tablero_panel(text, uuid) to service_role, authenticated;
