"""La consola: `flask --app run ...`. Las reglas son las mismas que usan las páginas de administración."""

from __future__ import annotations

from flask import Flask

from .instalacion import migrar, trabajador
from .noras import nora
from .usuarios import usuario


def registrar(app: Flask) -> None:
    """Pone los comandos en la aplicación."""
    for comando in (nora, usuario, migrar, trabajador):
        app.cli.add_command(comando)
