-- IA: como contesta cada Nora con un modelo, cuanto gasta, que propuso y que se freno.

create table public.configuracion_ia (
  nombre_nora text primary key references public.configuracion_bot on update cascade on delete cascade,
  usar_modelo boolean not null default true,
  llave_cifrada text not null default '',
  llave_final text not null default '' check (length(llave_final) <= 4),
  modelo text not null default '' check (length(modelo) <= 80),
  precio_entrada numeric(10, 2) check (precio_entrada >= 0),
  precio_salida numeric(10, 2) check (precio_salida >= 0),
  tope_mensual numeric(10, 2) not null default 300 check (tope_mensual >= 0),
  maximo_palabras smallint not null default 80 check (maximo_palabras between 20 and 200),
  respuestas_por_dia smallint not null default 60 check (respuestas_por_dia between 1 and 500),
  cuando_pasar text not null default '' check (length(cuando_pasar) <= 1000),
  fecha_actualizacion timestamptz not null default now()
);
comment on table public.configuracion_ia is 'Como usa cada Nora un modelo de lenguaje: llave propia cifrada, modelo, topes y cuando pasar a una persona';
comment on column public.configuracion_ia.llave_cifrada is 'Llave propia (Fernet); vacia: la de la instalacion';
comment on column public.configuracion_ia.llave_final is 'Ultimos cuatro caracteres de la llave, lo unico que se vuelve a mostrar';
comment on column public.configuracion_ia.precio_entrada is 'Pesos por millon de tokens de entrada; nulo: el que se conoce del modelo';
comment on column public.configuracion_ia.tope_mensual is 'Pesos al mes; al llegar, contesta el motor local';
create trigger fecha_actualizacion before update on public.configuracion_ia
  for each row execute function public.poner_fecha_actualizacion();

create table public.uso_ia (
  id bigint generated always as identity primary key,
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  conversacion_id uuid,
  motivo text not null default 'turno' check (motivo in ('turno', 'ensayo')),
  modelo text not null,
  tokens_entrada integer not null check (tokens_entrada >= 0),
  tokens_salida integer not null check (tokens_salida >= 0),
  costo numeric(12, 6) not null check (costo >= 0),
  fecha_creacion timestamptz not null default now(),
  foreign key (nombre_nora, conversacion_id) references public.conversaciones (nombre_nora, id)
    on update cascade on delete set null (conversacion_id) deferrable initially deferred
);
create index uso_ia_por_mes on public.uso_ia (nombre_nora, fecha_creacion) include (costo, tokens_entrada, tokens_salida);
create index uso_ia_por_conversacion on public.uso_ia (nombre_nora, conversacion_id);
comment on table public.uso_ia is 'Cada llamada a un modelo: tokens y costo en pesos, por Nora y conversacion';
comment on column public.uso_ia.conversacion_id is 'Nulo si fue un ensayo o la conversacion ya se borro: el gasto se queda';

create table public.turnos_ia (
  id uuid primary key default gen_random_uuid(),
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  conversacion_id uuid not null,
  hasta_mensaje bigint not null,
  resultado text not null check (resultado in ('contestado', 'frenado')),
  pregunta text not null default '',
  borrador text not null default '',
  hallazgos jsonb not null default '[]',
  apoyos jsonb not null default '[]',
  modelo text not null default '',
  revisado_en timestamptz,
  fecha_creacion timestamptz not null default now(),
  unique (nombre_nora, id),
  unique (nombre_nora, conversacion_id, hasta_mensaje),
  foreign key (nombre_nora, conversacion_id) references public.conversaciones (nombre_nora, id)
    on update cascade on delete cascade deferrable initially deferred
);
create index turnos_ia_frenados on public.turnos_ia (nombre_nora, fecha_creacion desc)
  where resultado = 'frenado' and revisado_en is null;
comment on table public.turnos_ia is 'Lo que el modelo quiso contestar en un turno y en que se apoyo; lo frenado es nota privada para una persona';
comment on column public.turnos_ia.apoyos is 'Bloques y resultados de herramientas que vio: [{id, titulo, texto, tipo}]';

create table public.acciones_ia (
  id uuid primary key default gen_random_uuid(),
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  conversacion_id uuid not null,
  clave text not null,
  herramienta text not null,
  argumentos jsonb not null default '{}',
  estado text not null check (estado in ('haciendo', 'hecha', 'fallida', 'por_aprobar', 'rechazada')),
  resultado jsonb not null default '{}',
  decidida_por uuid references public.usuarios on delete set null,
  fecha_creacion timestamptz not null default now(),
  fecha_actualizacion timestamptz not null default now(),
  unique (nombre_nora, id),
  unique (nombre_nora, clave),
  foreign key (nombre_nora, conversacion_id) references public.conversaciones (nombre_nora, id)
    on update cascade on delete cascade deferrable initially deferred
);
create index acciones_ia_por_aprobar on public.acciones_ia (nombre_nora, fecha_creacion)
  where estado = 'por_aprobar';
