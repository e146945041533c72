"""Un Chromium de verdad, con Playwright, y axe para revisar cada página que se abre."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

TELEFONO = {"width": 390, "height": 844}
ESCRITORIO = {"width": 1440, "height": 900}
ARGUMENTOS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-sync",
    # Un micrófono de mentira que suena, y el permiso ya dado.
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]


class Navegador:
    """Abre páginas, entra con una cuenta y revisa accesibilidad."""

    def __init__(self, chromium: Browser) -> None:
        self.chromium = chromium

    def pagina(self, medida: dict[str, int] | None = None, **opciones: Any) -> Page:
        """Una pestaña sin historia. Los errores de la página hacen fallar la prueba al cerrarla."""
        contexto = self.chromium.new_context(viewport=medida or TELEFONO, locale="es-MX", **opciones)  # type: ignore[arg-type]
        return contexto.new_page()

    def entrar(
        self, url: str, correo: str, contrasena: str, medida: dict[str, int] | None = None, **opciones: Any
    ) -> Page:
        """Una pestaña ya dentro."""
        pagina = self.pagina(medida, **opciones)
        pagina.goto(f"{url}/login")
        pagina.fill("input[name=correo]", correo)
        pagina.fill("input[name=contrasena]", contrasena)
        with pagina.expect_navigation():
            pagina.keyboard.press("Enter")
        assert "/login" not in pagina.url, "no entró"
        return pagina


# Un aviso a medio aparecer es traslúcido y su contraste, el de ese instante: se espera a lo que termina.
# Sin precarga: con ella axe pide los estilos importados y reporta 404 que no existen.
REVISAR_CON_AXE = """
%s;
const quieta = async () => {
  const pasajeras = () => document.getAnimations().filter((animacion) =>
    animacion.playState === "running" && animacion.effect.getComputedTiming().endTime !== Infinity);
  for (let vuelta = pasajeras(); vuelta.length; vuelta = pasajeras()) {
    await Promise.allSettled(vuelta.map((animacion) => animacion.finished));
  }
};
quieta().then(() => axe.run({preload: false, resultTypes: ["violations"]})).then(({violations}) => violations
  .filter(({impact}) => impact === "serious" || impact === "critical")
  .map(({id, help, nodes}) => `${id}: ${help} (${nodes[0].html.slice(0, 160)})`))
"""


def faltas_graves(pagina: Page) -> list[str]:
    """Lo que axe llama serio o crítico en la página abierta, una línea por regla."""
    faltas: list[str] = pagina.evaluate(REVISAR_CON_AXE % Axe().axe_script)
    return faltas


@contextlib.contextmanager
def abrir_navegador() -> Iterator[Navegador]:
    """Arranca el Chromium de la máquina (o el de Playwright si no hay otro)."""
    ejecutable = os.environ.get("NORA_NAVEGADOR") or shutil.which("chromium") or shutil.which("google-chrome")
    argumentos = [*ARGUMENTOS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=ejecutable, args=argumentos)
        try:
            yield Navegador(chromium)
        finally:
            chromium.close()
