"""Renueva los permisos de Meta y Google que se vencen pronto: `python -m clientes.aura.scripts.actualizar_tokens`.

Los que ya no se pueden renovar se le dicen al dueño (en su teléfono y en la página del módulo) y al admin (en la
auditoría y aquí), con el enlace para conectar otra vez. Nunca escribe un token. Correrlo dos veces no hace nada de más.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import cast

from flask import Flask

from app_config import Config

from ..anuncios.permisos import Renovacion, Renovador
from ..canales.push import Aviso, enviar
from ..conversacion.consultas_avisos import aparatos_de
from ..personas.servicio import anotar
from ..registro.consultas import leer_noras_activas
from ..registro.registro_dinamico import catalogo_de
from ..utils.errores import ErrorNora
from . import consultas
from ._comun import Resultado, con_avance, correr, decir, opciones

REDES = ("meta_ads", "google_ads")
DIAS = 10
FRASES = {
    "al_dia": "al día",
    "renovado": "renovado",
    "por_renovar": "se renovaría",
    "no_se_puede": "no se puede renovar",
}


def main(argumentos: Sequence[str] | None = None) -> int:
    """Devuelve 0 si no hubo nada que no se pudiera renovar, 1 si lo hubo."""
    analizador = opciones("Renueva los permisos de Meta y Google que se vencen pronto.")
    analizador.add_argument("--nora", metavar="NOMBRE", help="solo esa")
    analizador.add_argument("--dias", type=int, default=DIAS, help=f"los que se vencen antes ({DIAS})")
    pedido = analizador.parse_args(argumentos)
    if pedido.dias < 1:
        analizador.error("--dias es al menos 1")
    return correr(
        lambda app: actualizar(app, pedido.nora, pedido.dias, simular=pedido.simular),
        json_al_final=pedido.json,
    )


def actualizar(app: Flask, solo: str | None, dias: int, *, simular: bool) -> Resultado:
    """La falla de una Nora o de una red no detiene a las demás."""
    ahora, resultado = datetime.now(UTC), Resultado()
    cuentas = dict.fromkeys(FRASES, 0)
    renovadores = _renovadores(app)
    noras = [fila for fila in leer_noras_activas() if solo is None or fila["nombre_nora"] == solo]
    if solo is not None and not noras:
        resultado.fallas.append(f"No hay ninguna Nora activa que se llame {solo}.")
    for fila in con_avance(noras, len(noras), "Permisos"):
        for modulo in sorted(set(fila["modulos"]) & set(renovadores)):
            try:
                hecha = renovadores[modulo].renovar(fila["nombre_nora"], dias, ahora, simular=simular)
            except ErrorNora as error:
                resultado.fallas.append(f"{fila['nombre_nora']}, {modulo}: {error.mensaje}")
                continue
            if hecha is not None:
                cuentas[hecha.final] += 1
                _contar(app, hecha, modulo, resultado, simular=simular)
    resultado.hechos = cuentas["renovado"] or cuentas["por_renovar"]
    resultado.datos = {"permisos": cuentas}
    return resultado


def _renovadores(app: Flask) -> dict[str, Renovador]:
    """El `tokens.py` de cada módulo de anuncios que esta instalación tiene."""
    return {
        red: cast(Renovador, importlib.import_module(f"clientes.aura.routes.panel_cliente_{red}.tokens"))
        for red in REDES
        if red in catalogo_de(app).modulos
    }


def _contar(app: Flask, hecha: Renovacion, modulo: str, resultado: Resultado, *, simular: bool) -> None:
    vence = f", se vence el {hecha.caduca_en:%d/%m/%Y}" if hecha.caduca_en else ""
    decir(f"{hecha.nombre_nora}, {hecha.red}: {FRASES[hecha.final]}{vence}")
    if hecha.final != "no_se_puede":
        return
    config: Config = app.extensions["nora_config"]
    ruta = f"/panel_cliente/{hecha.nombre_nora}/{modulo}/conectar"
    resultado.fallas.append(
        f"{hecha.nombre_nora}, {hecha.red}: {hecha.motivo} Conectar otra vez: {config.URL_PUBLICA}{ruta}"
    )
    if not simular:
        anotar(
            None, "permiso_por_conectar", nombre_nora=hecha.nombre_nora, objeto=hecha.red, motivo=hecha.motivo
        )
        _avisar_a_los_duenos(config, hecha, ruta)


def _avisar_a_los_duenos(config: Config, hecha: Renovacion, ruta: str) -> None:
    if not config.NORA_VAPID_LLAVE:
        return
    aviso = Aviso(
        titulo=f"Conecta {hecha.red} otra vez",
        texto=f"{hecha.motivo} Sin eso no se leen tus anuncios.",
        url=ruta,
        etiqueta=f"permiso-{hecha.red}",
    )
    for usuario_id in consultas.duenos_de(hecha.nombre_nora):
        for aparato in aparatos_de(hecha.nombre_nora, usuario_id):
            enviar(aparato, aviso, config)


if __name__ == "__main__":
    sys.exit(main())
