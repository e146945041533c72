"""La administración por dentro: cada página contesta, y solo a un admin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

PAGINAS = (
    "/admin/",
    "/admin/noras",
    "/admin/noras?q=espiga&estado=activa&pagina=2",
    "/admin/noras/nueva",
    "/admin/noras/marea/datos",
    "/admin/modulos",
    "/admin/modulos?nora=marea",
    "/admin/usuarios",
    "/admin/usuarios/nuevo",
    "/admin/salud",
    "/admin/uso",
    "/admin/uso?mes=2026-02&pagina=3",
    "/admin/uso?mes=nada",
    "/admin/auditoria",
    "/admin/auditoria?nora=marea&persona=Consola&accion=crear_nora&antes=99999",
    "/admin/componentes",
)


@pytest.fixture
def admin(cliente_de: Callable[..., Any]) -> Any:
    return cliente_de("admin")


def texto(respuesta: Any) -> str:
    cuerpo: str = respuesta.get_data(as_text=True)
    return cuerpo


def test_cada_pagina_contesta(crear_nora: Callable[..., str], admin: Any) -> None:
    crear_nora("marea")
    for ruta in PAGINAS:
        respuesta = admin.get(ruta)
        assert respuesta.status_code == 200, (ruta, texto(respuesta)[:400])


def test_sin_noras_tambien(admin: Any) -> None:
    for ruta in (
        "/admin/",
        "/admin/noras",
        "/admin/modulos",
        "/admin/salud",
        "/admin/auditoria",
        "/admin/uso",
    ):
        assert admin.get(ruta).status_code == 200, ruta
    assert "Crea tu primera Nora" in texto(admin.get("/admin/"))


def test_nadie_mas_entra(
    crear_nora: Callable[..., str], cliente_de: Callable[..., Any], cliente_http: Any
) -> None:
    crear_nora("marea")
    duena = cliente_de("dueno", "marea")
    for ruta in PAGINAS:
        assert duena.get(ruta).status_code == 404, ruta
        assert cliente_http.get(ruta).status_code == 302, ruta
    assert duena.enviar("/admin/noras/marea/suspender").status_code == 404


def test_una_nora_que_no_existe(admin: Any) -> None:
    assert admin.get("/admin/noras/nadie/datos").status_code == 404
    for que in ("suspender", "reactivar", "probar", "credenciales", "credenciales/borrar", "nombre", "datos"):
        assert admin.enviar(f"/admin/noras/nadie/{que}").status_code == 404, que
    assert admin.get("/admin/usuarios/4b4cbd2e-8f2e-4d43-9d1c-b3a7f8f0a001").status_code == 404


def test_nada_cambia_por_get(crear_nora: Callable[..., str], admin: Any) -> None:
    crear_nora("marea")
    for que in ("suspender", "reactivar", "probar", "credenciales", "entrar", "nombre"):
        assert admin.get(f"/admin/noras/marea/{que}").status_code in (404, 405), que
    assert admin.get("/panel_cliente/marea/").status_code == 200


def test_sin_testigo_no_se_cambia(crear_nora: Callable[..., str], admin: Any) -> None:
    crear_nora("marea")
    assert admin.post("/admin/noras/marea/suspender").status_code == 400
    assert admin.get("/panel_cliente/marea/").status_code == 200
