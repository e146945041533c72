"""Cada página que una persona puede abrir, en un teléfono: contesta, se lee con lector de pantalla y cabe."""

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
from clientes.aura.registro.accesos import Acceso, acceso_de
from clientes.aura.registro.noras import ConvertidorNora

pytestmark = pytest.mark.navegador

# Direcciones de GET que no son una página, y por qué.
NO_SON_PAGINAS = {
    "static": "archivos",
    "archivos.leer": "los archivos de los enlaces firmados",
    "salud.vive": "JSON",
    "salud.listo": "JSON",
    "salud.metricas": "texto para Prometheus",
    "login.inicio": "solo manda a otra",
    "instalable.ir": "solo manda a otra",
    "instalable.manifiesto": "JSON",
    "instalable.trabajador": "el trabajador de servicio",
    "panel_cliente.estatico": "archivos de una Nora",
    "panel_cliente.archivo": "solo manda a otra",
    "panel_cliente_contactos.datos_html": "un archivo que se baja",
    "panel_cliente_contactos.datos_json": "un archivo que se baja",
    "panel_cliente_contactos.datos_zip": "un archivo que se baja",
    "panel_cliente_contactos.exportar": "una hoja de cálculo",
    "panel_cliente_contactos.errores": "una hoja de cálculo",
    "panel_cliente_contactos.ejemplo": "una hoja de cálculo",
    "panel_cliente_chat.lista": "JSON con un pedazo de la lista",
    "panel_cliente_chat.novedades": "JSON con lo que cambió",
    "panel_cliente_chat.anteriores": "JSON con mensajes de antes",
    "panel_cliente_chat.borrador": "JSON con lo que Nora no mandó",
    "panel_cliente_chat.rapidas": "JSON con las respuestas rápidas",
    "panel_cliente_conocimiento.cuantas": "JSON con un número",
    "panel_cliente_simulador.novedades": "JSON con lo que cambió",
    "panel_cliente_meta_ads.exportar": "una hoja de cálculo",
    "panel_cliente_meta_ads.avance": "JSON con el avance de una lectura",
    "panel_cliente_meta_ads.ir_a_meta": "solo manda a otra",
    "panel_cliente_meta_ads.vuelta": "solo manda a otra",
    "permisos_anuncios.vuelta": "solo manda a otra",
    "panel_cliente_reportes.en_pdf": "un archivo que se baja",
    "panel_cliente_reportes.en_csv": "una hoja de cálculo",
    "panel_cliente_tareas.exportar": "una hoja de cálculo",
    "panel_cliente_tareas.abrir_adjunto": "lleva a un archivo",
    "panel_cliente_respuestas.contestados_csv": "una hoja de cálculo",
    "panel_cliente_tareas.buscar_contactos": "un pedazo del formulario",
}
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


def direcciones(lugar: tuple[ServidorVivo, dict[str, Any]], nora: str, accesos: set[Acceso]) -> list[str]:
    """Las páginas de GET que piden alguno de esos accesos, concretas."""
    vivo, ids = lugar
    rutas = []
    for regla in sorted(vivo.app.url_map.iter_rules(), key=lambda r: r.rule):
        if "GET" not in (regla.methods or set()) or regla.endpoint in NO_SON_PAGINAS:
            continue
        de_nora = isinstance(regla._converters.get("nombre_nora"), ConvertidorNora)
        if acceso_de(vivo.app, regla.endpoint) not in accesos or (
            nora == "vacia" and regla.arguments - {"nombre_nora"}
        ):
            continue
        if de_nora != (Acceso.NORA in accesos):
            continue
        valores = {a: ids.get(a, nora) for a in regla.arguments}
        construida = regla.build(valores)
        assert construida is not None
        rutas.append(construida[1])
    return rutas


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
    rutas = direcciones(lugar, "marea", {Acceso.NORA, Acceso.DUENO})[parte::PARTES]
    assert len(rutas) >= 10
    assert recorrer(navegador, lugar[0], "duena@marea.mx", rutas) == []


def test_las_de_una_nora_vacia(lugar: Any, navegador: Navegador) -> None:
    """Las mismas plantillas ya pasaron con datos: todas contestan, y se abren las que enseñan que no hay nada."""
    vivo = lugar[0]
    sesion = abrir_sesion(vivo.url, "duena@vacia.mx")
    vistas = {r: sesion.get(vivo.url + r) for r in direcciones(lugar, "vacia", {Acceso.NORA, Acceso.DUENO})}
    assert {r: v.status_code for r, v in vistas.items() if v.status_code != 200} == {}
    rutas = [r for r, vista in vistas.items() if 'class="vacio' in vista.text]
    assert len(rutas) >= 6
    assert recorrer(navegador, vivo, "duena@vacia.mx", rutas) == []


def test_las_del_admin(lugar: Any, navegador: Navegador) -> None:
    rutas = direcciones(lugar, "marea", {Acceso.ADMIN, Acceso.PERSONA})
    assert len(rutas) >= 10
    assert recorrer(navegador, lugar[0], "admin@prueba.mx", rutas) == []


def test_las_de_diario_en_escritorio_y_en_oscuro(lugar: Any, navegador: Navegador) -> None:
    rutas = [
        r for r in direcciones(lugar, "marea", {Acceso.NORA, Acceso.DUENO}) if LAS_DE_DIARIO.fullmatch(r)
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
