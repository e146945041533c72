"""El mismo filtro, en PostgreSQL y en Python: árboles al azar sobre filas con nulos, acentos y comillas."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from apoyo.api_local import Escenario, escenario_nuevo
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clientes.aura.supabase_local import ServidorPostgres
from clientes.aura.supabase_local.arbol import (
    Campo,
    Condicion,
    Consulta,
    Filtro,
    Logico,
    Operacion,
    Orden,
    PasoJson,
)
from clientes.aura.supabase_local.impresor import imprimir

Fila = dict[str, Any]
Verdad = bool | None
FILAS: list[Fila] = [
    {"id": 1, "n": 0, "t": "ana", "b": True, "j": {"k": "a", "l": [1, 2]}, "a": ["x"], "r": (1, 5)},
    {"id": 2, "n": 5, "t": "Ñandú", "b": False, "j": {"k": None}, "a": ["x", "y"], "r": (5, 9)},
    {"id": 3, "n": None, "t": None, "b": None, "j": None, "a": None, "r": None},
    {"id": 4, "n": -3, "t": 'dice "no", y (ya)', "b": True, "j": {"l": [7]}, "a": [], "r": (0, 1)},
    {"id": 5, "n": 5, "t": "", "b": False, "j": {"k": "b", "l": []}, "a": ["y", "z"], "r": (2, 3)},
    {"id": 6, "n": 40, "t": "a\\b%_*", "b": None, "j": {"k": "Ñ"}, "a": ["pan, dulce"], "r": (9, 12)},
]
TABLA = """
create table azar (id int primary key, n int, t text, b boolean, j jsonb, a text[], r int4range);
"""


@pytest.fixture(scope="module")
def azar(servidor_postgres: ServidorPostgres, plantilla_api: str) -> Iterator[Escenario]:
    with escenario_nuevo(servidor_postgres, plantilla_api) as nuevo:
        nuevo.sql(TABLA)
        filas = [{**f, "r": None if f["r"] is None else f"[{f['r'][0]},{f['r'][1]})"} for f in FILAS]
        respuesta = nuevo.http().post("/azar", json=filas)
        assert respuesta.status_code == 201, respuesta.text
        yield nuevo


# --- lo que se pregunta ----------------------------------------------------------------------------------

T = Campo("t")
N = Campo("n")
K = Campo("j", (PasoJson("k", True),))
L = Campo("j", (PasoJson("l", False), PasoJson(-1, True)))
textos = st.one_of(
    st.sampled_from(
        ["", "ana", "Ñandú", 'dice "no", y (ya)', "a\\b%_*", "a", "b", "Ñ", "ñ", "null", "NULL", "{}"]
    ),
    st.text("abñÑ ,()\"'%{}.", max_size=4),
)
patrones = st.text("abnñÑ%_*", max_size=4)
numeros = st.integers(-4, 41)
listas_texto = st.lists(textos, max_size=3)
rangos = st.tuples(st.integers(0, 9), st.integers(1, 4)).map(lambda p: (p[0], p[0] + p[1]))
COMPARADORES = ["eq", "neq", "gt", "gte", "lt", "lte"]


def arreglo(valores: list[str]) -> str:
    return "{" + ",".join('"' + v.replace("\\", "\\\\").replace('"', '\\"') + '"' for v in valores) + "}"


def filtro(campo: Campo, operador: str, valor: Any, negado: bool, cuantos: Any = None) -> Filtro:
    return Filtro(campo, Operacion(operador, valor, negado, cuantos))


si_no = st.booleans()
hojas: st.SearchStrategy[Condicion] = st.one_of(
    st.builds(filtro, st.just(N), st.sampled_from([*COMPARADORES, "isdistinct"]), numeros.map(str), si_no),
    st.builds(filtro, st.sampled_from([T, K]), st.sampled_from([*COMPARADORES, "isdistinct"]), textos, si_no),
    st.builds(filtro, st.just(L), st.just("eq"), st.sampled_from(["1", "2", "7"]), si_no),
    st.builds(filtro, st.just(N), st.just("in"), st.lists(numeros.map(str), max_size=3).map(tuple), si_no),
    st.builds(filtro, st.just(T), st.just("in"), listas_texto.map(tuple).filter(lambda v: v != ("",)), si_no),
    st.builds(filtro, st.sampled_from([T, N, K, Campo("a"), Campo("r")]), st.just("is"),
              st.sampled_from(["null", "not_null"]), si_no),
    st.builds(filtro, st.just(Campo("b")), st.just("is"),
              st.sampled_from(["null", "not_null", "true", "false", "unknown"]), si_no),
    st.builds(filtro, st.just(T), st.sampled_from(["like", "ilike"]), patrones, si_no),
    st.builds(filtro, st.just(T), st.sampled_from(["match", "imatch"]),
              st.sampled_from(["^a", "a$", "n|Ñ", "[a-c]+", "^.$", "^$", "\\(ya\\)$"]), si_no),
    st.builds(filtro, st.just(T), st.sampled_from(["eq", "gt", "lte"]), listas_texto.map(arreglo), si_no,
              st.sampled_from(["any", "all"])),
    st.builds(filtro, st.just(T), st.sampled_from(["like", "ilike"]),
              st.lists(patrones, max_size=3).map(arreglo), si_no, st.sampled_from(["any", "all"])),
    st.builds(filtro, st.just(Campo("a")), st.sampled_from(["cs", "cd", "ov"]),
              st.lists(st.sampled_from(["x", "y", "z", "pan, dulce"]), max_size=3).map(arreglo), si_no),
    st.builds(filtro, st.just(Campo("r")), st.sampled_from(["sl", "sr", "nxr", "nxl", "adj", "cs", "cd", "ov"]),
              rangos.map(lambda r: f"[{r[0]},{r[1]})"), si_no),
)  # fmt: skip
arboles: st.SearchStrategy[Condicion] = st.recursive(
    hojas,
    lambda hijos: st.builds(
        Logico, st.sampled_from(["and", "or"]), st.lists(hijos, min_size=1, max_size=3).map(tuple), si_no
    ),
    max_leaves=8,
)


# --- lo mismo, en Python ---------------------------------------------------------------------------------


@dataclass
class Rango:
    abajo: int
    arriba: int


def no(valor: Verdad) -> Verdad:
    return None if valor is None else not valor


def junta(valores: list[Verdad], *, todos: bool) -> Verdad:
    if (not todos) in valores:
        return not todos
    return None if None in valores else todos


def valor_de(campo: Campo, fila: Fila) -> Any:
    dato = fila[campo.nombre]
    for paso in campo.pasos:
        if isinstance(paso.clave, int):
            entra = isinstance(dato, list) and -len(dato) <= paso.clave < len(dato)
            dato = dato[paso.clave] if entra else None
        else:
            dato = dato.get(paso.clave) if isinstance(dato, dict) else None
        if paso.texto and dato is not None:
            dato = str(dato)
    return dato


def como(patron: str, texto: str, *, sin_caja: bool) -> bool:
    partes = {"%": ".*", "*": ".*", "_": "."}
    expresion = "".join(partes.get(letra, re.escape(letra)) for letra in patron)
    return re.fullmatch(expresion, texto, re.DOTALL | (re.IGNORECASE if sin_caja else 0)) is not None


COMPARAR: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda a, b: a == b,
    "neq": lambda a, b: a != b,
    "gt": lambda a, b: a > b,
    "gte": lambda a, b: a >= b,
    "lt": lambda a, b: a < b,
    "lte": lambda a, b: a <= b,
    "like": lambda a, b: como(b, a, sin_caja=False),
    "ilike": lambda a, b: como(b, a, sin_caja=True),
    "match": lambda a, b: re.search(b, a) is not None,
    "imatch": lambda a, b: re.search(b, a, re.IGNORECASE) is not None,
}
DE_RANGO: dict[str, Callable[[Rango, Rango], bool]] = {
    "sl": lambda a, b: a.arriba <= b.abajo,
    "sr": lambda a, b: a.abajo >= b.arriba,
    "nxr": lambda a, b: a.arriba <= b.arriba,
    "nxl": lambda a, b: a.abajo >= b.abajo,
    "adj": lambda a, b: a.arriba == b.abajo or a.abajo == b.arriba,
    "cs": lambda a, b: a.abajo <= b.abajo and b.arriba <= a.arriba,
    "cd": lambda a, b: b.abajo <= a.abajo and a.arriba <= b.arriba,
    "ov": lambda a, b: a.abajo < b.arriba and b.abajo < a.arriba,
}
DE_ARREGLO: dict[str, Callable[[set[str], set[str]], bool]] = {
    "cs": lambda a, b: a >= b,
    "cd": lambda a, b: a <= b,
    "ov": lambda a, b: bool(a & b),
}
DE_IS: dict[str, Callable[[Any], bool]] = {
    "null": lambda v: v is None,
    "not_null": lambda v: v is not None,
    "unknown": lambda v: v is None,
    "true": lambda v: v is True,
    "false": lambda v: v is False,
}


def elementos(texto: str) -> list[str]:
    """Lo contrario de ``arreglo``."""
    return [
        re.sub(r"\\(.)", r"\1", hallado) for hallado in re.findall(r'"((?:[^"\\]|\\.)*)"', texto, re.DOTALL)
    ]


def operar(op: Operacion, dato: Any, campo: Campo) -> Verdad:
    if op.operador == "is":
        return DE_IS[str(op.valor)](dato)
    if isinstance(op.valor, tuple):
        if not op.valor:
            return False
        return None if dato is None else str(dato) in op.valor
    if op.operador == "isdistinct":
        return (None if dato is None else str(dato)) != op.valor
    if op.cuantificador is not None:
        opciones = elementos(op.valor)
        if not opciones:
            return op.cuantificador == "all"
        if dato is None:
            return None
        return junta([COMPARAR[op.operador](dato, v) for v in opciones], todos=op.cuantificador == "all")
    if dato is None:
        return None
    if campo.nombre == "r":
        otro = [int(n) for n in re.findall(r"-?\d+", op.valor)]
        return DE_RANGO[op.operador](Rango(*dato), Rango(*otro))
    if campo.nombre == "a":
        return DE_ARREGLO[op.operador](set(dato), set(elementos(op.valor)))
    return COMPARAR[op.operador](dato, int(op.valor) if campo.nombre == "n" else op.valor)


def evaluar(condicion: Condicion, fila: Fila) -> Verdad:
    """Lógica de tres valores, como SQL."""
    if isinstance(condicion, Logico):
        resultado = junta([evaluar(h, fila) for h in condicion.hijos], todos=condicion.operador == "and")
        return no(resultado) if condicion.negado else resultado
    dato = valor_de(condicion.campo, fila)
    resultado = operar(condicion.operacion, dato, condicion.campo)
    return no(resultado) if condicion.operacion.negado else resultado


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(arboles, min_size=1, max_size=3))
def test_los_filtros_dicen_lo_mismo_que_en_python(azar: Escenario, condiciones: list[Condicion]) -> None:
    consulta = Consulta(
        condiciones=tuple(((), condicion) for condicion in condiciones),
        ordenes=(((), (Orden(Campo("id")),)),),
    )
    esperadas = [
        fila["id"] for fila in FILAS if junta([evaluar(c, fila) for c in condiciones], todos=True) is True
    ]
    respuesta = azar.http().get("/azar", params=imprimir(consulta), headers={"Prefer": "count=exact"})
    assert respuesta.status_code in (200, 206), respuesta.text
    assert [fila["id"] for fila in respuesta.json()] == esperadas
    assert respuesta.headers["content-range"].endswith(f"/{len(esperadas)}")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from(["n", "t", "b"]), st.sampled_from([None, "asc", "desc"]),
                  st.sampled_from([None, "nullsfirst", "nullslast"])),
        max_size=3, unique_by=lambda termino: termino[0],
    ),
    st.integers(0, 6),
    st.integers(0, 6),
)  # fmt: skip
def test_el_orden_y_las_paginas_dicen_lo_mismo_que_en_python(
    azar: Escenario, terminos: list[tuple[str, Any, Any]], desde: int, cuantas: int
) -> None:
    esperadas = sorted(FILAS, key=lambda fila: fila["id"])
    for columna, sentido, nulos in reversed(terminos):
        al_reves = sentido == "desc"
        primero = nulos == "nullsfirst" or (nulos is None and al_reves)
        # Con reverse, sorted conserva el orden de los iguales, como SQL.
        con = sorted(
            (f for f in esperadas if f[columna] is not None), key=lambda fila: fila[columna], reverse=al_reves
        )
        sin = [f for f in esperadas if f[columna] is None]
        esperadas = sin + con if primero else con + sin
    ordenes = (*(Orden(Campo(c), s, n) for c, s, n in terminos), Orden(Campo("id")))
    parametros = [
        *imprimir(Consulta(ordenes=(((), ordenes),))),
        ("offset", str(desde)),
        ("limit", str(cuantas)),
    ]
    filas = azar.http().get("/azar", params=parametros).json()
    assert [f["id"] for f in filas] == [f["id"] for f in esperadas][desde : desde + cuantas]
