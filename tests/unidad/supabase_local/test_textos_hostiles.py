"""Ningún texto, por hostil que sea, cambia la forma de una escritura o de una llamada, ni se pierde en el camino."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from apoyo.api_local import Escenario, escenario_nuevo
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clientes.aura.supabase_local import ServidorPostgres, compositor_escritura, compositor_funcion
from clientes.aura.supabase_local.arbol import Consulta
from clientes.aura.supabase_local.esquema import (
    Argumento,
    ColumnaTabla,
    Esquema,
    Funcion,
    NombreCompleto,
    Tabla,
)
from clientes.aura.supabase_local.planificador import planear_lectura

# Lo que PostgreSQL puede guardar: todo menos el carácter cero y los sustitutos sueltos.
TEXTOS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])) | st.sampled_from(
    [
        "'; drop table cosas; --",
        '"',
        "$1",
        "%s",
        "{}",
        "\\",
        "/* */",
        "null",
        "NULL",
        "{a,b}",
        "eq.1",
        "\u202e",
        "",
    ]
)
JSONES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTOS,
    lambda hijos: st.lists(hijos, max_size=3) | st.dictionaries(TEXTOS, hijos, max_size=3),
    max_leaves=8,
)
TEXTO = NombreCompleto("pg_catalog", "text")


def tabla(*columnas: str) -> Tabla:
    nombre = NombreCompleto("public", 'la "tabla"; --')
    return Tabla(
        nombre,
        {c: ColumnaTabla(c, TEXTO, "text", False, None) for c in columnas},
        columnas[:1],
        frozenset(),
        False,
    )


@given(TEXTOS, TEXTOS, st.sampled_from(["merge", "ignore", None]), st.booleans())
def test_el_cuerpo_no_cambia_el_sql(uno: str, otro: str, resolucion: Any, omision: bool) -> None:
    suya = tabla("a", "b")
    esquema = Esquema({suya.nombre: suya})

    def textos(valor: str) -> list[bytes]:
        nodo = planear_lectura(esquema, suya.nombre, suya, Consulta(), max_filas=None)
        cuerpo = json.dumps({"a": valor, "b": valor}).encode()
        dato = compositor_escritura.Escritura(suya, ("a", "b"), cuerpo, True, resolucion, ("a",), omision)
        orden = compositor_escritura.insertar(nodo, dato, regreso="filas", forma="arreglo")
        assert cuerpo in orden.valores
        cambio = compositor_escritura.actualizar(nodo, dato, regreso="filas", forma="arreglo")
        return [orden.texto, cambio.texto]

    assert textos(uno) == textos(otro)


@given(TEXTOS, TEXTOS)
def test_los_argumentos_no_cambian_el_sql(uno: str, otro: str) -> None:
    funcion = Funcion(
        NombreCompleto("public", "f"),
        (Argumento("a", TEXTO, "text", True, False),),
        False,
        False,
        False,
        False,
        None,
    )

    def textos(valor: str) -> list[bytes]:
        nodo = planear_lectura(Esquema(), funcion.nombre, None, Consulta(), max_filas=None)
        formas: list[compositor_funcion.Argumentos] = [
            compositor_funcion.DeJson(json.dumps({"a": valor}).encode(), frozenset({"a"})),
            compositor_funcion.Directos({"a": valor}),
            compositor_funcion.Directos({"a": (valor, valor)}),
            compositor_funcion.Entero(valor.encode()),
        ]
        return [
            compositor_funcion.llamar(nodo, funcion, forma, contar=False, forma="escalar").texto
            for forma in formas
        ]

    assert textos(uno) == textos(otro)


@pytest.fixture(scope="module")
def cosas(servidor_postgres: ServidorPostgres, plantilla_api: str) -> Iterator[Escenario]:
    with escenario_nuevo(servidor_postgres, plantilla_api, fin_tx="rollback") as escenario:
        escenario.sql(
            "create table cosas (llave text primary key, dato jsonb, textos text[]);"
            "create function eco_texto(t text) returns text language sql immutable as 'select t';"
            "create function eco_arreglo(variadic t text[]) returns text[] language sql immutable as 'select t'"
        )
        yield escenario


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXTOS, JSONES, st.lists(TEXTOS | st.none(), max_size=4))
def test_lo_escrito_vuelve_igual(cosas: Escenario, llave: str, dato: Any, textos: list[str | None]) -> None:
    fila = {"llave": llave, "dato": dato, "textos": textos}
    http = cosas.http()
    for metodo, prefer in (
        ("POST", "return=representation"),
        ("POST", "return=representation, resolution=merge-duplicates, missing=default"),
    ):
        respuesta = http.request(metodo, "/cosas", json=fila, headers={"Prefer": prefer})
        assert respuesta.status_code == 201, respuesta.text
        assert respuesta.json() == [fila]
    puesta = http.put(
        "/cosas", params={"llave": f"eq.{llave}"}, json=fila, headers={"Prefer": "return=representation"}
    )
    assert (puesta.status_code, puesta.json()) == (201, [fila])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXTOS, st.lists(TEXTOS, min_size=1, max_size=4))
def test_los_argumentos_vuelven_iguales(cosas: Escenario, texto: str, varios: list[str]) -> None:
    http = cosas.http()
    assert http.post("/rpc/eco_texto", json={"t": texto}).json() == texto
    assert http.post("/rpc/eco_texto", data={"t": texto}).json() == texto
    assert http.post("/rpc/eco_arreglo", json={"t": varios}).json() == varios
    # En un GET lo que empieza con un operador es un filtro; lo demás llega tal cual.
    libre = f"x {texto}"
    assert http.get("/rpc/eco_texto", params={"t": libre}).json() == libre
    assert http.get("/rpc/eco_arreglo", params={"t": [libre, "y"]}).json() == [libre, "y"]


@pytest.mark.parametrize("cuerpo", [b'{"llave": "\\u0000"}', b'{"llave": "a\x00b"}', b'{"llave": "\\ud800"}'])
def test_lo_que_postgres_no_guarda_se_rechaza(cosas: Escenario, cuerpo: bytes) -> None:
    for ruta in ("/cosas", "/cosas?columns=llave"):
        respuesta = cosas.http().post(ruta, content=cuerpo, headers={"Content-Type": "application/json"})
        assert respuesta.status_code == 400
        assert respuesta.json()["code"] in ("PGRST102", "22P05", "22P02")


def test_bytes_cero_en_un_argumento_entero(cosas: Escenario) -> None:
    cosas.sql(
        "create function mayus(text) returns text language sql immutable as 'select upper($1)'; notify pgrst"
    )
    for cuerpo in (b"a\x00b", b"\xff\xfe"):
        respuesta = cosas.http().post("/rpc/mayus", content=cuerpo, headers={"Content-Type": "text/plain"})
        assert (respuesta.status_code, respuesta.json()["code"]) == (400, "22021")
