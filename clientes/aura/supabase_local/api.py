"""La API local: dice quién pide y a qué va, y entrega la petición a quien la atiende."""

from __future__ import annotations

import time

from . import errores
from . import peticion as lectura
from .atencion import Respuesta, informar
from .atencion_funciones import AtencionFuncion
from .atencion_tablas import AtencionTabla
from .conexiones import OrdenFallida
from .esquema import NombreCompleto
from .jwt_local import Identidad, Verificador
from .motor import Motor
from .peticion import Peticion
from .preferencias import leer_preferencias

_METODOS = ("GET", "HEAD", "POST", "PATCH", "DELETE", "PUT", "OPTIONS")


class Api:
    """Contesta peticiones ya leídas; los errores salen como ``ErrorApi``."""

    def __init__(self, motor: Motor, verificador: Verificador) -> None:
        self._motor = motor
        self._verificador = verificador

    def contestar(self, pedido: Peticion) -> Respuesta:
        """Contesta una petición; los errores salen como ``ErrorApi``."""
        limite = time.monotonic() + self._motor.plazo_s
        identidad = self._verificador.identificar(pedido.encabezados.get("authorization"))
        clase, nombre = lectura.leer_destino(pedido.ruta)
        if clase == "raiz":
            return _raiz(pedido)
        if pedido.metodo not in _METODOS:
            raise errores.metodo_rpc(pedido.metodo) if clase == "funcion" else errores.metodo(pedido.metodo)
        try:
            return self._atender(pedido, identidad, clase == "funcion", nombre, limite)
        except OrdenFallida as error:
            raise errores.de_postgres(error.falla, autenticado=not identidad.anonima) from error

    def _atender(
        self, pedido: Peticion, identidad: Identidad, es_funcion: bool, nombre: str, limite: float
    ) -> Respuesta:
        esquema, anunciar = lectura.elegir_esquema(pedido, self._motor.esquemas)
        preferencias = leer_preferencias(
            pedido.encabezados.get("prefer", ""), tx_admitida=self._motor.fin_tx.endswith("allow-override")
        )
        atiende = AtencionFuncion if es_funcion else AtencionTabla
        return atiende(
            self._motor, pedido, identidad, NombreCompleto(esquema, nombre), preferencias, limite,
            anunciar_esquema=anunciar,
        ).atender()  # fmt: skip


def _raiz(pedido: Peticion) -> Respuesta:
    """El documento OpenAPI está apagado, como PostgREST con ``openapi-mode = disabled``."""
    if pedido.metodo == "OPTIONS":
        return informar(["OPTIONS", "GET", "HEAD"])
    if pedido.metodo not in ("GET", "HEAD"):
        raise errores.metodo(pedido.metodo)
    raise errores.ErrorApi(404, "PGRST126", "Root endpoint metadata is disabled")
