"""Las sugerencias de PostgREST: los casos de su documentación."""

from __future__ import annotations

import pytest

from clientes.aura.supabase_local.parecidos import mejor, parecidos


@pytest.mark.parametrize(
    ("nombre", "conocidos", "esperado"),
    [
        ("film", ["films", "directors"], "films"),
        ("role", ["directors", "roles", "actors"], "roles"),
        ("noclosealternative", ["directors", "roles", "actors"], None),
        ("testt", ["test", "another"], "test"),
        ("other", ["test", "another"], "another"),
        ("noclosealternative", ["test", "another"], None),
        ("(nam, pqaram, vall)", ["(name, param, val)", "(attr, id)"], "(name, param, val)"),
        ("(param, val)", ["(name, param, val)", "(attr, id)"], "(name, param, val)"),
        ("(attrs, id)", ["(name, param, val)", "(attr, id)"], "(attr, id)"),
        ("(id)", ["(name, param, val)", "(attr, id)"], "(attr, id)"),
        ("(noclosealternative)", ["(name, param, val)", "(attr, id)"], None),
        ("x", [], None),
        ("", ["a"], None),
    ],
)
def test_el_mas_parecido(nombre: str, conocidos: list[str], esperado: str | None) -> None:
    assert mejor(nombre, conocidos) == esperado


def test_con_un_minimo_mas_alto() -> None:
    assert mejor("other", ["test", "another"], 0.75) is None
    assert mejor("films", ["film"], 0.75) == "film"


def test_el_igual_va_solo() -> None:
    assert parecidos("Actors", ["actors", "actor"]) == [(1.0, "actors")]
