"""Lo que todo comando comparte: los errores como una frase y la base cerrada al terminar."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import click
import psycopg
from flask import current_app
from flask.cli import with_appcontext

from app_config import ErrorConfiguracion

from ..registro.accesos import ErrorRegistro
from ..supabase_local import ErrorPostgres
from ..utils.errores import ErrorNora

P = ParamSpec("P")
R = TypeVar("R")


def con_aplicacion(funcion: Callable[P, R]) -> Callable[..., Any]:
    """Corre dentro de la aplicación; un error conocido sale como una frase en stderr y estado 1."""

    @with_appcontext
    @functools.wraps(funcion)
    def dentro(*argumentos: P.args, **opciones: P.kwargs) -> R:
        from ..arranque import detener_todo

        app = current_app._get_current_object()  # type: ignore[attr-defined]
        try:
            return funcion(*argumentos, **opciones)
        except ErrorNora as error:
            raise _salida(f"{error.mensaje} {error.que_hacer}".strip()) from error
        except (ErrorConfiguracion, ErrorRegistro, ErrorPostgres) as error:
            raise _salida(str(error)) from error
        except psycopg.Error as error:
            raise _salida(
                "La base de datos no contestó. Revisa que esté encendida y vuelve a intentar."
            ) from error
        finally:
            if not app.testing:
                detener_todo(app)

    return dentro


def lista(texto: str | None) -> list[str]:
    """«a,b» como lista."""
    return [parte.strip() for parte in (texto or "").split(",") if parte.strip()]


def _salida(frase: str) -> click.ClickException:
    error = click.ClickException(frase)
    error.show = lambda file=None: click.echo(frase, err=True)  # type: ignore[method-assign]
    return error
