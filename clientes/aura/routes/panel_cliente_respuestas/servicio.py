"""Las reglas de las respuestas automáticas."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from ...conversacion.decisores.bienvenida import quitar_saludo
from ...conversacion.respuestas import Disparo, Regla, cual_dispara
from ...personas.servicio import anotar
from ...utils.auth_utils import Identidad
from . import consultas
from .consultas import Respuesta
from .formularios import FormularioRespuesta


@dataclass(frozen=True)
class Prueba:
    """Qué pasaría con un mensaje ahora mismo."""

    mensaje: str
    disparo: Disparo | None
    abierto: bool


def guardar(nombre_nora: str, formulario: FormularioRespuesta, respuesta_id: str | None = None) -> None:
    """La crea, o cambia la que ya está."""
    columnas = {
        "nombre": formulario.nombre.data,
        "disparadores": formulario.lista(),
        "modo": formulario.modo.data,
        "cuando": formulario.cuando.data,
        "respuesta": formulario.respuesta.data,
        "orden": formulario.orden.data,
    }
    if respuesta_id is None:
        consultas.crear(nombre_nora, columnas)
    else:
        consultas.cambiar(nombre_nora, respuesta_id, columnas)


def borrar(quien: Identidad, nombre_nora: str, respuesta_id: str) -> Respuesta:
    """La quita y lo anota; devuelve lo que era."""
    era = consultas.leer(nombre_nora, respuesta_id)
    consultas.borrar(nombre_nora, respuesta_id)
    anotar(quien, "borrar_respuesta", nombre_nora=nombre_nora, objeto=era.nombre)
    return era


def probar(nombre_nora: str, mensaje: str, zona: str) -> Prueba:
    """Con las encendidas y el horario de ahora, igual que en una plática."""
    abierto = consultas.leer_horario(nombre_nora).abierto(datetime.now(UTC), zona)
    reglas = [Regla.model_validate(r.model_dump()) for r in consultas.listar(nombre_nora) if r.activo]
    disparo = cual_dispara(reglas, mensaje, abierto=abierto) or cual_dispara(
        reglas, quitar_saludo(mensaje), abierto=abierto
    )
    return Prueba(mensaje, disparo, abierto)
