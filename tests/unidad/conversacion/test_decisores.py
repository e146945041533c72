"""Los decisores que solo miran texto."""

from __future__ import annotations

import pytest

from clientes.aura.conversacion.decisores import baja, bienvenida, cortesia
from clientes.aura.conversacion.decisores.eleccion import elegir
from clientes.aura.conversacion.modelos import NoraDelTurno, Opcion, Pendiente, Turno
from clientes.aura.conversacion.texto import parecidas

OPCIONES = (
    Opcion(numero=1, titulo="Limpieza de alfombras", bloque_id="a"),
    Opcion(numero=2, titulo="Limpieza de sillones", bloque_id="b"),
    Opcion(numero=3, titulo="Hablar con una persona"),
)


def turno(*textos: str, de_baja: bool = False, saludada: bool = True) -> Turno:
    return Turno(
        nora=NoraDelTurno(nombre_nora="n", nombre_visible="N"),
        conversacion_id="c",
        de_baja=de_baja,
        saludada=saludada,
        pendientes=tuple(Pendiente(id=n, texto=texto) for n, texto in enumerate(textos)),
    )


@pytest.mark.parametrize(
    ("texto", "numero"),
    [
        ("1", 1),
        ("2.", 2),
        ("2️⃣", 2),
        ("la 2", 2),
        ("opción 1 por favor", 1),
        ("el primero", 1),
        ("la segunda", 2),
        ("uno", 1),
        ("la última", 3),
        ("sillones", 2),
        ("lo de las alfombras", 1),
        ("alfonbras", 1),
        ("limpieza de sillones porfa", 2),
        ("hablar con una persona", 3),
        ("con una persona", 3),
        ("limpieza", None),
        ("4", None),
        ("12", None),
        ("¿y abren el domingo?", None),
        ("tengo 2 sillones y 3 alfombras", None),
        ("quiero saber cuánto cuesta el envío a mi casa", None),
    ],
)
def test_elegir(texto: str, numero: int | None) -> None:
    elegida = elegir(texto, OPCIONES)
    assert (elegida.numero if elegida else None) == numero


@pytest.mark.parametrize("texto", ["BAJA", "baja", " Bája. ", "stop", "ALTO", "Cancelar suscripción"])
def test_bajas_exactas(texto: str) -> None:
    decision = baja.decidir(turno(texto))
    assert decision is not None and decision.baja is True


@pytest.mark.parametrize(
    "texto",
    [
        "quiero dar de baja mi línea",
        "está muy alto el precio",
        "alta",
        "cancelar",
        "no pares",
        "baja el precio",
    ],
)
def test_no_son_bajas(texto: str) -> None:
    assert baja.decidir(turno(texto)) is None


def test_alta_solo_para_quien_estaba_de_baja_y_la_ultima_palabra_manda() -> None:
    regreso = baja.decidir(turno("Alta", de_baja=True))
    assert regreso is not None and regreso.baja is False
    arrepentido = baja.decidir(turno("baja", "alta"))
    assert arrepentido is not None and arrepentido.baja is False


@pytest.mark.parametrize(
    "texto", ["hola", "Holaaa!!", "buenos días", "buenas tardes, qué tal", "hola nora", "Muy buenas noches"]
)
def test_saludos(texto: str) -> None:
    assert bienvenida.es_saludo(texto)


@pytest.mark.parametrize("texto", ["", "hola, cuánto cuesta?", "buenas, abren hoy?", "precio"])
def test_no_son_solo_saludo(texto: str) -> None:
    assert not bienvenida.es_saludo(texto)


def test_quitar_saludo_deja_la_pregunta() -> None:
    assert bienvenida.quitar_saludo("hola\nbuenas tardes\n¿cuánto cuesta?") == "¿cuánto cuesta?"


@pytest.mark.parametrize(
    "texto", ["gracias", "Muchas gracias!!", "ok gracias, muy amable", "mil gracias por la información"]
)
def test_gracias(texto: str) -> None:
    decision = cortesia.decidir(turno(texto))
    assert decision is not None and decision.texto == cortesia.TEXTO_GRACIAS


@pytest.mark.parametrize("texto", ["ok", "👍", "perfecto", "jajaja", "🙏🙏"])
def test_asentir_no_se_contesta(texto: str) -> None:
    decision = cortesia.decidir(turno(texto))
    assert decision is not None and decision.texto == ""


@pytest.mark.parametrize(
    "texto", ["gracias, ¿y el envío?", "?", "ok, cuánto cuesta", "gracias por el precio pero está caro"]
)
def test_lo_que_pide_algo_sigue_su_camino(texto: str) -> None:
    assert cortesia.decidir(turno(texto)) is None


@pytest.mark.parametrize(
    ("una", "otra", "si"), [("hablar", "hablr", True), ("asesor", "asesro", True), ("casa", "cosa", False)]
)
def test_parecidas(una: str, otra: str, si: bool) -> None:
    assert parecidas(una, otra) is si
