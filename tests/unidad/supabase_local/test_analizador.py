"""La gramática: qué árbol sale de cada texto y dónde falla lo que no la cumple."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clientes.aura.supabase_local.analizador import (
    leer_consulta,
    leer_logica,
    leer_operacion,
    leer_orden,
    leer_ruta,
    leer_select,
)
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
