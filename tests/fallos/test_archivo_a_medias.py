"""El trabajador muere con SIGKILL mientras baja diez fotos: llegan todas, una vez, y se contesta una vez."""

from __future__ import annotations

import os
import signal
import threading
from typing import Any

import pytest
from apoyo.archivos import png
from apoyo.vivo import esperar
from dobles.twilio_falso import Archivo, firmar, twilio_falso
from fallos.test_trabajador_matado import CUENTA, RECUPERACION_S, TOKEN, trabajador
from flask import Flask

from clientes.aura.medios import consultas
from clientes.aura.supabase_local import DireccionesPostgres
from clientes.aura.utils.supabase_client import supabase
from clientes.aura.utils.supabase_helpers import filas

FOTOS = 10


@pytest.mark.largo
@pytest.mark.timeout(200)
def test_ninguna_se_pierde_ni_queda_dos_veces(
    app: Flask, cliente_http: Any, crear_nora: Any, base: DireccionesPostgres
) -> None:
    nora = crear_nora("marea", silencio_segundos=2)
    datos = app.extensions["nora_config"].NORA_DATOS
    soltar = threading.Event()
    with twilio_falso() as twilio:
        procesos = [trabajador(base, datos, twilio)]
        try:
            for n in range(FOTOS):
                url = twilio.guardar_archivo(f"ME{n}", Archivo(png(n + 1, 9), "image/png", trabar=soltar))
                campos = {
                    "MessageSid": f"SM{n}", "AccountSid": CUENTA, "From": "whatsapp:+526621000001",
                    "To": "whatsapp:+15550000000", "Body": "", "NumMedia": "1", "MediaUrl0": url,
                    "MediaContentType0": "image/png",
                }  # fmt: skip
                firma = firmar(TOKEN, f"http://localhost/webhook/{nora}", campos)
                cabecera = {"X-Twilio-Signature": firma}
                assert cliente_http.post(f"/webhook/{nora}", data=campos, headers=cabecera).status_code == 200
            esperar(lambda: len(twilio.bajadas) >= 3, "que tres estén a la mitad", segundos=RECUPERACION_S)
            os.killpg(procesos[0].pid, signal.SIGKILL)
            soltar.set()
            procesos.append(trabajador(base, datos, twilio))
            medios = esperar(lambda: _listos(nora), "que estén las diez", segundos=RECUPERACION_S)
            esperar(lambda: twilio.mensajes, "la respuesta", segundos=RECUPERACION_S)
        finally:
            for proceso in procesos:
                if proceso.poll() is None:
                    os.killpg(proceso.pid, signal.SIGKILL)
                proceso.wait(10)
    assert sorted(consultas.bajar_archivo(m["ruta"]) for m in medios) == sorted(
        png(n + 1, 9) for n in range(FOTOS)
    )
    assert len(list(consultas.rutas_guardadas())) == FOTOS, "ningún archivo de más"
    assert len(twilio.mensajes) == 1
    assert len(filas(supabase.table("conversaciones").select("id").eq("nombre_nora", nora))) == 1


def _listos(nora: str) -> list[dict[str, Any]]:
    leidos = filas(supabase.table("medios").select("*").eq("nombre_nora", nora).eq("estado", "listo"))
    return leidos if len(leidos) == FOTOS else []
