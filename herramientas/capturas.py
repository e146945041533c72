"""Toma cada página que una persona puede abrir, en teléfono y escritorio, en claro y oscuro, y las junta para verlas.

    .venv/bin/python -m herramientas.capturas                     # todas: de cinco a ocho minutos
    .venv/bin/python -m herramientas.capturas --solo chat tareas  # solo esas áreas
    .venv/bin/python -m herramientas.capturas --tema oscuro --tamano telefono --quien vacia

Sirve la demostración en una carpeta temporal y la borra al acabar. Deja una imagen por página en `capturas/` y una
hoja de contactos, `capturas/index.html`, para revisarlas de corrido.
"""

from __future__ import annotations

import argparse
import html
import os
import re
import shutil
import sys
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

from clientes.aura.demo.contenido import NOMBRE_NORA as DEMO
from clientes.aura.registro.accesos import Acceso

from .muestra import VACIA, Muestra, servir_muestra
from .navegador import NOMBRES
from .paginas import DE_LA_DUENA, DEL_ADMIN, direcciones

RAIZ = Path(__file__).resolve().parent.parent
TAMANOS: dict[str, ViewportSize] = {
    "telefono": {"width": 390, "height": 844},
    "escritorio": {"width": 1440, "height": 900},
}
TEMAS: dict[str, Literal["light", "dark"]] = {"claro": "light", "oscuro": "dark"}
IMAGEN_DEL_README = RAIZ / "docs" / "imagenes" / "panel.png"
ESPERA_MS = 20_000
ALTO_MAXIMO = 6_000
LARGO_DE_NOMBRE = 20  # un id o un token; ninguna página se llama así de largo
TABLERO = "tablero"
# Con las letras puestas, lo que se pide aparte ya llegado y dos cuadros pintados.
LISTA = """async () => {
  await document.fonts.ready;
  for (let n = 0; n < 100 && document.querySelector("[aria-busy=true], .htmx-request"); n++)
    await new Promise((sigue) => setTimeout(sigue, 20));
  await new Promise((sigue) => requestAnimationFrame(() => requestAnimationFrame(sigue)));
}"""
ESTILO_DE_LA_HOJA = """
body { font: 14px system-ui, sans-serif; margin: 24px; background: #eef1f1; color: #16201f; }
h2 { margin: 32px 0 8px; text-transform: capitalize; }
section > div { display: flex; flex-wrap: wrap; gap: 16px; align-items: flex-start; }
figure { margin: 0; background: #fff; border-radius: 8px; padding: 8px; }
figcaption { padding: 0 0 8px; font-size: 12px; overflow-wrap: anywhere; max-width: 640px; }
figure div { display: flex; gap: 8px; align-items: flex-start; }
img { border: 1px solid #cfd8d7; height: 320px; width: auto; max-width: 520px;
  object-fit: cover; object-position: top; }
nav a { margin-right: 12px; }
"""


@dataclass(frozen=True)
class Toma:
    """Una página por tomar.

    Args:
        quien: con qué cuenta: `duena`, `vacia`, `admin` o `fuera` (nadie ha entrado).
        estado: nombre de lo que se enseña en ella, si no es como se abre.
        hacer: lo que se hace en la página antes de tomarla.
        codigo: con qué debe contestar.
        tamano: solo en ese tamaño.
    """

    quien: str
    ruta: str
    estado: str = ""
    hacer: Callable[[Page], None] | None = None
    codigo: int = 200
    tamano: str = ""

    @property
    def area(self) -> str:
        return area_de(self.ruta) if self.codigo == 200 else "errores"

    @property
    def nombre(self) -> str:
        """El principio de su archivo: quién y qué."""
        return "-".join(
            [self.quien, *(partes_de(self.ruta) or [TABLERO]), *([self.estado] if self.estado else [])]
        )