create index acciones_ia_por_conversacion on public.acciones_ia (nombre_nora, conversacion_id);
comment on table public.acciones_ia is 'Lo que el modelo hizo o propuso con herramientas, una sola vez por clave';
create trigger fecha_actualizacion before update on public.acciones_ia
  for each row execute function public.poner_fecha_actualizacion();

create table public.numeros_equipo (
  id uuid primary key default gen_random_uuid(),
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  nombre text not null check (length(btrim(nombre)) between 1 and 80),
  telefono text not null check (telefono ~ '^\+[1-9][0-9]{7,14}$'),
  fecha_creacion timestamptz not null default now(),
  unique (nombre_nora, id),
  unique (nombre_nora, telefono)
);
comment on table public.numeros_equipo is 'Telefonos del dueño y su gente: a ellos Nora les hace tareas por WhatsApp';
comment on column public.numeros_equipo.telefono is 'E.164, el mismo formato que contactos.telefono';

-- ---------------------------------------------------------------- Paredes
do $$
declare
  tabla text;
begin
  foreach tabla in array array['configuracion_ia', 'uso_ia', 'turnos_ia', 'acciones_ia', 'numeros_equipo'] loop
    execute format('alter table public.%I enable row level security', tabla);
    execute format('alter table public.%I force row level security', tabla);
    execute format('create policy por_nora on public.%I to authenticated'
                   ' using (nombre_nora = (select public.nora_del_token()))'
                   ' with check (nombre_nora = (select public.nora_del_token()))', tabla);
    execute format('revoke all on public.%I from anon, authenticated', tabla);
    execute format('grant all on public.%I to service_role', tabla);
  end loop;
end;
$$;
grant select, insert, update on public.configuracion_ia, public.turnos_ia, public.acciones_ia to authenticated;
grant select, insert on public.uso_ia to authenticated;
grant select, insert, delete on public.numeros_equipo to authenticated;

-- ---------------------------------------------------------------- Leer
-- El gasto del mes en curso, con el mes de la zona de la Nora.
create function public.gasto_ia()
returns numeric language sql stable set search_path = ''
as $$
  select coalesce(sum(u.costo), 0)
  from public.uso_ia u
  where u.nombre_nora = (select public.nora_del_token())
    and u.fecha_creacion >= (
      select date_trunc('month', now() at time zone n.zona_horaria) at time zone n.zona_horaria
      from public.configuracion_bot n where n.nombre_nora = (select public.nora_del_token()))
$$;
comment on function public.gasto_ia is 'Pesos gastados este mes en modelos por la Nora del token';

-- Todo lo que el modelo puede saber de un turno: la Nora, sus topes, la ficha del contacto y lo ultimo que se dijo.
-- Nulo si la platica no es de la Nora del token.
create function public.contexto_ia(p_conversacion_id uuid, p_mensajes integer default 14)
returns jsonb language sql stable set search_path = ''
as $$
  select jsonb_build_object(
    'nora', jsonb_build_object(
      'nombre_nora', n.nombre_nora, 'nombre_visible', n.nombre_visible, 'numero_nora', n.numero_nora,
      'modulos', n.modulos, 'personalidad', n.personalidad, 'instrucciones', n.instrucciones,
      'modo_respuesta', n.modo_respuesta, 'mensaje_fuera_tema', n.mensaje_fuera_tema,
      'zona_horaria', n.zona_horaria,
      -- La columna llega despues, con los ajustes del negocio.
      'horario', coalesce(to_jsonb(n) -> 'horario', '{}')),
    'ia', (select to_jsonb(i) from public.configuracion_ia i where i.nombre_nora = n.nombre_nora),
    'gasto', public.gasto_ia(),
    'llamadas_hoy', (
      select count(*) from public.turnos_ia t
      where t.nombre_nora = n.nombre_nora and t.conversacion_id = v.id
        and t.fecha_creacion > now() - interval '1 day'),
    'canal', v.canal,
    'es_empleado', v.canal = 'whatsapp' and exists (
      select 1 from public.numeros_equipo e
      where e.nombre_nora = n.nombre_nora and e.telefono = c.telefono),
    'contacto', jsonb_build_object(
      'id', c.id, 'nombre', coalesce(nullif(c.nombre, ''), c.nombre_perfil), 'telefono', c.telefono,
      'correo', c.correo, 'notas', c.notas,
      'etiquetas', (
        select coalesce(jsonb_agg(e.nombre order by e.nombre), '[]')
        from public.contacto_etiquetas x
        join public.etiquetas e on e.nombre_nora = x.nombre_nora and e.id = x.etiqueta_id
        where x.nombre_nora = n.nombre_nora and x.contacto_id = c.id)),
    'mensajes', (
      select coalesce(jsonb_agg(jsonb_build_object(
          'id', m.id, 'sentido', m.sentido, 'autor', m.autor, 'texto', left(m.texto, 1500),
          'pendiente', m.sentido = 'entrante' and m.atendido_en is null) order by m.id), '[]')
      from (
        select * from public.mensajes t
        where t.nombre_nora = n.nombre_nora and t.conversacion_id = v.id and t.texto <> ''
        order by t.id desc limit least(p_mensajes, 60)) m))
  from public.conversaciones v
  join public.configuracion_bot n on n.nombre_nora = v.nombre_nora
  join public.contactos c on c.nombre_nora = v.nombre_nora and c.id = v.contacto_id
  where v.nombre_nora = (select public.nora_del_token()) and v.id = p_conversacion_id
