"""La caja de prueba dice segura, dudosa o a una persona, y qué escribir para que conteste sola."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from clientes.aura.ia.conocimiento import Resultado
from clientes.aura.ia.motor_local import Bloque, Evaluado
from clientes.aura.ia.sinonimos import comunes
from clientes.aura.routes.panel_cliente_conocimiento import prueba

LLANTAS = Bloque("1", "Llantas", "Rin 14 desde $1,150, rin 15 desde $1,350.")
CORTE = Bloque("2", "Corte de dama", "El corte de dama cuesta $280.")
CORTE_CARO = Bloque("3", "Cortes", "El corte de dama cuesta $320.")
NORTE = Bloque("4", "Sucursal Norte", "Bulevar Encino 20.")
SUR = Bloque("5", "Sucursal Sur", "Calle Nogal 31.")
ALBERCA = Bloque("6", "Alberca", "De 9 de la mañana a 8 de la noche.")


@pytest.mark.parametrize(
    ("pregunta", "tipo", "bloques", "dice"),
    [
        ("¿tienen llantas rin 20?", "dudosa", {LLANTAS: 0.5}, "«Llantas» no dice nada de rin 20"),
        (
            "¿hay llantas el 24 de diciembre?",
            "dudosa",
            {LLANTAS: 0.5},
            "no dice nada de esa fecha de diciembre",
        ),
        ("¿de qué marca son las llantas?", "dudosa", {LLANTAS: 0.5}, "«Llantas» no dice de qué marca"),
        (
            "cuánto el corte de dama",
            "dudosa",
            {CORTE: 0.5, CORTE_CARO: 0.4},
            "dice $280.00 MXN y «Cortes» dice $320.00 MXN",
        ),
        (
            "en qué calle están",
            "dudosa",
            {NORTE: 0.5, SUR: 0.4},
            "«Sucursal Norte» y «Sucursal Sur» se parecen",
        ),
        ("cuánto las gomas rin 15", "dudosa", {LLANTAS: 0.5}, "agrégale las palabras del cliente («gomas»)"),
        (
            "¿qué tan honda está la alberca?",
            "desconocida",
            {ALBERCA: 0.2},
            "«Alberca», que no dice la medida",
        ),
        ("¿venden boletos de avión?", "desconocida", {ALBERCA: 0.01}, "Escribe un tema nuevo"),
        ("cuánto el corte de dama", "segura", {CORTE: 0.9}, ""),
    ],
)
def test_que_escribir(
    monkeypatch: pytest.MonkeyPatch,
    crear_nora: Callable[..., str],
    pregunta: str,
    tipo: Any,
    bloques: dict[Bloque, float],
    dice: str,
) -> None:
    todos = tuple(Evaluado(bloque, confianza) for bloque, confianza in bloques.items())
    elegidos = () if tipo == "desconocida" else todos
    resultado = Resultado(tipo, todos[0].confianza, "", elegidos, todos, comunes())
    monkeypatch.setattr(prueba, "probar", lambda *_: resultado)
    vista = prueba.que_responderia(crear_nora("marea"), pregunta)
    titulares = {"segura": "Segura", "dudosa": "Dudosa: preguntaría", "desconocida": "Pasaría a una persona"}
    assert vista.titular == titulares[tipo]
    assert dice in vista.consejo
    assert bool(vista.consejo) == bool(dice)
