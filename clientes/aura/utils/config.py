"""La configuración de una Nora, con tipos, desde su fila de `configuracion_bot`."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from .errores import ErrorNoEncontrado
from .supabase_helpers import fila_de_configuracion


class ConfiguracionNora(BaseModel):
    """Una Nora como la dejó su dueño. `silencio_segundos` en segundos; `numero_nora` en E.164."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    nombre_nora: str
    nombre_visible: str
    numero_nora: str
    modulos: tuple[str, ...]
    ia_activa: bool
    personalidad: str
    instrucciones: str
    mensaje_bienvenida: str
    modo_respuesta: Literal["flexible", "estricto"]
    mensaje_fuera_tema: str
    zona_horaria: str
    silencio_segundos: int
    activo: bool


def leer_configuracion(nombre_nora: str) -> ConfiguracionNora:
    """La configuración vigente de una Nora.

    Raises:
        ErrorNoEncontrado: si no existe.
    """
    fila = fila_de_configuracion(nombre_nora, ",".join(ConfiguracionNora.model_fields))
    if fila is None:
        raise ErrorNoEncontrado
    return ConfiguracionNora.model_validate(fila)
