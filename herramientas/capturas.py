"""Toma la imagen del README y las capturas de cada página, en teléfono y en escritorio.

Con el servidor de `dev_start.py` ya corriendo:

    .venv/bin/python -m herramientas.capturas --correo CORREO --contrasena CONTRASENA

Deja `docs/imagenes/panel.png`, y en `capturas/` una imagen por página y tamaño.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from .navegador import NOMBRES

RAIZ = Path(__file__).resolve().parent.parent
TAMANOS: dict[str, ViewportSize] = {
    "telefono": {"width": 390, "height": 844},
    "escritorio": {"width": 1440, "height": 900},
}
IMAGEN_DEL_README = RAIZ / "docs" / "imagenes" / "panel.png"
PAGINAS_DEL_PANEL = ("", "chat/", "contactos/", "conocimiento/", "simulador/")
PAGINAS_DE_ADMIN = (
    "/admin/",
    "/admin/noras",
    "/admin/modulos",
    "/admin/usuarios",
    "/admin/salud",
    "/admin/uso",
    "/admin/auditoria",
)
ESPERA_MS = 15_000


def main(argumentos: list[str]) -> int:
    """Devuelve 0 si todas las páginas salieron, 1 si alguna contestó con error."""
    opciones = _leer(argumentos)
    paginas = opciones.paginas or paginas_de(opciones.nora, opciones.admin)
    opciones.salida.mkdir(parents=True, exist_ok=True)
    fallas: list[str] = []
    with sync_playwright() as playwright:
        navegador = playwright.chromium.launch(executable_path=navegador_local(), args=["--no-sandbox"])
        for tamano, medida in TAMANOS.items():
            fallas += _recorrer(navegador, opciones, tamano, medida, paginas)
        navegador.close()
    print(
        json.dumps({"paginas": len(paginas), "tamanos": list(TAMANOS), "fallas": fallas}, ensure_ascii=False)
    )
    return 1 if fallas else 0


def _leer(argumentos: list[str]) -> argparse.Namespace:
    lector = argparse.ArgumentParser(
        prog="herramientas.capturas", description=__doc__.splitlines()[0] if __doc__ else ""
    )
    lector.add_argument("--base", default="http://127.0.0.1:5000", help="dirección del servidor")
    lector.add_argument("--correo", required=True)
    lector.add_argument("--contrasena", required=True)
    lector.add_argument("--nora", default="aura")
    lector.add_argument(
        "--admin", action="store_true", help="agrega las páginas de administración (cuenta de admin)"
    )
    lector.add_argument("--paginas", nargs="*", help="rutas a tomar en lugar de las de siempre")
    lector.add_argument("--salida", type=Path, default=RAIZ / "capturas")
    lector.add_argument("--tema", choices=("light", "dark"), default="light")
    lector.add_argument("--sin-readme", action="store_true", help=f"no cambia {IMAGEN_DEL_README.name}")
    return lector.parse_args(argumentos)


def paginas_de(nora: str, con_admin: bool) -> list[str]:
    """Las rutas del panel de esa Nora y, si se pide, las de administración."""
    del_panel = [f"/panel_cliente/{nora}/{pagina}" for pagina in PAGINAS_DEL_PANEL]
    return [*del_panel, *(PAGINAS_DE_ADMIN if con_admin else ())]


def nombre_de_archivo(ruta: str, tamano: str) -> str:
    """`/panel_cliente/aura/chat/` en teléfono -> `panel_cliente-aura-chat.telefono.png`."""
    return f"{'-'.join(parte for parte in ruta.split('/') if parte) or 'inicio'}.{tamano}.png"


def navegador_local() -> str | None:
    """El Chromium de la máquina; None para que Playwright use el suyo."""
    puesto = os.environ.get("NORA_NAVEGADOR")
    return puesto or next((ruta for nombre in NOMBRES if (ruta := shutil.which(nombre))), None)


def _recorrer(
    navegador: Browser, opciones: argparse.Namespace, tamano: str, medida: ViewportSize, paginas: list[str]
) -> list[str]:
    fallas: list[str] = []
    contexto = navegador.new_context(
        base_url=opciones.base,
        viewport=medida,
        device_scale_factor=2,
        locale="es-MX",
        timezone_id="America/Mexico_City",
        color_scheme=opciones.tema,
        reduced_motion="reduce",
    )
    contexto.set_default_timeout(ESPERA_MS)
    pagina = contexto.new_page()
    _entrar(pagina, opciones.correo, opciones.contrasena)
    for ruta in paginas:
        respuesta = pagina.goto(ruta)
        if respuesta is None or not respuesta.ok:
            fallas.append(f"{ruta} ({tamano}): {respuesta.status if respuesta else 'sin respuesta'}")
            continue
        pagina.evaluate("() => document.fonts.ready.then(() => true)")
        pagina.screenshot(
            path=opciones.salida / nombre_de_archivo(ruta, tamano), full_page=tamano == "telefono"
        )
        if tamano == "escritorio" and ruta == paginas[0] and not opciones.sin_readme:
            IMAGEN_DEL_README.parent.mkdir(parents=True, exist_ok=True)
            pagina.screenshot(path=IMAGEN_DEL_README)
    contexto.close()
    return fallas


def _entrar(pagina: Page, correo: str, contrasena: str) -> None:
    pagina.goto("/login")
    pagina.fill("[name=correo]", correo)
    pagina.fill("[name=contrasena]", contrasena)
    pagina.press("[name=contrasena]", "Enter")
    pagina.wait_for_url(lambda direccion: "/login" not in direccion)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
