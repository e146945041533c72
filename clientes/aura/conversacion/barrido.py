"""El barrido: lo que el proveedor recibió y aquí no llegó (una caída, un webhook mal puesto) se toma una sola vez.

Twilio reintenta un webhook a lo más una vez; después de eso el mensaje solo existe en su lista. Aquí se compara esa
lista con lo guardado. Tomar dos veces el mismo no hace nada: su id es único para siempre.
"""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from datetime import UTC, datetime, timedelta

from ..canales import canal_de
from ..canales.base import EnvioAmbiguo, NoProcesado, RechazoDelProveedor
from ..utils.errores import ErrorServicioExterno
from ..utils.logging_utils import registro
from ..utils.webhook_utils import leer_entrante
from . import consultas
from .modelos import NoraPorBarrer

bitacora = registro(__name__)

# El reloj y la lista del proveedor pueden ir atrás: cada vez se vuelve a mirar un rato ya visto.
MARGEN = timedelta(minutes=15)
# Más allá, quien escribió ya no espera una respuesta, y la lista crece.
MAXIMO = timedelta(hours=72)
ASENTADO = timedelta(minutes=1)
A_LA_VEZ = 4
PRESUPUESTO_S = 240.0  # el siguiente toca a los 300


def barrer(presupuesto_s: float = PRESUPUESTO_S) -> str:
    """Compara lo recibido de cada Nora con la lista de su proveedor y toma lo que falta.

    La falla de una no detiene a las demás: lo suyo se busca la próxima vez, desde donde se quedó.

    Args:
        presupuesto_s: segundos; las que no quepan van primero la próxima vez.

    Returns:
        Una frase con lo que pasó.
    """
    limite = time.monotonic() + presupuesto_s
    pendientes = consultas.noras_por_barrer(MARGEN, MAXIMO)
    recuperados = fallidas = sin_tiempo = 0
    with ThreadPoolExecutor(A_LA_VEZ, thread_name_prefix="barrido") as hilos:
        futuros: list[Future[int | None]] = [hilos.submit(_una_a_tiempo, nora, limite) for nora in pendientes]
        for futuro in as_completed(futuros):
            try:
                tomados = futuro.result()
            except (RechazoDelProveedor, NoProcesado, EnvioAmbiguo, ErrorServicioExterno):
                fallidas += 1
                continue
            sin_tiempo += tomados is None
            recuperados += tomados or 0
    partes = [f"{len(pendientes)} Noras, {recuperados} mensajes recuperados"]
    if fallidas:
        partes.append(f"{fallidas} no se pudieron consultar")
    if sin_tiempo:
        partes.append(f"{sin_tiempo} quedaron para la próxima")
    return "; ".join(partes)


def _una_a_tiempo(nora: NoraPorBarrer, limite: float) -> int | None:
    if time.monotonic() > limite:
        return None
    try:
        return barrer_nora(nora)
    except (RechazoDelProveedor, NoProcesado, EnvioAmbiguo, ErrorServicioExterno) as error:
        bitacora.warning("barrido_de_nora_fallido", nora=nora.nombre_nora, error=type(error).__name__)
        raise


def barrer_nora(nora: NoraPorBarrer) -> int:
    """Toma lo que le falta a una Nora, del más viejo al más nuevo.

    Returns:
        Cuántos mensajes se recuperaron.

    Raises:
        RechazoDelProveedor, NoProcesado, EnvioAmbiguo: no se le pudo preguntar al proveedor.
        ErrorServicioExterno: la base no contestó; lo ya tomado se queda.
    """
    inicio = datetime.now(UTC)
    canal = canal_de("whatsapp", consultas.configuracion_instalacion())
    credenciales = consultas.leer_credenciales(nora.nombre_nora)
    recibidos = {
        campos["MessageSid"]: campos for campos in canal.recibidos(credenciales, nora.numero_nora, nora.desde)
    }
    faltan = consultas.sids_que_faltan(nora.nombre_nora, list(recibidos)) if recibidos else []
    for sid in faltan:
        campos = recibidos[sid]
        if campos["NumMedia"] != "0":
            campos |= canal.medios_de(credenciales, sid)
        consultas.recibir_mensaje(nora.nombre_nora, "whatsapp", leer_entrante(campos))
        bitacora.warning("mensaje_recuperado", nora=nora.nombre_nora, sid=sid)
    # Lo recién salido puede ser nuestro y no tener aún su id guardado: se mira cuando ya se asentó.
    asentados = [
        m for m in canal.mandados(credenciales, nora.numero_nora, nora.desde) if m.fecha < inicio - ASENTADO
    ]
    if de_afuera := consultas.anotar_de_afuera(nora.nombre_nora, asentados):
        bitacora.info("mandados_de_afuera", nora=nora.nombre_nora, cuantos=de_afuera)
    consultas.anotar_barrido(nora.nombre_nora, inicio, len(faltan))
    return len(faltan)
