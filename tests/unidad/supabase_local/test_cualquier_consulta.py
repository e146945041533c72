"""Cualquier consulta que la gramática puede escribir se contesta o se rechaza con un error con nombre."""

from __future__ import annotations

from apoyo.api_local import Escenario
from apoyo.fiabilidad import Anotar
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from unidad.supabase_local.arboles import condiciones, consultas, ordenes

from clientes.aura.supabase_local.arbol import (
    Campo,
    Columna,
    Condicion,
    Consulta,
    Incrustado,
    Orden,
    PasoJson,
    Todo,
)
from clientes.aura.supabase_local.impresor import imprimir

_pedidas = 0


def contesta(lectura: Escenario, consulta: Consulta) -> int:
    global _pedidas
    _pedidas += 1
    respuesta = lectura.http().get("/clientes", params=imprimir(consulta))
    assert respuesta.status_code < 500, (imprimir(consulta), respuesta.text)
    if respuesta.status_code >= 300:
        assert set(respuesta.json()) == {"code", "message", "details", "hint"}
        assert not respuesta.json()["code"].startswith("PGRSTX")
    return respuesta.status_code


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(consultas)
def test_ninguna_consulta_es_un_error_interno(lectura: Escenario, consulta: Consulta) -> None:
    contesta(lectura, consulta)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.lists(condiciones, max_size=2),
    st.lists(ordenes, max_size=2),
    st.lists(st.text(min_size=1, max_size=6), max_size=3),
)
def test_ni_los_filtros_y_ordenes_sobre_una_seleccion_buena(
    lectura: Escenario, filtros: list[Condicion], terminos: list[Orden], claves: list[str]
) -> None:
    pasos = tuple(PasoJson(clave, True) for clave in claves if "\0" not in clave and clave.isprintable())
    consulta = Consulta(
        (Columna(Campo("datos", pasos[:1])), Incrustado("negocios", (Todo(),))),
        tuple(((), filtro) for filtro in filtros),
        (((), tuple(terminos)),) if terminos else (),
    )
    contesta(lectura, consulta)


def test_una_consulta_buena_si_se_contesta(lectura: Escenario, anotar: Anotar) -> None:
    assert contesta(lectura, Consulta((Todo(),))) == 200
    anotar("api_al_azar", consultas=_pedidas, de_500=0, errores_de_sql_internos=0)
