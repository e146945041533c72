-- Respuestas automaticas: palabras que escribe el cliente -> lo que Nora contesta, tal cual y sin pensar.

create table public.respuestas_automaticas (
  id uuid primary key default gen_random_uuid(),
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  nombre text not null check (length(btrim(nombre)) between 1 and 80),
  disparadores text[] not null check (cardinality(disparadores) between 1 and 20),
  modo text not null default 'contiene' check (modo in ('exacta', 'contiene', 'parecida')),
  cuando text not null default 'siempre' check (cuando in ('siempre', 'abierto', 'cerrado')),
  respuesta text not null check (length(btrim(respuesta)) between 1 and 1200),
  orden integer not null default 0,
  activo boolean not null default true,
  fecha_creacion timestamptz not null default now(),
  fecha_actualizacion timestamptz not null default now(),
  unique (nombre_nora, id)
);
create index respuestas_automaticas_en_orden on public.respuestas_automaticas (nombre_nora, orden, fecha_creacion, id);
comment on table public.respuestas_automaticas is 'Respuestas fijas que se disparan por palabras; gana la primera en orden';
comment on column public.respuestas_automaticas.modo is
  'exacta: el mensaje es eso; contiene: lo trae seguido; parecida: trae todas sus palabras, aun con un error de dedo';
comment on column public.respuestas_automaticas.cuando is 'Siempre, o solo con el negocio abierto o cerrado segun su horario';

create trigger fecha_actualizacion before update on public.respuestas_automaticas
  for each row execute function public.poner_fecha_actualizacion();

alter table public.respuestas_automaticas enable row level security;
alter table public.respuestas_automaticas force row level security;
create policy por_nora on public.respuestas_automaticas to authenticated
  using (nombre_nora = (select public.nora_del_token())) with check (nombre_nora = (select public.nora_del_token()));
revoke all on public.respuestas_automaticas from anon, authenticated;
grant select, insert, update, delete on public.respuestas_automaticas to authenticated;
grant all on public.respuestas_automaticas to service_role;
