"""Una Nora con carpeta propia: un módulo que solo ella tiene, plantillas delante de las compartidas, estáticos."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app_config import Config
from clientes.aura import create_app
from clientes.aura.registro.accesos import ErrorRegistro
from clientes.aura.registro.catalogo import descubrir
from clientes.aura.registro.registro_dinamico import catalogo_de, registro_de, rutas_de

MODULO = """
from flask import Blueprint, render_template

from clientes.aura.registro.manifiesto import Manifiesto

bp = Blueprint("panel_cliente_inventario", __name__)


@bp.get("/")
def index(nombre_nora):
    return render_template("panel_cliente_inventario/index.html", piezas=7)


manifiesto = Manifiesto("inventario", "Inventario", "Lo que hay en bodega", "box", 60, bp)
"""


@pytest.fixture
def carpeta(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """`clientes/marea/` en otra raíz: el espacio de nombres `clientes` junta las dos."""
    propia = tmp_path / "clientes" / "marea"
    modulo = propia / "routes" / "panel_cliente_inventario"
    for lugar in (
        modulo,
        propia / "templates" / "panel_cliente_inventario",
        propia / "templates" / "shared",
        propia / "static",
    ):
        lugar.mkdir(parents=True)
    (modulo / "__init__.py").write_text(MODULO, encoding="utf-8")
    (propia / "templates" / "panel_cliente_inventario" / "index.html").write_text(
        "Hay {{ piezas }} piezas de {{ nora.nombre_visible }}"
    )
    (propia / "templates" / "shared" / "footer.html").write_text("<footer>Pie de Marea</footer>")
    (propia / "static" / "marea.css").write_text(":root { --marea: 1 }")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield propia
    for nombre in [n for n in sys.modules if n.startswith("clientes.marea")]:
        del sys.modules[nombre]


@pytest.fixture
def app(carpeta: Path, config: Config) -> Iterator[Flask]:
    from clientes.aura.arranque import detener_todo

    aplicacion, _ = create_app(config)
    with aplicacion.app_context():
        yield aplicacion
    detener_todo(aplicacion)


def test_el_modulo_propio_es_solo_de_ella(
    app: Flask, crear_nora: Callable[..., str], cliente_de: Callable[..., Any]
) -> None:
    todos = sorted(catalogo_de(app).modulos)
    crear_nora("marea", modulos=todos)
    crear_nora("monte", modulos=todos)
    assert "inventario" in registro_de(app).obtener("marea").modulos  # type: ignore[union-attr]
    assert "inventario" not in registro_de(app).obtener("monte").modulos  # type: ignore[union-attr]
    suya, ajena = cliente_de("dueno", "marea"), cliente_de("dueno", "monte")
    assert suya.get("/panel_cliente/marea/inventario/").get_data(as_text=True) == "Hay 7 piezas de Marea"
    assert ajena.get("/panel_cliente/monte/inventario/").status_code == 404
    assert ("GET", "/panel_cliente/marea/inventario/") in rutas_de(app, "marea")
    assert not [ruta for _, ruta in rutas_de(app, "monte") if "inventario" in ruta]


def test_su_plantilla_va_delante_solo_en_sus_peticiones(
    app: Flask, crear_nora: Callable[..., str], cliente_de: Callable[..., Any]
) -> None:
    crear_nora("marea")
    crear_nora("monte")
    suya, ajena = cliente_de("dueno", "marea"), cliente_de("dueno", "monte")
    for _ in range(2):  # la segunda sale de la memoria de Jinja
        assert "Pie de Marea" in suya.get("/panel_cliente/marea/").get_data(as_text=True)
        assert "Pie de Marea" not in ajena.get("/panel_cliente/monte/").get_data(as_text=True)


def test_sus_estaticos_son_suyos(
    app: Flask, crear_nora: Callable[..., str], cliente_de: Callable[..., Any]
) -> None:
    crear_nora("marea")
    crear_nora("monte")
    with cliente_de("dueno", "marea").get("/panel_cliente/marea/propio/marea.css") as estilo:
        assert "--marea" in estilo.get_data(as_text=True)
    ajena = cliente_de("dueno", "monte")
    assert ajena.get("/panel_cliente/monte/propio/marea.css").status_code == 404
    assert ajena.get("/panel_cliente/marea/propio/marea.css").status_code == 404
    assert ajena.get("/panel_cliente/monte/propio/../../marea/static/marea.css").status_code == 404


@pytest.mark.parametrize(
    ("cambio", "dice"),
    [
        (('Manifiesto("inventario"', 'Manifiesto("bodega"'), "su carpeta se llama"),
        (('Blueprint("panel_cliente_inventario"', 'Blueprint("otro"'), "debe llamarse"),
        (("from flask import", "from flask_que_no_existe import"), "flask_que_no_existe"),
        (("manifiesto =", "otra_cosa ="), "Falta «manifiesto"),
        (('"Lo que hay en bodega"', '""'), "Faltan título"),
    ],
)
def test_un_modulo_malo_se_aparta_y_lo_demas_arranca(
    carpeta: Path, cambio: tuple[str, str], dice: str
) -> None:
    archivo = carpeta / "routes" / "panel_cliente_inventario" / "__init__.py"
    archivo.write_text(MODULO.replace(*cambio), encoding="utf-8")
    catalogo = descubrir()
    assert {"chat", "contactos", "conocimiento", "simulador"} <= set(catalogo.modulos)
    assert "inventario" not in catalogo.modulos
    assert [f.paquete for f in catalogo.fallidos] == ["clientes.marea.routes.panel_cliente_inventario"]
    assert dice in catalogo.fallidos[0].razon
    with pytest.raises(ErrorRegistro, match="no se puede montar"):
        descubrir(estricto=True)
