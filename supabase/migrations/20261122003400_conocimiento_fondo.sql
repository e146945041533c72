-- Conocimiento a fondo: vigencia y preferencia, historia, importaciones, preguntas sin respuesta y cobertura.

-- ---------------------------------------------------------------- Bloques
alter table public.conocimiento_nora
  add column prioridad smallint not null default 0 check (prioridad in (0, 1)),
  add column vigente_desde date,
  add column vigente_hasta date,
  add column fuente text not null default '' check (length(fuente) <= 200),
  add constraint conocimiento_vigencia_en_orden check (vigente_desde <= vigente_hasta);
create index conocimiento_con_vigencia on public.conocimiento_nora (nombre_nora, vigente_hasta)
  where vigente_hasta is not null;
comment on column public.conocimiento_nora.prioridad is '1: si Nora duda entre este y otros, contesta con este';
comment on column public.conocimiento_nora.vigente_desde is 'Primer dia, en la zona de la Nora, en que se usa; nulo: desde siempre';
comment on column public.conocimiento_nora.vigente_hasta is 'Ultimo dia, en la zona de la Nora, en que se usa; nulo: no vence';
comment on column public.conocimiento_nora.fuente is 'De donde salio: archivo y pagina; vacia si se escribio en el panel';

-- ---------------------------------------------------------------- Historia
create table public.conocimiento_versiones (
  id bigint generated always as identity primary key,
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  bloque_id uuid not null,
  accion text not null check (accion in ('creado', 'importado', 'editado', 'encendido', 'apagado', 'restaurado', 'borrado')),
  titulo text not null,
  contenido text not null,
  etiquetas text[] not null,
  activo boolean not null,
  prioridad smallint not null,
  vigente_desde date,
  vigente_hasta date,
  fuente text not null default '',
  usuario_id uuid references public.usuarios on delete set null,
  fecha_creacion timestamptz not null default now(),
  unique (nombre_nora, id)
);
create index conocimiento_versiones_de_bloque on public.conocimiento_versiones (nombre_nora, bloque_id, id desc);
create index conocimiento_borrados on public.conocimiento_versiones (nombre_nora, id desc) where accion = 'borrado';
comment on table public.conocimiento_versiones is 'Como quedo cada bloque despues de cada cambio; sobrevive al bloque para poder recuperarlo';

-- Quien y por que los dice la transaccion: nora.persona y nora.accion. Guarda las ultimas 50 de cada bloque.
create function public.anotar_version() returns trigger
language plpgsql set search_path = ''
as $$
declare
  b public.conocimiento_nora;
  v_accion text := nullif(current_setting('nora.accion', true), '');
begin
  if tg_op = 'DELETE' then
    b := old;
    v_accion := 'borrado';
  elsif tg_op = 'INSERT' then
    b := new;
    v_accion := coalesce(v_accion, 'creado');
  else
    b := new;
    if (new.titulo, new.contenido, new.etiquetas, new.prioridad, new.vigente_desde, new.vigente_hasta)
       is not distinct from (old.titulo, old.contenido, old.etiquetas, old.prioridad, old.vigente_desde, old.vigente_hasta) then
      v_accion := coalesce(v_accion, case when new.activo then 'encendido' else 'apagado' end);
    else
      v_accion := coalesce(v_accion, 'editado');
    end if;
  end if;
  -- Al borrar la Nora entera sus bloques se van con ella y ya no hay donde anotar.
  insert into public.conocimiento_versiones (nombre_nora, bloque_id, accion, titulo, contenido, etiquetas, activo,
    prioridad, vigente_desde, vigente_hasta, fuente, usuario_id)
  select n.nombre_nora, b.id, v_accion, b.titulo, b.contenido, b.etiquetas, b.activo, b.prioridad, b.vigente_desde,
         b.vigente_hasta, b.fuente, nullif(current_setting('nora.persona', true), '')::uuid
  from public.configuracion_bot n where n.nombre_nora = b.nombre_nora;
  if tg_op = 'UPDATE' then
    delete from public.conocimiento_versiones v
    where v.nombre_nora = b.nombre_nora and v.bloque_id = b.id and v.id <= (
      select x.id from public.conocimiento_versiones x
      where x.nombre_nora = b.nombre_nora and x.bloque_id = b.id order by x.id desc offset 50 limit 1);
  end if;
  return null;
end;
$$;
create trigger anotar_version_nueva after insert or delete on public.conocimiento_nora
  for each row execute function public.anotar_version();
create trigger anotar_version after update on public.conocimiento_nora
  for each row when (
    (new.titulo, new.contenido, new.etiquetas, new.activo, new.prioridad, new.vigente_desde, new.vigente_hasta)
    is distinct from
    (old.titulo, old.contenido, old.etiquetas, old.activo, old.prioridad, old.vigente_desde, old.vigente_hasta))
  execute function public.anotar_version();

-- Lo escrito antes de que hubiera historia es su primera version.
insert into public.conocimiento_versiones (nombre_nora, bloque_id, accion, titulo, contenido, etiquetas, activo, prioridad, fecha_creacion)
select k.nombre_nora, k.id, 'creado', k.titulo, k.contenido, k.etiquetas, k.activo, k.prioridad, k.fecha_creacion
from public.conocimiento_nora k;

