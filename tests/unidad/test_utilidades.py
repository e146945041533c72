"""Validadores, formatos, cifrado y lectura de webhooks: lo que escribe una persona o manda un proveedor."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from twilio.request_validator import RequestValidator

from clientes.aura.utils import formato
from clientes.aura.utils.cifrado import Cifrador
from clientes.aura.utils.errores import ErrorDatoInvalido, ErrorNora
from clientes.aura.utils.supabase_client import supabase
from clientes.aura.utils.supabase_helpers import ejecutar, por_paginas
from clientes.aura.utils.validators import (
    validar_contrasena,
    validar_correo,
    validar_nombre_nora,
    validar_numero,
    validar_texto,
    validar_zona_horaria,
)
from clientes.aura.utils.webhook_utils import firma_valida, leer_entrante, url_publica


@pytest.mark.parametrize("bueno", ["aura", "panaderia-espiga", "negocio_2", "a1", " Aura "])
def test_nombres_de_nora_que_sirven(bueno: str) -> None:
    assert validar_nombre_nora(bueno) == bueno.strip().lower()


@pytest.mark.parametrize(
    "malo",
    ["", "a", "-aura", "aura-", "peña", "mi nora", "a" * 41, "admin", "estado", "panel_cliente_x", "../x"],
)
def test_nombres_de_nora_que_no(malo: str) -> None:
    with pytest.raises(ErrorDatoInvalido):
        validar_nombre_nora(malo)


@pytest.mark.parametrize(
    ("escrito", "queda"),
    [
        ("662 123 4567", "+526621234567"),
        ("+52 1 662 123 4567", "+526621234567"),
        ("+5216621234567", "+526621234567"),
        ("(662) 123-4567", "+526621234567"),
        ("+1 (602) 555-0123", "+16025550123"),
        ("+15550001111", "+15550001111"),
    ],
)
def test_numeros_en_e164(escrito: str, queda: str) -> None:
    assert validar_numero(escrito) == queda


@pytest.mark.parametrize("malo", ["", "hola", "123", "+52 662", "+52 662 123 4567 89012"])
def test_numeros_que_no_se_entienden(malo: str) -> None:
    with pytest.raises(ErrorDatoInvalido, match="teléfono"):
        validar_numero(malo)


def test_correos_y_contrasenas() -> None:
    assert validar_correo(" Ana@Negocio.MX ") == "ana@negocio.mx"
    for malo in ("", "ana", "ana@", "ana@negocio", "a b@c.mx", "a@b@c.mx"):
        with pytest.raises(ErrorDatoInvalido):
            validar_correo(malo)
    assert validar_contrasena("una frase corta")
    for mala in ("", "corta", "aaaaaaaaaaaaaaa", "x" * 201):
        with pytest.raises(ErrorDatoInvalido):
            validar_contrasena(mala)


def test_el_texto_pierde_solo_lo_que_no_se_puede_guardar() -> None:
    assert validar_texto("  hola\x00 ñandú 🙂 \ud83d ", campo="x", maximo=40) == "hola ñandú 🙂 ?"
    with pytest.raises(ErrorDatoInvalido, match="41"):
        validar_texto("x" * 41, campo="x", maximo=40)
    with pytest.raises(ErrorDatoInvalido, match="zona"):
        validar_zona_horaria("America/Nowhere")


def test_fechas_como_se_leen_en_mexico() -> None:
    momento = datetime(2026, 11, 25, 0, 30, tzinfo=UTC)
    ahora = momento + timedelta(minutes=5)
    assert formato.fecha(momento, "America/Hermosillo", ahora) == "mar 24 nov, 5:30 p. m."
    assert formato.fecha(momento, "America/Tijuana", ahora) == "mar 24 nov, 4:30 p. m."
    assert (
        formato.fecha("2025-01-06T07:05:00+00:00", "America/Hermosillo", ahora)
        == "lun 6 ene 2025, 12:05 a. m."
    )
    casos = [
        (timedelta(seconds=20), "ahora"),
        (timedelta(minutes=5), "hace 5 min"),
        (timedelta(hours=3), "hace 3 h"),
    ]
    assert [formato.fecha_relativa(momento, "UTC", momento + hace) for hace, _ in casos] == [
        dice for _, dice in casos
    ]
    assert formato.fecha_relativa(momento, "America/Hermosillo", momento + timedelta(days=2)).startswith(
        "mar 24 nov"
    )
    assert formato.fecha(None, "UTC") == ""


def test_dinero_telefono_e_iniciales() -> None:
    assert formato.dinero(1150) == "$1,150.00 MXN"
    assert formato.telefono("+526621234567") == "+52 662 123 4567"
    assert formato.telefono("+16025550123") == "+16025550123"
    assert [formato.iniciales(n) for n in ("Ana Lucía Moreno", "ñoño", "", None, "🙂")] == [
        "AL",
        "Ñ",
        "?",
        "?",
        "?",
    ]


def test_las_claves_de_cifrado_se_cambian_sin_perder_nada() -> None:
    vieja, nueva = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    guardado = Cifrador((vieja,)).cifrar("secreto")
    assert "secreto" not in guardado
    assert Cifrador((nueva, vieja)).descifrar(guardado) == "secreto"
    with pytest.raises(ErrorNora, match="NORA_CLAVES_CIFRADO"):
        Cifrador((nueva,)).descifrar(guardado)


def test_un_mensaje_de_twilio() -> None:
    leido = leer_entrante(
        {"MessageSid": "SM1", "From": "whatsapp:+5216621234567", "Body": "hola\x00", "Nuevo": "x"}
    )
    assert (leido.direccion, leido.direccion_envio) == ("whatsapp:+526621234567", "whatsapp:+5216621234567")
    assert (leido.telefono, leido.texto, leido.tipo) == ("+526621234567", "hola", "texto")
    assert leido.crudo["Nuevo"] == "x", "lo desconocido se conserva"


@pytest.mark.parametrize(
    ("campos", "tipo"),
    [
        ({"NumMedia": "1", "MediaUrl0": "https://x/1", "MediaContentType0": "audio/ogg"}, "audio"),
        ({"NumMedia": "1", "MediaUrl0": "https://x/1", "MediaContentType0": "image/jpeg"}, "imagen"),
        ({"NumMedia": "1", "MediaUrl0": "https://x/1", "MediaContentType0": "application/pdf"}, "documento"),
        ({"NumMedia": "0", "Latitude": "29.1", "Longitude": "-110.9"}, "ubicacion"),
        ({"MessageType": "contacts", "NumMedia": "1", "MediaContentType0": "text/vcard"}, "contacto"),
        ({"MessageType": "sticker", "NumMedia": "1", "MediaContentType0": "image/webp"}, "sticker"),
        ({"NumMedia": "muchas"}, "texto"),
    ],
)
def test_los_tipos_de_mensaje(campos: dict[str, str], tipo: str) -> None:
    assert leer_entrante({"MessageSid": "SM1", "From": "whatsapp:+526621234567", **campos}).tipo == tipo


def test_quien_escribe_con_nombre_de_usuario_no_trae_telefono() -> None:
    leido = leer_entrante({"MessageSid": "SM1", "From": "whatsapp:negocio.12ab"})
    assert leido.telefono is None and leido.direccion == "whatsapp:negocio.12ab"


def test_la_firma_cubre_cada_campo_y_la_direccion_publica() -> None:
    url = url_publica("https://nora.ejemplo.mx", "/webhook/aura", "a=1")
    assert url == "https://nora.ejemplo.mx/webhook/aura?a=1"
    campos = {"Body": " hola ", "From": "whatsapp:+526621234567"}
    firma = RequestValidator("token").compute_signature(url, campos)
    assert firma_valida("token", url, campos, firma)
    assert not firma_valida("token", url, {**campos, "Body": "hola"}, firma)
    assert not firma_valida("token", url, {**campos, "Otro": "x"}, firma)
    assert not firma_valida("otro", url, campos, firma)
    assert not firma_valida("token", url.replace("https", "http"), campos, firma)
    assert not firma_valida("", url, campos, firma) and not firma_valida("token", url, campos, "")


def test_leer_todo_por_paginas_aunque_otro_escriba(app: Flask, crear_nora: Any) -> None:
    """2,500 filas pasan del tope de una respuesta; una que llega a media lectura no repite ni salta ninguna."""
    crear_nora("marea")
    for inicio in range(0, 2500, 500):
        numeros = range(inicio, inicio + 500)
        ejecutar(
            supabase.table("etiquetas").insert(
                [{"nombre_nora": "marea", "nombre": f"e{n:05d}"} for n in numeros]
            )
        )
    leidas = []
    for fila in por_paginas(lambda: supabase.table("etiquetas").select("nombre"), orden="nombre"):
        if len(leidas) == 1200:
            ejecutar(supabase.table("etiquetas").insert({"nombre_nora": "marea", "nombre": "a-nueva"}))
        leidas.append(fila["nombre"])
    assert leidas == [f"e{n:05d}" for n in range(2500)]
