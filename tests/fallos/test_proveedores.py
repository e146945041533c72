"""La falla de un proveedor es de la Nora que la tiene: las demás contestan y mandan a su ritmo."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

import pytest
from apoyo.dominio import conexion, crear_dominio, nora
from dobles.openai_falso import OpenAIFalso, Paso, openai_falso
from dobles.twilio_falso import Respuesta, TwilioFalso, twilio_falso

from app_config import Config
from clientes.aura.conversacion import salida, turno
from clientes.aura.conversacion.errores import Reintentar
from clientes.aura.ia import fusible, modelo
from clientes.aura.utils.cifrado import Cifrador
from clientes.aura.utils.supabase_client import ConexionSupabase, supabase
from clientes.aura.utils.supabase_helpers import ejecutar

__all__ = ["conexion", "crear_dominio", "nora"]

PREGUNTA = "¿cuánto cuesta el corte de dama?"
CORTE = "El corte de dama cuesta $250."
PLAZO_S = 25.0
HILOS = 8  # los de un trabajador
DE_LA_MALA = HILOS + 3  # más que hilos


@pytest.fixture
def openai(
    config: Config, conexion: ConexionSupabase, monkeypatch: pytest.MonkeyPatch
) -> Iterator[OpenAIFalso]:
    monkeypatch.setattr(modelo, "PLAZO_S", PLAZO_S)
    monkeypatch.setattr(modelo, "ESPERA_S", 0.0)
    fusible.olvidar()
    with openai_falso() as doble:
        config.OPENAI_API_KEY, config.OPENAI_BASE_URL = doble.llave, doble.url
        yield doble
        fusible.olvidar()


@pytest.fixture
def twilio(conexion: ConexionSupabase) -> Iterator[TwilioFalso]:
    with twilio_falso() as doble:
        conexion.config.TWILIO_BASE_URL = doble.url
        conexion.config.TWILIO_ACCOUNT_SID, conexion.config.TWILIO_AUTH_TOKEN = doble.cuenta, doble.token
        yield doble


def con_llave_propia(dominio: Any, config: Config) -> None:
    cifrada = Cifrador(config.NORA_CLAVES_CIFRADO).cifrar(f"sk-de-{dominio.nora}")
    ejecutar(
        supabase.table("configuracion_ia").upsert({"nombre_nora": dominio.nora, "llave_cifrada": cifrada})
    )


@pytest.mark.parametrize(
    "modo",
    ["colgar", *(pytest.param(m, marks=pytest.mark.largo) for m in ("gotear", "error", "no_json", "limite"))],
)
def test_el_modelo_de_una_no_hace_lenta_a_otra(
    openai: OpenAIFalso, config: Config, crear_dominio: Callable[..., Any], modo: str
) -> None:
    """Los hilos de un trabajador, con la cola llena de la que tiene su modelo mal y la sana al final."""
    mala, sana = crear_dominio("mala"), crear_dominio("sana", numero_nora="+15557770000")
    for dominio in (mala, sana):
        dominio.ensena("Corte de dama", CORTE)
        con_llave_propia(dominio, config)

    def contestar(cuerpo: dict[str, Any]) -> Paso:
        es_mala = "asistente de WhatsApp de Mala" in cuerpo["messages"][0]["content"]
        return Paso(modo=modo, reintentar_en=60) if es_mala else Paso(CORTE)  # type: ignore[arg-type]

    openai.modelo = contestar
    turno.atender(sana.nora, sana.escribe(PREGUNTA, de="whatsapp:+5216620000099").conversacion_id)  # calienta
    platicas = [
        (dominio, dominio.escribe(PREGUNTA, de=f"whatsapp:+521662{n:07d}").conversacion_id)
        for dominio, cuantas in ((mala, DE_LA_MALA), (sana, 4))
        for n in range(cuantas)
    ]
    with ThreadPoolExecutor(HILOS) as hilos:
        inicio = time.monotonic()
        trabajos: dict[str, list[Future[str]]] = {"mala": [], "sana": []}
        for dominio, platica in platicas:
            trabajos[dominio.nora].append(hilos.submit(turno.atender, dominio.nora, platica))
        wait(trabajos["sana"])
        tardo = time.monotonic() - inicio
        openai.soltar.set()  # ya se midió: lo colgado se corta
        wait(trabajos["mala"])
    assert [t.result() for t in trabajos["sana"]] == ["modelo"] * 4
    assert tardo < PLAZO_S, f"la sana esperó {tardo:.1f} s a la mala"
    # Y a los de la mala les contesta el motor local, una vez a cada quien.
    assert {t.result() for t in trabajos["mala"]} == {"conocimiento"}
    assert sum("$250" in dicho for dicho in mala.dichos()) == len(mala.dichos()) == DE_LA_MALA
    assert len(openai.pedidos) < 2 * DE_LA_MALA, "tras varias fallas se deja de preguntar"


def test_el_freno_de_una_no_detiene_a_otra(twilio: TwilioFalso, crear_dominio: Callable[..., Any]) -> None:
    mala, sana = crear_dominio("mala"), crear_dominio("sana", numero_nora="+15557770000")
    for dominio in (mala, sana):
        for n in range(5):
            platica = dominio.escribe("hola", de=f"whatsapp:+521662{n:07d}").conversacion_id
            turno.atender(dominio.nora, platica)
    twilio.guion.append(Respuesta("limite", reintentar_en=30))
    for fila in mala.salientes():
        with pytest.raises(Reintentar):
            salida.enviar_saliente(mala.nora, fila["id"])
    assert len(twilio.envios) == 1, "un solo rechazo: lo demás ni se intenta"
    assert [salida.enviar_saliente(sana.nora, f["id"]) for f in sana.salientes()] == ["enviado"] * 5
    assert {f["estado"] for f in mala.salientes()} == {"pendiente"}
