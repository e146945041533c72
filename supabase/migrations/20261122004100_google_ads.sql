-- Anuncios de Google: la conexion, las cuentas, lo que hay en ellas, lo que gasto y dio cada cosa por dia, y sus avisos.
-- Los ids de Google son textos: no se hacen cuentas con ellos.

-- ---------------------------------------------------------------- Tablas
create table public.google_ads_conexiones (
  nombre_nora text primary key references public.configuracion_bot on update cascade on delete cascade,
  tipo text not null check (tipo in ('oauth', 'demo')),
  token_cifrado text,
  caduca_en timestamptz,
  estado text not null default 'bien' check (estado in ('bien', 'sin_permisos', 'vencida')),
  problema text not null default '',
  revisada_en timestamptz,
  conectada_por uuid references public.usuarios on delete set null,
  fecha_creacion timestamptz not null default now(),
  check (tipo = 'demo' or token_cifrado is not null)
);
comment on table public.google_ads_conexiones is 'Con que permiso entra esta Nora a Google Ads; el token de renovacion va cifrado';
comment on column public.google_ads_conexiones.caduca_en is 'Cuando se vence el token de renovacion; nulo si Google no lo dice';
comment on column public.google_ads_conexiones.estado is 'vencida: Google ya no acepta el permiso; sin_permisos: lo acepta pero no deja leer';

create table public.google_ads_cuentas (
  id uuid primary key default gen_random_uuid(),
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  externo_id text not null check (externo_id ~ '^[0-9]{1,20}$'),
  gerente_id text not null default '' check (gerente_id ~ '^[0-9]{0,20}$'),
  gerente_nombre text not null default '',
  nombre text not null,
  moneda text not null check (moneda ~ '^[A-Z]{3}$'),
  zona text not null default '',
  estado text not null default '',
  uso text not null default 'disponible' check (uso in ('disponible', 'vinculada', 'excluida')),
  ultimo_dia date,
  sincronizada_en timestamptz,
  revisada_en timestamptz,
  fecha_creacion timestamptz not null default now(),
  unique (nombre_nora, id),
  unique (nombre_nora, externo_id)
);
comment on table public.google_ads_cuentas is 'Cuentas de Google Ads que ve el permiso; solo las vinculadas se leen y se suman';
comment on column public.google_ads_cuentas.gerente_id is 'La cuenta de administrador (MCC) por la que se entra; vacio si se entra directo';
comment on column public.google_ads_cuentas.estado is 'CustomerStatus de Google: ENABLED, CANCELED, SUSPENDED, CLOSED; o SIN_ACCESO si dejo de verse con este permiso';
comment on column public.google_ads_cuentas.ultimo_dia is 'Hasta que dia hay datos completos';

create table public.google_ads_campanas (
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  cuenta_id uuid not null,
  campana_id text not null,
  nombre text not null,
  estado text not null default '',
  tipo text not null default '',
  presupuesto_diario numeric(14, 2),
  vista_en timestamptz not null default now(),
  primary key (nombre_nora, campana_id),
  foreign key (nombre_nora, cuenta_id) references public.google_ads_cuentas (nombre_nora, id)
    on update cascade on delete cascade deferrable initially deferred
);
create index google_ads_campanas_de_cuenta on public.google_ads_campanas (nombre_nora, cuenta_id);
comment on table public.google_ads_campanas is 'Campañas de las cuentas vinculadas';

create table public.google_ads_grupos (
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  cuenta_id uuid not null,
  grupo_id text not null,
  campana_id text not null,
  nombre text not null,
  estado text not null default '',
  vista_en timestamptz not null default now(),
  primary key (nombre_nora, grupo_id),
  foreign key (nombre_nora, cuenta_id) references public.google_ads_cuentas (nombre_nora, id)
    on update cascade on delete cascade deferrable initially deferred
);
create index google_ads_grupos_de_cuenta on public.google_ads_grupos (nombre_nora, cuenta_id);
comment on table public.google_ads_grupos is 'Grupos de anuncios';

