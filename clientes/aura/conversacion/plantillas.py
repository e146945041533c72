"""Las plantillas de una Nora: se copian de su proveedor y se llenan con sus variables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict

from ..canales import canal_de, llaves_de
from ..canales.base import EnvioAmbiguo, NoProcesado, RechazoDelProveedor
from ..utils.logging_utils import registro
from . import consultas

bitacora = registro(__name__)

LARGO_DE_VARIABLE = 200
SIN_CONTESTAR = "WhatsApp no contestó. Vuelve a intentarlo en unos minutos."
_HUECO = re.compile(r"\{\{\s*([^{}\s]{1,40})\s*\}\}")


def sincronizar(nombre_nora: str, canal: str = "whatsapp") -> int:
    """Deja las plantillas como las tiene el proveedor; si no se pudo, se quedan las de antes y se anota por qué.

    Returns:
        Cuántas hay.

    Raises:
        RechazoDelProveedor, NoProcesado, EnvioAmbiguo: no se pudieron leer.
    """
    proveedor = canal_de(canal, consultas.configuracion_instalacion())
    try:
        leidas = proveedor.plantillas(llaves_de(canal, nombre_nora, consultas.leer_credenciales))
    except (RechazoDelProveedor, NoProcesado, EnvioAmbiguo) as error:
        frase = error.texto if isinstance(error, RechazoDelProveedor) else SIN_CONTESTAR
        consultas.anotar_error_de_plantillas(nombre_nora, frase)
        bitacora.warning("plantillas_sin_leer", nora=nombre_nora, error=type(error).__name__)
        raise
    return consultas.guardar_plantillas(nombre_nora, [asdict(una) for una in leidas])


def llenar(cuerpo: str, variables: Mapping[str, str]) -> str:
    """El texto con sus variables; lo que va en una no se vuelve a leer como hueco."""
    return _HUECO.sub(lambda hueco: variables.get(hueco[1], hueco[0]), cuerpo)


def huecos(cuerpo: str) -> list[str]:
    """Las variables que nombra el cuerpo, en orden y sin repetir."""
    return list(dict.fromkeys(_HUECO.findall(cuerpo)))


def faltan(pedidas: Mapping[str, str], puestas: Mapping[str, str]) -> list[str]:
    """Las que pide y vienen vacías: WhatsApp rechaza una plantilla con un hueco sin llenar."""
    return [nombre for nombre in pedidas if not puestas.get(nombre, "").strip()]
