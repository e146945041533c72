"""Cómo escribe la gente: lo que se endereza, lo que suena igual y lo que quiere decir lo mismo."""

from __future__ import annotations

import pytest

from clientes.aura.ia import sinonimos
from clientes.aura.ia.consejo import que_falta
from clientes.aura.ia.escritura import enderezar, plano, raiz, sonido
from clientes.aura.ia.lectura import leer_texto
from clientes.aura.ia.medidas import parecido
from clientes.aura.ia.motor_local import Bloque


@pytest.mark.parametrize(
    ("escrito", "derecho"),
    [
        ("asta q ora sierran", "hasta que hora cierran"),
        ("kiero saver el presio", "quiero saver el precio"),
        ("ai embios el savado?", "hay envíos el sábado?"),
        ("hola\n\nson 4 personas\nprecio?", "hola. son 4 personas. precio?"),
        ("Molarcito", "Molarcito"),
    ],
)
def test_enderezar(escrito: str, derecho: str) -> None:
    assert enderezar(escrito) == derecho


@pytest.mark.parametrize(
    ("una", "otra", "iguales"),
    [
        ("vulto", "bulto", True),
        ("semento", "cemento", True),
        ("tortiya", "tortilla", True),
        ("casa", "cama", False),
    ],
)
def test_suena_igual(una: str, otra: str, iguales: bool) -> None:
    assert (sonido(una) == sonido(otra)) is iguales


@pytest.mark.parametrize(
    ("palabra", "esperada"), [("reparaciones", "repar"), ("perritos", "perr"), ("15", "15")]
)
def test_raiz(palabra: str, esperada: str) -> None:
    assert raiz(plano(palabra)) == esperada


def test_los_numeros_dichos_son_numeros_y_los_rangos_de_dias_se_abren() -> None:
    assert leer_texto("somos cuatro", es_pregunta=True).numeros == {"4"}
    assert leer_texto("Lunes a jueves y domingo").dias == {0, 1, 2, 3, 6}
    assert leer_texto("Sábado a lunes").dias == {5, 6, 0}


@pytest.mark.parametrize(
    ("pregunta", "dato"),
    [
        ("a como el kilo", "precio"),
        ("hasta q ora abren", "hora"),
        ("por donde quedan", "lugar"),
        ("cuanto tardan", "plazo"),
    ],
)
def test_que_dato_pide(pregunta: str, dato: str) -> None:
    assert leer_texto(pregunta, es_pregunta=True).datos == {dato}


def test_la_lista_de_todas_esta_bien_escrita() -> None:
    grupos = sinonimos.lista_comun()
    assert len(grupos) > 100
    assert all(len(g.palabras) > 1 and g.tema for g in grupos)
    # La clave es con lo que una Nora apaga un grupo: dos iguales se apagarían juntos.
    assert len({g.clave for g in grupos}) == len(grupos)


def test_una_nora_agrega_y_apaga() -> None:
    propios = (("guajolota", "torta de tamal"),)
    lista = sinonimos.de_nora(propios, frozenset({"alberca"}))
    assert lista is sinonimos.de_nora(propios, frozenset({"alberca"}))
    assert lista.grupos_de([raiz("guajolota")]) != frozenset() == lista.grupos_de([raiz("piscina")])
    assert sinonimos.comunes().grupos_de([raiz("piscina")]) != frozenset()
    assert sinonimos.de_nora(propios, frozenset({"*"})).grupos_de([raiz("cobija")]) == frozenset()


def test_los_sinonimos_entienden_frases() -> None:
    lista = sinonimos.Sinonimos([["niño", "chamaco"], ["2x1", "dos por uno"]])
    assert lista.grupos_de([raiz("chamaco")]) == lista.grupos_de([raiz("nino")]) != frozenset()
    assert (
        lista.grupos_de([raiz(p) for p in ("dos", "por", "uno")]) == lista.grupos_de(["2x1"]) != frozenset()
    )


def test_una_palabra_de_la_lista_vale_casi_como_la_misma() -> None:
    (una,), (otra,), (ajena,) = (leer_texto(t).palabras for t in ("cobija", "edredón", "camisa"))
    assert parecido(una, otra) == 0.9
    assert parecido(una, ajena) == 0


def test_que_le_falta_a_un_bloque() -> None:
    bloque = Bloque("1", "Pensión", "Cuidamos a tu perro mientras viajas.")
    falta = que_falta("cuánto cuesta la pensión con cámaras", bloque)
    assert falta.datos == ("el precio",)
    assert "cámaras" in falta.palabras
    assert que_falta("pensión para mi perro", bloque) == que_falta("pensión", bloque)
