"""El diagnóstico nota cada cosa que le falta a un módulo, y no inventa faltas."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from clientes.aura.comandos.andamio import escribir_modulo
from clientes.aura.registro.catalogo import carpetas_de_modulos
from clientes.aura.scripts import diagnostico_modulo as diagnostico
from clientes.aura.scripts._comun import Resultado


def _todo(raiz: Path) -> diagnostico.EnDisco:
    escribir_modulo("pedidos", nombre_nora=None, titulo="", raiz=raiz)
    return diagnostico.EnDisco("pedidos", raiz / "clientes/aura/routes/panel_cliente_pedidos", None)


def test_los_modulos_del_proyecto_estan_montados(app: Flask) -> None:
    assert len(diagnostico.en_disco()) == len(carpetas_de_modulos()) > 0
    for modulo in diagnostico.en_disco():
        faltas = diagnostico.revisar(app, modulo)
        for revision in ("carpeta", "manifiesto", "blueprint", "renglón", "permisos"):
            assert faltas[revision] == [], modulo.nombre


def test_lo_que_escribe_el_andamio_esta_completo_en_disco(app: Flask, tmp_path: Path) -> None:
    faltas = diagnostico.revisar(app, _todo(tmp_path), tmp_path)
    for revision in ("carpeta", "plantillas", "estáticos", "pruebas", "documento"):
        assert faltas[revision] == []
    for sin_montar in ("manifiesto", "blueprint", "renglón", "permisos"):
        assert faltas[sin_montar]


@pytest.mark.parametrize(
    ("archivo", "revision"),
    [
        ("clientes/aura/routes/panel_cliente_pedidos/consultas.py", "carpeta"),
        ("clientes/aura/templates/panel_cliente_pedidos/index.html", "plantillas"),
        ("clientes/aura/templates/panel_cliente_pedidos/detalle.html", "plantillas"),
        ("clientes/aura/static/css/modulos/pedidos/main.css", "estáticos"),
        ("clientes/aura/static/js/modulos/pedidos/main.js", "estáticos"),
        ("tests/modulos/pedidos/test_pedidos.py", "pruebas"),
        ("docs/modulos/pedidos.md", "documento"),
    ],
)
def test_lo_que_falta_se_nota(app: Flask, tmp_path: Path, archivo: str, revision: str) -> None:
    modulo = _todo(tmp_path)
    (tmp_path / archivo).unlink()
    assert diagnostico.revisar(app, modulo, tmp_path)[revision]


def test_argumentos_y_simulacro(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as salida:
        diagnostico.main(["inventado"])
    assert salida.value.code == 2
    assert diagnostico.main(["--simular", "chat"]) == 0
    assert "chat: revisaría" in capsys.readouterr().out


def test_el_json_y_el_estado(
    app: Flask, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def correr(hacer: Callable[[Flask], Resultado], *, json_al_final: bool) -> int:
        resultado = hacer(app)
        assert json_al_final
        capsys.readouterr()
        print(json.dumps(resultado.datos))  # noqa: T201  lo lee esta prueba
        return resultado.salida

    monkeypatch.setattr(diagnostico, "correr", correr)
    monkeypatch.setitem(diagnostico.REVISIONES, "documento", lambda *_: ["falta algo"])
    assert diagnostico.main(["chat", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["modulos"]["chat"]["documento"] == ["falta algo"]
