-- Reportes semanales de anuncios: uno por cuenta y uno por Nora, sus enlaces publicos y a quien se le avisa.

create table public.reportes (
  id uuid primary key default gen_random_uuid(),
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  semana date not null check (extract(isodow from semana) = 1),
  alcance text not null check (alcance = 'nora' or alcance ~ '^(meta_ads|google_ads):[0-9a-f-]{36}$'),
  titulo text not null check (length(titulo) between 1 and 200),
  datos jsonb not null check (jsonb_typeof(datos) = 'object'),
  frases jsonb not null default '[]' check (jsonb_typeof(frases) = 'array'),
  hecho_por text not null default 'reglas' check (hecho_por in ('reglas', 'modelo')),
  avisado_en timestamptz,
  fecha_creacion timestamptz not null default now(),
  fecha_actualizacion timestamptz not null default now(),
  unique (nombre_nora, id),
  unique (nombre_nora, semana, alcance)
);
create index reportes_recientes on public.reportes (nombre_nora, semana desc, alcance);
comment on table public.reportes is 'Un reporte por semana y alcance; hacerlo otra vez lo pone al dia y conserva sus enlaces';
comment on column public.reportes.semana is 'El lunes de la semana ISO, en la zona de la Nora';
comment on column public.reportes.alcance is 'nora: todas sus cuentas; o red:cuenta';
comment on column public.reportes.avisado_en is 'Cuando se le mando el resumen al dueño; nulo si no';
create trigger fecha_actualizacion before update on public.reportes
  for each row execute function public.poner_fecha_actualizacion();

create table public.reportes_enlaces (
  id uuid primary key default gen_random_uuid(),
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  reporte_id uuid not null,
  huella text not null unique check (huella ~ '^[0-9a-f]{64}$'),
  token_cifrado text not null,
  caduca_en timestamptz not null,
  retirado_en timestamptz,
  visitas integer not null default 0 check (visitas >= 0),
  ultima_visita_en timestamptz,
  creado_por uuid references public.usuarios on delete set null,
  fecha_creacion timestamptz not null default now(),
  unique (nombre_nora, id),
  foreign key (nombre_nora, reporte_id) references public.reportes (nombre_nora, id)
    on update cascade on delete cascade deferrable initially deferred
);
create index reportes_enlaces_de_reporte on public.reportes_enlaces (nombre_nora, reporte_id, fecha_creacion desc);
comment on table public.reportes_enlaces is 'Enlaces publicos: al azar, caducan, se retiran y cuentan sus visitas';
comment on column public.reportes_enlaces.huella is 'SHA-256 de lo que va en la direccion: con la base a la vista nadie entra';
comment on column public.reportes_enlaces.token_cifrado is 'Lo que va en la direccion, para poder copiarla otra vez';

create table public.reportes_ajustes (
  nombre_nora text primary key references public.configuracion_bot on update cascade on delete cascade,
  avisar boolean not null default false,
  telefono text check (telefono ~ '^\+[1-9][0-9]{7,14}$'),
  plantilla_id uuid,
  check (not avisar or telefono is not null),
  foreign key (nombre_nora, plantilla_id) references public.plantillas (nombre_nora, id)
    on update cascade on delete set null (plantilla_id) deferrable initially deferred
);
comment on table public.reportes_ajustes is 'A que WhatsApp se manda el resumen de la semana, y con que plantilla si la ventana esta cerrada';

-- ---------------------------------------------------------------- Paredes
do $$
declare
  tabla text;
begin
  foreach tabla in array array['reportes', 'reportes_enlaces', 'reportes_ajustes'] loop
    execute format('alter table public.%I enable row level security', tabla);
    execute format('alter table public.%I force row level security', tabla);
    execute format('create policy por_nora on public.%I to authenticated'
                   ' using (nombre_nora = (select public.nora_del_token()))'
                   ' with check (nombre_nora = (select public.nora_del_token()))', tabla);
    execute format('revoke all on public.%I from anon', tabla);
    execute format('grant select, insert, update, delete on public.%I to authenticated', tabla);
    execute format('grant all on public.%I to service_role', tabla);
  end loop;
end;
$$;

-- ---------------------------------------------------------------- Guardar y leer
create function public.reportes_guardar(p_semana date, p_alcance text, p_titulo text, p_datos jsonb, p_frases jsonb,
                                        p_hecho_por text) returns uuid
