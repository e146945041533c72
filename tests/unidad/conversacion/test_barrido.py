"""El barrido toma, una vez, lo que el proveedor recibió y aquí no llegó."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import psycopg
import pytest
from dobles.twilio_falso import Respuesta, TwilioFalso, twilio_falso

from clientes.aura.canales import canal_de
from clientes.aura.conversacion import barrido, consultas, salida, turno
from clientes.aura.supabase_local import DireccionesPostgres
from clientes.aura.utils.errores import ErrorServicioExterno
from clientes.aura.utils.supabase_client import ConexionSupabase

CLIENTE = "whatsapp:+5216621234567"


@pytest.fixture
def twilio(conexion: ConexionSupabase) -> Iterator[TwilioFalso]:
    with twilio_falso() as doble:
        conexion.config.TWILIO_BASE_URL = doble.url
        conexion.config.TWILIO_ACCOUNT_SID = doble.cuenta
        conexion.config.TWILIO_AUTH_TOKEN = doble.token
        yield doble


@pytest.fixture
def numero(nora: Any) -> str:
    nora.cambia(numero_nora="+526629998877", fecha_creacion="2026-01-01T00:00:00Z")
    return "whatsapp:+526629998877"


def entrantes(nora: Any) -> list[dict[str, Any]]:
    return [m for m in sorted(nora.tabla("mensajes"), key=lambda m: m["id"]) if m["sentido"] == "entrante"]


def test_toma_lo_que_falta_una_vez_y_en_orden(twilio: TwilioFalso, nora: Any, numero: str) -> None:
    viejo = twilio.recibir(CLIENTE, numero, "primero", hace_s=600)
    llego = twilio.recibir(CLIENTE, numero, "ya llegó", hace_s=500)
    nuevo = twilio.recibir(CLIENTE, numero, "segundo", hace_s=400)
    nora.escribe("ya llegó", sid=llego["sid"])
    assert "2 mensajes recuperados" in barrido.barrer()
    assert [(m["proveedor_sid"], m["texto"]) for m in entrantes(nora)] == [
        (llego["sid"], "ya llegó"),
        (viejo["sid"], "primero"),
        (nuevo["sid"], "segundo"),
    ]
    assert "0 mensajes recuperados" in barrido.barrer()
    assert len(entrantes(nora)) == 3
    assert nora.tabla("barridos")[0]["recuperados"] == 2


def test_lo_recuperado_queda_en_la_cola(
    twilio: TwilioFalso, nora: Any, numero: str, base: DireccionesPostgres
) -> None:
    twilio.recibir(CLIENTE, numero, "hola", hace_s=60)
    barrido.barrer()
    with psycopg.connect(base.administrador) as conexion:
        fila = conexion.execute(
            "select count(*) from cola.procrastinate_jobs where task_name = 'atender_conversacion'"
        ).fetchone()
    assert fila == (1,)


def test_lo_enviado_lo_de_otros_numeros_y_lo_muy_viejo_no_entran(
    twilio: TwilioFalso, nora: Any, numero: str
) -> None:
    twilio.aceptar({"From": numero, "To": CLIENTE, "Body": "lo mandamos nosotros"})
    twilio.recibir(CLIENTE, "whatsapp:+526620000000", "para otra", hace_s=60)
    twilio.recibir(CLIENTE, numero, "de hace cuatro días", hace_s=4 * 86_400)
    barrido.barrer()
    assert entrantes(nora) == []


def test_el_numero_dado_de_alta_con_el_uno(twilio: TwilioFalso, nora: Any, numero: str) -> None:
    twilio.recibir(CLIENTE, "whatsapp:+5216629998877", "hola", hace_s=60)
    barrido.barrer()
    assert [m["texto"] for m in entrantes(nora)] == ["hola"]


def test_la_primera_vez_no_revive_lo_de_antes_de_existir(twilio: TwilioFalso, nora: Any, numero: str) -> None:
    nora.cambia(fecha_creacion=datetime.now(UTC).isoformat())
    twilio.recibir(CLIENTE, numero, "lo contestó el sistema de antes", hace_s=3_600)
    barrido.barrer()
    assert entrantes(nora) == []


def de_afuera(twilio: TwilioFalso, numero: str, texto: str, hace_s: float) -> dict[str, Any]:
    """Lo que alguien mandó por ese número desde otro lado."""
    mensaje = twilio.aceptar({"From": numero, "To": CLIENTE, "Body": texto})
    mensaje.update(
        status="delivered", date_sent=format_datetime(datetime.now(UTC) - timedelta(seconds=hace_s))
    )
    return mensaje


def test_el_dueno_que_contesta_desde_su_telefono_calla_a_nora(
    twilio: TwilioFalso, nora: Any, numero: str
) -> None:
    platica = nora.escribe("hola", de=CLIENTE).conversacion_id
    turno.atender(nora.nora, platica)
    salida.enviar_saliente(nora.nora, nora.salientes()[0]["id"])
    for mensaje in twilio.mensajes:  # lo de Nora también está en la lista del proveedor, y no es de afuera
        mensaje.update(date_sent=format_datetime(datetime.now(UTC) - timedelta(minutes=5)))
    de_afuera(twilio, numero, "Yo te atiendo, soy Rosa", hace_s=120)
    de_afuera(twilio, numero, "apenas salió: todavía no se sabe de quién es", hace_s=5)
    de_afuera(twilio, numero, "no llegó", hace_s=120)["status"] = "failed"
    for _ in range(2):
        barrido.barrer()
    de_persona = [m for m in nora.tabla("mensajes") if m["autor"] == "persona"]
    assert [(m["texto"], m["decisor"]) for m in de_persona] == [("Yo te atiendo, soy Rosa", "desde_afuera")]
    (abierta,) = nora.tabla("conversaciones")
    assert datetime.fromisoformat(abierta["humano_hasta"]) > datetime.now(UTC) + timedelta(minutes=25)
    nora.escribe("¿cuánto el corte?", de=CLIENTE, sid="SMotra")
    assert turno.atender(nora.nora, platica) == "persona_al_mando"
    assert len(nora.salientes()) == 1


def test_lo_de_afuera_de_hace_rato_se_ve_y_ya_no_calla(twilio: TwilioFalso, nora: Any, numero: str) -> None:
    nora.escribe("hola", de=CLIENTE)
    de_afuera(twilio, numero, "ayer te contesté", hace_s=7_200)
    de_afuera(twilio, "whatsapp:+526620000000", "de otro número", hace_s=7_200)
    barrido.barrer()
    assert [m["texto"] for m in nora.tabla("mensajes") if m["autor"] == "persona"] == ["ayer te contesté"]
    assert nora.tabla("conversaciones")[0]["humano_hasta"] is None


def test_con_medios_trae_sus_direcciones(twilio: TwilioFalso, nora: Any, numero: str) -> None:
    mensaje = twilio.recibir(CLIENTE, numero, "", hace_s=60, medios=(("ME1", "audio/ogg"),))
    barrido.barrer()
    (recuperado,) = entrantes(nora)
    assert recuperado["tipo"] == "audio"
    direccion = recuperado["medios"][0]["url"]
    assert direccion.startswith("https://api.twilio.com/") and mensaje["sid"] in direccion
    assert direccion.endswith("/Media/ME1")


def test_una_que_falla_no_detiene_a_las_demas_y_se_retoma(
    twilio: TwilioFalso, crear_dominio: Any, base: DireccionesPostgres
) -> None:
    una, otra = crear_dominio("una"), crear_dominio("otra")
    for dominio, numero in ((una, "+526621110001"), (otra, "+526621110002")):
        dominio.cambia(numero_nora=numero, fecha_creacion="2026-01-01T00:00:00Z")
        twilio.recibir(CLIENTE, f"whatsapp:{numero}", f"para {dominio.nora}", hace_s=60)
    twilio.guion.append(Respuesta("error_antes"))
    assert "1 no se pudieron consultar" in barrido.barrer()
    assert len(entrantes(una)) + len(entrantes(otra)) == 1
    assert "1 mensajes recuperados" in barrido.barrer()
    assert [len(entrantes(una)), len(entrantes(otra))] == [1, 1]


def test_si_nadie_contesta_el_trabajo_fallo(twilio: TwilioFalso, nora: Any, numero: str) -> None:
    twilio.guion += [Respuesta("error_antes")] * 3
    with pytest.raises(ErrorServicioExterno):
        barrido.barrer()
    assert nora.tabla("barridos") == []


def test_uno_que_no_se_puede_guardar_no_esconde_a_los_demas(
    twilio: TwilioFalso, nora: Any, numero: str
) -> None:
    roto = twilio.recibir("", numero, "sin de quién", hace_s=90)
    bueno = twilio.recibir(CLIENTE, numero, "hola", hace_s=60)
    sin_archivo = twilio.recibir(CLIENTE, numero, "mira", hace_s=50, medios=(("ME1", "image/jpeg"),))
    twilio.medios.pop(sin_archivo["sid"])
    assert "2 mensajes recuperados" in barrido.barrer()
    assert {m["proveedor_sid"] for m in entrantes(nora)} == {bueno["sid"], sin_archivo["sid"]} - {roto["sid"]}


def test_mas_de_una_pagina_en_la_lista_del_proveedor(
    twilio: TwilioFalso, nora: Any, numero: str, conexion: ConexionSupabase
) -> None:
    for n in range(1_005):
        twilio.recibir(CLIENTE, numero, str(n), hace_s=2_000 - n)
    canal = canal_de("whatsapp", conexion.config)
    desde = datetime.now(UTC) - timedelta(hours=1)
    recibidos = canal.recibidos(
        consultas.leer_credenciales(nora.nora), numero.removeprefix("whatsapp:"), desde
    )
    assert [m["Body"] for m in recibidos] == [str(n) for n in range(1_005)]


def test_sin_presupuesto_quedan_para_la_proxima(twilio: TwilioFalso, nora: Any, numero: str) -> None:
    twilio.recibir(CLIENTE, numero, "hola", hace_s=60)
    assert "1 quedaron para la próxima" in barrido.barrer(presupuesto_s=-1)
    assert nora.tabla("barridos") == []


def test_la_suspendida_no_se_barre(twilio: TwilioFalso, nora: Any, numero: str) -> None:
    twilio.recibir(CLIENTE, numero, "hola", hace_s=60)
    nora.cambia(activo=False)
    assert barrido.barrer().startswith("0 Noras")
    assert twilio.peticiones == []
