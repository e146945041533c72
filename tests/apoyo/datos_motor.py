"""Negocios inventados con lo que saben y lo que les preguntan, para medir el motor local.

Cada pregunta lleva la clave del bloque que la contesta, o None si ninguno la contesta aunque se parezca.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Negocio:
    nombre: str
    bloques: dict[str, tuple[str, str]]
    preguntas: tuple[tuple[str, str | None], ...]


ESTETICA = Negocio(
    "estetica",
    {
        "horario": (
            "Horario",
            "Abrimos de martes a sábado de 10 de la mañana a 7 de la tarde. Domingo y lunes cerramos.",
        ),
        "corte": (
            "Precio del corte",
            "El corte para mujer cuesta $280 y el de hombre $180. Incluye lavado y secado.",
        ),
        "tinte": (
            "Tintes y mechas",
            "El tinte completo va desde $750 según el largo. Las mechas o balayage desde $1,600.",
        ),
        "unas": (
            "Uñas",
            "Ponemos uñas de gel en $320 y acrílicas en $400. El esmaltado semipermanente vale $190.",
        ),
        "cita": (
            "Citas",
            "Trabajamos con cita. Aparta tu lugar por aquí con un día de anticipación y dinos con quién te gusta.",
        ),
        "ubicacion": (
            "Dónde estamos",
            "Calle Naranjos 45, colonia Las Palmas, a una cuadra del parque, local azul.",
        ),
        "pago": (
            "Formas de pago",
            "Aceptamos efectivo, tarjeta de débito o crédito y transferencia. No hay meses sin intereses.",
        ),
        "novia": (
            "Paquete de novia",
            "Peinado y maquillaje de novia con prueba incluida por $3,500. Vamos a domicilio en la ciudad.",
        ),
        "cancelar": (
            "Cambiar o cancelar cita",
            "Puedes mover o cancelar tu cita hasta 4 horas antes sin costo; después se cobra la mitad.",
        ),
        "ninos": ("Corte infantil", "A niñas y niños menores de 10 años les cortamos el pelo por $130."),
        "keratina": (
            "Alaciado con keratina",
            "El alaciado dura de 3 a 5 meses, tarda unas 3 horas y cuesta desde $1,900.",
        ),
        "estacionamiento": (
            "Estacionamiento",
            "Hay cuatro cajones para clientas enfrente del local, gratis.",
        ),
    },
    (
        ("a qué hora abren?", "horario"),
        ("están abiertos los domingos", "horario"),
        ("hasta q hora atienden hoy", "horario"),
        ("cuánto me sale cortarme el pelo", "corte"),
        ("precio dl corte d dama porfa", "corte"),
        ("qué precio tiene pintarse el cabello", "tinte"),
        ("hacen balayaje?", "tinte"),
        ("cuanto cobran por las uñas acrilicas", "unas"),
        ("quiero ponerme gelish en las manos", "unas"),
        ("necesito hacer cita o puedo llegar nomás", "cita"),
        ("kiero agendar para el jueves", "cita"),
        ("me pasas la dirección", "ubicacion"),
        ("en donde se encuentran ubicados", "ubicacion"),
        ("puedo pagar con tarjeta?", "pago"),
        ("resiven transferencias", "pago"),
        ("me caso en mayo, qué incluye lo de novias", "novia"),
        ("ya no voy a poder ir mañana, cómo cancelo", "cancelar"),
        ("cuánto por el corte de mi hijo de 6 años", "ninos"),
        ("cuanto tiempo dura el alasiado", "keratina"),
        ("hay dónde dejar el carro?", "estacionamiento"),
        ("hacen depilación con láser?", None),
        ("venden shampoo para llevar?", None),
        ("están contratando estilistas?", None),
        ("ponen extensiones de pestañas?", None),
        ("dan cursos de maquillaje?", None),
        ("cuánto mide la luna", None),
    ),
)

TAQUERIA = Negocio(
    "taqueria",
    {
        "horario": (
            "Horario de servicio",
            "Todos los días de 6 pm a 1 am; viernes y sábado cerramos a las 3 am.",
        ),
        "menu": (
            "Menú y precios",
            "Tacos de asada $28, de pastor $22, de tripa $32. Quesadilla $45. Aguas frescas $25.",
        ),
        "envio": (
            "Servicio a domicilio",
            "Llevamos tu pedido a toda la zona norte. El envío cuesta $35 y tarda unos 40 minutos.",
        ),
        "minimo": ("Pedido mínimo", "Para mandar a domicilio el pedido mínimo es de $150."),
        "ubicacion": (
            "Sucursal",
            "Estamos en bulevar Reforma 310, esquina con calle 12, junto a la gasolinera.",
        ),
        "pago": (
            "Pagos",
            "En el local recibimos efectivo y tarjeta. A domicilio solo efectivo o transferencia.",
        ),
        "eventos": (
            "Taquizas para eventos",
            "Hacemos taquizas desde 30 personas, $140 por persona, con dos taqueros y salsas.",
        ),
        "vegetariano": (
            "Opciones sin carne",
            "Tenemos tacos de champiñón, de rajas con queso y quesadillas de flor de calabaza.",
        ),
        "promo": (
            "Promoción de martes",
            "Los martes hay 2x1 en tacos de pastor de 6 a 9 de la noche, solo en el local.",
        ),
        "factura": (
            "Facturación",
            "Facturamos el mismo mes. Manda tu constancia fiscal y la foto de tu ticket.",
        ),
        "reservar": (
            "Mesas grandes",
            "Reservamos mesas de 8 personas o más, de domingo a jueves, con 2 horas de anticipación.",
        ),
        "picante": (
            "Salsas y picor",
            "La salsa verde casi no pica, la roja pica medio y la de habanero es muy picosa.",
        ),
    },
    (
        ("siguen abiertos a las 2 de la mañana el sabado?", "horario"),
        ("a ke ora cierran", "horario"),
        ("cuánto cuestan los tacos de asada", "menu"),
        ("me pasas el menu", "menu"),
        ("qué precio tiene la quesadilla", "menu"),
        ("traen a mi casa?", "envio"),
        ("cuánto cobran por el envio", "envio"),
        ("cuanto es lo menos que puedo pedir para que me lo traigan", "minimo"),
        ("donde estan", "ubicacion"),
        ("me mandas su ubicacion x favor", "ubicacion"),
        ("aseptan tarjeta", "pago"),
        ("puedo pagar por transferencia si pido a domicilio", "pago"),
        ("quiero una taquiza para mi boda de 80 invitados", "eventos"),
        ("hay algo para vegetarianos?", "vegetariano"),
        ("mi novia no come carne, qué le puedo pedir", "vegetariano"),
        ("tienen promociones?", "promo"),
        ("qué día hay 2 por 1", "promo"),
        ("me pueden facturar lo de ayer", "factura"),
        ("se puede apartar mesa para 10", "reservar"),
        ("cuál salsa es la que más enchila", "picante"),
        ("venden pizzas?", None),
        ("tienen área de juegos para niños?", None),
        ("la carne es de res angus?", None),
        ("tienen wifi?", None),
        ("busco trabajo de mesero", None),
        ("rentan el salón para fiestas?", None),
    ),
)

DENTAL = Negocio(
    "dental",
    {
        "limpieza": (
            "Limpieza dental",
            "La limpieza con ultrasonido cuesta $600 y dura 40 minutos. Conviene cada seis meses.",
        ),
        "brackets": (
            "Ortodoncia",
            "Los brackets metálicos llevan un enganche de $4,000 y mensualidades de $900 por 18 a 24 meses.",
        ),
        "blanqueamiento": (
            "Blanqueamiento",
            "El blanqueamiento en consultorio cuesta $2,800, se hace en una sesión de una hora.",
        ),
        "urgencias": (
            "Urgencias",
            "Si traes dolor fuerte, te atendemos el mismo día. Llama o escribe con la palabra URGENCIA.",
        ),
        "horario": ("Horarios de consulta", "Lunes a viernes de 9:00 a 19:00 y sábados de 9:00 a 14:00."),
        "ubicacion": (
            "Consultorio",
            "Av. Universidad 1020, segundo piso, consultorio 204, edificio Médica Sur.",
        ),
        "seguros": (
            "Seguros",
            "Trabajamos con seguros de gastos dentales de las principales aseguradoras; trae tu póliza.",
        ),
        "extraccion": (
            "Muelas del juicio",
            "La extracción de muela del juicio cuesta de $1,800 a $3,200 según la radiografía.",
        ),
        "valoracion": (
            "Primera consulta",
            "La valoración con el doctor y su plan de tratamiento cuesta $300, que se descuentan si te atiendes.",
        ),
        "ninos": (
            "Odontopediatría",
            "Atendemos a niños desde los 3 años con la doctora Robles, los martes y jueves.",
        ),
        "pago": (
            "Pagos y mensualidades",
            "Puedes pagar en efectivo, con tarjeta y a 6 meses sin intereses en tratamientos de más de $5,000.",
        ),
        "cuidados": (
            "Después de una extracción",
            "Muerde la gasa 30 minutos, no te enjuagues ese día, come frío y blando, y no fumes.",
        ),
    },
    (
        ("cuánto cuesta una limpieza", "limpieza"),
        ("cada cuando hay q hacerse la limpiesa", "limpieza"),
        ("precio de los frenos para los dientes", "brackets"),
        ("cuánto se paga al mes por los brakets", "brackets"),
        ("quiero tener los dientes más blancos", "blanqueamiento"),
        ("me duele muchísimo una muela, me pueden ver hoy", "urgencias"),
        ("trabajan los sábados", "horario"),
        ("hasta qué hora hay consulta entre semana", "horario"),
        ("cuál es la dirección del consultorio", "ubicacion"),
        ("en q piso estan", "ubicacion"),
        ("aceptan seguro de gastos?", "seguros"),
        ("cuánto por sacar una muela del juisio", "extraccion"),
        ("la primera cita tiene costo?", "valoracion"),
        ("cuánto cuesta que me revisen", "valoracion"),
        ("atienden a mi niña de 4 años", "ninos"),
        ("manejan meses sin intereses", "pago"),
        ("me sacaron una muela ayer, qué puedo comer", "cuidados"),
        ("puedo fumar despues de la extraccion", "cuidados"),
        ("qué días ve la doctora robles", "ninos"),
        ("cuanto tarda el blanqueamiento", "blanqueamiento"),
        ("hacen implantes dentales?", None),
        ("venden cepillos eléctricos?", None),
        ("ponen botox?", None),
        ("me pueden recetar antibiótico por aquí?", None),
        ("tienen rampa para silla de ruedas?", None),
        ("cuánto cuesta una endodoncia", None),
    ),
)

TALLER = Negocio(
    "taller",
    {
        "aceite": (
            "Cambio de aceite",
            "El cambio de aceite con filtro cuesta desde $850 con aceite sintético. Tarda media hora.",
        ),
        "afinacion": (
            "Afinación",
            "La afinación mayor va desde $1,900: bujías, filtros, limpieza de inyectores y revisión.",
        ),
        "frenos": ("Frenos", "Cambiamos balatas desde $700 por eje y rectificamos discos por $350 cada uno."),
        "horario": ("Horario del taller", "De lunes a viernes de 8 a 18 horas y el sábado de 8 a 13."),
        "diagnostico": (
            "Escaneo",
            "El diagnóstico con escáner cuesta $350; es gratis si reparas con nosotros.",
        ),
        "garantia": (
            "Garantía",
            "Todo trabajo tiene 3 meses o 5,000 km de garantía en mano de obra y refacciones.",
        ),
        "grua": ("Grúa", "Tenemos grúa dentro de la ciudad por $600. Llámanos y vamos por tu carro."),
        "ubicacion": ("Cómo llegar", "Estamos en Periférico Norte 2200, frente a la plaza, portón verde."),
        "llantas": ("Llantas", "Vendemos llantas de rin 13 a 18; la alineación y balanceo cuesta $450."),
        "pago": (
            "Formas de pago",
            "Recibimos efectivo, tarjetas y transferencia. Se pide 50% de anticipo en refacciones.",
        ),
        "clima": (
            "Aire acondicionado",
            "La carga de gas del aire acondicionado cuesta $950 e incluye revisión de fugas.",
        ),
        "verificacion": ("Preverificación", "Revisamos tu auto antes de la verificación vehicular por $250."),
    },
    (
        ("cuánto cobran por cambiar el aceite", "aceite"),
        ("cuanto se tardan en el canbio de aceite", "aceite"),
        ("precio de una afinación", "afinacion"),
        ("qué incluye la afinasion mayor", "afinacion"),
        ("rechinan mis frenos, en cuánto sale arreglarlos", "frenos"),
        ("cuanto por las balatas", "frenos"),
        ("abren el sábado en la tarde?", "horario"),
        ("a qué hora puedo llevar el carro", "horario"),
        ("se prendió el check engine, cuánto por revisarlo", "diagnostico"),
        ("el escaner tiene costo?", "diagnostico"),
        ("dan garantía?", "garantia"),
        ("me quedé tirado, tienen grua", "grua"),
        ("cuanto cuesta que vengan por mi coche", "grua"),
        ("por dónde están ubicados", "ubicacion"),
        ("venden llantas rin 15", "llantas"),
        ("hacen alineasion y balanceo", "llantas"),
        ("puedo pagar con tarjeta de credito", "pago"),
        ("hay que dejar anticipo?", "pago"),
        ("mi aire ya no enfría", "clima"),
        ("revisan el carro antes de verificar", "verificacion"),
        ("hojalatería y pintura hacen?", None),
        ("venden carros usados?", None),
        ("lavan autos?", None),
        ("polarizan vidrios?", None),
        ("cuánto cuesta una batería nueva", None),
        ("arreglan motos?", None),
    ),
)

GIMNASIO = Negocio(
    "gimnasio",
    {
        "mensualidad": (
            "Mensualidad",
            "La mensualidad cuesta $550 y la semana $180. La visita de un día $70.",
        ),
        "inscripcion": ("Inscripción", "La inscripción es de $200 y se paga una sola vez al año."),
        "horario": (
            "Horarios del gimnasio",
            "Abrimos de lunes a viernes de 5 am a 11 pm; sábados de 7 am a 4 pm; domingos cerrado.",
        ),
        "clases": (
            "Clases",
            "Hay spinning, zumba y yoga incluidas en la mensualidad. Zumba: lunes y miércoles a las 7 pm.",
        ),
        "entrenador": (
            "Entrenador personal",
            "El entrenador personal cuesta $1,200 al mes, tres sesiones por semana.",
        ),
        "promo": (
            "Promoción para parejas",
            "Si se inscriben dos personas juntas, la inscripción es gratis para las dos.",
        ),
        "estudiantes": (
            "Descuento a estudiantes",
            "Con credencial vigente, los estudiantes pagan $450 al mes.",
        ),
        "regaderas": (
            "Vestidores y lockers",
            "Hay vestidores con regadera y lockers; trae tu candado y tu toalla.",
        ),
        "ubicacion": ("Dirección", "Estamos en la plaza Galerías del Sol, local 8, planta alta."),
        "nutricion": ("Nutrióloga", "La consulta con la nutrióloga cuesta $400; los socios pagan $300."),
        "congelar": (
            "Congelar la membresía",
            "Puedes pausar tu membresía hasta 30 días al año avisando con 3 días de anticipación.",
        ),
        "edad": (
            "Edad mínima",
            "Pueden entrar desde los 14 años; los menores de 16 necesitan venir con un adulto.",
        ),
    },
    (
        ("cuánto cuesta al mes", "mensualidad"),
        ("puedo ir solo un dia? cuanto sale", "mensualidad"),
        ("precio de la mensualida", "mensualidad"),
        ("cuánto cobran de inscripsion", "inscripcion"),
        ("abren los domingos", "horario"),
        ("desde qué hora puedo ir a entrenar en la mañana", "horario"),
        ("q clases tienen", "clases"),
        ("a qué hora es la zumba", "clases"),
        ("el yoga va incluido?", "clases"),
        ("cuanto por un coach personal", "entrenador"),
        ("si voy con mi novio hay descuento?", "promo"),
        ("tienen descuento de estudiante", "estudiantes"),
        ("soy universitario, me hacen precio?", "estudiantes"),
        ("puedo bañarme ahí", "regaderas"),
        ("hay dónde guardar mis cosas", "regaderas"),
        ("dónde queda el gym", "ubicacion"),
        ("tienen nutriologo", "nutricion"),
        ("me voy de viaje, puedo pausar mi pago", "congelar"),
        ("mi hijo de 13 puede entrar?", "edad"),
        ("desde qué edad aceptan", "edad"),
        ("tienen alberca?", None),
        ("venden proteína?", None),
        ("dan clases de box?", None),
        ("tienen guardería?", None),
        ("hay estacionamiento?", None),
        ("puedo llevar a mi perro?", None),
    ),
)

NEGOCIOS = (ESTETICA, TAQUERIA, DENTAL, TALLER, GIMNASIO)
# El motor se ajustó con estos; los demás solo miden.
DE_AJUSTE = (ESTETICA, DENTAL, GIMNASIO)
DE_PRUEBA = (TAQUERIA, TALLER)
