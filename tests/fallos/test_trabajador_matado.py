"""Trabajadores muertos con SIGKILL mientras llegan mensajes: nada se pierde, nada se contesta dos veces, y en orden.

El juez es lo que aceptó el doble de Twilio, no lo que diga nuestra base.
"""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import threading
from collections import defaultdict
from pathlib import Path
from typing import Any

import psycopg
import pytest
from apoyo.vivo import esperar
from dobles.twilio_falso import TwilioFalso, firmar, twilio_falso
from flask import Flask

from clientes.aura.supabase_local import DireccionesPostgres

RAIZ = Path(__file__).resolve().parents[2]
CUENTA, TOKEN = "AC" + "0" * 32, "token-de-prueba"
CONVERSACIONES, PREGUNTAS, MUERTES = 25, 3, 6
RECUPERACION_S = 60.0


def trabajador(base: DireccionesPostgres, datos: Path, twilio: TwilioFalso) -> subprocess.Popen[bytes]:
    entorno = {
        **os.environ,
        "ENTORNO": "pruebas",
        "SUPABASE_DB_URL": base.servicio,
        "NORA_DATOS": str(datos),
        "TWILIO_ACCOUNT_SID": CUENTA,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_BASE_URL": twilio.url,
        "NORA_TRABAJADOR": "externo",
    }
    orden = [sys.executable, "-m", "flask", "--app", "run", "trabajador"]
    return subprocess.Popen(orden, cwd=RAIZ, env=entorno, stderr=subprocess.DEVNULL, start_new_session=True)


@pytest.mark.largo
@pytest.mark.timeout(300)
def test_nada_perdido_nada_repetido_y_en_orden(
    app: Flask, cliente_http: Any, crear_nora: Any, base: DireccionesPostgres
) -> None:
    semilla = random.randrange(2**32)
    print(f"semilla {semilla}")  # noqa: T201  se enseña si falla
    azar = random.Random(semilla)
    golpes = set(azar.sample(range(PREGUNTAS * CONVERSACIONES), MUERTES))
    nora = crear_nora("marea")
    with psycopg.connect(base.administrador, autocommit=True) as conexion:
        conexion.execute(
            "insert into conocimiento_nora (nombre_nora, titulo, contenido)"
            " select 'marea', 'Precio del paquete ' || n, 'El paquete ' || n || ' cuesta $' || (100 + n)"
            " from generate_series(1, 3) n"
        )
    with twilio_falso() as twilio:
        procesos = [trabajador(base, app.config["NORA_DATOS"], twilio) for _ in range(2)]
        try:
            for vuelta in range(PREGUNTAS):
                for cliente in range(CONVERSACIONES):
                    assert preguntar(cliente_http, nora, cliente, vuelta) == 200
                    if vuelta * CONVERSACIONES + cliente in golpes:
                        procesos.append(remplazar(procesos, azar, base, app, twilio))
                    threading.Event().wait(azar.random() * 0.1)
                # La siguiente vuelta espera la respuesta, como la gente; así el orden se puede juzgar.
                esperar(
                    lambda v=vuelta: len(twilio.mensajes) >= CONVERSACIONES * (v + 1),
                    f"todas las respuestas de la vuelta {vuelta} (semilla {semilla})",
                    segundos=RECUPERACION_S,
                )
        finally:
            for proceso in procesos:
                if proceso.poll() is None:
                    os.killpg(proceso.pid, signal.SIGKILL)
                proceso.wait(10)
        por_cliente: dict[str, list[str]] = defaultdict(list)
        for mensaje in twilio.mensajes:
            por_cliente[str(mensaje["to"])].append(str(mensaje["body"]))
    assert len(por_cliente) == CONVERSACIONES
    for cliente, textos in por_cliente.items():
        precios = [re.findall(r"cuesta \$(\d+)", texto)[-1] for texto in textos]
        assert precios == ["101", "102", "103"], (cliente, textos, semilla)


def preguntar(cliente_http: Any, nora: str, cliente: int, vuelta: int) -> int:
    campos = {
        "MessageSid": f"SM{cliente:04d}{vuelta}",
        "AccountSid": CUENTA,
        "From": f"whatsapp:+52662100{cliente:04d}",
        "To": "whatsapp:+15550000000",
        "Body": f"cuánto cuesta el paquete {vuelta + 1}",
    }
    ruta = f"/webhook/{nora}"
    firma = firmar(TOKEN, f"http://localhost{ruta}", campos)
    return int(cliente_http.post(ruta, data=campos, headers={"X-Twilio-Signature": firma}).status_code)


def remplazar(
    procesos: list[subprocess.Popen[bytes]],
    azar: random.Random,
    base: DireccionesPostgres,
    app: Flask,
    twilio: TwilioFalso,
) -> subprocess.Popen[bytes]:
    """Mata a uno de los vivos sin avisarle y pone otro en su lugar."""
    vivos = [p for p in procesos if p.poll() is None]
    os.killpg(azar.choice(vivos).pid, signal.SIGKILL)
    return trabajador(base, app.config["NORA_DATOS"], twilio)
