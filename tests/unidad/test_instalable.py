"""Lo que el teléfono pide para instalar a Nora: cada dirección que nombra existe y no lleva datos de nadie."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Callable
from typing import Any


def traer(cliente: Any, ruta: str) -> bytes:
    """El archivo completo, y cerrado."""
    with cliente.get(ruta) as respuesta:
        assert respuesta.status_code == 200, ruta
        contenido: bytes = respuesta.data
        return contenido


def test_el_manifiesto_nombra_iconos_que_existen(cliente_http: Any) -> None:
    respuesta = cliente_http.get("/manifiesto.webmanifest")
    assert respuesta.mimetype == "application/manifest+json"
    leido = json.loads(respuesta.data)
    assert (leido["start_url"], leido["scope"], leido["display"]) == ("/", "/", "standalone")
    assert {(i["sizes"], i["purpose"]) for i in leido["icons"]} == {
        (lado, para) for lado in ("192x192", "512x512") for para in ("any", "maskable")
    }
    for icono in leido["icons"]:
        imagen = traer(cliente_http, icono["src"])
        ancho, alto = struct.unpack(">II", imagen[16:24])
        assert f"{ancho}x{alto}" == icono["sizes"], icono


def test_los_atajos_llevan_a_la_nora_de_quien_entra(
    crear_nora: Callable[..., str], cliente_de: Callable[..., Any], cliente_http: Any
) -> None:
    crear_nora("marea")
    crear_nora("monte", modulos=["contactos"])
    duena, otra = cliente_de("dueno", "marea"), cliente_de("dueno", "monte")
    for atajo in json.loads(cliente_http.get("/manifiesto.webmanifest").data)["shortcuts"]:
        modulo = atajo["url"].rpartition("/")[2]
        assert duena.get(atajo["url"]).location == f"/panel_cliente/marea/{modulo}/"
        assert otra.get(atajo["url"]).location == "/"
        assert "/login" in cliente_http.get(atajo["url"]).location
    assert duena.get("/ir/no_existe").location == "/"


def test_el_trabajador_guarda_solo_estaticos_y_la_pagina_sin_conexion(cliente_http: Any) -> None:
    respuesta = cliente_http.get("/sw.js")
    guion = respuesta.get_data(as_text=True)
    assert respuesta.mimetype == "text/javascript" and "no-cache" in respuesta.headers["Cache-Control"]
    encontrado = re.search(r"const NORA = (\{.*?\});", guion)
    assert encontrado
    datos = json.loads(encontrado[1])
    assert re.fullmatch("[0-9a-f]{10}", datos["version"])
    assert datos["precarga"] and all(ruta.startswith("/static/") for ruta in datos["precarga"])
    for ruta in (*datos["precarga"], datos["sinConexion"]):
        assert traer(cliente_http, ruta)


def test_la_pagina_sin_conexion_es_igual_para_todos(
    crear_nora: Callable[..., str], cliente_de: Callable[..., Any], cliente_http: Any
) -> None:
    crear_nora("marea")
    de_nadie = cliente_http.get("/sin-conexion")
    assert de_nadie.data == cliente_de("dueno", "marea").get("/sin-conexion").data
    assert "Set-Cookie" not in de_nadie.headers and b"csrf" not in de_nadie.data
