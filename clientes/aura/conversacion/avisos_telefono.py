"""Avisar al teléfono del equipo cuando un cliente espera a una persona."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from ..canales.push import Aparato, Aviso, Entrega, enviar
from ..utils.logging_utils import registro
from . import consultas, consultas_avisos
from .errores import Reintentar

INSISTIR = timedelta(hours=1)  # más tarde ya no es un aviso a tiempo
bitacora = registro(__name__)


def avisar_espera(nombre_nora: str, conversacion_id: str) -> None:
    """Avisa a los aparatos a los que falta avisarles de esta espera. Repetirlo no avisa dos veces.

    Raises:
        Reintentar: algún servicio no aceptó el suyo y conviene volver a intentarlo.
    """
    espera = consultas_avisos.leer_espera(nombre_nora, conversacion_id)
    if espera is None or not espera.aparatos:
        return
    # El nombre y nada de lo que escribió: se lee en una pantalla bloqueada.
    aviso = Aviso(
        titulo=f"{espera.cliente or 'Un cliente'} espera a una persona",
        texto=f"{espera.negocio}: toca para contestarle.",
        url=f"/panel_cliente/{nombre_nora}/chat/{conversacion_id}",
        etiqueta=f"espera-{conversacion_id}",
    )
    desde = espera.desde
    pendientes = _mandar(
        nombre_nora,
        espera.aparatos,
        aviso,
        lambda aparato_id: consultas_avisos.anotar_espera(nombre_nora, aparato_id, conversacion_id, desde),
    )
    if pendientes and datetime.now(UTC) - espera.desde < INSISTIR:
        raise Reintentar(f"{pendientes} avisos sin aceptar")


def avisar_mencion(nombre_nora: str, suceso_id: int, usuario_id: str) -> None:
    """Avisa a quien nombraron en una nota; si ya la vio, no hace nada. No se insiste: en el panel también se ve."""
    mencion = consultas_avisos.leer_mencion(nombre_nora, suceso_id, usuario_id)
    if mencion is None:
        return
    aviso = Aviso(
        titulo=f"{mencion.autor or 'Alguien del equipo'} te mencionó",
        texto=f"{mencion.negocio}: toca para leer la nota.",
        url=f"/panel_cliente/{nombre_nora}/chat/{mencion.conversacion_id}",
        etiqueta=f"mencion-{suceso_id}",
    )
    _mandar(nombre_nora, consultas_avisos.aparatos_de(nombre_nora, usuario_id), aviso)


def avisar_prueba(nombre_nora: str, usuario_id: str) -> None:
    """Un aviso de prueba a los aparatos de una persona; si no llega, no se insiste: se pide otro."""
    aviso = Aviso(
        titulo="Los avisos funcionan",
        texto="Así te avisa Nora cuando un cliente espera a una persona.",
        url=f"/panel_cliente/{nombre_nora}/avisos",
        etiqueta="prueba",
    )
    _mandar(nombre_nora, consultas_avisos.aparatos_de(nombre_nora, usuario_id), aviso)


def _mandar(
    nombre_nora: str,
    aparatos: list[Aparato],
    aviso: Aviso,
    anotar: Callable[[str], None] | None = None,
) -> int:
    """Manda a cada uno y anota cómo le fue. Devuelve cuántos conviene volver a intentar.

    Args:
        anotar: recibe el id del aparato al que ya no hay que avisarle de esto; sin ella, solo cuándo fue el último.
    """
    config = consultas.configuracion_instalacion()
    if not config.NORA_VAPID_LLAVE:
        bitacora.warning("avisos_sin_llave", nora=nombre_nora)
        return 0
    despues = 0
    for aparato in aparatos:
        entrega = enviar(aparato, aviso, config)
        bitacora.info("aviso_al_telefono", nora=nombre_nora, entrega=entrega.value)
        # Uno por uno: si el trabajo muere a la mitad, lo ya avisado no se repite.
        if entrega is Entrega.CADUCO:
            consultas_avisos.quitar_aparato(nombre_nora, aparato.id)
        elif entrega is Entrega.DESPUES:
            despues += 1
        else:
            (anotar or partial(consultas_avisos.anotar_aviso, nombre_nora))(aparato.id)
    return despues