$$;
comment on function public.contexto_ia is 'Lo que un modelo puede saber de una platica de la Nora del token';

-- La pagina de IA en una lectura: ajustes, gasto, lo frenado y lo que espera aprobacion.
create function public.resumen_ia()
returns jsonb language sql stable set search_path = ''
as $$
  with mes as (
    select n.nombre_nora, n.zona_horaria as zona,
           date_trunc('month', now() at time zone n.zona_horaria) at time zone n.zona_horaria as desde
    from public.configuracion_bot n where n.nombre_nora = (select public.nora_del_token())
  )
  select jsonb_build_object(
    'nora', (
      select jsonb_build_object(
        'personalidad', n.personalidad, 'instrucciones', n.instrucciones, 'modo_respuesta', n.modo_respuesta,
        'mensaje_fuera_tema', n.mensaje_fuera_tema, 'ia_activa', n.ia_activa)
      from public.configuracion_bot n where n.nombre_nora = mes.nombre_nora),
    'ia', (select to_jsonb(i) - 'llave_cifrada' from public.configuracion_ia i where i.nombre_nora = mes.nombre_nora),
    'gasto', public.gasto_ia(),
    'equipo', (
      select coalesce(jsonb_agg(jsonb_build_object('id', e.id, 'nombre', e.nombre, 'telefono', e.telefono)
                                order by e.nombre, e.id), '[]')
      from public.numeros_equipo e where e.nombre_nora = mes.nombre_nora),
    'uso', (
      select jsonb_build_object(
        'llamadas', count(*), 'conversaciones', count(distinct u.conversacion_id),
        'tokens', coalesce(sum(u.tokens_entrada + u.tokens_salida), 0))
      from public.uso_ia u where u.nombre_nora = mes.nombre_nora and u.fecha_creacion >= mes.desde),
    'mas_caras', (
      select coalesce(jsonb_agg(jsonb_build_object(
          'conversacion_id', t.conversacion_id, 'nombre', t.nombre, 'costo', t.costo) order by t.costo desc), '[]')
      from (
        select u.conversacion_id, coalesce(nullif(c.nombre, ''), nullif(c.nombre_perfil, ''), c.telefono, 'Sin nombre')
                 as nombre, sum(u.costo) as costo
        from public.uso_ia u
        join public.conversaciones v on v.nombre_nora = u.nombre_nora and v.id = u.conversacion_id
        join public.contactos c on c.nombre_nora = v.nombre_nora and c.id = v.contacto_id
        where u.nombre_nora = mes.nombre_nora and u.fecha_creacion >= mes.desde
        group by 1, 2 order by 3 desc limit 3) t),
    'frenados', (
      select coalesce(jsonb_agg(to_jsonb(t) order by t.fecha_creacion desc), '[]')
      from (
        select f.id, f.conversacion_id, f.pregunta, f.borrador, f.hallazgos, f.fecha_creacion,
               coalesce(nullif(c.nombre, ''), nullif(c.nombre_perfil, ''), c.telefono, 'Sin nombre') as nombre
        from public.turnos_ia f
        join public.conversaciones v on v.nombre_nora = f.nombre_nora and v.id = f.conversacion_id
        join public.contactos c on c.nombre_nora = v.nombre_nora and c.id = v.contacto_id
        where f.nombre_nora = mes.nombre_nora and f.resultado = 'frenado' and f.revisado_en is null
        order by f.fecha_creacion desc limit 10) t),
    'acciones', (
      select coalesce(jsonb_agg(to_jsonb(t) order by t.fecha_creacion), '[]')
      from (
        select a.id, a.conversacion_id, a.herramienta, a.argumentos, a.fecha_creacion,
               coalesce(nullif(c.nombre, ''), nullif(c.nombre_perfil, ''), c.telefono, 'Sin nombre') as nombre
        from public.acciones_ia a
        join public.conversaciones v on v.nombre_nora = a.nombre_nora and v.id = a.conversacion_id
        join public.contactos c on c.nombre_nora = v.nombre_nora and c.id = v.contacto_id
        where a.nombre_nora = mes.nombre_nora and a.estado = 'por_aprobar'
        order by a.fecha_creacion limit 20) t),
    'conversaciones', (
      select coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'nombre', t.nombre, 'texto', t.texto,
                                                  'fecha', t.ultimo_mensaje_en) order by t.ultimo_mensaje_en desc), '[]')
      from (
        select v.id, left(v.ultimo_texto, 60) as texto, v.ultimo_mensaje_en,
               coalesce(nullif(c.nombre, ''), nullif(c.nombre_perfil, ''), c.telefono, 'Sin nombre') as nombre
        from public.conversaciones v
        join public.contactos c on c.nombre_nora = v.nombre_nora and c.id = v.contacto_id
        where v.nombre_nora = mes.nombre_nora and v.ultimo_entrante_en is not null
        order by v.ultimo_mensaje_en desc limit 30) t))
  from mes
