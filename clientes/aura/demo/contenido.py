"""Los textos del negocio inventado. Nada de aquí es de nadie: nombres, precios y dirección son de mentira."""

from __future__ import annotations

from typing import Any

NOMBRE_NORA = "aura"
NOMBRE_VISIBLE = "Aura Estética"
NUMERO = "+526620000001"
BIENVENIDA = "¡Hola! Soy Nora, la asistente de Aura Estética. Pregúntame por precios, horarios o citas."

# (título, contenido, etiquetas)
BLOQUES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "Horario",
        "Abrimos de lunes a viernes de 9:00 a. m. a 7:00 p. m. y sábados de 9:00 a. m. a 3:00 p. m. Domingos cerramos.",
        ("horario",),
    ),
    (
        "Dónde estamos",
        "Estamos en Calle Jacarandas 48, colonia Valle Verde, Hermosillo, a media cuadra del parque.",
        ("ubicación",),
    ),
    (
        "Corte de cabello dama",
        "El corte de dama cuesta $280 e incluye lavado y secado. Dura unos 45 minutos.",
        ("precios", "cabello"),
    ),
    (
        "Corte de cabello caballero",
        "El corte de caballero cuesta $160. Dura unos 30 minutos.",
        ("precios", "cabello"),
    ),
    ("Corte para niños", "El corte para niñas y niños de hasta 10 años cuesta $120.", ("precios", "cabello")),
    (
        "Tinte completo",
        "El tinte completo va de $850 a $1,400 según el largo del cabello. Incluye tratamiento hidratante.",
        ("precios", "cabello"),
    ),
    (
        "Manicure",
        "El manicure sencillo cuesta $180 y con gel $320. El gel dura de dos a tres semanas.",
        ("precios", "uñas"),
    ),
    (
        "Pedicure spa",
        "El pedicure spa cuesta $350, con exfoliación y masaje de pies. Dura una hora.",
        ("precios", "uñas"),
    ),
    (
        "Facial profundo",
        "La limpieza facial profunda cuesta $550 y dura 75 minutos. Se recomienda una vez al mes.",
        ("precios", "facial"),
    ),
    (
        "Cómo apartar una cita",
        "Para apartar una cita dinos el servicio, el día y la hora. Confirmamos por aquí y no se pide anticipo.",
        ("citas",),
    ),
    (
        "Cancelar o cambiar una cita",
        "Puedes cambiar o cancelar tu cita sin costo hasta 3 horas antes. Después se cobra la mitad del servicio.",
        ("citas",),
    ),
    (
        "Formas de pago",
        "Aceptamos efectivo, tarjeta de crédito y débito, y transferencia. No aceptamos cheques.",
        ("pagos",),
    ),
    (
        "Estacionamiento",
        "Hay estacionamiento gratis para clientes frente al local, con lugar para seis autos.",
        ("ubicación",),
    ),
    (
        "Tarjetas de regalo",
        "Vendemos tarjetas de regalo desde $300. Valen un año desde que se compran.",
        ("precios",),
    ),
    (
        "Paquete de novia",
        "El paquete de novia cuesta $3,200: peinado, maquillaje, prueba previa y manicure con gel.",
        ("precios", "eventos"),
    ),
)

NOMBRES = (
    "Ana Lucía",
    "Beatriz",
    "Carmen",
    "Daniela",
    "Elena",
    "Fernanda",
    "Gabriela",
    "Hilda",
    "Iris",
    "Jimena",
    "Karla",
    "Leticia",
    "Mariana",
    "Norma",
    "Olivia",
    "Patricia",
    "Raquel",
    "Sofía",
    "Teresa",
    "Valeria",
    "Alberto",
    "Bruno",
    "César",
    "Diego",
    "Ernesto",
    "Fabián",
    "Gerardo",
    "Héctor",
    "Iván",
    "Joaquín",
)
APELLIDOS = (
    "Arvizu",
    "Bojórquez",
    "Castelo",
    "Duarte",
    "Encinas",
    "Félix",
    "Gámez",
    "Ibarra",
    "León",
    "Moreno",
    "Noriega",
    "Peralta",
)

