"""Un turno: contestar lo que falta en una plática. Correrlo dos veces no hace nada más."""

from __future__ import annotations

from dataclasses import replace

from ..utils import medidas
from ..utils.logging_utils import registro
from . import archivos, consultas
from .decisores import CON_NORA_APAGADA, EN_ORDEN, bienvenida, cerrado, eleccion, formulario
from .errores import Reintentar
from .modelos import Decision, Turno

bitacora = registro(__name__)

# Quien escribe sin parar también merece respuesta.
ESPERA_MAXIMA_S = 20.0
VUELTAS = 4
TEXTO_MAXIMO = 1_600  # lo que WhatsApp acepta en un mensaje por Twilio (error 21617)


def atender(nombre_nora: str, conversacion_id: str) -> str:
    """Contesta lo que falta por atender.

    Returns:
        El decisor que contestó; «nada» si no había qué, «espera» si el cliente sigue escribiendo.

    Raises:
        ErrorServicioExterno: la base no contestó.
        Reintentar: la plática cambió una y otra vez mientras se pensaba.
    """
    for _ in range(VUELTAS):
        turno = consultas.leer_turno(nombre_nora, conversacion_id)
        if turno is None or not turno.pendientes or not turno.nora.activo:
            return "nada"
        if sigue_escribiendo(turno) or archivos.faltan(turno):
            return "espera"
        decision = decidir(turno)
        resuelto = consultas.responder_turno(nombre_nora, turno, decision)
        if resuelto.hecho:
            medidas.TURNOS.labels(decision.decisor).inc()
            bitacora.info(
                "turno_resuelto", nora=nombre_nora, conversacion_id=conversacion_id, decisor=decision.decisor
            )
            return decision.decisor
    raise Reintentar("la plática cambió mientras se pensaba", 1.0)


def sigue_escribiendo(turno: Turno) -> bool:
    """Si el último mensaje es tan nuevo que otro trabajo, el suyo, vendrá a contestar todo junto."""
    reciente = turno.pendientes[-1].edad_s < turno.nora.silencio_segundos
    return reciente and turno.pendientes[0].edad_s < ESPERA_MAXIMA_S


def decidir(turno: Turno) -> Decision:
    """El primer decisor que sabe qué hacer, con el saludo antepuesto si es el primer mensaje."""
    for decisor in EN_ORDEN if turno.nora.ia_activa else CON_NORA_APAGADA:
        decision = decisor(turno)
        if decision is not None:
            completa = cerrado.agregar(turno, eleccion.ofrecer(decision))
            if not turno.nora.ia_activa:
                return completa
            completa = bienvenida.anteponer(turno, formulario.volver_a_preguntar(turno, completa))
            return replace(completa, texto=recortar(completa.texto))
    raise AssertionError("el último decisor siempre decide")


def recortar(texto: str, maximo: int = TEXTO_MAXIMO) -> str:
    """Lo que cabe en un mensaje, cortado donde acaba un renglón o una palabra: uno más largo no llegaría."""
    if len(texto) <= maximo:
        return texto
    cabe = texto[: maximo - 1]
    corte = max(cabe.rfind("\n"), cabe.rfind(" "))
    return cabe[: corte if corte > maximo // 2 else len(cabe)].rstrip() + "…"


def rendirse(nombre_nora: str, conversacion_id: str) -> None:
    """Algo falla siempre en esta plática: queda esperando a una persona, sin texto."""
    turno = consultas.leer_turno(nombre_nora, conversacion_id)
    if turno is not None and turno.pendientes:
        consultas.responder_turno(
            nombre_nora,
            turno,
            Decision("falla", pasar_a_persona=True, motivo="Nora no pudo contestar; revisa el mensaje."),
        )