-- ---------------------------------------------------------------- Importaciones
create table public.conocimiento_importaciones (
  id uuid primary key default gen_random_uuid(),
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  archivo text not null check (length(btrim(archivo)) between 1 and 120),
  tipo text not null check (tipo in ('texto', 'csv', 'pdf', 'docx')),
  paginas integer not null default 0,
  total integer not null check (total > 0),
  guardadas integer not null default 0,
  usuario_id uuid references public.usuarios on delete set null,
  fecha_creacion timestamptz not null default now(),
  unique (nombre_nora, id)
);
create index conocimiento_importaciones_recientes on public.conocimiento_importaciones (nombre_nora, fecha_creacion desc, id);
comment on table public.conocimiento_importaciones is 'Un texto o archivo que se partio en temas para revisar antes de guardarlos';

create table public.conocimiento_propuestas (
  id bigint generated always as identity primary key,
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  importacion_id uuid not null,
  orden integer not null,
  titulo text not null check (length(titulo) <= 120),
  contenido text not null check (length(contenido) <= 4000),
  etiquetas text[] not null default '{}',
  fuente text not null default '' check (length(fuente) <= 200),
  repetida boolean not null default false,
  unique (nombre_nora, id),
  foreign key (nombre_nora, importacion_id) references public.conocimiento_importaciones (nombre_nora, id)
    on update cascade on delete cascade deferrable initially deferred
);
create index conocimiento_propuestas_en_orden on public.conocimiento_propuestas (nombre_nora, importacion_id, orden, id);
comment on table public.conocimiento_propuestas is 'Temas de una importacion que nadie ha guardado ni descartado todavia';
comment on column public.conocimiento_propuestas.repetida is 'Ya habia un bloque que dice lo mismo';

-- ---------------------------------------------------------------- Preguntas sin respuesta
create table public.preguntas_sin_respuesta (
  id uuid primary key default gen_random_uuid(),
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  conversacion_id uuid not null,
  mensaje_id bigint not null,
  pregunta text not null check (length(btrim(pregunta)) between 1 and 600),
  motivo text not null default 'no_sabe' check (motivo in ('no_sabe', 'frenada', 'ninguna_opcion')),
  respuesta text not null default '' check (length(respuesta) <= 4000),
  respondida_en timestamptz,
  grupo uuid,
  vector extensions.vector(512),
  modelo_vector text not null default '',
  estado text not null default 'abierta' check (estado in ('abierta', 'ensenada', 'oculta')),
  bloque_id uuid,
  fecha_creacion timestamptz not null default now(),
  unique (nombre_nora, id),
  unique (nombre_nora, mensaje_id),
  foreign key (nombre_nora, conversacion_id) references public.conversaciones (nombre_nora, id)
    on update cascade on delete cascade deferrable initially deferred,
  foreign key (nombre_nora, mensaje_id) references public.mensajes (nombre_nora, id)
    on update cascade on delete cascade deferrable initially deferred,
  foreign key (nombre_nora, bloque_id) references public.conocimiento_nora (nombre_nora, id)
    on update cascade on delete set null (bloque_id) deferrable initially deferred
);
create index preguntas_por_fecha on public.preguntas_sin_respuesta (nombre_nora, fecha_creacion desc, id);
create index preguntas_de_conversacion on public.preguntas_sin_respuesta (nombre_nora, conversacion_id);
create index preguntas_por_bloque on public.preguntas_sin_respuesta (nombre_nora, bloque_id) where bloque_id is not null;
create index preguntas_abiertas on public.preguntas_sin_respuesta (nombre_nora, fecha_creacion desc) where estado = 'abierta';
comment on table public.preguntas_sin_respuesta is 'Lo que un cliente pregunto, Nora no supo y, si la hubo, la respuesta de una persona';
comment on column public.preguntas_sin_respuesta.grupo is 'Las que preguntan lo mismo; nulo mientras no se agrupa';
comment on column public.preguntas_sin_respuesta.motivo is 'no_sabe, frenada por la guardia, o ninguna_opcion: eligio hablar con una persona';

-- Lo atendido en esta transaccion lleva atendido_en = now(): esa es la pregunta que se quedo sin respuesta.
create function public.anotar_pregunta() returns trigger
language plpgsql set search_path = ''
as $$
declare
  v_decisor text;
  v_motivo text := 'no_sabe';
  v_momento timestamptz := now();
  v_pregunta text;
  v_mensaje bigint;
begin
  select m.decisor into v_decisor from public.mensajes m
  where m.nombre_nora = new.nombre_nora and m.conversacion_id = new.id and m.sentido = 'saliente'
    and m.autor = 'nora' and m.fecha_creacion = now() order by m.id desc limit 1;
  if v_decisor is null then
    -- El aviso ya se habia dado: se pasa sin texto.
    if new.motivo_espera <> 'Nora no encontró la respuesta.' and new.motivo_espera not like 'Nora iba a decir algo%' then
      return null;
    end if;
  elsif v_decisor = 'pedir_persona' then
    -- Solo si acababa de ofrecer temas y ninguno era: la pregunta es la de antes.
    select case when m.decisor = 'conocimiento' and old.opciones is not null then m.fecha_creacion end into v_momento
    from public.mensajes m
    where m.nombre_nora = new.nombre_nora and m.conversacion_id = new.id and m.sentido = 'saliente'
      and m.fecha_creacion < now() order by m.id desc limit 1;
    v_motivo := 'ninguna_opcion';
  elsif v_decisor <> 'pasar_a_persona' then
    return null;
  end if;
  if v_momento is null then
    return null;
  end if;
  if v_motivo = 'no_sabe' and new.motivo_espera like 'Nora iba a decir algo%' then
    v_motivo := 'frenada';
  end if;
  select left(btrim(string_agg(btrim(m.texto), ' ' order by m.id)), 600), max(m.id) into v_pregunta, v_mensaje
  from public.mensajes m
  where m.nombre_nora = new.nombre_nora and m.conversacion_id = new.id and m.sentido = 'entrante'
    and m.atendido_en = v_momento and m.texto <> '';
  if coalesce(v_pregunta, '') <> '' then
    -- La misma, palabra por palabra, va junta desde ahora; las parecidas se juntan al verlas, con sus vectores.
    insert into public.preguntas_sin_respuesta (nombre_nora, conversacion_id, mensaje_id, pregunta, motivo, grupo, estado)
    select new.nombre_nora, new.id, v_mensaje, v_pregunta, v_motivo, igual.grupo, coalesce(igual.estado, 'abierta')
    from (values (1)) uno left join lateral (
      select coalesce(p.grupo, p.id) as grupo, p.estado
      from public.preguntas_sin_respuesta p
      where p.nombre_nora = new.nombre_nora and p.estado in ('abierta', 'oculta')
        and public.normalizar(p.pregunta) = public.normalizar(v_pregunta)
      order by p.fecha_creacion desc limit 1) igual on true
    on conflict (nombre_nora, mensaje_id) do nothing;
  end if;
  return null;
