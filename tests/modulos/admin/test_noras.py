"""Noras desde la administración: alta, cambios en vivo, llaves, nombre, suspender y entrar «como»."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from clientes.aura.utils.cifrado import Cifrador
from clientes.aura.utils.supabase_client import supabase

CUENTA = "AC" + "0a" * 16
SERVICIO = "MG" + "0b" * 16
TOKEN = "secreto-de-twilio-0123456789"


@pytest.fixture
def admin(cliente_de: Callable[..., Any]) -> Any:
    return cliente_de("admin")


def texto(respuesta: Any) -> str:
    cuerpo: str = respuesta.get_data(as_text=True)
    return cuerpo


def fila(nombre: str) -> dict[str, Any]:
    datos = supabase.table("configuracion_bot").select("*").eq("nombre_nora", nombre).execute().data
    return datos[0] if datos else {}


def acciones(nombre: str) -> list[str]:
    leidas = supabase.table("auditoria").select("accion").eq("nombre_nora", nombre).order("id").execute().data
    return [una["accion"] for una in leidas]


def alta(**cambios: Any) -> dict[str, Any]:
    return {
        "nombre_nora": "espiga",
        "nombre_visible": "Panadería La Espiga",
        "numero_nora": "+1 555 010 0001",
        "zona_horaria": "America/Tijuana",
        "modulos": ["contactos", "conocimiento"],
        **cambios,
    }


def datos(**cambios: Any) -> dict[str, Any]:
    return {
        "nombre_visible": "La Espiga",
        "numero_nora": "+15550100001",
        "zona_horaria": "America/Hermosillo",
        "mensaje_bienvenida": "¡Hola!",
        "silencio_segundos": "7",
        "ia_activa": "y",
        **cambios,
    }


def test_creada_ya_sirve(admin: Any) -> None:
    respuesta = admin.enviar("/admin/noras/nueva", alta())
    assert respuesta.status_code == 302, texto(respuesta)
    guardada = fila("espiga")
    assert guardada["numero_nora"] == "+15550100001"
    assert guardada["zona_horaria"] == "America/Tijuana"
    assert sorted(guardada["modulos"]) == ["conocimiento", "contactos"]
    assert admin.get("/panel_cliente/espiga/contactos/").status_code == 200
    assert admin.get("/panel_cliente/espiga/chat/").status_code == 404
    assert acciones("espiga")[0] == "crear_nora"


def test_lo_ocupado_se_dice_junto_a_cada_campo_y_nada_se_pierde(
    admin: Any, crear_nora: Callable[..., str]
) -> None:
    crear_nora("espiga", numero_nora="+15550100001")
    respuesta = admin.enviar("/admin/noras/nueva", alta())
    pagina = texto(respuesta)
    assert respuesta.status_code == 400
    assert 'id="nombre_nora-error"' in pagina and 'id="numero_nora-error"' in pagina
    assert "Ya hay una Nora con ese nombre" in pagina and "ya lo usa otra Nora" in pagina
    assert 'value="Panadería La Espiga"' in pagina and 'value="+1 555 010 0001"' in pagina
    assert '<option selected value="America/Tijuana">' in pagina
    assert pagina.split('value="contactos"')[0].rsplit("<input", 1)[1].count("checked") == 1


@pytest.mark.parametrize(
    ("campo", "valor"),
    [
        ("nombre_nora", "La Espiga!"),
        ("nombre_nora", "admin"),
        ("numero_nora", "123"),
        ("nombre_visible", " "),
    ],
)
def test_lo_que_no_sirve_se_dice_junto_al_campo(admin: Any, campo: str, valor: str) -> None:
    respuesta = admin.enviar("/admin/noras/nueva", alta(**{campo: valor}))
    assert respuesta.status_code == 400
    assert f'id="{campo}-error"' in texto(respuesta)
    assert not fila("espiga")


def test_un_nombre_de_blueprint_del_sistema_no_se_puede(admin: Any) -> None:
    respuesta = admin.enviar("/admin/noras/nueva", alta(nombre_nora="panel_cliente_chat"))
    assert respuesta.status_code == 400 and 'id="nombre_nora-error"' in texto(respuesta)


def test_editar_se_ve_en_la_siguiente_peticion(admin: Any, crear_nora: Callable[..., str]) -> None:
    crear_nora("espiga")
    assert admin.enviar("/admin/noras/espiga/datos", datos()).status_code == 302
    assert "La Espiga" in texto(admin.get("/panel_cliente/espiga/"))
    guardada = fila("espiga")
    assert (guardada["silencio_segundos"], guardada["mensaje_bienvenida"]) == (7, "¡Hola!")
    mal = admin.enviar("/admin/noras/espiga/datos", datos(silencio_segundos="90", nombre_visible="Otra"))
    assert mal.status_code == 400
    assert 'id="silencio_segundos-error"' in texto(mal) and 'value="Otra"' in texto(mal)
    assert fila("espiga")["nombre_visible"] == "La Espiga"


def test_el_numero_de_otra_no_se_puede(admin: Any, crear_nora: Callable[..., str]) -> None:
    crear_nora("marea", numero_nora="+15550100002")
    crear_nora("espiga", numero_nora="+15550100001")
    respuesta = admin.enviar("/admin/noras/espiga/datos", datos(numero_nora="+15550100002"))
    assert respuesta.status_code == 400 and "ya lo usa otra Nora" in texto(respuesta)


def test_suspendida_no_existe_y_vuelve(admin: Any, crear_nora: Callable[..., str]) -> None:
    crear_nora("espiga")
    admin.enviar("/admin/noras/espiga/suspender")
    assert admin.get("/panel_cliente/espiga/").status_code == 404
    assert admin.get("/admin/noras/espiga/datos").status_code == 200
    admin.enviar("/admin/noras/espiga/reactivar")
    assert admin.get("/panel_cliente/espiga/").status_code == 200
    assert acciones("espiga")[:2] == ["suspender_nora", "reactivar_nora"]


def test_renombrada_se_lleva_todo(admin: Any, crear_nora: Callable[..., str]) -> None:
    crear_nora("espiga")
    crear_nora("marea")
    creado = {"nombre_nora": "espiga", "nombre": "Ana", "direccion": "whatsapp:+15550109999"}
    supabase.table("contactos").insert({**creado, "direccion_envio": creado["direccion"]}).execute()
    assert admin.enviar("/admin/noras/espiga/nombre", {"nombre_nora": "marea"}).status_code == 400
    assert admin.enviar("/admin/noras/espiga/nombre", {"nombre_nora": "trigo"}).status_code == 302
    assert admin.get("/panel_cliente/espiga/").status_code == 404
    assert "Ana" in texto(admin.get("/panel_cliente/trigo/contactos/"))


def test_el_token_se_guarda_cifrado_y_no_vuelve(
    admin: Any, app: Flask, crear_nora: Callable[..., str]
) -> None:
    crear_nora("espiga")
    llaves = {"cuenta": CUENTA, "token": TOKEN, "servicio_de_mensajes": SERVICIO}
    assert admin.enviar("/admin/noras/espiga/credenciales", llaves).status_code == 302
    pagina = texto(admin.get("/admin/noras/espiga/datos"))
    assert TOKEN not in pagina and "Guardadas" in pagina and CUENTA in pagina
    guardada = supabase.table("credenciales_nora").select("*").eq("nombre_nora", "espiga").execute().data[0]
    assert TOKEN not in str(guardada)
    cifrador = Cifrador(app.extensions["nora_config"].NORA_CLAVES_CIFRADO)
    assert cifrador.descifrar(guardada["twilio_token_cifrado"]) == TOKEN
    # Sin token se queda el que está; con otra cuenta hay que escribirlo.
    admin.enviar("/admin/noras/espiga/credenciales", {**llaves, "token": "", "servicio_de_mensajes": ""})
    despues = supabase.table("credenciales_nora").select("*").eq("nombre_nora", "espiga").execute().data[0]
    assert despues["twilio_token_cifrado"] == guardada["twilio_token_cifrado"]
    otra = admin.enviar(
        "/admin/noras/espiga/credenciales", {**llaves, "token": "", "cuenta": "AC" + "1" * 32}
    )
    assert otra.status_code == 400 and 'id="token-error"' in texto(otra)
    assert TOKEN not in str(supabase.table("auditoria").select("*").execute().data)


def test_llaves_con_mala_forma(admin: Any, crear_nora: Callable[..., str]) -> None:
    crear_nora("espiga")
    llaves = {"cuenta": "XX1", "token": TOKEN, "servicio_de_mensajes": "MG1"}
    mal = admin.enviar("/admin/noras/espiga/credenciales", llaves)
    assert mal.status_code == 400 and TOKEN not in texto(mal)
    assert 'id="cuenta-error"' in texto(mal) and 'id="servicio_de_mensajes-error"' in texto(mal)


def test_entrar_como_dueno_queda_escrito_y_se_sale(admin: Any, crear_nora: Callable[..., str]) -> None:
    crear_nora("espiga")
    assert admin.enviar("/admin/noras/espiga/entrar").location == "/panel_cliente/espiga/"
    assert "como su dueño" in texto(admin.get("/panel_cliente/espiga/"))
    assert acciones("espiga") == ["entrar_como_dueno"]
    assert admin.enviar("/admin/salir-de-nora").location == "/admin/noras"
    assert acciones("espiga") == ["entrar_como_dueno", "salir_de_nora"]
    with admin.session_transaction() as sesion:
        assert "como_dueno" not in sesion


def test_buscar_por_nombre_numero_y_estado(admin: Any, crear_nora: Callable[..., str]) -> None:
    crear_nora("espiga", nombre_visible="Panadería La Espiga", numero_nora="+526621234567")
    crear_nora("marea", nombre_visible="Marea", numero_nora="+15550100002", activo=False)
    for consulta, hay, no_hay in (
        ("q=panaderia", "espiga", "marea"),
        ("q=662 123", "espiga", "marea"),
        ("estado=suspendida", "marea", "espiga"),
        ("estado=activa", "espiga", "marea"),
    ):
        pagina = texto(admin.get(f"/admin/noras?{consulta}"))
        assert f"/admin/noras/{hay}/datos" in pagina and f"/admin/noras/{no_hay}/datos" not in pagina, (
            consulta
        )
    assert "Nada con" in texto(admin.get("/admin/noras?q=%25"))


def test_los_webhooks_se_copian_completos(admin: Any, crear_nora: Callable[..., str]) -> None:
    crear_nora("espiga")
    pagina = texto(admin.get("/admin/noras/espiga/datos"))
    assert 'data-copiar="http://localhost/webhook/espiga"' in pagina
    assert 'data-copiar="http://localhost/webhook/espiga/estado"' in pagina
