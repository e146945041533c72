"""Por dónde sale un mensaje: un protocolo y los errores que todo canal distingue."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol


@dataclass(frozen=True)
class Saliente:
    """Un mensaje del buzón de salida, tomado para enviarse.

    `estado_anterior` es «enviando» cuando un intento previo quedó sin saberse; `enviando_hace_s`, en segundos,
    desde ese primer intento.
    """

    id: int
    nombre_nora: str
    conversacion_id: str
    canal: str
    direccion_envio: str
    texto: str
    numero_nora: str
    intentos: int
    estado_anterior: Literal["pendiente", "enviando"]
    enviando_desde: datetime
    enviando_hace_s: float
    ventana_abierta: bool
    nora_activa: bool


@dataclass(frozen=True)
class Credenciales:
    """Con qué se entra al proveedor; `token` ya descifrado. `propia`: de la Nora, no de la instalación."""

    cuenta: str
    token: str = field(repr=False)
    servicio_de_mensajes: str = ""
    propia: bool = False


@dataclass(frozen=True)
class Enviado:
    """Lo que contestó el proveedor: su id y el estado en que quedó."""

    sid: str
    estado: Literal["enviado", "entregado"]


class RechazoDelProveedor(Exception):
    """El proveedor dijo que no.

    Args:
        codigo: el del proveedor, si dio uno.
        texto: qué pasó, en palabras llanas.
    """

    def __init__(self, codigo: int | None, texto: str) -> None:
        super().__init__(texto)
        self.codigo = codigo
        self.texto = texto


class NoProcesado(Exception):
    """Se sabe que no salió (límite, o no se llegó a conectar): repetirlo no lo duplica.

    Args:
        reintentar_en: segundos; None deja decidir a la cola.
    """

    def __init__(self, razon: str, reintentar_en: float | None = None, codigo: int | None = None) -> None:
        super().__init__(razon)
        self.reintentar_en = reintentar_en
        self.codigo = codigo


class EnvioAmbiguo(Exception):
    """No se sabe si salió (se cortó, tardó de más, 5xx): antes de repetir hay que buscarlo."""


class Canal(Protocol):
    """Una manera de entregar mensajes."""

    def enviar(self, saliente: Saliente, credenciales: Credenciales | None) -> Enviado:
        """Entrega el mensaje al proveedor.

        Raises:
            RechazoDelProveedor: no se puede entregar.
            NoProcesado: no salió; se puede repetir.
            EnvioAmbiguo: no se sabe.
        """
        ...

    def buscar_enviado(
        self, saliente: Saliente, credenciales: Credenciales | None, ajenos: Collection[str]
    ) -> str | None:
        """El id con que el proveedor tiene este mensaje si un intento anterior sí salió; None si no lo tiene.

        Args:
            ajenos: ids que ya se sabe que son de otros mensajes.

        Raises:
            NoProcesado, EnvioAmbiguo: no se pudo preguntar.
        """
        ...

    def recibidos(
        self, credenciales: Credenciales | None, numero: str, desde: datetime
    ) -> list[dict[str, str]]:
        """Lo que el proveedor recibió para ese número desde entonces, del más viejo al más nuevo.

        Args:
            numero: E.164.

        Returns:
            Los campos con que lo habría avisado, sin los de medios (ver `medios_de`).

        Raises:
            RechazoDelProveedor, NoProcesado, EnvioAmbiguo: no se pudo preguntar.
        """
        ...

    def medios_de(self, credenciales: Credenciales | None, sid: str) -> dict[str, str]:
        """Los campos de medios de un mensaje recibido (`MediaUrl0`, `MediaContentType0`…).

        Raises:
            RechazoDelProveedor, NoProcesado, EnvioAmbiguo: no se pudo preguntar.
        """
        ...
