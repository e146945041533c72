-- Una Nora con 10,000 conversaciones abiertas de 20 mensajes, y otras 10,000 ya resueltas.
-- Sin disparadores: lo que ellos mantienen va calculado aquí.
set session_replication_role = replica;
set synchronous_commit = off;

insert into configuracion_bot (nombre_nora, nombre_visible, numero_nora, modulos)
select 'grande', 'Negocio grande', '+525500000001', (select coalesce(jsonb_agg(nombre), '[]') from modulos_disponibles);

insert into contactos (nombre_nora, direccion, direccion_envio, telefono, nombre, ultimo_mensaje_en, fecha_creacion)
select 'grande', 'whatsapp:+52' || lpad(n::text, 10, '0'), 'whatsapp:+52' || lpad(n::text, 10, '0'),
       '+52' || lpad(n::text, 10, '0'),
       (array['María','José','Guadalupe','Juan','Ana','Luis','Rosa','Carlos'])[1 + n % 8] || ' '
         || (array['Hernández','García','Martínez','López','Núñez'])[1 + (n / 8) % 5],
       now() - n * interval '60 seconds', now() - n * interval '5 minutes'
from generate_series(1, 20000) n;

insert into conversaciones (nombre_nora, contacto_id, canal, ultimo_mensaje_en, ultimo_texto, ultimo_entrante_en,
                            espera_persona_desde, no_leidos, estado)
select nombre_nora, id, 'whatsapp', ultimo_mensaje_en, '¿Tienen servicio el domingo?', ultimo_mensaje_en,
       case when abs(hashtext(direccion)) % 200 = 0 then ultimo_mensaje_en end, abs(hashtext(direccion)) % 3,
       case when right(direccion, 1)::integer % 2 = 0 then 'abierta' else 'resuelta' end
from contactos;

insert into mensajes (nombre_nora, conversacion_id, sentido, autor, texto, proveedor_sid, atendido_en, fecha_creacion)
select c.nombre_nora, c.id, case when m % 2 = 0 then 'entrante' else 'saliente' end,
       case when m % 2 = 0 then 'contacto' when m % 10 = 1 then 'persona' else 'nora' end,
       case when m = 2 and abs(hashtext(c.id::text)) % 500 = 0 then 'Quiero apartar el salón con jardín'
            else (array['¿Cuánto cuesta el corte?','El corte cuesta $180.','¿Abren el domingo?','Sí, de 10 a 14 h.',
                        'Gracias','¡Con gusto!'])[1 + m % 6] || ' (' || m || ')' end,
       case when m % 2 = 0 then 'SM' || c.id || m end, c.ultimo_mensaje_en, c.ultimo_mensaje_en - m * interval '7 minutes'
from conversaciones c, generate_series(1, 20) m;

insert into conversacion_sucesos (nombre_nora, conversacion_id, tipo, texto, despues_de)
select m.nombre_nora, m.conversacion_id, 'nota', 'Ya mandó su comprobante', max(m.id)
from mensajes m group by m.nombre_nora, m.conversacion_id;

set session_replication_role = origin;
