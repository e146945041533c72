"""Levanta la base, la aplicación, la cola y el programador, y sirve hasta que pidan cerrar."""

from __future__ import annotations

import sys
import time
import traceback
from typing import Any

from flask import Flask

from app_config import Config, ErrorConfiguracion
from clientes.aura import arranque
from clientes.aura.servidor import cierre_por_senal, servir_hasta_senal, terminar_proceso, vigilar_cierre
from clientes.aura.supabase_local.errores_postgres import ErrorPostgres

from .pasos import FalloPaso, Pasos


def levantar_y_servir(pasos: Pasos, config: Config, host: str, puerto: int, *, con_demo: bool) -> int:
    """Corre los pasos que faltan y sirve. Devuelve la salida del proceso: 0 si lo cerraron, 1 si algo falló."""
    salida = 0
    try:
        with cierre_por_senal():
            _levantar(pasos, config, host, puerto, con_demo)
    except KeyboardInterrupt:
        salida = 130
    except FalloPaso as fallo:
        print(f"\n{fallo}", file=sys.stderr)
        salida = 1
    except (
        Exception
    ):  # se muestra entera: quien desarrolla la necesita, y sin salir de aquí quedarían hilos vivos
        traceback.print_exc()
        salida = 1
    terminar_proceso(salida)
    return salida


def _levantar(pasos: Pasos, config: Config, host: str, puerto: int, con_demo: bool) -> None:
    app: Flask | None = None
    cuentas: dict[str, str] = {}
    try:
        con_base = pasos.correr("Base de datos", lambda: _preparar_base(config))
        app, socketio = pasos.correr("Aplicación", _crear_aplicacion)
        if con_base and con_demo:
            cuentas = pasos.correr("Negocio de demostración", lambda: arranque.cargar_demo(app))
        else:
            pasos.saltar("Negocio de demostración", "sin base todavía" if con_demo else "--sin-demo")
        pasos.correr("Cola y programador", lambda: arranque.iniciar_trabajos(app))
        servir_hasta_senal(
            app, socketio, host, puerto, lambda: pasos.decir(bienvenida(host, puerto, cuentas))
        )
    finally:
        _cerrar(pasos, app)


def _preparar_base(config: Config) -> bool:
    """Deja la base al día. Devuelve False si es de fuera y no contesta: se sirve igual y se sigue intentando.

    Raises:
        FalloPaso: si la base embebida no arranca o la configuración no sirve.
    """
    try:
        return arranque.preparar_base_o_insistir(config)
    except ErrorConfiguracion as error:
        raise FalloPaso("\n".join(error.faltas)) from None
    except ErrorPostgres as error:
        raise FalloPaso(str(error)) from None


def _crear_aplicacion() -> tuple[Flask, Any]:
    from run import app, socketio  # con la base ya arriba: crear la aplicación lee las Noras

    return app, socketio


def _cerrar(pasos: Pasos, app: Flask | None) -> None:
    inicio = time.monotonic()
    plazo = vigilar_cierre(1)
    arranque.detener_todo(app)
    plazo.cancel()
    pasos.decir(f"\nCerrado en {time.monotonic() - inicio:.1f} s.")


def bienvenida(host: str, puerto: int, cuentas: dict[str, str]) -> str:
    """El texto con la dirección y las cuentas de demostración (correo -> contraseña)."""
    abierto = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104  solo se escribe en pantalla
    visible = abierto.get(host, f"[{host}]" if ":" in host else host)
    direccion = f"http://{visible}:{puerto}"
    lineas = ["", f"Nora está lista: {direccion}/", f"Administración:   {direccion}/admin/"]
    if cuentas:
        ancho = max(len(correo) for correo in cuentas)
        lineas += ["", "Cuentas de demostración (correo y contraseña):"]
        lineas += [f"  {correo.ljust(ancho)}  {contrasena}" for correo, contrasena in cuentas.items()]
    return "\n".join([*lineas, "", "Ctrl-C para cerrar."])
