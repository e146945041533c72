"""Quién habla con Supabase y con qué papel: se lee del código, y la lista de excepciones es cerrada."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from flask import Flask

from clientes.aura.utils.supabase_client import supabase, supabase_de_nora
from supabase import Client

RAIZ = Path(__file__).resolve().parents[2]

# service_role pasa por encima de las paredes: solo quien atiende a todas las Noras, y por qué.
CON_SERVICE_ROLE = {
    "clientes/aura/conversacion/consultas.py": "webhook y trabajador: atienden a todas",
    "clientes/aura/conversacion/consultas_avisos.py": "a quién avisar mira si su cuenta sigue activa",
    "clientes/aura/ia/consultas_vectores.py": "el programador pregunta qué Noras deben vectores; solo cuenta",
    "clientes/aura/medios/consultas.py": "la cubeta de archivos es privada: nadie más llega a ella",
    "clientes/aura/consultas_metricas.py": "las cifras de toda la instalación, sin datos de nadie",
    "clientes/aura/registro/consultas.py": "registro y programador: conocen a todas",
    "clientes/aura/personas/consultas.py": "se entra antes de saber a qué Nora",
    "clientes/aura/routes/admin/consultas.py": "administración de la instalación",
    "clientes/aura/routes/admin/consultas_uso.py": "lo que usa y cuesta cada Nora, para la administración",
    "clientes/aura/reportes/consultas_publicas.py": "un enlace público se abre sin haber entrado a ninguna Nora",
    "clientes/aura/scripts/consultas.py": "mantenimiento de toda la instalación",
    "clientes/aura/demo/consultas.py": "crea la Nora de demostración",
}
FUERA_DE_CONSULTAS = {"clientes/aura/utils/supabase_helpers.py"}
LLAMADAS = {"table", "rpc", "from_", "schema"}
SIN_LLAMAR = {"storage", "postgrest"}  # atributos del cliente: basta tocarlos


def fuentes() -> Iterator[tuple[str, ast.Module]]:
    """Todo el código propio menos `supabase_local`, que es la API y no su cliente."""
    for ruta in sorted([*(RAIZ / "clientes").rglob("*.py"), *RAIZ.glob("*.py")]):
        relativa = str(ruta.relative_to(RAIZ))
        if "supabase_local/" not in relativa:
            yield relativa, ast.parse(ruta.read_text(encoding="utf-8"))


def importa_service_role(arbol: ast.Module) -> bool:
    """Por nombre, con otro nombre, con asterisco o trayendo el módulo entero (`supabase_client.supabase`)."""
    for nodo in ast.walk(arbol):
        if isinstance(nodo, ast.ImportFrom):
            nombres = {alias.name for alias in nodo.names}
            del_cliente = (nodo.module or "").split(".")[-1] == "supabase_client"
            if (del_cliente and nombres & {"supabase", "*"}) or "supabase_client" in nombres:
                return True
        elif isinstance(nodo, ast.Import) and any("supabase_client" in alias.name for alias in nodo.names):
            return True
    return False


@pytest.mark.parametrize(
    "codigo",
    [
        "from ..utils.supabase_client import supabase",
        "from ..utils.supabase_client import supabase_de_nora, supabase as base",
        "from clientes.aura.utils.supabase_client import *",
        "from ..utils import supabase_client",
        "import clientes.aura.utils.supabase_client as s",
        "def f():\n    from .supabase_client import supabase",
    ],
)
def test_el_revisor_ve_cada_forma_de_traerlo(codigo: str) -> None:
    assert importa_service_role(ast.parse(codigo))
    assert not importa_service_role(ast.parse("from ..utils.supabase_client import supabase_de_nora"))


def test_service_role_es_una_lista_cerrada() -> None:
    quienes = {ruta for ruta, arbol in fuentes() if importa_service_role(arbol)}
    assert quienes == set(CON_SERVICE_ROLE)
    assert not [ruta for ruta in CON_SERVICE_ROLE if "panel" in ruta], "el panel entra como su Nora"
    assert all(Path(ruta).name.startswith("consultas") for ruta in CON_SERVICE_ROLE)


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


def test_nadie_crea_su_propio_cliente() -> None:
    otros = [
        ruta
        for ruta, arbol in fuentes()
        if ruta != "clientes/aura/utils/supabase_client.py"
        for nodo in ast.walk(arbol)
        if isinstance(nodo, ast.ImportFrom | ast.Import)
        and any(
            (getattr(nodo, "module", None) or alias.name).split(".")[0] in ("supabase", "storage3")
            for alias in nodo.names
        )
        and not getattr(nodo, "level", 0)
    ]
    assert otros == []


def test_solo_las_consultas_hablan_con_supabase() -> None:
    sueltas = [
        f"{ruta}:{nodo.lineno}"
        for ruta, arbol in fuentes()
        if not Path(ruta).name.startswith("consultas") and ruta not in FUERA_DE_CONSULTAS
        for nodo in ast.walk(arbol)
        if habla_con_supabase(nodo)
    ]
    assert sueltas == []


def habla_con_supabase(nodo: ast.AST) -> bool:
    """`x.table(...)`, `x.rpc(...)`, o el almacén de archivos de un cliente."""
    if isinstance(nodo, ast.Call) and isinstance(nodo.func, ast.Attribute):
        return nodo.func.attr in LLAMADAS and bool(nodo.args or nodo.keywords)
    return isinstance(nodo, ast.Attribute) and nodo.attr in SIN_LLAMAR


@pytest.mark.parametrize(
    "ruta",
    sorted(
        str(r.relative_to(RAIZ))
        for patron in (
            "panel_cliente_*/consultas*.py",
            "panel_cliente_*/consultas/*.py",
            "consultas_panel.py",
        )
        for r in (RAIZ / "clientes").glob(f"*/routes/{patron}")
    ),
)
def test_cada_consulta_de_un_modulo_recibe_primero_la_nora(ruta: str) -> None:
    arbol = ast.parse(Path(ruta).read_text(encoding="utf-8"))
    publicas = [
        nodo
        for nodo in arbol.body
        if isinstance(nodo, ast.FunctionDef | ast.AsyncFunctionDef) and not nodo.name.startswith("_")
    ]
    assert publicas
    primero = {f.name: [a.arg for a in [*f.args.posonlyargs, *f.args.args]][:1] for f in publicas}
    assert [nombre for nombre, arg in primero.items() if arg != ["nombre_nora"]] == []
    con_omision = [f.name for f in publicas if len(f.args.defaults) == len(f.args.posonlyargs + f.args.args)]
    assert con_omision == [], "nombre_nora no tiene valor por omisión"
    clientes = [
        nodo
        for nodo in ast.walk(arbol)
        if isinstance(nodo, ast.Call)
        and isinstance(nodo.func, ast.Name)
        and nodo.func.id == "supabase_de_nora"
    ]
    otra = [n.lineno for n in clientes if [ast.unparse(a) for a in n.args] != ["nombre_nora"]]
    assert clientes and otra == [], "el cliente es el de la Nora que se pidió"


@pytest.mark.parametrize("nombre", ["", None])
def test_no_hay_una_nora_por_omision(app: Flask, nombre: str | None) -> None:
    with pytest.raises(ValueError, match="no hay una por omisión"):
        supabase_de_nora(nombre)  # type: ignore[arg-type]


def test_cada_cliente_lleva_el_papel_que_dice(app: Flask) -> None:
    """El de una Nora nunca lleva service_role, ni la llave del proyecto como credencial."""

    def reclamos(cliente: Client) -> dict[str, Any]:
        autorizacion = str(cliente.options.headers["Authorization"])
        leidos: dict[str, Any] = jwt.decode(
            autorizacion.removeprefix("Bearer "), options={"verify_signature": False}
        )
        return leidos

    de_marea = reclamos(supabase_de_nora("marea"))
    assert (de_marea["role"], de_marea["nombre_nora"]) == ("authenticated", "marea")
    assert 0 < de_marea["exp"] - de_marea["iat"] <= 3600
    servicio = reclamos(supabase)
    assert servicio["role"] == "service_role" and "nombre_nora" not in servicio
    assert supabase_de_nora("marea") is not supabase_de_nora("monte")
