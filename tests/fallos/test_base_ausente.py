"""PostgreSQL ausente al arrancar, detenido o congelado después: se sirve, se dice la verdad, y al volver todo sigue."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path

import psycopg
import requests
from apoyo.vivo import esperar, levantar_procesos
from dobles.twilio_falso import firmar, twilio_falso

from clientes.aura.supabase_local import ServidorPostgres

TOKEN = "0123456789abcdef0123456789abcdef"
CUENTA = "AC" + "0" * 32
PLAZO_WEBHOOK_S = 5.0


def escribir(url: str, sid: str, nora: str = "marea") -> tuple[int, float]:
    """(código, segundos) de un mensaje bien firmado."""
    ruta = f"{url}/webhook/{nora}"
    campos = {
        "MessageSid": sid,
        "AccountSid": CUENTA,
        "From": "whatsapp:+5216621234567",
        "To": "whatsapp:+526620000009",
        "Body": "hola",
    }
    inicio = time.monotonic()
    respuesta = requests.post(
        ruta, data=campos, headers={"X-Twilio-Signature": firmar(TOKEN, ruta, campos)}, timeout=20
    )
    return respuesta.status_code, time.monotonic() - inicio


def sana(url: str) -> bool:
    return requests.get(f"{url}/salud/listo", timeout=20).status_code == 200


def guardados(postgres: ServidorPostgres) -> set[str]:
    with psycopg.connect(postgres.asegurar().administrador) as conexion:
        return {
            f[0] for f in conexion.execute("select proveedor_sid from mensajes where sentido = 'entrante'")
        }


def test_parada_congelada_y_de_vuelta(postgres: ServidorPostgres, tmp_path: Path) -> None:
    direcciones = postgres.asegurar()
    with twilio_falso() as twilio:
        twilio.cuenta, twilio.token = CUENTA, TOKEN
        entorno = {
            "ENTORNO": "pruebas",
            "SUPABASE_DB_URL": direcciones.servicio,
            "NORA_DATOS": str(tmp_path / "datos"),
            "TWILIO_ACCOUNT_SID": CUENTA,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_BASE_URL": twilio.url,
        }
        with levantar_procesos(1, entorno) as grupo:
            url = grupo.urls[0]
            esperar(lambda: sana(url), "todo listo al principio", segundos=20)
            assert escribir(url, "SM1")[0] == 200

            postgres.detener()
            _caida(url, "SM2")
            postgres.asegurar()
            esperar(lambda: sana(url), "todo listo tras volver", segundos=60)
            assert escribir(url, "SM2")[0] == 200

            postmaster = int((_datos(postgres) / "postmaster.pid").read_text().split()[0])
            hijos = [postmaster, *_hijos(postmaster)]
            for pid in hijos:
                with contextlib.suppress(
                    ProcessLookupError
                ):  # los procesos de apoyo de PostgreSQL van y vienen
                    os.kill(pid, signal.SIGSTOP)
            try:
                _caida(url, "SM3")
            finally:
                for pid in hijos:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGCONT)
            esperar(lambda: sana(url), "todo listo tras descongelar", segundos=60)
            assert escribir(url, "SM3")[0] == 200
            esperar(lambda: len(twilio.mensajes) >= 1, "alguna respuesta enviada", segundos=30)
        assert guardados(postgres) == {"SM1", "SM2", "SM3"}


def test_ausente_al_arrancar(postgres: ServidorPostgres, tmp_path: Path) -> None:
    direcciones = postgres.asegurar()
    postgres.detener()
    entorno = {
        "ENTORNO": "pruebas",
        "SUPABASE_DB_URL": direcciones.servicio,
        "NORA_DATOS": str(tmp_path / "datos"),
        "TWILIO_ACCOUNT_SID": CUENTA,
        "TWILIO_AUTH_TOKEN": TOKEN,
    }
    with levantar_procesos(1, entorno) as grupo:
        url = grupo.urls[0]
        _caida(url, "SM1")
        postgres.asegurar()
        esperar(lambda: sana(url), "todo listo cuando aparece", segundos=60)
        assert escribir(url, "SM1")[0] == 200
        assert escribir(url, "SM9", "no-existe")[0] == 404
    assert guardados(postgres) == {"SM1"}


def _caida(url: str, sid: str) -> None:
    """Sin base: vive, no está lista, y el webhook contesta 503 a tiempo para que Twilio insista."""
    assert requests.get(f"{url}/salud", timeout=5).status_code == 200
    codigo, segundos = escribir(url, sid)
    assert codigo == 503 and segundos < PLAZO_WEBHOOK_S, (codigo, segundos)
    listo = requests.get(f"{url}/salud/listo", timeout=20)
    assert listo.status_code == 503
    assert {p["parte"]: p["estado"] for p in listo.json()["partes"]}["base de datos"] == "falla"


def _datos(postgres: ServidorPostgres) -> Path:
    with psycopg.connect(postgres.asegurar().administrador) as conexion:
        fila = conexion.execute("show data_directory").fetchone()
    assert fila is not None
    return Path(fila[0])


def _hijos(pid: int) -> list[int]:
    import psutil

    return [hijo.pid for hijo in psutil.Process(pid).children(recursive=True)]
