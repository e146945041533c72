"""El simulador del panel: nada sale a la red, el mensaje queda entregado al momento."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from .base import (
    Capacidades,
    Consecuencia,
    Credenciales,
    Enviado,
    Estado,
    Interactivo,
    Mandado,
    Medio,
    NoSePuedeAsi,
    PlantillaDelProveedor,
    Saliente,
    UsoDePlantilla,
)

CAPACIDADES = Capacidades(plantillas=True, medio_maximo=16_000_000, imagen_maxima=5_000_000)


class CanalSimulador:
    """Entrega sin red. Las opciones se ven numeradas: la pantalla de prueba es de texto."""

    capacidades = CAPACIDADES

    def enviar_texto(self, saliente: Saliente, credenciales: Credenciales | None) -> Enviado:
        """Siempre entregado; su id es el del buzón."""
        return Enviado(sid=f"simulador:{saliente.id}", estado="entregado")

    def enviar_botones(
        self, saliente: Saliente, interactivo: Interactivo, credenciales: Credenciales | None
    ) -> Enviado:
        """No hay."""
        raise NoSePuedeAsi

    def enviar_lista(
        self, saliente: Saliente, interactivo: Interactivo, credenciales: Credenciales | None
    ) -> Enviado:
        """No hay."""
        raise NoSePuedeAsi

    def enviar_plantilla(
        self, saliente: Saliente, plantilla: UsoDePlantilla, credenciales: Credenciales | None
    ) -> Enviado:
        """Se ve el texto ya lleno."""
        return self.enviar_texto(saliente, credenciales)

    def enviar_medio(self, saliente: Saliente, medio: Medio, credenciales: Credenciales | None) -> Enviado:
        """El archivo ya está guardado: se ve en la plática."""
        return self.enviar_texto(saliente, credenciales)

    def estado_de(self, estado: str) -> Estado | None:
        """No hay avisos."""
        return None

    def consecuencia(self, codigo: int | None) -> Consecuencia:
        """Nada falla aquí."""
        return Consecuencia("La simulación no pudo entregarlo.")

    def plantillas(self, credenciales: Credenciales | None) -> list[PlantillaDelProveedor]:
        """Ninguna propia."""
        return []

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

    def mandados(self, credenciales: Credenciales | None, numero: str, desde: datetime) -> list[Mandado]:
        """Nada sale por otro lado."""
        return []

    def medios_de(self, credenciales: Credenciales | None, sid: str) -> dict[str, str]:
        """Ninguno."""
        return {}
