"""`python -m herramientas.fiabilidad cifras.jsonl`: la tabla de docs/fiabilidad.md con lo que midieron las pruebas.

Las cifras las deja `python3 dev_start.py test --largo --anotar cifras.jsonl`; de cada renglón vale la última.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path

DESTINO = Path(__file__).resolve().parents[1] / "docs" / "fiabilidad.md"

# renglón -> (qué se hace, qué debe salir, prueba)
RENGLONES = {
    "golpes": (
        "2,000 webhooks de 200 conversaciones, 5% repetidos, 30 SIGKILL en diez puntos con nombre",
        "0 perdidos, 0 contestados dos veces, 0 en desorden, de vuelta en 60 s",
        "fallos/test_golpes.py::test_en_diez_puntos[dos_mil]",
    ),
    "golpes_diez_mil": (
        "10,000 webhooks de 500 conversaciones, 5% repetidos, 300 SIGKILL en los mismos puntos",
        "lo mismo",
        "fallos/test_golpes.py::test_en_diez_puntos[diez_mil]",
    ),
    "copias": (
        "50 copias a la vez de 200 mensajes",
        "200 filas",
        "fallos/test_carga.py::test_copias_a_la_vez",
    ),
    "base": (
        "PostgreSQL detenido 60 s y congelado 60 s, con carga",
        "5xx antes de 5 s, nunca 200; sano en 60 s; 0 perdidos",
        "fallos/test_carga.py::test_base_detenida_y_congelada_un_minuto_con_carga",
    ),
    "caida": (
        "La aplicación abajo y 500 mensajes en el proveedor",
        "todos, una vez",
        "fallos/test_carga.py::test_aplicacion_caida_con_quinientos_en_el_proveedor",
    ),
    "sin_trabajadores": (
        "Todos los trabajadores muertos cinco minutos",
        "todo contestado, una vez",
        "fallos/test_carga.py::test_sin_trabajadores_cinco_minutos",
    ),
    "sockets": (
        "Hasta tres veces el cupo de sockets, con y sin sesión",
        "lo que sobra se rechaza; p99 del webhook < 500 ms",
        "fallos/test_carga.py::test_tres_veces_el_cupo_de_sockets_y_el_webhook_sigue",
    ),
    "eventos": (
        "1,000 eventos a 50 sockets en 2 procesos",
        "0 faltan, 0 dos veces",
        "fallos/test_carga.py::test_mil_eventos_a_cincuenta_sockets",
    ),
    "hilos": (
        "50 hilos alternando Noras, 10,000 lecturas",
        "0 filas ajenas",
        "fallos/test_carga.py::test_cincuenta_hilos_alternando_noras",
    ),
    "identidades": (
        "Cada ruta con cada método, de quien no ha entrado a quien administra",
        "lo declarado",
        "aislamiento/test_rutas.py",
    ),
    "ids_ajenos": (
        "Cada id de otra Nora en cada ruta que lleva uno",
        "el mismo 404 que uno inventado",
        "aislamiento/test_rutas.py::test_cada_id_de_otra_nora_es_el_404_de_uno_que_no_existe",
    ),
    "api_al_azar": (
        "Consultas al azar a la API local",
        "0 respuestas de 500, 0 errores de SQL que no sean de quien pide",
        "unidad/supabase_local/test_cualquier_consulta.py",
    ),
    "al_azar": (
        "Peticiones al azar a cada ruta, con cada identidad",
        "0 respuestas de 500",
        "fallos/test_rutas_al_azar.py",
    ),
    "xss_en_navegador": (
        "Texto hostil en todo lo que alguien puede escribir, cada página abierta en un navegador",
        "0 ejecutado",
        "seguridad/test_xss.py::test_en_un_navegador_cada_pagina_con_el_texto_hostil_puesto",
    ),
    "remojo": (
        "20 mensajes por segundo sin parar",
        "memoria +10% a lo más, conexiones iguales",
        "fallos/test_carga.py::test_remojo",
    ),
    "respaldo": (
        "Respaldo con carga, y restaurado",
        "igual, nada se manda otra vez",
        "fallos/test_carga.py::test_respaldo_con_carga",
    ),
}


def tabla(cifras: dict[str, dict[str, object]]) -> list[str]:
    """Los renglones de la tabla; el que no se midió lo dice."""
    lineas = ["| qué | qué debe salir | medido | prueba |", "| --- | --- | --- | --- |"]
    for nombre, (que, debe, prueba) in RENGLONES.items():
        medido = cifras.get(nombre)
        dicho = (
            ", ".join(f"{clave.replace('_', ' ')}: {valor}" for clave, valor in medido.items())
            if medido
            else ""
        )
        lineas.append(f"| {que} | {debe} | {dicho or 'sin medir'} | `{prueba}` |")
    return lineas


def main() -> None:
    analizador = argparse.ArgumentParser(description=__doc__)
    analizador.add_argument("cifras", type=Path, help="el archivo de --anotar")
    cifras: dict[str, dict[str, object]] = {}
    for linea in analizador.parse_args().cifras.read_text(encoding="utf-8").splitlines():
        dato = json.loads(linea)
        cifras[dato.pop("renglon")] = dato
    DESTINO.write_text(
        "\n".join(
            [
                "# Lo que aguanta, medido",
                "",
                "Cada renglón es una prueba larga que falla si no sale lo que debe. Se vuelve a medir con",
                "`python3 dev_start.py test --largo --anotar cifras.jsonl` y",
                "`.venv/bin/python -m herramientas.fiabilidad cifras.jsonl`.",
                "",
                f"Última medida: {datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, "
                f"{os.cpu_count()} núcleos.",
                "",
                *tabla(cifras),
                "",
            ]
        ),
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
