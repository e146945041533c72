"""Ningún texto, por hostil que sea, cambia la forma del SQL; y los filtros dicen lo mismo que en Python."""

from __future__ import annotations

import re
from typing import Any

import pytest
from apoyo.api_local import Escenario
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clientes.aura.supabase_local import compositor
from clientes.aura.supabase_local.arbol import (
    Campo,
    Columna,
    Condicion,
    Consulta,
    Filtro,
    Logico,
    Operacion,
    Orden,
    PasoJson,
)
from clientes.aura.supabase_local.compositor import OrdenSql
from clientes.aura.supabase_local.esquema import ColumnaTabla, Esquema, NombreCompleto, Tabla
from clientes.aura.supabase_local.planificador import planear_lectura

NOMBRE = NombreCompleto("public", "t")
TABLA = Tabla(
    NOMBRE,
    {n: ColumnaTabla(n, NombreCompleto("pg_catalog", "text"), "text", False, None) for n in ("a", "b")},
    ("a",),
    frozenset(),
    False,
)
HOSTILES = [
    "x",
    "'",
    '"',
    "''; drop table t; --",
    '"; drop table t; --',
    "\\",
    "\\'",
    "/*",
    "*/",
    "--",
    "$1",
    "$$",
    "%s",
    "{}",
    "{0}",
    "\u2028",
    "a\nb",
    "ｅ",
    "\ud7ff",
    "'||(select 1)||'",
    "a\u0000b".replace("\u0000", "\u0001"),
    '""',
    "U&'\\0041'",
    "E'\\''",
]
texto_hostil = st.one_of(
    st.sampled_from(HOSTILES),
    st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), min_size=1, max_size=12),
)


def orden_para(nombre: str, valor: str) -> OrdenSql:
    campo = Campo(nombre, (PasoJson(valor, True), PasoJson(2, False)))
    consulta = Consulta(
        (Columna(campo, nombre, nombre),),
        (
            ((), Filtro(Campo(nombre), Operacion("eq", valor))),
            (
                (),
                Logico(
                    "or",
                    (
                        Filtro(campo, Operacion("in", (valor, valor))),
                        Filtro(Campo(nombre), Operacion("fts", valor, True, None, valor)),
                    ),
                ),
            ),
        ),
        (((), (Orden(campo, "desc"),)),),
    )
    nodo = planear_lectura(Esquema({NOMBRE: TABLA}), NOMBRE, TABLA, consulta, max_filas=10)
    return compositor.leer(nodo, contar=True, forma="arreglo")


def esqueleto(orden: OrdenSql, nombre: str) -> str:
    """El SQL con cada identificador citado del nombre cambiado por una marca."""
    citado = '"' + nombre.replace('"', '""') + '"'
    citado_tipo = '"' + " ".join(nombre.lower().split()).replace('"', '""') + '"'
    texto = orden.texto.decode()
    for uno in sorted({citado, citado_tipo}, key=len, reverse=True):
        texto = texto.replace(uno, "«»")
    return texto


@given(texto_hostil, texto_hostil)
def test_los_textos_nunca_cambian_la_forma(nombre: str, valor: str) -> None:
    orden = orden_para(nombre, valor)
    forma = orden_para("z9", "v")
    assert esqueleto(orden, nombre) == esqueleto(forma, "z9") or "«»" in nombre
    assert len(orden.valores) == len(forma.valores)
    assert valor.encode() in orden.valores


def test_los_valores_no_estan_en_el_texto() -> None:
    orden = orden_para("a", "VALORSECRETO")
    assert b"VALORSECRETO" not in orden.texto
    assert set(re.findall(rb"\$(\d+)", orden.texto)) == {
        str(n + 1).encode() for n in range(len(orden.valores))
    }


