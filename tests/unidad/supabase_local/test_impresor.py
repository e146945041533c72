"""``leer(imprimir(árbol)) == árbol``, y el texto que sale es el que la gramática acepta."""

from __future__ import annotations

from hypothesis import given
from unidad.supabase_local.arboles import condiciones, consultas, operaciones

from clientes.aura.supabase_local.analizador import leer_consulta
from clientes.aura.supabase_local.analizador_filtros import leer_logica, leer_operacion
from clientes.aura.supabase_local.arbol import Campo, Condicion, Consulta, Filtro, Operacion
from clientes.aura.supabase_local.impresor import imprimir, imprimir_condicion, imprimir_operacion


@given(consultas)
def test_lo_impreso_se_lee_igual(consulta: Consulta) -> None:
    assert leer_consulta(imprimir(consulta)) == consulta


@given(operaciones)
def test_una_operacion_impresa_se_lee_igual(operacion: Operacion) -> None:
    assert leer_operacion(imprimir_operacion(operacion)) == operacion


@given(condiciones)
def test_una_condicion_impresa_se_lee_igual(condicion: Condicion) -> None:
    assert leer_logica("and", f"({imprimir_condicion(condicion)})").hijos == (condicion,)


def test_asi_se_escribe() -> None:
    pares = [
        ("select", 'a:b->>"c,d"->-1::text,...t!fk!inner(x.sum()::int,count()),"con espacio"'),
        ("b->>c", 'not.in.("1","dos, tres")'),
        ("t.not.or", '(a.eq."x",not.and(b.is.null,c.fts(spanish)."g"))'),
        ("t.order", "a->b.desc.nullslast,u(c)"),
        ("t.limit", "3"),
        ("t.offset", "1"),
        ("columns", "a,b"),
        ("on_conflict", "a"),
    ]
    assert imprimir(leer_consulta(pares)) == pares


def test_las_palabras_de_la_gramatica_van_entre_comillas() -> None:
    consulta = Consulta(condiciones=(((), Filtro(Campo("order"), Operacion("eq", "1"))),))
    assert imprimir(consulta) == [("select", "*"), ('"order"', "eq.1")]
