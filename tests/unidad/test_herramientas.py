"""Lo que escriben las herramientas: la bienvenida y los nombres de las capturas."""

from __future__ import annotations

import pytest

from herramientas import capturas
from herramientas.levantar import bienvenida


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


def test_las_capturas_recorren_el_panel_y_con_admin_tambien_lo_suyo() -> None:
    del_panel = capturas.paginas_de("aura", con_admin=False)
    assert "/panel_cliente/aura/chat/" in del_panel
    assert not any(ruta.startswith("/admin") for ruta in del_panel)
    assert set(capturas.paginas_de("aura", con_admin=True)) - set(del_panel) == set(capturas.PAGINAS_DE_ADMIN)


@pytest.mark.parametrize(
    ("ruta", "nombre"),
    [
        ("/panel_cliente/aura/chat/", "panel_cliente-aura-chat.telefono.png"),
        ("/admin/", "admin.telefono.png"),
        ("/", "inicio.telefono.png"),
    ],
)
def test_cada_captura_tiene_su_nombre(ruta: str, nombre: str) -> None:
    assert capturas.nombre_de_archivo(ruta, "telefono") == nombre
