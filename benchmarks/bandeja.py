"""Lo que tarda la bandeja con 10,000 conversaciones abiertas, contra la de una Nora vacía, en la misma corrida.

La lista, cada filtro, las búsquedas y abrir una conversación se piden por la aplicación completa, dentro del proceso,
sobre la base embebida. `--escribir` deja la tabla en docs/.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
from pathlib import Path

import psycopg

from benchmarks.paginas import GRANDE, RAIZ, VACIA, _cronometrar, entrar, instalacion

DATOS = Path(__file__).resolve().parent / "datos" / "bandeja" / "datos.sql"
DESTINO = RAIZ / "docs" / "bandeja_medida.md"
VUELTAS = 40
MAX_P95_MS = 100
FILTROS = (
    "", "?filtro=esperan", "?filtro=sin_leer", "?filtro=mias", "?filtro=sin_asignar", "?filtro=resueltas",
    "?q=guadalupe nunez", "?q=salon jardin", "?q=corte",
)  # fmt: skip


def medir() -> list[tuple[str, float, float, float]]:
    """(qué, p50, p95 y p50 de la Nora vacía) en milisegundos."""
    medidas = []
    with instalacion(DATOS) as (app, base):
        cliente = entrar(app)
        with psycopg.connect(base) as conexion:
            fila = conexion.execute(
                "select id from conversaciones where nombre_nora = %s and estado = 'abierta'"
                " order by ultimo_mensaje_en desc limit 1",
                (GRANDE,),
            ).fetchone()
        if fila is None:
            raise RuntimeError("no hay conversaciones que medir")
        rutas = [(f"Lista {cual}".strip(), f"/chat/{cual}") for cual in FILTROS]
        for nombre, ruta in [*rutas, ("Abrir una conversación", f"/chat/{fila[0]}")]:
            grande, vacia = f"/panel_cliente/{GRANDE}{ruta}", f"/panel_cliente/{VACIA}{ruta}"
            if cliente.get(grande).status_code != 200:
                raise RuntimeError(f"{grande} no contestó 200")
            tiempos, vacios = [], []
            for _ in range(VUELTAS):
                tiempos.append(_cronometrar(cliente, grande))
                vacios.append(_cronometrar(cliente, vacia))
            p95 = statistics.quantiles(tiempos, n=20)[-1]
            medidas.append((nombre, statistics.median(tiempos), p95, statistics.median(vacios)))
    return medidas


def main() -> None:
    """Mide y escribe la tabla en la salida, y en docs/ si se pide."""
    argumentos = argparse.ArgumentParser(description=__doc__)
    argumentos.add_argument("--escribir", action="store_true", help="deja la tabla en docs/bandeja_medida.md")
    opciones = argumentos.parse_args()
    medidas = medir()
    maquina = f"{os.cpu_count()} núcleos, Python {platform.python_version()}"
    lineas = [
        "# La bandeja, medida",
        "",
        f"Una Nora con 10,000 conversaciones abiertas y 10,000 resueltas de 20 mensajes ({maquina}). Página completa, "
        f"{VUELTAS} veces cada una. Meta: p95 menor que {MAX_P95_MS} ms. Se repite con "
        "`python -m benchmarks.bandeja --escribir`.",
        "",
        "| página | p50 ms | p95 ms | Nora vacía p50 ms | cumple |",
        "| --- | ---: | ---: | ---: | --- |",
        *(
            f"| {nombre} | {p50:.0f} | {p95:.0f} | {vacia:.0f} | {'sí' if p95 < MAX_P95_MS else 'no'} |"
            for nombre, p50, p95, vacia in medidas
        ),
    ]
    texto = "\n".join(lineas) + "\n"
    os.write(1, texto.encode())
    if opciones.escribir:
        DESTINO.write_text(texto, encoding="utf-8")


if __name__ == "__main__":
    main()