language sql set search_path = ''
as $$
  insert into public.reportes (nombre_nora, semana, alcance, titulo, datos, frases, hecho_por)
  values ((select public.nora_del_token()), p_semana, p_alcance, p_titulo, p_datos, p_frases, p_hecho_por)
  on conflict (nombre_nora, semana, alcance) do update
    set titulo = excluded.titulo, datos = excluded.datos, frases = excluded.frases, hecho_por = excluded.hecho_por
  returning id
$$;
comment on function public.reportes_guardar is 'Pone o pone al dia el reporte de una semana y un alcance';

-- Una pagina de la lista, de la semana mas nueva a la mas vieja. p_antes: la semana desde la que se sigue, sin incluirla.
create function public.reportes_lista(p_antes date, p_alcance text, p_semanas integer) returns jsonb
language sql stable set search_path = ''
as $$
  with semanas as (
    select distinct r.semana from public.reportes r
    where r.nombre_nora = (select public.nora_del_token()) and (p_antes is null or r.semana < p_antes)
      and (p_alcance = '' or r.alcance = p_alcance)
    order by r.semana desc limit p_semanas + 1
  )
  select jsonb_build_object(
    'reportes', (select coalesce(jsonb_agg(to_jsonb(r) - 'nombre_nora' - 'datos' || jsonb_build_object(
          'cifras', r.datos -> 'resumen',
          'enlaces', (select count(*) from public.reportes_enlaces e where e.nombre_nora = r.nombre_nora
                      and e.reporte_id = r.id and e.retirado_en is null and e.caduca_en > now()))
        order by r.semana desc, r.alcance <> 'nora', r.titulo, r.id), '[]')
      from public.reportes r
      where r.nombre_nora = (select public.nora_del_token()) and r.semana in (select s.semana from semanas s)
        and (p_alcance = '' or r.alcance = p_alcance)),
    'alcances', (select coalesce(jsonb_agg(jsonb_build_object('id', x.alcance, 'nombre', x.titulo)
          order by x.alcance <> 'nora', x.titulo), '[]')
      from (select distinct on (r.alcance) r.alcance, r.titulo from public.reportes r
            where r.nombre_nora = (select public.nora_del_token()) order by r.alcance, r.semana desc) as x))
$$;
comment on function public.reportes_lista is 'Los reportes de unas semanas de la Nora del token, sin su detalle, y de que se puede filtrar';

create function public.reportes_leer(p_reporte_id uuid) returns jsonb
language sql stable set search_path = ''
as $$
  select to_jsonb(r) - 'nombre_nora' || jsonb_build_object(
    'enlaces', (select coalesce(jsonb_agg(to_jsonb(e) - 'nombre_nora' - 'huella' order by e.fecha_creacion desc), '[]')
                from public.reportes_enlaces e where e.nombre_nora = r.nombre_nora and e.reporte_id = r.id),
    'ajustes', (select to_jsonb(j) - 'nombre_nora' from public.reportes_ajustes j where j.nombre_nora = r.nombre_nora))
  from public.reportes r
  where r.nombre_nora = (select public.nora_del_token()) and r.id = p_reporte_id
$$;
comment on function public.reportes_leer is 'Un reporte con sus enlaces; nulo si no es de la Nora del token';

-- Lo que se ve con un enlace, y una visita mas. Nulo si no existe, caduco o se retiro: no se dice cual.
create function public.reportes_abrir(p_huella text, p_contar boolean) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  e public.reportes_enlaces;
begin
  select x.* into e from public.reportes_enlaces x
  join public.configuracion_bot n on n.nombre_nora = x.nombre_nora and n.activo
  where x.huella = p_huella and x.retirado_en is null and x.caduca_en > now();
  if not found then
    return null;
  end if;
  if p_contar then
    update public.reportes_enlaces x set visitas = x.visitas + 1, ultima_visita_en = now()
    where x.nombre_nora = e.nombre_nora and x.id = e.id;
  end if;
  return (select jsonb_build_object('negocio', n.nombre_visible, 'zona', n.zona_horaria, 'caduca_en', e.caduca_en,
      'reporte', to_jsonb(r) - 'nombre_nora' - 'avisado_en')
    from public.reportes r join public.configuracion_bot n on n.nombre_nora = r.nombre_nora
    where r.nombre_nora = e.nombre_nora and r.id = e.reporte_id);
