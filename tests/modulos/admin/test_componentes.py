"""El muestrario enseña cada macro, y cada componente en cada estado que le toca."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from apoyo.navegador import ESCRITORIO, TELEFONO, Navegador, faltas_graves
from apoyo.vivo import ServidorVivo
from conftest import CONTRASENA
from jinja2 import Environment, nodes

from clientes.aura.routes.admin.componentes import NOMBRES, TEMAS, piezas

PLANTILLAS = Path(__file__).resolve().parents[3] / "clientes" / "aura" / "templates"
COMPONENTES = PLANTILLAS / "shared" / "componentes"
ESTADOS = {"normal", "foco", "deshabilitado", "error", "carga", "vacio", "largo"}


class Muestrario(HTMLParser):
    """Qué se ve de cada componente, tema por tema."""

    def __init__(self) -> None:
        super().__init__()
        self.componente = self.tema = ""
        self.vistos: dict[tuple[str, str], set[tuple[str, str]]] = {}
        self.sin: dict[tuple[str, str], set[str]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        datos = {clave: valor or "" for clave, valor in attrs}
        self.componente = datos.get("data-componente", self.componente)
        if "muestra-tema" in datos.get("class", ""):
            self.tema = datos["data-tema"]
        if "data-macro" in datos:
            self.vistos.setdefault((self.componente, self.tema), set()).add(
                (datos["data-macro"], datos["data-estado"])
            )
        if "data-no-le-tocan" in datos:
            self.sin[self.componente, self.tema] = set(datos["data-no-le-tocan"].split())


@pytest.fixture
def pagina(cliente_de: Callable[..., Any]) -> str:
    respuesta = cliente_de("admin").get("/admin/componentes")
    assert respuesta.status_code == 200
    cuerpo: str = respuesta.get_data(as_text=True)
    return cuerpo


def test_cada_macro_y_cada_estado(pagina: str) -> None:
    leido = Muestrario()
    leido.feed(pagina)
    for pieza in piezas(COMPONENTES):
        assert pieza.macros, f"{pieza.archivo}.html no tiene macros"
        for tema in TEMAS:
            vistos = leido.vistos.get((pieza.archivo, tema), set())
            faltan = set(pieza.macros) - {macro for macro, _ in vistos}
            assert not faltan, f"{pieza.archivo}, tema {tema}: sin muestra de {sorted(faltan)}"
            vistos_estados = {estado for _, estado in vistos}
            sin = leido.sin.get((pieza.archivo, tema), set())
            assert vistos_estados | sin == ESTADOS, (pieza.archivo, tema, ESTADOS - vistos_estados - sin)
            assert not vistos_estados & sin, (pieza.archivo, tema)


def test_las_muestras_llaman_de_verdad_a_su_macro() -> None:
    ambiente = Environment(autoescape=True)
    for pieza in piezas(COMPONENTES):
        fuente = (PLANTILLAS / "admin" / "componentes" / f"{pieza.archivo}.html").read_text(encoding="utf-8")
        llamadas = {
            llamada.node.name
            for llamada in ambiente.parse(fuente).find_all(nodes.Call)
            if isinstance(llamada.node, nodes.Name)
        }
        assert set(pieza.macros) <= llamadas, (pieza.archivo, set(pieza.macros) - llamadas)


def test_cada_pieza_dice_como_se_usa(pagina: str) -> None:
    for pieza in piezas(COMPONENTES):
        assert pieza.archivo in NOMBRES, f"falta decir para qué es {pieza.archivo}"
        for macro in pieza.macros:
            assert re.search(rf"\b{macro}\(", pieza.uso), f"{pieza.archivo}.html no explica {macro}"
    assert pagina.count("Cómo se usa") == len(piezas(COMPONENTES))


@pytest.mark.navegador
@pytest.mark.parametrize(
    ("medida", "color"),
    [
        pytest.param(TELEFONO, "light", id="telefono-light"),
        # Los dos temas están en la misma hoja: en corto basta verla una vez.
        pytest.param(ESCRITORIO, "dark", id="escritorio-dark", marks=pytest.mark.largo),
        pytest.param(TELEFONO, "dark", id="telefono-dark", marks=pytest.mark.largo),
        pytest.param(ESCRITORIO, "light", id="escritorio-light", marks=pytest.mark.largo),
    ],
)
def test_se_lee_con_lector_y_cabe(
    servidor_vivo: ServidorVivo,
    navegador: Navegador,
    crear_usuario: Callable[..., str],
    medida: dict[str, int],
    color: str,
) -> None:
    crear_usuario("admin@prueba.mx", "admin")
    hoja = navegador.entrar(
        servidor_vivo.url, "admin@prueba.mx", CONTRASENA, medida=medida, color_scheme=color
    )
    hoja.goto(f"{servidor_vivo.url}/admin/componentes")
    assert faltas_graves(hoja) == []
    ancho, cabe = hoja.evaluate("() => [document.documentElement.scrollWidth, window.innerWidth]")
    assert ancho <= cabe
    repetidos = hoja.evaluate(
        "() => [...document.querySelectorAll('[id]')].map(e => e.id).filter((id, n, todos) => todos.indexOf(id) !== n)"
    )
    assert repetidos == []
    hoja.get_by_role("button", name="Con deshacer").click()
    hoja.get_by_role("button", name="Deshacer", exact=True).click()
    hoja.get_by_text("Aquí están de nuevo.").wait_for()
    hoja.context.close()
