"""Lo único de tareas que toca Supabase."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from ...utils.supabase_client import supabase_de_nora
from ...utils.supabase_helpers import ejecutar, filas, una_fila, valor
from .modelos import (
    AlDia,
    Alrededor,
    Cursor,
    DePersona,
    Ficha,
    Hallado,
    Listado,
    MisAvisos,
    Molde,
    Preferencias,
    Tablero,
    Tarea,
)

POR_TRAMO = 500


def listar(
    nombre_nora: str,
    filtro: dict[str, Any],
    orden: str,
    limite: int,
    despues_de: Cursor | None,
    usuario_id: str,
    ahora: datetime,
) -> Listado:
    """Una página; la primera trae cuentas, equipo y etiquetas. `orden`: «vence» o «completada»."""
    argumentos = {
        "p_filtro": filtro,
        "p_orden": orden,
        "p_limite": limite,
        "p_despues_en": despues_de.en.isoformat() if despues_de else None,
        "p_despues_id": despues_de.id if despues_de else None,
        "p_usuario_id": usuario_id,
        "p_ahora": ahora.isoformat(),
    }
    return Listado.model_validate(valor(supabase_de_nora(nombre_nora).rpc("listar_tareas", argumentos)))


def recorrer(nombre_nora: str, filtro: dict[str, Any], usuario_id: str, ahora: datetime) -> Iterator[Tarea]:
    """Todas las que pasan el filtro, por fecha de vencimiento."""
    cursor: Cursor | None = None
    while True:
        leidas = listar(nombre_nora, filtro, "vence", POR_TRAMO, cursor, usuario_id, ahora).tareas
        yield from leidas
        if len(leidas) < POR_TRAMO:
            return
        cursor = Cursor(leidas[-1].vence_orden, leidas[-1].id)


def tablero(
    nombre_nora: str, filtro: dict[str, Any], por_columna: int, usuario_id: str, ahora: datetime
) -> Tablero:
    """Las primeras de cada columna."""
    argumentos = {
        "p_filtro": filtro,
        "p_por_columna": por_columna,
        "p_usuario_id": usuario_id,
        "p_ahora": ahora.isoformat(),
    }
    return Tablero.model_validate(valor(supabase_de_nora(nombre_nora).rpc("tablero_tareas", argumentos)))


def leer(nombre_nora: str, tarea_id: str, usuario_id: str) -> Ficha | None:
    """Una tarea con todo; None si no es de esta Nora."""
    argumentos = {"p_tarea_id": tarea_id, "p_usuario_id": usuario_id}
    leida = valor(supabase_de_nora(nombre_nora).rpc("leer_tarea_con_adjuntos", argumentos))
    return Ficha.model_validate(leida) if leida else None


def alrededor(nombre_nora: str, usuario_id: str) -> Alrededor:
    """Equipo y etiquetas, para un formulario nuevo."""
    return Alrededor.model_validate(
        valor(supabase_de_nora(nombre_nora).rpc("alrededor_de_tareas", {"p_usuario_id": usuario_id}))
    )


def guardar(
    nombre_nora: str, tarea_id: str | None, datos: dict[str, Any], usuario_id: str | None
) -> tuple[str, int]:
    """Crea (sin id) o cambia; devuelve (id, número).

    Raises:
        ErrorNoEncontrado: no es de esta Nora.
        ErrorDatoInvalido: la persona o el contacto no son de esta Nora.
    """
    argumentos = {"p_tarea_id": tarea_id, "p_datos": datos, "p_usuario_id": usuario_id}
    guardada = valor(supabase_de_nora(nombre_nora).rpc("guardar_tarea", argumentos))
    return str(guardada["id"]), int(guardada["numero"])


def en_lote(
    nombre_nora: str, ids: Sequence[str], accion: str, dato: str, usuario_id: str | None
) -> tuple[list[str], int]:
    """(ids que cambiaron, cuántos existen en esta Nora)."""
    argumentos = {"p_ids": list(ids), "p_accion": accion, "p_valor": dato, "p_usuario_id": usuario_id}
    hecho = valor(supabase_de_nora(nombre_nora).rpc("tareas_en_lote", argumentos))
    return [str(uno) for uno in hecho["ids"]], int(hecho["existen"])


def id_por_numero(nombre_nora: str, numero: int) -> str | None:
    """El id de la tarea con ese número; None si no hay o está en la papelera."""
    fila = una_fila(
        supabase_de_nora(nombre_nora)
        .table("tareas")
        .select("id")
        .eq("nombre_nora", nombre_nora)
        .eq("numero", numero)
        .is_("borrada_en", "null")
    )
    return str(fila["id"]) if fila else None


def comentar(nombre_nora: str, tarea_id: str, texto: str, usuario_id: str) -> None:
    """Un comentario.

    Raises:
        ErrorNoEncontrado: no es de esta Nora.
    """
    argumentos = {"p_tarea_id": tarea_id, "p_texto": texto, "p_usuario_id": usuario_id}
    valor(supabase_de_nora(nombre_nora).rpc("comentar_tarea", argumentos))


def agregar_paso(nombre_nora: str, tarea_id: str, texto: str) -> None:
    """Un paso al final.

    Raises:
        ErrorNoEncontrado: no es de esta Nora.
        ErrorDatoInvalido: ya tiene cincuenta.
    """
    valor(supabase_de_nora(nombre_nora).rpc("agregar_paso", {"p_tarea_id": tarea_id, "p_texto": texto}))


def marcar_paso(nombre_nora: str, tarea_id: str, paso_id: str, hecho: bool) -> bool:
    """Falso si no es de esa tarea de esta Nora."""
    return bool(
        filas(
            supabase_de_nora(nombre_nora)
            .table("tarea_pasos")
            .update({"hecho": hecho})
            .eq("nombre_nora", nombre_nora)
            .eq("tarea_id", tarea_id)
            .eq("id", paso_id)
        )
    )


def borrar_paso(nombre_nora: str, tarea_id: str, paso_id: str) -> bool:
    """Falso si no es de esa tarea de esta Nora."""
    return bool(
        filas(
            supabase_de_nora(nombre_nora)
            .table("tarea_pasos")
            .delete()
            .eq("nombre_nora", nombre_nora)
            .eq("tarea_id", tarea_id)
            .eq("id", paso_id)
        )
    )


def buscar_contactos(nombre_nora: str, texto: str, limite: int) -> list[Hallado]:
    """Los contactos que se parecen a lo escrito, por nombre o teléfono."""
    argumentos = {"p_texto": texto, "p_limite": limite}
    return [
        Hallado.model_validate(fila)
        for fila in filas(
            supabase_de_nora(nombre_nora)
            .rpc("buscar_contactos", argumentos)
            .select("id,nombre,nombre_perfil,telefono")
        )
    ]


def estadisticas(nombre_nora: str, desde: datetime, ahora: datetime) -> list[DePersona]:
    """Las cifras de cada persona desde un instante."""
    argumentos = {"p_desde": desde.isoformat(), "p_ahora": ahora.isoformat()}
    leidas = valor(supabase_de_nora(nombre_nora).rpc("estadisticas_tareas", argumentos))
    return [DePersona.model_validate(fila) for fila in leidas]


def mis_avisos(nombre_nora: str, usuario_id: str) -> MisAvisos:
    """Los últimos de una persona y cómo los quiere."""
    return MisAvisos.model_validate(
        valor(supabase_de_nora(nombre_nora).rpc("avisos_de_tareas", {"p_usuario_id": usuario_id}))
    )


def leer_avisos(nombre_nora: str, usuario_id: str, ahora: datetime) -> None:
    """Marca como leídos los de una persona."""
    ejecutar(
        supabase_de_nora(nombre_nora)
        .table("tarea_avisos")
        .update({"leido_en": ahora.isoformat()})
        .eq("nombre_nora", nombre_nora)
        .eq("usuario_id", usuario_id)
        .is_("leido_en", "null")
    )


def guardar_preferencias(nombre_nora: str, usuario_id: str, preferencias: Preferencias) -> None:
    """Cómo quiere enterarse una persona."""
    ejecutar(
        supabase_de_nora(nombre_nora)
        .table("tarea_preferencias")
        .upsert({"nombre_nora": nombre_nora, "usuario_id": usuario_id, **preferencias.model_dump()})
    )


def moldes(nombre_nora: str) -> list[Molde]:
    """Lo que se repite en esta Nora."""
    return [Molde.model_validate(m) for m in valor(supabase_de_nora(nombre_nora).rpc("moldes_de_tareas", {}))]


def cambiar_molde(nombre_nora: str, molde_id: str, cambios: dict[str, Any]) -> bool:
    """Falso si no es de esta Nora."""
    return bool(
        filas(
            supabase_de_nora(nombre_nora)
            .table("tarea_recurrentes")
            .update(cambios)
            .eq("nombre_nora", nombre_nora)
            .eq("id", molde_id)
        )
    )


def al_dia(nombre_nora: str, ahora: datetime) -> AlDia:
    """Recuerda, marca lo vencido y escribe los resúmenes que tocan; dice qué moldes esperan su tarea."""
    return AlDia.model_validate(
        valor(supabase_de_nora(nombre_nora).rpc("tareas_al_dia", {"p_ahora": ahora.isoformat()}))
    )


def crear_de_recurrente(
    nombre_nora: str,
    molde: Molde,
    ocurrencia: datetime,
    siguiente: datetime | None,
    crear_en: datetime | None,
) -> bool:
    """Crea esa ocurrencia; falso si otro proceso ya la creó."""
    argumentos = {
        "p_id": molde.id,
        "p_esperada": molde.siguiente.isoformat(),
        "p_ocurrencia": ocurrencia.isoformat(),
        "p_siguiente": siguiente.isoformat() if siguiente else None,
        "p_crear_en": crear_en.isoformat() if crear_en else None,
    }
    return valor(supabase_de_nora(nombre_nora).rpc("crear_de_recurrente", argumentos)) is not None
