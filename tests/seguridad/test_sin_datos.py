"""Un teléfono, un nombre, un mensaje y un token sembrados: en ningún registro, métrica, traza ni página de error.

Se recorre el camino de verdad: webhook, cola, Twilio que rechaza, una vista y un turno que fallan con esos datos en el
texto de la excepción, y lo que se manda a Sentry.
"""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from apoyo.vivo import ServidorVivo, esperar
from dobles.sentry_falso import SentryFalso, sentry_falso
from dobles.twilio_falso import Respuesta, TwilioFalso, firmar, twilio_falso
from flask import Flask

from app_config import Config
from clientes.aura.conversacion import turno
from clientes.aura.supabase_local import DireccionesPostgres
from clientes.aura.utils import fallas
from clientes.aura.utils.logging_utils import configurar_registro, registro, tapar_texto

TELEFONO, NOMBRE = "+526629987654", "Rigoberta Zazueta"
MENSAJE, TOKEN = "tlacuache azul en Bahía Kino", "f00dfeedf00dfeedf00dfeedf00dfeed"
SEMBRADOS = (TELEFONO, "6629987654", NOMBRE, "Rigoberta", MENSAJE, "tlacuache", TOKEN)
LLAVE_METRICAS = "llave-de-metricas"


@pytest.fixture
def sentry() -> Iterator[SentryFalso]:
    with sentry_falso() as doble:
        yield doble
        fallas.dejar()


@pytest.fixture
def twilio() -> Iterator[TwilioFalso]:
    with twilio_falso() as doble:
        doble.token = TOKEN
        yield doble


@pytest.fixture
def config(base: DireccionesPostgres, tmp_path: Path, sentry: SentryFalso, twilio: TwilioFalso) -> Config:
    return Config(
        ENTORNO="pruebas",
        SUPABASE_DB_URL=base.servicio,
        NORA_DATOS=tmp_path / "datos",
        NORA_LLAVE_METRICAS=LLAVE_METRICAS,
        SENTRY_DSN=sentry.dsn,
        TWILIO_ACCOUNT_SID=twilio.cuenta,
        TWILIO_AUTH_TOKEN=TOKEN,
        TWILIO_BASE_URL=twilio.url,
    )


@pytest.fixture
def renglones(app: Flask) -> Iterator[io.StringIO]:
    """Lo que se anota, como en producción: un objeto JSON por renglón."""
    configurar_registro(json=True)
    salida = io.StringIO()
    manejador = logging.getLogger().handlers[0]
    assert isinstance(manejador, logging.StreamHandler)
    manejador.setStream(salida)
    yield salida
    configurar_registro(json=False)


def sin_sembrados(texto: str, donde: str) -> None:
    hallados = [dato for dato in SEMBRADOS if dato in texto]
    assert not hallados, (donde, hallados)


def test_nada_de_lo_sembrado_sale(
    app: Flask,
    servidor_vivo: ServidorVivo,
    renglones: io.StringIO,
    twilio: TwilioFalso,
    sentry: SentryFalso,
    crear_nora: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nora = crear_nora("marea")
    todo = f"{NOMBRE} {TELEFONO} {MENSAJE} {TOKEN}"

    def escribe(sid: str) -> requests.Response:
        ruta = f"{servidor_vivo.url}/webhook/{nora}"
        campos = {
            "MessageSid": sid,
            "AccountSid": twilio.cuenta,
            "From": f"whatsapp:{TELEFONO}",
            "ProfileName": NOMBRE,
            "Body": MENSAJE,
        }
        firma = {"X-Twilio-Signature": firmar(TOKEN, ruta, campos)}
        return requests.post(ruta, data=campos, headers=firma, timeout=10)

    # Twilio rechaza con el teléfono en su texto.
    twilio.guion.append(Respuesta("rechazar", codigo=63003))
    primera = escribe("SM1")
    assert primera.status_code == 200
    esperar(lambda: twilio.envios, "que Nora intente contestar")
    assert twilio.folios == [primera.headers["X-Request-ID"]], "el mismo id llega hasta el proveedor"
    esperar(lambda: "63003" in renglones.getvalue(), "que se anote el rechazo")

    # Un turno truena con todo en el texto de su excepción; el id de la petición llega hasta la cola.
    def truena(*_: Any) -> None:
        raise ValueError(todo) from KeyError(todo)

    monkeypatch.setattr(turno, "decidir", truena)
    peticion = escribe("SM2").headers["X-Request-ID"]
    esperar(
        lambda: any(
            uno.get("peticion") == peticion and uno["level"] == "error" for uno in leer(renglones.getvalue())
        ),
        "que la cola anote su falla con el id de la petición",
    )

    # Una página truena: sin traza ni texto, solo el folio, en HTML y en JSON.
    monkeypatch.setitem(app.view_functions, "login.entrar", truena)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    for acepta in ("text/html", "application/json"):
        pagina = requests.get(
            f"{servidor_vivo.url}/login?next=/{TELEFONO}", headers={"Accept": acepta}, timeout=10
        )
        assert pagina.status_code == 500
        folio = pagina.headers["X-Request-ID"]
        assert folio in pagina.text
        assert "Traceback" not in pagina.text and "ValueError" not in pagina.text
        sin_sembrados(pagina.text, f"página de error {acepta}")
        assert any(uno.get("peticion") == folio for uno in leer(renglones.getvalue()))

    # Lo que una biblioteca escriba con datos adentro se tapa.
    logging.getLogger("biblioteca").warning("no se pudo con %s, token=%s", TELEFONO, TOKEN)
    registro("prueba").error("algo", detalle={"de": [TELEFONO, f"Bearer {TOKEN}"]})

    metricas = requests.get(
        f"{servidor_vivo.url}/metricas", headers={"Authorization": f"Bearer {LLAVE_METRICAS}"}, timeout=10
    ).text
    assert 'nora_proveedor_errores_total{codigo="63003",proveedor="twilio"}' in metricas
    sin_sembrados(metricas, "métricas")

    esperar(lambda: any("ValueError" in sobre for sobre in sentry.sobres), "que Sentry reciba la falla")
    assert any(peticion in sobre for sobre in sentry.sobres), "el id de la petición va con la falla"
    sin_sembrados("\n".join(sentry.sobres), "Sentry")

    anotado = renglones.getvalue()
    assert "Traceback" in anotado and "truena" in anotado, "la traza dice dónde"
    sin_sembrados(anotado, "registro")


def leer(texto: str) -> list[dict[str, Any]]:
    """Cada renglón completo como objeto: todos lo son."""
    return [json.loads(renglon) for renglon in texto.splitlines(keepends=True) if renglon.endswith("\n")]


@pytest.mark.parametrize(
    ("texto", "tapado"),
    [
        ("llamó +52 1 662 998 7654 ayer", True),
        ("whatsapp:+5216629987654", True),
        ("postgresql://nora:clave@10.0.0.1/base", True),
        ("Authorization: Bearer abcdefghijkl", True),
        ("sk-proj-abcdefghijklmnop", True),
        ("clienta@ejemplo.mx escribió", True),
        ('{"api_key": "valor-que-no"}', True),
        ("2026-11-23T05:00:00.123456+00:00", False),
        ("conversacion_id 7b0c1c5e-1f7e-4f36-9a57-0b8c7ad5c1a2", False),
        ("3 trabajos de vuelta en la cola, tardó 1234 ms", False),
        ("nora-20261124-093000", False),
    ],
)
def test_que_se_tapa_y_que_no(texto: str, tapado: bool) -> None:
    assert (tapar_texto(texto) != texto) is tapado