create table public.google_ads_anuncios (
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  cuenta_id uuid not null,
  anuncio_id text not null,
  grupo_id text not null,
  campana_id text not null,
  nombre text not null,
  estado text not null default '',
  tipo text not null default '',
  titulos text[] not null default '{}',
  descripciones text[] not null default '{}',
  fuerza text not null default '',
  motivo_rechazo text not null default '',
  vista_en timestamptz not null default now(),
  primary key (nombre_nora, anuncio_id),
  foreign key (nombre_nora, cuenta_id) references public.google_ads_cuentas (nombre_nora, id)
    on update cascade on delete cascade deferrable initially deferred
);
create index google_ads_anuncios_de_cuenta on public.google_ads_anuncios (nombre_nora, cuenta_id);
comment on table public.google_ads_anuncios is 'Anuncios con sus titulos y descripciones. anuncio_id es grupo~anuncio, como lo nombra Google';
comment on column public.google_ads_anuncios.fuerza is 'AdStrength de Google: POOR, AVERAGE, GOOD, EXCELLENT; vacio si no aplica';

create table public.google_ads_palabras (
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  cuenta_id uuid not null,
  palabra_id text not null,
  grupo_id text not null,
  campana_id text not null,
  nombre text not null,
  estado text not null default '',
  concordancia text not null default '',
  calidad smallint check (calidad between 1 and 10),
  vista_en timestamptz not null default now(),
  primary key (nombre_nora, palabra_id),
  foreign key (nombre_nora, cuenta_id) references public.google_ads_cuentas (nombre_nora, id)
    on update cascade on delete cascade deferrable initially deferred
);
create index google_ads_palabras_de_cuenta on public.google_ads_palabras (nombre_nora, cuenta_id);
comment on table public.google_ads_palabras is 'Palabras clave con su concordancia y nivel de calidad. palabra_id es grupo~criterio';
comment on column public.google_ads_palabras.calidad is 'Nivel de calidad de 1 a 10; nulo si Google todavia no lo da';

-- Cada nivel trae su propia suma: las campañas que no tienen grupos (Maximo rendimiento) solo cuentan en el suyo.
create table public.google_ads_dias (
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  cuenta_id uuid not null,
  dia date not null,
  nivel text not null check (nivel in ('campana', 'grupo', 'anuncio', 'palabra', 'termino', 'conversion')),
  campana_id text not null,
  grupo_id text not null default '',
  clave text not null,
  gasto numeric(14, 4) not null check (gasto >= 0),
  impresiones bigint not null default 0,
  clics bigint not null default 0,
  conversiones numeric(14, 4) not null default 0,
  valor numeric(16, 4) not null default 0,
  primary key (nombre_nora, cuenta_id, nivel, dia, campana_id, grupo_id, clave),
  foreign key (nombre_nora, cuenta_id) references public.google_ads_cuentas (nombre_nora, id)
    on update cascade on delete cascade deferrable initially deferred
);
create index google_ads_dias_por_nivel on public.google_ads_dias (nombre_nora, nivel, dia);
comment on table public.google_ads_dias is 'Lo que cada campaña, grupo, anuncio, palabra, termino de busqueda o accion de conversion gasto y dio en un dia; solo dias completos';
comment on column public.google_ads_dias.clave is 'El id en su nivel; en termino, lo que se busco; en conversion, el nombre de la accion';

create table public.google_ads_terminos_vistos (
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  termino text not null check (length(termino) between 1 and 400),
  visto_en timestamptz not null default now(),
  primary key (nombre_nora, termino)
);
comment on table public.google_ads_terminos_vistos is 'Terminos de busqueda propuestos como negativos que la persona ya reviso';

create table public.google_ads_sincronizaciones (
  id uuid primary key default gen_random_uuid(),
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  cuenta_id uuid not null,
  desde date not null,
  hasta date not null check (hasta >= desde),
  estado text not null default 'pendiente'
    check (estado in ('pendiente', 'corriendo', 'pausada', 'hecha', 'fallida', 'detenida')),
  hecho_hasta date,
  paso text not null default '',
  filas integer not null default 0,
  intentos integer not null default 0,
  problema text not null default '',
  reintentar_en timestamptz,
  latido_en timestamptz,
  pedida_por uuid references public.usuarios on delete set null,
  inicio timestamptz,
  fin timestamptz,
  fecha_creacion timestamptz not null default now(),
  unique (nombre_nora, id),
  foreign key (nombre_nora, cuenta_id) references public.google_ads_cuentas (nombre_nora, id)
    on update cascade on delete cascade deferrable initially deferred
);
create unique index google_ads_una_sincronizacion_por_cuenta on public.google_ads_sincronizaciones (nombre_nora, cuenta_id)
  where estado in ('pendiente', 'corriendo', 'pausada');
