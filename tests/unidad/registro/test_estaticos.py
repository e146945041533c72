"""Los archivos estáticos llevan su versión en la dirección y el navegador no vuelve a preguntar por ellos."""

from __future__ import annotations

import gzip
import os
import re
from pathlib import Path
from typing import Any

from flask import Flask, url_for

from clientes.aura.registro.estaticos import Textos, version_de


def test_url_for_lleva_la_version_y_se_guarda_un_ano(app: Flask, cliente_http: Any) -> None:
    with app.test_request_context():
        direccion = url_for("static", filename="css/base.css")
    assert re.fullmatch(r"/static/v[0-9a-f]{10}/css/base\.css", direccion)
    with cliente_http.get(direccion) as respuesta:
        assert respuesta.status_code == 200
        assert respuesta.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_otra_version_o_ninguna_sirve_lo_de_hoy_pero_se_pregunta(cliente_http: Any) -> None:
    for direccion in ("/static/v0000000000/css/base.css", "/static/css/base.css"):
        with cliente_http.get(direccion) as respuesta:
            assert respuesta.status_code == 200
            assert respuesta.headers["Cache-Control"] == "no-cache"


def test_lo_que_no_esta_no_se_guarda(app: Flask, cliente_http: Any) -> None:
    with app.test_request_context():
        direccion = url_for("static", filename="css/no-esta.css")
    respuesta = cliente_http.get(direccion)
    assert respuesta.status_code == 404
    assert "max-age" not in respuesta.headers.get("Cache-Control", "")


def test_la_version_sale_de_nombres_y_contenidos(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("uno")
    primera = version_de(tmp_path)
    assert version_de(tmp_path) == primera
    (tmp_path / "a.css").write_text("dos")
    segunda = version_de(tmp_path)
    (tmp_path / "a.css").rename(tmp_path / "b.css")
    assert len({primera, segunda, version_de(tmp_path)}) == 3


def test_el_estilo_llega_en_un_viaje_con_sus_importados(tmp_path: Path) -> None:
    (tmp_path / "css" / "partes").mkdir(parents=True)
    (tmp_path / "css" / "todo.css").write_text('@import url("partes/a.css");\n.z { color: red; }\n')
    parte = tmp_path / "css" / "partes" / "a.css"
    parte.write_text(".a { background: url(\"../../images/a.svg\"); mask: url('data:x'); }\n")
    textos = Textos(tmp_path)
    primero = textos.texto("css/todo.css")
    assert primero is not None
    assert primero.cuerpo.decode() == (
        ".a { background: url(\"../images/a.svg\"); mask: url('data:x'); }\n.z { color: red; }\n"
    )
    assert gzip.decompress(primero.comprimido) == primero.cuerpo
    assert textos.texto("css/todo.css") is primero
    parte.write_text(".b { }\n")
    os.utime(parte, ns=(0, 0))  # dos escrituras pueden caer en el mismo instante del reloj del disco
    segundo = textos.texto("css/todo.css")
    assert segundo is not None and segundo.cuerpo.startswith(b".b")
    assert textos.texto("../secreto.css") is None
    assert textos.texto("images/a.png") is None


def test_quien_acepta_gzip_lo_recibe_y_no_baja_dos_veces_lo_mismo(cliente_http: Any) -> None:
    llano = cliente_http.get("/static/css/shared/components.css")
    assert "Content-Encoding" not in llano.headers
    assert b"@import" not in llano.data
    comprimido = cliente_http.get(
        "/static/css/shared/components.css", headers={"Accept-Encoding": "gzip, br"}
    )
    assert comprimido.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(comprimido.data) == llano.data
    assert comprimido.headers["ETag"] != llano.headers["ETag"]
    for respuesta in (llano, comprimido):
        assert respuesta.headers["Vary"] == "Accept-Encoding"
        otra = cliente_http.get(
            "/static/css/shared/components.css",
            headers={
                "If-None-Match": respuesta.headers["ETag"],
                "Accept-Encoding": respuesta.headers.get("Content-Encoding", ""),
            },
        )
        assert (otra.status_code, otra.data) == (304, b"")


def test_las_paginas_van_comprimidas_solo_para_quien_lo_pide(cliente_http: Any) -> None:
    llana = cliente_http.get("/login")
    assert "Content-Encoding" not in llana.headers
    assert "Accept-Encoding" in llana.headers["Vary"]
    comprimida = cliente_http.get("/login", headers={"Accept-Encoding": "gzip"})
    assert comprimida.headers["Content-Encoding"] == "gzip"
    assert len(comprimida.data) == int(comprimida.headers["Content-Length"]) < len(llana.data) / 2
    assert b"<h1" in gzip.decompress(comprimida.data)
    chica = cliente_http.get("/salud", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in chica.headers