end;
$$;
create trigger anotar_pregunta after update of motivo_espera on public.conversaciones
  for each row when (new.espera_persona_desde is not null and new.motivo_espera <> '')
  execute function public.anotar_pregunta();

-- Lo que la persona conteste en su primera respuesta (varios globos seguidos cuentan como una).
create function public.anotar_respuesta() returns trigger
language plpgsql set search_path = ''
as $$
begin
  update public.preguntas_sin_respuesta p
  set respuesta = left(case when p.respuesta = '' then new.texto else p.respuesta || E'\n' || new.texto end, 4000),
      respondida_en = coalesce(p.respondida_en, new.fecha_creacion)
  where p.nombre_nora = new.nombre_nora and p.conversacion_id = new.conversacion_id and p.estado = 'abierta'
    and p.fecha_creacion between new.fecha_creacion - interval '3 days' and new.fecha_creacion
    and (p.respondida_en is null or (
      p.respondida_en > new.fecha_creacion - interval '5 minutes'
      and not exists (
        select 1 from public.mensajes m
        where m.nombre_nora = p.nombre_nora and m.conversacion_id = p.conversacion_id and m.sentido = 'entrante'
          and m.fecha_creacion > p.respondida_en)));
  return null;
end;
$$;
create trigger anotar_respuesta after insert on public.mensajes
  for each row when (new.sentido = 'saliente' and new.autor = 'persona' and new.texto <> '')
  execute function public.anotar_respuesta();

-- ---------------------------------------------------------------- Parejas que el dueño ya reviso
create table public.conocimiento_descartes (
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  clave text not null check (length(clave) between 8 and 80),
  usuario_id uuid references public.usuarios on delete set null,
  fecha_creacion timestamptz not null default now(),
  primary key (nombre_nora, clave)
);
comment on table public.conocimiento_descartes is 'Parejas de bloques que parecian repetirse o contradecirse y el dueño dijo que no';
comment on column public.conocimiento_descartes.clave is 'Huella de los dos textos: si uno cambia, se vuelve a revisar';

do $$
declare
  tabla text;
begin
  foreach tabla in array array['conocimiento_versiones', 'conocimiento_importaciones', 'conocimiento_propuestas',
                               'preguntas_sin_respuesta', 'conocimiento_descartes'] loop
    execute format('alter table public.%I enable row level security', tabla);
    execute format('alter table public.%I force row level security', tabla);
    execute format('create policy por_nora on public.%I to authenticated'
                   ' using (nombre_nora = (select public.nora_del_token()))'
                   ' with check (nombre_nora = (select public.nora_del_token()))', tabla);
    execute format('revoke all on public.%I from anon, authenticated', tabla);
    execute format('grant select, insert, update, delete on public.%I to authenticated', tabla);
    execute format('grant all on public.%I to service_role', tabla);
  end loop;
end;
$$;

-- ---------------------------------------------------------------- Contestar solo con lo vigente
grant select (nombre_nora, zona_horaria) on public.configuracion_bot to nora_buscador;
create function public.dia_de_la_nora() returns date
language sql stable set search_path = ''
as $$
  select (now() at time zone n.zona_horaria)::date
  from public.configuracion_bot n where n.nombre_nora = (select public.nora_del_token())
$$;
comment on function public.dia_de_la_nora is 'Que dia es hoy donde esta la Nora del token';

drop function public.buscar_conocimiento(text, extensions.vector, integer);
create function public.buscar_conocimiento(p_consulta text, p_vector extensions.vector, p_limite integer default 12)
returns table (id uuid, titulo text, contenido text, etiquetas text[], vectorial double precision,
               lexico double precision, trigramas double precision, prioridad smallint)
