-- Anuncios de Meta: la conexion, las cuentas, lo que hay en ellas, lo que gasto y dio cada anuncio por dia, y sus avisos.
-- Los ids de Meta son textos: son numeros que no caben en un entero de JavaScript y no se hacen cuentas con ellos.

-- ---------------------------------------------------------------- Tablas
create table public.meta_ads_conexiones (
  nombre_nora text primary key references public.configuracion_bot on update cascade on delete cascade,
  tipo text not null check (tipo in ('sistema', 'oauth', 'demo')),
  token_cifrado text,
  usuario_meta text not null default '',
  usuario_nombre text not null default '',
  permisos text[] not null default '{}',
  caduca_en timestamptz,
  estado text not null default 'bien' check (estado in ('bien', 'sin_permisos', 'vencida')),
  problema text not null default '',
  revisada_en timestamptz,
  conectada_por uuid references public.usuarios on delete set null,
  fecha_creacion timestamptz not null default now(),
  check (tipo = 'demo' or token_cifrado is not null)
);
comment on table public.meta_ads_conexiones is 'Con que permiso entra esta Nora a Meta; el token va cifrado';
comment on column public.meta_ads_conexiones.caduca_en is 'Cuando se vence el token; nulo si no se vence';
comment on column public.meta_ads_conexiones.estado is 'vencida: Meta ya no acepta el token; sin_permisos: lo acepta pero le falta alguno';

create table public.meta_ads_cuentas (
  id uuid primary key default gen_random_uuid(),
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  externo_id text not null check (externo_id ~ '^act_[0-9]+$'),
  nombre text not null,
  negocio text not null default '',
  moneda text not null check (moneda ~ '^[A-Z]{3}$'),
  zona text not null default '',
  estado smallint not null,
  razon smallint not null default 0,
  uso text not null default 'disponible' check (uso in ('disponible', 'vinculada', 'excluida')),
  ultimo_dia date,
  sincronizada_en timestamptz,
  revisada_en timestamptz,
  fecha_creacion timestamptz not null default now(),
  unique (nombre_nora, id),
  unique (nombre_nora, externo_id)
);
comment on table public.meta_ads_cuentas is 'Cuentas publicitarias que ve el token; solo las vinculadas se sincronizan y se suman';
comment on column public.meta_ads_cuentas.estado is 'account_status de Meta: 1 activa, 2 desactivada, 3 con adeudo, 101 cerrada...';
comment on column public.meta_ads_cuentas.ultimo_dia is 'Hasta que dia hay datos completos';

create table public.meta_ads_campanas (
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  cuenta_id uuid not null,
  campana_id text not null,
  nombre text not null,
  estado text not null default '',
  objetivo text not null default '',
  presupuesto_diario numeric(14, 2),
  presupuesto_total numeric(14, 2),
  vista_en timestamptz not null default now(),
  primary key (nombre_nora, campana_id),
  foreign key (nombre_nora, cuenta_id) references public.meta_ads_cuentas (nombre_nora, id)
    on update cascade on delete cascade deferrable initially deferred
);
create index meta_ads_campanas_de_cuenta on public.meta_ads_campanas (nombre_nora, cuenta_id);
comment on table public.meta_ads_campanas is 'Campañas de las cuentas vinculadas';

create table public.meta_ads_conjuntos (
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  cuenta_id uuid not null,
  conjunto_id text not null,
  campana_id text not null,
  nombre text not null,
  estado text not null default '',
  presupuesto_diario numeric(14, 2),
  presupuesto_total numeric(14, 2),
  vista_en timestamptz not null default now(),
  primary key (nombre_nora, conjunto_id),
  foreign key (nombre_nora, cuenta_id) references public.meta_ads_cuentas (nombre_nora, id)
    on update cascade on delete cascade deferrable initially deferred
);
create index meta_ads_conjuntos_de_cuenta on public.meta_ads_conjuntos (nombre_nora, cuenta_id);
comment on table public.meta_ads_conjuntos is 'Conjuntos de anuncios';

