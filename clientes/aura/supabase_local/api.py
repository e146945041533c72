"""La API local: dice quién pide y a qué va, y entrega la petición a quien la atiende."""

from __future__ import annotations

import time

from . import errores
from . import peticion as lectura
from .atencion import Atencion, Respuesta
from .conexiones import OrdenFallida
from .esquema import NombreCompleto
from .jwt_local import Verificador
from .motor import Motor
from .peticion import Peticion


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
        if pedido.metodo not in ("GET", "HEAD", "POST", "PATCH", "DELETE", "PUT", "OPTIONS"):
            raise errores.metodo(pedido.metodo)
        if pedido.metodo == "OPTIONS":
            return Respuesta(200, b"", encabezados=(("Allow", "OPTIONS,GET,HEAD,POST,PUT,PATCH,DELETE"),))
        if clase == "raiz":
            return self._raiz(pedido, limite)
        completo = NombreCompleto(lectura.elegir_esquema(pedido, self._motor.esquemas), nombre)
        preferencias = lectura.leer_preferencias(pedido.encabezados.get("prefer", ""))
        atencion = Atencion(self._motor, pedido, identidad, completo, preferencias, limite)
        try:
            return atencion.funcion() if clase == "funcion" else atencion.tabla()
        except OrdenFallida as error:
            raise errores.de_postgres(error.falla, autenticado=not identidad.anonima) from error

    def _raiz(self, pedido: Peticion, limite: float) -> Respuesta:
        if pedido.metodo not in ("GET", "HEAD"):
            raise errores.metodo(pedido.metodo)
        raise errores.ErrorApi(404, "PGRST126", "Root endpoint metadata is disabled")
