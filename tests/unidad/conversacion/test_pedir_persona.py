"""Sesenta maneras de pedir a una persona, y sesenta que se parecen y no lo piden."""

from __future__ import annotations

import pytest

from clientes.aura.conversacion.decisores.pedir_persona import pide_persona

PIDEN = """
quiero hablar con alguien
Quiero hablar con una persona
quisiera hablar con un asesor
me pasas con un asesor?
me puedes pasar con alguien
¿Me comunicas con el encargado?
pásame con el gerente
pasame a un humano
comuníqueme con la dueña por favor
hay alguien?
¿Hay alguien ahí?
hola, está alguien?
alguien ahí?
un asesor por favor
asesor
humano
una persona real por favor
persona
eres un robot? quiero una persona
¿eres un robot?
estoy hablando con una máquina?
no quiero hablar con un robot
ya no quiero hablar con una maquina
necesito hablar con alguien del equipo
puedo hablar con una persona de verdad?
se puede hablar con un humano?
cómo le hago para hablar con alguien
cómo puedo hablar con un ejecutivo
prefiero que me atienda una persona
que me atienda una persona por favor
alguien que me pueda atender?
alguien me puede ayudar?
me puede atender alguien?
quiero que alguien me conteste
que alguien me responda ya
kiero hablar con alguin
quiero ablar con una persona
quiero hablar con un acesor
quiero hablr con una presona
nesecito un asesor
mejor pásame con alguien
no me entiendes, pásame con alguien
eso no es lo que pregunté, quiero hablar con una persona
quiero hablar con el dueño
me urge hablar con alguien
ocupo hablar con un vendedor
quiero atención humana
atencion a clientes
servicio al cliente
me pueden llamar?
que me llamen por favor
quiero que me marque alguien
podrían comunicarme con un representante
transfiéreme con un agente
contáctame con un asesor
necesito que me contacte un asesor
quisiera platicar con alguien de ahí
con quién puedo hablar? quiero hablar con un humano
hola buenas tardes, puedo hablar con el encargado de ventas?
prefiero hablar con una persona
no, mejor con una persona
me gustaría que me atendiera una persona
quiero hablar con una persona, no con un bot
hablar con alguien
un humano pls
quiero tratarlo directamente con el encargado
es posible hablar con una asesora?
oye nora pásame con una persona
"""

NO_PIDEN = """
¿con quién hablo?
necesito una persona que me instale el boiler, ¿lo hacen?
cuánto cuesta por persona
precio para dos personas
es para una persona
mesa para 4 personas
cuántas personas caben en el salón
hay alguien que repare lavadoras ahí?
tienen alguien que instale minisplits?
necesito alguien que me corte el pelo mañana
busco alguien que cuide a mi perro
quiero un corte como el de la otra persona
ayer me atendió una persona muy amable
la persona que me atendió me dijo que costaba 200
el asesor me dijo que llegaba hoy
venden robots de juguete?
tienen aspiradora robot?
cuánto cuesta el robot de cocina
la máquina que compré no prende
tienen máquina de coser
quiero hablar de los precios
quiero saber el horario
me pasas el menú?
me pasas la dirección
me pasas el precio con envío
pásame tu ubicación
me puedes pasar el costo del tinte
me comunicas los horarios?
pueden llamarme por mi nombre en el pastel?
cuál es su número para llamar
cuánto dura la garantía humana
tienen agentes de limpieza?
necesito un agente limpiador
venden para uso humano y animal?
comida para humanos y perros
atienden niños?
atienden personas mayores?
quién atiende los sábados
me pueden atender hoy a las 5?
me atienden sin cita?
la doctora atiende el sábado?
hay alguna promoción?
hay estacionamiento?
hay lugar para mañana
está abierto?
quiero una cita con la doctora robles
quiero agendar con mariana
quiero una mesa para mi y otra persona
cuánto cobra el entrenador personal
tienen entrenador personal?
venden tarjeta de regalo para alguien especial
es un regalo para alguien
quiero mandarle flores a alguien
le puedo regalar la membresía a otra persona?
puede ir otra persona a recoger mi pedido?
puedo mandar a alguien por mi pedido?
están contratando personal?
buscan vendedor? quiero trabajo
dan clases para hablar en público?
tienen cursos para hablar inglés
quiero contratar el servicio
quiero hacer un pedido
gracias, ya me atendieron
hola buenas tardes
cuántos asesores tienen
el encargado va a estar mañana?
quiero ser vendedora de ustedes
me ayudas con el precio?
ayuda con mi pedido
"""


@pytest.mark.parametrize("texto", PIDEN.strip().splitlines())
def test_piden(texto: str) -> None:
    assert pide_persona(texto)


@pytest.mark.parametrize("texto", NO_PIDEN.strip().splitlines())
def test_no_piden(texto: str) -> None:
    assert not pide_persona(texto)


def test_son_al_menos_sesenta_de_cada_una() -> None:
    assert min(len(PIDEN.strip().splitlines()), len(NO_PIDEN.strip().splitlines())) >= 60
