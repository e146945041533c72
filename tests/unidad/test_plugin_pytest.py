"""Sin navegador, sus pruebas se apartan y se cuentan; con navegador, corren."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

RAIZ = Path(__file__).resolve().parent.parent.parent
PRUEBAS = """
import pytest

@pytest.mark.navegador
@pytest.mark.parametrize("n", range(3))
def test_abre(n):
    raise AssertionError("corrió")

def test_normal():
    pass
"""


@pytest.mark.parametrize("procesos", ["0", "2"])
@pytest.mark.parametrize("sin_navegador", [True, False])
def test_se_apartan_y_se_cuentan(tmp_path: Path, procesos: str, sin_navegador: bool) -> None:
    (tmp_path / "test_ejemplo.py").write_text(PRUEBAS)
    orden = [sys.executable, "-m", "pytest", "-c", str(RAIZ / "pyproject.toml"), "-n", procesos]
    entorno = {"PYTHONPATH": str(RAIZ), **({"NORA_SIN_NAVEGADOR": "1"} if sin_navegador else {})}
    corrida = subprocess.run(
        [*orden, "-p", "no:cacheprovider", str(tmp_path)],
        cwd=tmp_path,
        env=entorno,
        capture_output=True,
        text=True,
    )
    if sin_navegador:
        assert corrida.returncode == 0, corrida.stdout + corrida.stderr
        assert "pruebas de navegador: no ejecutadas (3)" in corrida.stdout
        assert "1 passed" in corrida.stdout
    else:
        assert corrida.returncode == 1
        assert "3 failed, 1 passed" in corrida.stdout
        assert "no ejecutadas" not in corrida.stdout