# (pregunta del cliente, título del bloque que la responde o vacío si la toma una persona, respuesta)
PLATICAS: tuple[tuple[str, str, str], ...] = (
    ("Hola, a qué hora abren el sábado?", "Horario", ""),
    ("buenas, cuánto sale el corte de mujer", "Corte de cabello dama", ""),
    ("Me das la dirección porfa", "Dónde estamos", ""),
    ("aceptan tarjeta??", "Formas de pago", ""),
    ("cuanto cuesta el gel en las uñas", "Manicure", ""),
    ("Precio de pedicure", "Pedicure spa", ""),
    ("hay donde estacionarse", "Estacionamiento", ""),
    ("quiero pintarme el pelo, precio?", "Tinte completo", ""),
    ("para novia qué incluye el paquete", "Paquete de novia", ""),
    ("Puedo cambiar mi cita de mañana?", "Cancelar o cambiar una cita", ""),
    ("Quiero hablar con alguien por favor", "", "Claro que sí, le atiende Rosa. ¿En qué le ayudo?"),
    ("Me quedó mal el tinte de ayer", "", "Qué pena, lo vemos sin costo. ¿Puede venir hoy a las 5?"),
    ("cuánto cuesta el corte de niño", "Corte para niños", ""),
    ("venden tarjetas de regalo?", "Tarjetas de regalo", ""),
    ("el facial cuánto dura", "Facial profundo", ""),
    ("precio del corte", "Corte de cabello dama", ""),
    ("¿Hacen extensiones de cabello?", "", "Sí, desde $2,500 según el largo. Duran unos tres meses."),
    ("ponen extensiones?", "", "Sí, desde $2,500 según el largo."),
    ("cuanto cuestan las extensiones de pelo", "", "Desde $2,500 según el largo; duran unos tres meses."),
    (
        "van a domicilio para una quinceañera?",
        "",
        "A domicilio solo en paquetes de evento, desde cuatro personas.",
    ),
    ("facturan?", "", "Sí, mándanos tu constancia fiscal y sale el mismo día."),
    ("dan factura", "", "Sí, con tu constancia fiscal."),
    ("venden shampoo sin sulfatos?", "", "Sí, tenemos de $220 y $340."),
    ("puedo llevar a mi perrito", "", "Claro, mientras venga con correa."),
)
ESPERAN: tuple[str, ...] = (
    "¿Hacen extensiones de cabello?",
    "Quisiera hablar con una persona",
    "¿Me pueden facturar lo de la semana pasada?",
)

# (nombre, color, cuándo se usa)
ETIQUETAS: tuple[tuple[str, str, str], ...] = (
    ("VIP", "violeta", "Viene al menos dos veces al mes o gasta más de $1,500."),
    ("Novias", "rosa", "Preguntó por el paquete de novia o tiene fecha de boda."),
    ("Uñas", "azul", "Su servicio de siempre es manicure o pedicure."),
    ("Color", "mar", "Se tiñe con nosotros."),
    ("Debe", "vino", "Tiene un pago pendiente. Quítala cuando pague."),
    ("Cumple este mes", "arena", ""),
)
# (nombre, tipo, opciones)
CAMPOS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("Cumpleaños", "fecha", ()),
    ("Estilista", "opcion", ("Rosa", "Luis", "Maribel")),
    ("Tono de tinte", "texto", ()),
)
TONOS = ("6.1 rubio oscuro ceniza", "5 castaño claro", "7.3 rubio dorado")
NOTAS = (
    "Prefiere citas después de las 5, sale tarde del trabajo.",
    "Alérgica al amoniaco: siempre tinte sin amoniaco.",
    "Recomendó a su hermana, hay que agradecerle.",
    "Le gustó el gel nude; ofrecerlo otra vez.",
)