create table public.meta_ads_anuncios (
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  cuenta_id uuid not null,
  anuncio_id text not null,
  conjunto_id text not null,
  campana_id text not null,
  nombre text not null,
  estado text not null default '',
  motivo_rechazo text not null default '',
  frecuencia_7 numeric(10, 4),
  vista_en timestamptz not null default now(),
  primary key (nombre_nora, anuncio_id),
  foreign key (nombre_nora, cuenta_id) references public.meta_ads_cuentas (nombre_nora, id)
    on update cascade on delete cascade deferrable initially deferred
);
create index meta_ads_anuncios_de_cuenta on public.meta_ads_anuncios (nombre_nora, cuenta_id);
comment on table public.meta_ads_anuncios is 'Anuncios; uno que solo se conoce por sus cifras (ya borrado en Meta) lleva estado DELETED';
comment on column public.meta_ads_anuncios.frecuencia_7 is 'Veces que lo vio cada persona en los ultimos siete dias, segun Meta';

create table public.meta_ads_dias (
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  cuenta_id uuid not null,
  dia date not null,
  anuncio_id text not null,
  plataforma text not null,
  gasto numeric(14, 4) not null check (gasto >= 0),
  impresiones bigint not null default 0,
  alcance bigint not null default 0,
  clics bigint not null default 0,
  clics_enlace bigint not null default 0,
  conversaciones bigint not null default 0,
  prospectos bigint not null default 0,
  compras numeric(14, 2) not null default 0,
  valor numeric(14, 4) not null default 0,
  primary key (nombre_nora, dia, anuncio_id, plataforma),
  foreign key (nombre_nora, cuenta_id) references public.meta_ads_cuentas (nombre_nora, id)
    on update cascade on delete cascade deferrable initially deferred
);
create index meta_ads_dias_de_cuenta on public.meta_ads_dias (nombre_nora, cuenta_id, dia);
comment on table public.meta_ads_dias is 'Lo que cada anuncio gasto y dio en un dia y una plataforma, en la moneda de su cuenta; solo dias completos';

create table public.meta_ads_sincronizaciones (
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
  reporte_id text,
  reintentar_en timestamptz,
  latido_en timestamptz,
  pedida_por uuid references public.usuarios on delete set null,
  inicio timestamptz,
  fin timestamptz,
  fecha_creacion timestamptz not null default now(),
  unique (nombre_nora, id),
  foreign key (nombre_nora, cuenta_id) references public.meta_ads_cuentas (nombre_nora, id)
    on update cascade on delete cascade deferrable initially deferred
);
create unique index meta_ads_una_sincronizacion_por_cuenta on public.meta_ads_sincronizaciones (nombre_nora, cuenta_id)
  where estado in ('pendiente', 'corriendo', 'pausada');
create index meta_ads_sincronizaciones_de_cuenta
  on public.meta_ads_sincronizaciones (nombre_nora, cuenta_id, fecha_creacion desc);
comment on table public.meta_ads_sincronizaciones is 'Cada vez que se leyo una cuenta: que dias, hasta donde llego y por que paro';
comment on column public.meta_ads_sincronizaciones.hecho_hasta is 'Ultimo dia ya guardado completo; de ahi sigue';
comment on column public.meta_ads_sincronizaciones.latido_en is 'Ultima señal de quien la corre; si calla tres minutos, otro la toma';
comment on column public.meta_ads_sincronizaciones.reporte_id is 'El reporte que Meta esta haciendo para el tramo que sigue';

create table public.meta_ads_dias_paso (
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  sincronizacion_id uuid not null,
  dia date not null,
  anuncio_id text not null,
  plataforma text not null,
  campana_id text not null default '',
  conjunto_id text not null default '',
  nombre text not null default '',
  campana_nombre text not null default '',
  conjunto_nombre text not null default '',
  gasto numeric(14, 4) not null,
  impresiones bigint not null,
  alcance bigint not null,
  clics bigint not null,
  clics_enlace bigint not null,
  conversaciones bigint not null,
  prospectos bigint not null,
  compras numeric(14, 2) not null,
  valor numeric(14, 4) not null,
  primary key (nombre_nora, sincronizacion_id, dia, anuncio_id, plataforma),
  foreign key (nombre_nora, sincronizacion_id) references public.meta_ads_sincronizaciones (nombre_nora, id)
    on update cascade on delete cascade deferrable initially deferred
);
comment on table public.meta_ads_dias_paso is 'Paginas de un tramo a medias; pasan juntas a meta_ads_dias o se tiran';

