"""Hace los PNG y el favicon a partir de los SVG: `python -m herramientas.iconos`."""

from __future__ import annotations

import os
import struct
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from .navegador import conseguir_navegador

IMAGENES = Path(__file__).resolve().parents[1] / "clientes" / "aura" / "static" / "images"
# destino -> (dibujo, ancho, alto)
PNG = {
    "logo_nora.png": ("icons/logo_nora.svg", 960, 256),
    "icons/icono-192.png": ("icons/icono.svg", 192, 192),
    "icons/icono-512.png": ("icons/icono.svg", 512, 512),
    # Lleno de orilla a orilla y con el dibujo al centro: cada aparato lo recorta a su forma.
    "icons/icono-recortable-192.png": ("icons/icono_app.svg", 192, 192),
    "icons/icono-recortable-512.png": ("icons/icono_app.svg", 512, 512),
    "icons/icono-apple-180.png": ("icons/icono_app.svg", 180, 180),
    # Solo cuenta su transparencia: es la marca chica de un aviso en Android.
    "icons/icono-insignia-96.png": ("icons/icono_insignia.svg", 96, 96),
}
LADOS_FAVICON = (16, 32, 48)


def pintar(pagina: Page, dibujo: Path, ancho: int, alto: int) -> bytes:
    """El SVG como PNG de ese tamaño, con fondo transparente."""
    pagina.set_viewport_size({"width": ancho, "height": alto})
    pagina.set_content(
        "<style>body{margin:0}svg{display:block;width:100vw;height:100vh}</style>"
        + dibujo.read_text(encoding="utf-8")
    )
    return pagina.screenshot(omit_background=True)


def favicon(imagenes: dict[int, bytes]) -> bytes:
    """Un .ico con un PNG por lado (formato ICO: cabecera de 6 bytes y 16 por imagen)."""
    inicio = 6 + 16 * len(imagenes)
    cabecera, cuerpo = struct.pack("<HHH", 0, 1, len(imagenes)), b""
    for lado, png in sorted(imagenes.items()):
        cabecera += struct.pack("<BBBBHHII", lado, lado, 0, 0, 1, 32, len(png), inicio + len(cuerpo))
        cuerpo += png
    return cabecera + cuerpo


def main() -> None:
    """Vuelve a hacer todas las imágenes."""
    ejecutable = conseguir_navegador()
    argumentos = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=ejecutable or None, args=argumentos)
        pagina = chromium.new_page()
        for destino, (dibujo, ancho, alto) in PNG.items():
            (IMAGENES / destino).write_bytes(pintar(pagina, IMAGENES / dibujo, ancho, alto))
        icono = IMAGENES / "icons" / "icono.svg"
        (IMAGENES / "favicon.ico").write_bytes(
            favicon({lado: pintar(pagina, icono, lado, lado) for lado in LADOS_FAVICON})
        )
        chromium.close()


if __name__ == "__main__":
    main()
