"""Procesos muertos con SIGKILL en cada punto del camino de un mensaje: nada perdido, nada dos veces, nada en desorden.

El juez es lo que aceptó el doble de Twilio, no lo que diga nuestra base.
"""

from __future__ import annotations

import math
import random
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests
from apoyo.fiabilidad import Anotar
from apoyo.golpes import PUNTOS, Procesos, armar, toca
from apoyo.vivo import esperar
from dobles.openai_falso import Paso, openai_falso
from dobles.twilio_falso import TwilioFalso, firmar, twilio_falso
from flask import Flask

from clientes.aura.supabase_local import DireccionesPostgres

CUENTA, TOKEN = "AC" + "0" * 32, "token-de-prueba"
RECUPERACION_S = 60.0  # lo prometido: de vuelta en un minuto
POR_RESPUESTA_S = 0.3  # lo que, además, cuesta contestar con la máquina ocupada
# La mitad de los clientes escribe a una Nora sin modelo y la otra a una con modelo.
NORAS = ("marea", "monte")


@dataclass
class Escenario:
    """Los procesos que mueren, y con quién hablan."""

    procesos: Procesos
    twilio: TwilioFalso
    golpes: Path
    administrador: str


@pytest.fixture
def escenario(
    request: pytest.FixtureRequest,
    app: Flask,
    crear_nora: Callable[..., str],
    base: DireccionesPostgres,
    tmp_path: Path,
) -> Iterator[Escenario]:
    golpes = tmp_path / "golpes"
    golpes.mkdir()
    for nora in NORAS:
        crear_nora(nora)
    with psycopg.connect(base.administrador, autocommit=True) as conexion:
        conexion.execute(
            "insert into conocimiento_nora (nombre_nora, titulo, contenido)"
            " select x, 'Precio del paquete ' || n, 'El paquete ' || n || ' cuesta $' || (100 + n)"
            " from generate_series(1, 20) n, unnest(%s::text[]) x",
            (list(NORAS),),
        )
        conexion.execute(
            "insert into configuracion_ia (nombre_nora, usar_modelo, respuestas_por_dia)"
            " values ('marea', false, 1), ('monte', true, 500)"
            " on conflict (nombre_nora) do update"
            " set usar_modelo = excluded.usar_modelo, respuestas_por_dia = excluded.respuestas_por_dia"
        )
    with twilio_falso() as twilio, openai_falso() as openai:
        entorno = {
            "ENTORNO": "pruebas",
            "SUPABASE_DB_URL": base.servicio,
            "NORA_DATOS": str(app.config["NORA_DATOS"]),
            "TWILIO_ACCOUNT_SID": CUENTA,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_BASE_URL": twilio.url,
            "OPENAI_API_KEY": openai.llave,
            "OPENAI_BASE_URL": openai.url,
            "NORA_TRABAJADOR": "externo",
        }
        trabajadores = 2 if request.node.get_closest_marker("largo") else 1
        with Procesos(golpes, entorno, trabajadores) as procesos:
            _dar_golpes_de_los_proveedores(procesos, twilio, openai, golpes)
            yield Escenario(procesos, twilio, golpes, base.administrador)


def _dar_golpes_de_los_proveedores(
    procesos: Procesos, twilio: TwilioFalso, openai: Any, golpes: Path
) -> None:
    aceptar = twilio.aceptar

    def aceptar_y_matar(campos: Any) -> Any:
        mensaje = aceptar(campos)
        if toca(golpes, "aceptado_sin_respuesta"):
            procesos.matar_trabajadores()
        return mensaje

    def contestar(cuerpo: dict[str, Any]) -> Paso:
        if toca(golpes, "durante_el_modelo"):
            procesos.matar_trabajadores()
        preguntas = [m["content"] for m in cuerpo["messages"] if m["role"] == "user"]
        numero = int(re.findall(r"paquete (\d+)", str(preguntas[-1]))[-1])
        return Paso(f"El paquete {numero} cuesta ${100 + numero}.")

    twilio.aceptar = aceptar_y_matar  # type: ignore[method-assign]
    openai.modelo = contestar


def correr(
    escenario: Escenario, conversaciones: int, preguntas: int, golpes: list[str], semilla: int
) -> dict[str, Any]:
    """Manda todo por HTTP mientras caen los golpes; devuelve lo medido."""
    azar = random.Random(semilla)
    cuando = sorted(azar.sample(range(conversaciones * preguntas), len(golpes)))
    pendientes = dict(zip(cuando, golpes, strict=True))
    repetidos = 0
    insistencia = peor_respuesta = 0.0
    with ThreadPoolExecutor(8) as grupo:
        for vuelta in range(preguntas):
            envios, inicio = [], time.monotonic()
            for cliente in range(conversaciones):
                punto = pendientes.get(vuelta * conversaciones + cliente)
                if punto:
                    armar(escenario.golpes, punto)
                envios.append(grupo.submit(preguntar, escenario, cliente, vuelta))
                if azar.random() < 0.05:
                    repetidos += 1
                    envios.append(grupo.submit(preguntar, escenario, cliente, vuelta))
            for envio in envios:
                insistencia = max(insistencia, envio.result(2 * RECUPERACION_S))
            # La siguiente vuelta espera la respuesta, como la gente; así el orden se puede juzgar.
            esperar(
                lambda v=vuelta: len(escenario.twilio.mensajes) >= conversaciones * (v + 1),
                f"todas las respuestas de la vuelta {vuelta} (semilla {semilla})",
                segundos=RECUPERACION_S + POR_RESPUESTA_S * conversaciones,
            )
            peor_respuesta = max(peor_respuesta, time.monotonic() - inicio)
            if vuelta == 0:
                # En operación lo hace autovacuum, que las pruebas apagan: nadie atiende sobre tablas sin analizar.
                with psycopg.connect(escenario.administrador, autocommit=True) as conexion:
                    conexion.execute("analyze")
    return {
        "repetidos": repetidos,
        "muertes": len(escenario.procesos.muertes),
        "peor_espera_del_webhook_s": round(insistencia, 1),
        "peor_recuperacion_s": round(
            recuperacion(escenario.procesos.muertes, escenario.twilio.aceptados_en), 1
        ),
        "peor_vuelta_entera_s": round(peor_respuesta, 1),
        "peor_silencio_con_varias_muertes_s": round(
            max(silencios(escenario.procesos.muertes, escenario.twilio.aceptados_en), default=0.0), 1
        ),
    }