create table public.meta_ads_alertas (
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
  foreign key (nombre_nora, cuenta_id) references public.meta_ads_cuentas (nombre_nora, id)
    on update cascade on delete cascade deferrable initially deferred
);
create index meta_ads_alertas_abiertas on public.meta_ads_alertas (nombre_nora, fecha_creacion desc)
  where resuelta_en is null and vista_en is null;
comment on table public.meta_ads_alertas is 'Lo raro que se encontro; la misma no se repite mientras dure';

create table public.meta_ads_ajustes (
  nombre_nora text primary key references public.configuracion_bot on update cascade on delete cascade,
  presupuesto_mensual numeric(14, 2) check (presupuesto_mensual > 0),
  moneda text not null default 'MXN' check (moneda ~ '^[A-Z]{3}$'),
  etiqueta_venta_id uuid,
  campo_monto_id uuid,
  foreign key (nombre_nora, etiqueta_venta_id) references public.etiquetas (nombre_nora, id)
    on update cascade on delete set null (etiqueta_venta_id) deferrable initially deferred,
  foreign key (nombre_nora, campo_monto_id) references public.campos_propios (nombre_nora, id)
    on update cascade on delete set null (campo_monto_id) deferrable initially deferred
);
comment on table public.meta_ads_ajustes is 'Presupuesto del mes, y como sabe Nora que un contacto compro y cuanto';

create table public.meta_ads_referencias (
  nombre_nora text not null references public.configuracion_bot on update cascade on delete cascade,
  conversacion_id uuid not null,
  anuncio_id text not null,
  clic_id text not null default '',
  titular text not null default '',
  fecha_creacion timestamptz not null default now(),
  primary key (nombre_nora, conversacion_id),
  foreign key (nombre_nora, conversacion_id) references public.conversaciones (nombre_nora, id)
    on update cascade on delete cascade deferrable initially deferred
);
create index meta_ads_referencias_por_anuncio on public.meta_ads_referencias (nombre_nora, anuncio_id, fecha_creacion);
create index meta_ads_referencias_por_fecha on public.meta_ads_referencias (nombre_nora, fecha_creacion);
comment on table public.meta_ads_referencias is 'De que anuncio llego una conversacion; llega una vez, con el primer mensaje despues del clic';

-- ---------------------------------------------------------------- Paredes
do $$
declare
  tabla text;
begin
  foreach tabla in array array['meta_ads_conexiones', 'meta_ads_cuentas', 'meta_ads_campanas', 'meta_ads_conjuntos',
                               'meta_ads_anuncios', 'meta_ads_dias', 'meta_ads_dias_paso', 'meta_ads_sincronizaciones',
                               'meta_ads_alertas', 'meta_ads_ajustes', 'meta_ads_referencias'] loop
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

-- ---------------------------------------------------------------- Del anuncio a la conversacion
-- El primer anuncio se queda: de ahi llego la persona. Los campos son los que manda Twilio con el primer mensaje.
create function public.anotar_referencia_de_anuncio() returns trigger
language plpgsql set search_path = ''
as $$
begin
  insert into public.meta_ads_referencias (nombre_nora, conversacion_id, anuncio_id, clic_id, titular, fecha_creacion)
  values (new.nombre_nora, new.conversacion_id, left(new.crudo ->> 'ReferralSourceId', 60),
          left(coalesce(new.crudo ->> 'ReferralCtwaClid', ''), 300), left(coalesce(new.crudo ->> 'ReferralHeadline', ''), 300),
          new.fecha_creacion)
  on conflict do nothing;
  return new;
end;
$$;
create trigger anotar_referencia after insert on public.mensajes
  for each row when (new.sentido = 'entrante' and coalesce(new.crudo ->> 'ReferralSourceId', '') <> '')
  execute function public.anotar_referencia_de_anuncio();

