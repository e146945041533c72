"""El webhook: firma, guardar, contestar; y lo que dice cuando algo no está bien."""

from __future__ import annotations

from typing import Any

import pytest
from dobles.twilio_falso import firmar

from clientes.aura.conversacion import consultas
from clientes.aura.utils.cifrado import Cifrador
from clientes.aura.utils.errores import ErrorServicioExterno
from clientes.aura.utils.supabase_client import supabase
from clientes.aura.utils.supabase_helpers import ErrorDuplicado, ejecutar, filas

ORIGEN = "http://localhost"
TOKEN = "token-de-prueba"
CUENTA = "AC" + "1" * 32
CAMPOS = {
    "MessageSid": "SM1",
    "AccountSid": CUENTA,
    "From": "whatsapp:+5216621234567",
    "To": "whatsapp:+15550001111",
    "Body": " hola, ¿cuánto? ",
    "NumMedia": "0",
    "CampoQueNadieConoce": "x",
}


def avisar(cliente: Any, ruta: str, campos: dict[str, str], token: str = TOKEN, **cabeceras: str) -> Any:
    firma = {"X-Twilio-Signature": firmar(token, ORIGEN + ruta, campos), **cabeceras}
    return cliente.post(ruta, data=campos, headers=firma)


def mensajes(nora: str) -> list[dict[str, Any]]:
    return filas(supabase.table("mensajes").select("*").eq("nombre_nora", nora))


def poner_llaves(nora: str, cuenta: str, token: str, servicio: str | None = None) -> None:
    cifrado = Cifrador(consultas.configuracion_instalacion().NORA_CLAVES_CIFRADO).cifrar(token)
    fila = {
        "nombre_nora": nora,
        "twilio_account_sid": cuenta,
        "twilio_token_cifrado": cifrado,
        "twilio_messaging_service_sid": servicio,
    }
    ejecutar(supabase.table("credenciales_nora").upsert(fila))


def test_se_guarda_una_vez_y_contesta_vacio(cliente_http: Any, crear_nora: Any) -> None:
    nora = crear_nora()
    for _ in range(2):
        respuesta = avisar(cliente_http, f"/webhook/{nora}", CAMPOS)
        assert respuesta.status_code == 200
        assert respuesta.mimetype == "text/xml"
        assert respuesta.get_data(as_text=True).endswith("<Response/>")
    (mensaje,) = mensajes(nora)
    assert mensaje["texto"] == CAMPOS["Body"]
    assert mensaje["crudo"]["CampoQueNadieConoce"] == "x"
    contacto = filas(supabase.table("contactos").select("*").eq("nombre_nora", nora))[0]
    assert (contacto["telefono"], contacto["direccion_envio"]) == ("+526621234567", CAMPOS["From"])


def test_firma_mala_no_deja_nada(cliente_http: Any, crear_nora: Any) -> None:
    nora = crear_nora()
    assert avisar(cliente_http, f"/webhook/{nora}", CAMPOS, token="otro").status_code == 403
    assert cliente_http.post(f"/webhook/{nora}", data=CAMPOS).status_code == 403
    alterados = {"X-Twilio-Signature": firmar(TOKEN, f"{ORIGEN}/webhook/{nora}", {**CAMPOS, "Body": "otro"})}
    assert cliente_http.post(f"/webhook/{nora}", data=CAMPOS, headers=alterados).status_code == 403
    assert mensajes(nora) == []


def test_nora_desconocida(cliente_http: Any, crear_nora: Any) -> None:
    crear_nora()
    assert avisar(cliente_http, "/webhook/nadie", CAMPOS).status_code == 404


@pytest.mark.parametrize("falta", ["MessageSid", "From"])
def test_faltan_campos(cliente_http: Any, crear_nora: Any, falta: str) -> None:
    nora = crear_nora()
    campos = {nombre: valor for nombre, valor in CAMPOS.items() if nombre != falta}
    assert avisar(cliente_http, f"/webhook/{nora}", campos).status_code == 400


