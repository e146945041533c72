"""Quién puede entrar a cada blueprint: se dice al registrarlo, también cuando es «nadie en particular»."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar

from flask import Blueprint, Flask

Vista = TypeVar("Vista", bound=Callable[..., Any])


class Acceso(Enum):
    """Lo que hace falta para entrar."""

    CUALQUIERA = "nadie en particular"
    PERSONA = "haber entrado con su cuenta"
    NORA = "trabajar en la Nora (dueño o agente)"
    DUENO = "ser dueño de la Nora"
    ADMIN = "ser admin de la instalación"
    FIRMA_TWILIO = "traer la firma de Twilio; la vista la revisa"
    LLAVE = "traer la llave de la instalación; la vista la revisa"


class ErrorRegistro(RuntimeError):
    """Algo se registró mal; se ve al arrancar, no cuando alguien lo pide."""


def registrar_blueprint(app: Flask, blueprint: Blueprint, acceso: Acceso) -> None:
    """Monta un blueprint y anota quién entra.

    Raises:
        ErrorRegistro: si ya hay uno con ese nombre.
    """
    accesos: dict[str, Acceso] = app.extensions.setdefault("nora_accesos", {})
    if blueprint.name in app.blueprints:
        raise ErrorRegistro(f"Dos blueprints se llaman «{blueprint.name}».")
    accesos[blueprint.name] = acceso
    app.register_blueprint(blueprint)


def exige(acceso: Acceso) -> Callable[[Vista], Vista]:
    """Decora una vista que pide otra cosa que su blueprint."""

    def decorar(vista: Vista) -> Vista:
        vista.acceso_nora = acceso  # type: ignore[attr-defined]
        return vista

    return decorar


def acceso_de(app: Flask, endpoint: str) -> Acceso | None:
    """Lo que pide una dirección; None si nadie lo dijo (y entonces no se entra)."""
    if endpoint == "static":
        return Acceso.CUALQUIERA
    propio: Acceso | None = getattr(app.view_functions[endpoint], "acceso_nora", None)
    if propio is not None:
        return propio
    accesos: dict[str, Acceso] = app.extensions.get("nora_accesos", {})
    return accesos.get(endpoint.rpartition(".")[0])
