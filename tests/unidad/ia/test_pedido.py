"""Lo puntual que pide una pregunta, y si un bloque del tema lo da o habla de otro."""

from __future__ import annotations

import pytest

from clientes.aura.ia.consejo import que_falta
from clientes.aura.ia.motor_local import Bloque
from clientes.aura.ia.pedido import choca, da_lo_contado, en_que_choca, leer_pedido, lo_que_no_da

LLANTAS = "Llantas. Rin 14 desde $1,150, rin 15 desde $1,350, rin 16 desde $1,690."
HORARIO = "Horario. Martes a viernes de 10 a 8, sábado de 9 a 7."
VARILLA = "Varilla. De 3/8 $172 la pieza, de 1/2 $298."


@pytest.mark.parametrize(
    ("pregunta", "texto", "de_que"),
    [
        ("¿tienen llantas rin 20 para camioneta?", LLANTAS, "rin 20"),
        ("¿qué horario tienen el 10 de mayo?", HORARIO, "esa fecha de mayo"),
        ("abren en semana santa?", HORARIO, "semana santa"),
        ("¿tienen varilla de 5/8?", VARILLA, "5/8"),
    ],
)
def test_habla_de_otro(pregunta: str, texto: str, de_que: str) -> None:
    assert en_que_choca(leer_pedido(pregunta), texto) == de_que


@pytest.mark.parametrize(
    ("pregunta", "texto"),
    [
        ("llantas rin 15 cuánto", LLANTAS),
        ("¿abren el sábado?", HORARIO),
        ("quiero varilla de 3/8", VARILLA),
        ("¿abren el 10 de mayo?", HORARIO + " Festivos cerrado."),
        ("queremos ir el 20 de diciembre, ¿cuánto la doble?", "Habitación doble. $1,350 por noche."),
        ("mi perro pesa 20 kilos", "Pensión. Perro 10 kilos $200, perro 25 kilos $300."),
    ],
)
def test_no_habla_de_otro(pregunta: str, texto: str) -> None:
    assert not choca(leer_pedido(pregunta), texto)


@pytest.mark.parametrize(
    ("pregunta", "texto", "falta"),
    [
        ("¿de qué color es el uniforme?", "Uniforme. Playera y short $690.", ("de qué color",)),
        ("¿de qué color es el uniforme?", "Uniforme. Pants gris con vino.", ()),
        ("¿cuántas bicis hay?", "Spinning. Lunes a las 6:30, aparta tu bici.", ("cuántos son",)),
        ("¿cuántas bicis hay?", "Spinning. Hay treinta bicis.", ()),
        ("¿cuántos días tardan?", "Edredón. Se lava por $120.", ("cuánto tiempo",)),
        ("¿qué tan honda está la alberca?", "Alberca. De 9 a 8, climatizada.", ("la medida",)),
    ],
)
def test_lo_contado(pregunta: str, texto: str, falta: tuple[str, ...]) -> None:
    pedido = leer_pedido(pregunta)
    assert lo_que_no_da(pedido, texto) == falta
    assert da_lo_contado(pedido, texto) == (not falta, bool(falta))


def test_la_cosa_por_la_que_se_pregunta() -> None:
    assert leer_pedido("¿dan francés además de inglés?").objeto == "frances"
    assert leer_pedido("¿cuánto cuesta el corte?").objeto == ""


def test_el_consejo_dice_lo_que_falta() -> None:
    falta = que_falta("¿de qué marca son las llantas rin 20?", Bloque("1", "Llantas", LLANTAS))
    assert falta.otro == "rin 20"
    assert falta.datos == ("de qué marca",)