def silencios(muertes: list[float], aceptados: list[float]) -> list[float]:
    """Segundos entre cada muerte y la siguiente respuesta que aceptó Twilio."""
    return [min((a - muerte for a in aceptados if a > muerte), default=0.0) for muerte in muertes]


def recuperacion(muertes: list[float], aceptados: list[float]) -> float:
    """El peor silencio tras una muerte, contado desde la última si otra llegó antes de que se contestara nada."""
    en_orden = sorted(muertes)
    siguientes = [*en_orden[1:], math.inf]
    return max(
        (
            silencio
            for muerte, siguiente, silencio in zip(
                en_orden, siguientes, silencios(en_orden, aceptados), strict=True
            )
            if muerte + silencio <= siguiente
        ),
        default=0.0,
    )


def telefono(cliente: int) -> str:
    return f"whatsapp:+5266210{cliente:05d}"


def preguntar(escenario: Escenario, cliente: int, vuelta: int) -> float:
    """Como el proveedor: insiste hasta que le contestan 200. Devuelve cuánto tuvo que insistir, en segundos."""
    campos = {
        "MessageSid": f"SM{cliente:05d}{vuelta:03d}",
        "AccountSid": CUENTA,
        "From": telefono(cliente),
        "To": "whatsapp:+15550000000",
        "Body": f"cuánto cuesta el paquete {vuelta + 1}",
    }
    url = f"{escenario.procesos.url}/webhook/{NORAS[cliente % 2]}"
    cabeceras = {"X-Twilio-Signature": firmar(TOKEN, url, campos)}
    inicio = time.monotonic()
    limite = inicio + RECUPERACION_S
    while True:
        try:
            if requests.post(url, data=campos, headers=cabeceras, timeout=10).status_code == 200:
                return time.monotonic() - inicio
        except requests.RequestException:
            pass  # murió a media petición: el proveedor vuelve a intentar
        assert time.monotonic() < limite, "el webhook no volvió a contestar"
        time.sleep(0.2)


def juzgar(escenario: Escenario, conversaciones: int, preguntas: int, semilla: int) -> None:
    """Cada cliente, cada respuesta una vez y en orden."""
    por_cliente: dict[str, list[str]] = defaultdict(list)
    for mensaje in escenario.twilio.mensajes:
        por_cliente[str(mensaje["to"])].append(str(mensaje["body"]))
    assert set(por_cliente) == {telefono(cliente) for cliente in range(conversaciones)}
    for cliente, textos in por_cliente.items():
        precios = [re.findall(r"cuesta \$(\d+)", texto)[-1] for texto in textos]
        assert precios == [str(101 + n) for n in range(preguntas)], (cliente, textos, semilla)


def test_con_la_respuesta_guardada_y_sin_mandar(escenario: Escenario) -> None:
    """La forma corta: un trabajador, y el punto en que contestar dos veces sería más fácil."""
    semilla = random.randrange(2**32)
    correr(escenario, 4, 1, ["salida_guardada"], semilla)
    juzgar(escenario, 4, 1, semilla)
    assert len(escenario.procesos.muertes) == 1


def test_la_recuperacion_se_cuenta_desde_la_ultima_muerte() -> None:
    assert silencios([0, 50, 70], [80]) == [80, 30, 10]
    assert recuperacion([0, 50, 70], [80]) == 10, "mientras lo siguen matando no se está recuperando"
    assert recuperacion([0, 50], [20, 75]) == 25


@pytest.mark.largo
@pytest.mark.timeout(5400)
@pytest.mark.parametrize(
    ("renglon", "conversaciones", "preguntas", "por_punto"),
    [("golpes", 200, 10, 3), ("golpes_diez_mil", 500, 20, 30)],
    ids=["dos_mil", "diez_mil"],
)
def test_en_diez_puntos(
    escenario: Escenario, anotar: Anotar, renglon: str, conversaciones: int, preguntas: int, por_punto: int
) -> None:
    """Cada conversación pregunta en cada vuelta, 5% repetido, y en cada punto mueren `por_punto` procesos."""
    semilla = random.randrange(2**32)
    print(f"semilla {semilla}")  # noqa: T201  se enseña si falla
    golpes = list(PUNTOS) * por_punto
    random.Random(semilla).shuffle(golpes)
    medido = correr(escenario, conversaciones, preguntas, golpes, semilla)
    juzgar(escenario, conversaciones, preguntas, semilla)
    assert medido["muertes"] >= len(golpes)
    anotar(
        renglon,
        webhooks=conversaciones * preguntas + medido["repetidos"],
        conversaciones=conversaciones,
        perdidos=0,
        dobles=0,
        **medido,
    )
    assert medido["peor_recuperacion_s"] <= RECUPERACION_S
