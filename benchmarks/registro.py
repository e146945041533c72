"""El registro vivo contra un `register_blueprint` por (Nora, módulo): tiempo, memoria, búsqueda y avisos.

    .venv/bin/python -m benchmarks.registro [--escribir]

Cada medida corre en un proceso nuevo. La referencia es la manera común de Flask: un blueprint por Nora y módulo con sus
reglas, hasta 200 Noras (de ahí en adelante se da su pendiente). `--escribir` deja la tabla en docs/.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import flask
import psutil
import psycopg
import requests

from clientes.aura.conversacion.cola import instalar_cola
from clientes.aura.migraciones import aplicar
from clientes.aura.supabase_local import ServidorPostgres
from clientes.aura.utils.auth_utils import hash_de_contrasena

RAIZ = Path(__file__).resolve().parents[1]
DESTINO = RAIZ / "docs" / "registro_medido.md"
MODULOS, RUTAS = 15, 10
TAMANOS = (10, 100, 1_000, 10_000)
TAMANOS_REFERENCIA = (10, 50, 100, 200)
VUELTAS = 3
CONTRASENA = "una frase de medida"


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


def medir_avisos(cambios: int = 20, procesos: int = 4) -> list[float]:
    """Segundos desde que un módulo se apaga o enciende en la base hasta que todos los procesos lo saben.

    Cada proceso es `python run.py` sobre un PostgreSQL embebido de usar y tirar.
    """
    carpeta = Path(tempfile.mkdtemp(prefix="nora-medida-"))
    carpeta.chmod(0o755)
    servidor = ServidorPostgres(carpeta / "pg")
    hijos: list[subprocess.Popen[bytes]] = []
    try:
        direcciones = servidor.asegurar()
        aplicar(direcciones.servicio)
        instalar_cola(direcciones.servicio)
        with psycopg.connect(direcciones.administrador, autocommit=True) as conexion:
            conexion.execute(
                "insert into configuracion_bot (nombre_nora, nombre_visible, numero_nora, modulos)"
                " values ('marea', 'Marea', '+526620000009', '[\"chat\"]')"
            )
            conexion.execute(
                "insert into usuarios (correo, contrasena_hash, es_admin) values ('admin@medida.mx', %s, true)",
                (hash_de_contrasena(CONTRASENA),),
            )
            sesiones = []
            for _ in range(procesos):
                puerto = _puerto()
                entorno = {
                    **os.environ,
                    "ENTORNO": "pruebas",
                    "PORT": str(puerto),
                    "SUPABASE_DB_URL": direcciones.servicio,
                    "NORA_DATOS": str(carpeta / "datos"),
                }
                silencio = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
                hijos.append(subprocess.Popen([sys.executable, "run.py"], cwd=RAIZ, env=entorno, **silencio))  # type: ignore[call-overload]
                sesiones.append(_entrar(f"http://127.0.0.1:{puerto}"))
            tiempos = []
            for vuelta in range(cambios):
                encendido = vuelta % 2 == 0
                modulos = '["chat", "contactos"]' if encendido else '["chat"]'
                _hasta(sesiones, 404 if encendido else 200)
                inicio = time.perf_counter()
                conexion.execute(
                    "update configuracion_bot set modulos = %s::jsonb where nombre_nora = 'marea'", (modulos,)
                )
                _hasta(sesiones, 200 if encendido else 404)
                tiempos.append(time.perf_counter() - inicio)
        return sorted(tiempos)
    finally:
        for hijo in hijos:
            hijo.terminate()
        for hijo in hijos:
            hijo.wait(20)
        servidor.asegurar()
        servidor.detener()
        shutil.rmtree(carpeta, ignore_errors=True)


def _puerto() -> int:
    with socket.socket() as enchufe:
        enchufe.bind(("127.0.0.1", 0))
        return int(enchufe.getsockname()[1])


def _entrar(url: str) -> tuple[requests.Session, str]:
    limite = time.monotonic() + 30
    while True:
        try:
            requests.get(f"{url}/salud", timeout=1)
            break
        except requests.RequestException:
            if time.monotonic() > limite:
                raise
            time.sleep(0.1)  # espera a que el proceso abra su puerto
    sesion = requests.Session()
    testigo = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', sesion.get(f"{url}/login", timeout=5).text)
    datos = {
        "correo": "admin@medida.mx",
        "contrasena": CONTRASENA,
        "csrf_token": testigo[1] if testigo else "",
    }
    sesion.post(f"{url}/login", data=datos, timeout=10, allow_redirects=False)
    return sesion, f"{url}/panel_cliente/marea/contactos/"


def _hasta(sesiones: list[tuple[requests.Session, str]], codigo: int) -> None:
    """Pregunta a todos hasta que todos contesten ese código; 10 s como mucho."""
    limite = time.monotonic() + 10
    while {sesion.get(ruta, timeout=5).status_code for sesion, ruta in sesiones} != {codigo}:
        if time.monotonic() > limite:
            raise RuntimeError(f"los procesos no llegaron a {codigo}")


def tabla() -> list[str]:
    """Las líneas del informe."""
    nora = {n: en_proceso_nuevo("nora", n) for n in TAMANOS}
    referencia = {n: en_proceso_nuevo("referencia", n) for n in TAMANOS_REFERENCIA}
    mayor, penultimo = TAMANOS_REFERENCIA[-1], TAMANOS_REFERENCIA[-2]
    pendiente = (referencia[mayor]["registrar"] - referencia[penultimo]["registrar"]) / (mayor - penultimo)
    pendiente_mb = (referencia[mayor]["memoria"] - referencia[penultimo]["memoria"]) / (mayor - penultimo)
    lineas = [
        f"{MODULOS} módulos de {RUTAS} rutas. Python {platform.python_version()}, Flask {version('flask')}, "
        f"Werkzeug {version('werkzeug')}. La mejor de {VUELTAS} vueltas, cada una en un proceso nuevo.",
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
    avisos = medir_avisos()
    comun = 100
    lineas += [
        "",
        f"- Pendiente de la referencia: {1000 * pendiente:.0f} ms y {pendiente_mb:.2f} MB por Nora más.",
        f"- Con {comun} Noras, registrar cuesta "
        f"{referencia[comun]['registrar'] / nora[comun]['registrar']:,.0f} veces menos con el registro vivo.",
        f"- De 10 a 10,000 Noras, buscar una ruta cuesta {nora[10_000]['buscar'] / nora[10]['buscar']:.2f} veces; "
        f"la memoria crece {nora[10_000]['memoria'] - nora[10]['memoria']:.1f} MB.",
        f"- Un módulo apagado o encendido lo ven 4 procesos en {avisos[len(avisos) // 2]:.3f} s "
        f"(mediana de {len(avisos)}; el peor {avisos[-1]:.3f} s), preguntándoles por HTTP.",
    ]
    return lineas


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