language sql stable security definer set search_path = public, extensions, pg_temp
as $$
  with consulta as (
    select public.normalizar(coalesce(p_consulta, '')) as texto
  ), preguntas as (
    -- Se une con «o»: quien pregunta usa palabras que el bloque no tiene.
    -- Los lexemas ya son raices: pasarlos otra vez por el diccionario los cambiaria.
    select texto, coalesce((
      select string_agg('''' || replace(replace(lexema, '\', '\\'), '''', '''''') || '''', ' | ')
      from unnest(tsvector_to_array(to_tsvector('pg_catalog.spanish'::regconfig, texto))) as lexema), '')::tsquery as palabras
    from consulta
  ), hoy as (
    select public.dia_de_la_nora() as dia
  )
  select k.id, k.titulo, k.contenido, k.etiquetas,
         coalesce(1 - (k.vector <=> p_vector), 0) as vectorial,
         ts_rank_cd('{0.1, 0.2, 0.6, 1.0}', k.texto_busqueda, q.palabras, 1)::double precision as lexico,
         word_similarity(q.texto, k.busqueda)::double precision as trigramas,
         k.prioridad
  from public.conocimiento_nora k cross join preguntas q cross join hoy h
  where k.nombre_nora = (select public.nora_del_token()) and k.activo
    and (k.vigente_desde is null or k.vigente_desde <= h.dia)
    and (k.vigente_hasta is null or k.vigente_hasta >= h.dia)
  order by coalesce(1 - (k.vector <=> p_vector), 0) + ts_rank_cd('{0.1, 0.2, 0.6, 1.0}', k.texto_busqueda, q.palabras, 1)
           + word_similarity(q.texto, k.busqueda) desc, k.id
  limit least(greatest(p_limite, 1), 50)
$$;
comment on function public.buscar_conocimiento is 'Bloques vigentes de la Nora del token cercanos a una pregunta, con tres medidas: vectores, palabras y trigramas';
grant create on schema public to nora_buscador;
alter function public.buscar_conocimiento(text, extensions.vector, integer) owner to nora_buscador;
revoke create on schema public from nora_buscador;

create function public.leer_bloque_vigente(p_bloque_id uuid)
returns table (id uuid, titulo text, contenido text, etiquetas text[])
language sql stable set search_path = ''
as $$
  select k.id, k.titulo, k.contenido, k.etiquetas
  from public.conocimiento_nora k, (select public.dia_de_la_nora() as dia) h
  where k.nombre_nora = (select public.nora_del_token()) and k.id = p_bloque_id and k.activo
    and (k.vigente_desde is null or k.vigente_desde <= h.dia)
    and (k.vigente_hasta is null or k.vigente_hasta >= h.dia)
$$;
comment on function public.leer_bloque_vigente is 'Un bloque que hoy se puede usar para contestar; nada si se apago o vencio';

-- ---------------------------------------------------------------- Leer para el panel
create or replace function public.resumen_conocimiento()
returns jsonb language sql stable set search_path = ''
as $$
  select jsonb_build_object(
    'hoy', min(h.dia),
    'total', count(k.id),
    'apagados', count(k.id) filter (where not k.activo),
    'vencidos', count(k.id) filter (where k.activo and k.vigente_hasta < h.dia),
    'por_vencer', count(k.id) filter (where k.activo and k.vigente_hasta between h.dia and h.dia + 7),
    'con_fecha', count(k.id) filter (where coalesce(k.vigente_desde, k.vigente_hasta) is not null),
    'preferidos', count(k.id) filter (where k.prioridad > 0),
    'preguntas', (
      select count(distinct coalesce(p.grupo, p.id)) from public.preguntas_sin_respuesta p
      where p.nombre_nora = (select public.nora_del_token()) and p.estado = 'abierta'),
    'etiquetas', (
      select coalesce(jsonb_agg(jsonb_build_object('nombre', u.nombre, 'cuantos', u.cuantos) order by u.nombre), '[]')
      from (
        select e as nombre, count(*) as cuantos
        from public.conocimiento_nora b, unnest(b.etiquetas) as e
        where b.nombre_nora = (select public.nora_del_token())
        group by e order by count(*) desc, e limit 40) as u))
  from (select public.dia_de_la_nora() as dia) h
  left join public.conocimiento_nora k on k.nombre_nora = (select public.nora_del_token())
$$;
comment on function public.resumen_conocimiento is 'Cuantos bloques tiene la Nora del token y como estan, sus 40 etiquetas mas usadas y que dia es ahi';

create function public.historia_bloque(p_bloque_id uuid)
returns jsonb language sql stable set search_path = ''
as $$
  select jsonb_build_object(
    'existe', exists (
      select 1 from public.conocimiento_nora k
      where k.nombre_nora = (select public.nora_del_token()) and k.id = p_bloque_id),
    'versiones', coalesce(jsonb_agg(to_jsonb(v) || jsonb_build_object(
      'quien', coalesce(public.nombre_de_persona(v.usuario_id), '')) order by v.id desc), '[]'))
  from public.conocimiento_versiones v
  where v.nombre_nora = (select public.nora_del_token()) and v.bloque_id = p_bloque_id
$$;
comment on function public.historia_bloque is 'Las versiones de un bloque de la Nora del token, la ultima primero, con quien hizo cada cambio';

create function public.bloques_borrados(p_limite integer default 50)
returns jsonb language sql stable set search_path = ''
as $$
  select coalesce(jsonb_agg(to_jsonb(t) || jsonb_build_object(
    'quien', coalesce(public.nombre_de_persona(t.usuario_id), '')) order by t.id desc), '[]')
  from (
    select v.* from public.conocimiento_versiones v
    where v.nombre_nora = (select public.nora_del_token()) and v.accion = 'borrado'
      and v.fecha_creacion > now() - interval '90 days'
      and not exists (
        select 1 from public.conocimiento_nora k where k.nombre_nora = v.nombre_nora and k.id = v.bloque_id)
      and not exists (
        select 1 from public.conocimiento_versiones w
        where w.nombre_nora = v.nombre_nora and w.bloque_id = v.bloque_id and w.id > v.id)
    order by v.id desc limit p_limite) t
$$;
comment on function public.bloques_borrados is 'Bloques borrados en los ultimos 90 dias que se pueden recuperar';

-- Las preguntas abiertas (u ocultas), juntas las que piden lo mismo, y las que falta agrupar.
create function public.preguntas_conocimiento(p_estado text default 'abierta', p_modelo text default '',
                                              p_limite integer default 40)
returns jsonb language sql stable set search_path = ''
as $$
  with suyas as (
    select p.*, coalesce(p.grupo, p.id) as clave, v.canal
    from public.preguntas_sin_respuesta p
    join public.conversaciones v on v.nombre_nora = p.nombre_nora and v.id = p.conversacion_id
    where p.nombre_nora = (select public.nora_del_token()) and p.estado = p_estado
    order by p.fecha_creacion desc limit 1000
  ), grupos as (
    select s.clave as grupo, count(*) as cuantas, max(s.fecha_creacion) as ultima,
           (array_agg(s.pregunta order by (s.respuesta <> '') desc, s.fecha_creacion desc))[1] as pregunta,
           (array_agg(s.respuesta order by (s.respuesta <> '') desc, s.fecha_creacion desc))[1] as respuesta,
           (array_agg(s.conversacion_id order by (s.respuesta <> '') desc, s.fecha_creacion desc))[1] as conversacion_id,
           (array_agg(s.motivo order by s.fecha_creacion desc))[1] as motivo,
           (array_agg(distinct s.pregunta))[1:6] as variantes,
           bool_and(s.canal = 'simulador') as simulador
    from suyas s group by s.clave
  )
  select jsonb_build_object(
    'total', (select count(*) from grupos),
    'ocultas', (
      select count(distinct coalesce(p.grupo, p.id)) from public.preguntas_sin_respuesta p
      where p.nombre_nora = (select public.nora_del_token()) and p.estado = 'oculta'),
    'grupos', (
      select coalesce(jsonb_agg(to_jsonb(g) order by g.cuantas desc, g.ultima desc), '[]')
      from (select * from grupos order by cuantas desc, ultima desc limit p_limite) g),
    'por_agrupar', case when p_modelo = '' then '[]'::jsonb else (
      select coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'pregunta', t.pregunta)), '[]')
      from (
        select s.id, s.pregunta from suyas s where s.modelo_vector <> p_modelo
        order by s.fecha_creacion desc limit 64) t) end)
