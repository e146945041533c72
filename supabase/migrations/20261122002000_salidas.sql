-- Quien sale, pierde su cuenta o su lugar deja de oir en todos los procesos, no solo en el que atendio su salida.

create function public.avisar_persona() returns trigger
language plpgsql set search_path = ''
as $$
begin
  if tg_table_name = 'usuarios' then
    perform pg_notify('nora_personas', old.id::text);
  else
    perform pg_notify('nora_personas', old.usuario_id::text);
  end if;
  return null;
end;
$$;
comment on function public.avisar_persona is 'Avisa a cada proceso que corte los sockets de una persona';

create trigger avisar_persona_cambio after update on public.usuarios
  for each row when (old.version_sesion is distinct from new.version_sesion
                     or old.activo is distinct from new.activo
                     or old.es_admin is distinct from new.es_admin)
  execute function public.avisar_persona();
create trigger avisar_persona_borrada after delete on public.usuarios
  for each row execute function public.avisar_persona();
create trigger avisar_lugar after update or delete on public.usuarios_noras
  for each row execute function public.avisar_persona();

create function public.avisar_salida(p_usuario_id uuid) returns void
language sql set search_path = ''
as $$ select pg_notify('nora_personas', p_usuario_id::text) $$;
comment on function public.avisar_salida is 'Una persona cerro su sesion: cada proceso corta sus sockets';

revoke execute on function public.avisar_persona(), public.avisar_salida(uuid) from public, anon, authenticated;
grant execute on function public.avisar_persona(), public.avisar_salida(uuid) to service_role;
