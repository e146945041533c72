"""Procesamiento de mensajes WhatsApp: de los campos de la petición a un mensaje guardado, y nada más."""

from __future__ import annotations

from collections.abc import Mapping

from ..conversacion.modelos import Recibido
from ..conversacion.recepcion import recepcion
from ..utils.errores import ErrorDatoInvalido, ErrorNora, ErrorServicioExterno
from ..utils.logging_utils import registro
from ..utils.webhook_utils import leer_entrante

bitacora = registro(__name__)


def procesar_mensaje(nombre_nora: str, campos: Mapping[str, str]) -> Recibido:
    """Guarda un mensaje de WhatsApp y deja su trabajo en la cola.

    Raises:
        ErrorDatoInvalido: le falta el id o el remitente.
        ErrorServicioExterno: no se pudo guardar, por lo que sea: quien llama debe contestar 5xx, nunca 200.
    """
    entrante = leer_entrante(campos)
    if not entrante.proveedor_sid or not entrante.direccion_envio:
        raise ErrorDatoInvalido("Faltan MessageSid o From.")
    try:
        recibido = recepcion.guardar(nombre_nora, "whatsapp", entrante)
    except ErrorServicioExterno:
        raise
    except ErrorNora as error:
        raise ErrorServicioExterno("No se pudo guardar el mensaje.") from error
    if not recibido.nuevo:
        bitacora.info("mensaje_repetido", nora=nombre_nora, conversacion_id=recibido.conversacion_id)
    return recibido
