-- Una palabra que esta en miles de mensajes tardaba lo que tarda leerlos todos: con el valor a la vista el planeador
-- sabe cuantos son, y para las comunes recorre los mas recientes de la Nora hasta juntar los que caben en pantalla.
grant select (fecha_creacion) on public.mensajes to nora_buscador;

create or replace function public.buscar_en_mensajes(p_texto text, p_limite integer default 100)
returns table (conversacion_id uuid, mensaje_id bigint, texto text)
language plpgsql stable security definer set search_path = ''
as $$
begin
  return query execute format($q$
    select distinct on (h.conversacion_id) h.conversacion_id, h.id, left(h.texto, 160)
    from (
      select m.conversacion_id, m.id, m.texto from public.mensajes m
      where m.nombre_nora = %L and m.texto <> ''
        and to_tsvector('pg_catalog.spanish'::regconfig, public.normalizar(left(m.texto, 4000))) @@ %L::tsquery
      order by m.fecha_creacion desc limit 300) as h
    order by h.conversacion_id, h.id desc
    limit %s $q$,
    public.nora_del_token(),
    websearch_to_tsquery('pg_catalog.spanish'::regconfig, public.normalizar(p_texto)),
    least(greatest(p_limite, 1), 200));
end;
$$;
