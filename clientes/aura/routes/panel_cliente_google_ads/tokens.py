"""Revisar que el permiso de Google siga valiendo antes de que se venza; lo llama `scripts/actualizar_tokens.py`.

El token de renovación no se cambia por otro: mientras Google lo acepte, sigue valiendo. Los que se dan por tiempo sí se
vencen, y solo una persona puede dar otro (https://developers.google.com/identity/protocols/oauth2#expiration).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from ...anuncios.permisos import Renovacion
from ...utils.errores import ErrorNora, ErrorServicioExterno
from . import conexion, consultas
from .ads import Ads

RED = "Google"


def renovar(
    nombre_nora: str, dias: int, ahora: datetime, *, simular: bool, crear: Callable[[str], Ads] = Ads
) -> Renovacion | None:
    """Prueba el permiso; None si la Nora no tiene conexión.

    Raises:
        ErrorServicioExterno: Google no contesta; lo guardado sigue igual.
    """
    fila = consultas.leer_conexion(nombre_nora)
    if fila is None or fila["tipo"] == "demo":
        return None
    caduca = datetime.fromisoformat(fila["caduca_en"]) if fila["caduca_en"] else None
    if fila["estado"] == "vencida":
        return Renovacion(RED, nombre_nora, "no_se_puede", caduca, "Google ya no acepta el permiso.")
    if caduca is not None and caduca <= ahora + timedelta(days=dias):
        motivo = "El permiso se venció." if caduca <= ahora else "El permiso se vence pronto."
        return _sin_remedio(nombre_nora, caduca, motivo, simular=simular, vencido=caduca <= ahora)
    if simular:
        return Renovacion(RED, nombre_nora, "al_dia", caduca)
    try:
        conexion.ads_de(fila["token_cifrado"], crear).cuentas_visibles()
    except ErrorServicioExterno:
        raise
    except ErrorNora as error:
        return _sin_remedio(nombre_nora, caduca, error.mensaje, simular=simular, vencido=True)
    consultas.cambiar_conexion(
        nombre_nora, {"estado": "bien", "problema": "", "revisada_en": ahora.isoformat()}
    )
    return Renovacion(RED, nombre_nora, "al_dia", caduca)


def _sin_remedio(
    nombre_nora: str, caduca: datetime | None, motivo: str, *, simular: bool, vencido: bool
) -> Renovacion:
    if not simular:
        estado = {"estado": "vencida"} if vencido else {}
        consultas.cambiar_conexion(nombre_nora, {**estado, "problema": f"{motivo} Conecta Google otra vez."})
    return Renovacion(RED, nombre_nora, "no_se_puede", caduca, motivo)
