"""La consola: lo que hace, lo que dice cuando falla, y el módulo que escribe."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app_config import RAIZ
from clientes.aura.comandos.andamio import escribir_modulo
from clientes.aura.personas import consultas as personas
from clientes.aura.personas.consultas import Busqueda
from clientes.aura.utils.errores import ErrorDatoInvalido

NUMERO = "+15550100001"


@pytest.fixture
def consola(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """`consola("nora", "listar")`: corre el comando y devuelve su resultado."""
    app.testing = True  # sin esto cada comando cerraría la base al terminar
    corredor = app.test_cli_runner()
    return lambda *argumentos, **mas: corredor.invoke(args=list(argumentos), **mas)


def test_crear_cambiar_y_suspender(consola: Callable[..., Any]) -> None:
    hecho = consola(
        "nora", "crear", "espiga", "--visible", "La Espiga", "--numero", NUMERO, "--modulos", "contactos"
    )
    assert hecho.exit_code == 0, hecho.output
    assert "espiga\t+15550100001\tactiva\t0\tcontactos" in consola("nora", "listar").output
    cambiado = consola("nora", "modulos", "espiga", "--activar", "chat", "--desactivar", "contactos")
    assert "si\tchat" in cambiado.output and "no\tcontactos" in cambiado.output
    assert "/panel_cliente/espiga/chat/" in consola("nora", "rutas", "espiga").output
    assert "/panel_cliente/espiga/contactos/" not in consola("nora", "rutas", "espiga").output
    consola("nora", "suspender", "espiga")
    assert consola("nora", "rutas", "espiga").exit_code == 1
    assert consola("nora", "reactivar", "espiga").exit_code == 0


@pytest.mark.parametrize(
    ("argumentos", "frase"),
    [
        (("nora", "suspender", "nadie"), "No hay una Nora que se llame «nadie»."),
        (("nora", "crear", "Mala Nora", "--visible", "x", "--numero", NUMERO), "El nombre lleva de 2 a 40"),
        (("nora", "crear", "buena", "--visible", "x", "--numero", "12"), "teléfono"),
        (("usuario", "enlace", "nadie@x.mx"), "No hay una cuenta con ese correo."),
    ],
)
def test_un_fallo_es_una_frase_y_estado_1(
    consola: Callable[..., Any], argumentos: tuple[str, ...], frase: str
) -> None:
    hecho = consola(*argumentos)
    assert hecho.exit_code == 1
    assert frase in hecho.stderr and len(hecho.stderr.strip().splitlines()) == 1 and hecho.stdout == ""


@pytest.mark.parametrize(
    "argumentos",
    [
        ("nora", "crear"),
        ("nora", "inventado"),
        ("usuario", "crear", "--correo", "a@b.mx", "--rol", "rey"),
        ("usuario", "crear", "--correo", "a@b.mx", "--rol", "agente"),
        ("trabajador", "--hilos", "0"),
    ],
)
def test_argumentos_malos_son_estado_2(consola: Callable[..., Any], argumentos: tuple[str, ...]) -> None:
    assert consola(*argumentos).exit_code == 2


def test_la_contrasena_se_pregunta_sin_ensenarla(consola: Callable[..., Any]) -> None:
    secreta = "una frase muy mia"
    hecho = consola(
        "usuario", "crear", "--correo", "ana@x.mx", "--rol", "admin", input=f"{secreta}\n{secreta}\n"
    )
    assert hecho.exit_code == 0 and secreta not in hecho.output
    cuenta = personas.usuario_por_correo("ana@x.mx")
    assert cuenta is not None and cuenta.es_admin
    assert "/restablecer/" in consola("usuario", "enlace", "ana@x.mx").output
    assert personas.leer_auditoria(Busqueda(accion="hacer_enlace"), 1)[0].correo == "consola"


def test_migrar_dos_veces_no_hace_nada_mas(consola: Callable[..., Any]) -> None:
    assert "La base ya estaba al día." in consola("migrar").output


@pytest.mark.parametrize("nombre", ["Mal", "1uno", "con-guion", "chat"])
def test_un_nombre_de_modulo_que_no_sirve_no_escribe_nada(tmp_path: Path, nombre: str) -> None:
    with pytest.raises(ErrorDatoInvalido):
        escribir_modulo(nombre, nombre_nora=None, titulo="", raiz=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_no_pisa_lo_que_ya_esta(tmp_path: Path) -> None:
    escribir_modulo("pedidos", nombre_nora=None, titulo="", raiz=tmp_path)
    with pytest.raises(ErrorDatoInvalido, match="Ya existe"):
        escribir_modulo("pedidos", nombre_nora=None, titulo="Otro", raiz=tmp_path)


def test_los_dos_modulos_nuevos_pasan_sus_propias_pruebas(tmp_path: Path) -> None:
    """El andamio, en una copia del proyecto: compartido y de una sola Nora, montados y con su página en 200."""
    copia = tmp_path / "proyecto"
    fuera = shutil.ignore_patterns("__pycache__", "vendor", "node_modules", ".datos")
    for carpeta in ("clientes", "supabase", "patches", "herramientas"):
        shutil.copytree(RAIZ / carpeta, copia / carpeta, ignore=fuera)
    shutil.copytree(RAIZ / "tests" / "apoyo", copia / "tests" / "apoyo", ignore=fuera)
    sueltos = (
        "app_config.py",
        "extensiones.py",
        "scheduler_jobs.py",
        "run.py",
        "pyproject.toml",
        "tests/conftest.py",
    )
    for archivo in sueltos:
        shutil.copy(RAIZ / archivo, copia / archivo)
    escribir_modulo("pedidos", nombre_nora=None, titulo="Pedidos", raiz=copia)
    escribir_modulo("rutas_de_reparto", nombre_nora="marea", titulo="Rutas", raiz=copia)
    limpio = {clave: dato for clave, dato in os.environ.items() if not clave.startswith("PYTEST_")}
    corrida = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/modulos"],
        cwd=copia,
        env=limpio,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert corrida.returncode == 0, corrida.stdout[-3000:]
    assert "6 passed" in corrida.stdout
