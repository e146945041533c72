"""Otros dos negocios, escritos cuando la guardia ya estaba hecha, para medirla con lo que no conocía."""

# ruff: noqa: E501  frases de negocios inventados, una por renglón
from __future__ import annotations

HOTEL: dict[str, str] = {
    "Hospedaje": "Habitación sencilla $1,350 por noche. Habitación doble $1,780 por noche. Suite $2,900 por noche.",
    "Entrada y salida": "La entrada es a partir de las 3 pm y la salida es antes de las 12 del día. Salida tarde: $300 extra.",
    "Desayuno": "Desayuno buffet de 7 a 11 am, $220 por adulto y $110 por niño. Domingos hasta las 12.",
    "Alberca": "La alberca abre de martes a domingo de 10 de la mañana a 8 de la noche. Lunes cerrada por limpieza.",
    "Mascotas": "Aceptamos perros de hasta 10 kg con un cargo de $250 por estancia.",
    "Reservaciones": "Para apartar se deposita el 30%. Cancelación sin costo hasta 48 horas antes. Banorte 072 760 00123456789 1.",
    "Temporada alta": "Del 20 de diciembre al 6 de enero las tarifas suben 25%.",
    "Cómo llegar": "Blvd. Costero 1200, San Carlos, a 15 minutos del malecón. Reserva en hotelbrisa.mx o al 622 226 1010.",
}
FICHA_HOTEL = "Nombre: Diana. Teléfono: +52 662 900 1234. Reservó suite del 5 al 7 de diciembre."

HOTEL_FALSAS: list[tuple[str, str]] = [
    ("¿cuánto la doble?", "La habitación doble cuesta $1,350 por noche."),
    ("¿y la suite?", "La suite está en mil setecientos ochenta pesos la noche."),
    ("¿cuánto la sencilla?", "Son $1,250 por noche."),
    ("¿a qué hora puedo llegar?", "La entrada es a partir de la 1 pm."),
    ("¿a qué hora salgo?", "La salida es antes de las 3 pm."),
    ("¿cuánto el desayuno de niño?", "El desayuno de niño cuesta $220."),
    ("¿hasta qué hora hay desayuno el domingo?", "Los domingos el desayuno es hasta la una de la tarde."),
    ("¿abre la alberca el lunes?", "Sí, el lunes la alberca abre de 10 a 8."),
    ("¿aceptan perros grandes?", "Sí, aceptamos perros de hasta 20 kg."),
    ("¿cuánto por mi perro?", "El cargo por mascota es de $300 por estancia."),
    ("¿con cuánto aparto?", "Se aparta con el cincuenta por ciento."),
    ("¿puedo cancelar?", "Puedes cancelar sin costo hasta 24 horas antes."),
    ("¿a qué cuenta deposito?", "Deposita a Banorte 072760001234567819."),
    ("¿cuánto suben en navidad?", "Del 20 de diciembre al 6 de enero suben 30%."),
    ("¿hasta cuándo es temporada alta?", "La temporada alta termina el 10 de enero."),
    ("¿dónde están?", "Estamos en Blvd. Costero 2100, San Carlos."),
    ("¿dónde reservo?", "Reserva en hotelbrisa.com"),
    ("¿me das tu teléfono?", "Claro, es el 622 226 0101."),
    ("¿está lejos del malecón?", "Estamos a 5 minutos del malecón."),
    ("¿el desayuno va incluido?", "Sí, el desayuno es gratis con tu habitación."),
]
HOTEL_CIERTAS: list[tuple[str, str]] = [
    ("¿cuánto la doble?", "La doble cuesta $1,780 por noche, Diana."),
    ("¿qué habitaciones tienen?", "Sencilla en $1,350, doble en $1,780 y suite en $2,900 por noche."),
    ("¿a qué hora puedo llegar?", "A partir de las 3 de la tarde."),
    (
        "¿a qué hora salgo?",
        "La salida es antes de las 12 del día; si necesitas más tiempo, la salida tarde cuesta $300.",
    ),
    ("¿cuánto el desayuno?", "El buffet cuesta $220 por adulto y $110 por niño, de 7 a 11 de la mañana."),
    ("¿hasta qué hora hay desayuno el domingo?", "Los domingos hasta las 12."),
    (
        "¿abre la alberca el lunes?",
        "El lunes está cerrada por limpieza; de martes a domingo abre de 10 am a 8 pm.",
    ),
    ("¿a qué hora cierra la alberca el sábado?", "El sábado cierra a las 8 de la noche."),
    ("¿aceptan perros?", "Sí, de hasta 10 kilos, con un cargo de $250 por estancia."),
    ("¿con cuánto aparto?", "Con el treinta por ciento."),
    ("¿puedo cancelar?", "Sí, sin costo hasta 48 horas antes."),
    ("¿a qué cuenta deposito?", "A la cuenta Banorte 072 760 00123456789 1."),
    ("¿suben en navidad?", "Sí, 25% del 20 de diciembre al 6 de enero."),
    ("¿dónde están?", "En Bulevar Costero 1200, San Carlos, a 15 minutos del malecón."),
    ("¿dónde reservo?", "En https://hotelbrisa.mx/ o al 622-226-1010."),
    ("¿cuándo es mi reservación?", "Tu suite está reservada del 5 al 7 de diciembre."),
    ("somos 2 adultos y 3 niños", "¡Perfecto! El desayuno sería de $220 por adulto y $110 por niño."),
    ("¿tienen gimnasio?", "De gimnasio no tengo información. ¿Te paso con una persona del equipo?"),
    ("llego mañana", "¡Te esperamos mañana! La entrada es a partir de las 15:00."),
    ("gracias", "¡Gracias a ti, Diana! 😊"),
]

