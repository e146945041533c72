"""``rpc``: argumentos, resultados de cada forma, y lo que se puede hacer sobre ellos."""

from __future__ import annotations

from typing import Any

import pytest
from apoyo.api_local import Escenario
from postgrest.exceptions import APIError
from postgrest.types import CountMethod


@pytest.mark.parametrize(
    ("nombre", "argumentos", "esperado"),
    [
        ("suma", {"a": 1}, 3),
        ("suma", {"a": 1, "b": 5}, 6),
        ("suma", {"a": "4", "b": None}, None),
        ("escalares", {"n": 3}, [1, 2, 3]),
        ("tabla_chica", {}, [{"x": 1, "y": "a"}, {"x": 2, "y": "b"}]),
        ("eco_jsonb", {"dato": {"a": [1, None]}}, {"a": [1, None]}),
        ("eco", {"lo": "que", "sea": [1]}, {"lo": "que", "sea": [1]}),
        ("junta", {"partes": ["a", "b"]}, "a-b"),
        ("cerca", {"v": [1, 0, 0], "k": 1}, [{"id": 1, "distancia": 0}]),
        ("cerca", {"v": "[1,0,0]", "k": 1}, [{"id": 1, "distancia": 0}]),
    ],
)
def test_resultados(lectura: Escenario, nombre: str, argumentos: dict[str, Any], esperado: object) -> None:
    assert lectura.cliente().rpc(nombre, argumentos).execute().data == esperado


def test_una_fila_y_ninguna(lectura: Escenario) -> None:
    assert lectura.cliente().rpc("un_cliente", {"p_id": 1}).execute().data["nombre"] == "Ana"
    assert lectura.cliente().rpc("un_cliente", {"p_id": 99}).execute().data["nombre"] is None


def test_sin_resultado_es_204(lectura: Escenario) -> None:
    respuesta = lectura.http().post("/rpc/nada", json={})
    assert respuesta.status_code == 204 and not respuesta.content


def test_por_get(lectura: Escenario) -> None:
    assert lectura.cliente().rpc("suma", {"a": 1, "b": 2}, get=True).execute().data == 3
    http = lectura.http()
    assert http.get("/rpc/junta?partes=a&partes=b").json() == "a-b"
    assert http.get("/rpc/tabla_chica?x=gt.1&select=y").json() == [{"y": "b"}]
    assert lectura.cliente().rpc("cerca", {"v": "[0,1,0]", "k": 1}, get=True).execute().data[0]["id"] == 2


def test_get_no_escribe(lectura: Escenario) -> None:
    respuesta = lectura.http().get("/rpc/insertar_volatil")
    assert (respuesta.status_code, respuesta.json()["code"]) == (405, "25006")


def test_filtros_orden_paginas_e_incrustados_sobre_el_resultado(lectura: Escenario) -> None:
    respuesta = (
        lectura.cliente()
        .rpc("lista_clientes", {"p_negocio": "luna"}, count=CountMethod.exact)
        .select("id,datos->>vip,etiquetas(titulo),negocios(ciudad)")
        .not_.is_("edad", None)
        .order("id", desc=True)
        .limit(1)
        .execute()
    )
    assert respuesta.data == [
        {"id": 2, "vip": "false", "etiquetas": [{"titulo": "nuevo"}], "negocios": {"ciudad": "Hermosillo"}}
    ]
    assert respuesta.count == 2
    assert lectura.cliente().rpc("lista_clientes", {"p_negocio": "luna"}).select("id").eq(
        "id", 1
    ).single().execute().data == {"id": 1}
    with pytest.raises(APIError) as error:
        lectura.cliente().rpc("lista_clientes", {"p_negocio": "luna"}).single().execute()
    assert error.value.code == "PGRST116"


def test_columns_elige_argumentos(lectura: Escenario) -> None:
    assert lectura.http().post("/rpc/suma?columns=a", json={"a": 1, "sobra": 5}).json() == 3


@pytest.mark.parametrize(
    ("nombre", "argumentos", "estado", "codigo"),
    [
        ("sumo", {"a": 1}, 404, "PGRST202"),
        ("suma", {"c": 1}, 404, "PGRST202"),
        ("suma", {}, 404, "PGRST202"),
        ("suma", {"a": "x"}, 400, "22P02"),
        ("ambigua", {"a": 1}, 300, "PGRST203"),
        ("falla", {"codigo": "P0001"}, 400, "P0001"),
        ("falla", {"codigo": "PT402"}, 402, "PT402"),
        ("falla", {"codigo": "40001"}, 500, "40001"),
        ("falla", {"codigo": "42501"}, 403, "42501"),
        ("falla_entera", {}, 418, "123"),
    ],
)
def test_fallas(
    lectura: Escenario, nombre: str, argumentos: dict[str, Any], estado: int, codigo: str
) -> None:
    respuesta = lectura.http().post(f"/rpc/{nombre}", json=argumentos)
    assert (respuesta.status_code, respuesta.json()["code"]) == (estado, codigo)


def test_la_falla_lleva_detalle_y_pista(lectura: Escenario) -> None:
    cuerpo = lectura.http().post("/rpc/falla", json={"codigo": "P0001"}).json()
    assert cuerpo == {"code": "P0001", "message": "algo pasó", "details": "detalle", "hint": "pista"}
    assert lectura.http().post("/rpc/falla_entera").headers["x-tetera"] == "si"


def test_encabezados_y_estado_de_la_orden(lectura: Escenario) -> None:
    respuesta = lectura.http().post("/rpc/con_encabezados")
    assert (
        respuesta.status_code == 202 and respuesta.headers["x-hola"] == "mundo" and respuesta.json() == "ok"
    )


def test_cuerpo_que_no_es_objeto(lectura: Escenario) -> None:
    http = lectura.http()
    assert http.post("/rpc/eco", json=[{"a": 1}, {"a": 2}]).json() == [{"a": 1}, {"a": 2}]
    assert http.post("/rpc/suma", json=[{"a": 1}, {"a": 9}]).json() == 3, (
        "de un arreglo cuenta la primera fila"
    )
    assert http.post("/rpc/eco", json=5).json() == [], "lo que no es objeto ni arreglo es un arreglo vacío"
    for nombre in ("eco", "suma"):
        respuesta = http.post(f"/rpc/{nombre}", json=[1, 2])
        assert (respuesta.status_code, respuesta.json()["code"]) == (400, "PGRST102")