end;
$$;
comment on function public.reportes_abrir is 'El reporte de un enlace publico vigente; lo llama solo el servidor';

-- ---------------------------------------------------------------- Clientes y avisos
-- De quienes llegaron en un lapso (vinieran de donde vinieran), cuantos llevan la etiqueta de venta y cuanto pagaron.
create function public.reportes_clientes(p_desde date, p_hasta date) returns jsonb
language sql stable set search_path = ''
as $$
  with zona as (
    select n.zona_horaria as z from public.configuracion_bot n where n.nombre_nora = (select public.nora_del_token())
  ), suyos as (
    select regexp_replace(coalesce(o.propios ->> j.campo_monto_id::text, ''), '[^0-9.]', '', 'g') as monto
    from public.meta_ads_ajustes j
    join public.contacto_etiquetas t on t.nombre_nora = j.nombre_nora and t.etiqueta_id = j.etiqueta_venta_id
    join public.contactos o on o.nombre_nora = t.nombre_nora and o.id = t.contacto_id
    where j.nombre_nora = (select public.nora_del_token())
      and o.fecha_creacion >= p_desde::timestamp at time zone (select z from zona)
      and o.fecha_creacion < (p_hasta + 1)::timestamp at time zone (select z from zona)
  )
  select jsonb_build_object(
    'hay_etiqueta', exists (select 1 from public.meta_ads_ajustes j where j.nombre_nora = (select public.nora_del_token())
                            and j.etiqueta_venta_id is not null),
    'clientes', (select count(*) from suyos),
    'monto', (select coalesce(sum(case when s.monto ~ '^[0-9]{1,10}(\.[0-9]+)?$' then s.monto::numeric end), 0)::text
              from suyos s))
$$;
comment on function public.reportes_clientes is 'Clientes y monto de quienes llegaron en un lapso a la Nora del token';

-- La platica por WhatsApp con alguien del equipo, aunque nunca haya escrito: para mandarle una plantilla.
create function public.platica_del_equipo(p_telefono text) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  v_nora text := (select public.nora_del_token());
  v_contacto uuid;
  v_conversacion uuid;
  v_entrante timestamptz;
begin
  select c.id into v_contacto from public.contactos c
  where c.nombre_nora = v_nora and c.direccion = 'whatsapp:' || p_telefono;
  if v_contacto is null then
    insert into public.contactos (nombre_nora, canal, direccion, direccion_envio, telefono)
    values (v_nora, 'whatsapp', 'whatsapp:' || p_telefono, 'whatsapp:' || p_telefono, p_telefono)
    on conflict (nombre_nora, direccion) do update set telefono = excluded.telefono
    returning id into v_contacto;
  end if;
  insert into public.conversaciones as v (nombre_nora, contacto_id, canal) values (v_nora, v_contacto, 'whatsapp')
  on conflict (nombre_nora, contacto_id) do update set canal = v.canal
  returning v.id, v.ultimo_entrante_en into v_conversacion, v_entrante;
  return jsonb_build_object('conversacion_id', v_conversacion,
    'abierta', coalesce(v_entrante > now() - interval '24 hours', false),
    'baja', (select c.baja_en is not null from public.contactos c where c.nombre_nora = v_nora and c.id = v_contacto));
end;
$$;
comment on function public.platica_del_equipo is 'La platica con un telefono del equipo de la Nora del token, y si su ventana esta abierta';

alter table public.uso_ia drop constraint uso_ia_motivo_check;
alter table public.uso_ia add constraint uso_ia_motivo_check check (motivo in ('turno', 'ensayo', 'voz', 'reporte'));

do $$
declare
  funcion text;
begin
  foreach funcion in array array['reportes_guardar(date, text, text, jsonb, jsonb, text)',
                                 'reportes_lista(date, text, integer)', 'reportes_leer(uuid)',
                                 'reportes_clientes(date, date)', 'platica_del_equipo(text)'] loop
    execute format('revoke execute on function public.%s from public, anon', funcion);
    execute format('grant execute on function public.%s to authenticated, service_role', funcion);
  end loop;
end;
$$;
revoke execute on function public.reportes_abrir(text, boolean) from public, anon, authenticated;
grant execute on function public.reportes_abrir(text, boolean) to service_role;