-- Los clics de antes de que hubiera donde anotarlos.
create function public.meta_ads_rescatar_referencias() returns integer
language plpgsql set search_path = ''
as $$
declare
  v_cuantas integer;
begin
  insert into public.meta_ads_referencias (nombre_nora, conversacion_id, anuncio_id, clic_id, titular, fecha_creacion)
  select distinct on (m.conversacion_id) m.nombre_nora, m.conversacion_id, left(m.crudo ->> 'ReferralSourceId', 60),
    left(coalesce(m.crudo ->> 'ReferralCtwaClid', ''), 300), left(coalesce(m.crudo ->> 'ReferralHeadline', ''), 300),
    m.fecha_creacion
  from public.mensajes m
  where m.nombre_nora = (select public.nora_del_token()) and m.sentido = 'entrante'
    and coalesce(m.crudo ->> 'ReferralSourceId', '') <> ''
  order by m.conversacion_id, m.id
  on conflict do nothing;
  get diagnostics v_cuantas = row_count;
  return v_cuantas;
end;
$$;
comment on function public.meta_ads_rescatar_referencias is 'Anota de que anuncio llegaron las conversaciones de antes de conectar Meta';

-- ---------------------------------------------------------------- La cola
create function public.encolar_sincronizacion_meta() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform cola.encolar('programador', 'ejecutar_trabajo', 'meta_ads:' || new.cuenta_id,
    jsonb_build_object('trabajo', 'meta_ads_sincronizar', 'periodo', clock_timestamp()), null);
  return new;
end;
$$;
create trigger encolar after insert on public.meta_ads_sincronizaciones
  for each row when (new.estado = 'pendiente') execute function public.encolar_sincronizacion_meta();

-- Pide leer una cuenta. Sin fechas: desde siete dias antes de lo ultimo que hay (Meta sigue atribuyendo hasta siete dias
-- despues del clic), o los ultimos p_primeros si es la primera vez. Si ya hay una viva, es esa.
create function public.meta_ads_pedir(p_cuenta_id uuid, p_hoy date, p_desde date, p_primeros integer, p_usuario_id uuid)
returns uuid language plpgsql set search_path = ''
as $$
declare
  c public.meta_ads_cuentas;
  v_id uuid;
begin
  select * into c from public.meta_ads_cuentas x
  where x.nombre_nora = (select public.nora_del_token()) and x.id = p_cuenta_id and x.uso = 'vinculada';
  if not found then
    raise exception 'cuenta no encontrada' using errcode = 'P0002';
  end if;
  insert into public.meta_ads_sincronizaciones (nombre_nora, cuenta_id, desde, hasta, pedida_por)
  values (c.nombre_nora, c.id, least(p_hoy, coalesce(p_desde, c.ultimo_dia - 6, p_hoy - p_primeros + 1)), p_hoy, p_usuario_id)
  on conflict do nothing returning id into v_id;
  if v_id is null then
    select s.id into v_id from public.meta_ads_sincronizaciones s
    where s.nombre_nora = c.nombre_nora and s.cuenta_id = c.id and s.estado in ('pendiente', 'corriendo', 'pausada');
  end if;
  return v_id;
end;
$$;
comment on function public.meta_ads_pedir is 'Una sincronizacion de una cuenta vinculada de la Nora del token; una viva por cuenta';

