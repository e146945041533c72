"""Nora instalada: sin internet dice qué pasa, en el aparato no queda nada de nadie, y una versión nueva espera."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from apoyo.navegador import Navegador, faltas_graves
from apoyo.vivo import levantar
from conftest import CONTRASENA
from flask import Flask
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.navegador

GUARDADO = """async () => {
  const todo = [];
  for (const nombre of await caches.keys())
    for (const peticion of await (await caches.open(nombre)).keys()) todo.push(new URL(peticion.url).pathname);
  return todo;
}"""


def con_trabajador(hoja: Page) -> None:
    """Espera a que el trabajador de servicio lleve la página."""
    hoja.evaluate("async () => { await navigator.serviceWorker.ready; }")
    hoja.wait_for_function("() => navigator.serviceWorker.controller !== null")


def test_sin_internet(
    app: Flask, navegador: Navegador, crear_nora: Callable[..., str], crear_usuario: Callable[..., str]
) -> None:
    crear_nora("marea")
    crear_usuario("duena@marea.mx", "dueno", "marea")
    with levantar(app) as vivo:
        hoja = navegador.entrar(vivo.url, "duena@marea.mx", CONTRASENA)
        con_trabajador(hoja)
        for ruta in ("", "contactos/", "conocimiento/", "chat/"):
            hoja.goto(f"{vivo.url}/panel_cliente/marea/{ruta}")
        guardado = hoja.evaluate(GUARDADO)
        assert "/sin-conexion" in guardado and len(guardado) > 20
        fuera = [ruta for ruta in guardado if ruta != "/sin-conexion" and not ruta.startswith("/static/")]
        assert fuera == []
        contactos = f"{vivo.url}/panel_cliente/marea/contactos/"

    # El servidor ya no contesta: como un teléfono sin señal.
    hoja.goto(contactos)
    expect(hoja.get_by_role("heading", level=1)).to_have_text("Sin conexión")
    assert hoja.url == contactos
    boton = hoja.get_by_role("link", name="Intentar de nuevo")
    caja = boton.bounding_box()
    assert caja and caja["height"] >= 44
    # Se ve completa con lo guardado: estilos, letra y dibujo.
    assert hoja.evaluate("() => document.images[0].naturalWidth > 0")
    assert hoja.evaluate("() => getComputedStyle(document.body).fontFamily").startswith('"Inter Variable"')
    assert faltas_graves(hoja) == []
    hoja.context.close()


def test_una_version_nueva_espera_a_que_se_cierren_las_paginas(
    app: Flask,
    navegador: Navegador,
    crear_nora: Callable[..., str],
    crear_usuario: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from clientes.aura.routes import instalable

    crear_nora("marea")
    crear_usuario("duena@marea.mx", "dueno", "marea")
    with levantar(app) as vivo:
        hoja = navegador.entrar(vivo.url, "duena@marea.mx", CONTRASENA)
        con_trabajador(hoja)
        antes = hoja.evaluate("() => caches.keys()")
        assert len(antes) == 1
        monkeypatch.setattr(instalable, "PRECARGA", (*instalable.PRECARGA, "css/login.css"))
        hoja.evaluate(
            """async () => {
              const registro = await navigator.serviceWorker.getRegistration();
              const listo = new Promise((r) => registro.addEventListener('updatefound', () => {
                const nuevo = registro.installing;
                nuevo.addEventListener('statechange', () => nuevo.state === 'installed' && r());
              }));
              await registro.update();
              await listo;
            }"""
        )
        # La abierta sigue con lo suyo, completo, y la nueva está lista para cuando se cierre.
        estado = hoja.evaluate(
            """async () => ({
              espera: Boolean((await navigator.serviceWorker.getRegistration()).waiting),
              almacenes: await caches.keys(),
            })"""
        )
        assert estado["espera"] and set(antes) < set(estado["almacenes"])
        hoja.goto("about:blank")
        hoja.goto(f"{vivo.url}/panel_cliente/marea/")
        hoja.wait_for_function("async () => (await caches.keys()).length === 1")
        assert hoja.evaluate("() => caches.keys()") != antes
        hoja.context.close()
