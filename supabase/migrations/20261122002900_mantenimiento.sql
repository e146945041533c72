-- Lo que piden los scripts de mantenimiento: secretos, retención y reloj. Solo lo llama service_role.

alter table public.configuracion_bot
  add column retencion_dias integer check (retencion_dias between 30 and 3650);
comment on column public.configuracion_bot.retencion_dias is
  'Dias que se guardan sus mensajes; nulo: para siempre. Lo aplica la limpieza de cada dia';

create function public.reloj() returns timestamptz language sql stable set search_path = '' as $$ select now() $$;
comment on function public.reloj is 'La hora de la base, para compararla con la de esta maquina';

create function public.columnas_cifradas() returns jsonb
language sql stable set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('tabla', c.relname, 'columna', a.attname, 'llave', (
      select k.attname from pg_catalog.pg_index i
      join pg_catalog.pg_attribute k on k.attrelid = c.oid and k.attnum = i.indkey[0]
      where i.indrelid = c.oid and i.indisunique and i.indnatts = 1 order by i.indisprimary desc limit 1))
    order by c.relname, a.attname), '[]'::jsonb)
  from pg_catalog.pg_class c
  join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attname ~ '_cifrad[oa]$'
$$;
comment on function public.columnas_cifradas is 'Las columnas con secretos y la columna unica con que se recorre cada tabla';

create function public.contar_mensajes_viejos(p_nombre_nora text, p_dias integer) returns bigint
language sql stable set search_path = ''
as $$
  select count(*) from public.mensajes
  where nombre_nora = p_nombre_nora and fecha_creacion < now() - make_interval(days => p_dias)
$$;
comment on function public.contar_mensajes_viejos is 'Cuantos mensajes de una Nora pasan de esos dias';

-- Nunca lo que falta por atender ni lo que esta por salir, por viejo que sea.
create function public.borrar_mensajes_viejos(p_nombre_nora text, p_dias integer, p_cuantos integer) returns integer
language plpgsql volatile set search_path = ''
as $$
declare
  borrados integer;
begin
  delete from public.mensajes m
  where m.nombre_nora = p_nombre_nora and m.id in (
    select v.id from public.mensajes v
    where v.nombre_nora = p_nombre_nora and v.fecha_creacion < now() - make_interval(days => p_dias)
      and (v.sentido = 'saliente' or v.atendido_en is not null)
      and not exists (select 1 from public.mensajes_salientes s
        where s.nombre_nora = v.nombre_nora and s.mensaje_id = v.id and s.estado in ('pendiente', 'enviando'))
    order by v.fecha_creacion limit p_cuantos);
  get diagnostics borrados = row_count;
  return borrados;
end;
$$;
comment on function public.borrar_mensajes_viejos is 'Borra por partes los mensajes de una Nora que pasan de su retencion';

revoke execute on function public.reloj(), public.columnas_cifradas(),
  public.contar_mensajes_viejos(text, integer), public.borrar_mensajes_viejos(text, integer, integer)
from public, anon, authenticated;
grant execute on function public.reloj(), public.columnas_cifradas(),
  public.contar_mensajes_viejos(text, integer), public.borrar_mensajes_viejos(text, integer, integer)
to service_role;