-- La siguiente que toca: pendiente, pausada que ya espero, o la de alguien que dejo de dar señal. Solo uno la toma.
create function public.meta_ads_tomar(p_ahora timestamptz, p_id uuid default null) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  s public.meta_ads_sincronizaciones;
begin
  select * into s from public.meta_ads_sincronizaciones x
  where x.nombre_nora = (select public.nora_del_token()) and (p_id is null or x.id = p_id)
    and (x.estado = 'pendiente'
         or (x.estado = 'pausada' and (p_id is not null or x.reintentar_en <= p_ahora))
         or (x.estado = 'corriendo' and x.latido_en < p_ahora - interval '3 minutes'))
  order by x.fecha_creacion for update skip locked limit 1;
  if not found then
    return null;
  end if;
  update public.meta_ads_sincronizaciones x
  set estado = 'corriendo', latido_en = p_ahora, inicio = coalesce(x.inicio, p_ahora), intentos = x.intentos + 1,
      problema = '', reintentar_en = null
  where x.nombre_nora = s.nombre_nora and x.id = s.id;
  delete from public.meta_ads_dias_paso d where d.nombre_nora = s.nombre_nora and d.sincronizacion_id = s.id;
  return (select jsonb_build_object('id', s.id, 'cuenta_id', c.id, 'externo_id', c.externo_id, 'desde', s.desde,
      'hasta', s.hasta, 'hecho_hasta', s.hecho_hasta, 'intentos', s.intentos + 1, 'reporte_id', s.reporte_id,
      'token_cifrado', k.token_cifrado)
    from public.meta_ads_cuentas c
    left join public.meta_ads_conexiones k on k.nombre_nora = c.nombre_nora
    where c.nombre_nora = s.nombre_nora and c.id = s.cuenta_id);
end;
$$;
comment on function public.meta_ads_tomar is 'Toma la sincronizacion que sigue de la Nora del token; nulo si no hay';

-- Cambia de una vez los dias de un tramo por lo leido, y apunta hasta donde va. Todo o nada: nunca hay un dia a medias.
create function public.meta_ads_cerrar_tramo(p_id uuid, p_desde date, p_hasta date, p_ahora timestamptz) returns integer
language plpgsql set search_path = ''
as $$
declare
  v_nora text := public.nora_del_token();
  s public.meta_ads_sincronizaciones;
  v_filas integer;
begin
  select * into s from public.meta_ads_sincronizaciones x
  where x.nombre_nora = v_nora and x.id = p_id and x.estado = 'corriendo' for update;
  if not found then
    raise exception 'sincronizacion detenida' using errcode = 'P0002';
  end if;
  -- Un anuncio que ya no esta en la cuenta se conoce por sus cifras.
  insert into public.meta_ads_campanas (nombre_nora, cuenta_id, campana_id, nombre, estado, vista_en)
  select distinct on (p.campana_id) v_nora, s.cuenta_id, p.campana_id, p.campana_nombre, 'DELETED', '-infinity'
  from public.meta_ads_dias_paso p where p.nombre_nora = v_nora and p.sincronizacion_id = p_id and p.campana_id <> ''
    and p.dia between p_desde and p_hasta
  on conflict do nothing;
  insert into public.meta_ads_conjuntos (nombre_nora, cuenta_id, conjunto_id, campana_id, nombre, estado, vista_en)
  select distinct on (p.conjunto_id) v_nora, s.cuenta_id, p.conjunto_id, p.campana_id, p.conjunto_nombre, 'DELETED', '-infinity'
  from public.meta_ads_dias_paso p where p.nombre_nora = v_nora and p.sincronizacion_id = p_id and p.conjunto_id <> ''
    and p.dia between p_desde and p_hasta
  on conflict do nothing;
  insert into public.meta_ads_anuncios (nombre_nora, cuenta_id, anuncio_id, conjunto_id, campana_id, nombre, estado, vista_en)
  select distinct on (p.anuncio_id) v_nora, s.cuenta_id, p.anuncio_id, p.conjunto_id, p.campana_id, p.nombre, 'DELETED', '-infinity'
  from public.meta_ads_dias_paso p
  where p.nombre_nora = v_nora and p.sincronizacion_id = p_id and p.dia between p_desde and p_hasta
  on conflict do nothing;

  delete from public.meta_ads_dias d
  where d.nombre_nora = v_nora and d.cuenta_id = s.cuenta_id and d.dia between p_desde and p_hasta;
  insert into public.meta_ads_dias (nombre_nora, cuenta_id, dia, anuncio_id, plataforma, gasto, impresiones, alcance, clics,
    clics_enlace, conversaciones, prospectos, compras, valor)
  select v_nora, s.cuenta_id, p.dia, p.anuncio_id, p.plataforma, p.gasto, p.impresiones, p.alcance, p.clics,
    p.clics_enlace, p.conversaciones, p.prospectos, p.compras, p.valor
  from public.meta_ads_dias_paso p
  where p.nombre_nora = v_nora and p.sincronizacion_id = p_id and p.dia between p_desde and p_hasta;
  get diagnostics v_filas = row_count;
  delete from public.meta_ads_dias_paso p
  where p.nombre_nora = v_nora and p.sincronizacion_id = p_id and p.dia between p_desde and p_hasta;
  update public.meta_ads_sincronizaciones x
  set hecho_hasta = p_hasta, filas = x.filas + v_filas, latido_en = p_ahora, reporte_id = null, intentos = 1
  where x.nombre_nora = v_nora and x.id = p_id;
  update public.meta_ads_cuentas c set ultimo_dia = greatest(c.ultimo_dia, p_hasta), sincronizada_en = p_ahora
  where c.nombre_nora = v_nora and c.id = s.cuenta_id;
  return v_filas;
