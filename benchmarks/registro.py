"""El registro vivo contra un `register_blueprint` por (Nora, módulo): tiempo, memoria, búsqueda y avisos.

    .venv/bin/python -m benchmarks.registro [--escribir]

Cada medida corre en un proceso nuevo. La referencia es la manera común de Flask: un blueprint por Nora y módulo con sus
reglas, hasta 200 Noras (de ahí en adelante se da su pendiente). `--escribir` deja la tabla en docs/.
"""

from __future__ import annotations

import argparse
import gc
import json
import platform
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import flask
import psutil

RAIZ = Path(__file__).resolve().parents[1]
DESTINO = RAIZ / "docs" / "registro_medido.md"
MODULOS, RUTAS = 15, 10
TAMANOS = (10, 100, 1_000, 10_000)
TAMANOS_REFERENCIA = (10, 50, 100, 200)
VUELTAS = 3


def _vista(**_: Any) -> str:
    return ""


def medir_nora(cuantas: int) -> dict[str, float]:
    """Registra tantas Noras como `create_app`, a partir de filas ya leídas."""
    from clientes.aura.registro.catalogo import Catalogo, Modulo
    from clientes.aura.registro.manifiesto import Manifiesto
    from clientes.aura.registro.registro_dinamico import preparar_registro, registrar_blueprints_por_nora

    app = flask.Flask(__name__)
    catalogo = Catalogo()
    for m in range(MODULOS):
        nombre = f"modulo{m}"
        modulo = flask.Blueprint(f"panel_cliente_{nombre}", __name__)
        for r in range(RUTAS):
            modulo.add_url_rule(f"/ruta{r}/<int:cosa_id>", f"ruta{r}", _vista)
        catalogo.modulos[nombre] = Modulo(Manifiesto(nombre, nombre, nombre, "box", m, modulo), "benchmarks")
    preparar_registro(app, catalogo).al_dia = True
    filas = [
        {
            "nombre_nora": f"negocio-{n:05d}",
            "nombre_visible": f"Negocio {n}",
            "zona_horaria": "America/Hermosillo",
            "ia_activa": True,
            "modulos": [f"modulo{m}" for m in range(MODULOS) if m != n % 5],
        }
        for n in range(cuantas)
    ]
    memoria, inicio = _memoria(), time.perf_counter()
    for fila in filas:
        registrar_blueprints_por_nora(app, nombre_nora=str(fila["nombre_nora"]), fila=fila)
    registrar = time.perf_counter() - inicio
    memoria = _memoria() - memoria
    return {
        "registrar": registrar,
        "memoria": memoria,
        "buscar": _buscar(app, str(filas[-1]["nombre_nora"]), cuantas),
    }


def medir_referencia(cuantas: int) -> dict[str, float]:
    """Un blueprint por Nora y módulo, como lo haría cualquiera."""
    app = flask.Flask(__name__)
    memoria, inicio = _memoria(), time.perf_counter()
    for n in range(cuantas):
        for m in range(MODULOS):
            bp = flask.Blueprint(
                f"negocio-{n:05d}-modulo{m}", __name__, url_prefix=f"/panel_cliente/negocio-{n:05d}/modulo{m}"
            )
            for r in range(RUTAS):
                bp.add_url_rule(f"/ruta{r}/<int:cosa_id>", f"ruta{r}", _vista)
            app.register_blueprint(bp)
    app.url_map.update()
    registrar = time.perf_counter() - inicio
    memoria = _memoria() - memoria
    return {
        "registrar": registrar,
        "memoria": memoria,
        "buscar": _buscar(app, f"negocio-{cuantas - 1:05d}", cuantas),
    }


def _memoria() -> float:
    gc.collect()
    return float(psutil.Process().memory_info().rss) / 1e6