create index google_ads_sincronizaciones_de_cuenta
  on public.google_ads_sincronizaciones (nombre_nora, cuenta_id, fecha_creacion desc);
comment on table public.google_ads_sincronizaciones is 'Cada vez que se leyo una cuenta: que dias, hasta donde llego y por que paro';
comment on column public.google_ads_sincronizaciones.hecho_hasta is 'Ultimo dia ya guardado completo; de ahi sigue';
comment on column public.google_ads_sincronizaciones.latido_en is 'Ultima señal de quien la corre; si calla tres minutos, otro la toma';

create table public.google_ads_dias_paso (
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  sincronizacion_id uuid not null,
  dia date not null,
  nivel text not null,
  campana_id text not null,
  grupo_id text not null default '',
  clave text not null,
  gasto numeric(14, 4) not null,
  impresiones bigint not null,
  clics bigint not null,
  conversiones numeric(14, 4) not null,
  valor numeric(16, 4) not null,
  primary key (nombre_nora, sincronizacion_id, dia, nivel, campana_id, grupo_id, clave),
  foreign key (nombre_nora, sincronizacion_id) references public.google_ads_sincronizaciones (nombre_nora, id)
    on update cascade on delete cascade deferrable initially deferred
);
comment on table public.google_ads_dias_paso is 'Lo leido de un tramo a medias; pasa junto a google_ads_dias o se tira';

create table public.google_ads_alertas (
  id uuid primary key default gen_random_uuid(),
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  cuenta_id uuid not null,
  clave text not null,
  tipo text not null,
  nivel text not null check (nivel in ('aviso', 'grave')),
  anuncio_id text not null default '',
  titulo text not null,
  texto text not null,
  vista_en timestamptz,
  resuelta_en timestamptz,
  fecha_creacion timestamptz not null default now(),
  unique (nombre_nora, id),
  unique (nombre_nora, clave),
  foreign key (nombre_nora, cuenta_id) references public.google_ads_cuentas (nombre_nora, id)
    on update cascade on delete cascade deferrable initially deferred
);
create index google_ads_alertas_abiertas on public.google_ads_alertas (nombre_nora, fecha_creacion desc)
  where resuelta_en is null and vista_en is null;
comment on table public.google_ads_alertas is 'Lo raro que se encontro; la misma no se repite mientras dure';

-- ---------------------------------------------------------------- Paredes
do $$
declare
  tabla text;
begin
  foreach tabla in array array['google_ads_conexiones', 'google_ads_cuentas', 'google_ads_campanas', 'google_ads_grupos',
                               'google_ads_anuncios', 'google_ads_palabras', 'google_ads_dias', 'google_ads_dias_paso',
                               'google_ads_terminos_vistos', 'google_ads_sincronizaciones', 'google_ads_alertas'] loop
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

-- ---------------------------------------------------------------- La cola
create function public.encolar_sincronizacion_google() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform cola.encolar('programador', 'ejecutar_trabajo', 'google_ads:' || new.cuenta_id,
    jsonb_build_object('trabajo', 'google_ads_sincronizar', 'periodo', clock_timestamp()), null);
  return new;
end;
$$;
create trigger encolar after insert on public.google_ads_sincronizaciones
  for each row when (new.estado = 'pendiente') execute function public.encolar_sincronizacion_google();

-- Pide leer una cuenta. A mas tardar, para que no queden dias sin leer, desde treinta dias antes de lo ultimo que hay (Google sigue atribuyendo conversiones
-- a un clic durante treinta dias si no se le pide otra ventana), o los ultimos p_primeros si es la primera vez.
create function public.google_ads_pedir(p_cuenta_id uuid, p_hoy date, p_desde date, p_primeros integer, p_usuario_id uuid)
returns uuid language plpgsql set search_path = ''
as $$
declare
  c public.google_ads_cuentas;
  v_id uuid;
