"""Lo que el programador hace con los anuncios de Google de todas las Noras."""

from __future__ import annotations

from datetime import datetime

from ...registro.consultas import leer_noras_activas
from ...registro.manifiesto import Trabajo
from ...registro.por_nora import en_cada_nora
from . import consultas, cuentas, estados, sincronizacion, tokens

MODULO = "google_ads"
DIAS_DE_AVISO = 10


def noras_con_modulo() -> list[str]:
    """Las Noras activas que lo tienen encendido."""
    return [fila["nombre_nora"] for fila in leer_noras_activas() if MODULO in fila["modulos"]]


def sincronizar(_ahora: datetime) -> str:
    """Corre lo pedido, lo que ya esperó y lo que alguien dejó a medias. Dos a la vez no toman la misma."""
    corridas, fallas = en_cada_nora(
        noras_con_modulo(), sincronizacion.correr_pendientes, evento="google_sin_sincronizar"
    )
    return f"{corridas} lecturas" + (f"; {fallas} Noras fallaron" if fallas else "")


def diario(ahora: datetime) -> str:
    """Revisa el permiso y el estado de las cuentas y pide leer las vinculadas que sigan abiertas."""
    pedidas, fallas = en_cada_nora(
        noras_con_modulo(), lambda nombre_nora: _una_nora(nombre_nora, ahora), evento="google_sin_revisar"
    )
    return f"{pedidas} cuentas por leer" + (f"; {fallas} Noras fallaron" if fallas else "")


def _una_nora(nombre_nora: str, ahora: datetime) -> int:
    conexion = consultas.leer_conexion(nombre_nora)
    if conexion is None or conexion["tipo"] == "demo" or conexion["estado"] == "vencida":
        return 0
    tokens.renovar(nombre_nora, DIAS_DE_AVISO, ahora, simular=False)
    cuentas.traer(nombre_nora, ahora)
    abiertas = [
        c
        for c in consultas.leer_cuentas(nombre_nora)
        if c["uso"] == "vinculada" and c["estado"] not in estados.SIN_LECTURA
    ]
    for cuenta in abiertas:
        cuentas.sincronizar(nombre_nora, cuenta["id"], None, ahora)
    return len(abiertas)


TRABAJOS = (
    Trabajo(
        id="google_ads_sincronizar",
        cron="*/5 * * * *",
        zona="UTC",
        hacer=sincronizar,
        descripcion="Google Ads: lee lo pedido y sigue lo que Google puso en pausa",
    ),
    Trabajo(
        id="google_ads_diario",
        cron="25 6 * * *",
        zona="America/Hermosillo",
        hacer=diario,
        recuperar_horas=12,
        descripcion="Google Ads: revisa permisos, el estado de las cuentas y pide sus cifras",
    ),
)
