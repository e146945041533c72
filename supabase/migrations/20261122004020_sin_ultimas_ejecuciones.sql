-- admin_programador la reemplaza: trae ademas por que corrio cada una y cuales estan apagadas.
drop function public.admin_ultimas_ejecuciones();
