"""`docs/supabase_local.md` dice qué contesta igual y con qué prueba: cada prueba nombrada existe."""

from __future__ import annotations

import ast
import re
from pathlib import Path

AQUI = Path(__file__).parent
DOCUMENTO = AQUI.parents[2] / "docs" / "supabase_local.md"
NOMBRADA = re.compile(r"\b(?:(test_\w+)\.py::)?(test_\w+)(\*?)(?!\w|\.py)")


def pruebas() -> dict[str, set[str]]:
    """Archivo -> sus pruebas."""
    return {
        archivo.stem: {
            nodo.name
            for nodo in ast.parse(archivo.read_text("utf-8")).body
            if isinstance(nodo, ast.FunctionDef)
        }
        for archivo in AQUI.glob("test_*.py")
    }


def renglones() -> list[list[str]]:
    """Las celdas de cada renglón de las tablas que dicen qué se contesta, sin los encabezados."""
    texto = DOCUMENTO.read_text("utf-8").partition("## Leer")[2]
    lineas = [linea for linea in texto.splitlines() if linea.startswith("|")]
    celdas = [[c.strip() for c in re.split(r"(?<!\\)\|", linea)[1:-1]] for linea in lineas]
    return [c for c in celdas if c[-1] != "prueba" and not set(c[0]) <= set("-: ")]


def test_cada_prueba_nombrada_existe() -> None:
    hay = pruebas()
    todas = set().union(*hay.values())
    faltan = []
    for *_, celda in renglones():
        for archivo, nombre, comodin in NOMBRADA.findall(celda):
            donde = hay.get(archivo, set()) if archivo else todas
            if not (nombre in donde or (comodin and any(n.startswith(nombre) for n in donde))):
                faltan.append(f"{archivo or '?'}::{nombre}")
    assert faltan == []


def test_cada_igual_nombra_su_prueba() -> None:
    filas = renglones()
    assert len(filas) > 150 and {len(fila) for fila in filas} == {3}
    sin_prueba = [
        que for que, como, celda in filas if re.match(r"igual\b", como) and not NOMBRADA.search(celda)
    ]
    assert sin_prueba == []
    assert [
        que for que, como, _ in filas if not re.match(r"igual|distinto: |no\b|propiedad nuestra|—", como)
    ] == []
