"""Los archivos que manda un cliente, contra un Twilio de mentira que los da como el de verdad."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from apoyo.archivos import JPG, PDF, TARJETA, nota_de_voz, png
from dobles.openai_falso import OpenAIFalso, Paso, openai_falso
from dobles.twilio_falso import Archivo, TwilioFalso, twilio_falso

from clientes.aura.conversacion import turno
from clientes.aura.conversacion.errores import Reintentar
from clientes.aura.ia import fusible, vista
from clientes.aura.medios import consultas, preparar, tipos
from clientes.aura.utils.errores import ErrorServicioExterno
from clientes.aura.utils.supabase_client import ConexionSupabase, supabase
from clientes.aura.utils.supabase_helpers import ejecutar

DE = "whatsapp:+5216621234567"


@pytest.fixture
def twilio(conexion: ConexionSupabase) -> Iterator[TwilioFalso]:
    with twilio_falso() as doble:
        conexion.config.TWILIO_BASE_URL = doble.url
        conexion.config.TWILIO_ACCOUNT_SID = doble.cuenta
        conexion.config.TWILIO_AUTH_TOKEN = doble.token
        yield doble


@pytest.fixture
def openai(conexion: ConexionSupabase) -> Iterator[OpenAIFalso]:
    with openai_falso() as doble:
        conexion.config.OPENAI_API_KEY = doble.llave
        conexion.config.OPENAI_BASE_URL = doble.url
        conexion.config.OPENAI_MODEL = "gpt-4.1-mini"
        fusible.olvidar()
        vista.olvidar()
        yield doble


def manda(nora: Any, twilio: TwilioFalso, archivo: Archivo, *, de: str = DE, texto: str = "") -> Any:
    """Un mensaje con un archivo; devuelve lo recibido."""
    sid = f"ME{len(twilio.archivos):032d}"
    url = twilio.guardar_archivo(sid, archivo)
    return nora.escribe(texto, de=de, NumMedia="1", MediaUrl0=url, MediaContentType0=archivo.tipo)


def medio_de(nora: Any, r: Any) -> dict[str, Any]:
    (fila,) = [m for m in nora.tabla("medios") if m["mensaje_id"] == r.mensaje_id]
    return dict(fila)


def prepara(nora: Any, r: Any) -> dict[str, Any]:
    preparar.preparar(nora.nora, medio_de(nora, r)["id"])
    return medio_de(nora, r)


def test_cada_archivo_se_baja_una_vez_se_revisa_y_queda_guardado(twilio: TwilioFalso, nora: Any) -> None:
    foto = png(4, 4)
    casos = (
        (Archivo(foto, "image/png"), "listo", "image/png", ""),
        (Archivo(JPG, "image/jpeg", sin_largo=True), "listo", "image/jpeg", ""),
        (Archivo(PDF, "application/pdf", nombre="menú <script>.pdf"), "listo", "application/pdf", ""),
        (Archivo(nota_de_voz(3), "audio/ogg; codecs=opus"), "listo", "audio/ogg", ""),
        (Archivo(TARJETA, "text/vcard"), "listo", "text/vcard", ""),
        (Archivo(b"<html><script>alert(1)</script>", "image/jpeg"), "rechazado", "text/html", "Dice ser una foto"),
        (Archivo(b"MZ\x90\0" + bytes(99), "application/pdf"), "rechazado", None, "por seguridad"),
        (Archivo(b"", "image/png"), "rechazado", "", "vacío"),
        (Archivo(bytes(tipos.MAXIMO + 1), "video/mp4"), "rechazado", "", "16 MB"),
        (Archivo(bytes(tipos.MAXIMO + 1), "video/mp4", sin_largo=True), "rechazado", "", "16 MB"),
    )  # fmt: skip
    for archivo, estado, mime, motivo in casos:
        medio = prepara(nora, r := manda(nora, twilio, archivo))
        assert medio["estado"] == estado, (archivo.tipo, medio["motivo"])
        assert motivo in medio["motivo"]
        assert mime is None or medio["mime"] == mime
        if estado == "listo":
            assert consultas.bajar_archivo(medio["ruta"]) == archivo.contenido
            assert medio["ruta"].startswith(f"{nora.nora}/") and medio["bytes"] == len(archivo.contenido)
        antes = len(twilio.bajadas)
        preparar.preparar(nora.nora, medio["id"])
        assert len(twilio.bajadas) == antes, "lo que ya se resolvió no se vuelve a bajar"
    tarjeta = next(m for m in nora.tabla("medios") if m["mime"] == "text/vcard")
    assert tarjeta["datos"] == {
        "personas": [
            {"nombre": "Ana Ruiz", "telefonos": ["+52 1 662 111 2233"], "correos": ["ana@ejemplo.mx"]}
        ]
    }
    assert next(m for m in nora.tabla("medios") if m["mime"] == "audio/ogg")["segundos"] == 3
    assert (
        next(m for m in nora.tabla("medios") if m["mime"] == "application/pdf")["nombre"] == "menú script.pdf"
    )
    mensaje = next(m for m in nora.tabla("mensajes") if m["id"] == tarjeta["mensaje_id"])
    assert mensaje["tipo"] == "contacto"
    llaves = {c["llaves"] for _, ruta, c in twilio.peticiones if ruta.startswith("/cdn/")}
    assert llaves == {twilio_basica(twilio)}, "el doble es un solo origen: el sustituto sí lleva llaves"
    assert r.nuevo


def twilio_basica(twilio: TwilioFalso) -> str:
    return "Basic " + base64.b64encode(f"{twilio.cuenta}:{twilio.token}".encode()).decode()


def test_lo_que_falla_se_repite_y_no_se_pierde(twilio: TwilioFalso, nora: Any) -> None:
    r = manda(nora, twilio, Archivo(png(), "image/png", fallas=[404, 503]))
    medio = medio_de(nora, r)
    for _ in range(2):
        with pytest.raises(Reintentar):
            preparar.preparar(nora.nora, medio["id"])
    envejecer(nora, medio["id"], 60)
    twilio.archivos[f"ME{0:032d}"].fallas = [503]
    with pytest.raises(Reintentar):
        preparar.preparar(nora.nora, medio["id"])
    assert medio_de(nora, r)["estado"] == "fallido", "el turno ya no lo espera"
    assert prepara(nora, r)["estado"] == "listo"
    sin_llaves = manda(nora, twilio, Archivo(png(), "image/png", fallas=[401]))
    assert prepara(nora, sin_llaves)["estado"] == "fallido"
    assert "llaves" in medio_de(nora, sin_llaves)["motivo"]
    consultas.pedir_otra_vez(nora.nora, medio_de(nora, sin_llaves)["id"])
    assert prepara(nora, sin_llaves)["estado"] == "listo"
    raro = manda(nora, twilio, Archivo(nota_de_voz(1), "audio/ogg"))
    preparar.rendirse(nora.nora, medio_de(nora, raro)["id"])
    assert (medio_de(nora, raro)["estado"], medio_de(nora, raro)["voz"]) == ("fallido", "fallida")
    consultas.pedir_otra_vez(nora.nora, medio_de(nora, raro)["id"])
    assert prepara(nora, raro)["voz"] == "sin_llave", "la que llega tarde también se intenta oír"
    borrada = manda(nora, twilio, Archivo(png(), "image/png"))
    ejecutar(supabase.table("medios").delete().eq("id", ident := medio_de(nora, borrada)["id"]))
    assert preparar.preparar(nora.nora, ident) == "nada"


def envejecer(nora: Any, medio_id: str, segundos: int) -> None:
    momento = (datetime.now(UTC) - timedelta(seconds=segundos)).isoformat()
    ejecutar(supabase.table("medios").update({"fecha_creacion": momento}).eq("id", medio_id))


def test_la_nota_de_voz_se_escribe_antes_de_contestar(
    twilio: TwilioFalso, openai: OpenAIFalso, nora: Any
) -> None:
    openai.voz = "Hola, ¿cuánto cuesta el corte de dama?"
    openai.modelo = lambda _: Paso("Con gusto te digo.")
    nora.ensena("Corte de dama", "El corte de dama cuesta $180.")
    r = manda(nora, twilio, Archivo(nota_de_voz(4), "audio/ogg"))
    assert turno.atender(nora.nora, r.conversacion_id) == "espera"
    medio = prepara(nora, r)
    assert (medio["voz"], medio["transcripcion"], medio["segundos"]) == ("lista", openai.voz, 4)
    assert nora.tabla("conversaciones")[0]["ultimo_texto"] == f"Nota de voz: {openai.voz}"
    assert turno.atender(nora.nora, r.conversacion_id) == "modelo"
    assert "corte de dama" in openai.pedidos[-1]["messages"][-1]["content"]
    (gasto,) = [u for u in nora.tabla("uso_ia") if u["motivo"] == "voz"]
    assert float(gasto["costo"]) == pytest.approx(0.008)
    (audio,) = openai.audios
    assert audio["nombre"] == "voz.ogg" and audio["contenido"] == nota_de_voz(4)


def test_sin_con_que_oir_se_pide_por_escrito_una_vez(twilio: TwilioFalso, nora: Any) -> None:
    for n in range(3):
        r = manda(nora, twilio, Archivo(nota_de_voz(1), "audio/ogg"))
        assert prepara(nora, r)["voz"] == "sin_llave"
        turno.atender(nora.nora, r.conversacion_id)
        assert len(nora.dichos()) == min(n + 1, 2)
    pedido, pase = nora.dichos()
    assert "no puedo escucharla" in pedido and "¿Me escribes" in pedido
    assert "Ya le avisé a una persona" in pase
    (platica,) = nora.tabla("conversaciones")
    assert platica["motivo_espera"] == "Mandó una nota de voz que Nora no puede escuchar."


def test_un_servidor_que_no_oye_no_detiene_la_platica(
    twilio: TwilioFalso, openai: OpenAIFalso, nora: Any
) -> None:
    openai.falla_de_voz = 404
    r = manda(nora, twilio, Archivo(nota_de_voz(1), "audio/ogg"))
    assert prepara(nora, r)["voz"] == "fallida"
    openai.falla_de_voz = 503
    otra = manda(nora, twilio, Archivo(nota_de_voz(1), "audio/ogg"))
    with pytest.raises(Reintentar):
        prepara(nora, otra)
    envejecer(nora, medio_de(nora, otra)["id"], 60)
    assert prepara(nora, otra)["voz"] == "fallida"
    turno.atender(nora.nora, r.conversacion_id)
    assert "no puedo escucharla" in nora.dichos()[0]


def test_una_foto_la_ve_el_modelo_que_puede(twilio: TwilioFalso, openai: OpenAIFalso, nora: Any) -> None:
    nora.cambia(modo_respuesta="flexible")
    openai.modelo = lambda _: Paso("Qué bonito color. ¿Lo quieres así?")
    r = manda(nora, twilio, Archivo(png(), "image/png"))
    prepara(nora, r)
    assert turno.atender(nora.nora, r.conversacion_id) == "modelo"
    ultimo = openai.pedidos[-1]["messages"][-1]
    assert ultimo["content"][1]["image_url"]["url"].startswith("data:image/png;base64,")
    # Uno que las rechaza: se le deja de mandar, y con texto contesta el texto.
    openai.modelo = lambda cuerpo: (
        Paso(modo="pedido") if isinstance(cuerpo["messages"][-1]["content"], list) else Paso("Claro que sí.")
    )
    r = manda(nora, twilio, Archivo(png(), "image/png"), texto="¿pueden con este color?")
    prepara(nora, r)
    assert turno.atender(nora.nora, r.conversacion_id) == "modelo"
    assert vista.NO_SE_VE in openai.pedidos[-1]["messages"][-1]["content"]
    r = manda(nora, twilio, Archivo(png(), "image/png"))
    prepara(nora, r)
    assert turno.atender(nora.nora, r.conversacion_id) == "medios"
    nora.cambia(al_recibir_archivos="pasar")
    r = manda(nora, twilio, Archivo(png(), "image/png"))
    prepara(nora, r)
    assert turno.atender(nora.nora, r.conversacion_id) == "pasar_a_persona"


def test_lo_borrado_se_lleva_su_archivo(twilio: TwilioFalso, nora: Any) -> None:
    r = manda(nora, twilio, Archivo(png(), "image/png"))
    medio = prepara(nora, r)
    ejecutar(supabase.table("mensajes").delete().eq("id", r.mensaje_id))
    preparar.borrar([medio["ruta"]])
    with pytest.raises(ErrorServicioExterno):
        consultas.bajar_archivo(medio["ruta"])