def main(argumentos: list[str]) -> int:
    """Devuelve 0 si todas las páginas salieron, 1 si alguna contestó mal o no cabe, 2 si no hay ninguna que tomar."""
    opciones = _leer(argumentos)
    inicio = time.monotonic()
    with servir_muestra() as muestra, sync_playwright() as playwright:
        tomas = [PORTADA] if opciones.readme else elegir(tomas_de(muestra), opciones.solo, opciones.quien)
        if not tomas:
            print(
                "No hay páginas de esas. Las áreas: " + ", ".join(sorted({t.area for t in tomas_de(muestra)}))
            )
            return 2
        print(f"{len(tomas)} páginas", flush=True)
        opciones.salida.mkdir(parents=True, exist_ok=True)
        navegador = playwright.chromium.launch(
            executable_path=navegador_local(),
            args=["--no-sandbox", "--disable-gpu"],
            env={**os.environ, "LANGUAGE": "es_MX"},  # lo que pinta el navegador: fechas, elegir archivo
        )
        fallas = Fotografo(navegador, muestra, opciones).tomar(tomas)
        navegador.close()
        hoja = opciones.salida / "index.html"
        hoja.write_text(hoja_de_contactos(tomas_de(muestra), opciones.salida), encoding="utf-8")
    if opciones.readme:
        shutil.copyfile(opciones.salida / archivo_de(PORTADA, "escritorio", "claro"), IMAGEN_DEL_README)
    print("\n".join([*fallas, f"{len(tomas)} páginas en {time.monotonic() - inicio:.0f} s: {hoja}"]))
    return 1 if fallas else 0


def _leer(argumentos: list[str]) -> argparse.Namespace:
    lector = argparse.ArgumentParser(
        prog="herramientas.capturas", description=__doc__.splitlines()[0] if __doc__ else ""
    )
    lector.add_argument("--solo", nargs="+", default=[], metavar="ÁREA", help="chat, tareas, admin, errores…")
    lector.add_argument("--quien", nargs="+", default=[], choices=("duena", "vacia", "admin", "fuera"))
    lector.add_argument("--tema", choices=tuple(TEMAS), help="uno solo")
    lector.add_argument("--tamano", choices=tuple(TAMANOS), help="uno solo")
    lector.add_argument("--nitidez", type=int, choices=(1, 2), default=1, help="puntos por pixel")
    lector.add_argument("--salida", type=Path, default=RAIZ / "capturas")
    lector.add_argument(
        "--readme", action="store_true", help=f"solo la imagen del README, {IMAGEN_DEL_README.name}"
    )
    opciones = lector.parse_args(argumentos)
    if opciones.readme:
        opciones.nitidez, opciones.tamano, opciones.tema = 2, "escritorio", "claro"
    return opciones


PORTADA = Toma("duena", f"/panel_cliente/{DEMO}/")


# ---------------------------------------------------------------- Qué se toma
def tomas_de(muestra: Muestra) -> list[Toma]:
    """Todas las páginas de cada quien, y los estados que no tienen dirección propia."""
    de_quien = {
        "duena": direcciones(muestra.app, DEMO, DE_LA_DUENA, muestra.ids),
        "vacia": direcciones(muestra.app, VACIA, DE_LA_DUENA),
        "admin": direcciones(muestra.app, DEMO, DEL_ADMIN, muestra.ids),
        "fuera": direcciones(muestra.app, DEMO, {Acceso.CUALQUIERA}, muestra.ids),
    }
    tomas = [Toma(quien, ruta) for quien, rutas in de_quien.items() for ruta in rutas]
    return sorted([*tomas, *ESTADOS], key=lambda toma: (toma.area, toma.quien, toma.ruta, toma.estado))


def _equivocarse(pagina: Page) -> None:
    entrar(pagina, "duena@demo.mx", "no es esta")


def _abrir(selector: str) -> Callable[[Page], None]:
    def abrir(pagina: Page) -> None:
        pagina.locator(selector).first.click()

    return abrir


def _atajos(pagina: Page) -> None:
    pagina.keyboard.press("?")
    pagina.locator("#hoja-atajos[open]").wait_for()