$$;
comment on function public.preguntas_conocimiento is 'Lo que la Nora del token no supo contestar, agrupado, con la respuesta que dio una persona';

create function public.grupo_de_preguntas(p_grupo uuid)
returns jsonb language sql stable set search_path = ''
as $$
  select jsonb_build_object(
    'pregunta', (array_agg(p.pregunta order by (p.respuesta <> '') desc, p.fecha_creacion desc))[1],
    'respuesta', (array_agg(p.respuesta order by (p.respuesta <> '') desc, p.fecha_creacion desc))[1],
    'cuantas', count(*))
  from public.preguntas_sin_respuesta p
  where p.nombre_nora = (select public.nora_del_token()) and coalesce(p.grupo, p.id) = p_grupo
    and p.estado in ('abierta', 'oculta')
  having count(*) > 0
$$;
comment on function public.grupo_de_preguntas is 'Una pregunta sin respuesta de la Nora del token, con lo que contesto una persona; nulo si no esta';

-- Lo que hoy se usa para contestar, para buscar repetidos y contradicciones; y las parejas que ya se revisaron.
create function public.revisar_conocimiento(p_limite integer default 1500)
returns jsonb language sql stable set search_path = ''
as $$
  select jsonb_build_object(
    'preguntas', (
      select count(distinct coalesce(p.grupo, p.id)) from public.preguntas_sin_respuesta p
      where p.nombre_nora = (select public.nora_del_token()) and p.estado = 'abierta'),
    'descartes', (
      select coalesce(jsonb_agg(d.clave), '[]') from public.conocimiento_descartes d
      where d.nombre_nora = (select public.nora_del_token())),
    'bloques', (
      select coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'titulo', t.titulo, 'contenido', t.contenido,
               'fecha_actualizacion', t.fecha_actualizacion, 'con_fecha', t.con_fecha) order by t.fecha_actualizacion desc, t.id), '[]')
      from (
        select k.id, k.titulo, k.contenido, k.fecha_actualizacion,
               coalesce(k.vigente_desde, k.vigente_hasta) is not null as con_fecha
        from public.conocimiento_nora k, (select public.dia_de_la_nora() as dia) h
        where k.nombre_nora = (select public.nora_del_token()) and k.activo
          and (k.vigente_hasta is null or k.vigente_hasta >= h.dia)
        order by k.fecha_actualizacion desc, k.id limit p_limite) t))
$$;
comment on function public.revisar_conocimiento is 'Los bloques en uso de la Nora del token y las parejas que su dueño ya reviso';

-- Pone cada pregunta con la mas parecida que ya tenga vector. p_filas: [{id, vector}].
create function public.agrupar_preguntas(p_filas jsonb, p_modelo text, p_parecido double precision,
                                         p_estado text default 'abierta')
returns jsonb language plpgsql set search_path = ''
as $$
declare
  v_nora text := public.nora_del_token();
  f record;
  v_grupo uuid;
  v_oculta boolean;
begin
  for f in select (x ->> 'id')::uuid as id, (x ->> 'vector')::extensions.vector as vector
           from jsonb_array_elements(p_filas) x loop
    select coalesce(p.grupo, p.id), p.estado = 'oculta' into v_grupo, v_oculta
    from public.preguntas_sin_respuesta p
    where p.nombre_nora = v_nora and p.id <> f.id and p.modelo_vector = p_modelo and p.estado in ('abierta', 'oculta')
      and 1 - (p.vector operator(extensions.<=>) f.vector) >= p_parecido
    order by p.vector operator(extensions.<=>) f.vector limit 1;
    update public.preguntas_sin_respuesta p
    set vector = f.vector, modelo_vector = p_modelo, grupo = coalesce(v_grupo, p.grupo, p.id),
        -- Lo que el dueño pidio no ver no vuelve porque otro lo pregunte.
        estado = case when v_oculta then 'oculta' else p.estado end
    where p.nombre_nora = v_nora and p.id = f.id;
  end loop;
  return public.preguntas_conocimiento(p_estado);