@pytest.mark.parametrize("malo", HOSTILES)
def test_postgresql_recibe_lo_hostil_como_dato(lectura: Escenario, malo: str) -> None:
    http = lectura.http()
    assert http.get("/clientes", params={"nombre": f"eq.{malo}"}).json() == []
    assert (
        http.get(
            "/clientes", params={"select": f'datos->>"{malo.translate({92: "", 34: ""}) or "x"}"'}
        ).status_code
        == 200
    )
    citado = malo.replace("\\", "\\\\").replace('"', '\\"')
    for direccion in ({"select": f'"{citado}"'}, {"order": f'"{citado}"'}, {f'"{citado}"': "eq.1"}):
        respuesta = http.get("/clientes", params=direccion)
        assert respuesta.json()["code"] in ("42703", "PGRST100"), respuesta.text
    assert http.post("/rpc/eco_jsonb", json={"dato": {malo: malo}}).json() == {malo: malo}


# --- los mismos filtros, en Python -----------------------------------------------------------------------

COLUMNAS = ("id", "edad")
numero = st.integers(-3, 60)
hoja = st.builds(
    lambda columna, operador, valor, negado: Filtro(Campo(columna), Operacion(operador, str(valor), negado)),
    st.sampled_from(COLUMNAS),
    st.sampled_from(["eq", "neq", "gt", "gte", "lt", "lte"]),
    numero,
    st.booleans(),
)
hoja_lista = st.builds(
    lambda columna, valores, negado: Filtro(
        Campo(columna), Operacion("in", tuple(map(str, valores)), negado)
    ),
    st.sampled_from(COLUMNAS),
    st.lists(numero, min_size=1, max_size=3),
    st.booleans(),
)
hoja_nula = st.builds(
    lambda columna, negado: Filtro(Campo(columna), Operacion("is", "null", negado)),
    st.sampled_from(COLUMNAS),
    st.booleans(),
)
arboles: st.SearchStrategy[Condicion] = st.recursive(
    st.one_of(hoja, hoja_lista, hoja_nula),
    lambda hijos: st.builds(
        lambda op, h, n: Logico(op, tuple(h), n),
        st.sampled_from(["and", "or"]),
        st.lists(hijos, min_size=1, max_size=3),
        st.booleans(),
    ),
    max_leaves=8,
)


def escribir(dato: Condicion) -> str:
    if isinstance(dato, Logico):
        return f"{'not.' if dato.negado else ''}{dato.operador}({','.join(map(escribir, dato.hijos))})"
    op = dato.operacion
    valor = f"({','.join(op.valor)})" if isinstance(op.valor, tuple) else op.valor
    return f"{dato.campo.nombre}.{'not.' if op.negado else ''}{op.operador}.{valor}"


def evaluar(dato: Condicion, fila: dict[str, Any]) -> bool | None:
    """Lógica de tres valores, como SQL."""
    if isinstance(dato, Logico):
        partes = [evaluar(h, fila) for h in dato.hijos]
        fuerte = dato.operador == "or"
        resultado = fuerte if fuerte in partes else None if None in partes else not fuerte
    else:
        izquierda, op = fila[dato.campo.nombre], dato.operacion
        if op.operador == "is":
            resultado = izquierda is None
        elif izquierda is None:
            resultado = None
        elif isinstance(op.valor, tuple):
            resultado = izquierda in map(int, op.valor)
        else:
            v = int(op.valor)
            resultado = {
                "eq": izquierda == v,
                "neq": izquierda != v,
                "gt": izquierda > v,
                "gte": izquierda >= v,
                "lt": izquierda < v,
                "lte": izquierda <= v,
            }[op.operador]
    negado = dato.negado if isinstance(dato, Logico) else dato.operacion.negado
    return (not resultado) if negado and resultado is not None else resultado


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(arboles)
def test_los_filtros_dicen_lo_mismo_que_en_python(lectura: Escenario, arbol: Condicion) -> None:
    filas = [{"id": 1, "edad": 30}, {"id": 2, "edad": 45}, {"id": 3, "edad": None}]
    esperadas = [f["id"] for f in filas if evaluar(arbol, f)]
    respuesta = lectura.http().get(
        "/clientes",
        params={"select": "id", "negocio": "eq.luna", "and": f"({escribir(arbol)})", "order": "id"},
    )
    assert [f["id"] for f in respuesta.json()] == esperadas