DE_LA_DEMO = f"/panel_cliente/{DEMO}"
ESTADOS = (
    Toma("fuera", "/login", "equivocada", _equivocarse),
    Toma("fuera", "/no-existe", codigo=404),
    Toma("fuera", "/restablecer/ya-no-sirve", codigo=404),
    Toma("fuera", "/reporte/ya-no-sirve", codigo=404),
    Toma("duena", f"{DE_LA_DEMO}/no-existe", codigo=404),
    Toma("duena", "/admin/", codigo=404),
    Toma("admin", "/admin/no-existe", codigo=404),
    Toma("admin", f"{DE_LA_DEMO}/", "como-duena"),
    Toma("duena", f"{DE_LA_DEMO}/", "mas", _abrir("[data-abrir-dialogo=hoja-mas]"), tamano="telefono"),
    Toma("duena", f"{DE_LA_DEMO}/", "atajos", _atajos, tamano="escritorio"),
    *(
        Toma("duena", f"{DE_LA_DEMO}/{modulo}/?q=zzzz", "sin-resultados")
        for modulo in ("chat", "contactos", "conocimiento", "tareas")
    ),
)


def elegir(tomas: Iterable[Toma], solo: Collection[str], quienes: Collection[str]) -> list[Toma]:
    """Las de esas áreas y esa gente; sin decir nada, todas."""
    return [t for t in tomas if (not solo or t.area in solo) and (not quienes or t.quien in quienes)]


def partes_de(ruta: str) -> list[str]:
    """Lo que distingue a una dirección: sin la Nora, y con «uno» en lugar de un id o un token."""
    sin_nora = re.sub(r"^/panel_cliente/[^/]+/", "/", urlsplit(ruta).path)
    return ["uno" if len(parte) > LARGO_DE_NOMBRE else parte for parte in sin_nora.split("/") if parte]


def area_de(ruta: str) -> str:
    """`/panel_cliente/aura/chat/ajustes` -> `chat`; la principal de una Nora es `tablero`."""
    if not ruta.startswith(("/panel_cliente/", "/admin")):
        return "puertas"
    return next(iter(partes_de(ruta)), TABLERO)


# ---------------------------------------------------------------- Tomarlas
class Fotografo:
    """Recorre las páginas con una sesión por persona y tamaño."""

    def __init__(self, navegador: Browser, muestra: Muestra, opciones: argparse.Namespace) -> None:
        self.navegador = navegador
        self.muestra = muestra
        self.opciones = opciones

    def tomar(self, tomas: Iterable[Toma]) -> list[str]:
        """Las guarda y devuelve una frase por cada una que salió mal."""
        de_quien: dict[str, list[Toma]] = {}
        for toma in tomas:
            de_quien.setdefault(toma.quien, []).append(toma)
        fallas: list[str] = []
        for quien, suyas in de_quien.items():
            for tamano in tamanos(self.opciones):
                contexto = self._entrar(quien, tamano)
                pagina = contexto.new_page()
                for toma in suyas:
                    if toma.tamano in ("", tamano):
                        fallas += self._una(pagina, toma, tamano)
                contexto.close()
                print(f"  {quien}, {tamano}: {len(suyas)}", flush=True)
        return fallas

    def _entrar(self, quien: str, tamano: str) -> BrowserContext:
        contexto = self.navegador.new_context(
            base_url=self.muestra.url,
            viewport=TAMANOS[tamano],
            device_scale_factor=self.opciones.nitidez,
            has_touch=tamano == "telefono",
            locale="es-MX",
            timezone_id="America/Hermosillo",
            reduced_motion="reduce",
            service_workers="block",
        )
        contexto.set_default_timeout(ESPERA_MS)
        if quien in self.muestra.cuentas:
            pagina = contexto.new_page()
            pagina.goto("/login")
            entrar(pagina, *self.muestra.cuentas[quien])
            pagina.wait_for_url(lambda direccion: "/login" not in direccion)
            pagina.close()
        return contexto

    def _una(self, pagina: Page, toma: Toma, tamano: str) -> list[str]:
        pagina.set_viewport_size(TAMANOS[tamano])
        respuesta = pagina.goto(toma.ruta)
        if respuesta is None or respuesta.status != toma.codigo:
            return [f"{toma.nombre} ({tamano}): contestó {respuesta.status if respuesta else 'nada'}"]
        if toma.hacer:
            toma.hacer(pagina)
        elif (
            not self.opciones.readme
        ):  # crecer la ventana, y no coserla por pedazos: las barras fijas quedan en su orilla
            alto = pagina.evaluate("() => document.documentElement.scrollHeight")
            pagina.set_viewport_size({**TAMANOS[tamano], "height": min(alto, ALTO_MAXIMO)})
        for tema in temas(self.opciones):
            pagina.emulate_media(color_scheme=TEMAS[tema])
            pagina.evaluate(LISTA)
            pagina.screenshot(
                path=self.opciones.salida / archivo_de(toma, tamano, tema), animations="disabled"
            )
        ancho, cabe = pagina.evaluate("() => [document.documentElement.scrollWidth, innerWidth]")
        return [f"{toma.nombre} ({tamano}): mide {ancho} y caben {cabe}"] if ancho > cabe else []


