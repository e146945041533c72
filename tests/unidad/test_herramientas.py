"""Lo que escriben las herramientas: la bienvenida, las capturas y qué páginas toman."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from herramientas import capturas, muestra
from herramientas.levantar import bienvenida
from herramientas.paginas import NO_SON_PAGINAS


@pytest.mark.parametrize(
    ("host", "direccion"),
    [
        ("127.0.0.1", "http://127.0.0.1:5000/"),
        ("0.0.0.0", "http://127.0.0.1:5000/"),
        ("::1", "http://[::1]:5000/"),
        ("192.168.1.7", "http://192.168.1.7:5000/"),
    ],
)
def test_la_bienvenida_dice_una_direccion_que_se_puede_abrir(host: str, direccion: str) -> None:
    assert f"Nora está lista: {direccion}\n" in bienvenida(host, 5000, {})


def test_la_bienvenida_trae_las_cuentas_de_demostracion_si_las_hay() -> None:
    con = bienvenida("127.0.0.1", 5000, {"duena@aura.example": "secreta-1", "a@b.mx": "secreta-2"})
    assert "  duena@aura.example  secreta-1\n  a@b.mx              secreta-2\n" in con
    assert "demostración" not in bienvenida("127.0.0.1", 5000, {})


@pytest.mark.parametrize(
    ("ruta", "area", "nombre"),
    [
        ("/panel_cliente/aura/", "tablero", "duena-tablero"),
        ("/panel_cliente/aura/chat/", "chat", "duena-chat"),
        (
            "/panel_cliente/aura/tareas/8f579146-e7ee-4b74-aa91-266906b7af85/editar",
            "tareas",
            "duena-tareas-uno-editar",
        ),
        ("/panel_cliente/aura/contactos/?q=zz", "contactos", "duena-contactos"),
        ("/admin/", "admin", "duena-admin"),
        ("/sin-conexion", "puertas", "duena-sin-conexion"),
    ],
)
def test_cada_captura_tiene_su_area_y_su_nombre(ruta: str, area: str, nombre: str) -> None:
    toma = capturas.Toma("duena", ruta)
    assert (toma.area, toma.nombre) == (area, nombre)
    assert capturas.archivo_de(toma, "telefono", "claro") == f"{nombre}.telefono.claro.png"


def test_se_puede_pedir_solo_un_area_o_solo_de_alguien() -> None:
    chat, vacio, perdida = (
        capturas.Toma("duena", "/panel_cliente/aura/chat/"),
        capturas.Toma("vacia", "/panel_cliente/luz/chat/"),
        capturas.Toma("fuera", "/no-existe", codigo=404),
    )
    todas = [chat, vacio, perdida]
    assert capturas.elegir(todas, [], []) == todas
    assert capturas.elegir(todas, ["chat"], []) == [chat, vacio]
    assert capturas.elegir(todas, ["chat"], ["vacia"]) == [vacio]
    assert capturas.elegir(todas, ["errores"], []) == [perdida]


def test_la_hoja_junta_las_que_hay_en_la_carpeta(tmp_path: Path) -> None:
    toma = capturas.Toma("fuera", "/login", "equivocada")
    archivo = capturas.archivo_de(toma, "telefono", "oscuro")
    (tmp_path / archivo).touch()
    hoja = capturas.hoja_de_contactos([toma], tmp_path)
    assert hoja.count("<img ") == 1
    assert f'src="{archivo}"' in hoja
    assert 'href="#puertas"' in hoja


def test_ninguna_direccion_sobra_en_las_que_no_son_paginas(app: Flask) -> None:
    assert set(NO_SON_PAGINAS) - {regla.endpoint for regla in app.url_map.iter_rules()} == set()


def test_cada_hueco_de_una_pagina_de_la_demostracion_tiene_su_valor(app: Flask) -> None:
    huecos = {
        hueco
        for regla in app.url_map.iter_rules()
        if "GET" in (regla.methods or ()) and regla.endpoint not in NO_SON_PAGINAS
        for hueco in regla.arguments
    }
    assert huecos - set(muestra.HUECOS) - set(muestra.HECHOS_AQUI) == {"nombre_nora", "nombre"}
