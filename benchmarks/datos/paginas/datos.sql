-- Una instalación grande: 200 Noras, 100,000 contactos, 1,000,000 de mensajes, 20,000 bloques y 20,000 tareas.
-- La mitad de los contactos y mensajes, y todas las tareas, son de una sola Nora, la que se mide.
-- Sin disparadores: lo que ellos mantienen (último mensaje, no leídos) va calculado aquí.
set session_replication_role = replica;
set synchronous_commit = off;

insert into configuracion_bot (nombre_nora, nombre_visible, numero_nora, modulos)
select case when n = 1 then 'grande' else 'nora' || n end, 'Negocio ' || n, '+5255' || lpad(n::text, 8, '0'),
       (select coalesce(jsonb_agg(nombre), '[]') from modulos_disponibles)
from generate_series(1, 200) n;

create temp table nombres as
select array['María','José','Guadalupe','Juan','Ana','Luis','Rosa','Carlos','Elena','Jorge','Patricia','Miguel','Lucía','Raúl']
         as nombre,
       array['Hernández','García','Martínez','López','González','Pérez','Rodríguez','Sánchez','Ramírez','Cruz','Flores','Núñez']
         as apellido;

insert into contactos (nombre_nora, direccion, direccion_envio, telefono, nombre, ultimo_mensaje_en, fecha_creacion)
select case when n <= 50000 then 'grande' else 'nora' || (2 + n % 199) end,
       'whatsapp:+52' || lpad(n::text, 10, '0'), 'whatsapp:+52' || lpad(n::text, 10, '0'), '+52' || lpad(n::text, 10, '0'),
       v.nombre[1 + n % 14] || ' ' || v.apellido[1 + (n / 14) % 12] || ' ' || v.apellido[1 + (n / 168) % 12],
       now() - n * interval '90 seconds', now() - n * interval '5 minutes'
from generate_series(1, 100000) n, nombres v;

insert into conversaciones (nombre_nora, contacto_id, canal, ultimo_mensaje_en, ultimo_texto, ultimo_entrante_en,
                            espera_persona_desde, no_leidos)
select nombre_nora, id, 'whatsapp', ultimo_mensaje_en, '¿Tienen servicio el domingo?', ultimo_mensaje_en,
       case when abs(hashtext(direccion)) % 200 = 0 then ultimo_mensaje_en end, abs(hashtext(direccion)) % 3
from contactos;

insert into mensajes (nombre_nora, conversacion_id, sentido, autor, texto, proveedor_sid, atendido_en, fecha_creacion)
select c.nombre_nora, c.id, case when m % 2 = 0 then 'entrante' else 'saliente' end,
       case when m % 2 = 0 then 'contacto' when m % 10 = 1 then 'persona' else 'nora' end,
       (array['¿Cuánto cuesta el corte?','El corte cuesta $180.','¿Abren el domingo?','Sí, de 10 a 14 h.','Gracias',
              '¡Con gusto!','¿Tienen estacionamiento?','Sí, es gratis para clientes.'])[1 + m % 8] || ' (' || m || ')',
       case when m % 2 = 0 then 'SM' || c.id || m end, c.ultimo_mensaje_en, c.ultimo_mensaje_en - m * interval '7 minutes'
from conversaciones c, generate_series(1, 10) m;

insert into conocimiento_nora (nombre_nora, titulo, contenido)
select case when n <= 300 then 'grande' else 'nora' || (2 + n % 199) end, 'Servicio ' || n,
       'El servicio ' || n || ' cuesta $' || (100 + n % 900) || ' y se da de lunes a sábado de 9 a 18 h.'
from generate_series(1, 20000) n;

insert into tareas (nombre_nora, numero, titulo, descripcion, estado, prioridad, vence_en, fecha_creacion)
select 'grande', n, 'Llamar al cliente ' || n, 'Preguntó por el pedido ' || n,
       (array['pendiente','en_curso','en_espera','hecha'])[1 + n % 4], 1 + n % 4, now() + (n - 10000) * interval '1 hour',
       now() - n * interval '10 minutes'
from generate_series(1, 20000) n;

insert into etiquetas (nombre_nora, nombre, color)
select 'grande', 'Etiqueta ' || n, 'pizarra' from generate_series(1, 30) n;

insert into contacto_etiquetas (nombre_nora, contacto_id, etiqueta_id)
select c.nombre_nora, c.id, e.id
from contactos c join etiquetas e on e.nombre_nora = c.nombre_nora
where c.nombre_nora = 'grande' and abs(hashtext(c.direccion || e.nombre)) % 15 = 0;

set session_replication_role = origin;