def entrar(pagina: Page, correo: str, contrasena: str) -> None:
    """Llena la entrada y la manda."""
    pagina.fill("[name=correo]", correo)
    pagina.fill("[name=contrasena]", contrasena)
    with pagina.expect_navigation():
        pagina.press("[name=contrasena]", "Enter")


def tamanos(opciones: argparse.Namespace) -> list[str]:
    """El que se pidió, o los dos."""
    return [opciones.tamano] if opciones.tamano else list(TAMANOS)


def temas(opciones: argparse.Namespace) -> list[str]:
    """El que se pidió, o los dos."""
    return [opciones.tema] if opciones.tema else list(TEMAS)


def archivo_de(toma: Toma, tamano: str, tema: str) -> str:
    """`duena-chat-uno.telefono.claro.png`."""
    return f"{toma.nombre}.{tamano}.{tema}.png"


def navegador_local() -> str | None:
    """El Chromium de la máquina; None para que Playwright use el suyo."""
    puesto = os.environ.get("NORA_NAVEGADOR")
    return puesto or next((ruta for nombre in NOMBRES if (ruta := shutil.which(nombre))), None)


# ---------------------------------------------------------------- Verlas juntas
def hoja_de_contactos(tomas: Iterable[Toma], carpeta: Path) -> str:
    """El HTML con todas las que hay en la carpeta, por área; cada una se abre entera al tocarla."""
    por_area: dict[str, list[str]] = {}
    for toma in tomas:
        imagenes = [
            f'<a href="{archivo}"><img src="{archivo}" alt="{tamano}, {tema}" loading="lazy"></a>'
            for tamano in TAMANOS
            for tema in TEMAS
            if (carpeta / (archivo := html.escape(archivo_de(toma, tamano, tema)))).exists()
        ]
        titulo = html.escape(
            f"{toma.quien} · {toma.ruta if len(toma.ruta) < 90 else toma.nombre} {toma.estado}"
        )
        por_area.setdefault(toma.area, []).append(
            f"<figure><figcaption>{titulo}</figcaption><div>{''.join(imagenes)}</div></figure>"
        )
    indice = "".join(f'<a href="#{area}">{area}</a>' for area in por_area)
    cuerpo = "\n".join(
        f'<section id="{area}"><h2>{area}</h2><div>{"".join(figuras)}</div></section>'
        for area, figuras in por_area.items()
    )
    return (
        f'<!doctype html><html lang="es-MX"><meta charset="utf-8"><title>Capturas de Nora</title>'
        f"<style>{ESTILO_DE_LA_HOJA}</style><h1>Capturas de Nora</h1><nav>{indice}</nav>\n{cuerpo}</html>\n"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
