"""Lo que la página de IA lee y escribe; siempre con el token de la Nora."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ...ia.consultas_asistente import AjustesIA
from ...utils.errores import ErrorNoEncontrado
from ...utils.supabase_client import supabase_de_nora
from ...utils.supabase_helpers import ejecutar, una_fila, valor


class _Leido(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class NoraHabla(_Leido):
    """De la Nora, lo que esta página cambia."""

    personalidad: str = ""
    instrucciones: str = ""
    modo_respuesta: Literal["flexible", "estricto"] = "estricto"
    mensaje_fuera_tema: str = ""
    ia_activa: bool = True


class DelEquipo(_Leido):
    """Un teléfono del dueño o de su gente, en E.164."""

    id: str
    nombre: str
    telefono: str


class Uso(_Leido):
    """Lo usado este mes."""

    llamadas: int = 0
    conversaciones: int = 0
    tokens: int = 0


class Cara(_Leido):
    """Lo que costó una conversación este mes, en pesos."""

    conversacion_id: str
    nombre: str
    costo: Decimal


class Frenado(_Leido):
    """Una respuesta que la guardia no dejó salir."""

    id: str
    conversacion_id: str
    nombre: str
    pregunta: str
    borrador: str
    hallazgos: tuple[str, ...] = ()
    fecha_creacion: datetime


class PorAprobar(_Leido):
    """Algo que Nora propuso y una persona decide."""

    id: str
    conversacion_id: str
    nombre: str
    herramienta: str
    argumentos: dict[str, Any] = Field(default_factory=dict)
    fecha_creacion: datetime


class Platica(_Leido):
    """Una conversación que se puede ensayar."""

    id: str
    nombre: str
    texto: str
    fecha: datetime


class Resumen(_Leido):
    """La página entera en una lectura. `gasto` en pesos, del mes."""

    nora: NoraHabla
    ia: AjustesIA = AjustesIA()
    gasto: Decimal = Decimal(0)
    equipo: tuple[DelEquipo, ...] = ()
    uso: Uso = Uso()
    mas_caras: tuple[Cara, ...] = ()
    frenados: tuple[Frenado, ...] = ()
    acciones: tuple[PorAprobar, ...] = ()
    conversaciones: tuple[Platica, ...] = ()

    @classmethod
    def de(cls, leido: Mapping[str, Any]) -> Resumen:
        """El resumen como lo da la base; lo nulo es como si no viniera."""
        return cls.model_validate({clave: v for clave, v in leido.items() if v is not None})


def leer_resumen(nombre_nora: str) -> Resumen:
    """Ajustes, gasto, lo frenado y lo que espera aprobación."""
    leido = valor(supabase_de_nora(nombre_nora).rpc("resumen_ia", {}))
    if not leido:
        raise ErrorNoEncontrado
    return Resumen.de(leido)


def guardar(nombre_nora: str, nora: Mapping[str, Any], ia: Mapping[str, Any]) -> None:
    """Guarda los ajustes, todo o nada; lo que no viene no cambia."""
    argumentos = {"p_nora": dict(nora), "p_ia": dict(ia)}
    ejecutar(supabase_de_nora(nombre_nora).rpc("guardar_ajustes_ia", argumentos))


def marcar_revisado(nombre_nora: str, turno_id: str) -> None:
    """Quita un borrador de los pendientes.

    Raises:
        ErrorNoEncontrado: no existe, o es de otra Nora.
    """
    fila = una_fila(
        supabase_de_nora(nombre_nora)
        .table("turnos_ia")
        .update({"revisado_en": datetime.now(UTC).isoformat()})
        .eq("nombre_nora", nombre_nora)
        .eq("id", turno_id)
    )
    if fila is None:
        raise ErrorNoEncontrado


def agregar_al_equipo(nombre_nora: str, nombre: str, telefono: str) -> None:
    """Registra un teléfono del equipo.

    Raises:
        ErrorDuplicado: ya estaba.
    """
    fila = {"nombre_nora": nombre_nora, "nombre": nombre, "telefono": telefono}
    ejecutar(supabase_de_nora(nombre_nora).table("numeros_equipo").insert(fila))


def quitar_del_equipo(nombre_nora: str, numero_id: str) -> None:
    """Quita un teléfono del equipo.

    Raises:
        ErrorNoEncontrado: no existe, o es de otra Nora.
    """
    fila = una_fila(
        supabase_de_nora(nombre_nora)
        .table("numeros_equipo")
        .delete()
        .eq("nombre_nora", nombre_nora)
        .eq("id", numero_id)
    )
    if fila is None:
        raise ErrorNoEncontrado
