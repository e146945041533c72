"""El simulador del panel: nada sale a la red, el mensaje queda entregado al momento."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from .base import Credenciales, Enviado, Saliente


class CanalSimulador:
    """Entrega sin red."""

    def enviar(self, saliente: Saliente, credenciales: Credenciales | None) -> Enviado:
        """Siempre entregado; su id es el del buzón."""
        return Enviado(sid=f"simulador:{saliente.id}", estado="entregado")

    def buscar_enviado(
        self, saliente: Saliente, credenciales: Credenciales | None, ajenos: Collection[str]
    ) -> str | None:
        """Nunca queda en duda: repetirlo no cambia nada."""
        return None

    def recibidos(
        self, credenciales: Credenciales | None, numero: str, desde: datetime
    ) -> list[dict[str, str]]:
        """Nada: lo que se escribe en el simulador se guarda en el mismo paso."""
        return []

    def medios_de(self, credenciales: Credenciales | None, sid: str) -> dict[str, str]:
        """Ninguno."""
        return {}
