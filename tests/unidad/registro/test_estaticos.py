"""Los archivos estáticos llevan su versión en la dirección y el navegador no vuelve a preguntar por ellos."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from flask import Flask, url_for

from clientes.aura.registro.estaticos import version_de


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
