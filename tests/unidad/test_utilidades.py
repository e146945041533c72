"""Validadores, formatos, cifrado y lectura de webhooks: lo que escribe una persona o manda un proveedor."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from twilio.request_validator import RequestValidator

from clientes.aura.utils import formato
from clientes.aura.utils.auth_utils import contrasena_correcta, hash_de_contrasena
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


@pytest.mark.parametrize(
    "malo", ["", "hola", "123", "+52 662", "+52 662 123 4567 89012", "\ud83d", "662\x001234567", "+1" * 200]
)
def test_numeros_que_no_se_entienden(malo: str) -> None:
    with pytest.raises(ErrorDatoInvalido, match="teléfono"):
        validar_numero(malo)


def test_correos_y_contrasenas() -> None:
    assert validar_correo(" Ana@Negocio.MX ") == "ana@negocio.mx"
    sin_guardar = ("a\x00@b.mx", "a\ud83d@b.mx", "a\x07@b.mx", "a" * 250 + "@b.mx")
    for malo in ("", "ana", "ana@", "ana@negocio", "a b@c.mx", "a@b@c.mx", *sin_guardar):
        with pytest.raises(ErrorDatoInvalido):
            validar_correo(malo)
    assert validar_contrasena("una frase corta")
    for mala in (
        "",
        "corta",
        "aaaaaaaaaaaaaaa",
        "abcdefghi",
        "ab c" * 51,
        "abcdefghij\ud83d",
        "abcdefghij\x00",
    ):
        with pytest.raises(ErrorDatoInvalido):
            validar_contrasena(mala)


def test_el_texto_pierde_solo_lo_que_no_se_puede_guardar() -> None:
    assert validar_texto("  hola\x00 ñandú 🙂 \ud83d ", campo="x", maximo=40) == "hola ñandú 🙂 ?"
    with pytest.raises(ErrorDatoInvalido, match="41"):
        validar_texto("x" * 41, campo="x", maximo=40)
    with pytest.raises(ErrorDatoInvalido, match="vacío"):
        validar_texto(" \x00 ", campo="x", maximo=40)
    assert validar_texto(" ", campo="x", maximo=40, obligatorio=False) == ""


@pytest.mark.parametrize(
    "mala",
    ["", "America/Nowhere", "America", "../../etc/passwd", "/etc/localtime", "a\x00b", "A" * 300, "\ud83d"],
)
def test_zonas_horarias_que_no_existen(mala: str) -> None:
    with pytest.raises(ErrorDatoInvalido, match="zona"):
        validar_zona_horaria(mala)
    assert validar_zona_horaria(" America/Hermosillo ") == "America/Hermosillo"


def test_una_contrasena_que_no_se_puede_codificar_no_es_de_nadie() -> None:
    guardada = hash_de_contrasena("una frase corta")
    assert contrasena_correcta(guardada, "una frase corta")
    for quien in (guardada, None, "no es un hash"):
        assert not contrasena_correcta(quien, "una frase corta\ud83d")


@pytest.mark.parametrize("correo", ["a\x00@b.mx", "a@b.mx\x07", "x" * 5000, "%00@b.mx", "a,b@c.mx"])
def test_entrar_con_un_correo_raro_es_no_coincidir(cliente_http: Any, correo: str) -> None:
    respuesta = cliente_http.entrar(correo, "una frase\x00 corta")
    assert respuesta.status_code == 400
    assert "El correo o la contraseña no coinciden." in respuesta.get_data(as_text=True)


def test_fechas_como_se_leen_en_mexico() -> None:
    momento = datetime(2026, 11, 25, 0, 30, tzinfo=UTC)
    ahora = momento + timedelta(minutes=5)
    assert formato.fecha(momento, "America/Hermosillo", ahora) == "mar 24 nov, 5:30 p. m."
    assert formato.fecha(momento, "America/Tijuana", ahora) == "mar 24 nov, 4:30 p. m."
    assert (
        formato.fecha("2025-01-06T07:05:00+00:00", "America/Hermosillo", ahora)
        == "lun 6 ene 2025, 12:05 a. m."
    )
    julio = datetime(2026, 7, 8, 19, 0, tzinfo=UTC)
    assert formato.fecha(julio, "America/Hermosillo", ahora) == "mié 8 jul, 12:00 p. m.", (
        "sin horario de verano"
    )
    assert formato.fecha(julio, "America/Tijuana", ahora) == "mié 8 jul, 12:00 p. m.", "con horario de verano"
    assert formato.fecha(julio, "America/Mexico_City", ahora) == "mié 8 jul, 1:00 p. m.", "ya no lo tiene"
    fin_de_ano = datetime(2027, 1, 1, 5, 0, tzinfo=UTC)
    assert formato.fecha(fin_de_ano, "America/Hermosillo", ahora) == "jue 31 dic, 10:00 p. m.", (
        "el año es el de allá"
    )
    casos = [
        (timedelta(seconds=-5), "ahora"),
        (timedelta(seconds=59), "ahora"),
        (timedelta(minutes=1), "hace 1 min"),
        (timedelta(minutes=59, seconds=59), "hace 59 min"),
        (timedelta(hours=1), "hace 1 h"),
        (timedelta(hours=23, minutes=59), "hace 23 h"),
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
    assert formato.dinero(Decimal("1234567.895"), "USD") == "$1,234,567.90 USD"
    assert [formato.dinero(c) for c in (0, 0.1 + 0.2, -1150)] == ["$0.00 MXN", "$0.30 MXN", "-$1,150.00 MXN"]
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
    guardado = Cifrador((vieja,)).cifrar("secreto de prueba")
    assert "secreto" not in guardado
    assert Cifrador((nueva, vieja)).descifrar(guardado) == "secreto de prueba"
    cifrador = Cifrador((nueva, vieja))
    assert Cifrador((nueva,)).descifrar(cifrador.cifrar("ñandú 🙂")) == "ñandú 🙂", "cifra con la más nueva"
    assert cifrador.cifrar("x") != cifrador.cifrar("x")
    for ilegible in (guardado, guardado[:-4], "no es un cifrado", "", "ñ"):
        with pytest.raises(ErrorNora, match="NORA_CLAVES_CIFRADO") as error:
            Cifrador((nueva,)).descifrar(ilegible)
        assert "secreto de prueba" not in str(error.value)


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
        ({"NumMedia": "²"}, "texto"),
        ({"NumMedia": "-1"}, "texto"),
        ({"NumMedia": "1", "MediaUrl0": "https://x/1", "MediaContentType0": "raro"}, "otro"),
        ({"Latitude": "29.1"}, "texto"),
    ],
)
def test_los_tipos_de_mensaje(campos: dict[str, str], tipo: str) -> None:
    assert leer_entrante({"MessageSid": "SM1", "From": "whatsapp:+526621234567", **campos}).tipo == tipo


def test_quien_escribe_con_nombre_de_usuario_no_trae_telefono() -> None:
    leido = leer_entrante({"MessageSid": "SM1", "From": "whatsapp:negocio.12ab"})
    assert leido.telefono is None and leido.direccion == "whatsapp:negocio.12ab"
    for raro in ("", "whatsapp:", "whatsapp:+52", "whatsapp:+٥٢٦٦٢١٢٣٤٥٦٧", "whatsapp:+5266212345678901234"):
        leido = leer_entrante({"MessageSid": "SM1", "From": raro})
        assert (leido.telefono, leido.direccion) == (None, raro)


def test_los_medios_traen_direccion_y_tipo_y_nunca_mas_de_diez() -> None:
    campos = {f"Media{que}{n}": f"{que}-{n}" for n in range(30) for que in ("Url", "ContentType")}
    leido = leer_entrante({"From": "whatsapp:+526621234567", "NumMedia": "99999999999", **campos})
    assert leido.medios[0] == {"url": "Url-0", "mime": "ContentType-0"}
    assert len(leido.medios) == 10


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
    leidas: list[str] = []
    for fila in por_paginas(lambda: supabase.table("etiquetas").select("nombre"), orden="nombre"):
        if len(leidas) == 1200:
            ejecutar(supabase.table("etiquetas").insert({"nombre_nora": "marea", "nombre": "a-nueva"}))
            ejecutar(supabase.table("etiquetas").insert({"nombre_nora": "marea", "nombre": "z-nueva"}))
            ejecutar(supabase.table("etiquetas").delete().eq("nombre", "e00500"))
        leidas.append(fila["nombre"])
    assert leidas == [*(f"e{n:05d}" for n in range(2500)), "z-nueva"]


def test_las_paginas_justas_no_se_repiten(app: Flask, crear_nora: Any) -> None:
    crear_nora("marea")
    ejecutar(
        supabase.table("etiquetas").insert([{"nombre_nora": "marea", "nombre": f"e{n}"} for n in range(6)])
    )
    for tamano in (1, 3, 6, 7):
        leidas = por_paginas(
            lambda: supabase.table("etiquetas").select("nombre"), orden="nombre", tamano=tamano
        )
        assert [fila["nombre"] for fila in leidas] == [f"e{n}" for n in range(6)], tamano
