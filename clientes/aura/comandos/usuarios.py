"""`flask usuario ...`: cuentas."""

from __future__ import annotations

import click

from ..routes.admin import cuentas
from ..utils.errores import ErrorDatoInvalido
from ._comun import con_aplicacion


@click.group(help="Cuentas: crear y hacer enlaces de contraseña.")
def usuario() -> None:
    """Grupo de comandos."""


@usuario.command("crear", help="Crea una cuenta. Sin --contrasena la pregunta sin enseñarla.")
@click.option("--correo", required=True)
@click.option(
    "--contrasena", help="Al menos diez caracteres. Queda en el historial de la consola: mejor sin ella."
)
@click.option("--rol", required=True, type=click.Choice(["admin", "dueno", "agente"]))
@click.option("--nora", "nombre_nora", default="", help="En qué Nora trabaja; un admin no la necesita.")
@click.option("--nombre", default="", help="Cómo se llama la persona.")
@con_aplicacion
def crear(correo: str, contrasena: str | None, rol: str, nombre_nora: str, nombre: str) -> None:
    """Una cuenta nueva."""
    if rol != "admin" and not nombre_nora:
        raise click.UsageError("Falta --nora: di en qué Nora trabaja.")
    if contrasena is None:
        contrasena = click.prompt("Contraseña", hide_input=True, confirmation_prompt="Otra vez")
    if not contrasena:
        raise ErrorDatoInvalido("La contraseña no puede quedar vacía.")
    nueva = cuentas.crear(
        None, correo=correo, contrasena=contrasena, rol=rol, nombre_nora=nombre_nora, nombre=nombre
    )
    click.echo(f"Lista la cuenta de {nueva.correo}.")


@usuario.command("enlace", help="Un enlace para poner contraseña nueva; sirve una vez, 24 horas.")
@click.argument("correo")
@con_aplicacion
def enlace(correo: str) -> None:
    """Escribe la dirección."""
    click.echo(cuentas.enlace(None, correo))
