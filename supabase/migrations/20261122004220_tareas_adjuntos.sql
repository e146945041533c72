-- Tareas: archivos adjuntos, y el aviso por WhatsApp con plantilla a quien lleva mas de un dia sin escribir.

create table public.tarea_adjuntos (
  id uuid primary key default gen_random_uuid(),
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  tarea_id uuid not null,
  nombre text not null check (length(nombre) between 1 and 160),
  mime text not null,
  bytes bigint not null check (bytes > 0),
  ruta text not null,
  usuario_id uuid references public.usuarios on delete set null,
  fecha_creacion timestamptz not null default now(),
  unique (nombre_nora, id),
  foreign key (nombre_nora, tarea_id) references public.tareas (nombre_nora, id)
    on update cascade on delete cascade deferrable initially deferred
);
create index tarea_adjuntos_de_tarea on public.tarea_adjuntos (nombre_nora, tarea_id, fecha_creacion);
create index tarea_adjuntos_por_ruta on public.tarea_adjuntos (ruta);
comment on table public.tarea_adjuntos is 'Archivos de una tarea; el contenido esta en el almacen, en su ruta';

create table public.tarea_ajustes (
  nombre_nora text primary key references public.configuracion_bot on update cascade on delete cascade,
  plantilla_id uuid,
  foreign key (nombre_nora, plantilla_id) references public.plantillas (nombre_nora, id)
    on update cascade on delete set null (plantilla_id) deferrable initially deferred
);
comment on table public.tarea_ajustes is 'Con que plantilla se avisa de una tarea fuera de las 24 horas; su variable 1 es el aviso';

do $$
declare
  tabla text;
begin
  foreach tabla in array array['tarea_adjuntos', 'tarea_ajustes'] loop
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

-- Los adjuntos tambien son dueños de su archivo: la limpieza del almacen no los toca mientras existan.
create or replace function public.rutas_sin_dueno(p_rutas text[]) returns jsonb
language sql stable set search_path = ''
as $$
  select coalesce(jsonb_agg(r), '[]') from unnest(p_rutas) as r
  where not exists (select 1 from public.medios d where d.ruta = r)
    and not exists (select 1 from public.tarea_adjuntos a where a.ruta = r)
$$;

create function public.leer_tarea_con_adjuntos(p_tarea_id uuid, p_usuario_id uuid) returns jsonb
language sql stable set search_path = ''
as $$
  select public.leer_tarea(p_tarea_id, p_usuario_id) || jsonb_build_object('adjuntos', (
    select coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'nombre', a.nombre, 'mime', a.mime, 'bytes', a.bytes,
        'persona', public.nombre_de_persona(a.usuario_id), 'fecha_creacion', a.fecha_creacion)
      order by a.fecha_creacion, a.id), '[]')
    from public.tarea_adjuntos a where a.nombre_nora = (select public.nora_del_token()) and a.tarea_id = p_tarea_id))
$$;
comment on function public.leer_tarea_con_adjuntos is 'Una tarea con todo y sus adjuntos; nulo si no es de la Nora del token';

-- Las plantillas con que se puede avisar: aprobadas y con una sola variable, la 1.
create function public.plantillas_para_tareas() returns jsonb
language sql stable set search_path = ''
as $$
  select jsonb_build_object(
    'elegida', (select j.plantilla_id from public.tarea_ajustes j where j.nombre_nora = (select public.nora_del_token())),
    'plantillas', (select coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'nombre', p.nombre) order by p.nombre), '[]')
      from public.plantillas p where p.nombre_nora = (select public.nora_del_token()) and p.estado = 'aprobada'
        and p.variables - '1' = '{}' and p.cuerpo ~ '\{\{1\}\}'))
$$;
comment on function public.plantillas_para_tareas is 'Con que plantilla se avisa de una tarea, y entre cuales se elige';

alter table public.tarea_avisos drop constraint tarea_avisos_whatsapp_check;
alter table public.tarea_avisos add constraint tarea_avisos_whatsapp_check
  check (whatsapp in ('', 'enviado', 'plantilla', 'sin_ventana'));

-- El aviso sale por WhatsApp a quien lo pidio: libre si su ventana esta abierta; si no, con la plantilla de la Nora,
-- aunque nunca le haya escrito. Sin plantilla se queda en el panel.
create or replace function public.mandar_aviso_de_tarea() returns trigger
language plpgsql set search_path = ''
as $$
declare
  v_telefono text;
  v_contacto public.contactos;
  v_platica uuid;
  v_entrante timestamptz;
  v_abierta boolean;
  v_sid text;
  v_cuerpo text;
  v_renglon text := left(regexp_replace(new.texto, '\s+', ' ', 'g'), 900);
  v_plantilla jsonb;
  v_mensaje bigint;
