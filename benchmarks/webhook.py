"""Acuse de recibo: el webhook con gunicorn como se entrega, contra una vista de Flask que solo firma e inserta.

La referencia revisa la firma con el SDK de Twilio e inserta una fila con un fondo de psycopg; corre con el mismo
gunicorn, los mismos procesos e hilos y la misma base. Van por turnos en la misma corrida. `--escribir` deja la tabla
en docs/.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import psycopg
from twilio.request_validator import RequestValidator

from app_config import Config

RAIZ = Path(__file__).resolve().parents[1]
DESTINO = RAIZ / "docs" / "webhook_medido.md"
CUENTA, TOKEN, NORA = "AC" + "0" * 32, "token-para-medir", "medir"
RUTA = f"/webhook/{NORA}"
CONEXIONES, SEGUNDOS, VUELTAS = 16, 6, 3
CLIENTES = 500
HISTORIA = 20_000  # mensajes ya guardados: una base vacía y sin analizar no es como ninguna en operación
META_RAZON, META_P99_MS = 0.5, 500
RITMOS = ((50, 60), (300, 10))

REFERENCIA = """
import os
from flask import Flask, request
from psycopg_pool import ConnectionPool
from twilio.request_validator import RequestValidator

app = Flask(__name__)
validador = RequestValidator(os.environ["TWILIO_AUTH_TOKEN"])
fondo = None


@app.post("/webhook/medir")
def recibir():
    global fondo
    if fondo is None:
        fondo = ConnectionPool(os.environ["SUPABASE_DB_URL"], min_size=4, max_size=16)
    if not validador.validate(request.url, request.form.to_dict(), request.headers.get("X-Twilio-Signature", "")):
        return "", 403
    with fondo.connection() as conexion:
        conexion.execute(
            "insert into referencia (sid, de, texto) values (%s, %s, %s) on conflict do nothing",
            (request.form["MessageSid"], request.form["From"], request.form["Body"]),
        )
    return "<Response/>", 200, {"Content-Type": "text/xml"}
