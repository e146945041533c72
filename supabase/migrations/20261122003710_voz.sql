-- Lo que cuesta oir una nota de voz se cuenta como lo demas del modelo.
alter table public.uso_ia drop constraint uso_ia_motivo_check;
alter table public.uso_ia add constraint uso_ia_motivo_check check (motivo in ('turno', 'ensayo', 'voz'));
