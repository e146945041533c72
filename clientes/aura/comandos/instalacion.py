"""`flask migrar` y `flask trabajador`."""

from __future__ import annotations

import threading

import click
from flask import current_app

from ..registro.consultas import guardar_catalogo
from ..registro.registro_dinamico import catalogo_de
from ..routes.admin.servicio import config_actual
from ._comun import con_aplicacion

VISTAZO_S = 3600.0


@click.command("migrar", help="Deja la base al día: aplica las migraciones que falten, cada una una vez.")
@con_aplicacion
def migrar() -> None:
    """Migraciones, cola y catálogo de módulos."""
    from ..migraciones import migrar as aplicar

    aplicadas = aplicar(config_actual())
    guardar_catalogo(catalogo_de(current_app))
    for nombre in aplicadas:
        click.echo(f"  {nombre}")
    click.echo(f"{len(aplicadas)} aplicadas." if aplicadas else "La base ya estaba al día.")


@click.command("trabajador", help="Atiende la cola como proceso aparte, hasta Ctrl-C o SIGTERM.")
@click.option("--hilos", type=click.IntRange(1, 64), default=8, show_default=True, help="Trabajos a la vez.")
@con_aplicacion
def trabajador(hilos: int) -> None:
    """Un trabajador en primer plano."""
    from scheduler_jobs import trabajos_por_id

    from ..conversacion.trabajador import Trabajador
    from ..servidor import cierre_por_senal

    app = current_app._get_current_object()  # type: ignore[attr-defined]
    atiende = Trabajador(app.extensions["nora_db_uri"], trabajos_por_id(app), hilos=hilos)
    with cierre_por_senal():
        try:
            atiende.iniciar()
            click.echo(f"Atendiendo la cola con {hilos} hilos. Ctrl-C para parar.", err=True)
            while True:
                threading.Event().wait(VISTAZO_S)
        except KeyboardInterrupt:
            click.echo("Terminando lo que está a medias…", err=True)
        finally:
            atiende.detener()