$$;
comment on function public.resumen_ia is 'La pagina de IA de la Nora del token: ajustes, gasto del mes, respuestas frenadas y acciones por aprobar';

-- Guarda los ajustes de la pagina en sus dos tablas, todo o nada.
create function public.guardar_ajustes_ia(p_nora jsonb, p_ia jsonb)
returns void language plpgsql set search_path = ''
as $$
declare
  v_nora text := public.nora_del_token();
begin
  update public.configuracion_bot n
  set personalidad = coalesce(p_nora ->> 'personalidad', n.personalidad),
      instrucciones = coalesce(p_nora ->> 'instrucciones', n.instrucciones),
      modo_respuesta = coalesce(p_nora ->> 'modo_respuesta', n.modo_respuesta),
      mensaje_fuera_tema = coalesce(p_nora ->> 'mensaje_fuera_tema', n.mensaje_fuera_tema)
  where n.nombre_nora = v_nora;
  if not found then
    raise exception 'nora no encontrada' using errcode = 'P0002';
  end if;
  insert into public.configuracion_ia as i (nombre_nora) values (v_nora) on conflict (nombre_nora) do nothing;
  update public.configuracion_ia i
  set usar_modelo = coalesce((p_ia ->> 'usar_modelo')::boolean, i.usar_modelo),
      llave_cifrada = coalesce(p_ia ->> 'llave_cifrada', i.llave_cifrada),
      llave_final = coalesce(p_ia ->> 'llave_final', i.llave_final),
      modelo = coalesce(p_ia ->> 'modelo', i.modelo),
      precio_entrada = case when p_ia ? 'precio_entrada' then (p_ia ->> 'precio_entrada')::numeric
                            else i.precio_entrada end,
      precio_salida = case when p_ia ? 'precio_salida' then (p_ia ->> 'precio_salida')::numeric
                           else i.precio_salida end,
      tope_mensual = coalesce((p_ia ->> 'tope_mensual')::numeric, i.tope_mensual),
      maximo_palabras = coalesce((p_ia ->> 'maximo_palabras')::smallint, i.maximo_palabras),
      respuestas_por_dia = coalesce((p_ia ->> 'respuestas_por_dia')::smallint, i.respuestas_por_dia),
      cuando_pasar = coalesce(p_ia ->> 'cuando_pasar', i.cuando_pasar)
  where i.nombre_nora = v_nora;
end;
$$;
comment on function public.guardar_ajustes_ia is 'Guarda como contesta la Nora del token: lo que falta en los argumentos no cambia';

revoke execute on function public.gasto_ia(), public.contexto_ia(uuid, integer), public.resumen_ia(),
  public.guardar_ajustes_ia(jsonb, jsonb) from public, anon;
grant execute on function public.gasto_ia(), public.contexto_ia(uuid, integer), public.resumen_ia(),
  public.guardar_ajustes_ia(jsonb, jsonb) to authenticated, service_role;

-- Las Noras que ya existian con conocimiento lo tienen encendido desde el principio.
update public.configuracion_bot n set modulos = n.modulos || '["ia"]'::jsonb
where n.modulos ? 'conocimiento' and not n.modulos ? 'ia';
