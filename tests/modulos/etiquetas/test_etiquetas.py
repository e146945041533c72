"""Un solo juego de etiquetas para contactos y conversaciones."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from apoyo.peticiones import contar_peticiones
from apoyo.siembra import sembrar

from clientes.aura.utils.consultas_etiquetas import COLORES, etiquetar_conversacion, etiquetas_de_conversacion
from clientes.aura.utils.errores import ErrorNoEncontrado
from clientes.aura.utils.supabase_client import supabase
from clientes.aura.utils.supabase_helpers import filas

BASE = "/panel_cliente/marea/etiquetas"


@pytest.fixture
def marea(crear_nora: Callable[..., str]) -> str:
    return crear_nora("marea")


@pytest.fixture
def duena(marea: str, cliente_de: Callable[..., Any]) -> Any:
    return cliente_de("dueno", marea)


@pytest.fixture
def ids(marea: str, crear_usuario: Callable[..., str]) -> dict[str, Any]:
    """Un contacto con la etiqueta «frecuente», que también está en su conversación."""
    return sembrar(marea, crear_usuario("semilla@marea.mx", "dueno", marea))


def crear(cliente: Any, nombre: str, color: str = "azul", regla: str = "") -> str:
    respuesta = cliente.enviar(f"{BASE}/nueva", {"nombre": nombre, "color": color, "regla": regla})
    assert respuesta.status_code == 302, respuesta.get_data(as_text=True)
    return str(filas(supabase.table("etiquetas").select("id").eq("nombre", nombre))[0]["id"])


def desde_cuando(etiqueta: str, nueva: str = "") -> str | None:
    """Desde cuándo la tiene el único contacto que la tiene; con `nueva`, la cambia antes."""
    tabla = supabase.table("contacto_etiquetas")
    if nueva:
        filas(tabla.update({"puesta_en": nueva}).eq("etiqueta_id", etiqueta))
    [fila] = filas(supabase.table("contacto_etiquetas").select("puesta_en").eq("etiqueta_id", etiqueta))
    return str(fila["puesta_en"])[:10] if fila["puesta_en"] else None


def puestas(tabla: str, etiqueta: str) -> int:
    return len(filas(supabase.table(tabla).select("etiqueta_id").eq("etiqueta_id", etiqueta)))


def test_crear_con_color_y_regla_y_ver_sus_usos(duena: Any, ids: dict[str, Any]) -> None:
    crear(duena, "VIP", "violeta", "Compra más de 10 piezas")
    pagina = duena.get(f"{BASE}/").get_data(as_text=True)
    assert "etiqueta-violeta" in pagina and "Compra más de 10 piezas" in pagina
    assert re.search(r">1</span> contacto</a>", pagina) and re.search(r">1</span> conversación<", pagina)
    assert f"/contactos/?etiqueta={ids['etiqueta_id']}" in pagina


@pytest.mark.parametrize(
    ("campo", "valor", "frase"),
    [
        ("nombre", " ", "Escribe cómo se llama."),
        ("nombre", "x" * 41, "Caben 40"),
        ("regla", "x" * 201, "Caben 200"),
        ("nombre", "FRECUENTÉ", "Ya tienes una que se llama así"),
    ],
)
def test_un_error_queda_junto_a_su_campo(
    duena: Any, ids: dict[str, Any], campo: str, valor: str, frase: str
) -> None:
    respuesta = duena.enviar(
        f"{BASE}/nueva", {"nombre": "Nueva", "color": "azul", "regla": "una regla", campo: valor}
    )
    pagina = respuesta.get_data(as_text=True)
    assert respuesta.status_code == 422
    error = re.search(rf'id="{campo}-error"[^>]*>(.*?)</p>', pagina, re.S)
    assert error and frase in error[1]


def test_renombrar_la_cambia_en_todas_partes(duena: Any, ids: dict[str, Any]) -> None:
    datos = {"nombre": "De siempre", "color": "rosa", "regla": ""}
    assert duena.enviar(f"{BASE}/{ids['etiqueta_id']}", datos).status_code == 302
    ficha = duena.get(f"/panel_cliente/marea/contactos/{ids['contacto_id']}").get_data(as_text=True)
    assert "De siempre" in ficha and "etiqueta-rosa" in ficha and "frecuente" not in ficha


def test_borrar_se_deshace_con_todo_lo_que_tenia(duena: Any, ids: dict[str, Any]) -> None:
    etiqueta = ids["etiqueta_id"]
    desde_cuando(etiqueta, "2026-03-04T12:00:00Z")
    respuesta = duena.enviar(f"{BASE}/{etiqueta}/borrar")
    deshacer = respuesta.location.rsplit("deshacer=", 1)[1]
    assert puestas("contacto_etiquetas", etiqueta) == puestas("conversacion_etiquetas", etiqueta) == 0
    assert "Deshacer" in duena.get(respuesta.location).get_data(as_text=True)
    assert duena.enviar(f"{BASE}/deshacer/{deshacer}").status_code == 302
    assert puestas("contacto_etiquetas", etiqueta) == puestas("conversacion_etiquetas", etiqueta) == 1
    assert desde_cuando(etiqueta) == "2026-03-04"
    assert duena.enviar(f"{BASE}/deshacer/{deshacer}").status_code == 404, "una sola vez"


def test_deshacer_con_el_nombre_ya_ocupado_lo_dice(duena: Any, ids: dict[str, Any]) -> None:
    respuesta = duena.enviar(f"{BASE}/{ids['etiqueta_id']}/borrar")
    crear(duena, "frecuente")
    deshacer = respuesta.location.rsplit("deshacer=", 1)[1]
    otra = duena.enviar(f"{BASE}/deshacer/{deshacer}")
    assert otra.status_code == 409 and "Ya creaste otra" in otra.get_data(as_text=True)


def test_unir_pasa_todo_a_la_otra_sin_repetir(duena: Any, ids: dict[str, Any]) -> None:
    queda = crear(duena, "VIP")
    filas(
        supabase.table("contacto_etiquetas").insert(
            {"nombre_nora": "marea", "contacto_id": ids["contacto_id"], "etiqueta_id": queda}
        )
    )
    desde_cuando(ids["etiqueta_id"], "2026-03-04T12:00:00Z")
    assert "VIP" in duena.get(f"{BASE}/{ids['etiqueta_id']}/unir").get_data(as_text=True)
    assert duena.enviar(f"{BASE}/{ids['etiqueta_id']}/unir", {"queda": ""}).status_code == 400
    assert duena.enviar(f"{BASE}/{ids['etiqueta_id']}/unir", {"queda": queda}).status_code == 302
    assert puestas("contacto_etiquetas", queda) == puestas("conversacion_etiquetas", queda) == 1
    assert desde_cuando(queda) == "2026-03-04", "la primera de las dos fechas"
    assert duena.get(f"{BASE}/{ids['etiqueta_id']}").status_code == 404


def test_una_conversacion_queda_con_justo_las_elegidas(duena: Any, ids: dict[str, Any]) -> None:
    vip, debe = crear(duena, "VIP", regla="Compra seguido"), crear(duena, "Debe")
    ruta = f"{BASE}/conversacion/{ids['conversacion_id']}"
    respuesta = duena.enviar(ruta, {"etiquetas": [vip, debe]})
    assert [e["nombre"] for e in respuesta.get_json()["data"]] == ["Debe", "VIP"]
    assert duena.enviar(ruta, {"etiquetas": [vip]}).get_json()["data"][0]["regla"] == "Compra seguido"
    assert [e.nombre for e in etiquetas_de_conversacion("marea", ids["conversacion_id"])] == ["VIP"]
    assert etiquetar_conversacion("marea", ids["conversacion_id"], []) == []


def test_un_agente_las_crea_pero_no_las_borra_ni_las_une(
    ids: dict[str, Any], cliente_de: Callable[..., Any]
) -> None:
    agente = cliente_de("agente", "marea")
    crear(agente, "VIP")
    for ruta in ("borrar", "unir"):
        assert agente.enviar(f"{BASE}/{ids['etiqueta_id']}/{ruta}").status_code == 403
    assert "Borrar etiqueta" not in agente.get(f"{BASE}/{ids['etiqueta_id']}").get_data(as_text=True)


def test_lo_de_otra_nora_no_existe(
    ids: dict[str, Any], crear_nora: Callable[..., str], cliente_de: Callable[..., Any]
) -> None:
    crear_nora("brisa")
    ajena = cliente_de("dueno", "brisa")
    otra = "/panel_cliente/brisa/etiquetas"
    inventada = ajena.get(f"{otra}/{uuid4()}")
    for ruta in ("", "/unir"):
        respuesta = ajena.get(f"{otra}/{ids['etiqueta_id']}{ruta}")
        assert respuesta.status_code == 404
        assert respuesta.get_data(as_text=True) == inventada.get_data(as_text=True)
    assert ajena.enviar(f"{otra}/{ids['etiqueta_id']}", {"nombre": "Robo"}).status_code == 404
    assert ajena.enviar(f"{otra}/{ids['etiqueta_id']}/borrar").status_code == 404
    assert ajena.enviar(f"{otra}/conversacion/{ids['conversacion_id']}").status_code == 404
    assert ajena.enviar(f"{otra}/deshacer/{ids['deshacer_id']}").status_code == 404
    with pytest.raises(ErrorNoEncontrado):
        etiquetar_conversacion("marea", ids["conversacion_id"], [str(uuid4())])
    assert puestas("contacto_etiquetas", ids["etiqueta_id"]) == 1


def test_cada_pagina_hace_tres_peticiones_como_mucho(duena: Any, ids: dict[str, Any]) -> None:
    for ruta in ("", "nueva", ids["etiqueta_id"], f"{ids['etiqueta_id']}/unir"):
        pedidas = contar_peticiones(lambda ruta=ruta: duena.get(f"{BASE}/{ruta}"))  # type: ignore[misc]
        assert 0 < len(pedidas) <= 3, (ruta, pedidas)


def test_vacia_dice_que_hacer(duena: Any) -> None:
    assert "Separa a tus clientes" in duena.get(f"{BASE}/").get_data(as_text=True)


# ---------------------------------------------------------------- colores
def luminancia(hexadecimal: str) -> float:
    partes = [int(hexadecimal[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    lineales = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in partes]
    return 0.2126 * lineales[0] + 0.7152 * lineales[1] + 0.0722 * lineales[2]


@pytest.mark.parametrize("color", [clave for clave, _ in COLORES if clave != "pizarra"])
def test_cada_color_se_lee_en_claro_y_en_oscuro(color: str) -> None:
    estilos = (
        Path(__file__).parents[3].joinpath("clientes/aura/static/css/base.css").read_text(encoding="utf-8")
    )
    fondos = re.findall(rf"--etiqueta-{color}: (#[0-9a-f]{{6}})", estilos)
    textos = re.findall(rf"--sobre-etiqueta-{color}: (#[0-9a-f]{{6}})", estilos)
    assert len(fondos) == len(textos) == 2
    for fondo, texto in zip(fondos, textos, strict=True):
        claro, oscuro = sorted((luminancia(fondo), luminancia(texto)), reverse=True)
        assert (claro + 0.05) / (oscuro + 0.05) >= 4.5, (fondo, texto)
