"""Fallas de seguridad conocidas en las bibliotecas: `.venv/bin/python -m herramientas.auditar`.

Le pregunta al registro de Python con pip-audit (en su propio entorno, para no agregar nada al de Nora) y al de npm con
`npm audit`. Un registro que no contesta esa pregunta (un espejo, por ejemplo) no cuenta como limpio: se dice.

Estado: 0 limpio, 1 hay fallas conocidas, 3 no se pudo preguntar por alguna parte.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .preparar import CANDADO_NPM, NOTAS, RAIZ, REQUISITOS, entorno_de_npm, npm_a_usar

PIP_AUDIT = "pip-audit==2.9.0"
PLAZO_S = 300
LIMPIO, HAY_FALLAS, SIN_PREGUNTAR = 0, 1, 3


@dataclass
class Auditoria:
    """Lo que se supo de un registro. `revisadas`: cuántas bibliotecas contestó."""

    registro: str
    revisadas: int = 0
    fallas: list[str] = field(default_factory=list)
    sin_preguntar: str = ""

    @property
    def estado(self) -> int:
        if self.fallas:
            return HAY_FALLAS
        return SIN_PREGUNTAR if self.sin_preguntar else LIMPIO


def main() -> int:
    """Una línea por falla y por registro; devuelve el estado."""
    auditorias = [python(), npm()]
    for una in auditorias:
        for falla in una.fallas:
            print(f"FALLA  {una.registro}: {falla}")
        if una.sin_preguntar:
            print(f"¿?     {una.registro}: {una.sin_preguntar}")
        elif not una.fallas:
            print(f"bien   {una.registro}: {una.revisadas} bibliotecas sin fallas conocidas")
    estados = {una.estado for una in auditorias}
    return HAY_FALLAS if HAY_FALLAS in estados else max(estados)


def python() -> Auditoria:
    """Lo que `requirements.txt` fija."""
    lugar = NOTAS / "auditoria"
    programa = lugar / "bin" / "pip-audit"
    if not programa.exists():
        venv.create(lugar, with_pip=True, clear=True)
        instalado = _correr([str(lugar / "bin" / "python"), "-m", "pip", "install", "-q", PIP_AUDIT])
        if not programa.exists():
            return Auditoria(
                "Python", sin_preguntar=f"no se pudo instalar {PIP_AUDIT}: {instalado[1][-200:]}"
            )
    orden = [str(programa), "-r", str(REQUISITOS), "--no-deps", "--disable-pip", "--format", "json"]
    return de_pip_audit(_correr([*orden, "--progress-spinner", "off", "--timeout", "15"])[0])


def npm() -> Auditoria:
    """Lo que `package-lock.json` fija y llega al navegador."""
    if not CANDADO_NPM.is_file():
        return Auditoria("npm", sin_preguntar="falta package-lock.json")
    orden = [*npm_a_usar(), "audit", "--omit=dev", "--package-lock-only", "--json"]
    return de_npm_audit(_correr(orden)[0])


def de_pip_audit(salida: str) -> Auditoria:
    """Lee el JSON de pip-audit."""
    leido = _leer(salida)
    if not isinstance(leido.get("dependencies"), list):
        return Auditoria("Python", sin_preguntar="pip-audit no contestó algo que se entienda")
    auditoria, saltadas = Auditoria("Python"), []
    for una in leido["dependencies"]:
        if "skip_reason" in una:
            saltadas.append(str(una["name"]))
            continue
        auditoria.revisadas += 1
        auditoria.fallas += [
            f"{una['name']} {una['version']}: {falla['id']}"
            + (f", corregida en {', '.join(falla['fix_versions'])}" if falla.get("fix_versions") else "")
            for falla in una.get("vulns", ())
        ]
    if saltadas:
        auditoria.sin_preguntar = (
            f"el registro no contestó por {len(saltadas)} de {len(leido['dependencies'])}"
        )
    return auditoria


def de_npm_audit(salida: str) -> Auditoria:
    """Lee el JSON de `npm audit`."""
    leido = _leer(salida)
    if "vulnerabilities" not in leido:
        return Auditoria("npm", sin_preguntar="el registro no contesta `npm audit`")
    fallas = [
        f"{nombre} {una.get('range', '')}: {una.get('severity', '')}".strip()
        for nombre, una in leido["vulnerabilities"].items()
    ]
    total = leido.get("metadata", {}).get("dependencies", {}).get("prod", 0)
    return Auditoria("npm", revisadas=int(total), fallas=sorted(fallas))


def _leer(salida: str) -> dict[str, Any]:
    inicio = salida.find("{")
    try:
        leido = json.loads(salida[inicio:]) if inicio >= 0 else {}
    except ValueError:
        leido = {}
    return leido if isinstance(leido, dict) else {}


def _correr(orden: list[str]) -> tuple[str, str]:
    entorno = entorno_de_npm(dict(os.environ))
    try:
        hecho = subprocess.run(  # noqa: S603 - programas y argumentos nuestros
            orden, cwd=Path(RAIZ), env=entorno, capture_output=True, text=True, timeout=PLAZO_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return "", str(error)
    return hecho.stdout, hecho.stderr


if __name__ == "__main__":
    sys.exit(main())