MENU_PREGUNTA = "¿En qué te ayudo? Elige una opción o escríbeme lo que buscas."
# (opción, descripción, acción, texto o título del bloque)
MENU: tuple[tuple[str, str, str, str], ...] = (
    ("Precios", "Cabello, uñas y facial", "submenu", "¿De qué servicio?"),
    ("Horario", "", "bloque", "Horario"),
    ("Dónde estamos", "", "bloque", "Dónde estamos"),
    ("Agendar una cita", "Te pregunto lo necesario", "formulario", ""),
    ("Hablar con una persona", "", "persona", ""),
)
MENU_PRECIOS = ("Corte de cabello dama", "Tinte completo", "Manicure", "Facial profundo")
FORMULARIO: dict[str, Any] = {
    "nombre": "Cita",
    "palabras": ["agendar cita", "apartar cita", "hacer una cita"],
    "presentacion": "Con gusto. Son cuatro preguntas cortas.",
    "despedida": "¡Listo! En un momento te confirmamos por aquí.",
    "pasos": [
        {"clave": "nombre", "pregunta": "¿A nombre de quién?", "tipo": "texto", "guardar_en": "nombre"},
        {
            "clave": "servicio",
            "pregunta": "¿Qué servicio quieres?",
            "tipo": "opcion",
            "opciones": ["Corte", "Tinte", "Uñas", "Facial"],
        },
        {"clave": "dia", "pregunta": "¿Qué día te queda bien?", "tipo": "fecha"},
        {"clave": "hora", "pregunta": "¿A qué hora?", "tipo": "hora"},
        {"clave": "correo", "pregunta": "¿Tu correo, para recordártela?", "tipo": "correo", "opcional": True},
    ],
}
FORMULARIO_RESPUESTAS = (
    {"nombre": "Mariana Ochoa", "servicio": "Tinte", "dia": "27/11/2026", "hora": "16:30"},
    {
        "nombre": "Ernesto Ruiz",
        "servicio": "Corte",
        "dia": "28/11/2026",
        "hora": "11:00",
        "correo": "er@ejemplo.mx",
    },
)
PLANTILLAS: tuple[dict[str, Any], ...] = (
    {
        "nombre": "recordatorio_de_cita",
        "categoria": "utility",
        "cuerpo": "Hola {{1}}, te recordamos tu cita en Aura Estética el {{2}}. Si no puedes venir, avísanos por aquí.",
        "variables": {"1": "Mariana", "2": "viernes 27 a las 4:30"},
        "estado": "aprobada",
    },
    {
        "nombre": "promo_facial",
        "categoria": "marketing",
        "cuerpo": "Hola {{1}}, este mes tu facial profundo lleva mascarilla de regalo. ¿Te apartamos lugar?",
        "variables": {"1": "Mariana"},
        "botones": ["Sí, apártame", "No, gracias"],
        "estado": "rechazada",
        "motivo": "Lo que dice no corresponde a su categoría.",
    },
)

# La bandeja: lo que el equipo guarda, anota y deja programado.
RAPIDAS = (
    ("gracias", "Gracias a ti, {nombre}. Cualquier cosa aquí estamos."),
    ("pago", "Puedes pagar en {negocio} con efectivo, tarjeta o transferencia."),
    (
        "confirmo",
        "Hola {nombre}, soy {persona}. Te confirmo tu cita; si necesitas cambiarla, avísame por aquí.",
    ),
)
NOTA = "@Rosa Peralta ya mandó su comprobante; falta confirmarle la hora."
PROGRAMADO = "Te esperamos a la hora de tu cita. Si cambian tus planes, avísanos por aquí."

# Una plática con de todo: foto, nota de voz, ubicación, tarjeta de contacto y un documento del equipo.
# (hace cuántos minutos, quién, texto, archivo de `archivos/` o vacío)
RENATA = ("Renata Félix", "+526625550150")
PLATICA_CON_ARCHIVOS: tuple[tuple[int, str, str, str], ...] = (
    (64, "contacto", "Así quiero el tono", "foto_del_tono.jpg"),
    (
        63,
        "contacto",
        "Hola, buenas tardes. Les mandé una foto del tono que quiero. ¿Cuánto saldría más o menos, y tienen lugar "
        "el sábado en la tarde?",
        "nota_de_voz.ogg",
    ),
    (62, "nora", "Déjame pasarte con una persona del equipo; en un momento te responde por aquí.", ""),
    (55, "persona", "¡Qué bonito tono! Con tu largo sale en $1,200. El sábado tengo lugar a la 1.", ""),
    (52, "contacto", "Perfecto. ¿Les queda lejos de aquí?", "ubicacion"),
    (50, "persona", "Estás a diez minutos, aquí te esperamos.", ""),
    (46, "contacto", "Mi hermana se casa en marzo, ¿le mandan lo del paquete de novia?", "contacto.vcf"),
    (41, "persona", "Claro, aquí va. Y felicidades a tu hermana.", "paquete_de_novia.pdf"),
)
UBICACION = {
    "Latitude": "29.0892",
    "Longitude": "-110.9613",
    "Label": "Plaza Zaragoza",
    "Address": "Hermosillo, Sonora",
}

# (hace cuántas horas, quién, qué, a qué, lo demás), de lo más viejo a lo más nuevo, como se escribe la auditoría.
ACTIVIDAD: list[tuple[int, str, str, str, dict[str, object]]] = [
    (210, "duena@demo.mx", "cambiar_ia", "", {}),
    (162, "duena@demo.mx", "cambiar_ajustes", "", {"cambio": ["horario", "mensaje_bienvenida"]}),
    (118, "agente@demo.mx", "guardar_rapida", "/gracias", {}),
    (71, "duena@demo.mx", "editar_bloque", "Formas de pago", {}),
    (49, "agente@demo.mx", "cambiar_conversaciones", "", {"cuantas": 4, "cambio": "resuelta"}),
    (26, "duena@demo.mx", "exportar_contactos", "", {}),
    (3, "duena@demo.mx", "crear_respuesta", "Estacionamiento", {}),
]
