"""La configuración de gunicorn sale de `Config`, y una falta se dice en una frase, sin traza."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from gunicorn.config import KNOWN_SETTINGS

RAIZ = Path(__file__).resolve().parent.parent.parent
AJUSTES = ("bind", "workers", "worker_class", "threads", "timeout", "max_requests", "control_socket_disable")
GANCHOS = ("post_fork", "post_worker_init", "worker_exit")
PROGRAMA = f"import gunicorn_config as g, json; print(json.dumps({{n: getattr(g, n) for n in {AJUSTES}}}))"


def _correr(tmp_path: Path, **entorno: str) -> subprocess.CompletedProcess[str]:
    completo = {"PATH": os.defpath, "ENTORNO": "pruebas", "NORA_DATOS": str(tmp_path), **entorno}
    return subprocess.run(
        [sys.executable, "-c", PROGRAMA], cwd=RAIZ, env=completo, capture_output=True, text=True
    )


def test_lo_que_se_pone_existe_en_gunicorn() -> None:
    conocidos = {ajuste.name for ajuste in KNOWN_SETTINGS}
    assert {*AJUSTES, *GANCHOS} <= conocidos


def test_puerto_y_procesos_salen_del_entorno(tmp_path: Path) -> None:
    valores = json.loads(_correr(tmp_path, PORT="8123", WEB_CONCURRENCY="3").stdout)
    assert (valores["bind"], valores["workers"]) == ("0.0.0.0:8123", 3)
    assert (valores["worker_class"], valores["control_socket_disable"]) == ("gthread", True)


def test_sin_web_concurrency_son_segun_los_nucleos_y_a_lo_mas_cuatro(tmp_path: Path) -> None:
    valores = json.loads(_correr(tmp_path).stdout)
    assert valores["workers"] == min(4, 2 * (os.cpu_count() or 1) + 1)


def test_en_produccion_cada_falta_es_una_frase_y_no_arranca(tmp_path: Path) -> None:
    corrida = _correr(tmp_path, ENTORNO="produccion")
    assert corrida.returncode == 1
    assert "Falta SECRET_KEY" in corrida.stderr
    assert "Falta NORA_CLAVES_CIFRADO" in corrida.stderr
    assert "Traceback" not in corrida.stderr
