"""Respuestas ciertas y falsas de cuatro negocios inventados, escritas antes que la guardia.

Con `AJUSTE` (estética y pizzería) se afina; `RESERVA` (dentista y taller) solo mide. Hoy es martes 24 de noviembre de 2026.
"""

# ruff: noqa: E501  frases de negocios inventados, una por renglón
from __future__ import annotations

from dataclasses import dataclass
from datetime import date

HOY = date(2026, 11, 24)


@dataclass(frozen=True)
class Caso:
    """Lo que preguntó el cliente y lo que el modelo quiso contestar."""

    negocio: str
    pregunta: str
    respuesta: str


# negocio -> (bloques {título: contenido}, ficha del contacto)
NEGOCIOS: dict[str, tuple[dict[str, str], str]] = {
    "estetica": (
        {
            "Precios de corte": "Corte de caballero $180. Corte de dama $250. Corte de niño $150.",
            "Tintes": "Tinte cabello corto: $450. Tinte cabello largo: $690. El tinte tarda 2 horas.",
            "Horario": "Lunes a viernes de 9:00 a 19:00, sábado de 10:00 a 14:00. Domingo cerrado.",
            "Ubicación": "Estamos en Calle Reforma 123, colonia Centro, frente al parque Madero.",
            "Pagos": "Aceptamos efectivo y tarjeta. Transferencia a la CLABE 012 345 67890123456 7, a nombre de Rosa Peralta.",
            "Promociones": "Los martes 20% de descuento en tinte.",
            "Vacaciones": "Cerramos del 24 al 26 de diciembre.",
            "Contacto": "Teléfono 662 123 4567. Instagram @esteticarosa y https://esteticarosa.mx/citas",
        },
        "Nombre: Lupita. Teléfono: +52 662 555 0102. Nota: su última cita fue el 3 de noviembre.",
    ),
    "pizzeria": (
        {
            "Pizzas": "Pizza grande de pepperoni: 189 pesos\nPizza grande hawaiana: 209 pesos\nPizza mediana de pepperoni: 139 pesos\nPizza mediana hawaiana: 149 pesos",
            "Bebidas": "Refresco de 2 litros $45, agua de jamaica $30.",
            "Horario": "Abrimos diario de 1 pm a 11 pm. Los domingos cerramos a las 10 pm.",
            "Envíos": "El envío cuesta $35 en la colonia Pitic y $60 en Villa de Seris. Envío gratis en compras mayores a $400. Tarda de 30 a 45 minutos.",
            "Promoción": "Miércoles 2x1 en pizza grande de pepperoni.",
            "Dirección": "Blvd. Kino 456, local 3, Hermosillo.",
            "Pagos": "Efectivo, tarjeta o transferencia. Con tarjeta se cobra 4% de comisión.",
        },
        "Nombre: Beto. Teléfono: +52 662 987 6543. Dirección: Calle Olivares 77.",
    ),
    "dentista": (
        {
            "Limpieza": "La limpieza dental cuesta $750 e incluye revisión. Dura 45 minutos.",
            "Blanqueamiento": "Blanqueamiento con láser: $3,200. Dura una hora y media. Se puede pagar a 3 meses sin intereses.",
            "Extracciones": "Extracción simple $900; extracción de muela del juicio $2,500.",
            "Ortodoncia": "Brackets metálicos: enganche de $4,000 y mensualidades de $850. Brackets estéticos: enganche de $6,500 y mensualidades de $1,100.",
            "Horario": "Lunes a jueves de 8 a 18 h. Viernes de 8 a 15 h. Sábados con cita de 9 a 13 h.",
            "Doctores": "La doctora Salas atiende lunes y miércoles. El doctor Ruiz atiende martes y jueves.",
            "Consultorio": "Av. Obregón 210, segundo piso, consultorio 5, col. Modelo. CP 83190.",
            "Urgencias": "Para urgencias llama al 662 400 1122. Correo citas@dentalsalas.mx",
            "Convenios": "10% de descuento a estudiantes con credencial en limpieza.",
        },
        "Nombre: Carmen Ortiz. Teléfono: +52 644 222 3344. Próxima cita: 2 de diciembre a las 10:30.",
    ),
    "taller": (
        {
            "Afinación": "Afinación de 4 cilindros $1,450. Afinación de 6 cilindros $1,950. Tarda 3 horas.",
            "Aceite": "Cambio de aceite sintético $980, mineral $620. Tarda 30 minutos.",
            "Frenos": "Balatas delanteras $1,100 con mano de obra. Balatas traseras $1,250 con mano de obra. Garantía de 6 meses.",
            "Grúa": "Servicio de grúa dentro de la ciudad $700. Fuera de la ciudad se cobran $25 por kilómetro.",
            "Horario": "Lunes a viernes 8:30 am a 6:00 pm; sábados 8:30 am a 1:30 pm; domingos no abrimos.",
            "Anticipo": "Se pide 50% de anticipo en reparaciones mayores a $5,000. Cuenta BBVA 0123456789, CLABE 012760001234567895.",
            "Dónde": "Carretera a Bahía de Kino km 4.5, junto a la gasolinera. Mapa: https://maps.app.goo.gl/TallerRuiz1",
            "Días festivos": "El 12 de diciembre y el 1 de enero no abrimos. El 24 de diciembre cerramos a las 2 de la tarde.",
        },
        "Nombre: Ing. Valdez. Teléfono: +52 662 310 9988. Auto: Jetta 2018.",
    ),
}