end;
$$;
comment on function public.agrupar_preguntas is 'Agrupa preguntas de la Nora del token por el parecido de sus vectores y devuelve la lista ya agrupada';

create function public.cobertura_conocimiento(p_dias integer default 30)
returns jsonb language sql stable set search_path = ''
as $$
  with nora as (
    select n.nombre_nora, n.zona_horaria as zona, (now() at time zone n.zona_horaria)::date as hoy,
           ((now() at time zone n.zona_horaria)::date - (p_dias - 1))::timestamp at time zone n.zona_horaria as desde
    from public.configuracion_bot n where n.nombre_nora = (select public.nora_del_token())
  ), dichas as (
    select (m.fecha_creacion at time zone n.zona)::date as dia, m.fuentes,
           m.decisor = 'conocimiento' and m.texto like '%¿Te refieres a…?%' as ofrece, m.decisor
    from nora n
    join public.mensajes m on m.nombre_nora = n.nombre_nora and m.fecha_creacion >= n.desde
    join public.conversaciones v on v.nombre_nora = m.nombre_nora and v.id = m.conversacion_id
    where m.sentido = 'saliente' and m.autor = 'nora' and m.fuentes <> '[]'::jsonb and v.canal <> 'simulador'
  ), pasadas as (
    select (p.fecha_creacion at time zone n.zona)::date as dia, count(*) as cuantas
    from nora n
    join public.preguntas_sin_respuesta p on p.nombre_nora = n.nombre_nora and p.fecha_creacion >= n.desde
    join public.conversaciones v on v.nombre_nora = p.nombre_nora and v.id = p.conversacion_id
    where p.motivo <> 'ninguna_opcion' and v.canal <> 'simulador'
    group by 1
  ), por_dia as (
    select d.dia, count(*) filter (where not d.ofrece and d.decisor <> 'eleccion') as contestadas,
           count(*) filter (where d.ofrece) as opciones
    from dichas d group by 1
  ), usos as (
    select (x ->> 'id') as id, count(*) as veces
    from dichas d, jsonb_array_elements(d.fuentes) x where not d.ofrece group by 1
  ), sin_usar as (
    select k.id, k.titulo, k.fecha_creacion
    from nora n
    join public.conocimiento_nora k on k.nombre_nora = n.nombre_nora
    where k.activo and k.fecha_creacion < n.desde + interval '1 day' * (p_dias - 7)
      and not exists (select 1 from usos u where u.id = k.id::text)
  )
  select jsonb_build_object(
    'dias', (
      select jsonb_agg(jsonb_build_object('dia', g::date, 'contestadas', coalesce(x.contestadas, 0),
               'opciones', coalesce(x.opciones, 0), 'pasadas', coalesce(y.cuantas, 0)) order by g)
      from nora n, generate_series(n.hoy - (p_dias - 1), n.hoy, interval '1 day') g
      left join por_dia x on x.dia = g::date
      left join pasadas y on y.dia = g::date),
    'usados', (
      select coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'titulo', t.titulo, 'veces', t.veces)
                                order by t.veces desc, t.titulo), '[]')
      from (
        select k.id, k.titulo, u.veces
        from nora n
        join public.conocimiento_nora k on k.nombre_nora = n.nombre_nora
        join usos u on u.id = k.id::text
        order by u.veces desc, k.titulo limit 10) t),
    'sin_usar', (
      select coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'titulo', t.titulo, 'desde', t.fecha_creacion)
                                order by t.fecha_creacion, t.titulo), '[]')
      from (select * from sin_usar order by fecha_creacion, titulo limit 10) t),
    'sin_usar_total', (select count(*) from sin_usar),
    'preguntas', (
      select count(distinct coalesce(p.grupo, p.id)) from public.preguntas_sin_respuesta p
      where p.nombre_nora = (select public.nora_del_token()) and p.estado = 'abierta'))
$$;
comment on function public.cobertura_conocimiento is 'De lo que preguntaron los clientes de la Nora del token, cuanto contesto, ofrecio o paso, por dia';

-- ---------------------------------------------------------------- Escribir desde el panel
-- p_cambios: titulo, contenido, etiquetas, activo, prioridad, vigente_desde, vigente_hasta, fuente; lo que falta no cambia.
-- p_grupo: las preguntas que este bloque contesta. Nulo si el bloque no es de la Nora del token.
create function public.guardar_bloque(p_bloque_id uuid, p_cambios jsonb, p_usuario_id uuid, p_grupo uuid default null)
returns uuid language plpgsql set search_path = ''
as $$
declare
  v_nora text := public.nora_del_token();
  v_id uuid;
  v_etiquetas text[] := case when p_cambios ? 'etiquetas' then
    array(select jsonb_array_elements_text(p_cambios -> 'etiquetas')) end;
