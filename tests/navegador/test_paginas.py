"""Cada página que una persona puede abrir, en un teléfono: contesta, se lee con lector de pantalla y cabe.

Cuáles son: `herramientas/paginas.py`, con `NO_SON_PAGINAS` para las direcciones que no.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from apoyo.navegador import ESCRITORIO, Navegador, faltas_graves
from apoyo.siembra import sembrar
from apoyo.sockets import abrir_sesion
from apoyo.vivo import ServidorVivo
from conftest import CONTRASENA
from playwright.sync_api import ConsoleMessage, Page, Request, Response

from clientes.aura.personas import servicio
from herramientas.paginas import DE_LA_DUENA, DEL_ADMIN, direcciones

pytestmark = pytest.mark.navegador

PARTES = 3  # cada prueba tiene un plazo; los módulos crecen
LAS_DE_DIARIO = re.compile(r"/panel_cliente/marea/((chat|contactos|conocimiento|simulador)/)?$")


@dataclass
class Vigia:
    """Lo que salió mal en una pestaña: consola, errores de guion y peticiones."""

    faltas: list[str] = field(default_factory=list)

    def mirar(self, pagina: Page) -> None:
        pagina.on("console", self._consola)
        pagina.on("pageerror", lambda error: self.faltas.append(f"error de guion: {error}"))
        pagina.on("requestfailed", self._cortada)
        pagina.on("response", self._respuesta)

    def _consola(self, mensaje: ConsoleMessage) -> None:
        if mensaje.type == "error":
            self.faltas.append(f"consola: {mensaje.text}")

    def _cortada(self, peticion: Request) -> None:
        # Cambiar de página corta lo que estaba en camino; eso no es una falla.
        if peticion.failure != "net::ERR_ABORTED":
            self.faltas.append(f"sin respuesta: {peticion.url} {peticion.failure}")

    def _respuesta(self, respuesta: Response) -> None:
        if respuesta.status >= 400 and respuesta.request.resource_type != "document":
            self.faltas.append(f"{respuesta.status}: {respuesta.url}")


@pytest.fixture
def lugar(
    servidor_vivo: ServidorVivo, crear_nora: Callable[..., str], crear_usuario: Callable[..., str]
) -> Iterator[tuple[ServidorVivo, dict[str, Any]]]:
    """Una Nora con datos, otra vacía, y quien entra a cada una."""
    dueno = crear_usuario("duena@marea.mx", "dueno", crear_nora("marea"))
    crear_usuario("duena@vacia.mx", "dueno", crear_nora("vacia"))
    crear_usuario("admin@prueba.mx", "admin")
    yield servidor_vivo, {**sembrar("marea", dueno), "usuario_id": dueno}


def revisar(pagina: Page, url: str, ruta: str, vigia: Vigia) -> list[str]:
    """Abre una página y dice lo que no está bien."""
    vigia.faltas.clear()
    respuesta = pagina.goto(url + ruta)
    assert respuesta is not None
    pagina.locator("h1").first.wait_for(state="attached")
    faltas = [] if respuesta.status == 200 else [f"contestó {respuesta.status}"]
    ancho, cabe = pagina.evaluate("() => [document.documentElement.scrollWidth, window.innerWidth]")
    if ancho > cabe:
        faltas.append(f"mide {ancho} y caben {cabe}")
    if pagina.locator("h1").count() != 1:
        faltas.append(f"{pagina.locator('h1').count()} títulos h1")
    repetidos = pagina.evaluate(
        "() => [...document.querySelectorAll('[id]')].map(e => e.id).filter((id, n, todos) => todos.indexOf(id) !== n)"
    )
    faltas += [f"id repetido: {repetido}" for repetido in repetidos]
    rotas = pagina.evaluate(
        "() => [...document.images].filter(i => i.complete && !i.naturalWidth).map(i => i.src)"
    )
    faltas += [f"imagen rota {rota}" for rota in rotas] + vigia.faltas
    faltas += faltas_graves(pagina)
    return [f"{ruta}: {falta}" for falta in faltas]


def recorrer(
    navegador: Navegador,
    vivo: ServidorVivo,
    correo: str,
    rutas: list[str],
    **opciones: Any,
) -> list[str]:
    pagina = navegador.entrar(vivo.url, correo, CONTRASENA, **opciones)
    vigia = Vigia()
    vigia.mirar(pagina)
    faltas = [falta for ruta in rutas for falta in revisar(pagina, vivo.url, ruta, vigia)]
    pagina.context.close()
    return faltas


@pytest.mark.parametrize("parte", range(PARTES))
def test_las_de_la_duena(lugar: Any, navegador: Navegador, parte: int) -> None:
    rutas = direcciones(lugar[0].app, "marea", DE_LA_DUENA, lugar[1])[parte::PARTES]
    assert len(rutas) >= 10
    assert recorrer(navegador, lugar[0], "duena@marea.mx", rutas) == []


def test_las_de_una_nora_vacia(lugar: Any, navegador: Navegador) -> None:
    """Las mismas plantillas ya pasaron con datos: todas contestan, y se abren las que enseñan que no hay nada."""
    vivo = lugar[0]
    sesion = abrir_sesion(vivo.url, "duena@vacia.mx")
    vistas = {r: sesion.get(vivo.url + r) for r in direcciones(vivo.app, "vacia", DE_LA_DUENA)}
    assert {r: v.status_code for r, v in vistas.items() if v.status_code != 200} == {}
    rutas = [r for r, vista in vistas.items() if 'class="vacio' in vista.text]
    assert len(rutas) >= 6
    assert recorrer(navegador, vivo, "duena@vacia.mx", rutas) == []


def test_las_del_admin(lugar: Any, navegador: Navegador) -> None:
    rutas = direcciones(lugar[0].app, "marea", DEL_ADMIN, lugar[1])
    assert len(rutas) >= 10
    assert recorrer(navegador, lugar[0], "admin@prueba.mx", rutas) == []


def test_las_de_diario_en_escritorio_y_en_oscuro(lugar: Any, navegador: Navegador) -> None:
    rutas = [
        r for r in direcciones(lugar[0].app, "marea", DE_LA_DUENA, lugar[1]) if LAS_DE_DIARIO.fullmatch(r)
    ]
    assert len(rutas) == 5
    assert (
        recorrer(navegador, lugar[0], "duena@marea.mx", rutas, medida=ESCRITORIO, color_scheme="dark") == []
    )


def test_las_de_quien_no_ha_entrado(lugar: Any, navegador: Navegador) -> None:
    vivo, _ = lugar
    enlace = servicio.enlace_para_restablecer("duena@marea.mx")
    pagina = navegador.pagina()
    vigia = Vigia()
    vigia.mirar(pagina)
    faltas = [
        f for ruta in ("/login", f"/restablecer/{enlace}") for f in revisar(pagina, vivo.url, ruta, vigia)
    ]
    assert faltas == []
    respuesta = pagina.goto(f"{vivo.url}/no-existe")
    assert respuesta is not None and respuesta.status == 404
    assert faltas_graves(pagina) == []
    pagina.context.close()
