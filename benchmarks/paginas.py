"""Lo que tarda cada página con una instalación grande, contra la misma página de una Nora vacía, en la misma corrida.

Levanta un PostgreSQL embebido en una carpeta temporal, lo llena con `datos/paginas/datos.sql` y pide cada página por la
aplicación completa (sesión, permisos, plantillas), dentro del proceso. `--escribir` deja la tabla en docs/.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
from flask import Flask
from werkzeug.routing import Rule

from app_config import Config

RAIZ = Path(__file__).resolve().parents[1]
DATOS = Path(__file__).resolve().parent / "datos" / "paginas" / "datos.sql"
DESTINO = RAIZ / "docs" / "paginas_medidas.md"
GRANDE, VACIA = "grande", "vacia"
CORREO, CONTRASENA = "duena@medir.mx", "una frase para medir"
VUELTAS = 40
MAX_PETICIONES, MAX_P95_MS, MAX_KB = 3, 150, 100
# Qué fila se pide en las direcciones que llevan un id.
IDS = {
    "contacto_id": "select id from contactos where nombre_nora = 'grande' order by direccion limit 1",
    "conversacion_id": "select id from conversaciones where nombre_nora = 'grande'"
    " order by ultimo_mensaje_en desc limit 1",
    "bloque_id": "select id from conocimiento_nora where nombre_nora = 'grande' order by titulo limit 1",
    "etiqueta_id": "select id from etiquetas where nombre_nora = 'grande' order by nombre limit 1",
    "tarea_id": "select id from tareas where nombre_nora = 'grande' and numero = 500",
}
# Además de las direcciones solas, las búsquedas y filtros que una persona usa a diario.
CONSULTAS = {
    "panel_cliente_contactos.index": ("?q=guadalupe nunes", "?q=0000012"),
    "panel_cliente_tareas.index": ("?q=pedido 1234",),
    "panel_cliente_chat.index": ("?q=elena",),
}


@dataclass(frozen=True)
class Medida:
    """Una página: milisegundos, peticiones a Supabase y KB de HTML; `vacia_ms` es la misma en una Nora sin datos."""

    ruta: str
    p50_ms: float
    p95_ms: float
    peticiones: int
    kb: float
    vacia_ms: float | None

    @property
    def cumple(self) -> bool:
        return self.peticiones <= MAX_PETICIONES and self.p95_ms <= MAX_P95_MS and self.kb <= MAX_KB


@contextmanager
def instalacion(datos: Path = DATOS) -> Iterator[tuple[Flask, str]]:
    """Una instalación temporal llena con ese SQL, y la dirección de su base."""
    from clientes.aura import create_app
    from clientes.aura.arranque import db_uri_de_respaldo, detener_todo, preparar_base
    from clientes.aura.personas import servicio
    from clientes.aura.registro.consultas import guardar_catalogo
    from clientes.aura.registro.registro_dinamico import catalogo_de

    carpeta = Path(tempfile.mkdtemp(prefix="nora-medir-"))
    carpeta.chmod(0o755)
    config = Config(ENTORNO="pruebas", NORA_DATOS=carpeta, SUPABASE_DB_URL="")
    app: Flask | None = None
    try:
        preparar_base(config)
        app, _ = create_app(config)
        base = db_uri_de_respaldo(config)
        with app.app_context():
            guardar_catalogo(catalogo_de(app))
            with psycopg.connect(base, autocommit=True) as conexion:
                conexion.execute(datos.read_text(encoding="utf-8"))
                conexion.execute(
                    "insert into configuracion_bot (nombre_nora, nombre_visible, numero_nora, modulos)"
                    " select %s, 'Vacía', '+525599999999', modulos from configuracion_bot where nombre_nora = %s",
                    (VACIA, GRANDE),
                )
                conexion.execute("vacuum analyze")
            servicio.crear_usuario(CORREO, CONTRASENA, rol="admin", nombre_nora=None)
        detener_todo(app)
        # Otra vez, ya con las filas: así se registran todas las Noras como en un arranque de verdad.
        preparar_base(config)
        app, _ = create_app(config)
        yield app, db_uri_de_respaldo(config)
    finally:
        detener_todo(app)
        shutil.rmtree(carpeta, ignore_errors=True)


def entrar(app: Flask) -> Any:
    """Un navegador sin pantalla ya dentro."""
    cliente = app.test_client()
    pagina = cliente.get("/login").get_data(as_text=True)
    testigo = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', pagina)
    if testigo is None:
        raise RuntimeError("la entrada no trae csrf_token")
    respuesta = cliente.post(
        "/login", data={"correo": CORREO, "contrasena": CONTRASENA, "csrf_token": testigo[1]}
    )
    if respuesta.status_code != 302:
        raise RuntimeError(f"no se pudo entrar: {respuesta.status_code}")
    return cliente


def direcciones(app: Flask, base: str) -> Iterator[tuple[str, str | None]]:
    """(página de la Nora grande, la misma de la vacía si no lleva un id), de todo el mapa."""
    with psycopg.connect(base) as conexion:
        ids = {clave: fila[0] for clave, sql in IDS.items() if (fila := conexion.execute(sql).fetchone())}
    for regla in sorted(app.url_map.iter_rules(), key=lambda r: r.rule):
        de_panel = regla.rule.startswith(("/panel_cliente/", "/admin/"))
        if "GET" not in (regla.methods or set()) or not de_panel:
            continue
        faltan = regla.arguments - {"nombre_nora", "nombre"} - set(ids)
        if faltan:
            continue
        for consulta in ("", *CONSULTAS.get(regla.endpoint, ())):
            con_id = bool(regla.arguments & set(ids))
            yield (
                _construir(regla, GRANDE, ids) + consulta,
                None
                if con_id or "nombre_nora" not in regla.arguments
                else _construir(regla, VACIA, ids) + consulta,
            )


def _construir(regla: Rule, nora: str, ids: dict[str, Any]) -> str:
    construida = regla.build({a: ids.get(a, nora) for a in regla.arguments})
    if construida is None:
        raise RuntimeError(f"no se pudo armar {regla.rule}")
    return construida[1]


def medir(cliente: Any, ruta: str, vacia: str | None) -> Medida | None:
    """La página medida; None si no es una página (un archivo, JSON, una redirección)."""
    from clientes.aura.utils.supabase_client import conexion_actual

    primera = cliente.get(ruta)
    if (
        primera.status_code != 200
        or primera.mimetype != "text/html"
        or "Content-Disposition" in primera.headers
        or b"</html>" not in primera.data
    ):
        return None
    pedidas: list[str] = []
    ganchos = conexion_actual().http.event_hooks

    def anotar(peticion: httpx.Request) -> None:
        # El registro relee la Nora por su cuenta cuando, como aquí, nadie escucha los avisos.
        if not peticion.url.path.endswith("/configuracion_bot"):
            pedidas.append(peticion.url.path)

    conexion_actual().http.event_hooks = {**ganchos, "request": [*ganchos["request"], anotar]}
    try:
        cliente.get(ruta)
    finally:
        conexion_actual().http.event_hooks = ganchos
    tiempos, vacios = [], []
    for _ in range(VUELTAS):
        tiempos.append(_cronometrar(cliente, ruta))
        if vacia is not None:
            vacios.append(_cronometrar(cliente, vacia))
    cortes = statistics.quantiles(tiempos, n=20)
    return Medida(
        ruta=ruta,
        p50_ms=statistics.median(tiempos),
        p95_ms=cortes[-1],
        peticiones=len(pedidas),
        kb=len(primera.data) / 1024,
        vacia_ms=statistics.median(vacios) if vacios else None,
    )


def _cronometrar(cliente: Any, ruta: str) -> float:
    inicio = time.perf_counter()
    cliente.get(ruta)
    return 1000 * (time.perf_counter() - inicio)


def tabla(medidas: list[Medida]) -> list[str]:
    """Las líneas del informe."""
    buenas = sum(m.cumple for m in medidas)
    lineas = [
        f"Python {platform.python_version()}, {os.cpu_count()} núcleos (carga {os.getloadavg()[0]:.1f} al acabar). "
        f"{VUELTAS} vueltas de cada página, intercaladas con la misma página de una Nora vacía. 200 Noras, 100,000 "
        "contactos, 1,000,000 de mensajes, 20,000 bloques; de la Nora medida son 50,000 contactos, 500,000 mensajes, "
        "300 bloques y 20,000 tareas.",
        "",
        f"{buenas} de {len(medidas)} cumplen: {MAX_PETICIONES} peticiones, p95 de {MAX_P95_MS} ms "
        f"y {MAX_KB} KB como mucho.",
        "",
        "| página | p50 (ms) | p95 (ms) | contra la vacía | peticiones | KB | |",
        "| --- | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    for m in sorted(medidas, key=lambda m: -m.p95_ms):
        razon = f"{m.p50_ms / m.vacia_ms:.2f}" if m.vacia_ms else ""
        ruta = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "{id}", m.ruta)
        lineas.append(
            f"| `{ruta}` | {m.p50_ms:.1f} | {m.p95_ms:.1f} | {razon} | {m.peticiones} | {m.kb:.0f} |"
            f" {'cumple' if m.cumple else 'no cumple'} |"
        )
    return lineas


def main() -> None:
    analizador = argparse.ArgumentParser(description=__doc__)
    analizador.add_argument(
        "--escribir", action="store_true", help="deja la tabla en docs/paginas_medidas.md"
    )
    analizador.add_argument("--solo", default="", help="solo las páginas cuya dirección lo contiene")
    opciones = analizador.parse_args()
    with instalacion() as (app, base):
        cliente = entrar(app)
        medidas = [
            medida
            for ruta, vacia in direcciones(app, base)
            if opciones.solo in ruta and (medida := medir(cliente, ruta, vacia)) is not None
        ]
    lineas = tabla(medidas)
    print("\n".join(lineas))
    if opciones.escribir:
        encabezado = [
            "# Las páginas, medidas",
            "",
            "Lo imprime `python -m benchmarks.paginas --escribir`.",
            "",
        ]
        DESTINO.write_text("\n".join([*encabezado, *lineas, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