def _buscar(app: flask.Flask, nombre: str, cuantas: int) -> float:
    """Microsegundos de encontrar una ruta: la mejor de varias series."""
    ruta = f"/panel_cliente/{nombre}/modulo{(cuantas - 1) % 5 + 5}/ruta7/33"
    adaptador = app.url_map.bind("localhost")
    adaptador.match(ruta, "GET")
    mejor = float("inf")
    for _ in range(15):
        inicio = time.perf_counter()
        for _ in range(1_000):
            adaptador.match(ruta, "GET")
        mejor = min(mejor, time.perf_counter() - inicio)
    return mejor * 1_000


def en_proceso_nuevo(que: str, cuantas: int) -> dict[str, float]:
    """La mejor de varias vueltas, cada una en su proceso."""
    vueltas: list[dict[str, float]] = []
    for _ in range(VUELTAS if cuantas > 1 or que == "nora" else 1):
        salida = subprocess.run(  # noqa: S603  el propio intérprete
            [sys.executable, "-m", "benchmarks.registro", "--uno", que, str(cuantas)],
            cwd=RAIZ,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        vueltas.append(json.loads(salida))
    return {clave: min(v[clave] for v in vueltas) for clave in vueltas[0]}


def tabla() -> list[str]:
    """Las líneas del informe."""
    nora = {n: en_proceso_nuevo("nora", n) for n in TAMANOS}
    referencia = {n: en_proceso_nuevo("referencia", n) for n in TAMANOS_REFERENCIA}
    mayor, penultimo = TAMANOS_REFERENCIA[-1], TAMANOS_REFERENCIA[-2]
    pendiente = (referencia[mayor]["registrar"] - referencia[penultimo]["registrar"]) / (mayor - penultimo)
    pendiente_mb = (referencia[mayor]["memoria"] - referencia[penultimo]["memoria"]) / (mayor - penultimo)
    lineas = [
        f"{MODULOS} módulos de {RUTAS} rutas. Python {platform.python_version()}, Flask {_version('flask')}, "
        f"Werkzeug {_version('werkzeug')}. La mejor de {VUELTAS} vueltas, cada una en un proceso nuevo.",
        "",
        "| manera | Noras | registrar (s) | memoria (MB) | buscar una ruta (µs) |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for nombre, medidas in (
        ("registro vivo", nora),
        ("un register_blueprint por (Nora, módulo)", referencia),
    ):
        for n, m in medidas.items():
            lineas.append(
                f"| {nombre} | {n:,} | {m['registrar']:.3f} | {m['memoria']:.1f} | {m['buscar']:.1f} |"
            )
    comun = 100
    lineas += [
        "",
        f"- Pendiente de la referencia: {1000 * pendiente:.0f} ms y {pendiente_mb:.2f} MB por Nora más.",
        f"- Con {comun} Noras, registrar cuesta "
        f"{referencia[comun]['registrar'] / nora[comun]['registrar']:,.0f} veces menos con el registro vivo.",
        f"- De 10 a 10,000 Noras, buscar una ruta cuesta {nora[10_000]['buscar'] / nora[10]['buscar']:.2f} veces; "
        f"la memoria crece {nora[10_000]['memoria'] - nora[10]['memoria']:.1f} MB.",
    ]
    return lineas


def _version(paquete: str) -> str:
    from importlib.metadata import version

    return version(paquete)


def main() -> None:
    analizador = argparse.ArgumentParser(description=__doc__)
    analizador.add_argument("--uno", nargs=2, metavar=("QUE", "CUANTAS"), help=argparse.SUPPRESS)
    analizador.add_argument(
        "--escribir", action="store_true", help="deja la tabla en docs/registro_medido.md"
    )
    opciones = analizador.parse_args()
    if opciones.uno:
        que, cuantas = opciones.uno
        print(json.dumps((medir_nora if que == "nora" else medir_referencia)(int(cuantas))))
        return
    lineas = tabla()
    print("\n".join(lineas))
    if opciones.escribir:
        encabezado = [
            "# El registro vivo, medido",
            "",
            "Lo imprime `python -m benchmarks.registro --escribir`.",
            "",
        ]
        DESTINO.write_text("\n".join([*encabezado, *lineas, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
