"""El barrido: lo que el proveedor recibió y aquí no llegó (una caída, un webhook mal puesto) se toma una sola vez.

Twilio reintenta un webhook a lo más una vez; después de eso el mensaje solo existe en su lista. Aquí se compara esa
lista con lo guardado. Tomar dos veces el mismo no hace nada: su id es único para siempre.
"""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from datetime import UTC, datetime, timedelta

from ..canales import canal_de
from ..canales.base import Canal, Credenciales, EnvioAmbiguo, NoProcesado, RechazoDelProveedor
from ..utils.errores import ErrorDatoInvalido, ErrorServicioExterno
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

    Raises:
        ErrorServicioExterno: la base o el proveedor no contestaron por ninguna. Unas llaves malas son cosa de su Nora.
    """
    limite = time.monotonic() + presupuesto_s
    pendientes = consultas.noras_por_barrer(MARGEN, MAXIMO)
    recuperados = fallidas = calladas = sin_tiempo = 0
    with ThreadPoolExecutor(A_LA_VEZ, thread_name_prefix="barrido") as hilos:
        futuros: list[Future[int | None]] = [hilos.submit(_una_a_tiempo, nora, limite) for nora in pendientes]
        for futuro in as_completed(futuros):
            try:
                tomados = futuro.result()
            except (RechazoDelProveedor, NoProcesado, EnvioAmbiguo, ErrorServicioExterno) as error:
                fallidas += 1
                calladas += not isinstance(error, RechazoDelProveedor)
                continue
            sin_tiempo += tomados is None
            recuperados += tomados or 0
    if calladas and calladas + sin_tiempo == len(pendientes):
        raise ErrorServicioExterno(f"No se pudo consultar por ninguna de {len(pendientes)} Noras.")
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
    tomados = 0
    for sid in faltan:
        try:
            _tomar(nora, canal, credenciales, recibidos[sid])
        except ErrorDatoInvalido as error:
            # Uno que no se puede guardar no esconde a los que siguen; queda dicho cuál.
            bitacora.error(
                "mensaje_sin_recuperar", nora=nora.nombre_nora, sid=sid, error=type(error).__name__
            )
            continue
        tomados += 1
        bitacora.warning("mensaje_recuperado", nora=nora.nombre_nora, sid=sid)
    # Lo recién salido puede ser nuestro y no tener aún su id guardado: se mira cuando ya se asentó.
    asentados = [
        m for m in canal.mandados(credenciales, nora.numero_nora, nora.desde) if m.fecha < inicio - ASENTADO
    ]
    if de_afuera := consultas.anotar_de_afuera(nora.nombre_nora, asentados):
        bitacora.info("mandados_de_afuera", nora=nora.nombre_nora, cuantos=de_afuera)
    consultas.anotar_barrido(nora.nombre_nora, inicio, tomados)
    return tomados


def _tomar(
    nora: NoraPorBarrer, canal: Canal, credenciales: Credenciales | None, campos: dict[str, str]
) -> None:
    if not campos["From"]:
        raise ErrorDatoInvalido("El proveedor no dice de quién es.")
    if campos["NumMedia"] != "0":
        try:
            campos |= canal.medios_de(credenciales, campos["MessageSid"])
        except RechazoDelProveedor:
            campos["NumMedia"] = "0"  # el archivo ya no está; lo escrito sí
    consultas.recibir_mensaje(nora.nombre_nora, "whatsapp", leer_entrante(campos))
