"""Los trabajos del programador que cuidan la instalación misma."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from cachelib import FileSystemCache
from flask import current_app

from app_config import Config

from . import metricas, respaldos
from .conversacion import barrido, cola
from .medios import preparar
from .personas import consultas as personas
from .registro import consultas as registro_consultas
from .scripts.limpiar_datos import limpiar
from .utils.errores import ErrorNora
from .utils.supabase_client import conexion_actual

DIAS_DE_COLA = 7
DIAS_DE_EJECUCIONES = 45
SIN_LATIDO_S = 15
ARCHIVO_SUELTO_S = 24 * 60 * 60  # con holgura: el archivo se escribe antes que su fila


def liberar_atorados(periodo: datetime) -> str:
    """Devuelve a la cola lo que dejó un trabajador muerto y retoma mensajes que se quedaron sin trabajo."""
    liberados = cola.liberar_atorados(current_app.extensions["nora_db_uri"], segundos=SIN_LATIDO_S)
    return f"{liberados} trabajos de vuelta en la cola"


def barrer_proveedores(periodo: datetime) -> str:
    """Toma los mensajes que el proveedor recibió y aquí no llegaron."""
    return barrido.barrer()


def respaldo_diario(periodo: datetime) -> str:
    """Respalda la base y los archivos, y quita los respaldos que ya sobran."""
    config = current_app.extensions["nora_config"]
    hecho = respaldos.hacer(config)
    quitados = respaldos.rotar(config)
    return f"{hecho.name}; {len(quitados)} anteriores borrados"


def limpieza_diaria(periodo: datetime) -> str:
    """Borra trabajos terminados, intentos de entrada viejos y sesiones caducadas."""
    trabajos = cola.limpiar_terminados(current_app.extensions["nora_db_uri"], dias=DIAS_DE_COLA)
    intentos = personas.olvidar_fallos_antes_de(datetime.now(UTC) - timedelta(days=1))
    registro_consultas.limpiar_ejecuciones(DIAS_DE_EJECUCIONES)
    config: Config = current_app.extensions["nora_config"]
    metricas.quitar_de_muertos(config.carpeta_de_metricas)
    almacen = current_app.config.get("SESSION_CACHELIB")
    if isinstance(almacen, FileSystemCache):
        almacen._remove_expired(time.time())  # la biblioteca solo limpia al pasar un tope, y aquí no hay tope
    limpiadas = limpiar()
    if limpiadas.fallas:
        raise ErrorNora("; ".join(limpiadas.fallas))
    return (
        f"{trabajos} trabajos terminados, {intentos} intentos de entrada y"
        f" {limpiadas.hechos} mensajes fuera de su retención borrados,"
        f" {limpiadas.datos['auditoria']} renglones de auditoría viejos"
    )


def barrer_archivos(periodo: datetime) -> str:
    """Quita los archivos de pláticas que ya no tienen mensaje y, del almacén de esta máquina, lo que dejó un corte."""
    sueltos = preparar.quitar_sueltos(datetime.now(UTC) - timedelta(seconds=ARCHIVO_SUELTO_S))
    api = conexion_actual().api_local
    quitados: int = sueltos if api is None else sueltos + api.almacen.barrer(ARCHIVO_SUELTO_S)
    return f"{quitados} archivos sin dueño borrados"
