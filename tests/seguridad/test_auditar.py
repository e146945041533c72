"""La auditoría de bibliotecas: qué cuenta como limpio, como falla, y como no haber podido preguntar."""

from __future__ import annotations

import json

import pytest

from herramientas import auditar
from herramientas.auditar import HAY_FALLAS, LIMPIO, SIN_PREGUNTAR, Auditoria, de_npm_audit, de_pip_audit

SANA = {"name": "flask", "version": "3.1.3", "vulns": []}
FALLA = {
    "name": "jinja2",
    "version": "2.0",
    "vulns": [{"id": "PYSEC-2019-217", "fix_versions": ["2.10.1"]}],
}
SALTADA = {"name": "twilio", "skip_reason": "Dependency not found on PyPI"}


@pytest.mark.parametrize(
    ("dependencias", "estado", "revisadas"),
    [([SANA], LIMPIO, 1), ([SANA, FALLA], HAY_FALLAS, 2), ([SANA, SALTADA], SIN_PREGUNTAR, 1)],
)
def test_python(dependencias: list[dict[str, object]], estado: int, revisadas: int) -> None:
    auditoria = de_pip_audit(json.dumps({"dependencies": dependencias, "fixes": []}))
    assert (auditoria.estado, auditoria.revisadas) == (estado, revisadas)
    assert FALLA not in dependencias or auditoria.fallas == [
        "jinja2 2.0: PYSEC-2019-217, corregida en 2.10.1"
    ]


@pytest.mark.parametrize("salida", ["", "no es json", '{"message": "405 Method Not Allowed"}', "[]"])
def test_lo_que_no_se_entiende_no_es_estar_limpio(salida: str) -> None:
    assert de_pip_audit(salida).estado == de_npm_audit(salida).estado == SIN_PREGUNTAR


def test_npm() -> None:
    metadata = {"dependencies": {"prod": 12}}
    limpia = de_npm_audit(json.dumps({"vulnerabilities": {}, "metadata": metadata}))
    assert (limpia.estado, limpia.revisadas) == (LIMPIO, 12)
    mala = {"htmx.org": {"severity": "high", "range": "<1.9"}}
    assert de_npm_audit(json.dumps({"vulnerabilities": mala})).fallas == ["htmx.org <1.9: high"]


@pytest.mark.parametrize(
    ("de_python", "de_npm", "estado"),
    [
        (Auditoria("Python"), Auditoria("npm"), LIMPIO),
        (Auditoria("Python", sin_preguntar="x"), Auditoria("npm"), SIN_PREGUNTAR),
        (Auditoria("Python", sin_preguntar="x"), Auditoria("npm", fallas=["y"]), HAY_FALLAS),
    ],
)
def test_el_estado_es_el_peor(
    monkeypatch: pytest.MonkeyPatch, de_python: Auditoria, de_npm: Auditoria, estado: int
) -> None:
    monkeypatch.setattr(auditar, "python", lambda: de_python)
    monkeypatch.setattr(auditar, "npm", lambda: de_npm)
    assert auditar.main() == estado
