"""El buzón de salida contra un Twilio de mentira: cada mensaje sale una vez pase lo que pase."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from dobles.twilio_falso import Respuesta, TwilioFalso, twilio_falso

from clientes.aura.canales import twilio as canal
from clientes.aura.conversacion import consultas, salida, turno
from clientes.aura.conversacion.errores import Reintentar
from clientes.aura.utils.cifrado import Cifrador
from clientes.aura.utils.supabase_client import ConexionSupabase, supabase
from clientes.aura.utils.supabase_helpers import ejecutar

DE = "whatsapp:+5216621234567"


@pytest.fixture
def twilio(conexion: ConexionSupabase) -> Iterator[TwilioFalso]:
    with twilio_falso() as doble:
        conexion.config.TWILIO_BASE_URL = doble.url
        conexion.config.TWILIO_ACCOUNT_SID = doble.cuenta
        conexion.config.TWILIO_AUTH_TOKEN = doble.token
        conexion.config.URL_PUBLICA = "https://nora.ejemplo"
        yield doble


@pytest.fixture
def pendiente(twilio: TwilioFalso, nora: Any) -> int:
    """Una respuesta escrita y todavía sin enviar; su id en el buzón."""
    r = nora.escribe("hola", de=DE)
    turno.atender(nora.nora, r.conversacion_id)
    identidad: int = nora.salientes()[0]["id"]
    return identidad


def envejecer(nora: Any, segundos: int = 60) -> None:
    """Como si el intento dudoso hubiera sido hace rato."""
    momento = (datetime.now(UTC) - timedelta(seconds=segundos)).isoformat()
    ejecutar(
        supabase.table("mensajes_salientes").update({"enviando_desde": momento}).eq("nombre_nora", nora.nora)
    )


def test_sale_una_vez_con_todo_lo_suyo(twilio: TwilioFalso, nora: Any, pendiente: int) -> None:
    assert salida.enviar_saliente(nora.nora, pendiente) == "enviado"
    assert salida.enviar_saliente(nora.nora, pendiente) == "nada"
    (envio,) = twilio.envios
    assert envio["To"] == DE
    assert envio["From"] == f"whatsapp:{nora.tabla('configuracion_bot')[0]['numero_nora']}"
    assert envio["Body"] == "¡Hola! Soy la asistente."
    assert envio["StatusCallback"] == f"https://nora.ejemplo/webhook/{nora.nora}/estado?saliente={pendiente}"
    fila = nora.salientes()[0]
    assert (fila["estado"], fila["proveedor_sid"]) == ("enviado", twilio.mensajes[0]["sid"])


def test_llaves_y_servicio_propios(twilio: TwilioFalso, nora: Any, pendiente: int) -> None:
    twilio.cuenta, twilio.token = "AC" + "a" * 32, "propio"
    cifrado = Cifrador(consultas.configuracion_instalacion().NORA_CLAVES_CIFRADO).cifrar("propio")
    fila = {
        "nombre_nora": nora.nora,
        "twilio_account_sid": twilio.cuenta,
        "twilio_token_cifrado": cifrado,
        "twilio_messaging_service_sid": "MG" + "b" * 32,
    }
    ejecutar(supabase.table("credenciales_nora").insert(fila))
    assert salida.enviar_saliente(nora.nora, pendiente) == "enviado"
    (envio,) = twilio.envios
    assert envio["MessagingServiceSid"] == "MG" + "b" * 32
    assert "From" not in envio


@pytest.mark.parametrize("modo", ["cortar_despues", "error_despues"])
def test_lo_aceptado_sin_saberse_se_halla_y_no_se_repite(
    twilio: TwilioFalso, nora: Any, pendiente: int, modo: Any
) -> None:
    twilio.guion.append(Respuesta(modo))
    with pytest.raises(Reintentar):
        salida.enviar_saliente(nora.nora, pendiente)
    assert nora.salientes()[0]["estado"] == "enviando"
    assert salida.enviar_saliente(nora.nora, pendiente) == "enviado"
    assert len(twilio.envios) == 1
    assert nora.salientes()[0]["proveedor_sid"] == twilio.mensajes[0]["sid"]


def test_lo_que_tarda_de_mas_se_halla(
    twilio: TwilioFalso, nora: Any, pendiente: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(canal, "PLAZO_S", 0.3)
    canal.canal_twilio.cache_clear()
    twilio.guion.append(Respuesta("tardar"))
    with pytest.raises(Reintentar):
        salida.enviar_saliente(nora.nora, pendiente)
    assert salida.enviar_saliente(nora.nora, pendiente) == "enviado"
    assert len(twilio.envios) == 1


@pytest.mark.parametrize("modo", ["cortar_antes", "error_antes"])
def test_lo_que_no_llego_se_repite_cuando_ya_no_puede_aparecer(
    twilio: TwilioFalso, nora: Any, pendiente: int, modo: Any
) -> None:
    twilio.guion.append(Respuesta(modo))
    with pytest.raises(Reintentar):
        salida.enviar_saliente(nora.nora, pendiente)
    with pytest.raises(Reintentar, match="puede aparecer"):
        salida.enviar_saliente(nora.nora, pendiente)
    assert len(twilio.envios) == 1
    envejecer(nora)
    assert salida.enviar_saliente(nora.nora, pendiente) == "enviado"
    assert len(twilio.mensajes) == 1


def test_el_mismo_texto_de_otro_mensaje_no_se_confunde(twilio: TwilioFalso, nora: Any) -> None:
    r = nora.escribe("gracias", de=DE)
    turno.atender(nora.nora, r.conversacion_id)
    primero = nora.salientes()[0]["id"]
    salida.enviar_saliente(nora.nora, primero)
    nora.escribe("hola", de=DE)
    turno.atender(nora.nora, r.conversacion_id)
    ejecutar(
        supabase.table("mensajes_salientes")
        .update({"texto": twilio.mensajes[0]["body"]})
        .eq("nombre_nora", nora.nora)
    )
    segundo = nora.salientes()[1]["id"]
    twilio.guion.append(Respuesta("cortar_antes"))
    with pytest.raises(Reintentar):
        salida.enviar_saliente(nora.nora, segundo)
    envejecer(nora)
    assert salida.enviar_saliente(nora.nora, segundo) == "enviado"
    assert len({s["proveedor_sid"] for s in nora.salientes()}) == 2
    assert len(twilio.mensajes) == 2


def test_limite_espera_lo_que_pide_y_no_cuenta_como_dudoso(
    twilio: TwilioFalso, nora: Any, pendiente: int
) -> None:
    twilio.guion.append(Respuesta("limite", reintentar_en=7))
    with pytest.raises(Reintentar) as error:
        salida.enviar_saliente(nora.nora, pendiente)
    assert error.value.en_segundos == 7
    assert nora.salientes()[0]["estado"] == "pendiente"
    nora.cambia(envios_pausados_hasta=None)
    assert salida.enviar_saliente(nora.nora, pendiente) == "enviado"


@pytest.mark.parametrize("freno", ["al_mandar", "por_aviso"])
def test_un_freno_detiene_a_todo_el_numero_y_a_ningun_otro(
    twilio: TwilioFalso, nora: Any, pendiente: int, crear_dominio: Callable[..., Any], freno: str
) -> None:
    if freno == "al_mandar":
        twilio.guion.append(Respuesta("limite", reintentar_en=9))
        with pytest.raises(Reintentar):
            salida.enviar_saliente(nora.nora, pendiente)
    else:
        salida.enviar_saliente(nora.nora, pendiente)
        salida.anotar_aviso(nora.nora, twilio.mensajes[0]["sid"], "undelivered", 63018, pendiente)
    pedidos = len(twilio.envios)
    turno.atender(nora.nora, nora.escribe("hola", de="whatsapp:+5216629999999").conversacion_id)
    otro = nora.salientes()[-1]
    with pytest.raises(Reintentar) as espera:
        salida.enviar_saliente(nora.nora, otro["id"])
    assert 5 < espera.value.en_segundos <= 126
    assert len(twilio.envios) == pedidos, "ni se le pregunta al proveedor"
    assert nora.salientes()[-1]["estado"] == "pendiente"
    vecina = crear_dominio("vecina", numero_nora="+15559990000")
    turno.atender(vecina.nora, vecina.escribe("hola", de=DE).conversacion_id)
    assert salida.enviar_saliente(vecina.nora, vecina.salientes()[0]["id"]) == "enviado"
    nora.cambia(envios_pausados_hasta=datetime.now(UTC).isoformat())
    assert salida.enviar_saliente(nora.nora, otro["id"]) == "enviado"


def test_sin_conexion_no_queda_en_duda(twilio: TwilioFalso, nora: Any, pendiente: int, conexion: Any) -> None:
    conexion.config.TWILIO_BASE_URL = "http://127.0.0.1:9"
    with pytest.raises(Reintentar):
        salida.enviar_saliente(nora.nora, pendiente)
    assert nora.salientes()[0]["estado"] == "pendiente"


@pytest.mark.parametrize(
    ("codigo", "problema"), [(63016, ""), (63003, "invalido"), (63014, "bloqueado"), (63049, "")]
)
def test_rechazos_en_palabras_llanas(
    twilio: TwilioFalso, nora: Any, pendiente: int, codigo: int, problema: str
) -> None:
    twilio.guion.append(Respuesta("rechazar", codigo=codigo))
    assert salida.enviar_saliente(nora.nora, pendiente) == "fallido"
    fila = nora.salientes()[0]
    assert (fila["estado"], fila["error_codigo"], fila["error_texto"]) == (
        "fallido",
        codigo,
        canal.FRASES[codigo],
    )
    assert nora.tabla("contactos")[0]["problema_envio"] == problema


def test_fuera_de_las_24_horas_no_sale(twilio: TwilioFalso, nora: Any, pendiente: int) -> None:
    viejo = {"ultimo_entrante_en": "2020-01-01T00:00:00Z"}
    ejecutar(supabase.table("conversaciones").update(viejo).eq("nombre_nora", nora.nora))
    assert salida.enviar_saliente(nora.nora, pendiente) == "fallido"
    assert twilio.envios == []
    assert nora.salientes()[0]["error_codigo"] == 63016


def test_sin_llaves_lo_dice(nora: Any, pendiente: int, conexion: Any) -> None:
    conexion.config.TWILIO_AUTH_TOKEN = ""
    assert salida.enviar_saliente(nora.nora, pendiente) == "fallido"
    assert "llaves de Twilio" in nora.salientes()[0]["error_texto"]


def test_avisos_en_cualquier_orden_solo_avanzan(twilio: TwilioFalso, nora: Any, pendiente: int) -> None:
    salida.enviar_saliente(nora.nora, pendiente)
    sid = twilio.mensajes[0]["sid"]
    for estado in ("read", "sent", "delivered", "queued", "sent"):
        assert salida.anotar_aviso(nora.nora, sid, estado, None, None)
    assert nora.salientes()[0]["estado"] == "leido"
    assert not salida.anotar_aviso(nora.nora, "SM-desconocido", "read", None, None)


def test_aviso_que_llega_antes_que_la_respuesta_tambien_vale(
    twilio: TwilioFalso, nora: Any, pendiente: int
) -> None:
    twilio.guion.append(Respuesta("cortar_despues"))
    with pytest.raises(Reintentar):
        salida.enviar_saliente(nora.nora, pendiente)
    sid = twilio.mensajes[0]["sid"]
    assert salida.anotar_aviso(nora.nora, sid, "delivered", None, pendiente)
    assert nora.salientes()[0]["estado"] == "entregado"
    assert salida.enviar_saliente(nora.nora, pendiente) == "nada"
    assert len(twilio.envios) == 1


def test_lo_que_whatsapp_freno_se_manda_despues_y_su_aviso_tardio_no_estorba(
    twilio: TwilioFalso, nora: Any, pendiente: int
) -> None:
    salida.enviar_saliente(nora.nora, pendiente)
    sid = twilio.mensajes[0]["sid"]
    twilio.mensajes[0]["status"] = "undelivered"
    assert salida.anotar_aviso(nora.nora, sid, "undelivered", 63018, pendiente)
    assert nora.salientes()[0]["estado"] == "pendiente"
    salida.anotar_aviso(nora.nora, sid, "undelivered", 63018, pendiente)
    nora.cambia(envios_pausados_hasta=None)
    assert salida.enviar_saliente(nora.nora, pendiente) == "enviado"
    salida.anotar_aviso(nora.nora, sid, "failed", 63018, pendiente)
    fila = nora.salientes()[0]
    assert (fila["estado"], fila["proveedor_sid"]) == ("enviado", twilio.mensajes[1]["sid"])


def test_el_simulador_entrega_sin_red(nora: Any, conexion: Any) -> None:
    conexion.config.TWILIO_BASE_URL = "http://127.0.0.1:9"
    from clientes.aura.utils.webhook_utils import leer_entrante

    campos = {"MessageSid": "sim1", "From": "simulador:ana", "Body": "hola"}
    r = consultas.recibir_mensaje(nora.nora, "simulador", leer_entrante(campos))
    turno.atender(nora.nora, r.conversacion_id)
    assert salida.enviar_saliente(nora.nora, nora.salientes()[0]["id"]) == "entregado"


def test_un_segundo_intento_dudoso_tiene_su_propia_espera(
    twilio: TwilioFalso, nora: Any, pendiente: int
) -> None:
    twilio.guion += [Respuesta("cortar_antes"), Respuesta("cortar_antes")]
    with pytest.raises(Reintentar):
        salida.enviar_saliente(nora.nora, pendiente)
    envejecer(nora)
    for _ in range(2):
        with pytest.raises(Reintentar):
            salida.enviar_saliente(nora.nora, pendiente)
    assert len(twilio.envios) == 2


def test_quien_tardo_y_fue_dado_por_muerto_no_lo_manda_otra_vez(
    twilio: TwilioFalso, nora: Any, pendiente: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    entregar = salida.entregar

    def tardar(*argumentos: Any) -> Any:
        monkeypatch.setattr(salida, "entregar", entregar)
        # Mientras este no corría, otro lo dio por muerto, no lo halló con el proveedor y lo mandó.
        envejecer(nora)
        assert salida.enviar_saliente(nora.nora, pendiente) == "enviado"
        return entregar(*argumentos)

    monkeypatch.setattr(salida, "SIN_CONFIRMAR_S", 0.0)
    monkeypatch.setattr(salida, "entregar", tardar)
    assert salida.enviar_saliente(nora.nora, pendiente) == "nada"
    assert len(twilio.mensajes) == 1 and nora.salientes()[0]["estado"] == "enviado"


def test_quien_tardo_y_sigue_siendo_suyo_lo_manda_y_su_espera_cuenta_desde_ahora(
    twilio: TwilioFalso, nora: Any, pendiente: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    entregar = salida.entregar
    en_duda: list[float] = []

    def tardar(*argumentos: Any) -> Any:
        envejecer(nora)
        return entregar(*argumentos)

    def aceptar(campos: Any) -> Any:
        # Lo que vería quien lo diera por muerto en este instante.
        tomado = consultas.tomar_saliente(nora.nora, pendiente)
        assert tomado is not None
        en_duda.append(tomado.enviando_hace_s)
        return aceptar_de_verdad(campos)

    aceptar_de_verdad = twilio.aceptar
    monkeypatch.setattr(twilio, "aceptar", aceptar)
    monkeypatch.setattr(salida, "SIN_CONFIRMAR_S", 0.0)
    monkeypatch.setattr(salida, "entregar", tardar)
    assert salida.enviar_saliente(nora.nora, pendiente) == "enviado"
    assert en_duda and en_duda[0] < canal.CAPACIDADES.gracia_s