begin
  select p.telefono into v_telefono from public.tarea_preferencias p
  where p.nombre_nora = new.nombre_nora and p.usuario_id = new.usuario_id
    and p.por_whatsapp and p.telefono is not null and (p.resumenes or new.tipo not in ('manana', 'cierre'));
  if v_telefono is null then
    return new;
  end if;
  select c.* into v_contacto from public.contactos c
  where c.nombre_nora = new.nombre_nora and c.direccion = 'whatsapp:' || v_telefono;
  select v.id, v.ultimo_entrante_en into v_platica, v_entrante from public.conversaciones v
  where v.nombre_nora = new.nombre_nora and v.contacto_id = v_contacto.id and v.canal = 'whatsapp';
  v_abierta := v_platica is not null and coalesce(v_entrante > now() - interval '24 hours', false);
  select p.proveedor_sid, p.cuerpo into v_sid, v_cuerpo
  from public.tarea_ajustes j
  join public.plantillas p on p.nombre_nora = j.nombre_nora and p.id = j.plantilla_id and p.estado = 'aprobada'
  where j.nombre_nora = new.nombre_nora;
  if v_contacto.baja_en is not null or (not v_abierta and v_sid is null) then
    update public.tarea_avisos a set whatsapp = 'sin_ventana' where a.nombre_nora = new.nombre_nora and a.id = new.id;
    return new;
  end if;
  if v_contacto.id is null then
    insert into public.contactos (nombre_nora, canal, direccion, direccion_envio, telefono)
    values (new.nombre_nora, 'whatsapp', 'whatsapp:' || v_telefono, 'whatsapp:' || v_telefono, v_telefono)
    returning * into v_contacto;
  end if;
  if v_platica is null then
    insert into public.conversaciones as v (nombre_nora, contacto_id, canal)
    values (new.nombre_nora, v_contacto.id, 'whatsapp')
    on conflict (nombre_nora, contacto_id) do update set canal = v.canal
    returning v.id into v_platica;
  end if;
  v_plantilla := jsonb_build_object('sid', v_sid, 'variables', jsonb_build_object('1', v_renglon),
                                    'texto', replace(v_cuerpo, '{{1}}', v_renglon));
  insert into public.mensajes (nombre_nora, conversacion_id, sentido, autor, texto, decisor, proveedor_sid)
  values (new.nombre_nora, v_platica, 'saliente', 'nora',
          case when v_abierta then new.texto else v_plantilla ->> 'texto' end, 'tareas', 'tareas:' || new.id)
  returning id into v_mensaje;
  insert into public.mensajes_salientes (nombre_nora, mensaje_id, conversacion_id, canal, direccion_envio, texto, contenido)
  values (new.nombre_nora, v_mensaje, v_platica, 'whatsapp', v_contacto.direccion_envio,
          case when v_abierta then new.texto else v_plantilla ->> 'texto' end,
          case when v_sid is null then '{}' when v_abierta then jsonb_build_object('si_cerrada', v_plantilla)
               else jsonb_build_object('plantilla', v_plantilla) end);
  update public.tarea_avisos a set whatsapp = case when v_abierta then 'enviado' else 'plantilla' end
  where a.nombre_nora = new.nombre_nora and a.id = new.id;
  return new;
end;
$$;

-- Un molde con lo que se puede cambiar.
create function public.leer_molde(p_molde_id uuid, p_usuario_id uuid) returns jsonb
language sql stable set search_path = ''
as $$
  select to_jsonb(m) - 'nombre_nora' || jsonb_build_object('persona', public.nombre_de_persona(m.asignada_a))
    || public.alrededor_de_tareas(p_usuario_id)
  from public.tarea_recurrentes m where m.nombre_nora = (select public.nora_del_token()) and m.id = p_molde_id
$$;
comment on function public.leer_molde is 'Algo que se repite, con el equipo; nulo si no es de la Nora del token';

do $$
declare
  funcion text;
begin
  foreach funcion in array array['leer_tarea_con_adjuntos(uuid, uuid)', 'plantillas_para_tareas()',
                                 'leer_molde(uuid, uuid)'] loop
    execute format('revoke execute on function public.%s from public, anon', funcion);
    execute format('grant execute on function public.%s to authenticated, service_role', funcion);
  end loop;
end;
$$;
