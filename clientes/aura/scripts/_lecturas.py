"""Leer las cuentas de una red de anuncios desde una terminal, con barra de avance: lo comparten sus scripts."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import ModuleType
from typing import Any, TextIO

from ..utils.errores import ErrorNora
from ._comun import ANCHO, Resultado, correr, decir, opciones

CADA_S = 1.0


@dataclass(frozen=True)
class Red:
    """Los módulos de una red. `ejemplo`: cómo se escribe el id de una cuenta."""

    titulo: str
    ejemplo: str
    consultas: ModuleType
    consultas_sincronizacion: ModuleType
    cuentas: ModuleType
    sincronizacion: ModuleType

    def main(self, argumentos: Sequence[str] | None = None) -> int:
        """Devuelve 0 si todas las cuentas quedaron al día, 1 si alguna no."""
        analizador = opciones(f"Lee las cuentas de {self.titulo} de una Nora y enseña el avance.")
        analizador.add_argument("nora", metavar="NORA")
        analizador.add_argument("--cuenta", metavar=self.ejemplo, help="solo esa")
        analizador.add_argument("--desde", type=_dia, metavar="AAAA-MM-DD", help="lee otra vez desde ese día")
        pedido = analizador.parse_args(argumentos)
        return correr(
            lambda _: self.leer(pedido.nora, pedido.cuenta, pedido.desde, simular=pedido.simular),
            json_al_final=pedido.json,
        )

    def leer(self, nombre_nora: str, solo: str | None, desde: date | None, *, simular: bool) -> Resultado:
        """La falla de una cuenta no detiene a las demás. `hechos`: cuentas al día."""
        resultado = Resultado()
        vinculadas = self.consultas.alrededor(nombre_nora).vinculadas
        elegidas = [c for c in vinculadas if solo is None or c.externo_id == solo]
        if not elegidas:
            resultado.fallas.append(f"{nombre_nora} no tiene cuentas de {self.titulo} vinculadas que leer.")
        for cuenta in elegidas:
            if simular:
                decir(f"{cuenta.nombre}: se leería desde {desde or 'donde se quedó'}")
                continue
            try:
                estado, problema = self._una(nombre_nora, cuenta, desde)
            except ErrorNora as error:
                estado, problema = "fallida", error.mensaje
            decir(f"{cuenta.nombre}: {estado}{'. ' + problema if problema else ''}")
            if estado == "hecha":
                resultado.hechos += 1
            else:
                resultado.fallas.append(f"{cuenta.nombre}: {problema or estado}")
        return resultado

    def _una(self, nombre_nora: str, cuenta: Any, desde: date | None) -> tuple[str, str]:
        ahora = datetime.now(UTC)
        sincronizacion_id = self.cuentas.sincronizar(nombre_nora, cuenta.id, None, ahora, desde)
        tomada = self.consultas_sincronizacion.tomar(nombre_nora, ahora, sincronizacion_id)
        pintar = _barra(cuenta.nombre, sys.stderr)
        if tomada is not None:
            self.sincronizacion.correr(nombre_nora, tomada, self.sincronizacion.Medios(al_avanzar=pintar))
        leida = self.consultas.leer_sincronizacion(nombre_nora, sincronizacion_id)
        while leida and leida.estado in ("pendiente", "corriendo"):  # la tomó otro proceso: se mira cómo va
            pintar(leida.paso or "En cola", leida.avance)
            time.sleep(CADA_S)
            leida = self.consultas.leer_sincronizacion(nombre_nora, sincronizacion_id)
        pintar("", 100)
        return (leida.estado, leida.problema) if leida else ("fallida", "La cuenta se quitó.")


def _dia(texto: str) -> date:
    try:
        return date.fromisoformat(texto)
    except ValueError:
        raise argparse.ArgumentTypeError(f"«{texto}» no es un día; escríbelo AAAA-MM-DD") from None


def _barra(nombre: str, salida: TextIO) -> Callable[[str, int], None]:
    """Pinta el avance en una terminal; fuera de una no pinta nada."""

    def pintar(que: str, avance: int) -> None:
        if salida.isatty() and not que:
            salida.write("\r\x1b[K")
        elif salida.isatty():
            llenos = ANCHO * avance // 100
            salida.write(f"\r\x1b[K{nombre} [{'█' * llenos}{'·' * (ANCHO - llenos)}] {avance}% {que}")
            salida.flush()

    return pintar
