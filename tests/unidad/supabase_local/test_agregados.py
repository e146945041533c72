"""Agregados: encendidos agrupan por lo demás, también en lo incrustado y lo extendido; apagados, PGRST123.

Los casos siguen los de la especificación de PostgREST (AggregateFunctionsSpec), con datos propios.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from apoyo.api_local import Escenario, escenario_nuevo
from apoyo.caras import CARAS, Cara, cara_de

from clientes.aura.supabase_local import ServidorPostgres


@pytest.fixture(scope="module", params=CARAS)
def sumas(
    request: pytest.FixtureRequest, servidor_postgres: ServidorPostgres, plantilla_api: str
) -> Iterator[Cara]:
    with escenario_nuevo(servidor_postgres, plantilla_api, agregados=True) as nuevo:
        nuevo.sql(Path(__file__).with_name("incrustados.sql").read_text("utf-8"))
        with cara_de(request.param, nuevo, "--agregados") as nueva:
            yield nueva


@pytest.mark.parametrize(
    ("direccion", "esperado"),
    [
        ("/procesos?select=count()", [{"count": 4}]),
        ("/procesos?select=cuantos:count()::text", [{"cuantos": "4"}]),
        ("/costos?select=costo.sum()", [{"sum": 420}]),
        ("/costos?select=costo.avg()::int", [{"avg": 140}]),
        ("/costos?select=costo.min(),costo.max()", [{"min": 70, "max": 200}]),
        ("/costos?select=costo.count()", [{"count": 3}]),
        ("/costos?select=total:costo::int.sum()::text", [{"total": "420"}]),
        (
            "/procesos?select=fabrica_id,n:count()&order=fabrica_id.nullslast",
            [{"fabrica_id": 1, "n": 2}, {"fabrica_id": 2, "n": 1}, {"fabrica_id": None, "n": 1}],
        ),
        ("/procesos?select=f:fabrica_id,id.max()&order=fabrica_id&fabrica_id=eq.1", [{"f": 1, "max": 2}]),
        ("/procesos?select=*,count()&id=eq.1", [
            {"id": 1, "nombre": "A1", "fabrica_id": 1, "categoria_id": 1, "count": 1}
        ]),
        (
            "/fabricas?select=nombre,procesos(id.sum())&order=id",
            [
                {"nombre": "A", "procesos": [{"sum": 3}]},
                {"nombre": "B", "procesos": [{"sum": 3}]},
                {"nombre": "C", "procesos": [{"sum": None}]},
            ],
        ),
        (
            "/fabricas?select=nombre,procesos(categoria_id,count())&id=eq.1&procesos.order=categoria_id",
            [{"nombre": "A", "procesos": [{"categoria_id": 1, "count": 1}, {"categoria_id": 2, "count": 1}]}],
        ),
        (
            "/procesos?select=n:count(),fabricas(nombre)&order=fabrica_id&fabrica_id=not.is.null&id=lt.3",
            "42803",
        ),
        (
            "/procesos?select=n:count(),fabrica_id,fabricas(nombre)&order=fabrica_id&fabrica_id=not.is.null",
            [
                {"n": 2, "fabrica_id": 1, "fabricas": {"nombre": "A"}},
                {"n": 1, "fabrica_id": 2, "fabricas": {"nombre": "B"}},
            ],
        ),
        (
            "/procesos?select=...fabricas(nombre),...costos(costo.sum())&order=fabricas(nombre)",
            [{"nombre": "A", "sum": 350}, {"nombre": "B", "sum": 70}, {"nombre": None, "sum": None}],
        ),
        ("/procesos?select=...costos(total:costo.sum(),costo.max())", [{"total": 420, "max": 200}]),
        (
            "/proceso_supervisor?select=supervisor_id,...procesos(...costos(costo.sum()))&order=supervisor_id",
            [{"supervisor_id": 1, "sum": 220}, {"supervisor_id": 2, "sum": 270}],
        ),
        (
            "/proceso_supervisor?select=supervisor_id,...procesos(count())&order=supervisor_id",
            [{"supervisor_id": 1, "count": 2}, {"supervisor_id": 2, "count": 2}],
        ),
        (
            "/procesos?select=...fabricas(count())",
            [{"count": 3}],
        ),
        (
            "/supervisores?select=nombre,proceso_supervisor(...procesos(fabrica_id,...costos(suma:costo.sum())))"
            "&id=eq.1&proceso_supervisor.order=procesos(fabrica_id)",
            [{"nombre": "María", "proceso_supervisor": [
                {"fabrica_id": 1, "suma": 150}, {"fabrica_id": 2, "suma": 70}
            ]}],
        ),
        (
            "/proceso_supervisor?select=...procesos(factor:fabrica_id,p:count(),...costos(c:count()))"
            "&order=procesos(factor)",
            [{"factor": 1, "p": 2, "c": 2}, {"factor": 2, "p": 2, "c": 2}],
        ),
        ("/rpc/todos_los_procesos?select=id.max()", [{"max": 4}]),
        ("/clientes?select=datos->>vip,count()&negocio=eq.luna&order=count.desc&datos->>vip=not.is.null", None),
    ],
)  # fmt: skip
def test_agregados(sumas: Cara, direccion: str, esperado: Any) -> None:
    respuesta = sumas.http().get(direccion)
    if isinstance(esperado, str):
        assert respuesta.status_code == 400 and respuesta.json()["code"] == esperado
        return
    assert respuesta.status_code == 200, respuesta.text
    if esperado is not None:
        assert respuesta.json() == esperado
    else:
        assert sorted((f["vip"], f["count"]) for f in respuesta.json()) == [("false", 1), ("true", 1)]


def test_agregados_en_lo_extendido_a_varios_no_existen(sumas: Cara) -> None:
    respuesta = sumas.http().get("/fabricas?select=nombre,...procesos(id.sum())")
    assert respuesta.status_code == 400
    assert respuesta.json() == {
        "code": "PGRST127",
        "message": "Feature not implemented",
        "details": "Aggregates are not implemented for one-to-many or many-to-many spreads.",
        "hint": None,
    }


@pytest.mark.parametrize(
    "direccion",
    [
        "/negocios?select=count()",
        "/clientes?select=edad.sum()",
        "/negocios?select=nombre,clientes(edad.avg())",
    ],
)
def test_apagados_se_rechazan(lectura: Escenario, direccion: str) -> None:
    respuesta = lectura.http().get(direccion)
    assert respuesta.status_code == 400
    assert respuesta.json() == {
        "code": "PGRST123",
        "message": "Use of aggregate functions is not allowed",
        "details": None,
        "hint": None,
    }


def test_la_cuenta_de_siempre_no_necesita_encenderse(lectura: Escenario) -> None:
    """``count`` a secas, sin paréntesis: la manera vieja de contar lo incrustado."""
    http = lectura.http()
    assert http.get("/negocios?select=count").json() == [{"count": 3}]
    assert http.get("/negocios?select=nombre,clientes(count)&order=nombre").json() == [
        {"nombre": "luna", "clientes": [{"count": 3}]},
        {"nombre": "sol", "clientes": [{"count": 1}]},
        {"nombre": "vacio", "clientes": [{"count": 0}]},
    ]
