"""Lo que el programador hace con las plantillas de todas las Noras."""

from __future__ import annotations

from datetime import datetime

from ...canales.base import EnvioAmbiguo, NoProcesado, RechazoDelProveedor
from ...conversacion import plantillas
from ...conversacion.consultas import leer_credenciales
from ...registro.consultas import leer_noras_activas
from ...registro.manifiesto import Trabajo
from ...utils.errores import ErrorServicioExterno


def traer_plantillas(ahora: datetime) -> str:
    """Copia las de cada Nora con llaves. La que falla se queda con las de antes y no detiene a las otras.

    Raises:
        ErrorServicioExterno: ninguna pudo, y no por sus llaves.
    """
    bien = fallaron = rechazadas = 0
    for fila in leer_noras_activas():
        nombre_nora = fila["nombre_nora"]
        try:
            if leer_credenciales(nombre_nora) is None:
                continue
            plantillas.sincronizar(nombre_nora)
            bien += 1
        except RechazoDelProveedor:
            rechazadas += 1
        except (NoProcesado, EnvioAmbiguo, ErrorServicioExterno):
            fallaron += 1
    if fallaron and not bien + rechazadas:
        raise ErrorServicioExterno(f"No se copiaron las plantillas de ninguna de {fallaron} Noras.")
    fallaron += rechazadas
    return f"{bien} Noras al día" + (f"; {fallaron} fallaron" if fallaron else "")


TRABAJOS = (
    Trabajo(
        id="traer_plantillas",
        cron="20 */4 * * *",
        zona="UTC",
        hacer=traer_plantillas,
        descripcion="Plantillas de WhatsApp: copiar su estado de cada cuenta",
    ),
)