begin
  select * into c from public.google_ads_cuentas x
  where x.nombre_nora = (select public.nora_del_token()) and x.id = p_cuenta_id and x.uso = 'vinculada';
  if not found then
    raise exception 'cuenta no encontrada' using errcode = 'P0002';
  end if;
  insert into public.google_ads_sincronizaciones (nombre_nora, cuenta_id, desde, hasta, pedida_por)
  values (c.nombre_nora, c.id, least(p_hoy, coalesce(least(p_desde, c.ultimo_dia - 29), p_hoy - p_primeros + 1)), p_hoy, p_usuario_id)
  on conflict do nothing returning id into v_id;
  if v_id is null then
    select s.id into v_id from public.google_ads_sincronizaciones s
    where s.nombre_nora = c.nombre_nora and s.cuenta_id = c.id and s.estado in ('pendiente', 'corriendo', 'pausada');
  end if;
  return v_id;
end;
$$;
comment on function public.google_ads_pedir is 'Una sincronizacion de una cuenta vinculada de la Nora del token; una viva por cuenta';

-- La siguiente que toca: pendiente, pausada que ya espero, o la de alguien que dejo de dar señal. Solo uno la toma.
create function public.google_ads_tomar(p_ahora timestamptz, p_id uuid default null) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  s public.google_ads_sincronizaciones;
begin
  select * into s from public.google_ads_sincronizaciones x
  where x.nombre_nora = (select public.nora_del_token()) and (p_id is null or x.id = p_id)
    and (x.estado = 'pendiente'
         or (x.estado = 'pausada' and (p_id is not null or x.reintentar_en <= p_ahora))
         or (x.estado = 'corriendo' and x.latido_en < p_ahora - interval '3 minutes'))
  order by x.fecha_creacion for update skip locked limit 1;
  if not found then
    return null;
  end if;
  update public.google_ads_sincronizaciones x
  set estado = 'corriendo', latido_en = p_ahora, inicio = coalesce(x.inicio, p_ahora), intentos = x.intentos + 1,
      problema = '', reintentar_en = null
  where x.nombre_nora = s.nombre_nora and x.id = s.id;
  delete from public.google_ads_dias_paso d where d.nombre_nora = s.nombre_nora and d.sincronizacion_id = s.id;
  return (select jsonb_build_object('id', s.id, 'cuenta_id', c.id, 'externo_id', c.externo_id, 'gerente_id', c.gerente_id,
      'moneda', c.moneda, 'desde', s.desde, 'hasta', s.hasta, 'hecho_hasta', s.hecho_hasta, 'intentos', s.intentos + 1,
      'token_cifrado', k.token_cifrado)
    from public.google_ads_cuentas c
    left join public.google_ads_conexiones k on k.nombre_nora = c.nombre_nora
    where c.nombre_nora = s.nombre_nora and c.id = s.cuenta_id);
end;
$$;
comment on function public.google_ads_tomar is 'Toma la sincronizacion que sigue de la Nora del token; nulo si no hay';

-- Cambia de una vez un dia por lo leido, y apunta hasta donde va. Todo o nada: nunca hay un dia a medias.
create function public.google_ads_cerrar_tramo(p_id uuid, p_desde date, p_hasta date, p_ahora timestamptz) returns integer
language plpgsql set search_path = ''
as $$
declare
  v_nora text := public.nora_del_token();
  s public.google_ads_sincronizaciones;
  v_filas integer;
begin
  select * into s from public.google_ads_sincronizaciones x
  where x.nombre_nora = v_nora and x.id = p_id and x.estado = 'corriendo' for update;
  if not found then
    raise exception 'sincronizacion detenida' using errcode = 'P0002';
  end if;
  delete from public.google_ads_dias d
  where d.nombre_nora = v_nora and d.cuenta_id = s.cuenta_id and d.dia between p_desde and p_hasta;
  insert into public.google_ads_dias (nombre_nora, cuenta_id, dia, nivel, campana_id, grupo_id, clave, gasto, impresiones,
    clics, conversiones, valor)
  select v_nora, s.cuenta_id, p.dia, p.nivel, p.campana_id, p.grupo_id, p.clave, p.gasto, p.impresiones, p.clics,
    p.conversiones, p.valor
  from public.google_ads_dias_paso p
  where p.nombre_nora = v_nora and p.sincronizacion_id = p_id and p.dia between p_desde and p_hasta;
  get diagnostics v_filas = row_count;
  delete from public.google_ads_dias_paso p
  where p.nombre_nora = v_nora and p.sincronizacion_id = p_id and p.dia between p_desde and p_hasta;
  update public.google_ads_sincronizaciones x
  set hecho_hasta = p_hasta, filas = x.filas + v_filas, latido_en = p_ahora, intentos = 1
  where x.nombre_nora = v_nora and x.id = p_id;
  update public.google_ads_cuentas c set ultimo_dia = greatest(c.ultimo_dia, p_hasta), sincronizada_en = p_ahora
  where c.nombre_nora = v_nora and c.id = s.cuenta_id;
  return v_filas;
