"""La gramática: qué árbol sale de cada texto y dónde falla lo que no la cumple."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clientes.aura.supabase_local.analizador import leer_consulta, leer_ruta
from clientes.aura.supabase_local.analizador_filtros import leer_logica, leer_operacion
from clientes.aura.supabase_local.analizador_select import leer_orden, leer_select
from clientes.aura.supabase_local.arbol import (
    Campo,
    Columna,
    Filtro,
    Incrustado,
    Logico,
    Operacion,
    Orden,
    PasoJson,
    Rango,
    Todo,
)
from clientes.aura.supabase_local.errores import ErrorApi


def test_select() -> None:
    assert leer_select('*,a,b:c::text,d->x->>-1,"e,(f)","g->h"') == (
        Todo(),
        Columna(Campo("a")),
        Columna(Campo("c"), "b", "text"),
        Columna(Campo("d", (PasoJson("x", False), PasoJson(-1, True)))),
        Columna(Campo("e,(f)")),
        Columna(Campo("g->h")),
    )
    assert leer_select("") == ()
    assert leer_select("con espacio,ñandú,a-b") == (
        Columna(Campo("con espacio")),
        Columna(Campo("ñandú")),
        Columna(Campo("a-b")),
    )


def test_incrustados() -> None:
    assert leer_select("x:t!fk!inner(a,u(*)),v!left(),...w(z)") == (
        Incrustado("t", (Columna(Campo("a")), Incrustado("u", (Todo(),))), "x", "fk", "inner"),
        Incrustado("v", (), None, None, "left"),
        Incrustado("w", (Columna(Campo("z")),), extendido=True),
    )


@pytest.mark.parametrize(
    ("texto", "esperada"),
    [
        ("eq.a.b,c", Operacion("eq", "a.b,c")),
        ("not.eq.", Operacion("eq", "", True)),
        ('in.(a,"b,)","c\\"d")', Operacion("in", ("a", "b,)", 'c"d'))),
        ("in.()", Operacion("in", ())),
        ("is.NULL", Operacion("is", "null")),
        ("not.is.not_null", Operacion("is", "not_null", True)),
        ("like(any).{a*,b}", Operacion("like", "{a*,b}", False, "any")),
        ("wfts(spanish).gato negro", Operacion("wfts", "gato negro", False, None, "spanish")),
        ("isdistinct.1", Operacion("isdistinct", "1")),
    ],
)
def test_operaciones(texto: str, esperada: Operacion) -> None:
    assert leer_operacion(texto) == esperada


def test_logica_anidada() -> None:
    assert leer_logica("not.or", '(a.eq.1,not.and(b.in.(x,"y)"),c->>d.cs.{e,f}),or.eq.2)') == Logico(
        "or",
        (
            Filtro(Campo("a"), Operacion("eq", "1")),
            Logico(
                "and",
                (
                    Filtro(Campo("b"), Operacion("in", ("x", "y)"))),
                    Filtro(Campo("c", (PasoJson("d", True),)), Operacion("cs", "{e,f}")),
                ),
                True,
            ),
            Filtro(Campo("or"), Operacion("eq", "2")),
        ),
        True,
    )


def test_orden_y_rutas() -> None:
    assert leer_orden("a.desc.nullslast,b->>c,t(d).asc,e.nullsfirst") == (
        Orden(Campo("a"), "desc", "nullslast"),
        Orden(Campo("b", (PasoJson("c", True),))),
        Orden(Campo("d"), "asc", None, "t"),
        Orden(Campo("e"), None, "nullsfirst"),
    )
    assert leer_ruta('a."b.c".d->e') == (("a", "b.c"), Campo("d", (PasoJson("e", False),)))


def test_la_direccion_entera() -> None:
    consulta = leer_consulta(
        [
            ("select", "a"),
            ("t.u.order", "x"),
            ("t.limit", "3"),
            ("t.offset", "2"),
            ("offset", "1"),
            ("t.not.or", "(a.eq.1)"),
            ("columns", 'a,"b,c"'),
        ]
    )
    assert consulta.ordenes == ((("t", "u"), (Orden(Campo("x")),)),)
    assert dict(consulta.rangos) == {("t",): Rango(2, 3), (): Rango(1, None)}
    assert consulta.condiciones[0][0] == ("t",) and consulta.condiciones[0][1].negado  # type: ignore[union-attr]
    assert consulta.columnas == ("a", "b,c")


def test_en_un_rpc_por_get_lo_que_no_es_filtro_es_argumento() -> None:
    consulta = leer_consulta([("a", "1"), ("b", "eq.2")], es_rpc_get=True)
    assert consulta.argumentos == (("a", "1"),) and len(consulta.condiciones) == 1


@pytest.mark.parametrize(
    "texto",
    [
        "a,,b",
        "a(",
        "a)",
        "(a)",
        "a::",
        "a->",
        ":a",
        "a!x!y!z(b)",
        "a b(",
        '"a',
        "a;b",
        "a.b",
        "*a(",
        "-a",
        "a-",
    ],
)
def test_select_que_no_se_entiende(texto: str) -> None:
    with pytest.raises(ErrorApi) as error:
        leer_select(texto)
    assert error.value.codigo == "PGRST100"


def test_la_hondura_tiene_tope() -> None:
    with pytest.raises(ErrorApi):
        leer_select("a(" * 500 + ")" * 500)
    with pytest.raises(ErrorApi):
        leer_logica("and", "(and" * 500 + ")" * 500)


@given(st.text(max_size=60))
def test_ningun_texto_rompe_los_lectores(texto: str) -> None:
    """Cualquier texto da un árbol o PGRST100/103/123; nunca otra excepción."""
    for leer in (leer_select, leer_operacion, leer_orden, leer_ruta, lambda t: leer_logica("or", t)):
        try:
            leer(texto)
        except ErrorApi as error:
            assert error.codigo in ("PGRST100", "PGRST103", "PGRST123")


@pytest.mark.parametrize(
    ("leer", "texto", "columna", "detalle"),
    [
        (leer_select, "id,clients(name[])", 16,
         'unexpected \'[\' expecting letter, digit, "-", "->>", "->", "::", ".", ")", "," or end of input'),
        (leer_select, "count(*)", 6,
         'unexpected \'(\' expecting letter, digit, "-", "->>", "->", "::", ".", ")", "," or end of input'),
        (leer_select, "data->>-78xy", 11, 'unexpected \'x\' expecting digit, "->", "::", ".", "," or end of input'),
        (leer_select, "data->>--34", 9, 'unexpected "-" expecting digit'),
        (leer_select, "data->>-xy-4", 9, 'unexpected "x" expecting digit'),
        (leer_select, "data->(a", 7,
         'unexpected "(" expecting "-", digit or any non reserved character different from: .,>()'),
        (leer_select, "*!hint", 2, 'unexpected \'!\' expecting ")", "," or end of input'),
        (leer_select, "name::", 7, "unexpected end of input expecting letter or digit"),
        (leer_select, ":", 1, 'unexpected ":" expecting field name (* or [a..z0..9_$])'),
        (leer_select, "users:auth.users(email)", 12,
         'unexpected "u" expecting "sum", "avg", "count", "max" or "min"'),
        (leer_operacion, "noop.0", 1, 'unexpected "o" expecting "not" or operator (eq, gt, ...)'),
        (leer_operacion, "1", 1, 'unexpected "1" expecting "not" or operator (eq, gt, ...)'),
        (leer_operacion, "fts().value", 5, 'unexpected ")" expecting operator (eq, gt, ...)'),
        (leer_operacion, "eq().value", 4, 'unexpected ")" expecting operator (eq, gt, ...)'),
        (leer_operacion, "is().value", 3, 'unexpected "(" expecting operator (eq, gt, ...)'),
        (leer_operacion, "in().value", 3, 'unexpected "(" expecting operator (eq, gt, ...)'),
        (leer_operacion, "is.started", 4,
         'unexpected "s" expecting isVal: (null, not_null, true, false, unknown)'),
        (leer_orden, "clients(name,id)", 8,
         'unexpected \'(\' expecting letter, digit, "-", "->>", "->", delimiter (.), "," or end of input'),
        (leer_orden, "id.ac", 4, 'unexpected "c" expecting "asc", "desc", "nullsfirst" or "nullslast"'),
        (leer_orden, "id.descc", 8, 'unexpected \'c\' expecting delimiter (.), "," or end of input'),
        (leer_orden, "id.nulsfist", 4, 'unexpected "n" expecting "asc", "desc", "nullsfirst" or "nullslast"'),
        (leer_orden, "id.nullslasttt", 13, 'unexpected \'t\' expecting "," or end of input'),
        (leer_orden, "id.smth34", 4, 'unexpected "s" expecting "asc", "desc", "nullsfirst" or "nullslast"'),
        (leer_orden, "id.asc.nlsfst", 8, 'unexpected "l" expecting "nullsfirst" or "nullslast"'),
        (leer_orden, "id.asc.nullslasttt", 17, 'unexpected \'t\' expecting "," or end of input'),
    ],
)  # fmt: skip
def test_el_error_dice_donde_y_que_se_esperaba(
    leer: Any, texto: str, columna: int, detalle: str | None
) -> None:
    """Los casos de la documentación del analizador de PostgREST."""
    with pytest.raises(ErrorApi) as error:
        leer(texto)
    assert error.value.mensaje.endswith(f"(line 1, column {columna})")
    assert error.value.detalles == detalle


@pytest.mark.parametrize(
    ("operador", "texto", "columna", "detalle"),
    [
        ("or", "()", 4, 'unexpected ")" expecting field name (* or [a..z0..9_$]), negation operator (not)'
         " or logic operator (and, or)"),
        ("or", "(id.in.1,2,id.eq.3)", 10, 'unexpected "1" expecting "("'),
        ("or", ")(", 3, 'unexpected ")" expecting "("'),
        ("and", "(ord(id.eq.1,id.eq.1),id.eq.2)", 7, 'unexpected "d" expecting "("'),
        ("or", "(id.eq.1,not.xor(id.eq.2,id.eq.3))", 16, 'unexpected "x" expecting logic operator (and, or)'),
    ],
)  # fmt: skip
def test_el_error_de_la_logica(operador: str, texto: str, columna: int, detalle: str) -> None:
    with pytest.raises(ErrorApi) as error:
        leer_logica(operador, texto)
    assert error.value.mensaje == f'"failed to parse logic tree ({texto})" (line 1, column {columna})'
    assert error.value.detalles == detalle


def test_espacios_repetidos_y_casos_de_orilla() -> None:
    assert leer_logica("and", "( and ( id.in.( 1, 2) , id.eq.3 ) , or ( a.eq.2 , b.eq.3 ) )") == Logico(
        "and",
        (
            Logico(
                "and",
                (
                    Filtro(Campo("id"), Operacion("in", ("1", " 2"))),
                    Filtro(Campo("id"), Operacion("eq", "3 ")),
                ),
            ),
            Logico(
                "or",
                (Filtro(Campo("a"), Operacion("eq", "2 ")), Filtro(Campo("b"), Operacion("eq", "3 "))),
            ),
        ),
    )
    assert leer_operacion("in.(    )").valor == ()
    assert leer_operacion('in.(")').valor == ('"',)
    assert leer_operacion("in.(\\)").valor == ("\\",)
    assert leer_operacion('in.("D\\a\\vid")').valor == ("David",)
    repetidos = leer_consulta([("select", "a"), ("select", "b"), ("offset", "-4")])
    assert repetidos.seleccion == (Columna(Campo("a")),) and repetidos.rangos == (((), Rango()),)


def test_agregados() -> None:
    assert leer_select("count(),n:count()::text,x:a->>b::int.sum()::text,c.max()") == (
        Columna(Campo("*"), None, None, "count"),
        Columna(Campo("*"), "n", None, "count", "text"),
        Columna(Campo("a", (PasoJson("b", True),)), "x", "int", "sum", "text"),
        Columna(Campo("c"), None, None, "max"),
    )
    assert leer_select("count") == (Columna(Campo("count")),)
