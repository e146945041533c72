"""Lo que contactos lee y escribe en la base; siempre con el token de la Nora."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ...utils.supabase_client import supabase_de_nora
from ...utils.supabase_helpers import ejecutar, filas, valor
from .modelos import CampoPropio, Contacto, Cursor, EnLote, Ficha, Filtro, Grupo, Leidos, ParaEditar

POR_TRAMO = 1_000


def listar(nombre_nora: str, filtro: Filtro, limite: int, despues_de: Cursor | None) -> Leidos:
    """Los que pasan el filtro, lo más reciente primero; con cuentas si es la primera página."""
    return Leidos.model_validate(
        valor(supabase_de_nora(nombre_nora).rpc("listar_contactos", _pagina(filtro, limite, despues_de)))
    )


def recorrer(nombre_nora: str, filtro: Filtro) -> Iterator[Contacto]:
    """Todos los que pasan el filtro, de mil en mil."""
    cursor: Cursor | None = None
    while True:
        leidos = Leidos.model_validate(
            valor(supabase_de_nora(nombre_nora).rpc("listar_contactos", _pagina(filtro, POR_TRAMO, cursor)))
        ).contactos
        yield from leidos
        if len(leidos) < POR_TRAMO:
            return
        cursor = Cursor(leidos[-1].actividad_en, leidos[-1].id)


def leer_ficha(nombre_nora: str, contacto_id: str) -> Ficha | None:
    """Un contacto con todo; None si no es de esta Nora."""
    leida = valor(supabase_de_nora(nombre_nora).rpc("leer_contacto", {"p_contacto_id": contacto_id}))
    return Ficha.model_validate(leida) if leida else None


def para_editar(nombre_nora: str, contacto_id: str | None) -> ParaEditar:
    """Lo que pide el formulario; su `contacto` es None al crear o si no es de esta Nora."""
    return ParaEditar.model_validate(
        valor(supabase_de_nora(nombre_nora).rpc("para_editar_contacto", {"p_contacto_id": contacto_id}))
    )


def guardar(
    nombre_nora: str,
    contacto_id: str | None,
    *,
    nombre: str,
    telefono: str | None,
    correo: str,
    notas: str,
    etiquetas: list[str],
    propios: dict[str, str],
    usuario_id: str,
) -> str:
    """Crea (sin id) o cambia un contacto con sus etiquetas; devuelve su id.

    Raises:
        ErrorNoEncontrado: no es de esta Nora.
        ErrorDuplicado: otro contacto tiene ese teléfono.
        ErrorDatoInvalido: su teléfono ya tiene plática y no se cambia.
    """
    argumentos = {
        "p_contacto_id": contacto_id,
        "p_nombre": nombre,
        "p_telefono": telefono,
        "p_correo": correo,
        "p_notas": notas,
        "p_etiquetas": etiquetas,
        "p_propios": propios,
        "p_usuario_id": usuario_id,
    }
    return str(valor(supabase_de_nora(nombre_nora).rpc("guardar_contacto", argumentos)))


def marcar(nombre_nora: str, contacto_id: str, marca: str, activo: bool, usuario_id: str) -> bool:
    """Pone o quita `baja` o `bloqueado`; falso si no es de esta Nora."""
    argumentos = {
        "p_contacto_id": contacto_id,
        "p_marca": marca,
        "p_activo": activo,
        "p_usuario_id": usuario_id,
    }
    return bool(valor(supabase_de_nora(nombre_nora).rpc("marcar_contacto", argumentos)))


def en_lote(
    nombre_nora: str,
    accion: str,
    ids: Sequence[str],
    filtro: Filtro | None,
    etiqueta_id: str | None,
    usuario_id: str,
) -> EnLote:
    """Etiqueta, desetiqueta o manda a la papelera a estos, o a todos los del filtro (hasta 5,000).

    Raises:
        ErrorNoEncontrado: la etiqueta no es de esta Nora.
    """
    argumentos = {
        "p_accion": accion,
        "p_ids": list(ids),
        "p_filtro": filtro.como_json() if filtro else None,
        "p_etiqueta_id": etiqueta_id,
        "p_usuario_id": usuario_id,
    }
    return EnLote.model_validate(valor(supabase_de_nora(nombre_nora).rpc("contactos_en_lote", argumentos)))


def recuperar(nombre_nora: str, contacto_id: str, usuario_id: str) -> bool:
    """Lo saca de la papelera; falso si no es de esta Nora."""
    argumentos = {"p_contacto_id": contacto_id, "p_usuario_id": usuario_id}
    return bool(valor(supabase_de_nora(nombre_nora).rpc("recuperar_contacto", argumentos)))


def purgar(nombre_nora: str, dias: int) -> int:
    """Vacía lo que lleva más de `dias` en la papelera; devuelve cuántos se fueron."""
    return int(valor(supabase_de_nora(nombre_nora).rpc("purgar_contactos", {"p_dias": dias})))


def unir(nombre_nora: str, queda: str, se_va: str, usuario_id: str) -> str:
    """Deja a dos contactos en uno; devuelve el id del que queda.

    Raises:
        ErrorNoEncontrado: alguno no es de esta Nora.
        ErrorDatoInvalido: son el mismo, o uno es una simulación.
    """
    argumentos = {"p_queda": queda, "p_se_va": se_va, "p_usuario_id": usuario_id}
    return str(valor(supabase_de_nora(nombre_nora).rpc("unir_contactos", argumentos)))


def repetidos(nombre_nora: str) -> list[Grupo]:
    """Grupos con el mismo teléfono, con o sin el 1 de México, o el mismo correo."""
    leidos = valor(supabase_de_nora(nombre_nora).rpc("contactos_repetidos", {}))
    return [Grupo.model_validate(grupo) for grupo in leidos]


def agregar_nota(nombre_nora: str, contacto_id: str, texto: str, usuario_id: str) -> None:
    """Una nota privada.

    Raises:
        ErrorDatoInvalido: el contacto no es de esta Nora.
    """
    ejecutar(
        supabase_de_nora(nombre_nora)
        .table("contacto_notas")
        .insert(
            {
                "nombre_nora": nombre_nora,
                "contacto_id": contacto_id,
                "texto": texto,
                "usuario_id": usuario_id,
            }
        )
    )


def borrar_nota(nombre_nora: str, contacto_id: str, nota_id: str) -> bool:
    """Falso si no es de esta Nora o de ese contacto."""
    return bool(
        filas(
            supabase_de_nora(nombre_nora)
            .table("contacto_notas")
            .delete()
            .eq("nombre_nora", nombre_nora)
            .eq("contacto_id", contacto_id)
            .eq("id", nota_id)
        )
    )


def campos(nombre_nora: str) -> list[CampoPropio]:
    """Los campos propios, en su orden."""
    leidos = valor(supabase_de_nora(nombre_nora).rpc("campos_de_la_nora", {}))
    return [CampoPropio.model_validate(campo) for campo in leidos]


def guardar_campo(nombre_nora: str, nombre: str, tipo: str, opciones: list[str], orden: int) -> None:
    """Un campo nuevo.

    Raises:
        ErrorDuplicado: ya hay uno que se llama así.
    """
    ejecutar(
        supabase_de_nora(nombre_nora)
        .table("campos_propios")
        .insert(
            {
                "nombre_nora": nombre_nora,
                "nombre": nombre,
                "tipo": tipo,
                "opciones": opciones,
                "orden": orden,
            }
        )
    )


def borrar_campo(nombre_nora: str, campo_id: str) -> bool:
    """Deja de mostrarlo; lo escrito en cada contacto se queda guardado. Falso si no es de esta Nora."""
    return bool(
        filas(
            supabase_de_nora(nombre_nora)
            .table("campos_propios")
            .delete()
            .eq("nombre_nora", nombre_nora)
            .eq("id", campo_id)
        )
    )


def todo_de(nombre_nora: str, contacto_id: str) -> dict[str, Any] | None:
    """Todo lo que se guarda de alguien: {"datos", "huella"}; None si no es de esta Nora."""
    leido: dict[str, Any] | None = valor(
        supabase_de_nora(nombre_nora).rpc("todo_de_contacto", {"p_contacto_id": contacto_id})
    )
    return leido


def suprimir(nombre_nora: str, contacto_id: str, usuario_id: str, correo: str) -> dict[str, Any]:
    """Borra todo lo suyo y lo anota en la auditoría; devuelve la prueba.

    Raises:
        ErrorNoEncontrado: no es de esta Nora.
    """
    argumentos = {"p_contacto_id": contacto_id, "p_usuario_id": usuario_id, "p_correo": correo}
    prueba: dict[str, Any] = valor(supabase_de_nora(nombre_nora).rpc("suprimir_contacto", argumentos))
    return prueba


def _pagina(filtro: Filtro, limite: int, despues_de: Cursor | None) -> dict[str, Any]:
    return {
        "p_filtro": filtro.como_json(),
        "p_limite": limite,
        "p_antes_de": despues_de.actividad_en.isoformat() if despues_de else None,
        "p_antes_id": despues_de.id if despues_de else None,
    }
