"""Sin navegador (`NORA_SIN_NAVEGADOR=1`), aparta las pruebas marcadas `navegador` y dice al final cuántas fueron."""

from __future__ import annotations

import os
from typing import Any

import pytest

CLAVE = "navegador_no_ejecutadas"


class SinNavegador:
    """Cuenta lo apartado; con xdist cada proceso aparta su copia y el principal recibe la cuenta."""

    def __init__(self) -> None:
        self.apartadas = 0

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Quita las pruebas de navegador de lo que se va a correr."""
        fuera = [prueba for prueba in items if prueba.get_closest_marker("navegador")]
        if fuera:
            self.apartadas = len(fuera)
            config.hook.pytest_deselected(items=fuera)
            items[:] = [prueba for prueba in items if not prueba.get_closest_marker("navegador")]

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """En un proceso de xdist, manda la cuenta al principal."""
        salida: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
        if salida is not None:
            salida[CLAVE] = self.apartadas

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """En el principal, recibe la cuenta; todos los procesos recolectan lo mismo."""
        self.apartadas = max(self.apartadas, getattr(node, "workeroutput", {}).get(CLAVE, 0))

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """La línea final."""
        terminalreporter.write_line(f"pruebas de navegador: no ejecutadas ({self.apartadas})", yellow=True)


def pytest_configure(config: pytest.Config) -> None:
    """Se activa solo cuando `dev_start.py test` no encontró navegador."""
    if os.environ.get("NORA_SIN_NAVEGADOR") == "1":
        config.pluginmanager.register(SinNavegador(), "nora-sin-navegador")
