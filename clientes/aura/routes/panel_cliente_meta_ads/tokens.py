"""Renovar el permiso de Meta antes de que se venza; lo llama `scripts/actualizar_tokens.py`."""

from __future__ import annotations

from datetime import datetime, timedelta

from ...anuncios.permisos import Renovacion
from ...utils.errores import ErrorNora, ErrorServicioExterno
from . import conexion, consultas

RED = "Meta"


def renovar(nombre_nora: str, dias: int, ahora: datetime, *, simular: bool) -> Renovacion | None:
    """Cambia por uno nuevo el token que se vence en menos de `dias`; None si la Nora no tiene conexión.

    Raises:
        ErrorServicioExterno: Meta no contesta; el token que había sigue guardado.
    """
    fila = consultas.leer_conexion(nombre_nora)
    if fila is None or fila["tipo"] == "demo":
        return None
    caduca = datetime.fromisoformat(fila["caduca_en"]) if fila["caduca_en"] else None
    if fila["estado"] == "vencida":
        return Renovacion(RED, nombre_nora, "no_se_puede", caduca, "Meta ya no acepta el permiso.")
    if caduca is None or caduca > ahora + timedelta(days=dias):
        return Renovacion(RED, nombre_nora, "al_dia", caduca)
    if caduca <= ahora:
        return _sin_remedio(nombre_nora, caduca, "El permiso se venció.", simular)
    if not conexion.hay_oauth():
        return Renovacion(
            RED, nombre_nora, "no_se_puede", caduca, "Falta META_APP_ID y META_APP_SECRET para renovarlo."
        )
    if simular:
        return Renovacion(RED, nombre_nora, "por_renovar", caduca)
    try:
        nuevo, vence = conexion.alargar(conexion.cifrador().descifrar(fila["token_cifrado"]))
    except ErrorServicioExterno:
        raise
    except ErrorNora as error:
        return _sin_remedio(nombre_nora, caduca, error.mensaje, simular)
    consultas.cambiar_conexion(
        nombre_nora,
        {
            "token_cifrado": conexion.cifrador().cifrar(nuevo),
            "caduca_en": vence.isoformat() if vence else None,
            "estado": "bien",
            "problema": "",
            "revisada_en": ahora.isoformat(),
        },
    )
    return Renovacion(RED, nombre_nora, "renovado", vence)


def _sin_remedio(nombre_nora: str, caduca: datetime | None, motivo: str, simular: bool) -> Renovacion:
    if not simular:
        consultas.cambiar_conexion(
            nombre_nora, {"estado": "vencida", "problema": f"{motivo} Conecta Meta otra vez."}
        )
    return Renovacion(RED, nombre_nora, "no_se_puede", caduca, motivo)
