"""Contactos, como los usa quien atiende un negocio."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from apoyo.peticiones import contar_peticiones

from clientes.aura.utils.supabase_client import supabase
from clientes.aura.utils.supabase_helpers import filas

BASE = "/panel_cliente/marea/contactos"


@pytest.fixture
def marea(crear_nora: Callable[..., str]) -> str:
    return crear_nora("marea")


@pytest.fixture
def duena(marea: str, cliente_de: Callable[..., Any]) -> Any:
    return cliente_de("dueno", marea)


def crear(cliente: Any, base: str = BASE, **datos: Any) -> str:
    """Lo crea por la página y devuelve su id."""
    respuesta = cliente.enviar(f"{base}/nuevo", {"nombre": "Ana Núñez", "telefono": "662 123 4567", **datos})
    assert respuesta.status_code == 302, respuesta.get_data(as_text=True)
    return respuesta.location.rsplit("/", 1)[1]


def conversar(nora: str, contacto_id: str, *textos: str) -> str:
    """Le pone una conversación con mensajes ya atendidos."""
    conversacion = filas(
        supabase.table("conversaciones").insert({"nombre_nora": nora, "contacto_id": contacto_id})
    )[0]["id"]
    for texto in textos:
        filas(
            supabase.table("mensajes").insert(
                {
                    "nombre_nora": nora,
                    "conversacion_id": conversacion,
                    "sentido": "entrante",
                    "autor": "contacto",
                    "texto": texto,
                    "atendido_en": "2026-01-01T00:00:00Z",
                }
            )
        )
    return str(conversacion)


def test_crear_deja_el_numero_en_e164_y_la_direccion_de_whatsapp(duena: Any) -> None:
    contacto_id = crear(
        duena, correo="ANA@Negocio.MX", notas="Prefiere las tardes", telefono="+52 1 662 123 4567"
    )
    fila = filas(supabase.table("contactos").select("*").eq("id", contacto_id))[0]
    assert fila["telefono"] == "+526621234567"
    assert fila["direccion"] == fila["direccion_envio"] == "whatsapp:+526621234567"
    assert (fila["canal"], fila["correo"], fila["notas"]) == (
        "whatsapp",
        "ana@negocio.mx",
        "Prefiere las tardes",
    )
    ficha = duena.get(f"{BASE}/{contacto_id}").get_data(as_text=True)
    assert "Ana Núñez" in ficha and "+52 662 123 4567" in ficha and "Prefiere las tardes" in ficha
    assert "Todavía no te escribe" in ficha


@pytest.mark.parametrize(
    ("campo", "valor", "frase"),
    [
        ("nombre", "   ", "Escribe su nombre."),
        ("telefono", "", "Escribe su número de WhatsApp."),
        ("telefono", "662 12", "faltan o le sobran"),
        ("telefono", "hola", "no se entiende"),
        ("correo", "ana@", "no está completo"),
        ("notas", "x" * 2001, "Caben 2,000"),
        ("etiqueta_nueva", "x" * 41, "40 letras"),
        ("etiqueta_nueva", ",".join(f"e{n}" for n in range(13)), "12 etiquetas"),
    ],
)
def test_un_error_queda_junto_a_su_campo_y_nada_se_pierde(
    duena: Any, campo: str, valor: str, frase: str
) -> None:
    datos = {
        "nombre": "Beto <b>",
        "telefono": "6621234567",
        "correo": "b@x.mx",
        "notas": "una nota",
        campo: valor,
    }
    respuesta = duena.enviar(f"{BASE}/nuevo", datos)
    pagina = respuesta.get_data(as_text=True)
    assert respuesta.status_code == 422
    error = re.search(rf'id="{campo}-error"[^>]*>(.*?)</p>', pagina, re.S)
    assert error and frase in error[1]
    assert campo == "nombre" or 'value="Beto &lt;b&gt;"' in pagina
    assert campo == "notas" or ">\nuna nota</textarea>" in pagina or ">\r\nuna nota</textarea>" in pagina
    assert filas(supabase.table("contactos").select("id")) == []


def test_telefono_repetido(duena: Any) -> None:
    crear(duena)
    respuesta = duena.enviar(
        f"{BASE}/nuevo", {"nombre": "Otra", "telefono": "(662) 123-4567", "notas": "sigue aquí"}
    )
    pagina = respuesta.get_data(as_text=True)
    assert respuesta.status_code == 422
    assert (
        "Ya tienes un contacto con este número." in re.search(r'id="telefono-error".*?</p>', pagina, re.S)[0]
    )  # type: ignore[index]
    assert "sigue aquí" in pagina and "(662) 123-4567" in pagina or "+526621234567" in pagina
    assert len(filas(supabase.table("contactos").select("id"))) == 1


def test_etiquetas_elegir_crear_y_quitar(duena: Any, marea: str) -> None:
    primero = crear(duena, etiqueta_nueva="VIP, Mayoreo , vip")
    segundo = crear(duena, nombre="Bruno", telefono="6629998877", etiquetas=["VIP"], etiqueta_nueva="mayoréo")
    nombres = {fila["nombre"] for fila in filas(supabase.table("etiquetas").select("nombre"))}
    assert nombres == {"VIP", "Mayoreo"}, "la misma etiqueta con otra letra o acento no se repite"
    assert len(filas(supabase.table("contacto_etiquetas").select("*").eq("contacto_id", segundo))) == 2
    edicion = duena.get(f"{BASE}/{primero}/editar").get_data(as_text=True)
    assert edicion.count(" checked") == 2
    duena.enviar(f"{BASE}/{primero}/editar", {"nombre": "Ana", "etiquetas": ["Mayoreo"]})
    puestas = filas(
        supabase.table("contacto_etiquetas").select("etiquetas(nombre)").eq("contacto_id", primero)
    )
    assert [p["etiquetas"]["nombre"] for p in puestas] == ["Mayoreo"]
    assert "Mayoreo" in duena.get(f"{BASE}/").get_data(as_text=True)


def test_buscar_perdona_acentos_y_errores_de_dedo(duena: Any) -> None:
    crear(duena, nombre="Ángel Peña")
    crear(duena, nombre="Graciela Bojórquez", telefono="6629998877")
    for texto in ("angel pena", "ÁNGEL", "123 4567", "anjel peña"):
        pagina = duena.get(f"{BASE}/", query_string={"q": texto}).get_data(as_text=True)
        assert "Ángel Peña" in pagina and "Graciela" not in pagina, texto
        assert f'value="{texto}"' in pagina, "lo buscado se queda en la caja"
    assert "Nadie se parece a" in duena.get(f"{BASE}/?q=zzzzqqq").get_data(as_text=True)
    pedazo = duena.get(f"{BASE}/?q=bojorques", headers={"HX-Request": "true"})
    assert "Graciela" in pedazo.get_data(as_text=True) and "<html" not in pedazo.get_data(as_text=True)
    assert "HX-Request" in pedazo.headers["Vary"]


def test_ver_mas_recorre_todos_sin_repetir(duena: Any, marea: str) -> None:
    filas(
        supabase.table("contactos").insert(
            [
                {
                    "nombre_nora": marea,
                    "nombre": f"Persona {n:02d}",
                    "telefono": f"+5266200000{n:02d}",
                    "direccion": f"whatsapp:+5266200000{n:02d}",
                    "direccion_envio": f"whatsapp:+5266200000{n:02d}",
                    "fecha_creacion": "2026-03-01T10:00:00.123456Z",
                }
                for n in range(75)
            ]
        )
    )
    vistos: list[str] = []
    url: str | None = f"{BASE}/"
    while url:
        pagina = duena.get(url).get_data(as_text=True)
        vistos += re.findall(r'lista-titulo recortado">(Persona \d\d)', pagina)
        siguiente = re.search(r'href="([^"]*antes_id=[^"]*)"', pagina)
        url = siguiente[1].replace("&amp;", "&") if siguiente else None
    assert sorted(vistos) == [f"Persona {n:02d}" for n in range(75)]


def test_un_cursor_escrito_a_mano_es_la_primera_pagina(duena: Any) -> None:
    crear(duena)
    assert "Ana Núñez" in duena.get(f"{BASE}/?antes_de=ayer&antes_id=7").get_data(as_text=True)


def test_ficha_con_conversacion_baja_y_espera(duena: Any, marea: str) -> None:
    contacto_id = crear(duena)
    conversacion = conversar(marea, contacto_id, "¿Abren el domingo?", "Gracias")
    filas(supabase.table("contactos").update({"baja_en": "2026-05-01T00:00:00Z"}).eq("id", contacto_id))
    espera = {"espera_persona_desde": "2026-05-01T00:00:00Z"}
    filas(supabase.table("conversaciones").update(espera).eq("id", conversacion))
    ficha = duena.get(f"{BASE}/{contacto_id}").get_data(as_text=True)
    assert "2 mensajes en 30 días" in ficha and "¿Abren el domingo?" in ficha
    assert "Está de baja" in ficha and "Te espera" in ficha
    assert f"/panel_cliente/marea/chat/{conversacion}" in ficha


def test_sin_el_modulo_chat_no_hay_enlace(
    crear_nora: Callable[..., str], cliente_de: Callable[..., Any]
) -> None:
    crear_nora("marea", modulos=["contactos"])
    duena = cliente_de("dueno", "marea")
    contacto_id = crear(duena)
    conversar("marea", contacto_id, "hola")
    ficha = duena.get(f"{BASE}/{contacto_id}")
    assert ficha.status_code == 200 and "/chat/" not in ficha.get_data(as_text=True)


def test_cambiar_el_telefono_mueve_la_direccion_si_no_hay_platica(duena: Any, marea: str) -> None:
    contacto_id = crear(duena)
    duena.enviar(f"{BASE}/{contacto_id}/editar", {"nombre": "Ana", "telefono": "6620001122"})
    fila = filas(supabase.table("contactos").select("*").eq("id", contacto_id))[0]
    assert fila["direccion"] == fila["direccion_envio"] == "whatsapp:+526620001122"
    conversar(marea, contacto_id, "hola")
    respuesta = duena.enviar(f"{BASE}/{contacto_id}/editar", {"nombre": "Ana", "telefono": "6620003344"})
    assert respuesta.status_code == 422 and "ya no se puede cambiar" in respuesta.get_data(as_text=True)
    assert (
        filas(supabase.table("contactos").select("telefono").eq("id", contacto_id))[0]["telefono"]
        == "+526620001122"
    )
    assert duena.enviar(f"{BASE}/{contacto_id}/editar", {"nombre": "Ana Sin Tocar"}).status_code == 302


def test_editar_con_el_numero_de_otro(duena: Any) -> None:
    crear(duena)
    otro = crear(duena, nombre="Otro", telefono="6620001122")
    respuesta = duena.enviar(f"{BASE}/{otro}/editar", {"nombre": "Otro", "telefono": "6621234567"})
    assert respuesta.status_code == 422 and "Ya tienes un contacto con este número." in respuesta.get_data(
        as_text=True
    )


def test_borrar_va_a_la_papelera_y_queda_en_la_auditoria(duena: Any, marea: str) -> None:
    contacto_id = crear(duena, etiqueta_nueva="VIP")
    conversar(marea, contacto_id, "hola")
    respuesta = duena.enviar(f"{BASE}/{contacto_id}/borrar")
    assert respuesta.status_code == 302 and "deshacer=" in respuesta.location
    for tabla in ("contactos", "conversaciones", "mensajes", "contacto_etiquetas"):
        assert len(filas(supabase.table(tabla).select("nombre_nora"))) == 1, "nada se pierde al borrar"
    assert "Ana Núñez" not in duena.get(f"{BASE}/").get_data(as_text=True)
    assert "Ana Núñez" not in duena.get(f"{BASE}/?q=ana").get_data(as_text=True).replace("«ana»", "")
    assert "Ana Núñez" in duena.get(f"{BASE}/?estado=borrado").get_data(as_text=True)
    anotado = filas(supabase.table("auditoria").select("*").eq("accion", "borrar_contacto"))
    assert [(a["objeto"], a["nombre_nora"]) for a in anotado] == [(contacto_id, "marea")]


def test_un_agente_edita_pero_no_borra(duena: Any, cliente_de: Callable[..., Any]) -> None:
    agente = cliente_de("agente", "marea")
    contacto_id = crear(agente)
    assert "Borrar contacto" not in agente.get(f"{BASE}/{contacto_id}").get_data(as_text=True)
    assert agente.enviar(f"{BASE}/{contacto_id}/borrar").status_code == 403
    assert "Borrar contacto" in duena.get(f"{BASE}/{contacto_id}").get_data(as_text=True)


def test_lo_de_otra_nora_no_existe(
    duena: Any, crear_nora: Callable[..., str], cliente_de: Callable[..., Any]
) -> None:
    contacto_id = crear(duena)
    crear_nora("brisa")
    ajena = cliente_de("dueno", "brisa")
    otra = "/panel_cliente/brisa/contactos"
    inventado = ajena.get(f"{otra}/{uuid4()}")
    for ruta in ("", "/editar"):
        respuesta = ajena.get(f"{otra}/{contacto_id}{ruta}")
        assert respuesta.status_code == 404
        assert respuesta.get_data(as_text=True) == inventado.get_data(as_text=True)
    assert ajena.enviar(f"{otra}/{contacto_id}/editar", {"nombre": "Robo"}).status_code == 404
    assert ajena.enviar(f"{otra}/{contacto_id}/borrar").status_code == 404
    assert ajena.get(f"{BASE}/{contacto_id}").status_code == 404, "ni por la dirección de la otra Nora"
    assert "Ana" not in ajena.get(f"{otra}/?q=ana").get_data(as_text=True)
    assert (
        filas(supabase.table("contactos").select("nombre").eq("id", contacto_id))[0]["nombre"] == "Ana Núñez"
    )


def test_sin_entrar_no_se_ve_nada(marea: str, cliente_http: Any) -> None:
    respuesta = cliente_http.get(f"{BASE}/")
    assert respuesta.status_code == 302 and "/login" in respuesta.location


@pytest.mark.parametrize("ruta", ["/", "/?q=ana", "/nuevo", "/{id}", "/{id}/editar"])
def test_cada_pagina_hace_tres_peticiones_como_mucho(duena: Any, marea: str, ruta: str) -> None:
    contacto_id = crear(duena, etiqueta_nueva="VIP")
    conversar(marea, contacto_id, "hola")
    url = BASE + ruta.replace("{id}", contacto_id)
    pedidas = contar_peticiones(lambda: duena.get(url))
    assert 0 < len(pedidas) <= 3, pedidas


def test_vacia_dice_que_hacer(duena: Any) -> None:
    pagina = duena.get(f"{BASE}/").get_data(as_text=True)
    assert "Aquí van a estar tus clientes" in pagina and f"{BASE}/nuevo" in pagina
