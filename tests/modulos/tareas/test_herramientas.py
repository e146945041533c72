"""Lo que el modelo puede hacer con las tareas: solo para empleados, y el mismo pedido dos veces es una tarea."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time

import pytest
from flask import Flask

from clientes.aura.ia.herramientas import Contexto, disponibles, hacer, validar
from clientes.aura.routes.panel_cliente_tareas import consultas
from clientes.aura.routes.panel_cliente_tareas.herramientas import (
    HERRAMIENTAS,
    NuevaTarea,
    QueTareas,
    TareaHecha,
)

CREAR, LISTAR, COMPLETAR = HERRAMIENTAS
NADIE = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def contexto(crear_nora: Callable[..., str]) -> Contexto:
    return Contexto(crear_nora("marea", modulos=["tareas"]), "c", "k", es_empleado=True, clave="uno")


def test_no_se_le_ofrecen_a_un_cliente(app: Flask) -> None:
    nombres = {h.nombre for h in HERRAMIENTAS}
    assert nombres <= set(disponibles((), ["tareas"], es_empleado=True))
    assert not nombres & set(disponibles((), ["tareas"], es_empleado=False))
    assert [falta for h in HERRAMIENTAS for falta in h.faltas()] == []


def test_crear_listar_y_completar(contexto: Contexto) -> None:
    pedido = NuevaTarea(titulo="Comprar gel", fecha=date(2031, 1, 6), hora=time(9), prioridad="alta")
    for _ in range(2):
        assert hacer(CREAR, contexto, pedido).texto == "Tarea T-1 creada: Comprar gel."
    ficha = consultas.leer("marea", consultas.id_por_numero("marea", 1) or "", NADIE)
    assert ficha is not None and ficha.tarea.prioridad == 3
    assert ficha.tarea.vence_en is not None and ficha.tarea.vence_en.hour == 16, "las 9 de Hermosillo"
    assert "T-1: Comprar gel" in hacer(LISTAR, contexto, QueTareas()).texto
    assert hacer(COMPLETAR, contexto, TareaHecha(numero=1)).texto == "Tarea T-1 hecha."
    assert hacer(LISTAR, contexto, QueTareas()).texto == "No hay tareas así."


def test_una_que_no_existe_o_mal_pedida_se_le_dice(contexto: Contexto) -> None:
    resultado = hacer(COMPLETAR, contexto, TareaHecha(numero=9))
    assert not resultado.bien and "T-9" in resultado.texto
    assert not getattr(validar(CREAR, '{"titulo": "x", "nombre_nora": "otra"}'), "bien", True)