begin
  perform set_config('nora.persona', coalesce(p_usuario_id::text, ''), true);
  if p_bloque_id is null then
    insert into public.conocimiento_nora (nombre_nora, titulo, contenido, etiquetas, prioridad, vigente_desde,
      vigente_hasta, fuente)
    values (v_nora, p_cambios ->> 'titulo', p_cambios ->> 'contenido', coalesce(v_etiquetas, '{}'),
      coalesce((p_cambios ->> 'prioridad')::smallint, 0), (p_cambios ->> 'vigente_desde')::date,
      (p_cambios ->> 'vigente_hasta')::date, coalesce(p_cambios ->> 'fuente', ''))
    returning id into v_id;
  else
    update public.conocimiento_nora k
    set titulo = coalesce(p_cambios ->> 'titulo', k.titulo),
        contenido = coalesce(p_cambios ->> 'contenido', k.contenido),
        etiquetas = coalesce(v_etiquetas, k.etiquetas),
        activo = coalesce((p_cambios ->> 'activo')::boolean, k.activo),
        prioridad = coalesce((p_cambios ->> 'prioridad')::smallint, k.prioridad),
        vigente_desde = case when p_cambios ? 'vigente_desde' then (p_cambios ->> 'vigente_desde')::date
                             else k.vigente_desde end,
        vigente_hasta = case when p_cambios ? 'vigente_hasta' then (p_cambios ->> 'vigente_hasta')::date
                             else k.vigente_hasta end
    where k.nombre_nora = v_nora and k.id = p_bloque_id
    returning k.id into v_id;
  end if;
  if v_id is not null and p_grupo is not null then
    update public.preguntas_sin_respuesta p set estado = 'ensenada', bloque_id = v_id
    where p.nombre_nora = v_nora and coalesce(p.grupo, p.id) = p_grupo and p.estado in ('abierta', 'oculta');
  end if;
  return v_id;
end;
$$;
comment on function public.guardar_bloque is 'Crea o cambia un bloque de la Nora del token y anota quien; cierra las preguntas que contesta';

create function public.borrar_bloque(p_bloque_id uuid, p_usuario_id uuid)
returns text language plpgsql set search_path = ''
as $$
declare
  v_titulo text;
begin
  perform set_config('nora.persona', coalesce(p_usuario_id::text, ''), true);
  delete from public.conocimiento_nora k
  where k.nombre_nora = public.nora_del_token() and k.id = p_bloque_id returning k.titulo into v_titulo;
  if v_titulo is not null then
    delete from public.conocimiento_versiones v
    where v.nombre_nora = public.nora_del_token() and v.fecha_creacion < now() - interval '90 days'
      and not exists (
        select 1 from public.conocimiento_nora k where k.nombre_nora = v.nombre_nora and k.id = v.bloque_id);
  end if;
  return v_titulo;
end;
$$;
comment on function public.borrar_bloque is 'Borra un bloque y devuelve su titulo; se puede recuperar 90 dias';

create function public.restaurar_version(p_version_id bigint, p_usuario_id uuid)
returns uuid language plpgsql set search_path = ''
as $$
declare
  v public.conocimiento_versiones;
begin
  select * into v from public.conocimiento_versiones x
  where x.nombre_nora = public.nora_del_token() and x.id = p_version_id;
  if not found then
    return null;
  end if;
  perform set_config('nora.persona', coalesce(p_usuario_id::text, ''), true);
  perform set_config('nora.accion', 'restaurado', true);
  update public.conocimiento_nora k
  set titulo = v.titulo, contenido = v.contenido, etiquetas = v.etiquetas, prioridad = v.prioridad,
      vigente_desde = v.vigente_desde, vigente_hasta = v.vigente_hasta
  where k.nombre_nora = v.nombre_nora and k.id = v.bloque_id;
  if not found then
    insert into public.conocimiento_nora (id, nombre_nora, titulo, contenido, etiquetas, activo, prioridad,
      vigente_desde, vigente_hasta, fuente)
    values (v.bloque_id, v.nombre_nora, v.titulo, v.contenido, v.etiquetas, v.activo, v.prioridad,
      v.vigente_desde, v.vigente_hasta, v.fuente);
  end if;
  perform set_config('nora.accion', '', true);
  return v.bloque_id;
end;
$$;
comment on function public.restaurar_version is 'Regresa un bloque a como estaba en una version, o lo recupera si se borro; nulo si no es de la Nora del token';

-- p_propuestas: [{titulo, contenido, etiquetas, fuente}], en orden. Las importaciones viejas sin terminar se olvidan.
create function public.crear_importacion_conocimiento(p_archivo text, p_tipo text, p_paginas integer, p_propuestas jsonb,
                                                      p_usuario_id uuid)
returns uuid language plpgsql set search_path = ''
as $$
declare
  v_nora text := public.nora_del_token();
  v_id uuid;
begin
  delete from public.conocimiento_importaciones i
  where i.nombre_nora = v_nora and i.fecha_creacion < now() - interval '30 days';
  insert into public.conocimiento_importaciones (nombre_nora, archivo, tipo, paginas, total, usuario_id)
  values (v_nora, p_archivo, p_tipo, p_paginas, jsonb_array_length(p_propuestas), p_usuario_id)
  returning id into v_id;
  insert into public.conocimiento_propuestas (nombre_nora, importacion_id, orden, titulo, contenido, etiquetas, fuente, repetida)
  select v_nora, v_id, x.orden, x.p ->> 'titulo', x.p ->> 'contenido',
         array(select jsonb_array_elements_text(coalesce(x.p -> 'etiquetas', '[]'))), coalesce(x.p ->> 'fuente', ''),
         exists (
           select 1 from public.conocimiento_nora k
           where k.nombre_nora = v_nora
             and k.busqueda = public.normalizar((x.p ->> 'titulo') || ' ' || (x.p ->> 'contenido')))
  from jsonb_array_elements(p_propuestas) with ordinality as x (p, orden);
  return v_id;
end;
$$;
comment on function public.crear_importacion_conocimiento is 'Guarda los temas propuestos de un archivo para revisarlos; devuelve su id';

