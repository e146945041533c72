"""Como en operación: gunicorn con varios procesos contesta, atiende la cola, y termina limpio."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil
import psycopg
import requests
from apoyo.vivo import esperar, puerto_libre
from dobles.twilio_falso import firmar, twilio_falso

from clientes.aura.supabase_local import DireccionesPostgres

RAIZ = Path(__file__).resolve().parents[2]
CUENTA, TOKEN = "AC" + "0" * 32, "token-de-prueba"


def test_sirve_atiende_y_termina(base: DireccionesPostgres, tmp_path: Path) -> None:
    with psycopg.connect(base.administrador, autocommit=True) as conexion:
        conexion.execute(
            "insert into configuracion_bot (nombre_nora, nombre_visible, numero_nora, silencio_segundos)"
            " values ('marea', 'Marea', '+526620000009', 0)"
        )
    puerto, casa = puerto_libre(), tmp_path / "casa"
    casa.mkdir()
    with twilio_falso() as twilio:
        entorno = {
            **os.environ,
            "ENTORNO": "pruebas",
            "HOME": str(casa),
            "PORT": str(puerto),
            "WEB_CONCURRENCY": "2",
            "SUPABASE_DB_URL": base.servicio,
            "NORA_DATOS": str(tmp_path / "datos"),
            "TWILIO_ACCOUNT_SID": CUENTA,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_BASE_URL": twilio.url,
        }
        bitacora = (tmp_path / "salida.txt").open("wb")
        orden = [sys.executable, "-m", "gunicorn", "-c", "gunicorn_config.py", "run:app"]
        servidor = subprocess.Popen(orden, cwd=RAIZ, env=entorno, stdout=bitacora, stderr=bitacora)
        url = f"http://127.0.0.1:{puerto}"
        try:
            esperar(lambda: contesta(f"{url}/salud/listo") == 200, "gunicorn listo", segundos=40, cada=0.1)
            ruta = f"{url}/webhook/marea"
            campos = {
                "MessageSid": "SM1",
                "AccountSid": CUENTA,
                "From": "whatsapp:+526621234567",
                "Body": "hola",
            }
            firma = {"X-Twilio-Signature": firmar(TOKEN, ruta, campos)}
            assert requests.post(ruta, data=campos, headers=firma, timeout=10).status_code == 200
            esperar(lambda: len(twilio.mensajes) == 1, "la respuesta al cliente", segundos=20)
            hijos = psutil.Process(servidor.pid).children(recursive=True)
            assert len(hijos) >= 2
            servidor.terminate()
            assert servidor.wait(10) == 0
            esperar(lambda: not [h for h in hijos if h.is_running()], "que no quede ningún proceso")
        finally:
            servidor.kill()
            servidor.wait(5)
            bitacora.close()
    salida = (tmp_path / "salida.txt").read_text(encoding="utf-8")
    assert "Traceback" not in salida, salida
    assert list(casa.iterdir()) == [], "no escribe en HOME"


def contesta(url: str) -> int:
    try:
        return requests.get(url, timeout=2).status_code
    except requests.RequestException:
        return 0