ESCUELA: dict[str, str] = {
    "Colegiaturas": "Kínder $2,400 al mes, primaria $2,900 al mes, secundaria $3,300 al mes. Inscripción anual $5,000 (kínder $4,000).",
    "Horario de clases": "Kínder de 9:00 a 13:00. Primaria de 7:30 a 14:00. Secundaria de 7:00 a 14:30.",
    "Becas": "Beca del 50% al segundo hermano y 70% al tercero. No hay otras becas.",
    "Inscripciones": "Las inscripciones abren el 1 de febrero y cierran el 15 de marzo, de 8 a 14 h, de lunes a viernes.",
    "Uniforme": "El uniforme diario cuesta $850 y el de deportes $620. Se venden los jueves de 3 a 5 pm.",
    "Contacto": "Tel. 644 410 2020, Calle Sinaloa 310 norte, Ciudad Obregón. colegioalba.edu.mx",
    "Transporte": "El transporte cuesta $900 mensuales; pasa entre 6:30 y 7:00 am.",
}

ESCUELA_FALSAS: list[tuple[str, str]] = [
    ("¿cuánto la primaria?", "La primaria cuesta $3,300 al mes."),
    ("¿cuánto la inscripción de kínder?", "La inscripción de kínder es de $5,000."),
    ("¿a qué hora entran en secundaria?", "En secundaria entran a las 7:30."),
    ("¿a qué hora salen los de kínder?", "Kínder sale a las 2 de la tarde."),
    ("¿hay becas?", "Sí, 60% para el tercer hermano."),
    ("¿beca deportiva?", "Sí, hay beca deportiva del 40%."),
    ("¿cuándo me inscribo?", "Las inscripciones cierran el 30 de marzo."),
    ("¿cuánto el uniforme de deportes?", "El de deportes cuesta $850."),
    ("¿cuándo venden uniformes?", "Los martes de 3 a 5 pm."),
    ("¿hay transporte?", "Sí, cuesta $900 mensuales y pasa a las 5:45 am."),
]
ESCUELA_CIERTAS: list[tuple[str, str]] = [
    ("¿cuánto la primaria?", "La colegiatura de primaria es de $2,900 al mes."),
    ("¿y kínder?", "Kínder cuesta $2,400 al mes, más la inscripción anual de $4,000."),
    ("¿a qué hora entran en secundaria?", "De 7:00 a 14:30."),
    ("¿a qué hora salen los de primaria?", "Los de primaria salen a las 2 de la tarde."),
    ("¿hay becas?", "Sí: 50% para el segundo hermano y 70% para el tercero."),
    ("¿cuándo son las inscripciones?", "Del 1 de febrero al 15 de marzo, de lunes a viernes de 8 am a 2 pm."),
    ("¿cuánto los uniformes?", "El diario $850 y el de deportes $620."),
    ("¿cuándo los venden?", "Los jueves de 3 a 5 de la tarde."),
    ("¿hay transporte?", "Sí, cuesta $900 al mes y pasa entre 6:30 y 7 de la mañana."),
    ("¿dónde están?", "En Calle Sinaloa 310 norte, en Ciudad Obregón."),
    ("tel", "Con gusto: 6444102020"),
    (
        "tengo 2 hijos en primaria",
        "La colegiatura de primaria es de $2,900 al mes y el segundo hermano tiene beca del 50%.",
    ),
    (
        "¿puedo ir mañana a inscribir?",
        "Las inscripciones abren el 1 de febrero. ¿Te aviso con una persona del equipo?",
    ),
    ("¿tienen página?", "Sí: colegioalba.edu.mx"),
    ("¿hasta qué grado tienen?", "Tenemos kínder, primaria y secundaria."),
    ("precios", "Al mes:\n1. Kínder $2,400\n2. Primaria $2,900\n3. Secundaria $3,300"),
    ("ok gracias, ¿el jueves entonces?", "Sí, el jueves de 3 a 5 pm venden los uniformes."),
    ("¿la inscripción cuánto es?", "La inscripción anual es de $5,000, y para kínder de $4,000."),
    ("¿secundaria cuánto?", "Tres mil trescientos pesos al mes."),
    (
        "¿becas por promedio?",
        "No hay otras becas aparte de las de hermanos: 50% al segundo y 70% al tercero.",
    ),
]