"""


@dataclass(frozen=True)
class Servidor:
    """Un gunicorn que atiende en ese puerto de loopback."""

    nombre: str
    puerto: int


@contextmanager
def base() -> Iterator[tuple[Path, str, str]]:
    """(carpeta de datos, dirección de servicio, dirección de administrador) de una base temporal ya migrada."""
    from clientes.aura.arranque import db_uri_de, db_uri_de_respaldo, detener_todo, preparar_base

    carpeta = Path(tempfile.mkdtemp(prefix="nora-medir-"))
    carpeta.chmod(0o755)
    config = Config(ENTORNO="pruebas", NORA_DATOS=carpeta, SUPABASE_DB_URL="")
    try:
        preparar_base(config)
        administrador = db_uri_de_respaldo(config)
        with psycopg.connect(administrador, autocommit=True) as conexion:
            conexion.execute("create table referencia (sid text primary key, de text, texto text)")
            conexion.execute("grant all on referencia to public")
            conexion.execute(
                "insert into configuracion_bot (nombre_nora, nombre_visible, numero_nora)"
                " values (%s, 'Medir', '+525500000000')",
                (NORA,),
            )
            sembrar(conexion)
        yield carpeta, db_uri_de(config), administrador
    finally:
        detener_todo(None)
        shutil.rmtree(carpeta, ignore_errors=True)


def sembrar(conexion: psycopg.Connection) -> None:
    """La historia de los mismos clientes, ya atendida, con las tablas analizadas."""
    conexion.execute(
        "select count(public.recibir_mensaje(%s, 'whatsapp', 'SMantes' || n, d, d, substr(d, 10), 'Cliente',"
        " 'hola, cuánto cuesta el servicio ' || n %% 1000))"
        " from (select n, 'whatsapp:+52662' || lpad((n %% %s)::text, 7, '0') from generate_series(1, %s) n)"
        " as x (n, d)",
        (NORA, CLIENTES, HISTORIA),
    )
    conexion.execute("update mensajes set atendido_en = now()")
    conexion.execute("delete from cola.procrastinate_jobs")
    conexion.execute("vacuum analyze")


@contextmanager
def servir(nombre: str, objeto: str, carpeta: Path, db_uri: str) -> Iterator[Servidor]:
    """Un gunicorn con `gunicorn_config.py`, atendiendo."""
    puerto = _puerto_libre()
    entorno = {
        **os.environ,
        "ENTORNO": "pruebas",
        "PORT": str(puerto),
        "SUPABASE_DB_URL": db_uri,
        "NORA_DATOS": str(carpeta / nombre),
        "NORA_TRABAJADOR": "externo",
        "TWILIO_ACCOUNT_SID": CUENTA,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "PYTHONPATH": os.pathsep.join([str(carpeta), str(RAIZ)]),
    }
    orden = [sys.executable, "-m", "gunicorn", "-c", "gunicorn_config.py", objeto]
    with (carpeta / f"{nombre}.log").open("wb") as bitacora:
        proceso = subprocess.Popen(  # noqa: S603  orden fija
            orden, cwd=RAIZ, env=entorno, stdout=bitacora, stderr=bitacora
        )
        try:
            _esperar(puerto)
            yield Servidor(nombre, puerto)
        finally:
            proceso.terminate()
            proceso.wait(30)


def _puerto_libre() -> int:
    with socket.socket() as enchufe:
        enchufe.bind(("127.0.0.1", 0))
        return int(enchufe.getsockname()[1])


def _esperar(puerto: int) -> None:
    """Hasta que un webhook con firma sea un 200: ya leyó las Noras."""
    limite = time.monotonic() + 40
    while time.monotonic() < limite:
        try:
            if asyncio.run(_una(puerto, "SMcalentar")) == 200:
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise RuntimeError("el servidor no llegó a atender")


async def _una(puerto: int, sid: str) -> int:
    lector, escritor = await asyncio.open_connection("127.0.0.1", puerto)
    try:
        return await _pedir(lector, escritor, _peticion(puerto, sid))
    finally:
        escritor.close()


_validador = RequestValidator(TOKEN)


def _peticion(puerto: int, sid: str) -> bytes:
    """Un POST firmado como firma Twilio («Validating requests are coming from Twilio»)."""
    campos = {
        "MessageSid": sid,
        "AccountSid": CUENTA,
        "From": f"whatsapp:+52662{_reparto(sid) % CLIENTES:07d}",
        "To": "whatsapp:+525500000000",
        "Body": f"hola, cuánto cuesta el servicio {sid[-3:]}",
        "ProfileName": "Cliente",
        "NumMedia": "0",
    }
    cuerpo = urlencode(campos).encode()
    firma = _validador.compute_signature(f"http://127.0.0.1:{puerto}{RUTA}", campos)
    return (
        f"POST {RUTA} HTTP/1.1\r\nHost: 127.0.0.1:{puerto}\r\nX-Twilio-Signature: {firma}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(cuerpo)}\r\n\r\n"
    ).encode() + cuerpo


def _reparto(sid: str) -> int:
    return zlib.crc32(sid.encode())


async def _pedir(lector: asyncio.StreamReader, escritor: asyncio.StreamWriter, peticion: bytes) -> int:
    escritor.write(peticion)
    await escritor.drain()
    cabeza = await lector.readuntil(b"\r\n\r\n")
    largo = 0
    for linea in cabeza.lower().split(b"\r\n"):
        if linea.startswith(b"content-length:"):
            largo = int(linea.split(b":")[1])
    await lector.readexactly(largo)
    return int(cabeza.split(b" ", 2)[1])


async def caudal(servidor: Servidor, marca: str) -> float:
    """Peticiones por segundo con 16 conexiones que mandan en cuanto les contestan."""
    hechas = 0
    alto = time.perf_counter() + SEGUNDOS

    async def cliente(numero: int) -> None:
        nonlocal hechas
        lector, escritor = await asyncio.open_connection("127.0.0.1", servidor.puerto)
        n = 0
        while time.perf_counter() < alto:
            n += 1
            codigo = await _pedir(lector, escritor, _peticion(servidor.puerto, f"SM{marca}{numero}x{n}"))
            if codigo != 200:
                raise RuntimeError(f"{servidor.nombre} contestó {codigo}")
            hechas += 1
        escritor.close()

    inicio = time.perf_counter()
    await asyncio.gather(*(cliente(n) for n in range(CONEXIONES)))
    return hechas / (time.perf_counter() - inicio)


async def a_ritmo(servidor: Servidor, por_segundo: int, segundos: int) -> list[float]:
    """Milisegundos de cada respuesta a ritmo fijo, desde que tocaba mandarla: así no se esconde la espera."""
    tiempos: list[float] = []
    libres: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()

    async def una(sid: str, tocaba: float) -> None:
        if libres.empty():
            par = await asyncio.open_connection("127.0.0.1", servidor.puerto)
        else:
            par = libres.get_nowait()
        codigo = await _pedir(*par, _peticion(servidor.puerto, sid))
        if codigo != 200:
            raise RuntimeError(f"{servidor.nombre} contestó {codigo}")
        libres.put_nowait(par)
        tiempos.append(1000 * (time.perf_counter() - tocaba))

    inicio = time.perf_counter()
    tareas = []
    for n in range(por_segundo * segundos):
        tocaba = inicio + n / por_segundo
        await asyncio.sleep(max(0.0, tocaba - time.perf_counter()))
        tareas.append(asyncio.create_task(una(f"SMr{por_segundo}x{n}", tocaba)))
    await asyncio.gather(*tareas)
    while not libres.empty():
        libres.get_nowait()[1].close()
    return tiempos


def tabla() -> list[str]:
    """Las líneas del informe."""
    with base() as (carpeta, servicio, administrador):
        (carpeta / "vista_sola.py").write_text(REFERENCIA, encoding="utf-8")
        caudales: dict[str, list[float]] = {"nora": [], "referencia": []}
        with (
            servir("nora", "run:app", carpeta, servicio) as nora,
            servir("referencia", "vista_sola:app", carpeta, servicio) as referencia,
        ):
            for vuelta in range(VUELTAS):
                for servidor in (nora, referencia):
                    caudales[servidor.nombre].append(asyncio.run(caudal(servidor, f"v{vuelta}c")))
            ritmos = {ritmo: asyncio.run(a_ritmo(nora, *ritmo)) for ritmo in RITMOS}
        with psycopg.connect(administrador) as conexion:
            fila = conexion.execute("select count(*), count(distinct proveedor_sid) from mensajes").fetchone()
    if fila is None or fila[0] != fila[1]:
        raise RuntimeError("hay mensajes repetidos")
    medianas = {nombre: statistics.median(valores) for nombre, valores in caudales.items()}
    razon = medianas["nora"] / medianas["referencia"]
    lineas = [
        f"Python {platform.python_version()}, {os.cpu_count()} núcleos para los servidores, PostgreSQL y quien manda "
        f"(carga {os.getloadavg()[0]:.1f} al acabar). {CONEXIONES} conexiones, {VUELTAS} vueltas de {SEGUNDOS} s por "
        f"turnos; la mediana. Trabajador aparte (no corre). {HISTORIA:,} mensajes de antes; {fila[0] - HISTORIA:,} "
        "guardados, ninguno dos veces.",
        "",
        "| qué | peticiones por segundo |",
        "| --- | ---: |",
        f"| una vista que firma e inserta | {medianas['referencia']:.0f} |",
        f"| el webhook | {medianas['nora']:.0f} |",
        f"| razón (meta {META_RAZON}) | {razon:.2f} {'cumple' if razon >= META_RAZON else 'no cumple'} |",
        "",
        "| ritmo | p50 (ms) | p99 (ms) | |",
        "| --- | ---: | ---: | --- |",
    ]
    for (por_segundo, segundos), tiempos in ritmos.items():
        p99 = statistics.quantiles(tiempos, n=100)[-1]
        lineas.append(
            f"| {por_segundo} por segundo, {segundos} s | {statistics.median(tiempos):.1f} | {p99:.1f} |"
            f" {'cumple' if p99 < META_P99_MS else 'no cumple'} (meta {META_P99_MS}) |"
        )
    return lineas


def main() -> None:
    analizador = argparse.ArgumentParser(description=__doc__)
    analizador.add_argument("--escribir", action="store_true", help="deja la tabla en docs/webhook_medido.md")
    opciones = analizador.parse_args()
    lineas = tabla()
    print("\n".join(lineas))
    if opciones.escribir:
        encabezado = ["# El webhook, medido", "", "Lo imprime `python -m benchmarks.webhook --escribir`.", ""]
        DESTINO.write_text("\n".join([*encabezado, *lineas, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
