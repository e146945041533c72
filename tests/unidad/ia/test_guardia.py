"""La guardia: 60 falsedades y 60 verdades, la mitad apartada; y lo que un tramposo intentaría."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from apoyo import datos_guardia_frescos as frescos
from apoyo.datos_guardia import AJUSTE, HOY, NEGOCIOS, RESERVA, Caso
from apoyo.guiones import leer_todos
from dobles.modelos_falsos import en_letras

from clientes.aura.ia.guardia import FICHA, Evidencia, revisar

PRECIO = re.compile(r"\$(\d[\d,]*)")
CORTE = [Evidencia("Cortes", "Corte de dama $250. Corte de caballero $180.")]


def evidencias(negocio: str) -> list[Evidencia]:
    bloques, ficha = NEGOCIOS[negocio]
    return [*(Evidencia(t, c) for t, c in bloques.items()), Evidencia("", ficha, FICHA)]


def frena(caso: Caso) -> bool:
    return bool(revisar(caso.respuesta, evidencias(caso.negocio), pregunta=caso.pregunta, hoy=HOY))


@pytest.mark.parametrize(("nombre", "casos"), [("ajuste", AJUSTE), ("reserva", RESERVA)])
def test_frena_lo_falso_y_deja_pasar_lo_cierto(
    nombre: str, casos: tuple[list[Caso], list[Caso]], record_property: Callable[[str, object], None]
) -> None:
    falsas, ciertas = casos
    idas = [c.respuesta for c in falsas if not frena(c)]
    de_mas = [c.respuesta for c in ciertas if frena(c)]
    record_property("frenadas", f"{len(falsas) - len(idas)}/{len(falsas)}")
    record_property("de_mas", f"{len(de_mas)}/{len(ciertas)}")
    assert len(falsas) == len(ciertas) == 30
    assert len(idas) / len(falsas) <= 0.02, idas
    assert len(de_mas) / len(ciertas) <= 0.02, de_mas


def test_con_negocios_que_no_conocia() -> None:
    """Todo junto, con dos negocios más: 90 falsedades y 100 verdades."""
    hotel = [Evidencia(t, c) for t, c in frescos.HOTEL.items()] + [Evidencia("", frescos.FICHA_HOTEL, FICHA)]
    escuela = [Evidencia(t, c) for t, c in frescos.ESCUELA.items()]
    idas = [c.respuesta for c in AJUSTE[0] + RESERVA[0] if not frena(c)]
    de_mas = [c.respuesta for c in AJUSTE[1] + RESERVA[1] if frena(c)]
    for evidencia, falsas, ciertas in (
        (hotel, frescos.HOTEL_FALSAS, frescos.HOTEL_CIERTAS),
        (escuela, frescos.ESCUELA_FALSAS, frescos.ESCUELA_CIERTAS),
    ):
        idas += [r for p, r in falsas if not revisar(r, evidencia, pregunta=p, hoy=HOY)]
        de_mas += [r for p, r in ciertas if revisar(r, evidencia, pregunta=p, hoy=HOY)]
    assert len(idas) / 90 <= 0.02, idas
    assert len(de_mas) / 100 <= 0.02, de_mas


@pytest.mark.parametrize(
    ("respuesta", "motivo"),
    [
        ("El corte cuesta 1️⃣8️⃣5️⃣ pesos", "dígitos disfrazados de emoji"),
        ("El corte cuesta １８５ pesos", "dígitos de ancho completo"),
        ("El corte cuesta 1\u200b85 pesos", "un espacio invisible en medio"),
        ("El corte cuesta *$185*", "en negritas"),
        ("El corte cuesta ciento ochenta y cinco", "en palabras"),
        ("Son 0.2 mil pesos", "en miles"),
        ("El corte cuesta $180 dólares", "otra moneda"),
        ("Deposita a seis seis dos uno dos tres cuatro cinco seis siete", "un teléfono dictado"),
        ("Paga en pagos punto com", "una liga en palabras"),
        ("Escríbenos a ventas@otro.mx", "un correo inventado"),
        ("Hay dos por uno en cortes", "una promoción inventada"),
        ("El corte es gratis hoy", "un regalo inventado"),
        ("Te espero mañana a las 4 pm", "una cita inventada"),
    ],
)
def test_no_se_deja_enganar(respuesta: str, motivo: str) -> None:
    assert revisar(respuesta, CORTE, pregunta="¿cuánto cuesta?", hoy=HOY), motivo


def test_lo_que_dijo_el_cliente_no_es_apoyo_de_un_precio() -> None:
    assert revisar("Sí, cuesta $50.", CORTE, pregunta="¿verdad que cuesta $50?", hoy=HOY)


def test_el_domicilio_del_cliente_no_es_el_del_negocio() -> None:
    ficha = Evidencia("", "Dirección: Calle Olivares 77", FICHA)
    assert revisar("Estamos en Calle Olivares 77.", [ficha], hoy=HOY)


def test_apertura_y_cierre_no_se_confunden() -> None:
    horario = [Evidencia("Horario", "Abrimos de 9:00 a 19:00.")]
    assert revisar("Cerramos a las 9 de la mañana.", horario, hoy=HOY)
    assert not revisar("Cerramos a las 7 de la tarde.", horario, hoy=HOY)


def test_hoy_es_el_dia_que_es() -> None:
    horario = [Evidencia("Horario", "Lunes a viernes de 9 a 18 h. Sábado de 9 a 13 h.")]
    assert not revisar("Hoy abrimos de 9 a 6.", horario, hoy=date(2026, 11, 24))
    assert revisar("Hoy abrimos de 9 a 6.", horario, hoy=date(2026, 11, 28)), "hoy es sábado"


@pytest.mark.parametrize(
    "texto", ["", "\x00", "\ud800", "a" * 100_000, "1" * 5_000, "$" * 2_000, "de 9 a " * 3_000]
)
def test_un_texto_raro_no_la_tira_ni_la_duerme(texto: str) -> None:
    revisar(texto, CORTE, pregunta=texto, hoy=HOY)


def test_copiar_un_bloque_tal_cual_nunca_se_frena() -> None:
    """Lo más honesto que puede hacer un modelo; también con los precios en letras."""
    for negocio in leer_todos():
        sabido = [Evidencia(t, c) for t, c in negocio.conocimiento.items()]
        for titulo, contenido in negocio.conocimiento.items():
            for pregunta in (f"¿{titulo.lower()}?", "¿y eso cuánto es?"):
                dicho = PRECIO.sub(lambda m: f"{en_letras(int(m[1].replace(',', '')))} pesos", contenido)
                for respuesta in (contenido, dicho):
                    assert not revisar(respuesta, sabido, pregunta=pregunta, hoy=HOY), respuesta


VARIOS = [
    Evidencia("Orquídeas", "La orquídea en maceta cuesta $750."),
    Evidencia("Examen de ubicación", "El examen de ubicación es gratis."),
    Evidencia("Certificación", "El examen TOEFL cuesta $3,800."),
    Evidencia("Pintura vinílica", "La cubeta de 19 litros cuesta $1,290 y el galón $289."),
    Evidencia("Impermeabilizante", "El impermeabilizante cuesta $1,850 la cubeta."),
    Evidencia("Horario", "Abrimos de lunes a sábado de 8:00 a 18:00."),
]


@pytest.mark.parametrize(
    ("pregunta", "respuesta", "frena"),
    [
        ("¿manejan tulipanes holandeses?", "Sí, los tulipanes holandeses cuestan $750.", True),
        ("¿tienen esmeril de banco?", "Sí tenemos esmeril de banco. Cuesta $1,290.", True),
        ("¿manejan orquídeas?", "Sí, las orquídeas cuestan $750.", False),
        ("¿cuánto es?", "Con gusto, son $750.", False),
        ("¿el examen de ubicación tiene costo?", "El examen de ubicación cuesta $3,800.", True),
        ("¿cuánto el TOEFL?", "El examen TOEFL cuesta $3,800.", False),
        ("¿cuánto la pintura?", "La cubeta cuesta $1,290 y el galón $289.", False),
        ("¿cuánto la pintura?", "La cubeta de pintura cuesta $289 y el galón $1,290.", True),
        ("¿a qué hora abren?", "Abrimos de lunes a sábado de 7319:7319 a 26:99.", True),
        ("¿cuánto la pintura?", "Te sale en $12/90", True),
    ],
)
def test_la_cifra_es_de_lo_que_se_pregunta(pregunta: str, respuesta: str, frena: bool) -> None:
    assert bool(revisar(respuesta, VARIOS, pregunta=pregunta, hoy=HOY)) is frena