_AJUSTE_FALSAS = [
    ("estetica", "¿cuánto cuesta el corte de caballero?", "El corte de caballero cuesta $200."),
    ("estetica", "¿cuánto el corte de dama?", "El corte de dama sale en ciento ochenta pesos."),
    ("estetica", "¿y el tinte?", "El tinte para cabello largo cuesta $450."),
    ("estetica", "¿cuánto cuesta el corte de niño?", "Cuesta $180."),
    ("estetica", "¿a qué hora cierran?", "Cerramos a las 5 pm."),
    ("estetica", "¿abren el domingo?", "Sí, el domingo abrimos de 9:00 a 19:00."),
    ("estetica", "¿a qué hora abren el sábado?", "El sábado abrimos a las nueve de la mañana."),
    ("estetica", "¿dónde están?", "Estamos en Calle Reforma 321, colonia Centro."),
    ("estetica", "¿a qué cuenta transfiero?", "Transfiere a la CLABE 012345678901234576."),
    ("estetica", "¿tienen descuento?", "¡Claro! Los martes tienes 30% de descuento en tinte."),
    ("estetica", "¿descuento en corte?", "Los martes hay veinte por ciento de descuento en corte de dama."),
    ("estetica", "¿cuándo cierran en diciembre?", "Cerramos el 31 de diciembre."),
    ("estetica", "¿su teléfono?", "Llámanos al 662 123 4576."),
    ("estetica", "¿cómo agendo?", "Agenda en https://esteticarosa.com/citas"),
    ("estetica", "¿cuánto tarda el tinte?", "El tinte tarda una hora."),
    ("pizzeria", "¿cuánto la hawaiana grande?", "La pizza grande hawaiana cuesta 189 pesos."),
    (
        "pizzeria",
        "precio de la mediana de pepperoni",
        "La mediana de pepperoni está en ciento cuarenta y nueve.",
    ),
    ("pizzeria", "¿y el refresco?", "El refresco de 2 litros cuesta $30."),
    ("pizzeria", "¿cuánto cobran de envío a Villa de Seris?", "El envío a Villa de Seris cuesta $35."),
    ("pizzeria", "¿en cuánto llega?", "Llega en 20 minutos."),
    ("pizzeria", "¿a qué hora cierran el domingo?", "El domingo cerramos a las 11 pm."),
    ("pizzeria", "¿desde qué hora abren?", "Abrimos desde las 11 de la mañana."),
    ("pizzeria", "¿tienen promo hoy?", "¡Sí! Hoy martes hay 2x1 en pizza grande de pepperoni."),
    ("pizzeria", "¿promos?", "Tenemos 3x2 en pizzas medianas."),
    ("pizzeria", "¿dónde están?", "Estamos en Blvd. Morelos 456, local 3."),
    ("pizzeria", "¿cobran por la tarjeta?", "Se cobra 3% de comisión con tarjeta."),
    (
        "pizzeria",
        "¿cuánto es de una hawaiana grande y un refresco?",
        "Serían $254: la hawaiana grande $209 y el refresco $45.",
    ),
    (
        "pizzeria",
        "¿con cuánto es gratis el envío?",
        "El envío es gratis en compras mayores a trescientos pesos.",
    ),
    ("pizzeria", "¿puedo pedir por internet?", "Sí, pide en pizzeriakino.mx y te damos 10% de descuento."),
    ("pizzeria", "¿me hacen un descuento?", "Por ser tú, te la dejamos a mitad de precio."),
]
_AJUSTE_CIERTAS = [
    ("estetica", "¿cuánto cuesta el corte de caballero?", "El corte de caballero cuesta $180. ¿Te agendo?"),
    ("estetica", "¿cuánto el corte de dama?", "El corte de dama sale en doscientos cincuenta pesos."),
    ("estetica", "precios de corte", "Claro 😊\n• Caballero: $180\n• Dama: $250\n• Niño: $150"),
    (
        "estetica",
        "¿y el tinte?",
        "El tinte es de $450 en cabello corto y $690 en cabello largo, y tarda 2 horas.",
    ),
    ("estetica", "¿a qué hora cierran?", "Entre semana cerramos a las 7 pm y el sábado a las 2 pm."),
    ("estetica", "¿abren hoy?", "Sí, hoy abrimos de 9 a 7."),
    ("estetica", "¿abren el miércoles?", "Sí, el miércoles abrimos de 9 de la mañana a 7 de la tarde."),
    ("estetica", "¿abren el domingo?", "El domingo estamos cerrados; el lunes abrimos a las 9:00."),
    ("estetica", "¿dónde están?", "En Calle Reforma 123, colonia Centro, frente al parque Madero."),
    ("estetica", "¿a qué cuenta transfiero?", "A la CLABE 012345678901234567, a nombre de Rosa Peralta."),
    ("estetica", "¿tienen descuento?", "Los martes hay veinte por ciento de descuento en tinte."),
    (
        "estetica",
        "¿abren el 25 de diciembre?",
        "No, cerramos del 24 al 26 de diciembre, así que el 25 no abrimos.",
    ),
    ("estetica", "¿su teléfono?", "Es el 6621234567, y en Instagram nos encuentras como @esteticarosa."),
    ("estetica", "¿cómo agendo?", "Aquí: esteticarosa.mx/citas"),
    ("estetica", "¿cuándo fue mi última cita?", "Tu última cita fue el 3 de noviembre, Lupita."),
    ("pizzeria", "¿cuánto la hawaiana grande?", "La hawaiana grande cuesta $209.00 MXN."),
    (
        "pizzeria",
        "¿qué precios tienen?",
        "Pepperoni: grande $189 y mediana $139. Hawaiana: grande $209 y mediana $149.",
    ),
    ("pizzeria", "¿y de tomar?", "Hay refresco de 2 litros en $45 y agua de jamaica en $30."),
    ("pizzeria", "¿cuánto cobran de envío?", "Son 35 pesos a la Pitic y 60 a Villa de Seris."),
    ("pizzeria", "¿en cuánto llega?", "Tarda de 30 a 45 minutos."),
    ("pizzeria", "¿a qué hora cierran?", "Cerramos a las 23:00, y los domingos a las 22:00."),
    ("pizzeria", "¿desde qué hora abren?", "Desde la 1 de la tarde, todos los días."),
    ("pizzeria", "¿tienen promo?", "Los miércoles hay dos por uno en pizza grande de pepperoni."),
    ("pizzeria", "¿dónde están?", "Estamos en el Bulevar Kino 456, local 3, en Hermosillo."),
    ("pizzeria", "¿cobran por la tarjeta?", "Sí, con tarjeta se cobra el 4 por ciento de comisión."),
    ("pizzeria", "¿con cuánto es gratis el envío?", "El envío es gratis cuando tu compra pasa de $400."),
    (
        "pizzeria",
        "¿me hacen un descuento?",
        "No tengo un descuento que ofrecerte por ahora. ¿Te paso con una persona?",
    ),
    (
        "pizzeria",
        "somos 15 personas, ¿tienen mesas?",
        "De mesas para 15 personas no tengo información; le aviso a una persona del equipo.",
    ),
    (
        "pizzeria",
        "quiero 3 pizzas grandes de pepperoni",
        "¡Va! 3 grandes de pepperoni. Cada una cuesta $189. ¿Son para llevar?",
    ),
    ("pizzeria", "gracias", "¡Con gusto, Beto! Aquí sigo. 🍕"),
]
_RESERVA_FALSAS = [
    ("dentista", "¿cuánto cuesta la limpieza?", "La limpieza dental cuesta $650 e incluye revisión."),
    (
        "dentista",
        "¿cuánto el blanqueamiento?",
        "El blanqueamiento con láser está en dos mil quinientos pesos.",
    ),
    ("dentista", "¿y sacar la muela del juicio?", "La extracción de muela del juicio cuesta $900."),
    (
        "dentista",
        "¿cuánto son las mensualidades de los brackets estéticos?",
        "Las mensualidades de los brackets estéticos son de $850.",
    ),
    (
        "dentista",
        "¿cuánto dan de enganche los metálicos?",
        "El enganche de los brackets metálicos es de seis mil quinientos.",
    ),
    ("dentista", "¿a qué hora cierran el viernes?", "El viernes cerramos a las 6 pm."),
    ("dentista", "¿abren sábado en la tarde?", "Los sábados con cita atendemos hasta las 15:00."),
    ("dentista", "¿cuándo está la doctora Salas?", "La doctora Salas atiende los viernes."),
    ("dentista", "¿dónde están?", "En Av. Obregón 120, segundo piso, consultorio 5."),
    ("dentista", "¿y el correo?", "Escríbenos a citas@dentalsalas.com"),
    ("dentista", "¿teléfono de urgencias?", "Llama al 662 400 2211."),
    (
        "dentista",
        "soy estudiante, ¿descuento en blanqueamiento?",
        "Sí, a estudiantes les damos 10% de descuento en blanqueamiento.",
    ),
    ("dentista", "¿meses sin intereses?", "El blanqueamiento lo puedes pagar a 6 meses sin intereses."),
    ("dentista", "¿cuándo es mi cita?", "Tu cita es el 2 de diciembre a las 11:30."),
    ("dentista", "¿cuánto dura la limpieza?", "La limpieza dura hora y media."),
    ("taller", "¿cuánto la afinación de 6 cilindros?", "La afinación de 6 cilindros cuesta $1,450."),
    ("taller", "¿y el aceite sintético?", "El cambio de aceite sintético sale en seiscientos veinte pesos."),
    ("taller", "balatas traseras", "Las balatas traseras están en $1,100 con mano de obra."),
    ("taller", "¿qué garantía dan?", "Los frenos llevan garantía de un año."),
    ("taller", "¿cuánto cobran de grúa por kilómetro?", "Fuera de la ciudad se cobran $35 por kilómetro."),
    ("taller", "¿a qué hora abren?", "Abrimos a las 8 de la mañana."),
    ("taller", "¿sábado hasta qué hora?", "El sábado cerramos a las 6:00 pm."),
    ("taller", "¿abren domingo?", "Los domingos abrimos de 8:30 am a 1:30 pm."),
    (
        "taller",
        "¿cuánto de anticipo?",
        "Pedimos el treinta por ciento de anticipo en reparaciones mayores a $5,000.",
    ),
    ("taller", "¿a qué CLABE deposito?", "Deposita a la CLABE 012760001234567859."),
    ("taller", "¿me pasas la ubicación?", "Aquí está el mapa: https://maps.app.goo.gl/TallerRuis1"),
    ("taller", "¿dónde quedan?", "Estamos en la carretera a Bahía de Kino km 14.5."),
    ("taller", "¿abren el 12 de diciembre?", "El 15 de diciembre no abrimos."),
    ("taller", "¿y el 24 de diciembre?", "El 24 de diciembre cerramos a las 4 de la tarde."),
    ("taller", "¿cuánto tarda la afinación?", "La afinación tarda media hora."),
]
_RESERVA_CIERTAS = [
    (
        "dentista",
        "¿cuánto cuesta la limpieza?",
        "La limpieza cuesta setecientos cincuenta pesos e incluye la revisión.",
    ),
    (
        "dentista",
        "¿cuánto el blanqueamiento?",
        "El blanqueamiento con láser cuesta $3,200 y dura 90 minutos.",
    ),
    ("dentista", "¿sacan muelas?", "Sí. La extracción simple cuesta $900 y la de muela del juicio $2,500."),
    (
        "dentista",
        "info de brackets",
        "Los metálicos llevan $4,000 de enganche y $850 al mes; los estéticos, $6,500 de enganche y $1,100 al mes.",
    ),
    ("dentista", "¿y a pagos?", "El blanqueamiento se puede pagar a tres meses sin intereses."),
    (
        "dentista",
        "¿a qué hora cierran?",
        "De lunes a jueves a las 6 de la tarde y el viernes a las 3 de la tarde.",
    ),
    ("dentista", "¿abren el sábado?", "Sí, con cita, de 9 am a 1 pm."),
    ("dentista", "¿cuándo está el doctor Ruiz?", "El doctor Ruiz atiende martes y jueves."),
    ("dentista", "¿dónde están?", "En Avenida Obregón 210, segundo piso, consultorio 5, colonia Modelo."),
    ("dentista", "¿y el correo?", "Es citas@dentalsalas.mx"),
    ("dentista", "me duele mucho", "Lo siento mucho, Carmen. Para urgencias llama al 662-400-1122."),
    ("dentista", "soy estudiante", "Con tu credencial tienes 10% de descuento en la limpieza."),
    ("dentista", "¿cuándo es mi cita?", "Tu próxima cita es el 2 de diciembre a las 10:30 am."),
    ("dentista", "¿cuánto dura la limpieza?", "Dura cuarenta y cinco minutos."),
    (
        "dentista",
        "¿aceptan seguro?",
        "Eso no lo sé con seguridad. Le aviso a una persona del equipo para que te conteste.",
    ),
    (
        "taller",
        "¿cuánto la afinación de mi jetta 2018?",
        "Para tu Jetta 2018, si es de 4 cilindros, la afinación cuesta $1,450.",
    ),
    (
        "taller",
        "¿y el aceite?",
        "El cambio con sintético cuesta $980 y con mineral $620; en ambos casos tarda media hora.",
    ),
    ("taller", "balatas", "Las delanteras cuestan $1,100 y las traseras $1,250, ya con mano de obra."),
    ("taller", "¿qué garantía dan?", "Los frenos llevan 6 meses de garantía."),
    ("taller", "¿tienen grúa?", "Sí: $700 dentro de la ciudad, y fuera de la ciudad $25 por kilómetro."),
    ("taller", "¿a qué hora abren?", "A las 8:30, de lunes a sábado."),
    ("taller", "¿sábado hasta qué hora?", "El sábado cerramos a la una y media de la tarde."),
    ("taller", "¿abren domingo?", "Los domingos no abrimos. De lunes a viernes atendemos de 8:30 a 18:00."),
    ("taller", "¿cuánto de anticipo?", "El 50%, en reparaciones de más de cinco mil pesos."),
    ("taller", "¿a qué CLABE deposito?", "A la CLABE 0127 6000 1234 5678 95, o a la cuenta BBVA 0123456789."),
    (
        "taller",
        "¿me pasas la ubicación?",
        "Claro: https://maps.app.goo.gl/TallerRuiz1, junto a la gasolinera.",
    ),
    ("taller", "¿dónde quedan?", "En la carretera a Bahía de Kino, kilómetro 4.5."),
    ("taller", "¿abren el 12 de diciembre?", "No, el 12 de diciembre y el 1 de enero no abrimos."),
    ("taller", "¿y el 24 de diciembre?", "El 24 de diciembre cerramos a las 14:00."),
    ("taller", "mañana paso", "¡Perfecto! Mañana miércoles abrimos a las 8:30 am."),
]


def _casos(crudos: list[tuple[str, str, str]]) -> list[Caso]:
    return [Caso(*crudo) for crudo in crudos]


AJUSTE = (_casos(_AJUSTE_FALSAS), _casos(_AJUSTE_CIERTAS))
RESERVA = (_casos(_RESERVA_FALSAS), _casos(_RESERVA_CIERTAS))