end;
$$;
comment on function public.google_ads_cerrar_tramo is 'Pasa un tramo de dias completos a su tabla, de una vez';

-- Lo que la cuenta ya no enseña se queda, con sus cifras, marcado.
create function public.google_ads_marcar_ausentes(p_cuenta_id uuid, p_desde timestamptz) returns void
language sql set search_path = ''
as $$
  update public.google_ads_campanas x set estado = 'REMOVED'
  where x.nombre_nora = (select public.nora_del_token()) and x.cuenta_id = p_cuenta_id and x.vista_en < p_desde and x.estado <> 'REMOVED';
  update public.google_ads_grupos x set estado = 'REMOVED'
  where x.nombre_nora = (select public.nora_del_token()) and x.cuenta_id = p_cuenta_id and x.vista_en < p_desde and x.estado <> 'REMOVED';
  update public.google_ads_anuncios x set estado = 'REMOVED', motivo_rechazo = ''
  where x.nombre_nora = (select public.nora_del_token()) and x.cuenta_id = p_cuenta_id and x.vista_en < p_desde and x.estado <> 'REMOVED';
  update public.google_ads_palabras x set estado = 'REMOVED'
  where x.nombre_nora = (select public.nora_del_token()) and x.cuenta_id = p_cuenta_id and x.vista_en < p_desde and x.estado <> 'REMOVED';
$$;
comment on function public.google_ads_marcar_ausentes is 'Deja como borrado lo que no aparecio al leer la cuenta completa';

-- Las alertas de una cuenta son estas: las nuevas se ponen, las que ya no ocurren se dan por resueltas.
create function public.google_ads_poner_alertas(p_cuenta_id uuid, p_alertas jsonb, p_ahora timestamptz) returns integer
language plpgsql set search_path = ''
as $$
declare
  v_nora text := public.nora_del_token();
  v_nuevas integer;
begin
  update public.google_ads_alertas a set resuelta_en = p_ahora
  where a.nombre_nora = v_nora and a.cuenta_id = p_cuenta_id and a.tipo <> 'cuenta' and a.resuelta_en is null
    and a.clave not in (select x ->> 'clave' from jsonb_array_elements(p_alertas) as x);
  insert into public.google_ads_alertas as a (nombre_nora, cuenta_id, clave, tipo, nivel, anuncio_id, titulo, texto, fecha_creacion)
  select v_nora, p_cuenta_id, x ->> 'clave', x ->> 'tipo', x ->> 'nivel', x ->> 'anuncio_id', x ->> 'titulo', x ->> 'texto', p_ahora
  from jsonb_array_elements(p_alertas) as x
  on conflict (nombre_nora, clave) do update
    set titulo = excluded.titulo, texto = excluded.texto, nivel = excluded.nivel,
        vista_en = case when a.resuelta_en is null then a.vista_en end,
        fecha_creacion = case when a.resuelta_en is null then a.fecha_creacion else excluded.fecha_creacion end,
        resuelta_en = null;
  select count(*) into v_nuevas from public.google_ads_alertas a
  where a.nombre_nora = v_nora and a.cuenta_id = p_cuenta_id and a.fecha_creacion = p_ahora;
  return v_nuevas;
end;
$$;
comment on function public.google_ads_poner_alertas is 'Pone al dia las alertas de los anuncios de una cuenta; devuelve cuantas son nuevas';

do $$
declare
  funcion text;
begin
  foreach funcion in array array[
    'google_ads_pedir(uuid, date, date, integer, uuid)', 'google_ads_tomar(timestamptz, uuid)',
    'google_ads_cerrar_tramo(uuid, date, date, timestamptz)', 'google_ads_marcar_ausentes(uuid, timestamptz)',
    'google_ads_poner_alertas(uuid, jsonb, timestamptz)'] loop
    execute format('revoke execute on function public.%s from public, anon', funcion);
    execute format('grant execute on function public.%s to authenticated, service_role', funcion);
  end loop;
end;
$$;
revoke execute on function public.encolar_sincronizacion_google() from public, anon, authenticated;
