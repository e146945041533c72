"""IA, como la usan el dueño (ajusta y aprueba) y el agente (mira): llave, gasto, ensayo y lo que hay que revisar."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from apoyo.peticiones import contar_peticiones
from apoyo.siembra import sembrar
from dobles.openai_falso import OpenAIFalso, Paso, openai_falso
from flask import Flask

from clientes.aura.ia import asistente, fusible
from clientes.aura.ia import consultas_asistente as consultas
from clientes.aura.ia import herramientas as manos
from clientes.aura.ia.herramientas import Argumentos, Contexto, Herramienta, Resultado
from clientes.aura.utils.supabase_client import supabase
from clientes.aura.utils.supabase_helpers import ejecutar, filas

BASE = "/panel_cliente/marea/ia"
HABLA = {
    "personalidad": "Alegre.",
    "instrucciones": "Pregunta para qué día.",
    "modo_respuesta": "flexible",
    "mensaje_fuera_tema": "Solo cosas de la estética.",
    "cuando_pasar": "Hay una queja.",
    "maximo_palabras": "60",
    "respuestas_por_dia": "20",
}
MODELO = {
    "usar_modelo": "y",
    "tope_mensual": "250.50",
    "llave": "",
    "modelo": "",
    "precio_entrada": "",
    "precio_salida": "",
}


@pytest.fixture
def marea(crear_nora: Callable[..., str]) -> str:
    return crear_nora("marea")


@pytest.fixture
def duena(marea: str, cliente_de: Callable[..., Any]) -> Any:
    return cliente_de("dueno", marea)


@pytest.fixture
def ids(marea: str, crear_usuario: Callable[..., str]) -> dict[str, Any]:
    sembrados = sembrar(marea, crear_usuario("siembra@prueba.mx", "dueno", marea))
    for nombre in ("turnos_ia", "acciones_ia", "uso_ia", "configuracion_ia", "numeros_equipo"):
        ejecutar(supabase.table(nombre).delete().eq("nombre_nora", marea))
    return sembrados


@pytest.fixture
def doble(app: Flask) -> Iterator[OpenAIFalso]:
    fusible.olvidar()
    with openai_falso() as falso:
        config = app.extensions["nora_config"]
        config.OPENAI_API_KEY, config.OPENAI_BASE_URL = falso.llave, falso.url
        yield falso


def tabla(nombre: str) -> list[dict[str, Any]]:
    return filas(supabase.table(nombre).select("*").eq("nombre_nora", "marea"))


# ---------------------------------------------------------------- ajustes
def test_lo_que_se_guarda_es_lo_que_se_lee(duena: Any) -> None:
    assert duena.enviar(f"{BASE}/", HABLA).status_code == 302
    (nora,), (ia,) = tabla("configuracion_bot"), tabla("configuracion_ia")
    assert (nora["personalidad"], nora["modo_respuesta"]) == ("Alegre.", "flexible")
    assert (ia["cuando_pasar"], ia["maximo_palabras"], ia["respuestas_por_dia"]) == ("Hay una queja.", 60, 20)
    pagina = duena.get(f"{BASE}/").get_data(as_text=True)
    assert "Pregunta para qué día." in pagina and "Hay una queja." in pagina


@pytest.mark.parametrize(
    ("campo", "valor", "frase"),
    [
        ("personalidad", "x" * 1501, "Caben 1,500"),
        ("maximo_palabras", "5", "De 20 a 200"),
        ("maximo_palabras", "muchas", "Escribe un número."),
        ("respuestas_por_dia", "", "Escribe un número."),
    ],
)
def test_un_error_queda_en_su_campo_y_nada_se_pierde(duena: Any, campo: str, valor: str, frase: str) -> None:
    respuesta = duena.enviar(f"{BASE}/", {**HABLA, campo: valor})
    pagina = respuesta.get_data(as_text=True)
    assert respuesta.status_code == 422 and f'id="{campo}-error"' in pagina
    assert "Pregunta para qué día." in pagina
    assert frase in pagina
    assert tabla("configuracion_ia") == []


def test_un_ejemplo_llena_la_personalidad_sin_guardarla(duena: Any) -> None:
    pagina = duena.get(f"{BASE}/?ejemplo=formal").get_data(as_text=True)
    assert "Tratas de usted" in pagina and "Así hablaría" in pagina
    assert tabla("configuracion_bot")[0]["personalidad"] == ""


def test_html_y_nul_en_los_ajustes_ni_corren_ni_revientan(duena: Any) -> None:
    feo = "<script>alert(1)</script>\x00"
    assert duena.enviar(f"{BASE}/", {**HABLA, "personalidad": feo}).status_code == 302
    pagina = duena.get(f"{BASE}/").get_data(as_text=True)
    assert "<script>alert(1)" not in pagina and "&lt;script&gt;alert(1)" in pagina


def test_la_pagina_cuesta_dos_peticiones(duena: Any) -> None:
    for ruta in ("/", "/modelo", "/equipo", "/por-revisar"):
        assert duena.get(f"{BASE}{ruta}").status_code == 200
        pedidas = contar_peticiones(partial(duena.get, f"{BASE}{ruta}"))
        assert len(pedidas) <= 3, (ruta, pedidas)


# ---------------------------------------------------------------- llave y gasto
def test_la_llave_se_guarda_cifrada_y_no_se_vuelve_a_mostrar(duena: Any, app: Flask) -> None:
    llave = "sk-proj-supersecreta-9876"
    assert (
        duena.enviar(f"{BASE}/modelo", {**MODELO, "llave": llave, "modelo": "gpt-4o-mini"}).status_code == 302
    )
    (ia,) = tabla("configuracion_ia")
    assert llave not in json.dumps(ia) and ia["llave_final"] == "9876" and ia["modelo"] == "gpt-4o-mini"
    for ruta in ("/", "/modelo", "/por-revisar"):
        pagina = duena.get(f"{BASE}{ruta}").get_data(as_text=True)
        assert llave not in pagina and ia["llave_cifrada"] not in pagina
    assert "…9876" in duena.get(f"{BASE}/modelo").get_data(as_text=True)
    assert llave not in json.dumps(filas(supabase.table("auditoria").select("*")))
    with app.app_context():
        ajustes = consultas.AjustesIA.model_validate(ia)
        acceso = asistente.acceso_de(ajustes)
    assert acceso is not None and acceso.llave == llave
    assert duena.enviar(f"{BASE}/modelo", MODELO).status_code == 302
    assert tabla("configuracion_ia")[0]["llave_final"] == "9876", "en blanco no cambia"
    assert duena.enviar(f"{BASE}/modelo/quitar-llave").status_code == 302
    assert tabla("configuracion_ia")[0]["llave_cifrada"] == ""


def test_una_llave_mal_pegada_no_se_guarda_ni_se_repite(duena: Any) -> None:
    respuesta = duena.enviar(f"{BASE}/modelo", {**MODELO, "llave": "sk con espacios adentro"})
    assert respuesta.status_code == 422
    pagina = respuesta.get_data(as_text=True)
    assert "no parece una llave" in pagina and "sk con espacios" not in pagina
    assert tabla("configuracion_ia") == []


def gastar(pesos: float) -> None:
    fila = {"nombre_nora": "marea", "modelo": "m", "tokens_entrada": 1, "tokens_salida": 1, "costo": pesos}
    ejecutar(supabase.table("uso_ia").insert(fila))


@pytest.mark.parametrize(
    ("gasto", "frase"), [(10.0, "Dentro del tope"), (80.0, "Vas en más del 80%"), (100.0, "Llegaste al tope")]
)
def test_el_medidor_avisa_al_80_y_al_100(duena: Any, doble: OpenAIFalso, gasto: float, frase: str) -> None:
    duena.enviar(f"{BASE}/modelo", {**MODELO, "tope_mensual": "100"})
    gastar(gasto)
    pagina = duena.get(f"{BASE}/modelo").get_data(as_text=True)
    assert frase in pagina and f"${gasto:,.2f} MXN" in pagina
    tablero = duena.get("/panel_cliente/marea/").get_data(as_text=True)
    assert frase in tablero


def test_un_modelo_sin_precio_conocido_lo_dice(duena: Any, doble: OpenAIFalso) -> None:
    aviso = "No conocemos el precio de «qwen3-local»"
    duena.enviar(
        f"{BASE}/modelo", {**MODELO, "modelo": "qwen3-local", "precio_entrada": "", "precio_salida": ""}
    )
    pagina = duena.get(f"{BASE}/modelo").get_data(as_text=True)
    assert aviso in pagina and "$50.00 MXN" in pagina
    duena.enviar(
        f"{BASE}/modelo", {**MODELO, "modelo": "qwen3-local", "precio_entrada": "0", "precio_salida": "0"}
    )
    assert aviso not in duena.get(f"{BASE}/modelo").get_data(as_text=True)


def test_el_gasto_del_mes_pasado_no_cuenta(duena: Any, doble: OpenAIFalso) -> None:
    gastar(500)
    ejecutar(
        supabase.table("uso_ia").update({"fecha_creacion": "2020-01-31T00:00:00Z"}).eq("nombre_nora", "marea")
    )
    assert "$0.00 MXN" in duena.get(f"{BASE}/modelo").get_data(as_text=True)


# ---------------------------------------------------------------- ensayo
def test_el_ensayo_contesta_con_lo_escrito_y_no_guarda_ni_manda(
    duena: Any, ids: dict[str, Any], doble: OpenAIFalso
) -> None:
    antes = (tabla("mensajes"), tabla("mensajes_salientes"))
    doble.modelo = lambda _: Paso("Abrimos a las nueve.")
    pagina = duena.enviar(f"{BASE}/ensayo", {**HABLA, "conversacion": ids["conversacion_id"]}).get_data(
        as_text=True
    )
    assert "Así contestaría" in pagina and "Abrimos a las nueve." in pagina
    assert "Alegre." in doble.sistema(), "usa lo escrito, aunque no esté guardado"
    assert "Pregunta para qué día." in pagina, "lo escrito sigue en la página"
    assert (tabla("mensajes"), tabla("mensajes_salientes")) == antes
    assert tabla("configuracion_bot")[0]["personalidad"] == "" and tabla("turnos_ia") == []
    assert [u["motivo"] for u in tabla("uso_ia")] == ["ensayo"], "pero sí se cuenta lo que costó"


def test_el_ensayo_dice_lo_que_no_se_mandaria_y_no_usa_herramientas(
    duena: Any, ids: dict[str, Any], doble: OpenAIFalso
) -> None:
    doble.guion = [
        Paso(llamadas=[("guardar_dato_del_contacto", {"campo": "nota", "valor": "algo"})]),
        Paso("Cuesta $999."),
    ]
    pagina = duena.enviar(f"{BASE}/ensayo", {**HABLA, "conversacion": ids["conversacion_id"]}).get_data(
        as_text=True
    )
    assert "No se manda" in pagina and "$999" in pagina
    assert tabla("contactos")[0]["notas"] == "" and tabla("acciones_ia") == []


def test_sin_llave_el_ensayo_dice_que_contestaria_el_motor_local(duena: Any, ids: dict[str, Any]) -> None:
    pagina = duena.enviar(f"{BASE}/ensayo", {**HABLA, "conversacion": ids["conversacion_id"]}).get_data(
        as_text=True
    )
    assert "No hay llave" in pagina


@pytest.mark.parametrize("conversacion", ["", "no-es-un-id", "'; drop table mensajes"])
def test_sin_conversacion_el_ensayo_lo_dice(duena: Any, ids: dict[str, Any], conversacion: str) -> None:
    respuesta = duena.enviar(f"{BASE}/ensayo", {**HABLA, "conversacion": conversacion})
    assert respuesta.status_code == 422 and "Elige una conversación." in respuesta.get_data(as_text=True)


# ---------------------------------------------------------------- por revisar
def frenar(conversacion_id: str) -> str:
    consultas.guardar_turno(
        "marea",
        conversacion_id,
        7,
        resultado="frenado",
        pregunta="¿cuánto el corte?",
        borrador="Cuesta <b>$1</b>.",
        hallazgos=["No está en lo que Nora sabe: «$1»."],
        apoyos=[],
        modelo="m",
    )
    return str(tabla("turnos_ia")[0]["id"])


def test_lo_frenado_se_ve_se_escapa_y_se_quita(duena: Any, ids: dict[str, Any]) -> None:
    turno_id = frenar(ids["conversacion_id"])
    pagina = duena.get(f"{BASE}/por-revisar").get_data(as_text=True)
    assert "Cuesta &lt;b&gt;$1&lt;/b&gt;." in pagina and "No está en lo que Nora sabe" in pagina
    assert duena.enviar(f"{BASE}/por-revisar/{turno_id}").status_code == 302
    assert "Nada por revisar" in duena.get(f"{BASE}/por-revisar").get_data(as_text=True)


def test_lo_frenado_esta_en_el_chat_hasta_que_alguien_contesta(duena: Any, ids: dict[str, Any]) -> None:
    frenar(ids["conversacion_id"])
    chat = f"/panel_cliente/marea/chat/{ids['conversacion_id']}"
    html = duena.get(f"{chat}/borrador").get_json()["data"]["html"]
    assert "Cuesta &lt;b&gt;$1&lt;/b&gt;." in html and "data-borrador-usar" in html
    assert 'data-modulo="frenado"' in duena.get(chat).get_data(as_text=True)
    clave = "6f1c2b1e-8d0b-4a53-9d53-0d6d5b6c7a01"
    assert duena.enviar(f"{chat}/responder", {"texto": "Cuesta $250.", "clave": clave}).status_code in (
        200,
        302,
    )
    assert duena.get(f"{chat}/borrador").get_json()["data"]["html"] == ""
    assert "Nada por revisar" in duena.get(f"{BASE}/por-revisar").get_data(as_text=True)


class Cosa(Argumentos):
    que: str


@pytest.fixture
def hechas(marea: str) -> Iterator[list[str]]:
    lista: list[str] = []

    def hacer(contexto: Contexto, argumentos: Cosa) -> Resultado:
        lista.append(f"{contexto.nombre_nora}:{argumentos.que}")
        return Resultado("Publicado.")

    manos.usar_herramientas({"ia": [Herramienta("publicar_algo", "Publica.", Cosa, hacer, efecto="publica")]})
    yield lista
    manos.usar_herramientas({})


def proponer(conversacion_id: str) -> str:
    accion = consultas.apartar_accion(
        "marea", conversacion_id, "k", "publicar_algo", {"que": "oferta"}, "por_aprobar"
    )
    assert accion is not None
    return accion.id


@pytest.mark.parametrize(
    ("decision", "hecho", "estado"), [("aprobar", ["marea:oferta"], "hecha"), ("rechazar", [], "rechazada")]
)
def test_lo_propuesto_se_hace_solo_si_se_aprueba_y_una_vez(
    duena: Any, ids: dict[str, Any], hechas: list[str], decision: str, hecho: list[str], estado: str
) -> None:
    accion_id = proponer(ids["conversacion_id"])
    assert "publicar algo" in duena.get(f"{BASE}/por-revisar").get_data(as_text=True)
    assert duena.enviar(f"{BASE}/acciones/{accion_id}", {"decision": "otra"}).status_code == 400
    assert duena.enviar(f"{BASE}/acciones/{accion_id}", {"decision": decision}).status_code == 302
    assert hechas == hecho and tabla("acciones_ia")[0]["estado"] == estado
    assert duena.enviar(f"{BASE}/acciones/{accion_id}", {"decision": "aprobar"}).status_code == 404
    assert hechas == hecho, "dos veces no"


# ---------------------------------------------------------------- equipo
def test_el_equipo_se_agrega_una_vez_y_se_quita(duena: Any) -> None:
    assert duena.enviar(f"{BASE}/equipo", {"nombre": "Ana", "telefono": "662 123 4567"}).status_code == 302
    (numero,) = tabla("numeros_equipo")
    assert numero["telefono"] == "+526621234567", "como llega el de un contacto"
    repetido = duena.enviar(f"{BASE}/equipo", {"nombre": "Otra", "telefono": "+521 662 123 4567"})
    assert repetido.status_code == 422 and "Ese número ya está." in repetido.get_data(as_text=True)
    malo = duena.enviar(f"{BASE}/equipo", {"nombre": "Luis", "telefono": "12"})
    assert malo.status_code == 422 and 'value="Luis"' in malo.get_data(as_text=True)
    assert duena.enviar(f"{BASE}/equipo/{numero['id']}/quitar").status_code == 302
    assert tabla("numeros_equipo") == []


# ---------------------------------------------------------------- quién puede
def test_un_agente_mira_y_no_cambia(marea: str, cliente_de: Callable[..., Any], ids: dict[str, Any]) -> None:
    agente = cliente_de("agente", marea)
    assert agente.get(f"{BASE}/").status_code == 200
    for ruta, datos in (
        ("/", HABLA),
        ("/modelo", MODELO),
        ("/ensayo", HABLA),
        ("/modelo/quitar-llave", {}),
        ("/equipo", {}),
    ):
        assert agente.enviar(f"{BASE}{ruta}", datos).status_code == 403, ruta
    assert (
        agente.enviar(
            f"{BASE}/acciones/{proponer(ids['conversacion_id'])}", {"decision": "aprobar"}
        ).status_code
        == 403
    )


def test_lo_de_una_nora_no_existe_para_otra(
    crear_nora: Callable[..., str], cliente_de: Callable[..., Any], ids: dict[str, Any], hechas: list[str]
) -> None:
    rival = cliente_de("dueno", crear_nora("rival"))
    turno_id, accion_id = frenar(ids["conversacion_id"]), proponer(ids["conversacion_id"])
    suya = "/panel_cliente/rival/ia"
    assert rival.get(f"{BASE}/").status_code == 404
    assert rival.enviar(f"{suya}/por-revisar/{turno_id}").status_code == 404
    assert rival.get(f"/panel_cliente/rival/chat/{ids['conversacion_id']}/borrador").status_code == 404
    assert rival.enviar(f"{suya}/acciones/{accion_id}", {"decision": "aprobar"}).status_code == 404
    assert (
        rival.enviar(f"{suya}/ensayo", {**HABLA, "conversacion": ids["conversacion_id"]}).status_code == 404
    )
    assert hechas == [] and "cuánto el corte" not in rival.get(f"{suya}/por-revisar").get_data(as_text=True)
