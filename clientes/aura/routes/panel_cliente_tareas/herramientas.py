"""Lo que el modelo puede hacer con las tareas, solo a pedido del dueño o de un empleado."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Literal

from pydantic import Field

from ...ia.herramientas import Argumentos, Contexto, Herramienta, Resultado
from ...utils.errores import ErrorNoEncontrado
from . import consultas, servicio
from .modelos import PRIORIDADES, Filtro

EN_LISTA = 10


class NuevaTarea(Argumentos):
    """Qué hay que hacer."""

    titulo: str = Field(min_length=1, max_length=160, description="Qué hay que hacer, en una frase")
    fecha: date | None = Field(default=None, description="Qué día vence, AAAA-MM-DD")
    hora: time | None = Field(
        default=None, description="A qué hora vence, HH:MM de 24 horas, hora del negocio"
    )
    prioridad: Literal["baja", "normal", "alta", "urgente"] = "normal"


class QueTareas(Argumentos):
    """Cuáles se quieren ver."""

    cuales: Literal["abiertas", "vencidas", "hoy"] = "abiertas"


class TareaHecha(Argumentos):
    """Cuál se terminó."""

    numero: int = Field(ge=1, le=10_000_000, description="El número de la tarea: 12 si es T-12")


def crear(contexto: Contexto, argumentos: NuevaTarea) -> Resultado:
    """Crea una tarea; el mismo pedido repetido da la misma."""
    niveles = {texto.lower(): nivel for nivel, texto in PRIORIDADES.items()}
    datos = servicio.Datos(
        titulo=argumentos.titulo,
        fecha=argumentos.fecha,
        hora=argumentos.hora if argumentos.fecha else None,
        prioridad=niveles[argumentos.prioridad],
        clave=f"ia:{contexto.clave}" if contexto.clave else None,
    )
    _, numero = servicio.guardar(contexto.nombre_nora, None, datos, None, contexto.zona_horaria)
    return Resultado(f"Tarea T-{numero} creada: {argumentos.titulo}.", titulo=f"Tarea T-{numero}")


def listar(contexto: Contexto, argumentos: QueTareas) -> Resultado:
    """Las primeras que vencen."""
    ahora = datetime.now(UTC)
    vence = "" if argumentos.cuales == "abiertas" else argumentos.cuales
    filtro = Filtro(estado="abiertas", vence=vence).como_json(ahora, contexto.zona_horaria, "")
    leido = consultas.listar(contexto.nombre_nora, filtro, "vence", EN_LISTA, None, _nadie(), ahora)
    if not leido.tareas:
        return Resultado("No hay tareas así.", titulo="Tareas")
    renglones = [
        f"{t.codigo}: {t.titulo} ({servicio.cuando(t, contexto.zona_horaria, ahora) or 'sin fecha'}"
        f"{', ' + t.persona if t.persona else ''})"
        for t in leido.tareas
    ]
    return Resultado("\n".join(renglones), titulo="Tareas")


def completar(contexto: Contexto, argumentos: TareaHecha) -> Resultado:
    """Deja hecha una tarea por su número."""
    tarea_id = consultas.id_por_numero(contexto.nombre_nora, argumentos.numero)
    if tarea_id is None:
        raise ErrorNoEncontrado(f"No hay ninguna tarea T-{argumentos.numero}.")
    servicio.mover(contexto.nombre_nora, tarea_id, "hecha", None)
    return Resultado(f"Tarea T-{argumentos.numero} hecha.", titulo=f"Tarea T-{argumentos.numero}")


def _nadie() -> str:
    """Quien pregunta por WhatsApp no tiene avisos del panel."""
    return "00000000-0000-0000-0000-000000000000"


HERRAMIENTAS: tuple[Herramienta, ...] = (
    Herramienta(
        "crear_tarea",
        "Anota una tarea pendiente del negocio cuando el dueño o un empleado lo pide.",
        NuevaTarea,
        crear,
        efecto="escribe",
        solo_empleados=True,
    ),
    Herramienta(
        "listar_tareas",
        "Dice qué tareas del negocio están abiertas, vencidas o son para hoy.",
        QueTareas,
        listar,
        solo_empleados=True,
    ),
    Herramienta(
        "completar_tarea",
        "Deja hecha una tarea del negocio por su número, cuando el dueño o un empleado dice que ya se terminó.",
        TareaHecha,
        completar,
        efecto="escribe",
        solo_empleados=True,
    ),
)
