"""Cada bloque de órdenes de `docs/operacion.md` se corre, o dice por qué no. Lo corrido va en el orden del documento.

La corta revisa que cada bloque lo diga, que sea bash y que nombre programas y opciones que existen; la larga los corre.
"""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from app_config import _CAMPOS
from clientes.aura.supabase_local import DireccionesPostgres

RAIZ = Path(__file__).resolve().parents[2]
DOCUMENTO = (RAIZ / "docs" / "operacion.md").read_text(encoding="utf-8")
BLOQUE = re.compile(
    r"(?:^<!-- (?P<marca>[^\n]+) -->\n)?^```(?P<lenguaje>\w*)\n(?P<cuerpo>.*?)^```$", re.M | re.S
)
MODULO = re.compile(r"python3? -m (?P<modulo>[\w.]+)(?P<resto>[^\n#]*)")
EN_EL_DOCUMENTO = "clientes/|tests/|despliegue/|docs/|supabase/"


@dataclass(frozen=True)
class Bloque:
    """Un bloque de órdenes. `estados`: con cuáles puede terminar; vacío si no se corre, y entonces `razon`."""

    cuerpo: str
    estados: frozenset[int]
    razon: str


def bloques() -> list[Bloque]:
    """Los bloques de bash, en orden. Uno sin marca es una falta."""
    leidos = []
    for hallado in BLOQUE.finditer(DOCUMENTO):
        if hallado["lenguaje"] != "sh":
            continue
        marca = hallado["marca"] or ""
        corre = re.fullmatch(r"se prueba(?:: ([\d ]+))?", marca)
        razon = re.fullmatch(r"no se prueba aquí: (.{20,})", marca)
        assert corre or razon, f"este bloque no dice si se prueba:\n{hallado['cuerpo']}"
        estados = frozenset(int(n) for n in (corre[1] or "0").split()) if corre else frozenset()
        leidos.append(Bloque(hallado["cuerpo"], estados, razon[1] if razon else ""))
    return leidos


def test_cada_bloque_dice_si_se_prueba_y_es_bash() -> None:
    leidos = bloques()
    assert len([b for b in leidos if b.estados]) >= 8
    for bloque in leidos:
        revisado = subprocess.run(["bash", "-n"], input=bloque.cuerpo, text=True, capture_output=True)
        assert revisado.returncode == 0, revisado.stderr
        # Si la razón es que otra prueba ya lo corre, esa prueba existe.
        for ruta in re.findall(r"tests/[\w/]+\.py", bloque.razon):
            assert (RAIZ / ruta).is_file(), ruta


def test_sin_lenguaje_no_hay_ordenes() -> None:
    for hallado in BLOQUE.finditer(DOCUMENTO):
        if not hallado["lenguaje"]:
            assert not re.search(
                r"^(python3|\.venv|sudo|systemctl|docker|git|supabase) ", hallado["cuerpo"], re.M
            )


def test_los_programas_y_sus_opciones_existen() -> None:
    for hallado in MODULO.finditer(DOCUMENTO):
        modulo = hallado["modulo"]
        if modulo in ("venv", "pip"):
            continue
        donde = importlib.util.find_spec(modulo)
        assert donde is not None and donde.origin, modulo
        fuente = Path(donde.origin).read_text(encoding="utf-8") + (
            RAIZ / "clientes/aura/scripts/_comun.py"
        ).read_text(encoding="utf-8")
        for opcion in re.findall(r"--[a-z]+", hallado["resto"]):
            assert f'"{opcion}"' in fuente, (modulo, opcion)


def test_las_rutas_y_variables_que_nombra_existen() -> None:
    for ruta in re.findall(rf"`((?:{EN_EL_DOCUMENTO})[\w./-]*)`", DOCUMENTO):
        assert (RAIZ / ruta).exists(), ruta
    tabla = DOCUMENTO.split("## El entorno", 1)[1]
    nombradas = set(re.findall(r"`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|PORT|ENTORNO)`", tabla))
    assert set(_CAMPOS) - nombradas == set(), "lo que se puede configurar está en la tabla"


@pytest.mark.largo
@pytest.mark.timeout(600)
def test_los_bloques_corren_en_orden(base: DireccionesPostgres, tmp_path: Path) -> None:
    """En una carpeta con el programa y sin datos, como la de quien empieza."""
    carpeta = tmp_path / "nora"
    carpeta.mkdir()
    for cosa in RAIZ.iterdir():
        if cosa.name not in (".datos", ".env"):
            (carpeta / cosa.name).symlink_to(cosa)
    entorno = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "ENTORNO": "pruebas",
        "NORA_DATOS": str(carpeta / ".datos"),
        "SUPABASE_DB_URL": base.administrador,
        "NORA_CLAVES_CIFRADO": Fernet.generate_key().decode(),
        "TWILIO_BASE_URL": "http://127.0.0.1:9",
    }
    for bloque in bloques():
        if not bloque.estados:
            continue
        hecho = subprocess.run(
            ["bash", "-eu"], input=bloque.cuerpo, text=True, capture_output=True, cwd=carpeta, env=entorno
        )
        assert hecho.returncode in bloque.estados, (bloque.cuerpo, hecho.stdout[-3000:], hecho.stderr[-3000:])