end;
$$;
comment on function public.meta_ads_cerrar_tramo is 'Pasa un tramo de dias completos a su tabla, de una vez';

-- Lo que la cuenta ya no enseña (borrado o archivado en Meta) se queda, con sus cifras, marcado.
create function public.meta_ads_marcar_ausentes(p_cuenta_id uuid, p_desde timestamptz) returns void
language sql set search_path = ''
as $$
  update public.meta_ads_campanas x set estado = 'DELETED'
  where x.nombre_nora = (select public.nora_del_token()) and x.cuenta_id = p_cuenta_id and x.vista_en < p_desde and x.estado <> 'DELETED';
  update public.meta_ads_conjuntos x set estado = 'DELETED'
  where x.nombre_nora = (select public.nora_del_token()) and x.cuenta_id = p_cuenta_id and x.vista_en < p_desde and x.estado <> 'DELETED';
  update public.meta_ads_anuncios x set estado = 'DELETED', frecuencia_7 = null
  where x.nombre_nora = (select public.nora_del_token()) and x.cuenta_id = p_cuenta_id and x.vista_en < p_desde and x.estado <> 'DELETED';
$$;
comment on function public.meta_ads_marcar_ausentes is 'Deja como borrado lo que no aparecio al leer la cuenta completa';

-- Las alertas de anuncios de una cuenta son estas: las nuevas se ponen, las que ya no ocurren se dan por resueltas.
create function public.meta_ads_poner_alertas(p_cuenta_id uuid, p_alertas jsonb, p_ahora timestamptz) returns integer
language plpgsql set search_path = ''
as $$
declare
  v_nora text := public.nora_del_token();
  v_nuevas integer;
begin
  update public.meta_ads_alertas a set resuelta_en = p_ahora
  where a.nombre_nora = v_nora and a.cuenta_id = p_cuenta_id and a.tipo <> 'cuenta' and a.resuelta_en is null
    and a.clave not in (select x ->> 'clave' from jsonb_array_elements(p_alertas) as x);
  insert into public.meta_ads_alertas as a (nombre_nora, cuenta_id, clave, tipo, nivel, anuncio_id, titulo, texto, fecha_creacion)
  select v_nora, p_cuenta_id, x ->> 'clave', x ->> 'tipo', x ->> 'nivel', x ->> 'anuncio_id', x ->> 'titulo', x ->> 'texto', p_ahora
  from jsonb_array_elements(p_alertas) as x
  on conflict (nombre_nora, clave) do update
    set titulo = excluded.titulo, texto = excluded.texto, nivel = excluded.nivel,
        vista_en = case when a.resuelta_en is null then a.vista_en end,
        fecha_creacion = case when a.resuelta_en is null then a.fecha_creacion else excluded.fecha_creacion end,
        resuelta_en = null;
  select count(*) into v_nuevas from public.meta_ads_alertas a
  where a.nombre_nora = v_nora and a.cuenta_id = p_cuenta_id and a.fecha_creacion = p_ahora;
  return v_nuevas;
end;
$$;
comment on function public.meta_ads_poner_alertas is 'Pone al dia las alertas de los anuncios de una cuenta; devuelve cuantas son nuevas';
