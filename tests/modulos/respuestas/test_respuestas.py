"""Las respuestas automáticas: cuál se dispara, cómo se escriben, y que Nora las mande."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from clientes.aura.conversacion import consultas as del_camino
from clientes.aura.conversacion import turno
from clientes.aura.conversacion.respuestas import Regla, cual_dispara
from clientes.aura.utils.supabase_client import supabase
from clientes.aura.utils.webhook_utils import leer_entrante

RUTA = "/panel_cliente/marea/respuestas"


def regla(modo: str, *disparadores: str, cuando: str = "siempre", nombre: str = "una") -> Regla:
    return Regla(id=nombre, nombre=nombre, disparadores=disparadores, modo=modo, cuando=cuando, respuesta="R")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("modo", "disparador", "mensaje", "dispara"),
    [
        ("exacta", "Menú", "menu", True),
        ("exacta", "Menú", "¡¡MENÚ!!", True),
        ("exacta", "Menú", "me pasas el menú", False),
        ("contiene", "a domicilio", "¿Tienen servicio a domicilio?", True),
        ("contiene", "a domicilio", "domicilio a", False),
        ("contiene", "sol", "me gusta el español", False),  # palabras completas
        ("contiene", "factura", "necesito facturas", False),
        ("parecida", "factura", "nesesito mi fcatura xfa", True),
        ("parecida", "hacer factura", "me puede aser factura", False),
        ("parecida", "horario domingo", "domingo que horrario tienen", True),
        ("contiene", "precio", "", False),
        ("contiene", "precio", "🙂 ??", False),
    ],
)
def test_como_se_dispara(modo: str, disparador: str, mensaje: str, dispara: bool) -> None:
    assert (cual_dispara([regla(modo, disparador)], mensaje, abierto=True) is not None) is dispara


def test_gana_la_primera_y_dice_por_que_palabra() -> None:
    reglas = [regla("contiene", "pizza", "menú", nombre="a"), regla("exacta", "menú", nombre="b")]
    disparo = cual_dispara(reglas, "menu", abierto=True)
    assert disparo is not None and (disparo.regla.id, disparo.disparador) == ("a", "menú")


def test_segun_abierto_o_cerrado() -> None:
    reglas = [
        regla("contiene", "cita", cuando="cerrado", nombre="c"),
        regla("contiene", "cita", cuando="abierto", nombre="a"),
    ]
    hallados = [cual_dispara(reglas, "una cita", abierto=abierto) for abierto in (True, False)]
    assert [d.regla.id for d in hallados if d] == ["a", "c"]


@pytest.fixture
def duena(crear_nora: Callable[..., str], cliente_de: Callable[..., Any]) -> Any:
    crear_nora("marea")
    return cliente_de("dueno", "marea")


def campos(**cambios: str) -> dict[str, str]:
    return {
        "nombre": "Ubicación",
        "disparadores": "ubicación\ndónde están\nubicación",
        "modo": "contiene",
        "cuando": "siempre",
        "respuesta": "Estamos en Calle Coral 5.",
        "orden": "10",
        **cambios,
    }


def guardadas() -> list[dict[str, Any]]:
    leidas: list[dict[str, Any]] = supabase.table("respuestas_automaticas").select("*").execute().data
    return leidas


def contesta(texto: str, sid: str) -> list[str]:
    entrante = leer_entrante({"MessageSid": sid, "From": "whatsapp:+5216621234567", "Body": texto})
    recibido = del_camino.recibir_mensaje("marea", "whatsapp", entrante)
    turno.atender("marea", recibido.conversacion_id)
    leidos = (
        supabase.table("mensajes").select("texto,decisor").eq("sentido", "saliente").order("id").execute()
    )
    return [f"{m['decisor']}: {m['texto']}" for m in leidos.data]


def test_se_escribe_y_nora_la_manda(duena: Any) -> None:
    assert duena.enviar(f"{RUTA}/nueva", campos()).status_code == 302
    assert guardadas()[0]["disparadores"] == ["ubicación", "dónde están"]
    (dicho,) = contesta("hola, donde estan??", "SM1")
    assert dicho.startswith("respuesta_automatica:") and "Estamos en Calle Coral 5." in dicho
    assert dicho.count("¡Hola!") == 1  # el saludo va delante, en el mismo mensaje


def test_apagada_no_se_manda(duena: Any) -> None:
    duena.enviar(f"{RUTA}/nueva", campos())
    identidad = guardadas()[0]["id"]
    assert duena.enviar(f"{RUTA}/{identidad}/activo", {"activo": "0"}).status_code == 302
    assert "Calle Coral" not in contesta("ubicación", "SM1")[0]


def test_pedir_a_una_persona_gana(duena: Any) -> None:
    duena.enviar(f"{RUTA}/nueva", campos(disparadores="persona", respuesta="No."))
    assert contesta("quiero hablar con una persona", "SM1")[0].startswith("pedir_persona:")


def test_se_cambia_y_se_borra(duena: Any) -> None:
    duena.enviar(f"{RUTA}/nueva", campos())
    identidad = guardadas()[0]["id"]
    assert "Estamos en Calle Coral 5." in duena.get(f"{RUTA}/{identidad}").get_data(as_text=True)
    assert duena.enviar(f"{RUTA}/{identidad}", campos(respuesta="Nos mudamos.")).status_code == 302
    assert guardadas()[0]["respuesta"] == "Nos mudamos."
    assert duena.enviar(f"{RUTA}/{identidad}/borrar").status_code == 302
    assert guardadas() == []


@pytest.mark.parametrize(
    ("cambios", "frase"),
    [
        ({"nombre": " "}, "Ponle un nombre"),
        ({"disparadores": " \n "}, "Escribe al menos una"),
        ({"disparadores": "bien\n!!!"}, "sin letras ni números"),
        ({"disparadores": "\n".join(f"p{n}" for n in range(21))}, "Caben 20"),
        ({"disparadores": "x" * 81}, "80 letras"),
        ({"respuesta": ""}, "Escribe la respuesta"),
        ({"respuesta": "x" * 1201}, "Caben 1,200"),
        ({"modo": "magia"}, "Elige una de la lista"),
        ({"orden": "-1"}, "Va de 0 a 999"),
    ],
)
def test_un_error_queda_junto_a_su_campo(duena: Any, cambios: dict[str, str], frase: str) -> None:
    respuesta = duena.enviar(f"{RUTA}/nueva", campos(**cambios))
    assert respuesta.status_code == 400
    pagina = respuesta.get_data(as_text=True)
    assert frase in pagina
    assert cambios.get("respuesta") is not None or "Calle Coral" in pagina
    assert guardadas() == []


def test_la_caja_dice_cual_y_por_que(duena: Any) -> None:
    duena.enviar(f"{RUTA}/nueva", campos())
    pagina = duena.enviar(f"{RUTA}/probar", {"mensaje": "oye donde están"}).get_data(as_text=True)
    assert "Por «dónde están»" in pagina and "Calle Coral" in pagina
    assert "Nora contestaría con lo que sabe" in duena.enviar(
        f"{RUTA}/probar", {"mensaje": "buenas"}
    ).get_data(as_text=True)
    assert duena.enviar(f"{RUTA}/probar", {"mensaje": ""}).status_code == 422


def test_el_agente_ve_y_prueba_pero_no_escribe(duena: Any, cliente_de: Callable[..., Any]) -> None:
    duena.enviar(f"{RUTA}/nueva", campos())
    identidad = guardadas()[0]["id"]
    agente = cliente_de("agente", "marea")
    assert "Ubicación" in agente.get(f"{RUTA}/").get_data(as_text=True)
    for ruta in (f"{RUTA}/nueva", f"{RUTA}/{identidad}", f"{RUTA}/{identidad}/borrar"):
        assert agente.enviar(ruta, campos(nombre="Otra")).status_code == 403
    assert guardadas()[0]["nombre"] == "Ubicación"


def test_cada_id_de_otra_nora_es_un_404(
    duena: Any, crear_nora: Callable[..., str], cliente_de: Callable[..., Any]
) -> None:
    duena.enviar(f"{RUTA}/nueva", campos())
    identidad = guardadas()[0]["id"]
    crear_nora("monte")
    ajena = cliente_de("dueno", "monte")
    otra = "/panel_cliente/monte/respuestas"
    assert ajena.get(f"{otra}/{identidad}").status_code == 404
    for accion in ("", "/borrar", "/activo"):
        assert ajena.enviar(f"{otra}/{identidad}{accion}", campos(activo="0")).status_code == 404
    assert guardadas()[0]["activo"] is True
