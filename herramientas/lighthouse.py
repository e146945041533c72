"""Mide con Lighthouse, en perfil de teléfono, las páginas que más se abren.

    .venv/bin/python -m herramientas.lighthouse --escribir

Instala Lighthouse en `herramientas/lighthouse/` la primera vez (nada más lo necesita), sirve la demostración como en
producción, entra como la dueña y mide cada página. `--escribir` deja la tabla en `docs/lighthouse.md`.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, sync_playwright

from .navegador import conseguir_navegador
from .pasos import FalloPaso, correr_orden
from .preparar import (
    NOTAS,
    RAIZ,
    anotar,
    entorno_de_npm,
    esta_anotado,
    huella,
    npm_a_usar,
    preparar_frontal,
    uno_a_la_vez,
)
from .servidor_demo import ServidorDemo, puerto_libre, servidor_demo

CARPETA = RAIZ / "herramientas" / "lighthouse"
PROGRAMA = CARPETA / "node_modules" / "lighthouse" / "cli" / "index.js"
DESTINO = RAIZ / "docs" / "lighthouse.md"
NODE_MINIMO = 22
CUENTA = "duena@demo.mx"
PLAZO_POR_PAGINA_S = 180
# categoría -> (cómo se dice, meta)
CATEGORIAS = {
    "performance": ("rapidez", 90),
    "accessibility": ("accesibilidad", 95),
    "best-practices": ("buenas prácticas", 95),
}
# Lo que explica la rapidez: auditoría -> cómo se dice.
TIEMPOS = {
    "first-contentful-paint": "primer dibujo",
    "largest-contentful-paint": "lo más grande",
    "total-blocking-time": "bloqueo",
    "cumulative-layout-shift": "saltos",
    "speed-index": "índice de velocidad",
}
PAGINAS = {
    "login": "/login",
    "tablero": "/panel_cliente/aura/",
    "chat": "/panel_cliente/aura/chat/",
    "contactos": "/panel_cliente/aura/contactos/",
    "conocimiento": "/panel_cliente/aura/conocimiento/",
}
SIN_SESION = frozenset({"login"})


@dataclass(frozen=True)
class Medida:
    """Lo que dio una página: calificaciones de 0 a 100, tiempos como los escribe Lighthouse y lo que reprobó."""

    pagina: str
    calificaciones: dict[str, int]
    tiempos: dict[str, str]
    quejas: tuple[str, ...]
    version: str

    @property
    def cumple(self) -> bool:
        """Si cada calificación llega a su meta."""
        return all(self.calificaciones[categoria] >= meta for categoria, (_, meta) in CATEGORIAS.items())


def main(argumentos: list[str]) -> int:
    """Devuelve 0 si todo llega a su meta, 1 si algo no, 2 si no se pudo medir."""
    opciones = _leer(argumentos)
    try:
        medidas = medir(opciones.solo or list(PAGINAS), opciones.veces, opciones.informes)
    except FalloPaso as fallo:
        sys.stderr.write(f"{fallo}\n")
        return 2
    print(tabla(medidas))
    for medida in medidas:
        for queja in medida.quejas:
            print(f"{medida.pagina}: {queja}")
    if opciones.escribir:
        DESTINO.write_text(documento(medidas, opciones.veces, datetime.now(UTC)), encoding="utf-8")
    return 0 if all(medida.cumple for medida in medidas) else 1


def _leer(argumentos: list[str]) -> argparse.Namespace:
    lector = argparse.ArgumentParser(
        prog="herramientas.lighthouse", description="Mide las páginas con Lighthouse."
    )
    lector.add_argument("--solo", nargs="+", choices=list(PAGINAS), help="nada más estas páginas")
    lector.add_argument("--veces", type=int, default=3, help="de cada página vale la mediana de estas (3)")
    lector.add_argument(
        "--escribir", action="store_true", help=f"deja la tabla en {DESTINO.relative_to(RAIZ)}"
    )
    lector.add_argument("--informes", type=Path, help="carpeta donde guardar el informe completo de cada una")
    return lector.parse_args(argumentos)


def medir(paginas: list[str], veces: int, informes: Path | None = None) -> list[Medida]:
    """Sirve la demostración y mide esas páginas, las de fuera antes de entrar.

    Raises:
        FalloPaso: falta el navegador, o npm, el servidor o Lighthouse fallaron.
    """
    navegador = conseguir_navegador()
    if navegador is None:
        raise FalloPaso("No hay Chromium: instala el paquete chromium de tu sistema.")
    node = instalar()
    preparar_frontal()
    with tempfile.TemporaryDirectory(prefix="nora-lighthouse-") as pasajera:
        carpeta = informes or Path(pasajera)
        carpeta.mkdir(parents=True, exist_ok=True)
        medidas: list[Medida] = []
        with (
            servidor_demo(Path(pasajera)) as servidor,
            _chromium(navegador, Path(pasajera)) as (puerto, contexto),
        ):
            adentro = False
            for pagina in sorted(paginas, key=lambda nombre: nombre not in SIN_SESION):
                if pagina not in SIN_SESION and not adentro:
                    _entrar(contexto, servidor)
                    adentro = True
                informe = [
                    _correr(node, servidor.url + PAGINAS[pagina], puerto, carpeta / f"{pagina}-{vez}.json")
                    for vez in range(veces)
                ]
                medidas.append(mediana([leer_informe(pagina, uno) for uno in informe]))
    return medidas


def instalar() -> str:
    """Deja Lighthouse en su carpeta si no está. Devuelve el node con que se corre.

    Raises:
        FalloPaso: con las últimas líneas de npm.
    """
    npm = npm_a_usar(NODE_MINIMO)
    valor = huella(CARPETA / "package-lock.json")
    with uno_a_la_vez():
        if not (PROGRAMA.exists() and esta_anotado("lighthouse", valor)):
            correr_orden(
                [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
                carpeta=CARPETA,
                registro=NOTAS / "npm-lighthouse.log",
                que_hacer="Corrige lo que dice npm y repite el comando.",
                entorno=_entorno_con(npm[0]),
            )
            anotar("lighthouse", valor)
    return str(Path(npm[0]).with_name("node"))


def _entorno_con(npm: str) -> dict[str, str]:
    """El de npm, con su propio node al frente."""
    entorno = entorno_de_npm(dict(os.environ))
    return {**entorno, "PATH": os.pathsep.join([str(Path(npm).parent), entorno.get("PATH", "")])}


@contextlib.contextmanager
def _chromium(navegador: str, carpeta: Path) -> Iterator[tuple[int, BrowserContext]]:
    """Un Chromium con perfil propio que Lighthouse y Playwright comparten: así la sesión es una galleta de verdad."""
    puerto = puerto_libre()
    with sync_playwright() as playwright:
        contexto = playwright.chromium.launch_persistent_context(
            str(carpeta / "perfil"),
            executable_path=navegador,
            args=["--no-sandbox", f"--remote-debugging-port={puerto}"],
        )
        try:
            yield puerto, contexto
        finally:
            contexto.close()


def _entrar(contexto: BrowserContext, servidor: ServidorDemo) -> None:
    pagina = contexto.new_page()
    pagina.goto(f"{servidor.url}/login")
    pagina.fill("[name=correo]", CUENTA)
    pagina.fill("[name=contrasena]", servidor.cuentas[CUENTA])
    pagina.press("[name=contrasena]", "Enter")
    pagina.wait_for_url(lambda direccion: "/login" not in direccion)
    pagina.close()


def _correr(node: str, url: str, puerto: int, salida: Path) -> dict[str, Any]:
    orden = [
        node,
        str(PROGRAMA),
        url,
        f"--port={puerto}",
        f"--only-categories={','.join(CATEGORIAS)}",
        "--form-factor=mobile",
        "--output=json",
        f"--output-path={salida}",
        "--locale=es-419",
        "--quiet",
        "--no-enable-error-reporting",
    ]
    hecho = subprocess.run(  # noqa: S603  orden fija de este programa
        orden, capture_output=True, text=True, timeout=PLAZO_POR_PAGINA_S
    )
    if hecho.returncode != 0:
        raise FalloPaso(f"Lighthouse no pudo medir {url}:\n{hecho.stderr[-1500:]}")
    informe: dict[str, Any] = json.loads(salida.read_text(encoding="utf-8"))
    return informe


def leer_informe(pagina: str, informe: dict[str, Any]) -> Medida:
    """Lo que interesa del JSON de Lighthouse.

    Raises:
        FalloPaso: la página medida no es la pedida, o Lighthouse no la pudo calificar.
    """
    pedida, final = (str(informe.get(llave, "")) for llave in ("requestedUrl", "finalDisplayedUrl"))
    if informe.get("runtimeError") or pedida != final:
        raise FalloPaso(f"{pagina}: se pidió {pedida} y se midió {final}. {informe.get('runtimeError', '')}")
    categorias: dict[str, Any] = informe["categories"]
    sin_calificar = [nombre for nombre in CATEGORIAS if categorias[nombre]["score"] is None]
    if sin_calificar:
        raise FalloPaso(f"{pagina}: sin calificación en {', '.join(sin_calificar)}")
    auditorias: dict[str, Any] = informe["audits"]
    return Medida(
        pagina=pagina,
        calificaciones={nombre: round(100 * categorias[nombre]["score"]) for nombre in CATEGORIAS},
        tiempos={nombre: str(auditorias[nombre].get("displayValue", "")) for nombre in TIEMPOS},
        quejas=tuple(_quejas(categorias, auditorias)),
        version=str(informe.get("lighthouseVersion", "")),
    )


def _quejas(categorias: dict[str, Any], auditorias: dict[str, Any]) -> Iterator[str]:
    """Lo reprobado que quita puntos, lo que más pesa primero."""
    for nombre in CATEGORIAS:
        pesadas = [
            (float(parte["weight"]) * (1 - auditorias[parte["id"]]["score"]), auditorias[parte["id"]])
            for parte in categorias[nombre]["auditRefs"]
            if parte["weight"] and auditorias[parte["id"]].get("score") is not None
        ]
        for perdido, auditoria in sorted(pesadas, key=lambda par: -par[0]):
            if auditoria["score"] < 0.9:
                yield f"{auditoria['title']} ({auditoria['id']}) {auditoria.get('displayValue', '')} -{perdido:.1f}"


def mediana(medidas: list[Medida]) -> Medida:
    """La corrida de en medio por rapidez; en lo demás, la peor: eso no depende de qué más haga la máquina."""
    orden = sorted(medidas, key=lambda medida: medida.calificaciones["performance"])
    central = orden[(len(orden) - 1) // 2]
    return Medida(
        pagina=central.pagina,
        calificaciones={
            nombre: central.calificaciones[nombre]
            if nombre == "performance"
            else min(medida.calificaciones[nombre] for medida in medidas)
            for nombre in CATEGORIAS
        },
        tiempos=central.tiempos,
        quejas=central.quejas,
        version=central.version,
    )


def tabla(medidas: list[Medida]) -> str:
    """Una fila por página, en Markdown."""
    titulos = ["página", *(f"{dicho} (≥ {meta})" for dicho, meta in CATEGORIAS.values()), *TIEMPOS.values()]
    filas = [
        [
            medida.pagina,
            *(str(medida.calificaciones[nombre]) for nombre in CATEGORIAS),
            *(medida.tiempos[nombre] for nombre in TIEMPOS),
        ]
        for medida in medidas
    ]
    return "\n".join(f"| {' | '.join(fila)} |" for fila in [titulos, ["---"] * len(titulos), *filas])


def documento(medidas: list[Medida], veces: int, ahora: datetime) -> str:
    """El texto de `docs/lighthouse.md`."""
    return f"""# Lighthouse

```sh
.venv/bin/python -m herramientas.lighthouse --escribir
```

Instala Lighthouse {medidas[0].version} la primera vez, en `herramientas/lighthouse/`; ni el programa ni sus pruebas lo
necesitan. Sirve el negocio de demostración con gunicorn y la configuración de producción (sin el proxy que pone TLS y
HTTP/2 al frente), entra como la dueña y mide en el perfil de teléfono: red 4G lenta y un procesador cuatro veces más
lento, simulados. De cada página, la mediana de {veces} en rapidez y la peor en lo demás.

Medido el {ahora:%Y-%m-%d}, {os.cpu_count()} núcleos.

{tabla(medidas)}
"""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
