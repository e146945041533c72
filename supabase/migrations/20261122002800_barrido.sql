-- El barrido: cada pocos minutos se le pregunta al proveedor qué mensajes tiene que aquí no llegaron.

create table public.barridos (
  nombre_nora text primary key references public.configuracion_bot on update cascade on delete cascade,
  hasta timestamptz not null,
  recuperados bigint not null default 0,
  fecha_actualizacion timestamptz not null default now()
);
comment on table public.barridos is 'Hasta cuando se ha comparado lo recibido de cada Nora con la lista de su proveedor';
comment on column public.barridos.hasta is 'Todo lo recibido antes de este momento ya se comparo';
comment on column public.barridos.recuperados is 'Mensajes que el proveedor tenia y aqui no habian llegado';
alter table public.barridos enable row level security;
alter table public.barridos force row level security;
create policy por_nora on public.barridos to authenticated
  using (nombre_nora = (select public.nora_del_token())) with check (nombre_nora = (select public.nora_del_token()));
revoke all on public.barridos from anon, authenticated;
grant all on public.barridos to service_role;

-- La primera vez solo se mira desde que existe con sus llaves: lo de antes lo contesto otro.
create function public.noras_por_barrer(p_hay_llaves_comunes boolean, p_margen interval, p_maximo interval)
returns jsonb language sql stable set search_path = ''
as $$
  select coalesce(jsonb_agg(to_jsonb(n) order by n.hasta nulls first), '[]'::jsonb) from (
    select c.nombre_nora, c.numero_nora, b.hasta,
           greatest(coalesce(b.hasta - p_margen, greatest(c.fecha_creacion, k.fecha_actualizacion)),
                    now() - p_maximo) as desde
    from public.configuracion_bot c
    left join public.credenciales_nora k using (nombre_nora)
    left join public.barridos b using (nombre_nora)
    where c.activo and (p_hay_llaves_comunes or k.twilio_token_cifrado is not null)) n
$$;
comment on function public.noras_por_barrer is 'Las Noras con llaves y desde cuando hay que preguntar por cada una, la mas atrasada primero';

create function public.sids_que_faltan(p_nombre_nora text, p_sids text[]) returns jsonb
language sql stable set search_path = ''
as $$
  select coalesce(jsonb_agg(s.sid order by s.orden), '[]'::jsonb)
  from unnest(p_sids) with ordinality s (sid, orden)
  where not exists (select 1 from public.mensajes m where m.nombre_nora = p_nombre_nora and m.proveedor_sid = s.sid)
$$;
comment on function public.sids_que_faltan is 'De esos ids del proveedor, los que no estan guardados';

create function public.anotar_barrido(p_nombre_nora text, p_hasta timestamptz, p_recuperados integer) returns void
language sql volatile set search_path = ''
as $$
  insert into public.barridos (nombre_nora, hasta, recuperados)
  select c.nombre_nora, p_hasta, p_recuperados from public.configuracion_bot c where c.nombre_nora = p_nombre_nora
  on conflict (nombre_nora) do update
    set hasta = greatest(barridos.hasta, excluded.hasta),
        recuperados = barridos.recuperados + excluded.recuperados, fecha_actualizacion = now()
$$;
comment on function public.anotar_barrido is 'Hasta donde se comparo y cuantos mensajes se recuperaron';

revoke execute on function public.noras_por_barrer(boolean, interval, interval),
  public.sids_que_faltan(text, text[]), public.anotar_barrido(text, timestamptz, integer)
from public, anon, authenticated;
grant execute on function public.noras_por_barrer(boolean, interval, interval),
  public.sids_que_faltan(text, text[]), public.anotar_barrido(text, timestamptz, integer)
to service_role;