create function public.leer_importacion_conocimiento(p_importacion_id uuid, p_limite integer default 20)
returns jsonb language sql stable set search_path = ''
as $$
  select to_jsonb(i) || jsonb_build_object(
    'quedan', (
      select count(*) from public.conocimiento_propuestas p
      where p.nombre_nora = i.nombre_nora and p.importacion_id = i.id),
    'propuestas', (
      select coalesce(jsonb_agg(to_jsonb(t) order by t.orden, t.id), '[]')
      from (
        select p.id, p.orden, p.titulo, p.contenido, p.etiquetas, p.fuente, p.repetida
        from public.conocimiento_propuestas p
        where p.nombre_nora = i.nombre_nora and p.importacion_id = i.id order by p.orden, p.id limit p_limite) t))
  from public.conocimiento_importaciones i
  where i.nombre_nora = (select public.nora_del_token()) and i.id = p_importacion_id
$$;
comment on function public.leer_importacion_conocimiento is 'Una importacion de la Nora del token con sus siguientes temas por revisar';

-- Guarda los temas elegidos ([{id, titulo, contenido}]) y quita de la lista los vistos, todo o nada.
-- p_resto: guarda ademas, tal cual, todo lo que falte y no se repita.
create function public.guardar_propuestas(p_importacion_id uuid, p_elegidas jsonb, p_vistas bigint[], p_resto boolean,
                                          p_usuario_id uuid)
returns integer language plpgsql set search_path = ''
as $$
declare
  v_nora text := public.nora_del_token();
  v_guardadas integer;
  v_resto integer := 0;
begin
  perform 1 from public.conocimiento_importaciones i
  where i.nombre_nora = v_nora and i.id = p_importacion_id for update;
  if not found then
    raise exception 'importacion no encontrada' using errcode = 'P0002';
  end if;
  perform set_config('nora.persona', coalesce(p_usuario_id::text, ''), true);
  perform set_config('nora.accion', 'importado', true);
  -- Solo lo que sigue en la lista: el mismo envio, repetido, no guarda dos veces.
  insert into public.conocimiento_nora (nombre_nora, titulo, contenido, etiquetas, fuente)
  select v_nora, x ->> 'titulo', x ->> 'contenido', p.etiquetas, p.fuente
  from jsonb_array_elements(p_elegidas) x
  join public.conocimiento_propuestas p
    on p.nombre_nora = v_nora and p.importacion_id = p_importacion_id and p.id = (x ->> 'id')::bigint;
  get diagnostics v_guardadas = row_count;
  delete from public.conocimiento_propuestas p
  where p.nombre_nora = v_nora and p.importacion_id = p_importacion_id and p.id = any (p_vistas);
  if p_resto then
    insert into public.conocimiento_nora (nombre_nora, titulo, contenido, etiquetas, fuente)
    select v_nora, p.titulo, p.contenido, p.etiquetas, p.fuente
    from public.conocimiento_propuestas p
    where p.nombre_nora = v_nora and p.importacion_id = p_importacion_id and not p.repetida order by p.orden;
    get diagnostics v_resto = row_count;
    delete from public.conocimiento_propuestas p
    where p.nombre_nora = v_nora and p.importacion_id = p_importacion_id;
  end if;
  update public.conocimiento_importaciones i set guardadas = i.guardadas + v_guardadas + v_resto
  where i.nombre_nora = v_nora and i.id = p_importacion_id;
  perform set_config('nora.accion', '', true);
  return v_guardadas + v_resto;
end;
$$;
comment on function public.guardar_propuestas is 'Vuelve bloques los temas elegidos de una importacion; devuelve cuantos';

revoke execute on function
  public.buscar_conocimiento(text, extensions.vector, integer), public.dia_de_la_nora(),
  public.leer_bloque_vigente(uuid), public.historia_bloque(uuid), public.bloques_borrados(integer),
  public.preguntas_conocimiento(text, text, integer), public.agrupar_preguntas(jsonb, text, double precision, text),
  public.grupo_de_preguntas(uuid), public.revisar_conocimiento(integer),
  public.cobertura_conocimiento(integer), public.guardar_bloque(uuid, jsonb, uuid, uuid),
  public.borrar_bloque(uuid, uuid), public.restaurar_version(bigint, uuid),
  public.crear_importacion_conocimiento(text, text, integer, jsonb, uuid),
  public.leer_importacion_conocimiento(uuid, integer), public.guardar_propuestas(uuid, jsonb, bigint[], boolean, uuid),
  public.anotar_version(), public.anotar_pregunta(), public.anotar_respuesta()
from public, anon, authenticated;
grant execute on function public.dia_de_la_nora() to nora_buscador;
grant execute on function
  public.buscar_conocimiento(text, extensions.vector, integer), public.dia_de_la_nora(),
  public.leer_bloque_vigente(uuid), public.historia_bloque(uuid), public.bloques_borrados(integer),
  public.preguntas_conocimiento(text, text, integer), public.agrupar_preguntas(jsonb, text, double precision, text),
  public.grupo_de_preguntas(uuid), public.revisar_conocimiento(integer),
  public.cobertura_conocimiento(integer), public.guardar_bloque(uuid, jsonb, uuid, uuid),
  public.borrar_bloque(uuid, uuid), public.restaurar_version(bigint, uuid),
  public.crear_importacion_conocimiento(text, text, integer, jsonb, uuid),
  public.leer_importacion_conocimiento(uuid, integer), public.guardar_propuestas(uuid, jsonb, bigint[], boolean, uuid)
to authenticated, service_role;
