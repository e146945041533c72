"""Lee la semana pasada de Meta y Google y hace los reportes: `python -m clientes.aura.scripts.sincronizador_semanal`.

Sin `--semana` es la última semana ISO terminada en la zona de cada Nora, y a los dueños que lo pidieron les manda el
resumen por WhatsApp. La falla de una Nora no detiene a las demás. Correrlo dos veces no hace nada de más.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TextIO

from flask import Flask

from ..anuncios.fuente import FuenteDeAnuncios
from ..registro.consultas import leer_noras_activas
from ..registro.registro_dinamico import catalogo_de
from ..reportes import semanal
from ..reportes.semanas import Semana, leer_semana, semana_pasada
from ..utils.errores import ErrorNora
from ._comun import ANCHO, Resultado, correr, decir, opciones


def main(argumentos: Sequence[str] | None = None) -> int:
    """Devuelve 0 si todas quedaron, 1 si alguna tuvo fallas."""
    analizador = opciones("Lee la semana pasada de Meta y Google y hace los reportes.")
    analizador.add_argument("--semana", type=_semana, metavar="AAAA-WNN", help="esa semana ISO: 2026-W46")
    analizador.add_argument("--nora", metavar="NOMBRE", help="solo esa")
    pedido = analizador.parse_args(argumentos)
    return correr(
        lambda app: sincronizar(app, pedido.nora, pedido.semana, simular=pedido.simular),
        json_al_final=pedido.json,
    )


def _semana(texto: str) -> Semana:
    try:
        semana = leer_semana(texto)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"«{texto}» no es una semana; escríbela como 2026-W46") from error
    if semana.lunes > datetime.now(UTC).date():
        raise argparse.ArgumentTypeError(f"{semana.clave} todavía no empieza")
    return semana


def sincronizar(
    app: Flask, solo: str | None, semana: Semana | None, *, simular: bool, ahora: datetime | None = None
) -> Resultado:
    """Todas las Noras con reportes encendidos, una tras otra. `hechos`: reportes al día."""
    instante, resultado, por_nora = ahora or datetime.now(UTC), Resultado(), []
    todas = catalogo_de(app).anuncios()
    noras = [f for f in leer_noras_activas() if solo is None or f["nombre_nora"] == solo]
    if solo is not None and not noras:
        resultado.fallas.append(f"No hay ninguna Nora activa que se llame {solo}.")
    for fila in noras:
        nombre, cual = fila["nombre_nora"], semana or semana_pasada(fila["zona_horaria"], instante)
        if semanal.MODULO not in fila["modulos"]:
            decir(f"{nombre}: tiene apagados los reportes")
            continue
        if simular:
            resultado.hechos += _simular(fila, todas, cual, resultado)
            continue
        hecho = semanal.una(fila, todas, semana, instante, _barra(nombre, sys.stderr))
        resultado.hechos += len(hecho.reportes)
        resultado.fallas += [f"{nombre}, {cual.clave}: {falla}" for falla in hecho.fallas]
        por_nora.append({"nora": nombre, "semana": cual.clave, "reportes": len(hecho.reportes)})
        decir(f"{nombre}, {cual.clave}: {len(hecho.reportes)} reportes{_aviso(hecho.aviso)}")
    resultado.datos = {"noras": por_nora}
    return resultado


def _aviso(como: str) -> str:
    return {
        "enviado": "; resumen por WhatsApp",
        "plantilla": "; resumen por WhatsApp con plantilla",
        "sin_ventana": "; sin resumen: la ventana de WhatsApp está cerrada y falta elegir plantilla",
        "baja": "; sin resumen: ese número pidió no recibir mensajes",
    }.get(como, "")


def _simular(
    fila: dict[str, Any], todas: Sequence[FuenteDeAnuncios], cual: Semana, resultado: Resultado
) -> int:
    """Cuántos reportes se harían."""
    try:
        cuantas = sum(
            len(fuente.contar(fila["nombre_nora"], cual.periodo, cual.anterior.periodo))
            for fuente in semanal.fuentes_de(fila["modulos"], todas)
        )
    except ErrorNora as error:
        resultado.fallas.append(f"{fila['nombre_nora']}: {error.mensaje}")
        return 0
    harian = cuantas + 1 if cuantas else 0
    decir(f"{fila['nombre_nora']}, {cual.clave}: se leerían {cuantas} cuentas y se harían {harian} reportes")
    return harian


def _barra(nombre: str, salida: TextIO) -> Callable[[str, int], None]:
    """Pinta el avance en una terminal; fuera de una no pinta nada."""

    def pintar(que: str, avance: int) -> None:
        if salida.isatty():
            llenos = ANCHO * avance // 100
            salida.write(f"\r\x1b[K{nombre} [{'█' * llenos}{'·' * (ANCHO - llenos)}] {avance}% {que}")
            salida.write("\r\x1b[K" if avance >= 100 else "")
            salida.flush()

    return pintar


if __name__ == "__main__":
    sys.exit(main())
