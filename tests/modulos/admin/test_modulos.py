"""La rejilla: un clic cambia en vivo, con guion y sin él, y no pisa otro cambio."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask

from clientes.aura.routes.admin import consultas
from clientes.aura.utils.supabase_client import supabase


@pytest.fixture
def admin(cliente_de: Callable[..., Any]) -> Any:
    return cliente_de("admin")


def modulos_de(nombre: str) -> list[str]:
    leida = supabase.table("configuracion_bot").select("modulos").eq("nombre_nora", nombre).execute().data
    return sorted(leida[0]["modulos"])


def test_apagado_es_404_en_la_siguiente_peticion(admin: Any, crear_nora: Callable[..., str]) -> None:
    crear_nora("marea", modulos=["contactos"])
    assert admin.get("/panel_cliente/marea/contactos/").status_code == 200
    datos = {"nombre_nora": "marea", "modulo": "contactos", "activo": False}
    respuesta = admin.enviar_json("/admin/modulos", datos)
    assert respuesta.get_json() == {"success": True, "message": "Apagado.", "data": {"modulos": []}}
    assert admin.get("/panel_cliente/marea/contactos/").status_code == 404
    admin.enviar_json("/admin/modulos", {**datos, "activo": True})
    assert admin.get("/panel_cliente/marea/contactos/").status_code == 200


def test_sin_guion_vuelve_a_la_misma_pagina(admin: Any, crear_nora: Callable[..., str]) -> None:
    crear_nora("marea", modulos=[])
    respuesta = admin.enviar("/admin/modulos", {"cambio": "marea:contactos:1", "volver_q": "mar"})
    assert respuesta.location == "/admin/modulos?q=mar"
    assert modulos_de("marea") == ["contactos"]


@pytest.mark.parametrize(
    ("datos", "codigo"),
    [
        ({"nombre_nora": "marea", "modulo": "inventado", "activo": True}, 400),
        ({"nombre_nora": "nadie", "modulo": "contactos", "activo": True}, 404),
        ({"nombre_nora": "marea", "modulo": "contactos", "activo": "quizá"}, 400),
        ([], 400),
    ],
)
def test_lo_que_no_es_no_cambia_nada(
    admin: Any, crear_nora: Callable[..., str], datos: Any, codigo: int
) -> None:
    crear_nora("marea", modulos=["chat"])
    respuesta = admin.enviar_json("/admin/modulos", datos)
    assert respuesta.status_code == codigo
    assert respuesta.get_json()["success"] is False
    assert modulos_de("marea") == ["chat"]


def test_dos_cambios_a_la_vez_no_se_pisan(app: Flask, crear_nora: Callable[..., str]) -> None:
    crear_nora("marea", modulos=[])
    nombres = [f"m{n}" for n in range(12)]
    with ThreadPoolExecutor(6) as hilos:
        list(hilos.map(lambda uno: consultas.cambiar_modulos("marea", [uno], []), nombres))
    assert modulos_de("marea") == sorted(nombres)


def test_encender_dos_veces_no_lo_repite(app: Flask, crear_nora: Callable[..., str]) -> None:
    crear_nora("marea", modulos=["chat"])
    assert consultas.cambiar_modulos("marea", ["chat", "contactos"], []) == ["chat", "contactos"]


def test_por_paginas(admin: Any, app: Flask, crear_nora: Callable[..., str]) -> None:
    noras = [
        {"nombre_nora": f"n{n:03d}", "nombre_visible": f"N {n}", "numero_nora": f"+1555020{n:04d}"}
        for n in range(120)
    ]
    supabase.table("configuracion_bot").insert(noras).execute()
    primera, quinta = (admin.get(f"/admin/modulos?pagina={n}").get_data(as_text=True) for n in (1, 5))
    assert "1 a 25 de 120" in primera and "n000:" in primera and "n025:" not in primera
    assert "101 a 120 de 120" in quinta and "n119:" in quinta