@pytest.mark.parametrize("error", [ErrorServicioExterno(), ErrorDuplicado(), RuntimeError("x")])
def test_lo_que_no_se_pudo_guardar_es_un_5xx(
    app: Any, cliente_http: Any, crear_nora: Any, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    nora = crear_nora()
    app.config["PROPAGATE_EXCEPTIONS"] = False

    def fallar(*_: Any) -> Any:
        raise error

    monkeypatch.setattr(consultas, "recibir_mensaje", fallar)
    codigo = avisar(cliente_http, f"/webhook/{nora}", CAMPOS).status_code
    assert codigo == (500 if isinstance(error, RuntimeError) else 503)


def test_cada_nora_con_su_token_y_su_cuenta(cliente_http: Any, crear_nora: Any) -> None:
    nora = crear_nora()
    poner_llaves(nora, CUENTA, "propio")
    assert avisar(cliente_http, f"/webhook/{nora}", CAMPOS).status_code == 403
    assert avisar(cliente_http, f"/webhook/{nora}", CAMPOS, token="propio").status_code == 200
    ajena = {**CAMPOS, "AccountSid": "AC" + "2" * 32}
    assert avisar(cliente_http, f"/webhook/{nora}", ajena, token="propio").status_code == 403
    # Llaves cambiadas: las nuevas valen de inmediato.
    poner_llaves(nora, CUENTA, "nuevo")
    assert (
        avisar(cliente_http, f"/webhook/{nora}", {**CAMPOS, "MessageSid": "SM2"}, token="nuevo").status_code
        == 200
    )


def test_la_firma_se_revisa_con_la_direccion_publica(app: Any, cliente_http: Any, crear_nora: Any) -> None:
    nora = crear_nora()
    app.extensions["nora_config"].URL_PUBLICA = "https://nora.ejemplo"
    ruta = f"/webhook/{nora}"
    assert avisar(cliente_http, ruta, CAMPOS).status_code == 403
    firma = {"X-Twilio-Signature": firmar(TOKEN, f"https://nora.ejemplo{ruta}", CAMPOS)}
    assert (
        cliente_http.post(ruta, data=CAMPOS, headers={**firma, "X-Forwarded-Host": "malo"}).status_code == 200
    )


def test_sin_nombre_por_servicio_o_por_numero(cliente_http: Any, crear_nora: Any) -> None:
    una, otra = crear_nora(), crear_nora()
    poner_llaves(una, CUENTA, "de-una", "MG" + "3" * 32)
    poner_llaves(otra, "AC" + "2" * 32, "de-otra")
    numero = filas(supabase.table("configuracion_bot").select("numero_nora").eq("nombre_nora", otra))[0][
        "numero_nora"
    ]
    por_servicio = {**CAMPOS, "MessagingServiceSid": "MG" + "3" * 32}
    assert avisar(cliente_http, "/webhook", por_servicio, token="de-una").status_code == 200
    por_numero = {**CAMPOS, "AccountSid": "AC" + "2" * 32, "To": f"whatsapp:{numero}"}
    assert avisar(cliente_http, "/webhook", por_numero, token="de-otra").status_code == 200
    assert avisar(cliente_http, "/webhook", por_numero, token="de-una").status_code == 403
    from clientes.aura.registro.registro_dinamico import registro_de

    # Ya conocida, se suspende: sus mensajes no entran, como por su propia dirección.
    ejecutar(supabase.table("configuracion_bot").update({"activo": False}).eq("nombre_nora", otra))
    registro_de(cliente_http.application).releer(otra)
    suspendida = {**por_numero, "MessageSid": "SM-suspendida"}
    assert avisar(cliente_http, "/webhook", suspendida, token="de-otra").status_code == 404
    ajeno = {**por_numero, "AccountSid": "AC" + "9" * 32}
    assert avisar(cliente_http, "/webhook", ajeno, token="de-otra").status_code == 404
    assert len(mensajes(una)) == len(mensajes(otra)) == 1


def test_aviso_de_estado(cliente_http: Any, crear_nora: Any) -> None:
    nora = crear_nora()
    avisar(cliente_http, f"/webhook/{nora}", CAMPOS)
    from clientes.aura.conversacion import turno

    turno.atender(nora, mensajes(nora)[0]["conversacion_id"])
    saliente = filas(supabase.table("mensajes_salientes").select("*").eq("nombre_nora", nora))[0]["id"]
    ruta = f"/webhook/{nora}/estado?saliente={saliente}"
    assert avisar(cliente_http, ruta, {"MessageSid": "SMx", "MessageStatus": "delivered"}).status_code == 200
    assert (
        avisar(cliente_http, ruta, {"MessageSid": "SMx", "MessageStatus": "read"}, token="no").status_code
        == 403
    )
    sin_nombre = f"/webhook/{nora}/estado"
    assert avisar(cliente_http, sin_nombre, {"MessageSid": "SMx", "MessageStatus": "sent"}).status_code == 200
    fila = filas(supabase.table("mensajes_salientes").select("*").eq("nombre_nora", nora))[0]
    assert (fila["estado"], fila["proveedor_sid"]) == ("entregado", "SMx")
