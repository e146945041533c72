"""El buzón de salida: cada mensaje sale una vez, y lo dudoso se busca antes de repetirse."""

from __future__ import annotations

from ..canales import canal_de
from ..canales.base import Canal, Credenciales, EnvioAmbiguo, NoProcesado, RechazoDelProveedor, Saliente
from ..utils.logging_utils import registro
from . import consultas
from .errores import Reintentar

bitacora = registro(__name__)

FUERA_DE_VENTANA = 63016
TEXTO_FUERA_DE_VENTANA = (
    "Pasaron más de 24 horas desde su último mensaje: WhatsApp solo deja enviar una plantilla aprobada."
)
# Cuánto puede tardar el proveedor en mostrar en su lista algo que sí aceptó.
GRACIA_PARA_APARECER_S = 20.0
SEGUNDA_BUSQUEDA_S = 4.0
# Después de esto sin poder preguntarle al proveedor, se da por fallido y una persona decide.
DUDA_MAXIMA_S = 3_600.0
# (código del aviso) -> segundos: lo que el proveedor frenó sin entregarlo y se manda después.
APLAZABLES = {63017: 15, 63018: 120}

_DE_TWILIO = {
    "accepted": "enviado",
    "scheduled": "enviado",
    "queued": "enviado",
    "sending": "enviado",
    "sent": "enviado",
    "delivered": "entregado",
    "read": "leido",
    "failed": "fallido",
    "undelivered": "fallido",
    "canceled": "fallido",
}


def enviar_saliente(nombre_nora: str, saliente_id: int) -> str:
    """Envía un mensaje del buzón.

    Returns:
        El estado en que quedó; «nada» si no había qué enviar.

    Raises:
        Reintentar: no salió o no se sabe; hay que volver más tarde.
        ErrorServicioExterno: la base no contestó.
    """
    saliente = consultas.tomar_saliente(nombre_nora, saliente_id)
    if saliente is None:
        return "nada"
    if not saliente.nora_activa:
        consultas.soltar_saliente(nombre_nora, saliente.id)
        return "nada"
    canal = canal_de(saliente.canal, consultas.configuracion_instalacion())
    credenciales = consultas.leer_credenciales(nombre_nora) if saliente.canal == "whatsapp" else None
    try:
        return _enviar(canal, saliente, credenciales)
    except RechazoDelProveedor as rechazo:
        return _fallar(saliente, rechazo.codigo, rechazo.texto)
    except NoProcesado as error:
        consultas.soltar_saliente(nombre_nora, saliente.id, error.codigo)
        raise Reintentar("el proveedor no lo procesó", error.reintentar_en) from error
    except EnvioAmbiguo as error:
        raise Reintentar("no se sabe si salió", SEGUNDA_BUSQUEDA_S) from error


def _enviar(canal: Canal, saliente: Saliente, credenciales: Credenciales | None) -> str:
    if saliente.estado_anterior == "enviando":
        hallado = _buscar(canal, saliente, credenciales)
        if hallado is not None:
            return _avanzar(saliente, "enviado", hallado)
        if saliente.canal == "whatsapp" and saliente.enviando_hace_s < GRACIA_PARA_APARECER_S:
            raise Reintentar("todavía puede aparecer", SEGUNDA_BUSQUEDA_S)
        # No salió. Se toma de nuevo para que este intento, si también queda en duda, tenga su propia espera.
        consultas.soltar_saliente(saliente.nombre_nora, saliente.id)
        otra_vez = consultas.tomar_saliente(saliente.nombre_nora, saliente.id)
        if otra_vez is None:
            return "nada"
        saliente = otra_vez
    if saliente.canal == "whatsapp" and not saliente.ventana_abierta:
        return _fallar(saliente, FUERA_DE_VENTANA, TEXTO_FUERA_DE_VENTANA)
    enviado = canal.enviar(saliente, credenciales)
    return _avanzar(saliente, enviado.estado, enviado.sid)


def _buscar(canal: Canal, saliente: Saliente, credenciales: Credenciales | None) -> str | None:
    ajenos = consultas.sids_de_otros(saliente.nombre_nora, saliente)
    try:
        return canal.buscar_enviado(saliente, credenciales, ajenos)
    except (NoProcesado, EnvioAmbiguo, RechazoDelProveedor) as error:
        # Seguimos sin saber: repetirlo podría duplicarlo, así que se queda «enviando» hasta poder buscar.
        if saliente.enviando_hace_s > DUDA_MAXIMA_S:
            raise RechazoDelProveedor(
                None, "No supimos si este mensaje salió. Revísalo con el cliente."
            ) from error
        raise Reintentar("no se pudo buscar", getattr(error, "reintentar_en", None)) from error


def _avanzar(saliente: Saliente, estado: str, sid: str) -> str:
    consultas.avanzar_envio(saliente.nombre_nora, estado, saliente_id=saliente.id, sid=sid)
    bitacora.info("envio", nora=saliente.nombre_nora, saliente=saliente.id, estado=estado)
    return estado


def _fallar(saliente: Saliente, codigo: int | None, texto: str) -> str:
    consultas.avanzar_envio(
        saliente.nombre_nora, "fallido", saliente_id=saliente.id, error_codigo=codigo, error_texto=texto
    )
    bitacora.warning("envio_fallido", nora=saliente.nombre_nora, saliente=saliente.id, codigo=codigo)
    return "fallido"


def anotar_aviso(
    nombre_nora: str, sid: str, estado: str, codigo: int | None, saliente_id: int | None
) -> bool:
    """Un aviso de estado del proveedor; llegan en cualquier orden y repetidos.

    Args:
        estado: como lo dice Twilio (`queued`, `delivered`…); uno desconocido no cambia nada.
        saliente_id: el del buzón, si el aviso lo trae en su dirección.

    Returns:
        Si se halló el envío.
    """
    nuestro = _DE_TWILIO.get(estado.lower())
    if nuestro is None:
        return False
    if nuestro == "fallido" and codigo in APLAZABLES:
        pausa = APLAZABLES[codigo]
        if consultas.aplazar_saliente(nombre_nora, sid, pausa, codigo, saliente_id):
            return True
    texto = _frase(codigo) if nuestro == "fallido" else ""
    return consultas.avanzar_envio(
        nombre_nora, nuestro, saliente_id=saliente_id, sid=sid, error_codigo=codigo, error_texto=texto
    )


def _frase(codigo: int | None) -> str:
    from ..canales.twilio import frase_de

    return frase_de(codigo)
