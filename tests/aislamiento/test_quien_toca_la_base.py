"""Quién habla con Supabase y con qué papel: se lee del código, y la lista de excepciones es cerrada."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

RAIZ = Path(__file__).resolve().parents[2]
AURA = RAIZ / "clientes" / "aura"

# service_role pasa por encima de las paredes: solo quien atiende a todas las Noras, y por qué.
CON_SERVICE_ROLE = {
    "clientes/aura/conversacion/consultas.py": "webhook y trabajador: atienden a todas",
    "clientes/aura/registro/consultas.py": "registro y programador: conocen a todas",
    "clientes/aura/personas/consultas.py": "se entra antes de saber a qué Nora",
    "clientes/aura/routes/admin/consultas.py": "administración de la instalación",
    "clientes/aura/demo/consultas.py": "crea la Nora de demostración",
}
FUERA_DE_CONSULTAS = {"clientes/aura/utils/supabase_helpers.py"}
LLAMADAS = {"table", "rpc", "from_"}


def fuentes() -> Iterator[tuple[str, ast.Module]]:
    for ruta in sorted([*AURA.rglob("*.py"), RAIZ / "scheduler_jobs.py", RAIZ / "run.py"]):
        relativa = str(ruta.relative_to(RAIZ))
        if "supabase_local/" not in relativa:
            yield relativa, ast.parse(ruta.read_text(encoding="utf-8"))


def importa_service_role(arbol: ast.Module) -> bool:
    return any(
        isinstance(nodo, ast.ImportFrom)
        and (nodo.module or "").endswith("supabase_client")
        and any(alias.name == "supabase" for alias in nodo.names)
        for nodo in ast.walk(arbol)
    )


def test_service_role_es_una_lista_cerrada() -> None:
    quienes = {ruta for ruta, arbol in fuentes() if importa_service_role(arbol)}
    assert quienes == set(CON_SERVICE_ROLE)


def test_nadie_llega_al_cliente_de_servicio_por_otro_lado() -> None:
    otros = [
        ruta
        for ruta, arbol in fuentes()
        if ruta != "clientes/aura/utils/supabase_client.py"
        for nodo in ast.walk(arbol)
        if isinstance(nodo, ast.Call)
        and isinstance(nodo.func, ast.Attribute)
        and nodo.func.attr == "servicio"
    ]
    assert otros == []


def test_solo_las_consultas_hablan_con_supabase() -> None:
    sueltas = [
        f"{ruta}:{nodo.lineno}"
        for ruta, arbol in fuentes()
        if not Path(ruta).name.startswith("consultas") and ruta not in FUERA_DE_CONSULTAS
        for nodo in ast.walk(arbol)
        if isinstance(nodo, ast.Call)
        and isinstance(nodo.func, ast.Attribute)
        and nodo.func.attr in LLAMADAS
        and nodo.args
    ]
    assert sueltas == []


@pytest.mark.parametrize(
    "ruta", sorted(str(r.relative_to(RAIZ)) for r in AURA.glob("routes/panel_cliente_*/consultas.py"))
)
def test_cada_consulta_de_un_modulo_recibe_primero_la_nora(ruta: str) -> None:
    arbol = ast.parse(Path(ruta).read_text(encoding="utf-8"))
    publicas = [n for n in arbol.body if isinstance(n, ast.FunctionDef) and not n.name.startswith("_")]
    assert publicas
    assert [f.name for f in publicas if not f.args.args or f.args.args[0].arg != "nombre_nora"] == []


def test_solo_app_config_lee_el_entorno() -> None:
    lectores = []
    for ruta, arbol in fuentes():
        for nodo in ast.walk(arbol):
            if isinstance(nodo, ast.Attribute) and nodo.attr in ("environ", "getenv", "environb"):
                lectores.append(f"{ruta}:{nodo.lineno}")
    assert lectores == []
